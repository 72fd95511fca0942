"""Whether a file is a kernel that CSPICE reads as it was meant.

CSPICE loads truncated kernels and web pages without a word, and skips what is on a text kernel's
last line where that has no end, or beyond column 132. Here each gets its sentence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.daf import RECORD_BYTES, daf_head
from planetary_qgis.core.spice.kernels.das import das_format, das_size_bytes

LONGEST_PATH = 255
_LONGEST_LINE = 132
_LARGEST_TEXT_BYTES = 256 * 2**20
_FETCH_AGAIN = "Fetch it again."
_TRANSFER_MARKS = (b"DAFETF", b"DASETF")
_BINARY_MARKS = (b"DAF/", b"DAS/", b"NAIF/")
_STRANGERS = (
    (b"\x1f\x8b", "is packed with gzip", "Unpack it, and choose the file that is in it."),
    (b"PK\x03\x04", "is a ZIP archive", "Unpack it, and choose the files that are in it."),
    (b"BZh", "is packed with bzip2", "Unpack it, and choose the file that is in it."),
    (b"\xfd7zXZ", "is packed with xz", "Unpack it, and choose the file that is in it."),
    (b"%PDF", "is a PDF document", "Fetch the kernel itself."),
)
_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype|html|head|body)\b", re.I | re.S
)
_DATA_BLOCK = re.compile(
    rb"^[ \t]*\\begindata[ \t]*\r?$(.*?)(?:^[ \t]*\\begintext[ \t]*\r?$|\Z)", re.M | re.S
)
_QUOTED = re.compile(rb"'(?:[^'\r\n]|'')*'")


def check_kernel(path: Path) -> None:
    """Nothing where the file can be loaded as it was meant.

    Raises:
        KernelError: It cannot.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise _not_there(path, error) from error
    if path.is_dir():
        raise _unusable(path, "is a folder", "Choose the kernels in it.")
    _check_name(path)
    problem = _problem(str(path), found.st_size, found.st_mtime_ns)
    if problem is not None:
        raise _unusable(path, *problem)


def warning_of(path: Path) -> str:
    """What of a kernel that can be loaded is not read as it was meant; empty where all is."""
    found = path.stat()
    return _warning(str(path), found.st_size, found.st_mtime_ns)


def names_assigned(path: Path, pattern: str) -> frozenset[str]:
    """The variables that a text kernel assigns, of those whose name matches."""
    found = path.stat()
    return _names(str(path), pattern, found.st_size, found.st_mtime_ns)


def _check_name(path: Path) -> None:
    """CSPICE takes 255 bytes of a path, and none that are not ASCII outside of UTF-8 systems."""
    length = len(str(path).encode("utf-8", "surrogateescape"))
    if length > LONGEST_PATH:
        raise _unusable(
            path,
            f"has a path of {length} characters, of which SPICE takes {LONGEST_PATH} at most",
            "Move it to a folder that is nearer to the top.",
        )


@lru_cache(maxsize=4096)
def _problem(path: str, size: int, _modified: int) -> tuple[str, str] | None:
    """What is wrong with a file and what to do; as long as it does not change, read once."""
    if not size:
        return "is empty", _FETCH_AGAIN
    try:
        with Path(path).open("rb") as file:
            head = file.read(RECORD_BYTES)
            if head.startswith(_BINARY_MARKS):
                return _daf_problem(head, size) if _is_daf(head) else _das_problem(file, head, size)
            text = head + file.read(_LARGEST_TEXT_BYTES)
            return _stranger(head) or _text_problem(_plain(text))
    except OSError as error:
        return f"cannot be read ({error.strerror})", "Check that you may read it."


@lru_cache(maxsize=4096)
def _names(path: str, pattern: str, _size: int, _modified: int) -> frozenset[str]:
    assigned = re.compile(rb"^\s*(%b)\s*\+?=" % pattern.encode("ascii"), re.MULTILINE)
    blocks = _DATA_BLOCK.finditer(_text_of(path))
    return frozenset(name[1].decode("ascii") for b in blocks for name in assigned.finditer(b[1]))


@lru_cache(maxsize=4096)
def _warning(path: str, _size: int, _modified: int) -> str:
    for block in _DATA_BLOCK.finditer(_text_of(path)):
        long = next((line for line in block[1].split(b"\n") if _is_cut(line)), None)
        if long is not None:
            number = block.string.count(b"\n", 0, block.string.index(long, block.start(1))) + 1
            return (
                f"{Path(path).name} has {len(long)} characters in line {number}; SPICE reads "
                f"{_LONGEST_LINE} and skips the rest."
            )
    return ""


