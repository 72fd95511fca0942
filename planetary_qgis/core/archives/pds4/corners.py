"""Pairs of latitude and longitude in a label, found by how elements are named and nested.

Mission dictionaries each have classes of their own for an image's corners. What they share is that
latitude and longitude stand side by side, and that something names the corner: the elements' own
names (isda:upper_left_latitude), their number (corner1_latitude), a list (LATITUDE_IMAGE_CORNERS),
or a text beside them (geom:reference_pixel_location).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planetary_qgis.core.archives.pds4.units import degrees_of, numbers_of
from planetary_qgis.core.archives.pds4.xml import Element

Point = tuple[float, float]
"""Longitude and latitude in degrees, in the label's own convention."""

_LATITUDE = frozenset(("latitude", "lat"))
_LONGITUDE = frozenset(("longitude", "lon", "long"))
_RING = ("upper left", "upper right", "lower right", "lower left")
_ABBREVIATED = {"ul": _RING[0], "ur": _RING[1], "lr": _RING[2], "ll": _RING[3]}
_CENTRE = frozenset(("center", "centre"))
_OF_IMAGE = _CENTRE | {"image", "pixel", "scene", "frame", "footprint", "vertex", "corner", "point"}
"""Beside any other word, as in subsolar_latitude, a position is not one of the image's own."""
_OUTLINE = frozenset(("corner", "corners", "footprint", "vertices", "vertex"))
_NUMBERED = re.compile(r"(?:corner|vertex|point|pt)\s?(\d+)")
_BETTER = ("refined", "corrected")
"""What a mission calls corners that replace those of the same label's first estimate."""


@dataclass(frozen=True)
class Pair:
    """Two elements side by side; `words` is what their names have besides latitude, longitude."""

    words: tuple[str, ...]
    longitude: Element
    latitude: Element

    def point(self) -> Point | None:
        lon, lat = degrees_of(self.longitude), degrees_of(self.latitude)
        return None if lon is None or lat is None else (lon, lat)


def pairs_in(element: Element) -> list[Pair]:
    """The pairs among an element's children, in the order of their latitudes."""
    latitudes, longitudes = {}, {}
    for child in element.children:
        name = child.name.lower()
        if child.children or not ("lat" in name or "lon" in name):
            continue
        words = name.split("_")
        if not _LATITUDE.isdisjoint(words):
            latitudes[tuple(word for word in words if word not in _LATITUDE)] = child
        elif not _LONGITUDE.isdisjoint(words):
            longitudes[tuple(word for word in words if word not in _LONGITUDE)] = child
    return [
        Pair(words, longitudes[words], latitudes[words])
        for words in latitudes
        if words in longitudes
    ]


def footprint_of(root: Element) -> list[Point]:
    """The outline that a label gives, in its order; empty where it gives none."""
    for vertices in root.all("Footprint_Vertices"):
        points = _vertices(vertices)
        if len(points) > 2:
            return points
    outlines = [(_is_better(element), points) for element, points in _outlines(root)]
    return max(outlines, key=lambda outline: outline[0])[1] if outlines else []


def centre_of(root: Element) -> Point | None:
    """The image's centre."""
    for element in root.walked:
        for pair in pairs_in(element):
            named = not _CENTRE.isdisjoint(pair.words) and _is_of_image(pair)
            point = pair.point() if named else None
            if not named and _place_named(element) == "center":
                point = _only_point(element)
            if point is not None:
                return point
    return None


def _vertices(vertices: Element) -> list[Point]:
    """In the label's order, which is the outline's, unless each vertex says which corner it is."""
    found = [(_place_named(child), _only_point(child)) for child in vertices.children]
    known = [(name, point) for name, point in found if point is not None]
    corners = {name: point for name, point in known if name in _RING}
    if len(corners) == len(known) == len(_RING):
        return [corners[name] for name in _RING]
    return [point for _, point in known]


def _outlines(root: Element) -> Iterator[tuple[Element, list[Point]]]:
    for element in root.walked:
        pairs = pairs_in(element)
        for points in (_by_name(pairs), _by_number(pairs), _by_list(pairs), _by_text(element)):
            if points:
                yield element, points


def _by_name(pairs: list[Pair]) -> list[Point]:
    corners = {_corner(pair.words): pair.point() for pair in pairs}
    points = [corners.get(name) for name in _RING]
    return [point for point in points if point is not None] if None not in points else []


def _by_number(pairs: list[Pair]) -> list[Point]:
    numbered = {}
    for pair in pairs:
        number, point = _NUMBERED.fullmatch(" ".join(pair.words)), pair.point()
        if number and point:
            numbered[int(number[1])] = point
    return [numbered[number] for number in sorted(numbered)] if len(numbered) > 2 else []


def _by_list(pairs: list[Pair]) -> list[Point]:
    for pair in pairs:
        lons, lats = numbers_of(pair.longitude), numbers_of(pair.latitude)
        if len(lons) == len(lats) > 2 and not _OUTLINE.isdisjoint(pair.words):
            return list(zip(lons, lats))
    return []


def _by_text(element: Element) -> list[Point]:
    placed = ((child, _only_point(child)) for child in element.children)
    corners = {_place_named(child): point for child, point in placed if point is not None}
    points = [corners.get(name) for name in _RING]
    return [point for point in points if point is not None] if None not in points else []


def _only_point(element: Element) -> Point | None:
    pairs = pairs_in(element)
    return pairs[0].point() if len(pairs) == 1 and _is_of_image(pairs[0]) else None


def _is_of_image(pair: Pair) -> bool:
    return _OF_IMAGE.issuperset(pair.words)


def _place_named(element: Element) -> str | None:
    """“upper left”, “center”, … where a child's text names the element's place in the image."""
    for child in element.children:
        words = (child.text or "").lower().replace("_", " ").replace("-", " ").split()
        if 0 < len(words) <= len(_RING):
            if not _CENTRE.isdisjoint(words):
                return "center"
            corner = _corner(tuple(words))
            if corner:
                return corner
    return None


def _corner(words: tuple[str, ...]) -> str | None:
    vertical = "upper" if {"upper", "top"} & set(words) else ""
    vertical = vertical or ("lower" if {"lower", "bottom"} & set(words) else "")
    horizontal = next((word for word in words if word in ("left", "right")), "")
    short = next((_ABBREVIATED[word] for word in words if word in _ABBREVIATED), None)
    return f"{vertical} {horizontal}" if vertical and horizontal else short


def _is_better(element: Element) -> bool:
    return any(word in element.name.lower() for word in _BETTER)
