"""Documents that people have (Europass, JobPosting ...) as a text and facts for
`Client.draft`. The reading is the command line's: one importer, one place where
what may not weigh is left out."""
from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from typing import Any, Optional, Union

from . import model as m

READ_S = 120.0


class UnreadableDocument(Exception):
    """The file is no document that can be read; the text says why."""


@dataclasses.dataclass
class Document:
    """What of a file is read (text, facts) and what is left out (dropped)."""

    form: str
    text: str
    facts: list[dict[str, Any]]
    sources: list[dict[str, Any]]  # path, at, len: bytes of the text
    dropped: list[dict[str, Any]]  # path, why, reason, times
    cut: bool

    def source(self, item: Union[m.DraftItem, m.DraftSpan, m.DraftWarning]
               ) -> Optional[str]:
        """Where in the file something of the draft comes from."""
        for one in self.sources:
            if one["at"] <= item.at < one["at"] + one["len"]:
                return one["path"]
        return None


def read_document(path: Union[str, os.PathLike[str]], *, kind: str,
                  form: Optional[str] = None, program: str = "incrocio"
                  ) -> Document:
    """Read a file with the command line; asks no daemon."""
    words = [program, "draft", "profile" if kind == "candidate" else "need",
             "--dry-run", "--json", "--lang", "en"]
    if form is not None:
        words += ["--format", form]
    done = subprocess.run([*words, "--", os.fspath(path)], timeout=READ_S,
                          capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise UnreadableDocument(done.stderr.strip())
    return Document(**json.loads(done.stdout))
