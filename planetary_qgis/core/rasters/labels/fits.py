"""FITS files: headers of 80-character cards, one before each image.

Source: Definition of the Flexible Image Transport System, version 4.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from planetary_qgis.core.rasters.labels.image_objects import ImageFacts, ImageObject, Strides
from planetary_qgis.core.rasters.labels.words import Words

START = b"SIMPLE  ="
BLOCK = 2880
_CARD = 80
_TYPES = {8: "Byte", 16: "Int16", 32: "Int32", 64: "Int64", -32: "Float32", -64: "Float64"}
_UNSIGNED = {"Int16": ("UInt16", 2.0**15), "Int32": ("UInt32", 2.0**31)}
_STRING = re.compile(r"'((?:[^']|'')*)'")
_WIDEST = 3


def header_end(start: bytes) -> int | None:
    """Where the first header's last block ends; None where the END card is not in these bytes."""
    for card in range(0, len(start) - 2, _CARD):
        if start[card : card + 3] == b"END" and not start[card + 3 : card + _CARD].strip():
            return -(-(card + _CARD) // BLOCK) * BLOCK
    return None


def fits_root(header: bytes) -> dict[str, Any]:
    """Keywords and values of a header's cards, comments left out."""
    found: dict[str, Any] = {}
    for at in range(0, len(header), _CARD):
        card = header[at : at + _CARD].decode("ascii", "replace")
        key = card[:8].strip()
        if key == "END":
            break
        if card[8:10] == "= " and key:
            found.setdefault(key, _value(card[10:]))
    return found


def fits_images(root: Mapping[str, Any], begin: int) -> Iterator[ImageObject]:
    """The image that follows the header; none where the header says that none does.

    Lines are counted from the top here, as everywhere else; FITS stores the lowest one first.
    """
    words = Words(root.items())
    axes = words.whole("NAXIS") or 0
    sizes = [words.whole(f"NAXIS{axis + 1}") or 0 for axis in range(min(axes, _WIDEST))]
    if len(sizes) < 2 or words.word("XTENSION") in ("TABLE", "BINTABLE"):
        return
    samples, lines, bands = [*sizes, 1][:_WIDEST]
    data_type = _TYPES.get(words.whole("BITPIX") or 0, "")
    pixel = abs(words.whole("BITPIX") or 0) // 8
    scale, zero = words.number("BSCALE"), words.number("BZERO") or 0.0
    blank = words.number("BLANK")
    row = samples * pixel
    yield ImageObject(
        name="FITS image",
        facts=ImageFacts(
            samples=samples,
            lines=lines,
            bands=bands,
            data_type=data_type,
            scale=scale or 1.0,
            offset=zero,
            unit=words.text("BUNIT"),
            specials={} if blank is None or pixel > 4 else {"null": blank},
        ),
        strides=Strides(begin + max(lines - 1, 0) * row, pixel, -row, row * lines)
        if data_type
        else None,
        byte_order="MSB",
        refusal=""
        if data_type
        else f"The image has BITPIX {words.text('BITPIX') or 'unsaid'}, which FITS has not.",
    )


def _value(text: str) -> Any:
    quoted = _STRING.match(text.strip())
    if quoted:
        return quoted[1].replace("''", "'").rstrip()
    plain = text.partition("/")[0].strip()
    return {"T": "true", "F": "false"}.get(plain, plain)
