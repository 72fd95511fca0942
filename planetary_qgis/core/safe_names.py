"""Names from archives as names of files, so that none leads out of its folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError

MOST_LETTERS = 120
OWN_ENDINGS = (".part", ".part.json", ".download.json", ".lock", ".old")
"""Endings of the files that downloads keep beside what they fetch; nothing else has them."""

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._+=@,()~-]")
_RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_LONGEST_ENDING = 12


def safe_name(text: str) -> str:
    """The text as the name of a file on every system; texts that differ get names that differ.

    A text that is such a name stays as it is; others carry a digest of what they were.
    """
    name = _FORBIDDEN.sub("_", text)
    name = re.sub(r"^[.~-]", "_", name).rstrip(".")
    if _RESERVED_ON_WINDOWS.match(name) or name.lower().endswith(OWN_ENDINGS):
        name = f"_{name}_"
    if name == text and 0 < len(name) <= MOST_LETTERS:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        stem, ending = name, ""
    tail = f"-{digest}{'.' if ending else ''}{ending}"
    return (stem or "unnamed")[: MOST_LETTERS - len(tail)] + tail


def safe_path(root: Path, *parts: str) -> Path:
    """The path of these parts under a folder, each a name of its own.

    Raises:
        PlanetaryError: A link in the folder leads out of it.
    """
    path = root.joinpath(*(safe_name(part) for part in parts))
    if root.resolve() not in (path.resolve(), *path.resolve().parents):
        raise PlanetaryError(
            f"{path} leads out of the folder {root}.",
            hint="Remove the link, or choose another folder.",
        )
    return path
