"""A daemon with drawn people and needs, and the load generator against it: what
flood and record share."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support")]
SKILLS = ["mig-mag-welding", "grind-metal", "check-welds", "teamwork",
          "prepare-joints", "read-technical-drawings", "wear-ppe"]


def commit():
    return subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT,
                          capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def daemon(build, people, **settings):
    os.environ["INC_BUILD"] = str(build)
    from office import OFFLINE, SAMPLE, SKILL, Daemon, need, person
    with tempfile.TemporaryDirectory(prefix="incrocio-") as t:
        space = pathlib.Path(t) / "space.incs"
        subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                        space], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        d = Daemon(pathlib.Path(t), space=space,
                   **{"queue_ms": None, **settings})  # as shipped
        try:
            d.start()
            with d.client() as c:
                for i in range(8):
                    c.ask("need.put", {"record": need(i, requirements=[
                        {"uri": SKILL + s} for s in SKILLS[:3 + i % 5]])})
                for at in range(0, people, 500):
                    c.ask("candidate.put_many", {"puts": [
                        {"record": person(i, id=f"P-{i}", skills=[
                            {"uri": SKILL + s, "level": 1 + (i + k) % 4}
                            for k, s in enumerate(SKILLS) if (i >> k) % 3])}
                        for i in range(at, min(people, at + 500))]})
            yield d
        finally:
            d.clean()


def load(build, d, clients, seconds, seed, *more):
    """Figures of the load generator, by name."""
    out = subprocess.run(
        [build / "bench/load/load", "--endpoint", d.endpoint, "--clients",
         str(clients), "--seconds", str(seconds), "--seed", str(seed),
         "--mix", "match.people", *more], check=True, capture_output=True,
        text=True).stdout
    return {r["name"].removeprefix("load."): r["samples"][0]
            for r in map(json.loads, out.splitlines())
            if not r["params"].get("kind")}
