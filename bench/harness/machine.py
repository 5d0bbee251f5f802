"""On what and with what a figure was measured."""
import datetime
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["libzmq5", "libmsgpackc2", "liblmdb0", "libopenblas0-serial",
            "libopenblas0-pthread", "libopenblas0-openmp", "libsodium23",
            "gcc", "python3-matplotlib"]


def _cpuinfo(field):
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(rf"^{field}\s*: (.*)$", text, re.M)
    return found.group(1).strip() if found else platform.machine()


def _git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True,
                          text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def _packages():
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${Version} ${db:Status-Status}\n",
         *PACKAGES], capture_output=True, text=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {r[0]: r[1] for r in rows if len(r) == 3 and r[2] == "installed"}


def free_memory():
    """Bytes that a new process may use without pushing others out."""
    text = pathlib.Path("/proc/meminfo").read_text()
    return int(re.search(r"MemAvailable:\s+(\d+)", text).group(1)) * 1024


def free_disk(folder):
    return shutil.disk_usage(folder).free


def describe():
    """The machine block of results.json."""
    return {
        "cpu": _cpuinfo("model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") *
        os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "system": _system(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE", ""),
        "load_average": [round(x, 2) for x in os.getloadavg()],
        "commit": _git("rev-parse", "--short=12", "HEAD") or "unknown",
        "dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "packages": _packages(),
        "date": datetime.datetime.now(datetime.timezone.utc)
        .strftime("%Y-%m-%dT%H:%M:%SZ"),
        # Words that begin with / are this machine's own business.
        "command": " ".join(["bench/" + pathlib.Path(sys.argv[0]).name] +
                            [re.sub(r"(^|=)/.*", r"\1PATH", w)
                             for w in sys.argv[1:]]),
    }


def _system():
    text = pathlib.Path("/etc/os-release")
    if not text.exists():
        return platform.system()
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', text.read_text(), re.M)
    return found.group(1) if found else platform.system()


def same(a, b):
    """The fields that differ and make two results hard to compare."""
    keys = ["cpu", "cores", "memory_mb", "kernel", "openblas_coretype"]
    return [k for k in keys if a.get(k) != b.get(k)]


def slug(machine):
    """A name for folders: amd-epyc-2c."""
    cpu = re.sub(r"\(.*?\)|cpu|processor|@.*|\d+-core", "",
                 machine["cpu"].lower())
    return "-".join(re.findall(r"[a-z0-9]+", cpu)[:4] +
                    [f"{machine['cores']}c"])


def title(machine):
    """One line under every plot."""
    return (f"{machine['cpu']}, {machine['cores']} cores, "
            f"{machine['memory_mb'] / 1024:.0f} GiB, {machine['date'][:10]}, "
            f"commit {machine['commit']}{'+' if machine['dirty'] else ''}, "
            f"load {machine['load_average'][0]:.1f}")
