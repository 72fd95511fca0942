"""VICAR files: a header of KEYWORD=value at the start, continued at the end.

Source: The VICAR File Format, JPL Multimission Image Processing Laboratory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from planetary_qgis.core.rasters.labels.image_objects import BYTES_OF, ImageFacts, ImageObject
from planetary_qgis.core.rasters.labels.pds3_images import strides_of
from planetary_qgis.core.rasters.labels.words import Words

START = b"LBLSIZE="
_LENGTH = re.compile(rb"LBLSIZE=\s*(\d{1,9})")
_ITEM = re.compile(r"([A-Za-z][\w]*)\s*=\s*(\([^)]*\)|'(?:[^']|'')*'|[^\s']+)")
_VALUE = re.compile(r"'((?:[^']|'')*)'|([^\s,()']+)")
_TYPES = {
    "BYTE": "Byte",
    "HALF": "Int16",
    "WORD": "Int16",
    "FULL": "Int32",
    "LONG": "Int32",
    "REAL": "Float32",
    "DOUB": "Float64",
    "COMP": "CFloat32",
    "COMPLEX": "CFloat32",
}
_ORDERS = ("BSQ", "BIL", "BIP")


def label_length(start: bytes) -> int | None:
    """How long the header at a file's start is; None where it is no VICAR file."""
    found = _LENGTH.match(start)
    return int(found[1]) if found else None


def end_label_place(root: Mapping[str, Any]) -> int | None:
    """Where the header goes on after the image; None where it does not."""
    words = Words(root.items())
    records, lines = words.whole("NLB") or 0, _records(words)
    size, length = words.whole("RECSIZE"), words.whole("LBLSIZE")
    if words.whole("EOL") != 1 or not size or length is None or lines is None:
        return None
    return length + (records + lines) * size


def vicar_root(text: str) -> dict[str, Any]:
    """Keywords and values; of those that come again, in tasks of the history, the first."""
    found: dict[str, Any] = {}
    for key, value in _ITEM.findall(text.replace("\x00", " ")):
        found.setdefault(key.upper(), _value(value))
    return found


def vicar_images(root: Mapping[str, Any]) -> Iterator[ImageObject]:
    """The file's one image."""
    words = Words(root.items())
    kind = words.word("FORMAT")
    data_type = _TYPES.get(kind, "")
    facts = ImageFacts(
        samples=words.whole("NS") or 0,
        lines=words.whole("NL") or 0,
        bands=words.whole("NB") or 1,
        data_type=data_type,
    )
    order = words.word("ORG") or "BSQ"
    compression = words.word("COMPRESS")
    packed = compression not in ("", "NONE")
    prefix = words.whole("NBB") or 0
    begin = (words.whole("LBLSIZE") or 0) + (words.whole("NLB") or 0) * (
        words.whole("RECSIZE") or 0
    )
    byte_order = _byte_order(words, data_type)
    refusal = _refusal(kind, data_type, order, byte_order)
    if packed:
        refusal = f"The image is not stored as plain numbers but compressed: {compression}."
    pixel = BYTES_OF.get(data_type, 0)
    yield ImageObject(
        name="VICAR image",
        facts=facts,
        strides=None if refusal else strides_of(order, facts, pixel, begin + prefix, prefix),
        byte_order=byte_order,
        encoding=compression if packed else "",
        refusal=refusal,
    )


def _records(words: Words) -> int | None:
    sides = {"BSQ": ("NL", "NB"), "BIL": ("NL", "NB"), "BIP": ("NL", "NS")}
    first, second = sides.get(words.word("ORG") or "BSQ", ("N2", "N3"))
    one, other = words.whole(first), words.whole(second)
    return one * (other or 1) if one is not None else None


def _byte_order(words: Words, data_type: str) -> str:
    """HIGH and LOW of whole numbers; IEEE, RIEEE (low byte first) and VAX of reals."""
    if data_type.startswith(("Float", "CFloat")):
        return {"IEEE": "MSB", "RIEEE": "LSB"}.get(words.word("REALFMT"), "VAX")
    return "MSB" if words.word("INTFMT") == "HIGH" else "LSB"


def _refusal(kind: str, data_type: str, order: str, byte_order: str) -> str:
    if not data_type:
        return f"The image holds numbers of {kind or 'a type that the label does not say'}."
    if order not in _ORDERS:
        return f"The image is organised as {order}, which is not known."
    if byte_order == "VAX" and data_type != "Float32":
        return f"The image holds {data_type} numbers as VAX computers wrote them."
    return ""


def _value(text: str) -> Any:
    if not text.startswith("("):
        return text[1:-1].replace("''", "'") if text.startswith("'") else text
    parts = _VALUE.findall(text)
    return [quoted.replace("''", "'") or plain for quoted, plain in parts]
