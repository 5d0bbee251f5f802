#!/usr/bin/python3
"""faiss_flat.py [--bin BUILD] [--rounds N] [--dims 128,256]
    [--filters none,10,1,0.1] -- PASS OPTIONS

Debian's faiss, flat inner product, one thread, beside the engine. The program
`pass` builds the pool, writes one vector a person and a need, and then runs a
round of its own whenever we tell it to: rounds of the engine, of the machine's
read and of faiss alternate, so that their ratios mean something on a machine
that is not idle. Prints the figures of both, one JSON object a line.

What faiss is asked is easier than what the engine is asked: one vector a
person instead of twenty skills, and no levels, hours, places or reasons.
256 dimensions are the space's own; 128 are the first half of them, made of
length 1 again (the space's dimensions are ordered, the largest first)."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import faiss
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]


def share(text):
    return None if text == "none" else float(text) / 100


def lists(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def arguments():
    own, theirs = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, theirs = own[:at], own[at + 1:]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path,
                        default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dims", type=lists(int), default=[128, 256])
    parser.add_argument("--filters", type=lists(share),
                        default=[None, .1, .01, .001])
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--scratch", type=pathlib.Path,
                        help="folder for the vectors (1 GB a million people)")
    return parser.parse_args(own), theirs


def unit(rows):
    length = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return numpy.ascontiguousarray(rows / numpy.where(length == 0, 1, length))


class Flat:
    """One index with the selectors of each filter."""

    def __init__(self, people, needs, dim, shares, k):
        self.dim, self.k = dim, k
        self.needs = unit(needs[:, :dim])
        self.index = faiss.IndexFlatIP(dim)
        start = time.perf_counter()
        for at in range(0, len(people), 1 << 16):
            self.index.add(unit(people[at:at + (1 << 16), :dim]))
        self.build_ms = (time.perf_counter() - start) * 1000
        self.samples = {one: [] for one in shares}
        self.rates = {one: [] for one in shares}
        random = numpy.random.default_rng(1)
        self.bits = {one: [self.bitmap(random, one) for _ in needs]
                     for one in shares if one}

    def bitmap(self, random, rate):
        passed = random.random(self.index.ntotal) < rate
        self.rates[rate].append(float(passed.mean()))
        return numpy.packbits(passed, bitorder="little")

    def search(self, one, i):
        """Need i among the people that filter `one` lets through."""
        params = None
        if one:
            selector = faiss.IDSelectorBitmap(
                self.index.ntotal, faiss.swig_ptr(self.bits[one][i]))
            params = faiss.SearchParameters()
            params.sel = selector
        start = time.perf_counter()
        found = self.index.search(self.needs[i:i + 1], self.k, params=params)
        return (time.perf_counter() - start) * 1000, found

    def round(self):
        for one, samples in self.samples.items():
            for i in range(len(self.needs)):
                samples.append(self.search(one, i)[0])

    def check(self, people):
        """The index finds what a plain product finds, filtered or not; also
        warms it up."""
        product = unit(people[:, :self.dim]) @ self.needs[0]
        for one in self.samples:
            passed = product
            if one:
                bits = numpy.unpackbits(self.bits[one][0], bitorder="little")
                passed = product[bits[:len(product)] != 0]
            best = numpy.sort(passed)[::-1][:self.k]
            found = self.search(one, 0)[1][0][0][:len(best)]
            if not numpy.allclose(best, found, atol=1e-5):
                sys.exit("faiss_flat: faiss and the plain product disagree")

    def figures(self):
        base = {"people": self.index.ntotal, "dim": self.dim, "k": self.k,
                "faiss": faiss.__version__, "threads": 1}
        yield {"name": "faiss.build", "unit": "ms", "params": base,
               "samples": [self.build_ms]}
        yield {"name": "faiss.bytes", "unit": "B", "params": base,
               "samples": [4 * self.dim]}
        for one, samples in self.samples.items():
            rate = numpy.mean(self.rates[one]) if one else 1.0
            yield {"name": "faiss.flat", "unit": "ms",
                   "params": dict(base, filter=100 * (one or 1),
                                  rate=round(float(rate), 6)),
                   "samples": [round(s, 6) for s in samples]}


class Engine:
    """`pass`, a round at a time."""

    def __init__(self, program, options, vectors):
        self.process = subprocess.Popen(
            [program, "--driven", "--vectors", vectors, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT)
        self.ready = self.line()

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            sys.exit(f"faiss_flat: pass ended with {self.process.wait()}")
        return json.loads(text)

    def round(self):
        self.process.stdin.write("round\n")
        self.process.stdin.flush()
        self.line()

    def figures(self):
        self.process.stdin.close()
        yield from map(json.loads, self.process.stdout)
        if self.process.wait() != 0:
            sys.exit("faiss_flat: pass failed")


def report(figures):
    by_name = {}
    for figure in figures:
        print(json.dumps(figure), flush=True)
        by_name.setdefault(figure["name"], []).append(figure)
    read = numpy.median(by_name["machine.read"][0]["samples"])
    for figure in by_name["faiss.flat"]:
        p, median = figure["params"], numpy.median(figure["samples"])
        print(f"faiss d={p['dim']} filter {p['filter']:g} %: median "
              f"{median:.3f} ms, {median / read:.2f} x the read of 512 MB",
              file=sys.stderr)


def main():
    args, options = arguments()
    if not hasattr(faiss, "IDSelectorBitmap"):
        sys.exit("faiss_flat: this faiss has no IDSelectorBitmap")
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        vectors = pathlib.Path(folder) / "vectors"
        engine = Engine(args.bin / "bench/engine/pass", options, vectors)
        dim = engine.ready["dim"]
        people = numpy.fromfile(vectors, dtype=numpy.float32).reshape(-1, dim)
        needs = numpy.fromfile(f"{vectors}.needs",
                               dtype=numpy.float32).reshape(-1, dim)
        if len(people) != engine.ready["people"]:
            sys.exit(f"faiss_flat: {len(people)} vectors of {dim}")
        dims = [d for d in args.dims if d <= dim]
        if not dims:  # the sample's space is small
            print(f"faiss_flat: the space has {dim} dimensions, so that many",
                  file=sys.stderr)
            dims = [dim]
        flats = [Flat(people, needs, d, args.filters, args.k) for d in dims]
        for flat in flats:
            flat.check(people)
        del people
    figures = []
    for i in range(args.rounds):
        engine.round()
        for flat in flats:
            flat.round()
        print(f"round {i + 1} of {args.rounds}", file=sys.stderr)
    figures += engine.figures()
    for flat in flats:
        figures += flat.figures()
    report(figures)


main()
