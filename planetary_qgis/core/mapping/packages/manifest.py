"""The list of a package's files with their SHA-256, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MANIFEST = "SHA256SUMS"

_LINE = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Differences:
    """How a folder is not what its manifest says.

    Attributes:
        unreadable: Lines of the manifest that name no file.
    """

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]
    unreadable: tuple[str, ...]


def write_manifest(folder: Path, told: Callable[[str], None] = lambda _name: None) -> None:
    """List every file of a folder, and below, in its manifest.

    Args:
        told: Gets each name before the file is read; what it raises ends the work.
    """
    lines = []
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name != MANIFEST:
            told(name)
            lines.append(_line(sha256_of(path), name))
    (folder / MANIFEST).write_bytes("".join(lines).encode("utf-8", "surrogateescape"))


def listed(folder: Path) -> dict[str, str]:
    """SHA-256 by name, as the manifest says; empty where there is none."""
    return _read(folder)[0]


def differences(folder: Path) -> Differences | None:
    """How the folder differs from its manifest; None where it has none.

    Raises:
        OSError: A file cannot be read.
    """
    if not (folder / MANIFEST).is_file():
        return None
    said, unreadable = _read(folder)
    there = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    there.pop(MANIFEST, None)
    return Differences(
        changed=tuple(
            name for name, digest in said.items() if name in there and _differs(there[name], digest)
        ),
        missing=tuple(name for name in said if name not in there),
        unlisted=tuple(name for name in there if name not in said),
        unreadable=tuple(unreadable),
    )


def files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder and below, in the order of their names; links are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _differs(path: Path, digest: str) -> bool:
    return sha256_of(path) != digest


def _line(digest: str, name: str) -> str:
    """As sha256sum writes it: a backslash before the line says that the name is escaped."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{chr(92) if escaped != name else ''}{digest}  {escaped}\n"


def _read(folder: Path) -> tuple[dict[str, str], list[str]]:
    path = folder / MANIFEST
    if not path.is_file():
        return {}, []
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    said: dict[str, str] = {}
    unreadable = []
    for line in text.split("\n"):
        found = _LINE.fullmatch(line.rstrip("\r"))
        if found is None:
            unreadable += [line] if line.strip() else []
            continue
        name = _unescaped(found[3]) if found[1] else found[3]
        said[PurePosixPath(name).as_posix()] = found[2].lower()
    return said, unreadable


def _unescaped(name: str) -> str:
    words = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return re.sub(r"\\[\\nr]", lambda found: words[found[0]], name)
