#!/usr/bin/env python3
"""Many executions of one fuzz target, in portions of a known seed.

    cmake --preset fuzz && cmake --build build/fuzz --target fuzz_frame
    tests/reliability/net/fuzz_long.py frame --runs 200000000 --seed 1

Each portion is a process of its own that starts from the corpus grown so far
(--corpus, kept between calls; the project's corpus goes in first). A finding
ends the run with exit code 1 and its bytes in FOLDER/found: make it a file of
tests/fuzz/corpus/TARGET and a named test. The last line is the record for
docs/testing.md: target, n, seed, findings, commit, compiler.
"""
import argparse
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PORTION = {"frame": 5_000_000, "serve": 20_000}
DONE = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def one_line(*command):
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return out.stdout.splitlines()[0] if out.stdout else "unknown"


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("target")
    p.add_argument("--runs", type=int, default=10_000_000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--portion", type=int)
    p.add_argument("--max-len", type=int, default=1024)
    p.add_argument("--corpus", type=pathlib.Path)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/fuzz")
    p.add_argument("--under", default="",
                   help="words before each command, such as 'nice -n 19'")
    a = p.parse_args()
    a.build = a.build.resolve()  # targets run in the tree: some read its files
    folder = a.corpus.resolve() if a.corpus else a.build / "long" / a.target
    corpus, found = folder / "corpus", folder / "found"
    for d in (corpus, found):
        d.mkdir(parents=True, exist_ok=True)
    for f in (ROOT / "tests/fuzz/corpus" / a.target).iterdir():
        shutil.copy(f, corpus / f.name)
    # Of the binary, written when it was built: the tree may be another by now.
    stamp = a.build / "tests/commit"
    commit = stamp.read_text().strip() if stamp.exists() else "unknown"
    portion = a.portion or PORTION.get(a.target, 500_000)
    done = number = 0
    bad = 0
    began = time.monotonic()
    while done < a.runs and bad == 0:
        n = min(portion, a.runs - done)
        run = subprocess.run(
            [*shlex.split(a.under), a.build / "tests" / f"fuzz_{a.target}",
             f"-runs={n}", f"-seed={a.seed + number}",
             f"-max_len={a.max_len}", "-print_final_stats=1", "-timeout=10",
             "-rss_limit_mb=2048", f"-artifact_prefix={found}/", corpus],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        text = run.stderr.decode(errors="replace")
        counts = DONE.findall(text)
        done += int(counts[-1]) if counts else 0
        if run.returncode != 0 or not counts:
            bad = 1
            sys.stderr.write(text[-6000:])
        print(f"{a.target}: {done} of {a.runs} executions, seed "
              f"{a.seed + number}, {len(list(corpus.iterdir()))} in the corpus",
              flush=True)
        number += 1
    print(json.dumps({
        "target": a.target, "n": done, "seeds": [a.seed, a.seed + number - 1],
        "findings": bad, "seconds": round(time.monotonic() - began),
        "commit": commit,
        "compiler": one_line("clang", "--version")}))
    return bad


if __name__ == "__main__":
    sys.exit(main())
