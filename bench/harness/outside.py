"""The measuring programs beside bench/load: where they are, and the words for a
smoke run, a quick one and a whole one. Those that are not built are skipped,
and the report says so."""
from . import programs as p

# name, path under the build (b:) or the source (s:), timeouts are seconds.
PROGRAMS = [
    # name, where, words: smoke, quick, full, timeouts
    ("engine/pass", "b:bench/engine/pass",
     ["--quick", "--people", "300"], ["--quick"], [], (30, 30, 900)),
    ("engine/equal", "b:bench/engine/equal",
     ["--quick"], ["--quick"], [], (30, 30, 900)),
    ("store/writes", "b:bench/store/writes",
     ["--quick"], ["--quick"], [], (30, 30, 900)),
    ("peers/faiss_flat", "s:bench/peers/faiss_flat.py",
     ["--quick"], ["--quick"], [], (30, 30, 1800)),
]
KINDS = ("smoke", "quick", "full")


def _path(programs, where):
    kind, path = where.split(":", 1)
    return (programs.build if kind == "b" else p.ROOT) / path


def run_all(programs, figures, kind, clock, notes):
    """Run every program that is there; what is not, or fails, is noted."""
    at = KINDS.index(kind)
    for name, where, *words, timeouts in PROGRAMS:
        path = _path(programs, where)
        if not path.exists():
            note(notes, f"skipped: {name} is not there")
            continue
        left = min(timeouts[at], clock.left())
        if left < 1:
            note(notes, f"skipped: no time left for {name}")
            continue
        command = [path, *words[at]]
        if path.suffix == ".py":
            command.insert(0, "/usr/bin/python3")
        p.say(f"  {name}")
        try:
            out, _ = p.run(command, left)
            figures.lines(out, name)
        except (p.Failed, ValueError) as e:
            note(notes, f"failed: {name}: {e}".replace(str(p.ROOT) + "/", "")
                 .replace(str(programs.build), "BUILD"))
        except Exception as e:  # a program whose lines are not figures
            note(notes, f"failed: {name}: {e}")


def note(notes, text):
    if text not in notes:
        notes.append(text)
        p.say("  " + text)
