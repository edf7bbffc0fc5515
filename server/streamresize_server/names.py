"""Names of pictures in a catalog, and what the service shows of them.

Files have absolute names, as the command line gives them; they are shown as paths below a root, and
by their last part where they lie elsewhere. Uploads are `upload://<start of the hash>/<label>`:
pictures with the same label are not taken for one file that has changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

UPLOAD, LOCAL = "upload://", "local://"
HASH_DIGITS = 16

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Names:
    """roots: folders whose files may be asked for."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [Path(os.path.abspath(root)) for root in roots]  # noqa: PTH100 - keeps links

    def of_reference(self, reference: str) -> str:
        """The name of a source; blocks."""
        if SCHEME.match(reference) and not reference.startswith(LOCAL):
            return reference
        path = reference.removeprefix(LOCAL).lstrip("/")
        files = (str(root / path) for root in self._roots)
        return next(filter(os.path.isfile, files), f"/{path}")

    def of_upload(self, label: str, content_hash: bytes) -> str:
        return f"{UPLOAD}{content_hash.hex()[:HASH_DIGITS]}/{label}"

    def shown(self, names: Iterable[str]) -> list[dict[str, str]]:
        """For each name one of `path` and `url`, which can be asked for, and `name`."""
        return [self._shown(name) for name in names]

    def _shown(self, name: str) -> dict[str, str]:
        if name.startswith(UPLOAD):
            return {"name": _readable(name.removeprefix(UPLOAD).partition("/")[2])}
        if SCHEME.match(name):
            return {"url": name} if "@" not in urlsplit(name).netloc else {"name": _last(name)}
        for root in self._roots:
            if Path(name).is_relative_to(root):
                return {"path": _readable(str(Path(name).relative_to(root)))}
        return {"name": _readable(_last(name))}

    def references(self, names: Iterable[str]) -> list[str]:
        """Of those that can be asked for, as `Sources.open` takes them."""
        facts = [shown for shown in self.shown(names) if "name" not in shown]
        return [shown.get("url") or f"{LOCAL}/{shown['path']}" for shown in facts]


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _readable(name: str) -> str:
    """File names that are no text have marks in their place."""
    return name.encode(errors="surrogateescape").decode(errors="replace")
