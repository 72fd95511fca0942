"""What a PDS4 product label says, as a record in the shared columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds4.files import file_beside
from planetary_qgis.core.archives.pds4.units import degrees_of, hours_of, metres_of
from planetary_qgis.core.archives.pds4.xml import Element
from planetary_qgis.core.bodies import Body, find_body, naif_name
from planetary_qgis.core.products import ColumnKind

OWN_COLUMNS: dict[str, ColumnKind] = {
    "logical_identifier": "text",
    "version_id": "text",
    "title": "text",
    "product_class": "text",
    "processing_level": "text",
    "information_model_version": "text",
}
HEAD_ENDS_WITH = frozenset(("Observation_Area", "Context_Area"))
"""What a label says of its identity and its targets stands before the end of these."""

_AREAS = ("Observation_Area", "Context_Area")
_HOSTS = frozenset(("host", "spacecraft", "lander", "rover", "aircraft", "instrument host"))
_ANGLES = {
    "incidence_angle": ("incidence_angle", "solar_incidence_angle", "solar_incidence"),
    "emission_angle": ("emission_angle", "emergence_angle"),
    "phase_angle": ("phase_angle", "solar_phase_angle"),
}
_PIXELS = (
    "pixel_resolution_x",
    "horizontal_pixel_footprint",
    "horizontal_pixel_size_projected",
    "pixel_resolution",
    "ground_sample_distance",
    "horizontal_pixel_scale",
    "spatial_resolution",
)
_EARLY_TARGETS = frozenset(("target", "target_name"))
_AT_CENTRE = ("boresight", "center", "centre")
_LARGEST_ANGLE_DEG = 180.0
_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".gif"))
_LIDVID = re.compile(r"(urn(?::[^\s:,]+){3,})(?:::(\d+(?:\.\d+)*))?", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """A logical identifier, and its version where one is meant; case does not matter."""

    lid: str
    version: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        return self.lid.lower(), self.version

    @property
    def product_id(self) -> str:
        return self.lid.rpartition(":")[2]

    @property
    def newness(self) -> tuple[int, ...]:
        """Orders versions: 10.0 is newer than 9.1."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version or ""))

    def __str__(self) -> str:
        return f"{self.lid}::{self.version}" if self.version else self.lid


def identity_in(text: str | None) -> Identity | None:
    """The LID or LIDVID that a text is, or None."""
    found = _LIDVID.fullmatch((text or "").strip())
    return Identity(found[1], found[2]) if found else None


def identity_of(root: Element) -> Identity | None:
    """Who a label says it is."""
    lid = root.text_of("Identification_Area", "logical_identifier")
    return Identity(lid, root.text_of("Identification_Area", "version_id")) if lid else None


def product_class(root: Element) -> str:
    return root.text_of("Identification_Area", "product_class") or root.name


def targets_of(root: Element) -> list[str]:
    """NAIF names of the known bodies that a label is about; others as the label spells them."""
    names = []
    for target in root.all("Target_Identification"):
        spelled = [target.text_of("name"), *_referred(target)]
        known = [naif_name(name) for name in spelled if name and find_body(naif_name(name))]
        names += known[:1] or [name for name in spelled[:1] if name]
    if not names:  # labels from before PDS4 was settled
        early = (element.text for element in root.walked if element.name.lower() in _EARLY_TARGETS)
        names = [naif_name(text) for text in early if text]
    return list(dict.fromkeys(names))


def record_of(root: Element, path: Path, body: Body) -> dict[str, Any]:
    """A product's columns, all but those of its place; what the label does not say is missing."""
    identity, targets = identity_of(root), targets_of(root)
    known = [body.name] if body.name in targets else [t for t in targets if find_body(t)]
    return {
        "product_id": identity.product_id if identity else path.stem,
        "target": next(iter([*known, *targets]), None),
        "instrument_host": _component(root, _HOSTS),
        "instrument_id": _component(root, frozenset(("instrument",))),
        **_times(root),
        **{column: _angle(root, names) for column, names in _ANGLES.items()},
        "subsolar_azimuth": _from_north(root, "subsolar_azimuth"),
        "subspacecraft_azimuth": _from_north(root, "subspacecraft_azimuth"),
        "resolution": _resolution(root),
        "label_url": path.resolve().as_uri(),
        **_files(root, path),
        "source": source_of(identity),
        "logical_identifier": identity.lid if identity else None,
        "version_id": identity.version if identity else None,
        "title": root.text_of("Identification_Area", "title"),
        "product_class": product_class(root),
        "processing_level": _in_area(root, "Primary_Result_Summary", "processing_level"),
        "information_model_version": root.text_of(
            "Identification_Area", "information_model_version"
        ),
    }


