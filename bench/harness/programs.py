"""Finding, building and running programs; every run is bounded in time."""
import os
import signal
import subprocess
import sys
import time

from .machine import ROOT

TARGETS = ["incrociod", "incrocio", "incrocio-offline", "load"]


class Failed(Exception):
    """A program that could not be run to its end."""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Programs:
    """Where the programs of one build are."""

    def __init__(self, build):
        self.build = build
        self.daemon = build / "engine/daemon/incrociod"
        self.offline = build / "engine/tools/incrocio-offline"
        self.cli = build / "clients/cli/incrocio"
        self.load = build / "bench/load/load"
        self.people = build / "bench/people/people"

    def missing(self):
        return [p for p in (self.daemon, self.offline, self.cli, self.load)
                if not p.exists()]


def find(build):
    """The programs under `build`; with None the release build, made now."""
    if build is not None:
        programs = Programs(build.resolve())
        if programs.missing():
            raise Failed("not built: " + ", ".join(map(str,
                                                       programs.missing())))
        return programs
    say("building (release)")
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build/bench.configure.log", "w") as log:
        for command in (["cmake", "--preset", "release"],
                        ["cmake", "--build", "--preset", "release", "--",
                         "--quiet", *_targets()]):
            if subprocess.run(command, cwd=ROOT, stdout=log,
                              stderr=subprocess.STDOUT).returncode != 0:
                raise Failed("the build failed: build/bench.configure.log")
    return Programs(ROOT / "build/release")


def _targets():
    more = (ROOT / "bench/CMakeLists.txt").exists()
    return [] if more else TARGETS


def run(command, timeout_s, env=None):
    """Output of a program run from the source root, killed with its children when it takes too long."""
    process = subprocess.Popen(
        [str(w) for w in command], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        start_new_session=True, env=env, cwd=ROOT)
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        raise Failed(f"{command[0]}: no end after {timeout_s:.0f} s") from None
    except BaseException:
        _kill_group(process)
        raise
    if process.returncode != 0:
        last = (err.strip().splitlines() or ["no message"])[-3:]
        raise Failed(f"{command[0]}: exit {process.returncode}: " +
                     " / ".join(last))
    return out, err


def _kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


class Clock:
    """A budget of time that everything asks before it begins."""

    def __init__(self, seconds):
        self.begin = time.monotonic()
        self.end = self.begin + seconds

    def left(self):
        return self.end - time.monotonic()

    def spent(self):
        return time.monotonic() - self.begin
