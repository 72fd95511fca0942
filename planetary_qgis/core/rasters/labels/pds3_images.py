"""IMAGE objects and qubes of PDS3 and ISIS2 labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from planetary_qgis.core.rasters.labels.band_words import bands_of_pds3
from planetary_qgis.core.rasters.labels.image_objects import ImageFacts, ImageObject, Strides
from planetary_qgis.core.rasters.labels.pds_types import pds3_type
from planetary_qgis.core.rasters.labels.pointers import Pointer, pointer_in
from planetary_qgis.core.rasters.labels.special_values import pds3_specials
from planetary_qgis.core.rasters.labels.words import Words, words_around, words_of_pvl

_ORDERS = {
    "BAND_SEQUENTIAL": "BSQ",
    "BSQ": "BSQ",
    "LINE_INTERLEAVED": "BIL",
    "BIL": "BIL",
    "SAMPLE_INTERLEAVED": "BIP",
    "PIXEL_INTERLEAVED": "BIP",
    "BIP": "BIP",
}
_OTHER_FORMATS = {
    ".jp2": "JPEG 2000",
    ".j2k": "JPEG 2000",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".png": "PNG",
    ".gif": "GIF",
    ".zip": "ZIP",
    ".gz": "gzip",
}
_AXES = {"SAMPLE": "pixel", "LINE": "line", "BAND": "band"}
_SUFFIX_BYTES = 4
_NOT_MEANT = ("BROWSE", "THUMBNAIL", "REDUCED", "CALIBRATION")


def pds3_images(root: Any) -> Iterator[ImageObject]:
    """The images that a label describes, in its order; small copies and calibrations last."""
    return iter(sorted(_images(root), key=lambda image: image.name.startswith(_NOT_MEANT)))


def _images(root: Any) -> Iterator[ImageObject]:
    for name, content, around in _objects(root, ()):
        own, keywords = words_of_pvl(content), Words(words_around(content))
        if keywords.value("CORE_ITEMS") is not None:
            yield _qube(name, own, around)
        elif keywords.value("LINES") is not None and keywords.value("LINE_SAMPLES") is not None:
            yield _image(name, own, around)


def strides_of(order: str, facts: ImageFacts, pixel: int, begin: int, around: int = 0) -> Strides:
    """Of an image stored band after band (BSQ), line (BIL) or pixel after pixel (BIP).

    Args:
        pixel: Bytes of one number.
        begin: Bytes before the first one.
        around: Bytes before and after each stored line that are no pixels.
    """
    if order == "BIP":
        return Strides(
            begin, pixel * facts.bands, pixel * facts.bands * facts.samples + around, pixel
        )
    row = pixel * facts.samples + around
    if order == "BIL":
        return Strides(begin, pixel, row * facts.bands, row)
    return Strides(begin, pixel, row, row * facts.lines)


def _objects(content: Any, around: tuple[Any, ...]) -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    """Every object, with those around it from the inside out."""
    around = (content, *around)
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield str(name).upper(), value, around
            keys = {str(key).upper() for key, _ in value.items()}
            if not keys & {"CORE_ITEMS", "LINE_SAMPLES"}:
                yield from _objects(value, around)


def _image(name: str, own: Words, around: tuple[Any, ...]) -> ImageObject:
    outside = _outside(around)
    data_type, order = pds3_type(own.text("SAMPLE_TYPE"), own.whole("SAMPLE_BITS") or 0)
    bands = own.whole("BANDS") or 1
    facts = _facts(own, data_type, own.whole("LINE_SAMPLES"), own.whole("LINES"), bands)
    pointer = _pointer(name, around, outside)
    interleaved = own.word("BAND_STORAGE_TYPE") or "BSQ"
    ends = [own.whole(f"LINE_{end}_BYTES") or 0 for end in ("PREFIX", "SUFFIX")]
    prefix, suffix = (max(0, count) for count in ends)
    strides, refusal = None, _refusal(own, name, data_type)
    if bands > 1 and interleaved not in _ORDERS:
        refusal = refusal or f"{name} has its bands stored as {interleaved}, which is not known."
    if pointer is None or pointer.offset is None:
        refusal = refusal or f"The label does not say at which byte {name} begins."
    elif not refusal:
        begin = pointer.offset + prefix
        width = (own.whole("SAMPLE_BITS") or 0) // 8
        order_of_bands = _ORDERS.get(interleaved, "BSQ")
        strides = strides_of(order_of_bands, facts, width, begin, prefix + suffix)
    return _object(name, facts, own, outside, pointer, strides, order, refusal)


def _qube(name: str, own: Words, around: tuple[Any, ...]) -> ImageObject:
    outside = _outside(around)
    width = own.whole("CORE_ITEM_BYTES") or 0
    data_type, order = pds3_type(own.text("CORE_ITEM_TYPE"), width * 8)
    axes = [_axis(text) for text in own.text("AXIS_NAME").split(",")]
    sizes = [int(size) for size in own.numbers("CORE_ITEMS")]
    refusal = _refusal(own, name, data_type)
    if sorted(axes) != sorted(_AXES) or len(sizes) != len(axes):
        refusal = refusal or f"{name} has other axes than SAMPLE, LINE and BAND."
        axes, sizes = list(_AXES), [*sizes, 1, 1, 1][:3]
    counts = dict(zip(axes, sizes))
    facts = _facts(own, data_type, counts["SAMPLE"], counts["LINE"], counts["BAND"])
    pointer = _pointer(name, around, outside)
    strides = None
    if pointer is None or pointer.offset is None:
        refusal = refusal or f"The label does not say at which byte {name} begins."
    elif not refusal:
        strides = _qube_strides(own, axes, sizes, width, pointer.offset)
    return _object(name, facts, own, outside, pointer, strides, order, refusal)


def _qube_strides(own: Words, axes: list[str], sizes: list[int], width: int, begin: int) -> Strides:
    """Rows end with their suffix items, and planes with suffix rows, whose corners have room too.

    Source: PDS3 Standards Reference, appendix A.24 (QUBE).
    """
    suffixes = [*map(int, own.numbers("SUFFIX_ITEMS")), 0, 0, 0]
    item = own.whole("SUFFIX_BYTES") or _SUFFIX_BYTES
    row = sizes[0] * width + suffixes[0] * item
    plane = sizes[1] * row + suffixes[1] * (sizes[0] + suffixes[0]) * item
    steps = {_AXES[axis]: step for axis, step in zip(axes, (width, row, plane))}
    return Strides(image=begin, **steps)


def _axis(text: str) -> str:
    name = text.strip(" ()\"'").upper()
    return name[:-1] if name.endswith("S") else name


def _object(
    name: str,
    facts: ImageFacts,
    own: Words,
    outside: Words,
    pointer: Pointer | None,
    strides: Strides | None,
    byte_order: str,
    refusal: str,
) -> ImageObject:
    file_name = pointer.file_name if pointer else ""
    packed_in, encoding = outside.text("COMPRESSED_FILE_NAME"), outside.word("PACKED_AS")
    own_encoding = own.word("ENCODING_TYPE")
    own_encoding = own_encoding or _OTHER_FORMATS.get(PurePosixPath(file_name).suffix.lower(), "")
    if own_encoding:
        refusal = refusal or f"{name} is not stored as plain numbers but as {own_encoding}."
    return ImageObject(
        name=name,
        facts=facts,
        file_name=file_name,
        strides=None if refusal else strides,
        byte_order=byte_order,
        bands=bands_of_pds3(Words([*own.pairs(), *outside.pairs()]), facts.bands),
        encoding=own_encoding or encoding,
        packed_in=packed_in,
        refusal=refusal,
    )


def _outside(around: tuple[Any, ...]) -> Words:
    """What stands around an object, nearest first, and the file that it is packed in."""
    pairs = [pair for content in around for pair in words_around(content)]
    packed = [
        value
        for content in around
        for name, value in content.items()
        if isinstance(value, Mapping) and str(name).upper() == "COMPRESSED_FILE"
    ]
    for file in packed[:1]:
        words = words_of_pvl(file)
        pairs += [("COMPRESSED_FILE_NAME", words.text("FILE_NAME"))]
        pairs += [("PACKED_AS", words.text("ENCODING_TYPE"))]
    return Words(pairs)


def _pointer(name: str, around: tuple[Any, ...], outside: Words) -> Pointer | None:
    """What points to the object: in the object around it, or further out.

    A place alone, told within a FILE object, is one in that file.
    """
    for content in around:
        for key, value in content.items():
            if str(key).strip().upper() == f"^{name}":
                pointer = pointer_in(value, outside.whole("RECORD_BYTES"))
                if pointer is None or pointer.file_name or content is around[-1]:
                    return pointer
                return replace(pointer, file_name=Words(words_around(content)).text("FILE_NAME"))
    records, length = outside.whole("LABEL_RECORDS"), outside.whole("RECORD_BYTES")
    return Pointer("", records * length) if records and length else None


def _facts(
    own: Words, data_type: str, samples: int | None, lines: int | None, bands: int
) -> ImageFacts:
    scale = own.number("SCALING_FACTOR", "SCALE_FACTOR", "CORE_MULTIPLIER")
    return ImageFacts(
        samples=samples or 0,
        lines=lines or 0,
        bands=bands,
        data_type=data_type,
        scale=1.0 if scale is None or scale == 0.0 else scale,
        offset=own.number("OFFSET", "CORE_BASE") or 0.0,
        unit=own.text("UNIT", "CORE_UNIT"),
        specials=pds3_specials(own, data_type),
    )


def _refusal(own: Words, name: str, data_type: str) -> str:
    if own.word("INTERCHANGE_FORMAT") == "ASCII":
        return f"{name} is written as text."
    if not data_type:
        kind = own.text("SAMPLE_TYPE", "CORE_ITEM_TYPE") or "a type that the label does not say"
        bits = own.whole("SAMPLE_BITS") or (own.whole("CORE_ITEM_BYTES") or 0) * 8
        return f"{name} holds numbers of {kind} with {bits} bits, which cannot be read."
    return ""
