"""The daemon under load for a long time while everything goes wrong around it.

    soak.py [--minutes N] [--seed N] [--clients N] [--period SECONDS]
            [--only FAULT]

Traffic never stops: commands of several clients with the oracle of kill.py,
questions, standing match. Every period ends with one of the faults below, drawn by
the seed; then everything unanswered is sent again and the state compared. The
store lies on a tmpfs of its own where mount is allowed, so that its disk can be
filled (else that fault is left out, loudly).

Between faults that end the process: memory, descriptors, the file and the lag of
the oldest reader are read; a life as long as a third of the run without such a
fault shows whether they grow.
"""
import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kill import (BURST, OFFLINE, Line, Oracle, Run,  # noqa: E402
                  version)
from office import Failure, need  # noqa: E402

REFUSED = ("store_full",)      # said so: nothing was stored
UNKNOWN = ("store_failed", "io_failed")  # to be sent again after a restart
TMPFS_MB = 1536
ROUND_S = 0.7


class Patient(Oracle):
    """An oracle whose commands may be refused because of the disk."""

    def __init__(self, number, rng):
        super().__init__(number, rng)
        self.refused = self.failed = 0
        self.full = False  # a refusal is not remembered then: no room

    def take(self, got):
        """Answers that came, by position in `waiting`."""
        known, n = {}, 0
        while n in got:
            reply = got[n]
            code = code_of(reply)
            if code in UNKNOWN:
                self.failed += 1
                break
            if code in REFUSED:
                self.refused += 1
                assert self.waiting[n][1] != "candidate.delete", (
                    "an erasure was refused", reply)
            else:
                self.check(*self.waiting[n], reply)
                key = self.waiting[n][0]
                if self.full and isinstance(self.answers[key][2], str):
                    del self.answers[key]
            n += 1
        # Answered after one without an answer: to be the same when asked again.
        for i in sorted(got):
            reply = got[i]
            code = code_of(reply)
            if i > n and code not in REFUSED + UNKNOWN:
                known[self.waiting[i][0]] = reply
        self.early = known
        self.waiting = self.waiting[n:]


def code_of(reply):
    return reply["error"]["code"] if reply["status"] == "error" else ""


def said(reply):
    return code_of(reply) or (reply["body"]["revision"], reply["body"]["seq"])


def figures_of(pid):
    with open(f"/proc/{pid}/status") as f:
        rows = dict(line.split(":", 1) for line in f)
    return (int(rows["VmRSS"].split()[0]), int(rows["RssAnon"].split()[0]),
            len(os.listdir(f"/proc/{pid}/fd")))


