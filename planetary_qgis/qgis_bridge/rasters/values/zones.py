"""Polygons of any CRS in the pixels of a raster of the same body.

Imports shapely: import it late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from qgis.core import QgsGeometry

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.map_shapes import shape_on_body
from planetary_qgis.core.rasters.coverage import Edges
from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.core.sphere_measures import ring_area
from planetary_qgis.qgis_bridge.rasters.values.bands import OpenBand
from planetary_qgis.qgis_bridge.rasters.values.on_body import Placing

_TOLERANCE_PIXELS = 0.005
_LONGEST_EDGE_PIXELS = 64.0
_MOST_VERTICES = 500_000
_MOST_HALVINGS = 24
_LATTICE = 33
_AT_SEAM_DEG = 1e-9
_CLEAR_OF_SEAM_DEG = 1e-3
_NARROW_DEG = 150.0

Rings = tuple["list[FloatArray]", "list[FloatArray]"]
"""Outer rings and holes."""


@dataclass(frozen=True)
class Zone:
    """A polygon, or several that count as one.

    Attributes:
        drawn: In the CRS of its layer, edges straight there.
        on_body: In degrees: valid, split at the antimeridian, reaching the poles it holds.
    """

    drawn: shapely.Geometry
    on_body: shapely.Geometry

    @property
    def steradians(self) -> float:
        """On the body's sphere."""
        outlines, holes = rings_of(self.on_body)
        return sum(map(_area, outlines)) - sum(map(_area, holes))


def zone_of(geometry: QgsGeometry, layer_placing: Placing) -> Zone:
    """A feature's polygons on the body.

    Raises:
        PlanetaryError: There are none, or they reach beyond what their map shows of the body.
    """
    if geometry.isEmpty():
        raise PlanetaryError("It has no polygon.", hint="Give it one, or remove it.")
    straight = QgsGeometry(geometry.constGet().segmentize())
    drawn = shapely.force_2d(shapely.from_wkb(bytes(straight.asWkb())))
    if not shapely.is_valid(drawn):
        drawn = shapely.make_valid(drawn)
    if not shapely.area(drawn) > 0.0:
        raise PlanetaryError("It has no area.", hint="Draw it anew, or remove it.")
    if _is_on_body(drawn, layer_placing):
        return Zone(drawn, drawn)
    on_body = shape_on_body([drawn], layer_placing.degrees)
    if on_body is None or not shapely.area(on_body) > 0.0:
        raise PlanetaryError("It has no area on the body.", hint="Draw it anew, or remove it.")
    return Zone(drawn, on_body)


def _is_on_body(drawn: shapely.Geometry, layer_placing: Placing) -> bool:
    """Whether a shape is in the house's degrees as it was drawn."""
    if not layer_placing.is_in_degrees:
        return False
    west, south, east, north = shapely.bounds(drawn)
    return bool(west >= -180.0 and east <= 180.0 and south >= -90.0 and north <= 90.0)


def rings_of(shape: shapely.Geometry) -> Rings:
    """(k, 2) rings of polygons, of whatever they are part of."""
    parts = shapely.get_parts(shapely.get_parts(np.array([shape], dtype=object)))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    outlines = [shapely.get_coordinates(ring) for ring in shapely.get_exterior_ring(parts)]
    holes = [
        shapely.get_coordinates(shapely.get_interior_ring(part, number))
        for part in parts
        for number in range(shapely.get_num_interior_rings(part))
    ]
    return outlines, holes


