"""Labels of rasters, whatever the format: what they say, read without GDAL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds4.files import file_beside
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.labels.finding import labels_beside
from planetary_qgis.core.rasters.labels.image_objects import BandInfo, ImageFacts, ImageObject
from planetary_qgis.core.rasters.labels.parsing import Parsed, parsed_file, parsed_start
from planetary_qgis.core.rasters.labels.reading import kind_of, start_of
from planetary_qgis.core.rasters.labels.words import Words

__all__ = ["BandInfo", "ImageFacts", "RasterLabel", "label_from_text", "label_of"]

_RICHER = ("PDS4", "PDS3", "ISIS3")
"""Labels that say more than the headers of VICAR and FITS files."""


@dataclass(frozen=True, eq=False)
class RasterLabel:
    """What a label says of a raster.

    Attributes:
        path: The file that holds the label.
        kind: "PDS3", "PDS4", "ISIS3", "ISIS2", "VICAR" or "FITS".
        facts: For people, in reading order, with units: Product id, Target, Start, …; only what
            the label says.
        target: As NAIF spells it; empty where the body is not known.
        bands: Of the first image; empty where the label says nothing of them.
        image: Size and numbers of the first image; None where the label describes none.
        root: The parsed label: pvl's mapping, a PDS4 Element, or a dict of keywords.
        objects: All its images; those of the file that was asked for come first.
        words: Every keyword of the label, whatever the format.
    """

    path: Path
    kind: str
    facts: Mapping[str, str]
    target: str
    bands: tuple[BandInfo, ...]
    image: ImageFacts | None
    root: Any
    objects: tuple[ImageObject, ...] = ()
    words: Words = field(default_factory=lambda: Words([]))

    def file_of(self, image: ImageObject) -> Path | None:
        """The file that holds an image's numbers; None where it is not there."""
        if not image.file_name:
            return self.path if self.path.is_file() else None
        named = file_beside(self.path, image.file_name)
        named = named or file_beside(self.path, image.file_name.replace("\\", "/").split("/")[-1])
        return named or self._namesake(image.file_name)

    def _namesake(self, file_name: str) -> Path | None:
        """The one file called as the label is, where labels name it without its ending."""
        if Path(file_name).stem.lower() != self.path.stem.lower() and file_name != self.path.stem:
            return None
        endings = (".dat", ".img", ".fits", ".fit", ".qub", ".cub", ".raw")
        found = (file_beside(self.path, self.path.stem + ending) for ending in endings)
        return next((file for file in found if file is not None and file != self.path), None)


def label_of(path: Path) -> RasterLabel | None:
    """The label of a raster, or the raster label that the file is; None where there is none.

    Labels may be at the start of the file, beside it, or the file itself, its data beside it.

    Raises:
        LabelError: The file cannot be read, or its label is broken.
        MissingLibraryError: It takes a library that is not installed.
    """
    start = start_of(path)
    kind = kind_of(start)
    attached = parsed_file(path, kind) if kind else None
    if attached is not None and attached.kind in _RICHER:
        return _label(path, attached)
    for beside in labels_beside(path):
        label = _detached(beside, path)
        if label is not None:
            return label
    return _label(path, attached) if attached is not None else None


def label_from_text(text: str | bytes, name: str) -> RasterLabel | None:
    """The label whose text, or whose file's first bytes, these are; None where it is none.

    Args:
        name: Of the file, for messages; files that the label names are looked for beside it.

    Raises:
        LabelError: It is broken.
        MissingLibraryError: It takes a library that is not installed.
    """
    start = text.encode() if isinstance(text, str) else text
    kind = kind_of(start)
    parsed = parsed_start(start, Path(name), kind) if kind else None
    return _label(Path(name), parsed) if parsed is not None else None


def _detached(label: Path, data: Path) -> RasterLabel | None:
    """The label that a file beside the data is; None where it is of something else."""
    kind = kind_of(start_of(label))
    if kind not in _RICHER and kind != "ISIS2":
        return None
    try:
        parsed = parsed_file(label, kind)
    except LabelError:
        if label.suffix.lower() == ".xml" and not _speaks_of(label, data):
            return None
        raise
    found = _label(label, parsed) if parsed is not None else None
    if found is None:
        return None
    own = [image for image in found.objects if _is_in(found, image, data)]
    if not own and any(found.file_of(image) for image in found.objects):
        return None
    others = [image for image in found.objects if image not in own]
    first = own[0] if own else next(iter(others), None)
    return replace(
        found,
        objects=(*own, *others),
        image=first.facts if first else None,
        bands=first.bands if first else (),
    )


def _is_in(label: RasterLabel, image: ImageObject, data: Path) -> bool:
    names = {image.file_name.lower(), image.packed_in.lower()} - {""}
    file = label.file_of(image)
    return data.name.lower() in names or (file is not None and file.name == data.name)


def _speaks_of(label: Path, data: Path) -> bool:
    start = start_of(label).lower()
    return b"product_" in start and data.stem.lower().encode() in start


def _label(path: Path, parsed: Parsed) -> RasterLabel:
    first = next(iter(parsed.objects), None)
    return RasterLabel(
        path=path,
        kind=parsed.kind,
        facts=parsed.facts,
        target=parsed.target,
        bands=first.bands if first else (),
        image=first.facts if first else None,
        root=parsed.root,
        objects=parsed.objects,
        words=parsed.words,
    )
