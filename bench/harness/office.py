"""A running daemon on a temporary store, with people and needs in it."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

from . import pools
from .programs import ROOT, Failed, run, say

sys.path.insert(0, str(ROOT / "clients/python"))

START_S = 300


class Daemon:
    """One incrociod; stop() always, killed by its own number."""

    def __init__(self, programs, folder, **settings):
        self.programs = programs
        self.folder = folder
        self.endpoint = f"ipc://{folder}/socket"
        self.settings = settings
        self.process = None

    def start(self):
        """Milliseconds until requests are served."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("INCROCIO_")}
        env["HOME"] = str(self.folder)
        env.update(self.settings.get("env", {}))
        flags = [f"--{k}={v}" for k, v in self.settings.items() if k != "env"]
        begin = time.monotonic()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.programs.daemon, f"--endpoint={self.endpoint}",
                 f"--ready-file={ready}", *flags], stderr=log,
                stdin=subprocess.DEVNULL, env=env, start_new_session=True)
        while not (ready.exists() and ready.read_text().endswith("\n")):
            if self.process.poll() is not None:
                raise Failed("incrociod did not start:\n" + self.log())
            if time.monotonic() - begin > START_S:
                self.stop()
                raise Failed(f"incrociod not ready after {START_S} s")
            time.sleep(.001)
        return (time.monotonic() - begin) * 1000

    def log(self):
        text = (self.folder / "log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-8:])

    def memory(self, field="VmRSS"):
        """Bytes: VmRSS now, VmHWM at most so far."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(field + r":\s+(\d+) kB", text).group(1)) * 1024

    def cpu(self):
        """Processor seconds used so far."""
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = text.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None


def ask(endpoint):
    """A client of the daemon; closes like a file."""
    from incrocio import Client  # after its folder is known
    return Client(endpoint)


class Office:
    """Stores by number of people; one daemon at a time, restarted when another
    store or other settings are wanted."""

    def __init__(self, programs, folder, figures, esco=None, seed=1,
                 needs=200):
        self.programs = programs
        self.folder = folder
        self.figures = figures
        self.esco = esco
        self.seed = seed
        self.n_needs = needs
        self.daemon = None
        self.now = None
        self.lanes = {}
        self.space = folder / "space.incs"
        run([programs.offline, "space", "train", "--esco",
             esco or pools.SAMPLE, "--out", self.space], 600)

    def settings(self, people):
        """What every daemon of ours is started with."""
        return {"store": self.folder / f"store-{people}", "space": self.space,
                "esco": self.esco or pools.SAMPLE,
                "comuni": pools.comuni(self.esco)}

    def _import(self, kind, path, timeout_s=7200):
        env = dict(os.environ, INCROCIO_ENDPOINT=self.daemon.endpoint)
        begin = time.monotonic()
        try:
            run([self.programs.cli, "import", kind, path], timeout_s, env)
        except Failed as e:
            self._mostly_stored(kind, path, e)
        return time.monotonic() - begin

    def _mostly_stored(self, kind, path, why):
        """A few generated records may be refused: the figures are about the
        others, and it is told. More than a tenth is an error."""
        with ask(self.daemon.endpoint) as client:
            stored = client.call("status")["store"][kind]
        with open(path, "rb") as f:
            wanted = sum(1 for _ in f)
        if stored < wanted - wanted // 10:
            raise why
        say(f"  {wanted - stored} of {wanted} {kind} were refused: {why}")

    def _needs(self, lanes):
        """Replace the needs by others of the same ids."""
        path = self.folder / f"needs-{lanes}.jsonl"
        if not path.exists():
            pools.needs(self.programs, path, self.n_needs, lanes, self.seed,
                        self.esco)
        for old in self.folder.glob("needs-*.jsonl?*"):
            old.unlink()  # import remembers how far it came
        self._import("needs", path)

    def _fill(self, people, store, measured):
        path = self.folder / f"people-{people}.jsonl"
        pools.people(self.programs, path, people, self.seed, self.esco)
        seconds = self._import("candidates", path)
        for used in self.folder.glob(f"people-{people}.jsonl*"):
            used.unlink()
        if not measured:
            return
        params = {"people": people}
        self.figures.add("import.people", "1/s", params, people / seconds)
        self.figures.add("store.size", "B", params,
                         sum(p.stat().st_blocks * 512
                             for p in store.iterdir()))

    def use(self, people, lanes=12, measured=True, **changes):
        """A running daemon with so many people, needs of `lanes` skills, and
        the settings named; the one that runs when it is the same. measured:
        keep what import and start took."""
        wanted = (people, tuple(sorted((k, str(v))
                                       for k, v in changes.items())))
        if wanted != self.now:
            self.close()
            store = self.folder / f"store-{people}"
            new = not store.exists()
            self.daemon = Daemon(self.programs, self.folder,
                                 **self.settings(people), **changes)
            ms = self.daemon.start()
            if new:
                self._fill(people, store, measured)
            elif not changes and measured:
                params = {"people": people}
                self.figures.add("daemon.start", "ms", params, ms)
                self.figures.add("daemon.memory", "B", params,
                                 self.daemon.memory())
            self.now = wanted
        if self.lanes.get(people) != lanes:
            self._needs(lanes)
            self.lanes[people] = lanes
        return self.daemon

    def forget(self, people):
        """Remove a store, to give its disk back."""
        if self.now and self.now[0] == people:
            self.close()
        shutil.rmtree(self.folder / f"store-{people}", ignore_errors=True)
        self.lanes.pop(people, None)

    def close(self):
        if self.daemon is not None:
            self.daemon.stop()
        self.daemon = self.now = None
