"""docs/security.md names tests: they exist."""
import re

from office import ROOT

TESTS = ROOT / "tests"


def exists(name):
    kind, _, rest = name.partition(".")
    if kind == "unit":
        return (TESTS / "unit" / (rest.replace(".", "/") + "_test.c")).exists()
    if kind == "fault":
        return (TESTS / "fault" / f"{rest}_fault_test.c").exists()
    if kind == "replay":
        return (TESTS / "fuzz" / f"{rest}_fuzz.c").exists()
    if kind == "integration":
        return (TESTS / "integration" / f"test_{rest}.py").exists()
    if rest.startswith("net."):
        return (TESTS / "reliability/net" / f"{rest[4:]}.py").exists()
    return bool(re.search(rf"\b{re.escape(rest)}\b", (
        TESTS / "reliability/store/CMakeLists.txt").read_text()))


def test_each_test_that_is_named_exists():
    text = (ROOT / "docs/security.md").read_text()
    names = set(re.findall(
        r"`((?:unit|fault|replay|integration|reliability)\.[a-z0-9_.]+)`",
        text))
    assert len(names) > 30
    assert [n for n in sorted(names) if not exists(n)] == []


def test_each_row_of_defence_names_one():
    text = (ROOT / "docs/security.md").read_text()
    part = text[text.index("## What is defended"):text.index(
        "## What is not defended")]
    rows = [x for x in part.splitlines() if x.startswith("| ")
            and not x.startswith(("| attack", "| trouble", "|---"))]
    assert len(rows) > 20
    assert [x for x in rows if "`" not in x.split("|")[3]] == []
