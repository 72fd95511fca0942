"""Rings of s_region, the footprint of IVOA's tables: STC-S or well-known text.

Source: IVOA note STC-S 1.33, section 6; EPN-TAP 2.0, section 2.1.5. Edges are great circles.
"""

from __future__ import annotations

import re
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.services.wkt_shapes import NO_POSITIONS, read_wkt
from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]

OTHER_KIND = "are no polygons that are known to be read"
TOO_FEW = "have less than three corners"
_MOST_LONGITUDE = 540.0
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_POLYGON = re.compile(r"\bPOLYGON\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:CIRCLE|BOX|ELLIPSE|POSITION|CONVEX|NOT|INTERSECTION|DIFFERENCE|POSITIONINTERVAL)\b",
    re.IGNORECASE,
)


def rings_of_region(text: str | None) -> tuple[list[FloatArray], str]:
    """(k, 2) rings of longitudes and latitudes in degrees, or none with a reason.

    Returns:
        The rings, and "" or what completes “regions …”. Both are empty where the text is.
    """
    if text is None or not text.strip():
        return [], ""
    drawn = read_wkt(text.strip()) if "(" in text else None
    rings = _rings_of_stcs(text) if drawn is None else _rings_of_wkt(drawn)
    if not rings:
        return [], OTHER_KIND
    if any(len(ring) < 3 for ring in rings):
        return [], TOO_FEW
    # Written so that NaN, too, is no position.
    if not all((np.abs(ring) <= [_MOST_LONGITUDE, 90.0]).all() for ring in rings):
        return [], NO_POSITIONS
    return rings, ""


def _rings_of_wkt(drawn: shapely.Geometry) -> list[FloatArray]:
    parts = shapely.get_parts(drawn)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return [shapely.get_coordinates(part.exterior)[:-1] for part in polygons if not part.is_empty]


def _rings_of_stcs(text: str) -> list[FloatArray]:
    """Rings of one polygon or of a union of polygons; none where anything else is drawn, too."""
    if _OTHERS.search(text):
        return []
    rings = [_vertices(part) for part in _POLYGON.split(text)[1:]]
    return [ring for ring in rings if ring is not None] if all(r is not None for r in rings) else []


def _vertices(text: str) -> FloatArray | None:
    """The pairs of numbers that follow the names of frame, reference position and flavour."""
    words = text.replace(",", " ").replace("(", " ").replace(")", " ").split()
    while words and not _NUMBER.fullmatch(words[0]):
        words.pop(0)
    numbers = [float(word) for word in takewhile(_NUMBER.fullmatch, words)]
    if not numbers or len(numbers) % 2:
        return None
    ring = np.array(numbers).reshape(-1, 2)
    return ring[:-1] if len(ring) > 1 and (ring[0] == ring[-1]).all() else ring