class Soak(Run):
    def __init__(self, options):
        options.people = options.cycles = 0
        self.mounted = False
        self.faults = collections.Counter()
        self.refused = self.failed = self.asked = self.backups = 0
        self.restores, self.lives = [], []
        self.has_need = False
        super().__init__(options)

    def new_store(self):
        super().new_store()
        home = self.daemon.folder / "disk"
        home.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o",
                               f"size={TMPFS_MB}m,mode=700", "tmpfs", home],
                              capture_output=True, text=True)
        self.mounted = done.returncode == 0
        if not self.mounted:
            print("SKIPPED: no tmpfs may be mounted here, the full disk is left "
                  f"out: {done.stderr.strip()}", file=sys.stderr)
        self.home = home
        (home / "backups").mkdir()
        self.daemon.settings.update(store=home / "store", map_mb="4096",
                                    backup_dir=home / "backups")
        self.has_need = False
        self.oracles = [Patient(i, self.rng) for i in range(self.o.clients)]

    # --- traffic --------------------------------------------------------------
    def send(self, lines):
        for o, line in zip(self.oracles, lines):
            while len(o.waiting) < BURST:
                o.waiting.append(o.next())
            for i, (key, op, body) in enumerate(o.waiting):
                line.send(i, key, op, body)

    def collect(self, lines):
        for o, line in zip(self.oracles, lines):
            got, early = {}, getattr(o, "early", {})
            end = time.monotonic() + 60
            while len(got) < len(o.waiting):
                reply = line.receive(200)
                if reply is not None:
                    got[int(reply["id"])] = reply
                elif not self.alive():
                    break
                else:
                    assert time.monotonic() < end, "no answer"
            for i, (key, _, _) in enumerate(o.waiting):
                if key in early and i in got and code_of(got[i]) not in UNKNOWN:
                    assert said(got[i]) == said(early[key]), (got[i],
                                                              early[key])
            o.take(got)

    def round(self, lines):
        """A burst of every client, its answers, a question."""
        began = time.monotonic()
        self.send(lines)
        self.collect(lines)
        if self.alive():
            self.question(lines[0])
        time.sleep(max(0, ROUND_S - (time.monotonic() - began)))

    def question(self, line):
        """A read that goes into the register; refused only for the disk."""
        try:
            if not self.has_need:
                line.c.ask("need.put", {"record": need(1)}, key=b"n" * 16)
                self.has_need = True
            line.c.ask("match.people", {"id": "N-1"})
            self.asked += 1
        except Failure as e:
            assert e.code in REFUSED + UNKNOWN, e
        except Exception:  # a daemon that dies says nothing
            if self.alive():
                raise

    def alive(self):
        return self.daemon.process.poll() is None

    def settle(self):
        lines = [Line(self.daemon.endpoint) for _ in self.oracles]
        for _ in range(20):
            for o, line in zip(self.oracles, lines):
                for i, (key, op, body) in enumerate(o.waiting):
                    line.send(i, key, op, body)
                got = {}
                while len(got) < len(o.waiting):
                    reply = line.receive(30000)
                    assert reply is not None, "no answer"
                    got[int(reply["id"])] = reply
                o.take(got)
            if not any(o.waiting for o in self.oracles):
                break
        assert not any(o.waiting for o in self.oracles), "still refused"
        for o, line in zip(self.oracles, lines):
            for key in self.rng.sample(list(o.answers),
                                       min(3, len(o.answers))):
                line.send(0, key, *o.answers[key][:2])
                o.same(key, line.receive(30000))
            if len(o.answers) > 20000:  # remembers enough
                o.answers = dict(list(o.answers.items())[-5000:])
        self.compare(lines[0])
        return lines

    # --- faults ---------------------------------------------------------------
    def again(self, preload=None):
        if not self.start(preload):
            assert preload, self.daemon.log()
            assert self.start(), self.daemon.log()
        return self.settle()

    def fault_kill(self, lines):
        self.send(lines)
        time.sleep(self.rng.uniform(0, 0.05))
        self.daemon.kill()
        for o, line in zip(self.oracles, lines):
            got = {}
            while (reply := line.receive(5)) is not None:
                got[int(reply["id"])] = reply
            o.take(got)
        return self.again()

    def hurt(self, old, action):
        """A life in which one call of the store goes wrong."""
        self.daemon.stop()
        nth = self.rng.randrange(40, 400)
        if not self.start(f"folder={self.home} nth={nth} action={action}"):
            return self.again()
        del old
        lines = [Line(self.daemon.endpoint) for _ in self.oracles]
        for _ in range(12):
            if self.alive():
                self.round(lines)
        self.daemon.kill()
        for line in lines:
            line.c.close()
        return self.again()

    def fault_call(self, lines):
        return self.hurt(lines, "kill")

    def fault_eio(self, lines):
        return self.hurt(lines, "eio")

    def fault_short(self, lines):
        return self.hurt(lines, "short")

    def fault_stop(self, lines):
        assert self.daemon.stop() == 0, self.daemon.log()
        return self.again()

    def fault_keys(self, lines):
        assert self.daemon.stop() == 0, self.daemon.log()
        subprocess.run([OFFLINE, "store", "rotate", self.home / "store"],
                       check=True, stdout=subprocess.DEVNULL)
        return self.again()

    def fault_full(self, lines):
        """The disk fills up to 3 %, so the reserve is gone; then it is free."""
        if not self.mounted:
            return lines
        ballast = self.home / "ballast"
        free = os.statvfs(self.home)
        left = free.f_bavail * free.f_frsize - TMPFS_MB * 1024 * 1024 * 3 // 100
        with open(ballast, "wb") as f:
            os.posix_fallocate(f.fileno(), 0, left)
        before = sum(o.refused for o in self.oracles)
        for o in self.oracles:
            o.full = True
        for _ in range(3):
            self.round(lines)
        for o in self.oracles:
            o.full = False
        assert sum(o.refused for o in self.oracles) > before, "never full"
        self.compare(lines[0])  # reads are answered, and erasures were
        ballast.unlink()
        for _ in range(2):
            before = sum(o.refused for o in self.oracles)
            self.round(lines)
        assert sum(o.refused for o in self.oracles) == before, "still full"
        return lines

    def fault_backup(self, lines):
        """A hot copy under writes becomes the store of another daemon's folder,
        in so many milliseconds, and is what it was at one commit."""
        name = f"b{self.backups}"
        self.send(lines)
        with self.daemon.client() as admin:
            made = admin.ask("backup", {"name": name})
        self.collect(lines)
        copy, began = self.daemon.folder / "again", time.monotonic()
        subprocess.run([OFFLINE, "store", "restore", self.home / "backups" / name,
                        copy, "--key-file", self.home / "store.key"],
                       check=True, stdout=subprocess.DEVNULL)
        self.restores.append((time.monotonic() - began) * 1000)
        seen = subprocess.run([OFFLINE, "store", "verify", copy, "--lang",
                               "en", "--key-file", self.home / "store.key"],
                              capture_output=True, text=True)
        assert seen.returncode == 0, (seen.stdout, seen.stderr)
        entries = re.search("Journal entries: ([0-9,. ]+)", seen.stdout)[1]
        # `seq` was the head when it began
        assert int(re.sub("[^0-9]", "", entries)) >= made["seq"], (made, seen)
        self.backups += 1
        shutil.rmtree(copy)
        shutil.rmtree(self.home / "backups" / name)
        return lines

    # --- the run --------------------------------------------------------------
    def look(self, lines):
        rss, anon, fds = figures_of(self.daemon.process.pid)
        counters = lines[0].c.counters()
        bytes_ = (self.home / "store" / "data.mdb").stat().st_size
        return {"rss_kb": rss, "anon_kb": anon, "fds": fds, "file": bytes_,
                "lag": counters.get("store_reader_lag", 0)}

    def run(self):
        restarting = ["kill", "call", "eio", "short", "stop", "keys"]
        quiet = ["full", "backup"]
        began = time.monotonic()
        end = began + self.o.minutes * 60
        try:
            assert self.start(), self.daemon.log()
            lines, first, life = self.settle(), None, time.monotonic()
            while time.monotonic() < end:
                stop = min(end, time.monotonic() + self.o.period)
                while time.monotonic() < stop:
                    self.round(lines)
                now = self.look(lines)
                if first is None:
                    first = (time.monotonic(), now)
                # the middle third is one life
                third = (time.monotonic() - began) / (self.o.minutes * 60)
                name = self.o.only or self.rng.choice(
                    quiet if 1 / 3 < third < 2 / 3
                    else restarting + quiet)
                if name in restarting:
                    self.lives.append((time.monotonic() - life, first[1], now))
                    first, life = None, time.monotonic()
                print(f"{time.monotonic() - began:7.0f} s  {name:7} {now}",
                      file=sys.stderr, flush=True)
                self.faults[name] += 1
                old, lines = lines, getattr(self, "fault_" + name)(lines)
                if old is not lines:
                    for line in old:
                        line.c.close()
                if (self.home / "store" / "data.mdb").stat().st_size > \
                        TMPFS_MB * 1024 * 1024 // 2:
                    for line in lines:
                        line.c.close()
                    self.daemon.stop()
                    self.next_store()
                    assert self.start(), self.daemon.log()
                    lines = self.settle()
                    first, life = None, time.monotonic()
            self.compare(self.settle()[0])
            report = lines[0].c.ask("verify")
            assert report["faults"] == 0, report
            self.report_soak(time.monotonic() - began)
        finally:
            self.daemon.kill()
            self.unmount()
            shutil.rmtree(self.folder, ignore_errors=True)

    def next_store(self):
        for o in self.oracles:
            self.refused += o.refused
            self.failed += o.failed
        self.unmount()
        self.new_store()

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.home], check=False)
            self.mounted = False

    def report_soak(self, seconds):
        for o in self.oracles:
            self.refused += o.refused
            self.failed += o.failed
        self.acked += sum(o.acked for o in self.oracles)
        n = sum(self.faults.values())
        print(f"soak: {seconds / 60:.0f} minutes, {n} faults, failures 0; seed "
              f"{self.o.seed}, {version()}")
        print("  " + ", ".join(f"{k} {v}" for k, v in
                               sorted(self.faults.items())))
        print(f"  {self.acked} commands acknowledged, 0 lost; {self.refused} "
              f"refused by a full disk, {self.failed} answered store_failed and "
              f"sent again; {self.asked} questions")
        if self.restores:
            print(f"  {self.backups} backups under writes, each restored and "
                  f"verified; restore p50 "
                  f"{sorted(self.restores)[len(self.restores) // 2]:.0f} ms, "
                  f"most {max(self.restores):.0f} ms")
        for length, first, last in sorted(self.lives, key=lambda x: x[0])[-1:]:
            print(f"  longest life {length / 60:.1f} minutes: {first} at first, "
                  f"{last} at its end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--period", type=float, default=3)
    parser.add_argument("--only", choices=["kill", "call", "eio", "short",
                                           "stop", "keys", "full", "backup"])
    Soak(parser.parse_args()).run()
