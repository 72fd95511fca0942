"""Between which longitudes and latitudes a label says that its map lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planetary_qgis.core.longitudes import east_from_west

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

_PROJECTION = "IMAGE_MAP_PROJECTION"
_KEYWORDS = (
    "WESTERNMOST_LONGITUDE",
    "EASTERNMOST_LONGITUDE",
    "MINIMUM_LATITUDE",
    "MAXIMUM_LATITUDE",
    "MAP_RESOLUTION",
)


@dataclass(frozen=True)
class MapBounds:
    """The edges of a map's pixels, degrees as the label counts latitudes.

    Attributes:
        west_e, east_e: East-positive; west_e is less than east_e, which may lie beyond 180.
        pixels_a_degree: Along meridians at least.
        columns, rows: Of the whole map; 0 where the label does not tell.
    """

    west_e: float
    east_e: float
    south: float
    north: float
    pixels_a_degree: float
    columns: int = 0
    rows: int = 0


def bounds_of(label: RasterLabel) -> MapBounds | None:
    """What a PDS3 label says; None where it says none of it.

    Source: PDS Data Dictionary, IMAGE_MAP_PROJECTION.
    """
    if label.kind != "PDS3":
        return None
    for group in _groups(label.root, _PROJECTION):
        numbers = [_number(group.get(name)) for name in _KEYWORDS]
        known = [number for number in numbers if number is not None]
        if len(known) < len(_KEYWORDS):
            continue
        west, east, south, north, resolution = known
        if str(group.get("POSITIVE_LONGITUDE_DIRECTION", "")).strip().upper() == "WEST":
            west, east = (float(each) for each in east_from_west([west, east]))
        while east <= west:
            east += 360.0
        columns, rows = _count(group, "SAMPLE"), _count(group, "LINE")
        return MapBounds(west, east, south, north, resolution, columns, rows)
    return None


def _count(group: Mapping[str, Any], along: str) -> int:
    first = _number(group.get(f"{along}_FIRST_PIXEL"))
    last = _number(group.get(f"{along}_LAST_PIXEL"))
    return int(last - first + 1) if first is not None and last is not None else 0


def _groups(root: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """Every group of that name, however deep."""
    if not isinstance(root, Mapping):
        return
    for key, value in root.items():
        if not isinstance(value, Mapping):
            continue
        if str(key).upper() == name:
            yield value
        yield from _groups(value, name)


def _number(value: Any) -> float | None:
    """A number, with or without a unit; None for “N/A” and the like."""
    value = getattr(value, "value", value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
