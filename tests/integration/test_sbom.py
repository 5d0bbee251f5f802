"""The bill of materials: whole, true to the files, the same each time."""
import hashlib
import json
import re
import subprocess

import pytest

from office import BUILD, DAEMON, OFFLINE, ROOT, built

pytestmark = built
SBOM = ROOT / "tests/support/sbom"


def make():
    return subprocess.run(["/usr/bin/python3", SBOM, BUILD], check=True,
                          capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def text():
    return make()


@pytest.fixture(scope="module")
def bill(text):
    return json.loads(text)


def needed(path):
    out = subprocess.run(["objdump", "-p", path], check=True, text=True,
                         capture_output=True).stdout
    return set(re.findall(r"^\s*NEEDED\s+(\S+)", out, re.M))


def test_what_cyclonedx_requires(bill):
    assert bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.5"
    assert isinstance(bill["version"], int) and bill["version"] >= 1
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                        bill["serialNumber"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                        bill["metadata"]["timestamp"])
    refs = [c["bom-ref"] for c in bill["components"]]
    refs.append(bill["metadata"]["component"]["bom-ref"])
    assert len(refs) == len(set(refs))
    for c in bill["components"]:
        assert c["type"] in ("application", "library")
        assert c["name"] and c["version"]
        assert len(c["licenses"]) == 1
        licence = c["licenses"][0]["license"]
        assert set(licence) in ({"id"}, {"name"}) and all(licence.values())
        for h in c["hashes"]:
            assert h["alg"] == "SHA-256"
            assert re.fullmatch("[0-9a-f]{64}", h["content"])
        if c["type"] == "library":
            assert re.fullmatch(r"pkg:deb/debian/[a-z0-9.+-]+@[^@?]+\?arch=\w+",
                                c["purl"])
    of = {d["ref"]: d["dependsOn"] for d in bill["dependencies"]}
    assert set(of) == set(refs)
    assert all(set(d) <= set(refs) for d in of.values())


@pytest.mark.parametrize("program", [DAEMON, OFFLINE])
def test_every_needed_library_is_there(bill, program):
    by_ref = {c["bom-ref"]: c for c in bill["components"]}
    of = {d["ref"]: set(d["dependsOn"]) for d in bill["dependencies"]}
    want = needed(program)
    assert want and want <= set(by_ref)
    assert of[program.name] == want
    assert by_ref[program.name]["hashes"][0]["content"] == \
        hashlib.sha256(program.read_bytes()).hexdigest()


def test_versions_are_the_installed_ones(bill):
    for c in bill["components"]:
        if c["type"] == "library":
            r = subprocess.run(["dpkg-query", "-W", "-f=${Version}\n",
                                c["name"]], capture_output=True, text=True)
            assert c["version"] in r.stdout.split(), c["name"]


def test_the_same_build_gives_the_same_bytes(text):
    assert make() == text
