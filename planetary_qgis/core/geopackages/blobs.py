"""GeoPackage geometries. Imports shapely: import it late.

Source: OGC 12-128r18, GeoPackage Encoding Standard, 2.1.3 BLOB format.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import GeometryKind

Shapes = NDArray[np.object_]
FloatArray = NDArray[np.float64]
Blobs = NDArray[np.object_]

_HEADER = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"), ("box", "<f8", 4)]
)
_LITTLE_ENDIAN_WITH_BOX = 0b00000011
_SINGLE = {"polygon": 3, "line": 1, "point": 0}
_MULTI = {"polygon": 6, "line": 5}
_OF_ONE = np.dtype([("order", "u1"), ("type", "<u4"), ("count", "<u4")])
"""How WKB begins a collection, or a polygon's rings."""


def geometry_blobs(
    geometry: Shapes, boxes: FloatArray, kind: GeometryKind, srs_id: int
) -> list[bytes | None]:
    """GeoPackage geometries with their envelope; None where there is none.

    Args:
        boxes: (n, 4) the shapes' bounds.
    """
    blobs = np.full(len(geometry), None, dtype=object)
    rows = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if not len(rows):
        return list(blobs)
    shapes, headers = geometry[rows], _headers(boxes[rows], srs_id)
    plain = _are_plain(shapes) if kind == "polygon" else np.zeros(len(rows), dtype=bool)
    blobs[rows[plain]] = _blobs_of_plain(shapes[plain], headers[plain])
    blobs[rows[~plain]] = _blobs_of_any(promoted(shapes[~plain], kind), headers[~plain])
    return list(blobs)


def shapes_of_blobs(blobs: list[bytes]) -> Shapes:
    """Shapes of GeoPackage geometries that this module or GDAL wrote."""
    return np.asarray(shapely.from_wkb([_wkb_of(blob) for blob in blobs]), dtype=object)


def promoted(shapes: Shapes, kind: GeometryKind) -> Shapes:
    """The same shapes, single polygons and lines as multis of one."""
    types = shapely.get_type_id(shapes)
    single = types == _SINGLE[kind]
    strange = ~single & (types != _MULTI.get(kind, _SINGLE[kind]))
    if strange.any():
        example = shapes[strange][0]
        raise PlanetaryError(
            f"A {example.geom_type} came where {kind}s were announced.",
            details=example.wkt[:1000],
            hint="Please report this with the input that led to it.",
        )
    if kind == "point" or not single.any():
        return shapes
    promoted = shapes.copy()
    indices = np.arange(int(single.sum()))
    collect = shapely.multipolygons if kind == "polygon" else shapely.multilinestrings
    promoted[single] = collect(shapes[single], indices=indices)
    return promoted


def _headers(boxes: FloatArray, srs_id: int) -> NDArray[np.void]:
    headers = np.zeros(len(boxes), dtype=_HEADER)
    headers["magic"] = b"GP"
    headers["flags"] = _LITTLE_ENDIAN_WITH_BOX
    headers["srs_id"] = srs_id
    headers["box"] = boxes[:, [0, 2, 1, 3]]
    return headers


def _are_plain(shapes: Shapes) -> NDArray[np.bool_]:
    """Where a shape is one ring: most are, and their bytes can be laid out many at a time."""
    one_ring = shapely.get_num_interior_rings(shapes) == 0
    return np.asarray((shapely.get_type_id(shapes) == _SINGLE["polygon"]) & one_ring)


def _blobs_of_plain(shapes: Shapes, headers: NDArray[np.void]) -> Blobs:
    """Multipolygons of one ring each, those with equally many vertices at once."""
    blobs = np.full(len(shapes), None, dtype=object)
    vertices = shapely.get_coordinates(shapes)
    counts = shapely.get_num_coordinates(shapes)
    begins = np.cumsum(counts) - counts
    for count in np.unique(counts).tolist():
        rows = np.flatnonzero(counts == count)
        cells = np.empty(len(rows), dtype=_layout(count))
        cells["header"] = headers[rows]
        cells["multi"] = np.array((1, _MULTI["polygon"], 1), dtype=_OF_ONE)
        cells["polygon"] = np.array((1, _SINGLE["polygon"], 1), dtype=_OF_ONE)
        cells["count"] = count
        cells["ring"] = vertices[begins[rows][:, None] + np.arange(count)]
        blobs[rows] = _cut(cells.tobytes(), cells.dtype.itemsize)
    return blobs


def _layout(vertices: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("header", _HEADER),
            ("multi", _OF_ONE),
            ("polygon", _OF_ONE),
            ("count", "<u4"),
            ("ring", "<f8", (vertices, 2)),
        ]
    )


def _blobs_of_any(shapes: Shapes, headers: NDArray[np.void]) -> Blobs:
    beginnings = _cut(headers.tobytes(), _HEADER.itemsize)
    endings = shapely.to_wkb(shapes, output_dimension=2, byte_order=1).tolist()
    return np.array([*map(bytes.__add__, beginnings, endings)], dtype=object)


def _cut(packed: bytes, size: int) -> list[bytes]:
    return [packed[start : start + size] for start in range(0, len(packed), size)]


def _wkb_of(blob: bytes) -> bytes:
    envelope_doubles = (0, 4, 6, 6, 8)[(blob[3] >> 1) & 0b111]
    return blob[8 + 8 * envelope_doubles :]