def source_of(identity: Identity | None) -> str:
    """Archive and collection: “NASA PDS, urn:nasa:pds:orex.ocams:data_reduced”."""
    parts = identity.lid.split(":") if identity else []
    if len(parts) < len(("urn", "nasa", "pds", "bundle")):
        return "PDS4 label"
    collection = ":".join(parts[:5] if len(parts) > 5 else parts[:-1])
    return f"{parts[1].upper()} {parts[2].upper()}, {collection}"


def _referred(target: Element) -> list[str]:
    """“moon” of urn:nasa:pds:context:target:satellite.earth.moon."""
    references = (element.text or "" for element in target.all("lid_reference", "lidvid_reference"))
    return [text.partition("::")[0].rpartition(".")[2] for text in references if text]


def _in_area(root: Element, *path: str) -> str | None:
    return next(filter(None, (root.text_of(area, *path) for area in _AREAS)), None)


def _component(root: Element, types: frozenset[str]) -> str | None:
    """The names of an observing system's components of some types, as the label spells them."""
    names = {}
    for component in root.all("Observing_System_Component"):
        spelled = {(element.text or "").lower() for element in component.within("type")}
        name = component.text_of("name")
        if name and not types.isdisjoint(spelled):
            names[name] = True
    return "; ".join(names) or None


def _times(root: Element) -> dict[str, Any]:
    for times in root.all("Time_Coordinates"):
        true_time = hours_of(times.first("local_true_solar_time"))
        mean_time = hours_of(times.first("local_mean_solar_time"))
        return {
            "start_time": times.text_of("start_date_time"),
            "stop_time": times.text_of("stop_date_time"),
            "solar_longitude": degrees_of(times.first("solar_longitude")),
            "local_time": mean_time if true_time is None else true_time,
        }
    return {}


def _angle(root: Element, names: tuple[str, ...]) -> float | None:
    """The angle at the image's centre where the label says which one that is, else its first."""
    first = None
    for element, siblings in _with_siblings(root, names):
        angle = degrees_of(element)
        if angle is None or not 0.0 <= angle <= _LARGEST_ANGLE_DEG:
            continue
        if _are_at_centre(siblings):
            return angle
        first = angle if first is None else first
    return first


def _with_siblings(root: Element, names: tuple[str, ...]) -> Iterator[tuple[Element, Element]]:
    for parent in root.walked:
        for child in parent.children:
            if child.name in names:
                yield child, parent


def _are_at_centre(parent: Element) -> bool:
    places = (child.text or "" for child in parent.children if child.name.startswith("reference_"))
    return any(word in place.lower() for place in places for word in _AT_CENTRE)


def _from_north(root: Element, name: str) -> float | None:
    """An azimuth from north; the geometry dictionary's turn from the image's right edge."""
    azimuth, north = degrees_of(root.first(name)), degrees_of(root.first("north_azimuth"))
    return None if azimuth is None or north is None else (azimuth - north) % 360.0


def _resolution(root: Element) -> float | None:
    for name in _PIXELS:
        for element in root.all(name):
            metres = metres_of(element)
            if metres is not None and metres > 0.0:
                return metres
    return None


def _files(root: Element, label: Path) -> dict[str, str | None]:
    """Where the files that the label names lie, of those that are there."""
    found: dict[str, str | None] = {"product_url": None, "browse_url": None}
    for area in root.children:
        for file in area.within("File") if area.name.startswith("File_Area_") else ():
            path = file_beside(
                label, file.text_of("file_name"), file.text_of("directory_path_name")
            )
            if path is None:
                continue
            browse = area.name == "File_Area_Browse"
            if found["product_url"] is None and not browse:
                found["product_url"] = path.resolve().as_uri()
            elif found["browse_url"] is None and (browse or path.suffix.lower() in _PICTURES):
                found["browse_url"] = path.resolve().as_uri()
    return found
