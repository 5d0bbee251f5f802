"""The quality benches run on the shipped sample: what they print is whole, a
split shares no pair, and what is not there is said. No figure is judged."""
import json
import os
import subprocess

import pytest

from office import BUILD, ROOT, SAMPLE, SKILL, built

pytestmark = built
BENCH = ROOT / "bench/quality"
NAMES = ["weld", "grind-metal", "mig-mag-welding", "knead-dough", "bake-goods",
         "care-dementia", "care-records", "iron-clothes", "do-laundry",
         "handle-cash", "cook-meat-fish", "cut-leather", "drill-metal"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    for part in ("engine/tools/incrocio-offline", "engine/daemon/incrociod",
                 "clients/cli/incrocio"):
        (folder / part.split("/")[-1]).symlink_to(BUILD / part)
    return folder


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "italian-ads-cooccurrence.tsv"
    known = [n for n in NAMES if SKILL + n + "," in
             (SAMPLE / "skills_en.csv").read_text()]
    rows = [(a, b) for i, a in enumerate(known) for b in known[:i] if (i + len(b)) % 3 == 0]
    path.write_text("a\tb\tweight\n" + "".join(
        f"{SKILL}{a}\t{SKILL}{b}\t{10 + i * 7 % 90}\n"
        for i, (a, b) in enumerate(rows)))
    return path


def run(*command, code=0):
    done = subprocess.run([str(c) for c in command], cwd=ROOT, text=True,
                          capture_output=True, timeout=600,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_pairs(programs, table, tmp_path):
    out = tmp_path / "run.json"
    said = run(BENCH / "pairs", "--esco", SAMPLE, "--pairs", table, "--out",
               out, "--seed", 5, "--bin", programs).stdout
    r = json.loads(out.read_text())
    assert [h["learned_half"] for h in r["halves"]] == [0, 1]
    for h in r["halves"]:
        assert h["seed"] == 5 and 0 < h["esco"] <= 1 and 0 < h["learned"] <= 1
        assert 0 < h["chance"] < 1 and h["skills"] == h["candidates"] > 3
    assert r["mean"]["esco"] == pytest.approx(
        (r["halves"][0]["esco"] + r["halves"][1]["esco"]) / 2)
    assert r["machine"]["commit"] and "mean" in said
    run(BENCH / "pairs", "--esco", SAMPLE, "--pairs", tmp_path / "no",
        "--out", out, "--bin", programs, code=1)


def test_all_says_what_is_not_there(programs, table, tmp_path):
    out = tmp_path / "run"
    said = run(BENCH / "all", "--esco", SAMPLE, "--quality", table.parent,
               "--out", out, "--bin", programs, "--only", "match", "--only",
               "pairs").stdout
    assert "match: not measured, qrels.tsv is not there" in said
    r = json.loads((out / "quality.json").read_text())
    assert r["pairs"]["mean"]["learned"] > 0 and r["notes"]
    assert "pairs mean learned" not in said and "| mean learned |" in said
    for kind in ("svg", "png"):
        assert (out / f"pairs.{kind}").stat().st_size > 1000
    assert (out / "quality.md").read_text() == said[:-1]
    # never written over
    run(BENCH / "all", "--esco", SAMPLE, "--quality", table.parent, "--out",
        out, "--bin", programs, code=1)
    # one that fails is told, and the rest is measured
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / table.name).write_text("a\tb\n")
    said = run(BENCH / "all", "--esco", SAMPLE, "--quality", bad, "--out",
               tmp_path / "run2", "--bin", programs, "--only", "pairs",
               "--only", "match", code=5).stdout
    assert "pairs: FAILED" in said and "match: not measured" in said
