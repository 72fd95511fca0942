"""The start of a file, as far as its label goes, and what kind of label it is."""

from __future__ import annotations

import re
from pathlib import Path

from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.labels import fits, vicar
from planetary_qgis.core.rasters.labels.isis_cubes import IS_CUBE

FIRST_BYTES = 65_536
_STEPS = (FIRST_BYTES, 1024 * 1024, 16 * 1024 * 1024)
_MOST_VICAR = _STEPS[1]
"""Attached labels are at a file's start; nothing beyond the last of these is looked at."""

_XML_START = re.compile(rb"\s*<(?:\?xml|[A-Za-z_:]*Product_|!--)")
# Blanks are never looked for over line ends, nor comments again and again from each of their
# beginnings: a file can be nothing but those.
_COMMENT = r"/\*.*?(?:\*/|\Z)"
_COMMENTS = re.compile(_COMMENT, re.DOTALL)
_PVL_START = re.compile(
    r"\s*(?:PDS_VERSION_ID|ODL_VERSION_ID|(?:CCSD|NJPL|SFDU)\w*|OBJECT|GROUP|\^\w+|[A-Z][A-Z0-9_:]*)"
    r"[ \t]*(?:=|\r?\n)"
)
_PVL_SIGNS = re.compile(
    r"^[ \t]*(?:PDS_VERSION_ID|\^\w*(?:IMAGE|QUBE)\w*)[ \t]*="
    r"|^[ \t]*OBJECT[ \t]*=[ \t]*\"?\w*(?:IMAGE|QUBE|FILE)\w*\b",
    re.IGNORECASE | re.MULTILINE,
)
_END = re.compile(r"^[ \t]*END[ \t]*;?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_UP_TO_END = re.compile(
    rf"{_COMMENT}|\"[^\"]*\"|(?P<end>{_END.pattern})", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_SFDU_ALONE = re.compile(r"\A\s*(?:CCSD|NJPL)\w*[ \t]*(?=\r?\n)")
_PDS3_ID = re.compile(r"^[ \t]*PDS_VERSION_ID[ \t]*=", re.MULTILINE)
_ISIS2_QUBE = re.compile(r"^[ \t]*\^QUBE[ \t]*=", re.IGNORECASE | re.MULTILINE)


def start_of(path: Path, most: int = FIRST_BYTES) -> bytes:
    """A file's first bytes.

    Raises:
        LabelError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise LabelError(
            f"The file {path} cannot be read: {error.strerror or error}.",
            hint="Check that it is there, that it is no folder, and that you may read it.",
        ) from error


def kind_of(start: bytes) -> str:
    """PDS3, PDS4 (or any XML), ISIS3, ISIS2, VICAR or FITS, as a file's start tells; else empty."""
    if start.startswith(vicar.START):
        return "VICAR"
    if start.startswith(fits.START):
        return "FITS"
    bare = start.removeprefix(b"\xef\xbb\xbf")
    if _XML_START.match(bare):
        return "PDS4"
    if b"\x00" in bare[:32]:
        return ""
    text = decoded(bare.partition(b"\x00")[0])
    if IS_CUBE.match(text):
        return "ISIS3"
    text = _COMMENTS.sub("", text)
    if not (_PVL_START.match(text) and _PVL_SIGNS.search(text)):
        return ""
    is_isis2 = _ISIS2_QUBE.search(text) and not _PDS3_ID.search(text)
    return "ISIS2" if is_isis2 else "PDS3"


def pvl_text(path: Path) -> str:
    """A PVL label up to its END, read no further than needed."""
    for most in _STEPS:
        start = start_of(path, most)
        text, complete = pvl_part(start)
        if complete or len(start) < most:
            return text
    return text


def pvl_part(start: bytes) -> tuple[str, bool]:
    """What of these bytes is label, and whether it comes to an end in them."""
    text = _SFDU_ALONE.sub("", decoded(start), count=1)
    ends = (found for found in _UP_TO_END.finditer(text) if found["end"] is not None)
    end = next(ends, None) or _END.search(text)  # the latter where a quote is not closed
    if end is not None:
        return text[: end.end()], True
    label, _, data = text.partition("\x00")
    return label, bool(data)


def decoded(start: bytes) -> str:
    """Text of a label: UTF-8, or else Latin-1."""
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError:
        return start.decode("latin-1").removeprefix("ï»¿")


def fits_header(path: Path) -> bytes:
    """A FITS file's first header."""
    for most in _STEPS:
        start = start_of(path, most)
        end = fits.header_end(start)
        if end is not None:
            return start[:end]
        if len(start) < most:
            break
    raise LabelError(f"The header of {path} does not come to an end.", hint="Fetch the file again.")


def vicar_text(path: Path) -> tuple[str, int]:
    """A VICAR file's header and its length."""
    start = start_of(path)
    length = vicar.label_length(start)
    if length is None or length > _MOST_VICAR:
        raise LabelError(
            f"The header of {path} is longer than any VICAR file's.", hint="Fetch the file again."
        )
    whole = start if length <= len(start) else start_of(path, length)
    return decoded(whole[:length]), length


def vicar_end_text(path: Path, place: int) -> str:
    """The part of a VICAR header that stands at the file's end; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            start = file.read(FIRST_BYTES)
    except (OSError, ValueError, OverflowError):
        return ""
    length = vicar.label_length(start)
    return decoded(start[:length]) if length else ""
