"""The keys of a store as the daemon meets them: made, found again, missing."""
from office import built, load_sample, make, space  # noqa: F401

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
