"""ISIS3 cubes: attached labels at the cube's start, or labels of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from planetary_qgis.core.rasters.labels.band_words import bands_of_isis
from planetary_qgis.core.rasters.labels.image_objects import (
    BYTES_OF,
    ImageFacts,
    ImageObject,
    Strides,
)
from planetary_qgis.core.rasters.labels.pds_types import isis_type
from planetary_qgis.core.rasters.labels.special_values import isis_specials
from planetary_qgis.core.rasters.labels.words import Words, words_of_pvl

IS_CUBE = re.compile(r"\s*OBJECT[ \t]*=[ \t]*\"?IsisCube\b", re.IGNORECASE)
_BEGIN = re.compile(r"^\s*(?:BEGIN_)?(?:OBJECT|GROUP)\s*=\s*\"?(\w+)", re.IGNORECASE)
_END = re.compile(r"^\s*END_(?:OBJECT|GROUP)\b", re.IGNORECASE)
_TABLES_WANTED = re.compile(
    r"^[ \t]*Name[ \t]*=[ \t]*\"?LineScanTimes\b", re.IGNORECASE | re.MULTILINE
)
_PLAIN = ("BANDSEQUENTIAL", "")


def cube_text(text: str) -> str:
    """What of a cube's label says something of its image: not its tables, history and kernels.

    Those can be a hundred times as long, and parsing is slow.
    """
    kept = []
    for name, block in _blocks(text):
        if name.upper() == "ISISCUBE" or (name.upper() == "TABLE" and _TABLES_WANTED.search(block)):
            kept.append(block)
    return "".join(kept) + "End\n" if kept else text


def cube_images(root: Any) -> Iterator[ImageObject]:
    """The cube's one image."""
    cube = group_in(root, "IsisCube")
    core = group_in(cube, "Core")
    if core is None:
        return
    words = words_of_pvl(core)
    data_type = isis_type(words.text("Type"))
    multiplier = words.number("Multiplier")
    facts = ImageFacts(
        samples=words.whole("Samples") or 0,
        lines=words.whole("Lines") or 0,
        bands=words.whole("Bands") or 1,
        data_type=data_type,
        scale=multiplier or 1.0,
        offset=words.number("Base") or 0.0,
        unit=words.text("Unit", "Units"),
        specials=isis_specials(data_type),
    )
    stored = words.word("Format")
    tile = (words.whole("TileSamples") or 0, words.whole("TileLines") or 0)
    yield ImageObject(
        name="IsisCube",
        facts=facts,
        file_name=words.text("^Core"),
        strides=_strides(words, facts) if stored in _PLAIN and data_type else None,
        byte_order="MSB" if words.word("ByteOrder") == "MSB" else "LSB",
        bands=bands_of_isis(_band_bin(cube), facts.bands),
        encoding="" if stored in (*_PLAIN, "TILE") else words.text("Format"),
        refusal="" if data_type else f"The cube holds numbers of type {words.text('Type')}.",
        begin=(words.whole("StartByte") or 1) - 1,
        tile=tile if stored == "TILE" and min(tile) > 0 else None,
    )


def group_in(content: Any, name: str) -> Any:
    """The group or object of that name within another; None where there is none."""
    if content is None:
        return None
    items = ((str(key), value) for key, value in content.items() if isinstance(value, Mapping))
    return next((value for key, value in items if key.lower() == name.lower()), None)


def _band_bin(cube: Any) -> Words:
    group = group_in(cube, "BandBin")
    return words_of_pvl(group) if group is not None else Words([])


def _strides(words: Words, facts: ImageFacts) -> Strides:
    pixel = BYTES_OF[facts.data_type]
    row = pixel * facts.samples
    return Strides((words.whole("StartByte") or 1) - 1, pixel, row, row * facts.lines)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Top-level objects and groups: name and text."""
    depth, name, lines = 0, "", []
    for line in text.splitlines(keepends=True):
        begins = _BEGIN.match(line)
        if begins and depth == 0:
            name = begins[1]
        if begins or depth:
            lines.append(line)
        depth += 1 if begins else 0
        if depth and _END.match(line):
            depth -= 1
            if depth == 0:
                yield name, "".join(lines)
                lines = []
    if depth:
        yield name, "".join(lines)
