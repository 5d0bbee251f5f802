"""The measuring programs beside bench/load: where they are, and the words for a
smoke run, a quick one and a whole one. Those that are not there are skipped,
and the report says so."""
import shutil

from . import figures as fig
from . import pools
from . import programs as p

_WORLD = "--esco {esco} --comuni {comuni} --space {space} "
_PASS = {
    "smoke": "--people 300 --needs 4 --rounds 1 --requirements 12 "
             "--filter none --batch 1 --place no",
    "quick": "--people 20000 --needs 16 --rounds 3 --requirements 12 "
             "--filter none,1 --batch 1,8 --place no",
    "full": "--people 1000000",
}

# name, path (b: of the build, s: of the source), words, seconds allowed.
# {esco}, {build}, {tmp} and {space} stand for what the run uses.
PROGRAMS = [
    ("engine/pass", "b:bench/engine/pass", {
        k: _WORLD + v for k, v in _PASS.items()},
     {"smoke": 20, "quick": 20, "full": 900}),
    ("engine/equal", "b:bench/engine/equal", {
        "smoke": "--count 3", "quick": "--count 20", "full": "--count 2000"},
     {"smoke": 20, "quick": 20, "full": 900}),
    ("store/writes", "b:bench/store/bench.store.writes", {
        "smoke": "store {tmp} {esco} 1", "quick": "store {tmp} {esco} 1",
        "full": "store {tmp} {esco} 5"},
     {"smoke": 20, "quick": 20, "full": 300}),
    ("peers/faiss_flat", "s:bench/peers/faiss_flat.py", {
        "smoke": "--bin {build} --rounds 1 --dims 128 --filters none -- "
                 + _WORLD + _PASS["smoke"],
        "quick": "--bin {build} --rounds 2 --dims 128 --filters none -- "
                 + _WORLD + _PASS["quick"],
        "full": "--bin {build} --rounds 5 -- " + _WORLD
                + _PASS["full"]},
     {"smoke": 20, "quick": 20, "full": 1800}),
]


def _path(programs, where):
    kind, path = where.split(":", 1)
    return (programs.build if kind == "b" else p.ROOT) / path


def _words(world, text, tmp):
    put = {"esco": world.esco or pools.SAMPLE, "space": world.space,
           "comuni": pools.comuni(world.esco), "build": world.programs.build,
           "tmp": tmp}
    return [w.format(**put) for w in text.split()]


def run_all(world, kind, clock, notes):
    """Run every program that is there; what is not, or fails, is noted."""
    for name, where, words, seconds in PROGRAMS:
        path = _path(world.programs, where)
        if not path.exists():
            note(notes, f"skipped: {name} is not there")
            continue
        left = min(seconds[kind], clock.left())
        if left < 1:
            note(notes, f"skipped: no time left for {name}")
            continue
        tmp = world.folder / "outside"
        tmp.mkdir()
        command = [path, *_words(world, words[kind], tmp)]
        if path.suffix == ".py":
            command.insert(0, "/usr/bin/python3")
        p.say(f"  {name}")
        try:
            out, _ = p.run(command, left)
            world.figures.lines(out, name)
        except (p.Failed, fig.Wrong) as e:
            text = str(e).replace(str(world.programs.build), "BUILD")
            note(notes, f"not measured: {name}: "
                 + text.replace(str(p.ROOT) + "/", ""))
        finally:
            shutil.rmtree(tmp, ignore_errors=True)


def note(notes, text):
    if text not in notes:
        notes.append(text)
        p.say("  " + text)
