"""What an office loads for link: national classifications and vectors of labels,
over the wire, on the command line, and tables the daemon refuses to start with."""
import json
import os
import struct
import subprocess

import pytest

from office import BUILD, OFFLINE, SAMPLE, Daemon, built

pytestmark = built
INCROCIO = BUILD / "clients/cli/incrocio"
BAKER = "http://incrocio.example/esco/occupation/baker"
MAPPING = ("note\nClassification 1 URI,Classification 2 ID,"
           "Classification 2 PrefLabel,Mapping relation\n"
           f"{BAKER},6.5.1.2.1,Fornaciai e sfornatori,closeMatch\n"
           "http://nobody,6.5.1.2.1,Fornaciai e sfornatori,closeMatch\n")


def vectors(folder, rows):
    """labels.txt and what numpy.save writes."""
    folder.mkdir()
    (folder / "labels.txt").write_text("\n".join(rows))
    dim = len(next(iter(rows.values())))
    head = ("{'descr': '<f4', 'fortran_order': False, "
            f"'shape': ({len(rows)}, {dim}), }}").ljust(117) + "\n"
    (folder / "vectors.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
        b"".join(struct.pack(f"<{dim}f", *v) for v in rows.values()))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crosswalk")
    space, tables = folder / "space.incs", folder / "tables"
    subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                    space], check=True, capture_output=True)
    tables.mkdir()
    (tables / "cp2011-esco.csv").write_text(MAPPING)
    vectors(folder / "vectors", {"panettiere": (9, 1, 0), "cuoco": (0, 1, 9),
                                 "fare michette": (8, 1, 1)})
    d = Daemon(folder, space=space, crosswalk=tables,
               label_vectors=folder / "vectors", label_vectors_percent=100)
    d.start()
    yield d
    d.stop()


def cli(daemon, *args):
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("INCROCIO") and k not in ("LANG", "LC_ALL")}
    return subprocess.run([INCROCIO, "--endpoint", daemon.endpoint, *args],
                          capture_output=True, text=True, timeout=60, env=env)


def test_codes_and_names(daemon):
    with daemon.client() as c:
        by_code = c.ask("link", {"text": "CP2011 6.5.1.2.1"})
        by_name = c.ask("link", {"text": "fornaciaio"})
        other = c.ask("link", {"text": "CP2021 6.5.1.2.1"})
    assert by_code["verdict"] == "sure" and len(by_code["items"]) == 1
    for answer in (by_code, by_name):
        first = answer["items"][0]
        assert first["uri"] == BAKER and first["label"].startswith("panif")
        assert first["scheme"] == "CP2011" and first["code"] == "6.5.1.2.1"
        assert first["matched"] == "Fornaciai e sfornatori"
    assert other == {"items": [], "verdict": "unknown"}
    assert "crosswalk_units=1 crosswalk_mappings=1 crosswalk_names=1 " \
           "crosswalk_unknown=1" in daemon.log()


def test_vectors(daemon):
    with daemon.client() as c:
        first = c.ask("link", {"text": "fare michette"})["items"][0]
        assert first["uri"] == BAKER
    assert "vectors=3 vectors_dim=3 vectors_labels=2" in daemon.log()


def test_command_line(daemon):
    r = cli(daemon, "link", "6.5.1.2.1")
    assert r.returncode == 0
    text = " ".join(r.stdout.split())
    assert "CP2011 6.5.1.2.1 Fornaciai e sfornatori" in text
    r = cli(daemon, "link", "--json", "6.5.1.2.1")
    assert json.loads(r.stdout)["items"][0]["code"] == "6.5.1.2.1"


def test_a_wrong_table_is_said_at_the_start(daemon, tmp_path):
    table = tmp_path / "cp2011-esco.csv"
    table.write_text(MAPPING + f"{BAKER},6.5.1.2.2,Altri,nearly\n")
    d = Daemon(tmp_path, space=daemon.settings["space"], crosswalk=table)
    done = subprocess.run(
        [BUILD / "engine/daemon/incrociod", "--check", *d.flags()],
        capture_output=True, text=True, timeout=60, env=d.environment())
    assert done.returncode != 0
    assert "cp2011-esco.csv:5" in done.stderr or \
        "cp2011-esco.csv line 5" in done.stderr
    assert "exactMatch" in done.stderr
    d = Daemon(tmp_path, space=daemon.settings["space"],
               label_vectors=tmp_path)
    (tmp_path / "labels.txt").write_text("cuoco\n")
    (tmp_path / "vectors.npy").write_text("0.1 0.2\n")
    done = subprocess.run(
        [BUILD / "engine/daemon/incrociod", "--check", *d.flags()],
        capture_output=True, text=True, timeout=60, env=d.environment())
    assert done.returncode != 0
    assert "vectors.npy" in done.stderr and "numpy.save" in done.stderr
