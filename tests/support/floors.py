#!/usr/bin/env python3
"""Fail when an #include climbs. A folder may include its own files and any
lower floor, never a sibling on the same floor or a higher one."""
import pathlib
import re
import sys

FLOORS = [
    ["engine/base"],
    ["proto", "engine/text", "engine/kernels"],
    ["engine/taxonomy"],
    ["engine/space"],
    ["engine/train", "engine/profile"],
    ["engine/store", "engine/pool", "engine/access", "engine/link"],
    ["engine/draft"],
    ["engine/match"],
    ["engine/batch", "engine/vault"],
    ["engine/server"],
    ["engine/daemon", "engine/tools"],
]
LEVEL = {d: i for i, row in enumerate(FLOORS) for d in row}
# What stands outside the house: clients see the protocol and base only.
CLIENTS = {
    "clients/c": {"clients/c", "proto", "engine/base"},
    "clients/intake": {"clients/intake", "proto", "engine/base"},
    "clients/cli": {"clients/cli", "clients/c", "clients/intake", "proto",
                    "engine/base"},
    # Shares no code with what it checks.
    "clients/audit": {"clients/audit"},
    "bench/load": {"bench/load", "clients/cli", "clients/c", "proto",
                   "engine/base"},
}
# What ranks people cannot name who they are: these must stay complaints.
BLIND = ["engine/pool", "engine/match", "engine/batch", "engine/profile",
         "engine/store", "engine/space", "engine/train", "engine/kernels"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def home(path):
    return next((d for d in LEVEL if path.startswith(d + "/")), None)


def client(path):
    return next((d for d in CLIENTS if path.startswith(d + "/")), None)


def complaint(name, target):
    here, there = home(name), home(target)
    if client(name):
        folder = target.rsplit("/", 1)[0]
        if folder not in CLIENTS[client(name)]:
            return f"{client(name)} may not include {target}"
        return None
    if there is None:
        return "include by full path from the root"
    if there != here and LEVEL[there] >= LEVEL[here]:
        return f"{here} may not include {there}"
    return None


def main(root):
    bad = 0
    for folder in BLIND:
        if not complaint(folder + "/x.c", "engine/vault/vault.h"):
            print(f"{folder} could include the vault")
            bad += 1
    for file in sorted(pathlib.Path(root).rglob("*.[ch]")):
        name = file.relative_to(root).as_posix()
        if home(name) is None and client(name) is None:
            continue
        for no, line in enumerate(file.read_text().splitlines(), 1):
            hit = INCLUDE.match(line)
            text = hit and complaint(name, hit.group(1))
            if text:
                print(f"{name}:{no}: {text}")
                bad += 1
    return 1 if bad else 0


sys.exit(main(sys.argv[1]))
