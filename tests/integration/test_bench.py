"""The measuring programs still run, print figures in the one form, and draw
the same people for the same seed. No time is judged."""
import hashlib
import json
import pathlib
import subprocess

import pytest

from office import BUILD, ROOT, make, space  # noqa: F401

PROGRAMS = BUILD / "bench"
UNITS = {"ms", "ns", "B", "1/s", "ratio", "count"}
POOLS = ["realistic", "uniform", "shared", "wide", "identical", "empty"]

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "people/people").exists(),
    reason="SKIPPED: the measuring programs are not built")


def run(*command, code=0, **kw):
    done = subprocess.run([str(c) for c in command], cwd=ROOT,
                          capture_output=True, text=True, timeout=600, **kw)
    assert done.returncode == code, done.stderr
    return done.stdout


def figures(text):
    rows = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        assert list(row) == ["name", "unit", "params", "samples"]
        assert row["unit"] in UNITS
        assert all(isinstance(s, (int, float)) for s in row["samples"])
    return rows


def people(*options):
    return run(PROGRAMS / "people/people", *options)


def test_same_seed_same_people():
    """On any machine: the digest is written down."""
    text = people("people", "--count", 300, "--seed", 7) + \
        people("needs", "--count", 50, "--seed", 7, "--requirements", 30)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST
    later = people("people", "--first", 200, "--count", 101, "--seed", 7)
    assert text.splitlines()[199:300] == later.splitlines()
    assert people("people", "--count", 5, "--seed", 8) not in text


@pytest.mark.parametrize("pool", POOLS)
def test_people_are_good_records(pool, make):  # noqa: F811
    daemon = make().start()
    lines = people("people", "--pool", pool, "--count", 40, "--implied", 50)
    with daemon.client() as client:
        for line in lines.splitlines():
            client.ask("candidate.put", {"record": json.loads(line)})
        body = {"need": json.loads(people("needs", "--count", 1))}
        assert client.ask("match.people", body)["matched"] == 40


def test_needs_are_good_records(make):  # noqa: F811
    daemon = make().start()
    with daemon.client() as client:
        for place in ("yes", "no"):
            for n in (1, 30, 128):
                need = json.loads(people("needs", "--count", 1, "--place",
                                         place, "--requirements", n))
                assert len(need["requirements"]) == n
                assert ("comune" in need) == (place == "yes")
                client.ask("need.put", {"record": need})


def test_pools_are_what_they_say():
    def skills(pool):
        return [[s["uri"] for s in json.loads(line).get("skills", [])]
                for line in people("people", "--pool", pool, "--count",
                                   200).splitlines()]

    assert 18 < sum(map(len, skills("realistic"))) / 200 < 22
    assert all(len(s) == len(set(s)) for s in skills("realistic"))
    assert set.intersection(*map(set, skills("shared")))
    assert not set.intersection(*map(set, skills("realistic")))
    assert min(map(len, skills("wide"))) > 200  # the sample has no 2,000
    assert len({tuple(s) for s in skills("identical")}) == 1
    assert not any(skills("empty"))
    assert len(figures(people("summary", "--count", 50))) >= 8


def test_pass_prints_figures(tmp_path):
    rows = figures(run(
        PROGRAMS / "engine/pass", "--people", 2000, "--needs", 4, "--rounds",
        2, "--filter", "none,10,1", "--batch", "1,8", "--place", "yes,no",
        "--explain", "--vectors", tmp_path / "v"))
    passes = [r for r in rows if r["name"] == "engine.pass"]
    assert len(passes) == 2 * 3 * 2 * 2
    for row in passes:
        assert len(row["samples"]) == (8 if row["params"]["batch"] == 1 else 2)
        rate = row["params"]["rate"]
        assert rate == 1 if row["params"]["filter"] == 100 else 0 < rate < .5
    assert {"engine.build", "engine.pool_bytes", "engine.resident_anonymous",
            "engine.resident_file", "machine.read",
            "engine.pass_to_read"} <= {r["name"] for r in rows}
    people_bytes = pathlib.Path(tmp_path / "v").stat().st_size
    needs_bytes = pathlib.Path(tmp_path / "v.needs").stat().st_size
    assert people_bytes * 4 == needs_bytes * 2000 and people_bytes > 0


def test_pass_says_what_is_wrong():
    for option in (["--filter", "0"], ["--pool", "nobody"], ["--batch", "x"],
                   ["--requirements", "129"], ["--place", "maybe"], ["word"]):
        run(PROGRAMS / "engine/pass", *option, code=2)
    run(PROGRAMS / "engine/pass", "--kernel", "none", "--people", 1, code=1)
    run(PROGRAMS / "engine/pass", "--esco", "/nowhere", code=1)


def test_engine_equals_oracle():
    rows = figures(run(PROGRAMS / "engine/equal", "--count", 150, "--seed", 3))
    told = {r["name"]: r["samples"][0] for r in rows}
    assert told["equal.different"] == 0 and told["equal.compared"] > 450


def test_append(tmp_path):
    rows = figures(run(PROGRAMS / "peers/append", "--file", tmp_path / "a",
                       "--times", 3, 1, 1000))
    assert [len(r["samples"]) for r in rows] == [3, 3]
    assert not (tmp_path / "a").exists()


def test_faiss_beside_the_engine(tmp_path):
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import faiss"],
                      capture_output=True).returncode != 0:
        pytest.skip("SKIPPED: python3-faiss is not installed")
    rows = figures(run(python, ROOT / "bench/peers/faiss_flat.py", "--bin",
                       BUILD, "--rounds", 1, "--dims", "32,16", "--scratch",
                       tmp_path, "--", "--people", 500, "--needs", 2))
    assert sum(r["name"] == "faiss.flat" for r in rows) == 8
    assert any(r["name"] == "engine.pass" for r in rows)


DIGEST = "d5299924e3b5cb23b94982af61c152e251a499f5b443f442a2c0f2cea8f031d5"
