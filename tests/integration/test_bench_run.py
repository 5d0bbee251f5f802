"""The measuring harness works: a smoke run has every figure, plot and table,
compare and tune do what they say. Times are not judged. In the release build
only: the sanitizers would measure nothing and take minutes."""
import json
import os
import subprocess
import sys

import pytest

from office import BUILD, DAEMON, ROOT, SAMPLE

LOAD = BUILD / "bench/load/load"
FIGURES = [
    *(f"load.{q}" for q in ("p50", "p90", "p99", "p999", "max", "throughput",
                            "answered", "busy", "errors", "unanswered",
                            "reply", "generator_cpu", "late", "lag_p99")),
    "daemon.start", "daemon.memory", "daemon.cpu", "import.people",
    "store.size"]
VIEWS = ["pool", "clients", "offered", "selectivity", "k", "kinds", "workers",
         "batch", "lanes", "writes"]
PLOTS = ["pool", "offered", "clients", "workers", "batch", "selectivity", "k",
         "lanes", "size"]

pytestmark = [
    pytest.mark.skipif(not LOAD.exists(),
                       reason="SKIPPED: bench/load is not built"),
    pytest.mark.skipif(BUILD.name != "release",
                       reason="SKIPPED: bench is for the release build"),
    pytest.mark.skipif(
        subprocess.run(["/usr/bin/python3", "-c", "import matplotlib"],
                       capture_output=True).returncode != 0,
        reason="SKIPPED: python3-matplotlib is not installed "
        "(.ci/install bench)")]


def bench(name, *words, code=0):
    done = subprocess.run(
        ["/usr/bin/python3", ROOT / "bench" / name, *map(str, words)],
        capture_output=True, text=True, timeout=400)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    bench("run", "--quick", "--smoke", "--bin", BUILD, "--out", folder / "a",
          "--tmp", folder)
    # Stores and sockets are gone, whatever was measured.
    assert [p.name for p in folder.iterdir()] == ["a"]
    return folder / "a"


def loaded(folder):
    sys.path.insert(0, str(ROOT))
    from bench.harness import figures
    return figures.load(folder / "results.json")


def test_every_figure_is_there_and_well_formed(result):
    whole, figures = loaded(result)
    names = {f["name"] for f in figures.all()}
    assert set(FIGURES) <= names
    views = {f["params"].get("view") for f in figures.all()}
    assert set(VIEWS) <= views
    for view in VIEWS:
        for f in figures.find("load.throughput", view=view):
            assert f["samples"][0] > 0, f
        assert not any(f["samples"][0] for f in
                       figures.find("load.errors", view=view)), view
    # A filter lets fewer people pass, and the share was asked, not guessed.
    shares = {f["params"]["radius_km"]: f["params"]["share"]
              for f in figures.find("load.p50", view="selectivity")}
    assert shares[0] == 1 and 0 < shares[20] < 1
    machine = whole["machine"]
    for field in ("cpu", "cores", "memory_mb", "kernel", "commit", "dirty",
                  "packages", "command", "load_average",
                  "openblas_coretype", "date"):
        assert field in machine
    assert machine["packages"]["libzmq5"]
    assert str(ROOT) not in (result / "results.json").read_text()
    assert not [n for n in whole["notes"] if n.startswith("FAILED")]


def test_the_page_has_a_table_for_each_view(result):
    text = (result / "results.md").read_text()
    for heading in ("Against pool size", "Against clients",
                    "Against offered load", "Against workers",
                    "Durable writes", "Everything else"):
        assert f"## {heading}" in text
    for line in text.splitlines():
        if line.startswith("!["):
            assert (result / line.split("(")[1].rstrip(")")).exists()
    assert str(ROOT) not in text


