#!/usr/bin/env python3
"""units.py BUILD OUT: BUILD/compile_commands.json with every text once.

Most files are compiled twice or more - as shipped, with fault points, for a
shared library - and clang-tidy looks at a file once for each. Left out are
the entries that give the compiler the same text again: they differ in
INC_FAULTS, and the file has no fault point; or in what no text sees."""
import json
import pathlib
import shlex
import sys

# What changes the text after the preprocessor. -fPIC does not, nothing of ours
# asks for it; nor folders of libraries (-isystem) that the file takes nothing
# from, and one that it does is in each of its entries.
TEXT = ("-D", "-U", "-I", "-include", "-std", "-m")


def has_fault_point(path):
    return "INC_FAULT" in pathlib.Path(path).read_text()


def flags(entry, faults):
    words = shlex.split(entry["command"])
    kept = [w for w in words if w.startswith(TEXT)]
    if not faults:
        kept = [w for w in kept if not w.startswith("-DINC_FAULTS=")]
    return tuple(sorted(set(kept)))


def main():
    build, out = map(pathlib.Path, sys.argv[1:])
    root = pathlib.Path(__file__).resolve().parents[2]
    entries = json.loads((build / "compile_commands.json").read_text())
    # A header with one would make it every file's business.
    everywhere = any(has_fault_point(h) for h in root.glob("engine/**/*.h")
                     if h.name != "fault.h")
    seen, once = set(), []
    for entry in entries:
        key = (entry["file"],
               flags(entry, everywhere or has_fault_point(entry["file"])))
        if key not in seen:
            seen.add(key)
            once.append(entry)
    out.mkdir(parents=True, exist_ok=True)
    (out / "compile_commands.json").write_text(json.dumps(once, indent=0))


if __name__ == "__main__":
    main()
