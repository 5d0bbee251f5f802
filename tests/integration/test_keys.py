"""The keys of a store as the daemon meets them: made, found again, missing."""
import os

import pytest

import office
from office import built, load_sample, make, sanitized, space  # noqa: F401

pytestmark = built


def test_keys_are_made_and_found_again_inside_the_sandbox(make, tmp_path):
    key = tmp_path / "elsewhere" / "office.key"
    d = make(key_file=key).start()
    with d.client() as c:
        load_sample(c)
    assert d.stop() == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert "event=key_file_made" in d.log()
    made = key.read_bytes()
    d.start()
    with d.client() as c:
        assert c.ask("candidate.list", {})["items"]
    assert d.stop() == 0
    assert key.read_bytes() == made
    assert d.log().count("event=key_file_made") == 1


@pytest.mark.skipif(sanitized(), reason="SKIPPED: sanitizers lock no memory")
def test_memory_that_cannot_be_locked_is_told(make, monkeypatch, tmp_path):
    starter = tmp_path / "unlocked"
    starter.write_text("#!/bin/sh\nexec prlimit --memlock=0 setpriv "
                       f"--bounding-set=-ipc_lock '{office.DAEMON}' \"$@\"\n")
    starter.chmod(0o755)
    d = make().start()
    with d.client() as c:
        assert c.counters()["keys_unlocked"] == 0
    assert "keys_not_locked" not in d.log()
    assert d.stop() == 0
    monkeypatch.setattr(office, "DAEMON", starter)
    d.start()
    with d.client() as c:
        assert c.counters()["keys_unlocked"] == 1
    assert "level=warn event=keys_not_locked" in d.log()
    assert d.stop() == 0


def test_a_file_cut_short_is_told_also_from_inside_the_sandbox(make):
    """Who looks at it is a child process, which the daemon may not have later."""
    d = make().start()
    with d.client() as c:
        load_sample(c)
        pages = c.ask("status")["store"]["used_bytes"] // 4096
    assert d.stop() == 0
    os.truncate(d.folder / "store" / "data.mdb", pages // 2 * 4096)
    d.start(wait=False)
    assert d.process.wait(office.WAIT_S) == 5
    assert "restore a backup" in d.log()
