"""Labels of every kind as one: their parsed tree, their keywords and their images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds4.xml import Element, is_product, label_in, read_label
from planetary_qgis.core.bodies import find_body, naif_name
from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.labels import fits, isis_cubes, reading, vicar
from planetary_qgis.core.rasters.labels.image_objects import ImageObject
from planetary_qgis.core.rasters.labels.label_facts import facts_of
from planetary_qgis.core.rasters.labels.pds3_images import pds3_images
from planetary_qgis.core.rasters.labels.pds4_arrays import pds4_images
from planetary_qgis.core.rasters.labels.words import Words, words_of_pvl, words_of_xml

_LONGEST_LABEL = 1_000_000
"""Characters; parsing takes half a minute for so many."""
_HOSTS = frozenset(("host", "spacecraft", "lander", "rover", "aircraft"))


@dataclass(frozen=True)
class Parsed:
    """A label, whatever its kind."""

    kind: str
    root: Any
    words: Words
    objects: tuple[ImageObject, ...]
    facts: Mapping[str, str]
    target: str


def parsed_file(path: Path, kind: str) -> Parsed | None:
    """The label of that kind at a file's start; None where it describes no product.

    Raises:
        LabelError: It is broken.
        MissingLibraryError: The library that reads PVL is not installed.
    """
    if kind == "PDS4":
        return _of_xml(read_label(path))
    if kind == "FITS":
        header = reading.fits_header(path)
        return _of_keywords(kind, fits.fits_root(header), len(header))
    if kind == "VICAR":
        text, length = reading.vicar_text(path)
        root = vicar.vicar_root(text)
        place = vicar.end_label_place(root)
        more = vicar.vicar_root(reading.vicar_end_text(path, place)) if place else {}
        return _of_keywords(kind, {**more, **root}, length)
    return _of_pvl(reading.pvl_text(path), path, kind)


def parsed_start(start: bytes, path: Path, kind: str) -> Parsed | None:
    """The same of a file's first bytes."""
    if kind == "PDS4":
        return _of_xml(label_in(start, path))
    if kind == "FITS":
        end = fits.header_end(start) or len(start)
        return _of_keywords(kind, fits.fits_root(start[:end]), end)
    if kind == "VICAR":
        length = vicar.label_length(start) or len(start)
        return _of_keywords(kind, vicar.vicar_root(reading.decoded(start[:length])), length)
    return _of_pvl(reading.pvl_part(start)[0], path, kind)


def _of_pvl(text: str, path: Path, kind: str) -> Parsed:
    require(Feature.RASTER_LABELS)
    from planetary_qgis.core.archives.pds3.parser import parsed_text

    if kind == "ISIS3":
        text = isis_cubes.cube_text(text)
    if len(text) > _LONGEST_LABEL:
        raise LabelError(
            f"The label {path} does not come to an end where labels do.",
            hint="Fetch the file again; it is no label, or a broken one.",
        )
    try:
        root = parsed_text(text, path)
    except LabelError as error:
        hint = "Fetch the file again if it was cut short, or mend that place."
        raise LabelError(error.message, details=error.details, hint=hint) from error
    except RecursionError as error:
        raise LabelError(
            f"The label {path} has objects within objects without end.",
            hint="Fetch it again; it is no label as archives make them.",
        ) from error
    words = words_of_pvl(root)
    images = isis_cubes.cube_images(root) if kind == "ISIS3" else pds3_images(root)
    return _parsed(kind, root, words, tuple(images), {})


def _of_xml(root: Element) -> Parsed | None:
    if not is_product(root):
        return None
    components = {"Spacecraft": _component(root, _HOSTS)}
    components["Instrument"] = _component(root, frozenset(("instrument",)))
    components["Target"] = _target_in(root)
    components["Title"] = root.text_of("Identification_Area", "title") or ""
    components["Version"] = root.text_of("Identification_Area", "version_id") or ""
    return _parsed("PDS4", root, words_of_xml(root), tuple(pds4_images(root)), components)


def _of_keywords(kind: str, root: Mapping[str, Any], begin: int) -> Parsed:
    images = vicar.vicar_images(root) if kind == "VICAR" else fits.fits_images(root, begin)
    return _parsed(kind, root, Words(root.items()), tuple(images), {})


def _parsed(
    kind: str,
    root: Any,
    words: Words,
    images: tuple[ImageObject, ...],
    components: Mapping[str, str],
) -> Parsed:
    facts = facts_of(words, components)
    return Parsed(kind, root, words, images, facts, _naif_target(facts.get("Target", "")))


def _naif_target(spelled: str) -> str:
    """The first of the targets that is a known body; empty where none is."""
    names = [naif_name(name) for name in spelled.split(", ")]
    return next((name for name in names if find_body(name)), "")


def _target_in(root: Element) -> str:
    named = (each.text_of("name") for each in root.all("Target_Identification"))
    return next(filter(None, named), "")


def _component(root: Element, types: frozenset[str]) -> str:
    for component in root.all("Observing_System_Component"):
        if (component.text_of("type") or "").lower() in types:
            return component.text_of("name") or ""
    return ""
