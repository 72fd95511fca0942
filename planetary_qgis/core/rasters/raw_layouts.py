"""Images of labels as plain numbers in files, and what of them is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from planetary_qgis.core.archives.pds4.files import file_beside
from planetary_qgis.core.rasters.labels.image_objects import ImageObject
from planetary_qgis.core.rasters.labels.raw_layout import RawLayout, size_of
from planetary_qgis.core.rasters.raster_labels import RasterLabel

__all__ = ["RawLayout", "damage_of", "raw_layouts_of"]


def raw_layouts_of(label: RasterLabel) -> tuple[RawLayout, ...]:
    """The images of a label that are plain numbers in a file that is there, in the label's order.

    Those of the file that the label was asked for come first.
    """
    found = (_layout(image, label) for image in label.objects)
    return tuple(layout for layout in found if layout is not None)


def damage_of(label: RasterLabel) -> list[str]:
    """Sentences on what of a label's images is not there, or is not what it can be.

    Nothing is read: the sizes of files tell.
    """
    if not label.objects:
        return [f"The label {label.path.name} describes no image."]
    told = [sentence for image in label.objects for sentence in _damages(label, image)]
    return list(dict.fromkeys(told))


def _damages(label: RasterLabel, image: ImageObject) -> Iterator[str]:
    facts, file = image.facts, label.file_of(image)
    if image.refusal:
        yield image.refusal
    if file is None and not (image.packed_in and _packed(label, image)):
        yield _missing(label, image)
    elif file is None:
        yield f"{image.name} is packed in {image.packed_in} ({image.encoding})."
    if image.encoding and not image.packed_in:
        return
    layout = _layout(image, label)
    if min(facts.samples, facts.lines, facts.bands) < 1 or (layout and not layout.takes_space):
        yield f"{image.name} cannot have {_size_told(image)}."
    elif file is not None and size_of(file) < image.bytes_needed:
        yield _cut_short(image, layout, file)


def _cut_short(image: ImageObject, layout: RawLayout | None, file: Path) -> str:
    there = layout.there() if layout else None
    begin = image.strides.image if image.strides else image.begin
    if not image.file_name and size_of(file) <= begin:
        return f"{file.name} holds its label alone, not the {_size_told(image)} of {image.name}."
    size = f"{file.name} has {size_of(file):,} bytes of the {image.bytes_needed:,}"
    sentence = f"{size} that {image.name} needs for {_size_told(image)}"
    if there is None:
        return f"{sentence}: it is cut short, or its label is wrong."
    held = f"the first {there.lines} of {image.facts.lines} lines"
    if image.facts.bands > 1:
        held += f" of {'all' if there.bands == image.facts.bands else 'the first of'} "
        held += f"{image.facts.bands} bands"
    return f"{sentence}: it holds {held}."


def _missing(label: RasterLabel, image: ImageObject) -> str:
    sentence = f"{image.file_name or label.path.name}, which holds {image.name}, is not there."
    similar = _similar(label, image)
    return sentence + (f" Beside the label lies {', '.join(similar)}." if similar else "")


def _similar(label: RasterLabel, image: ImageObject) -> list[str]:
    """Up to three files in the label's folder that have its name, or the data's, and an ending."""
    stems = {label.path.stem.lower(), Path(image.file_name or "-").stem.lower()}
    try:
        names = sorted(entry.name for entry in os.scandir(label.path.parent) if entry.is_file())
    except OSError:
        return []
    ours = {label.path.name.lower(), image.file_name.lower()}
    return [n for n in names if n.lower() not in ours and Path(n).stem.lower() in stems][:3]


def _packed(label: RasterLabel, image: ImageObject) -> bool:
    return file_beside(label.path, image.packed_in) is not None


def _size_told(image: ImageObject) -> str:
    facts = image.facts
    bands = f", {facts.bands:,} bands" if facts.bands != 1 else ""
    return f"{facts.lines:,} lines of {facts.samples:,} samples{bands}"


def _layout(image: ImageObject, label: RasterLabel) -> RawLayout | None:
    file = label.file_of(image)
    if file is None or image.strides is None or image.refusal or not image.pixel_bytes:
        return None
    facts, strides = image.facts, image.strides
    return RawLayout(
        name=image.name,
        file=file,
        samples=facts.samples,
        lines=facts.lines,
        bands=facts.bands,
        data_type=facts.data_type,
        byte_order=image.byte_order,
        image_offset=strides.image,
        pixel_offset=strides.pixel,
        line_offset=strides.line,
        band_offset=strides.band,
        no_data=facts.no_data,
        other_no_data=facts.other_no_data,
        scale=facts.scale,
        offset=facts.offset,
        unit=facts.unit,
        band_infos=image.bands,
    )
