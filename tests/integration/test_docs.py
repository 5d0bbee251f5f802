"""Every command that the README and the pages in docs/ show is run as it
stands, in order, against a daemon with the shipped sample."""
import json
import os
import re
import shutil
import subprocess

import pytest

from office import BUILD, OFFLINE, PROFILES, ROOT, SAMPLE, Daemon

PAGES = ["README.md", "docs/cli.md", "docs/operations.md", "docs/metrics.md",
         "docs/privacy.md", "docs/records.md", "docs/access.md",
         "docs/linking.md", "docs/drafts.md", "docs/imports.md"]
COMMAND = re.compile(r"^    ((?:incrocio|incrociod|incrocio-audit|echo \".*\" \| "
                     r"incrocio) .*)$", re.M)


def commands(page):
    """The commands of a page, without the remark behind them."""
    for line in COMMAND.findall((ROOT / page).read_text()):
        yield re.split(r"\s+#|\s{3,}", line)[0].rstrip()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    space = folder / "space.incs"
    subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                    space], check=True, capture_output=True)
    daemon = Daemon(folder, endpoint=f"ipc://{folder}/socket", space=space,
                    admin="true", backup_dir=folder / "backups")
    daemon.start()
    shutil.copytree(SAMPLE, folder / "ESCO")
    shutil.copytree(SAMPLE, folder / "NEW_ESCO")
    shutil.copy(SAMPLE / "comuni.tsv", folder)
    for name in ("people", "needs", "companies"):
        shutil.copy(PROFILES / f"{name}.jsonl", folder)
    needs = [line for line in (folder / "needs.jsonl").read_text().splitlines()
             if not json.loads(line).get("closed")]
    (folder / "needs.jsonl").write_text("\n".join(needs) + "\n")
    (folder / "need.json").write_text(needs[0])
    (folder / "annuncio.txt").write_text("Cerchiamo saldatori e addetti "
                                         "alla saldatura MIG.\n")
    shutil.copy(ROOT / "tests/data/intake/europass-magazziniere.xml",
                folder / "cv.xml")
    shutil.copy(ROOT / "tests/data/intake/posting-saldatore.jsonld",
                folder / "annuncio.jsonld")
    shutil.copy(ROOT / "tests/data/intake/mappa.conf", folder)
    table = (ROOT / "tests/data/intake/elenco.csv").read_text().splitlines()
    (folder / "elenco.csv").write_text("\n".join(table[:2]) + "\n")
    (folder / "identita.json").write_text(json.dumps(
        {"id": "P-0001", "surname": "Prova", "birth_country": "IT"}))
    (folder / "DIR").symlink_to(folder / "store")
    (folder / "DIR.key").symlink_to(folder / "store.key")
    env = {k: v for k, v in os.environ.items() if not k.startswith("INCROCIO")}
    parts = ["clients/cli", "clients/audit", "engine/daemon", "engine/tools"]
    env["PATH"] = ":".join([str(BUILD / p) for p in parts] + [env["PATH"]])
    env["INCROCIO_ENDPOINT"] = f"ipc://{folder}/socket"

    def run(command):
        return subprocess.run(command, shell=True, cwd=folder, env=env,
                              capture_output=True, text=True, timeout=300)

    for line in ("import companies companies.jsonl",
                 "import needs needs.jsonl", "import candidates people.jsonl",
                 "export needs --format csv --out needs.csv"):
        done = run(f"incrocio {line}")
        assert done.returncode == 0, done.stderr
    yield run
    daemon.stop()


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_run(office, page):
    shown = list(commands(page))
    assert shown, f"{page} shows no command any more"
    for command in shown:
        if command.startswith("incrociod"):
            continue  # the daemon's own options are in test_daemon.py
        done = office(command)
        assert done.returncode == 0, f"{page}: {command}\n{done.stderr}"
        assert done.stdout or done.stderr, f"{page}: {command} says nothing"


@pytest.mark.parametrize("lang", ["en", "it"])
def test_examples_of_incrocio_audits_page(office, lang):
    page = ROOT / f"clients/audit/man/{lang}/man1/incrocio-audit.1"
    text = page.read_text()
    examples = [line for block in re.findall(r"^\.EX\n(.*?)^\.EE$", text,
                                             re.M | re.S)
                for line in block.splitlines()]
    assert len(examples) == 8
    for command in examples:
        done = office(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    # What it names is what there is: every option and every command.
    usage = office("incrocio-audit --help").stdout
    for word in ("verify", "proof", "since", "--key", "--witness"):
        assert word in usage and word.replace("-", "\\-", 2) in text, word
    if shutil.which("groff") is None:
        pytest.skip("SKIPPED: groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", page],
                          capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "incrocio-audit" in done.stdout


def test_shortlist_fits_a_terminal(office):
    done = office("COLUMNS=80 incrocio match people N-0001 --k 5")
    wide = [line for line in done.stdout.splitlines() if len(line) > 80]
    assert not wide, wide
    assert "saldatura" in done.stdout and "= " in done.stdout
