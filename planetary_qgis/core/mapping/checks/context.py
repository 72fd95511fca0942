"""A map with what several checks want to know of it, found out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.drawn import (
    DrawnLines,
    DrawnPoints,
    DrawnPolygons,
    drawable,
)
from planetary_qgis.core.mapping.checks.limits import Limits, limits_of
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    MAP_BOUNDARY,
    MAP_LAYERS,
    SURFACE_FEATURES,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.units.bounding import bounding_contacts
from planetary_qgis.core.mapping.units.network import Network, network_of

_Found = TypeVar("_Found")

LINE_LAYERS = (CONTACTS, LINEAR_FEATURES)
POLYGON_LAYERS = (UNITS, MAP_BOUNDARY, SURFACE_FEATURES)


class CheckContext:
    """What checks look at."""

    def __init__(self, content: MapContent) -> None:
        self.content = content
        self._lines: dict[str, DrawnLines] = {}
        self._polygons: dict[str, DrawnPolygons] = {}
        self._found: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], _Found]) -> _Found:
        """What `make` gives, made when it is first asked for by that name."""
        if name not in self._found:
            self._found[name] = make()
        return cast("_Found", self._found[name])

    @property
    def ground(self) -> Ground:
        return self.content.ground

    @cached_property
    def limits(self) -> Limits:
        return limits_of(self.content)

    def layer(self, name: str) -> LayerContent:
        return self.content.layer(name)

    def lines(self, name: str) -> DrawnLines:
        if name not in self._lines:
            self._lines[name] = DrawnLines.of(self.layer(name), self.ground)
        return self._lines[name]

    def polygons(self, name: str) -> DrawnPolygons:
        if name not in self._polygons:
            self._polygons[name] = DrawnPolygons.of(self.layer(name), self.ground)
        return self._polygons[name]

    @cached_property
    def network(self) -> Network:
        """The contacts that bound units, and the map's boundary, cut where they meet."""
        return network_of(
            self.layer(CONTACTS),
            self.layer(MAP_BOUNDARY),
            self.ground,
            self.limits.closing_m,
            bounding=bounding_contacts,
        )

    @cached_property
    def contacts(self) -> DrawnLines:
        return self.lines(CONTACTS)

    @cached_property
    def units(self) -> DrawnPolygons:
        return self.polygons(UNITS)

    @cached_property
    def unit_of_polygon(self) -> NDArray[np.object_]:
        """(m,) what each of `units` says; "" where it says nothing."""
        return texts(self.layer(UNITS).column(UNIT)[self.units.row])

    @cached_property
    def unit_points(self) -> DrawnPoints:
        return DrawnPoints.of(self.layer(UNIT_POINTS))

    @cached_property
    def unit_of_point(self) -> NDArray[np.object_]:
        return texts(self.layer(UNIT_POINTS).column(UNIT)[self.unit_points.row])

    @cached_property
    def points_in_polygons(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Polygons of `units`, and the `unit_points` that lie within each, pair by pair."""
        tree = shapely.STRtree(self.unit_points.shapes)
        polygons, points = tree.query(self.units.sound, predicate="contains")
        return polygons, points

    @cached_property
    def boundary(self) -> Any:
        """The map's area as one shape; None where no boundary is drawn."""
        drawn = self.polygons(MAP_BOUNDARY)
        return shapely.union_all(drawn.sound) if len(drawn.shapes) else None

    @property
    def placed_layers(self) -> list[str]:
        """Names of the layers whose features have a place."""
        return [spec.name for spec in MAP_LAYERS if spec.geometry != "none"]

    @cached_property
    def keeps_east_360(self) -> bool:
        """Whether a map in degrees runs from 0 to 360, or over 180 to one side, on purpose."""
        lon = np.concatenate([self.lines(layer).points[:, 0] for layer in (CONTACTS, MAP_BOUNDARY)])
        return bool(len(lon)) and (lon.min() >= 0.0 or lon.max() <= 0.0)

    @cached_property
    def in_degrees(self) -> bool:
        """Whether the map's coordinates are longitudes and latitudes of the body."""
        if self.ground.to_sphere is None:
            return False
        lon, lat = self.ground.to_sphere(np.array([10.0]), np.array([20.0]))
        return bool(np.allclose([lon[0], lat[0]], [10.0, 20.0], atol=1e-6))


def texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """What attributes say without spaces around; "" for NULL."""
    found = ["" if value is None or value != value else str(value).strip() for value in values]
    return np.array(found, dtype=object)


def places(content: LayerContent, rows: NDArray[np.intp]) -> list[Any]:
    """A point on each of those features; None where one has no shape."""
    shapes = content.shapes[rows]
    there = drawable(content)[rows]
    found = np.full(len(rows), None, dtype=object)
    found[there] = shapely.point_on_surface(shapely.force_2d(shapes[there]))
    return list(found)