class ZonesOnRaster:
    """Puts zones of one layer into the pixels of one raster.

    Args:
        same_crs: Whether layer and raster have the same CRS.
    """

    def __init__(
        self, band: OpenBand, placing: Placing, layer_placing: Placing, *, same_crs: bool
    ) -> None:
        self._band = band
        self._placing = placing
        self._layer_placing = layer_placing
        self._same_crs = same_crs

    def edges(self, zone: Zone) -> Edges:
        """The zone's edges in pixels; where the raster goes around the body, all of its turns.

        Raises:
            PlanetaryError: The zone reaches to where the raster's map does not show the body.
        """
        if self._same_crs:
            edges = _edges(rings_of(zone.drawn), self._band.pixels)
        elif self._lies_within_one_map(zone.on_body):
            edges = _edges(rings_of(zone.drawn), _following(self._from_layer))
        else:
            edges = _edges(rings_of(self._cut(zone.on_body)), _following(self._from_degrees))
        return self._all_turns(edges)

    def _from_layer(self, places: FloatArray) -> FloatArray:
        return self._from_degrees(self._layer_placing.degrees(places))

    def _from_degrees(self, degrees: FloatArray) -> FloatArray:
        pixels = self._band.pixels(self._placing.places(degrees))
        if not np.isfinite(pixels).all():
            raise PlanetaryError(
                f"It reaches beyond what the map of {self._band.name} shows of the body.",
                hint="Warp the raster to a map that shows all of the polygon.",
            )
        return pixels

    def _lies_within_one_map(self, shape: shapely.Geometry) -> bool:
        """Whether a shape touches neither the raster's seam nor a pole, nor leaves its area."""
        west, south, east, north = shapely.bounds(self._in_frame(shape))
        room = 180.0 - _CLEAR_OF_SEAM_DEG
        middle = self._placing.middle_lon_e
        clear = west > middle - room and east < middle + room and max(-south, north) < 90.0
        return bool(clear and self._area.contains(shapely.box(west, south, east, north)))

    def _cut(self, shape: shapely.Geometry) -> shapely.Geometry:
        """What of a shape lies around the raster, not quite up to its map's seam."""
        framed = shapely.intersection(self._in_frame(shape), self._area)
        low = self._placing.middle_lon_e - 180.0 + _AT_SEAM_DEG
        high = self._placing.middle_lon_e + 180.0 - _AT_SEAM_DEG
        return shapely.transform(
            framed, lambda at: np.stack([np.clip(at[:, 0], low, high), at[:, 1]], axis=1)
        )

    def _in_frame(self, shape: shapely.Geometry) -> shapely.Geometry:
        """The shape in longitudes around the raster's middle, cut on the other side."""
        middle = self._placing.middle_lon_e
        if middle == 0.0:
            return shape
        window = shapely.box(middle - 180.0, -90.0, middle + 180.0, 90.0)
        turns = (-360.0, 0.0, 360.0)
        turned = [
            shapely.transform(shape, lambda at, by=by: at + np.array([by, 0.0])) for by in turns
        ]
        pieces = shapely.intersection(np.array(turned, dtype=object), window)
        return shapely.union_all(pieces)

    @cached_property
    def _area(self) -> shapely.Geometry:
        """A box of degrees, in that frame, that holds the raster."""
        columns = np.linspace(0.0, self._band.width, _LATTICE)
        rows = np.linspace(0.0, self._band.height, _LATTICE)
        pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        lon, lat = self._placing.degrees(self._band.places(pixels)).T
        known, middle = np.isfinite(lon), self._placing.middle_lon_e
        world = shapely.box(middle - 180.0, -90.0, middle + 180.0, 90.0)
        if not known.any():
            return world
        lon = (lon[known] - middle + 180.0) % 360.0 - 180.0 + middle
        south, north = _with_margin(lat[known])
        west, east = _with_margin(lon)
        if east - west > _NARROW_DEG or max(-south, north) >= 90.0:
            west, east = middle - 180.0, middle + 180.0
        return shapely.intersection(shapely.box(west, south, east, north), world)

    def _all_turns(self, edges: Edges) -> Edges:
        """The edges also where they lie a whole turn around the body to the left or right."""
        if self._placing.period is None or not self._band.is_upright or not len(edges.x0):
            return edges
        corners = self._band.corners
        turn = self._placing.period * self._band.width / abs(corners[1, 0] - corners[0, 0])
        left, _, right, _ = edges.bounds
        first = int(np.floor(-right / turn)) + 1
        last = int(np.ceil((self._band.width - left) / turn)) - 1
        turned = [edges.moved(turn * number, 0.0) for number in range(first, last + 1)]
        if not turned:
            return edges
        whole = turned[0]
        for other in turned[1:]:
            whole = whole.joined(other)
        return whole


def _edges(rings: Rings, to_pixels: Callable[[FloatArray], FloatArray]) -> Edges:
    outlines, holes = rings
    return Edges.of([to_pixels(ring) for ring in outlines], [to_pixels(ring) for ring in holes])


def _following(to_pixels: Callable[[FloatArray], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    """The same for rings, with vertices wherever edges bend in pixels."""

    def followed(ring: FloatArray) -> FloatArray:
        plane, pixels = ring, to_pixels(ring)
        for _ in range(_MOST_HALVINGS):
            middle = (plane[:-1] + plane[1:]) / 2.0
            found = to_pixels(middle)
            off = np.linalg.norm(found - (pixels[:-1] + pixels[1:]) / 2.0, axis=1)
            length = np.linalg.norm(np.diff(pixels, axis=0), axis=1)
            bent = (off > _TOLERANCE_PIXELS) | (length > _LONGEST_EDGE_PIXELS)
            bent &= np.linalg.norm(np.diff(plane, axis=0), axis=1) > 0.0
            after = np.flatnonzero(bent) + 1
            if not len(after) or len(plane) > _MOST_VERTICES:
                break
            plane = np.insert(plane, after, middle[after - 1], axis=0)
            pixels = np.insert(pixels, after, found[after - 1], axis=0)
        return pixels

    return followed


def _with_margin(degrees: FloatArray) -> Sequence[float]:
    margin = 3.0 * float(np.ptp(degrees)) / _LATTICE + 1e-6
    return float(degrees.min()) - margin, float(degrees.max()) + margin


def _area(ring: FloatArray) -> float:
    return ring_area(ring[:, 0], ring[:, 1], "drawn")