@pytest.mark.parametrize("name", PLOTS)
def test_plots_show_something(result, name):
    picture = (result / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 10000
    drawing = (result / f"{name}.svg").read_text()
    assert drawing.rstrip().endswith("</svg>")
    # The machine's line, the axes' words and the points are drawn as shapes.
    assert drawing.count("<path") > 20 and drawing.count("<use") > 10


def test_a_result_is_never_overwritten(result):
    done = bench("run", "--smoke", "--bin", BUILD, "--out", result, code=1)
    assert "is there and not empty" in done.stderr


def test_a_result_does_not_differ_from_itself(result):
    done = bench("compare", result, result, "--fail-over", "0")
    assert done.stdout.rstrip().splitlines()[-1] == "no difference seen"
    for word in ("faster", "slower", "larger", "smaller", "more", "less"):
        assert f" {word} " not in done.stdout.split("\n\n", 1)[1]


def changed(result, to, name, by, samples=5, **machine):
    """A copy with steady samples, one figure of it times `by`."""
    whole = json.loads((result / "results.json").read_text())
    for f in whole["figures"]:
        base = f["samples"][0] * (by if f["name"] == name else 1)
        f["samples"] = [base * (1 + i / 1000) for i in range(samples)]
    whole["machine"].update(machine)
    to.write_text(json.dumps(whole))
    return to


def test_compare_sees_what_changed(result, tmp_path):
    same = changed(result, tmp_path / "same.json", "", 1)
    slow = changed(result, tmp_path / "slow.json", "load.p50", 1.5)
    fewer = changed(result, tmp_path / "fewer.json", "load.throughput", .5)
    few = changed(result, tmp_path / "few.json", "load.p50", 1.5, samples=2)
    other = changed(result, tmp_path / "other.json", "", 1, cpu="another")
    done = bench("compare", same, slow, "--fail-over", "20", code=1)
    assert "slower" in done.stdout and "x1.500" in done.stdout
    assert "throughput" not in done.stdout
    assert done.stdout == bench("compare", same, slow).stdout
    assert "faster" in bench("compare", slow, same, "--fail-over",
                             "20").stdout
    bench("compare", same, slow, "--fail-over", "60")
    assert "slower" in bench("compare", same, fewer, "--fail-over", "20",
                             code=1).stdout
    assert "too few samples" in bench("compare", same, few, "--fail-over",
                                      "20").stdout
    done = bench("compare", same, other)
    assert "different machines" in done.stdout and "cpu" in done.stdout
    assert "different machines" not in bench("compare", same, slow).stdout


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}',
                                  '{"schema": 9, "machine": {}, "figures": []}',
                                  '{"schema": 1, "machine": {}, "figures": '
                                  '[{"name": "x", "unit": "s", "params": {}, '
                                  '"samples": [1]}]}'])
def test_compare_refuses_what_is_no_result(result, tmp_path, text):
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    done = bench("compare", bad, result, code=1)
    assert done.stderr.startswith("bench/compare: ") and \
        "Traceback" not in done.stderr


def test_tune_writes_what_incrociod_takes(tmp_path):
    conf = tmp_path / "incrociod.conf"
    bench("tune", "--smoke", "--people", "200", "--bin", BUILD, "--out", conf,
          "--tmp", tmp_path)
    lines = conf.read_text().splitlines()
    found = {}
    for before, line in zip(lines, lines[1:]):
        if not line.startswith("#") and line:
            assert before.startswith("# ") # its reason
            name, value = line.split(" = ")
            found[name] = int(value)
    assert set(found) == {"workers", "batch_max", "queue_max", "queue_mb"}
    assert found["workers"] >= 1 and found["queue_max"] >= 64
    space = tmp_path / "space"
    subprocess.run([BUILD / "engine/tools/incrocio-offline", "space", "train",
                    "--esco", SAMPLE, "--out", space], check=True,
                   capture_output=True)
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("INCROCIO_")}
    done = subprocess.run(
        [DAEMON, "--check", "--config", conf, f"--store={tmp_path}/store",
         f"--space={space}", f"--esco={SAMPLE}"], capture_output=True,
        text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    before = conf.read_text()
    done = bench("tune", "--smoke", "--people", "200", "--bin", BUILD, "--out",
                 conf, code=2)
    assert "--force" in done.stderr and conf.read_text() == before


def test_a_sweep_goes_on_where_it_stopped(tmp_path):
    kept = tmp_path / "kept"
    words = ["--smoke", "--sweep", "k", "--bin", BUILD, "--keep", kept,
             "--tmp", tmp_path]
    bench("run", *words, "--out", tmp_path / "a", "--minutes", "0.02")
    first = json.loads((tmp_path / "a/results.json").read_text())
    assert any("not complete" in n for n in first["notes"])
    bench("run", *words, "--out", tmp_path / "b")
    log = next(kept.iterdir()).read_text().splitlines()
    points = [json.loads(line)["point"] for line in log]
    assert len(points) == len(set(points)) == 10
    done = bench("run", *words, "--out", tmp_path / "c")
    assert "people" not in done.stderr # nothing was measured again
    b, c = (loaded(tmp_path / x)[1].by_key for x in "bc")
    assert b == c
