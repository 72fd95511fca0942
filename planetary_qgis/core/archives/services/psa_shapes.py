"""Where rows of EPN-TAP lie: from their footprint, else from their bounds.

Longitudes are east-positive and latitudes planetocentric (EPN-TAP 2.0, section 2.1.5); PSA tells
longitudes from -180 to 180, which its documentation does not say, so 0 to 360 is understood, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.services.stcs import rings_of_region
from planetary_qgis.core.archives.services.values import number_of, text_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_boxes, polygons_from_rings, united

FloatArray = NDArray[np.float64]
Row = Mapping[str, Any]

_ON_BODY = frozenset(("", "body"))
_MOST_LONGITUDE = 540.0
_LEAST_AREA_DEG2 = 1e-12


def located(
    rows: Sequence[Row], here: Sequence[bool], tally: Tally
) -> tuple[list[Any], list[str | None]]:
    """A shape and what it was made from, or None, for each row.

    Args:
        here: Whether the row is about the body that the shapes lie on.
    """
    on_body = [wanted and _is_on_body(row, tally) for row, wanted in zip(rows, here)]
    regions = _from_regions(rows, on_body, tally)
    open_rows = [on and shape is None for on, shape in zip(on_body, regions)]
    boxes = _from_bounds(rows, open_rows, tally)
    shapes, sources = [], []
    for region, box in zip(regions, boxes):
        shapes.append(box if region is None else region)
        sources.append(_source(region, box))
    return shapes, sources


def _source(region: Any, box: Any) -> str | None:
    if region is not None:
        return "service"
    return None if box is None else "service bounds"


def _is_on_body(row: Row, tally: Tally) -> bool:
    frame = (text_of(row, "spatial_frame_type") or "").lower()
    if frame in _ON_BODY:
        return True
    if text_of(row, "c1min") or text_of(row, "s_region"):
        tally.add(
            f"rows tell where they lie in a {frame} frame, not on the body, and have no footprint",
            1,
            [_name(row)],
        )
    return False


def _from_regions(rows: Sequence[Row], wanted: Sequence[bool], tally: Tally) -> list[Any]:
    shapes: list[Any] = [None] * len(rows)
    rings: list[FloatArray] = []
    owners: list[int] = []
    for index, row in enumerate(rows):
        if not wanted[index]:
            continue
        found, reason = rings_of_region(text_of(row, "s_region"))
        if reason:
            tally.add(f"regions {reason}; the bounds were taken", 1, [_name(row)])
        rings += found
        owners += [index] * len(found)
    if not rings:
        return shapes
    pieces: dict[int, list[Any]] = {index: [] for index in owners}
    for index, shape in zip(owners, _with_area(_polygons(rings))):
        pieces[index].append(shape)
    for index, drawn in pieces.items():
        shapes[index] = united(drawn)
        if shapes[index] is None:
            tally.add("regions enclose no area; the bounds were taken", 1, [_name(rows[index])])
    return shapes


def _polygons(rings: Sequence[FloatArray]) -> NDArray[np.object_]:
    """Polygons of rings, those of equal length at once."""
    shapes = np.full(len(rings), None, dtype=object)
    lengths = np.array([len(ring) for ring in rings])
    for length in np.unique(lengths):
        alike = np.flatnonzero(lengths == length)
        vertices = np.stack([rings[index] for index in alike])
        shapes[alike] = polygons_from_rings(vertices[:, :, 0], vertices[:, :, 1])
    return shapes


def _from_bounds(rows: Sequence[Row], wanted: Sequence[bool], tally: Tally) -> list[Any]:
    names = ("c1min", "c1max", "c2min", "c2max")
    bounds = np.array([[number_of(row, name) for name in names] for row in rows]).reshape(-1, 4)
    known = np.array(wanted, dtype=bool) & np.isfinite(bounds).all(axis=1)
    real = known & (np.abs(bounds) <= [_MOST_LONGITUDE, _MOST_LONGITUDE, 90.0, 90.0]).all(axis=1)
    _tell(tally, "rows have bounds that are no positions", rows, known & ~real)
    shapes = np.full(len(rows), None, dtype=object)
    if real.any():
        west, east, south, north = bounds[real].T
        shapes[real] = _with_area(polygons_from_boxes(west, east, south, north))
        flat = real & np.array([shape is None for shape in shapes], dtype=bool)
        _tell(tally, "rows have bounds that enclose no area and no footprint", rows, flat)
    return list(shapes)


def _with_area(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    kept = shapes.copy()
    kept[~(shapely.area(shapes) >= _LEAST_AREA_DEG2)] = None
    return kept


def _tell(tally: Tally, problem: str, rows: Sequence[Row], which: NDArray[np.bool_]) -> None:
    met = np.flatnonzero(which)
    tally.add(problem, len(met), (_name(rows[index]) for index in met))


def _name(row: Row) -> str:
    return text_of(row, "granule_uid") or "a row without granule_uid"
