"""Shapes of index rows: from four corners, else from bounds, else from a centre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.archives.catalog import BoundsColumns, PointColumns
from planetary_qgis.core.archives.pds3.conventions import Conventions
from planetary_qgis.core.archives.pds3.roles import Roles
from planetary_qgis.core.archives.pds3.values import reals_from_texts
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body
from planetary_qgis.core.corners import corners_in_ring_order
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import to_house_convention
from planetary_qgis.core.polygons import (
    points_from,
    polygons_from_boxes,
    polygons_from_rings,
)
from planetary_qgis.core.reports import EXAMPLES_SHOWN

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Shapes = NDArray[np.object_]

_LEAST_AREA_DEG2 = 1e-12
_FULL_CIRCLE_DEG = 360.0 - 1e-6
_CENTRE_MARGIN_DEG = 1.0
_MOST_LONGITUDE_DEG = 540.0
"""Some indexes count on past 360 within an image; none does so by more than half a turn."""


@dataclass(frozen=True)
class Where:
    """Where some rows lie.

    Attributes:
        shapes: A shape or None each.
        sources: “index corners”, “index bounds”, “index centre” or None each.
        center_lon_e: Degrees, NaN where unknown.
        center_lat: Planetocentric degrees, NaN where unknown.
    """

    shapes: Shapes
    sources: NDArray[np.object_]
    center_lon_e: FloatArray
    center_lat: FloatArray


@dataclass(frozen=True)
class Locator:
    """Reads positions out of an index's columns."""

    roles: Roles
    conventions: Conventions
    body: Body

    def locate(self, values: Mapping[str, Any], on_body: BoolArray, tally: Tally) -> Where:
        """Where the rows lie; rows about another body lie nowhere on this one."""
        shapes = np.full(len(on_body), None, dtype=object)
        sources = shapes.copy()
        if self.roles.corners:
            rings = self._rings(self.roles.corners, values, on_body, tally)
            _fill(shapes, sources, rings, "index corners")
        if self.roles.bounds:
            open_rows = on_body & shapely.is_missing(shapes)
            boxes = self._boxes(self.roles.bounds, values, open_rows, tally)
            _fill(shapes, sources, boxes, "index bounds")
        lon_e, lat = self._centres(values, on_body, tally)
        if self.roles.geometry == "point":
            _fill(shapes, sources, points_from(lon_e, lat), "index centre")
        self._tell_nowhere(values, on_body & shapely.is_missing(shapes), tally)
        return Where(shapes, sources, lon_e, lat)

    def _tell_nowhere(self, values: Mapping[str, Any], rows: BoolArray, tally: Tally) -> None:
        """Name the rows that lie nowhere, though the index has positions."""
        if not self.roles.longitudes():
            return
        ids = values.get(self.roles.by_role.get("product_id", ""))
        examples = () if ids is None else dict.fromkeys(ids[rows][:EXAMPLES_SHOWN])
        tally.add("rows have no known position and no geometry", int(rows.sum()), examples)

    def _rings(
        self,
        corners: tuple[PointColumns, ...],
        values: Mapping[str, Any],
        rows: BoolArray,
        tally: Tally,
    ) -> Shapes:
        lon = np.column_stack([_numbers(values[corner.longitude]) for corner in corners])
        lat = np.column_stack([_numbers(values[corner.latitude]) for corner in corners])
        shapes = np.full(len(rows), None, dtype=object)
        known = rows & np.isfinite(lon).all(axis=1) & np.isfinite(lat).all(axis=1)
        real = known & _are_positions(lon, lat).all(axis=1)
        tally.add("rows have corners that are no positions", int((known & ~real).sum()))
        if real.any():
            house_lon, house_lat = corners_in_ring_order(*self._house(lon[real], lat[real]))
            shapes[real] = _with_area(polygons_from_rings(house_lon, house_lat))
            flat = int(shapely.is_missing(shapes[real]).sum())
            tally.add("rows have corners that enclose no area", flat)
        return shapes

    def _boxes(
        self, box: BoundsColumns, values: Mapping[str, Any], rows: BoolArray, tally: Tally
    ) -> Shapes:
        first, second, south, north = (
            _numbers(values[name]) for name in (box.first, box.second, box.south, box.north)
        )
        lon, lat = np.column_stack([first, second]), np.column_stack([south, north])
        shapes = np.full(len(rows), None, dtype=object)
        known = rows & np.isfinite(lon).all(axis=1) & np.isfinite(lat).all(axis=1)
        real = known & _are_positions(lon, lat).all(axis=1)
        tally.add("rows have bounds that are no positions", int((known & ~real).sum()))
        if real.any():
            shapes[real] = self._real_boxes(lon[real], lat[real], box.by_compass)
            flat = int(shapely.is_missing(shapes[real]).sum())
            tally.add("rows have bounds that enclose no area", flat)
        return shapes

    def _real_boxes(self, lon: FloatArray, lat: FloatArray, by_compass: bool) -> Shapes:
        around = np.abs(lon[:, 1] - lon[:, 0]) >= _FULL_CIRCLE_DEG
        house_lon, house_lat = self._house(lon, lat)
        if self.conventions.direction == "west" and not by_compass:
            # The smaller number of a west-positive range is its eastern end.
            house_lon = house_lon[:, ::-1]
        west = np.where(around, -180.0, house_lon[:, 0])
        east = np.where(around, 180.0, house_lon[:, 1])
        return _with_area(polygons_from_boxes(west, east, house_lat[:, 0], house_lat[:, 1]))

    def _centres(
        self, values: Mapping[str, Any], rows: BoolArray, tally: Tally
    ) -> tuple[FloatArray, FloatArray]:
        unknown = np.full(len(rows), np.nan)
        centre = self.roles.centre
        if centre is None:
            return unknown, unknown.copy()
        lon, lat = _numbers(values[centre.longitude]), _numbers(values[centre.latitude])
        real = rows & _are_positions(lon, lat)
        outside = real & self._outside_bounds(lat, values)
        tally.add(
            "rows have a centre outside of their own bounds; it was left out", int(outside.sum())
        )
        real &= ~outside
        lon_e, lat_ocentric = self._house(lon, lat)
        return np.where(real, lon_e, np.nan), np.where(real, lat_ocentric, np.nan)

    def _outside_bounds(self, lat: FloatArray, values: Mapping[str, Any]) -> BoolArray:
        """Where the centre is not the image's: some indexes give their map projection's."""
        box = self.roles.bounds
        if box is None:
            return np.zeros(len(lat), dtype=bool)
        edges = np.column_stack([_numbers(values[box.south]), _numbers(values[box.north])])
        below = lat < edges.min(axis=1) - _CENTRE_MARGIN_DEG
        return np.asarray(below | (lat > edges.max(axis=1) + _CENTRE_MARGIN_DEG))

    def _house(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        return to_house_convention(
            lon,
            lat,
            direction=self.conventions.direction,
            latitude_kind=self.conventions.latitude_kind,
            body=self.body,
        )


def _numbers(values: Any) -> FloatArray:
    if values.dtype.kind == "O":
        return reals_from_texts(values)
    return pd.Series(values).to_numpy(dtype=float, na_value=np.nan)


def _are_positions(lon: FloatArray, lat: FloatArray) -> BoolArray:
    return np.asarray((np.abs(lon) <= _MOST_LONGITUDE_DEG) & (np.abs(lat) <= 90.0))


def _fill(shapes: Shapes, sources: Shapes, found: Shapes, source: str) -> None:
    """Put the shapes that were found where none is yet."""
    new = shapely.is_missing(shapes) & ~shapely.is_missing(found)
    shapes[new] = found[new]
    sources[new] = source


def _with_area(shapes: Shapes) -> Shapes:
    """The shapes, None in place of those that enclose nothing."""
    kept = shapes.copy()
    kept[shapely.area(shapes) < _LEAST_AREA_DEG2] = None
    return kept