def _text_of(path: str) -> bytes:
    """A text kernel's content with plain line ends; nothing of a binary kernel."""
    with Path(path).open("rb") as file:
        text = file.read(RECORD_BYTES)
        if text.startswith(_BINARY_MARKS):
            return b""
        return _plain(text + file.read(_LARGEST_TEXT_BYTES))


def _stranger(head: bytes) -> tuple[str, str] | None:
    if head.startswith(_TRANSFER_MARKS):
        return (
            "is in NAIF's transfer format, which cannot be loaded",
            "Convert it with NAIF's program tobin, and choose the file that it writes.",
        )
    for mark, what, hint in _STRANGERS:
        if head.startswith(mark):
            return f"{what}, not a kernel", hint
    if _PAGE.match(head):
        return (
            "is a web page, not a kernel, as servers send where a file has moved",
            "Open the address that it came from in a browser, and fetch the kernel itself.",
        )
    return None


def _is_daf(head: bytes) -> bool:
    return head.startswith((b"DAF/", b"NAIF/DAF"))


def _daf_problem(head: bytes, size: int) -> tuple[str, str] | None:
    if len(head) < RECORD_BYTES:
        return _cut_off(size)
    daf = daf_head(head)
    if not daf.order:
        return _foreign(head[88:96].decode("ascii", "replace").strip())
    return _cut_off(size, daf.size_bytes) if size < daf.size_bytes else None


def _das_problem(file: BinaryIO, head: bytes, size: int) -> tuple[str, str] | None:
    if len(head) < RECORD_BYTES:
        return _cut_off(size)
    binary_format = das_format(head)
    if binary_format not in ("", "LTL-IEEE", "BIG-IEEE"):
        return _foreign(binary_format)
    needed = das_size_bytes(file, head)
    return _cut_off(size, needed) if size < needed else None


def _foreign(binary_format: str) -> tuple[str, str]:
    return (
        f"holds numbers as {binary_format} machines write them, which cannot be read here",
        "Fetch the version for PCs (little-endian), or convert it with toxfr and tobin.",
    )


def _cut_off(size: int, needed: int | None = None) -> tuple[str, str]:
    if needed is None:
        return f"is cut off after {size} bytes", _FETCH_AGAIN
    return f"is cut off: it has {size} of {needed} bytes", _FETCH_AGAIN


def _text_problem(text: bytes) -> tuple[str, str] | None:
    """What is wrong with a text kernel: no data at all, or data that go on behind its end."""
    blocks = list(_DATA_BLOCK.finditer(text))
    if not blocks:
        if text.startswith(b"KPL/"):
            return None  # comments alone
        return "is no kernel: it has no \\begindata", "Choose another file."
    last = blocks[-1]
    if last.end() > last.end(1) or last.end() < len(text):
        return None
    data = last[1]
    bare, ending = _QUOTED.sub(b"", data), data.rpartition(b"\n")[2].strip()
    if b"'" in bare.rpartition(b"\n")[2] or bare.count(b"(") > bare.count(b")"):
        number = text.count(b"\n") + 1
        return f"is cut off in line {number}: what begins there has no end", _FETCH_AGAIN
    if ending:
        return (
            "ends in the middle of a line, which SPICE does not read",
            "Fetch it again if it was cut off; else add an empty line at its end.",
        )
    return None


def _plain(text: bytes) -> bytes:
    """With line feeds alone, and without a mark of its encoding: CSPICE minds neither."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf")


def _is_cut(line: bytes) -> bool:
    return len(line) > _LONGEST_LINE and bool(line[_LONGEST_LINE:].strip())


def _not_there(path: Path, error: OSError) -> KernelError:
    if isinstance(error, FileNotFoundError):
        return KernelError(
            f"The kernel {path.name} is not in {path.parent}.",
            hint="Check its name, or fetch it from the mission's SPICE archive.",
        )
    return KernelError(
        f"The kernel {path.name} cannot be reached.",
        details=str(error),
        hint="Check the path, and that you may read it.",
    )


def _unusable(path: Path, what: str, hint: str) -> KernelError:
    return KernelError(f"The kernel {path.name} {what}.", details=str(path), hint=hint)
