"""The search for opportunities: over the horizon, then in the field of view, then in that light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.query import Range
from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.opportunities.area_sight import (
    Area,
    FieldOfView,
    below_horizon,
    light_at,
    on_surface,
    sight_of,
)
from planetary_qgis.core.spice.opportunities.light import seconds_off
from planetary_qgis.core.spice.opportunities.time_search import Found, State, Windows, find_windows
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps, relative_states
from planetary_qgis.core.spice.views import Views, look, places_of, views_of

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Shapes = NDArray[np.object_]
Told = Callable[[Windows, Windows, Gaps], None]
"""Gets the windows that were searched, those of them that the kernels do not tell of, and what."""

_MOST_RAYS_AT_ONCE = 400_000
_PROBES = 1_000
_ARC_BETWEEN_LOOKS = 0.1
"""Radians that the observer may move round the target between two first looks for its horizon."""
_LEAST_LOOK_S, _MOST_LOOK_S = 0.1, 1800.0
_SHORTEST_S = {True: 1e-5, False: 0.1}
"""Windows longer than that are found: of points (a line scanner passes quickly), of areas."""
_EDGE_S = {True: 1e-6, False: 1e-3}


@dataclass(frozen=True)
class Spots:
    """What of an area is best seen at n moments.

    Attributes:
        points: (n, 3) km, body-fixed; NaN where nothing is seen.
        values: (n,) light and distances there, by column.
        known: (n,) where the kernels tell.
    """

    points: FloatArray
    values: dict[str, FloatArray]
    known: BoolArray


@dataclass(frozen=True)
class Search:
    """What is looked for.

    Attributes:
        instrument: None to ask only whether the observer is above the horizon.
        step_s: Between looks at the attitude.
    """

    scene: Scene
    area: Area
    limits: Mapping[str, Range]
    instrument: Instrument | None
    step_s: float

    @property
    def pixel_angle(self) -> float | None:
        return self.instrument.pixel_angle if self.instrument else None

    def run(self, within: Windows, look_s: float, told: Told) -> Windows:
        """When the area can be seen as wanted.

        Args:
            look_s: Between first looks for the horizon.
        """
        gaps = Gaps()
        over = self._find(lambda et: self._over_horizon(et, gaps), within, look_s, told, gaps)
        gaps = Gaps()
        if self.instrument is None:
            return self._find(
                lambda et: self._lit_in_sight(et, gaps), over, self.step_s, told, gaps
            )
        fov = FieldOfView(self.instrument)
        seen = self._find(lambda et: self._in_view(et, fov, gaps), over, self.step_s, told, gaps)
        if not self.limits:
            return seen
        gaps = Gaps()
        return self._find(lambda et: self._lit_in_view(et, gaps), seen, self.step_s, told, gaps)

    def spots(self, et: FloatArray, gaps: Gaps) -> Spots:
        """What is seen at these epochs: in a field of view nearest to its middle, else flattest."""
        if self.instrument is not None:
            views = self._views(et, gaps)
            points = self._points_in_view(views)
            lit = light_at(self.scene, views, points[:, None], self.pixel_angle, gaps)
            return Spots(points, {name: v[:, 0] for name, v in lit.items()}, views.known)
        views = places_of(self.scene, et, gaps)
        values = light_at(self.scene, views, self.area.points, None, gaps)
        fits = (self._seconds_off(views, values, moving=False) <= 0.0) & (
            below_horizon(views, self.area.points) <= 0.0
        )
        best = np.where(fits, values["emission_angle"], np.inf).argmin(axis=1)
        rows = np.arange(len(et))
        points = np.where(fits.any(axis=1)[:, None], self.area.points[best], np.nan)
        known = np.isfinite(views.origins[:, 0])
        return Spots(points, {name: v[rows, best] for name, v in values.items()}, known)

    def look_s(self, start: float, stop: float) -> float:
        """Seconds between first looks for the horizon, by the observer's fastest passes."""
        et = np.linspace(start, stop, _PROBES)
        views = places_of(self.scene, et, Gaps())
        rates = self._speeds(views) / np.linalg.norm(views.origins, axis=1)
        known = rates[np.isfinite(rates)]
        fastest = float(known.max()) if len(known) else _ARC_BETWEEN_LOOKS / _MOST_LOOK_S
        return float(np.clip(_ARC_BETWEEN_LOOKS / fastest, _LEAST_LOOK_S, _MOST_LOOK_S))

    def _find(
        self,
        ask: Callable[[FloatArray], State],
        within: Windows,
        step_s: float,
        told: Told,
        gaps: Gaps,
    ) -> Windows:
        point = self.area.is_point
        found: Found = find_windows(
            ask, within, step_s, shortest_s=_SHORTEST_S[point], edge_s=_EDGE_S[point]
        )
        told(within, found.unknown, gaps)
        return found.holding

    def _views(self, et: FloatArray, gaps: Gaps) -> Views:
        if self.instrument is None:
            return places_of(self.scene, et, gaps)
        return views_of(replace(self.scene, instrument_frame=self.instrument.frame), et, gaps)

    def _speeds(self, views: Views) -> FloatArray:
        """(n,) km/s: how fast the observer moves in the body-fixed frame at most."""
        states = relative_states(self.scene.target_id, views.et, self.scene.observer_id, Gaps())
        turning = np.linalg.norm(views.spin) * np.linalg.norm(views.origins, axis=1)
        return np.asarray(np.linalg.norm(states[:, 3:], axis=1) + turning)

    def _over_horizon(self, et: FloatArray, gaps: Gaps) -> State:
        """Whether the observer is over the horizon of the cap around the area."""
        views = places_of(self.scene, et, gaps)
        known = np.isfinite(views.origins[:, 0])
        middle = (self.area.middle * views.radii)[None]
        far = below_horizon(views, middle)[:, 0] - self.area.extent
        standing = np.linalg.norm(views.origins / views.radii, axis=1)
        rate = self._speeds(views) / (standing * views.radii.min())
        return State(known & (far <= 0.0), far, rate, known)

    def _in_view(self, et: FloatArray, fov: FieldOfView, gaps: Gaps) -> State:
        """Whether the field of view meets the area."""
        return _in_batches(et, len(self.area.points), lambda some: self._seen(some, fov, gaps))

    def _seen(self, et: FloatArray, fov: FieldOfView, gaps: Gaps) -> State:
        views = self._views(et, gaps)
        sight = sight_of(views, self.area.points)
        beside = fov.clearance(sight.in_instrument(views))
        below = below_horizon(views, self.area.points)
        margin = self.area.half_spacing
        far = np.maximum(
            beside - margin / sight.range_km, below - 2.0 * margin / views.radii.min()
        ).min(axis=1)
        rate = self._speeds(views) / sight.range_km.min(axis=1)
        attitude = views.to_fixed.transpose(0, 2, 1) @ views.turns
        if self.area.is_point:
            holds = ((beside <= 0.0) & (below <= 0.0)).any(axis=1)
            return State(holds, far, rate, views.known, attitude)
        far = np.where(self._aims_inside(views), np.minimum(far, 0.0), far)
        holds = np.zeros(len(et), dtype=bool)
        near = np.flatnonzero((far <= 0.0) & views.known)
        holds[near] = shapely.intersects(self._footprints(views[near]), self.area.shape)
        return State(holds, far, rate, views.known, attitude)

    def _aims_inside(self, views: Views) -> BoolArray:
        """(n,) where a direction in the middle of the field of view meets the area."""
        middle = self._corners().mean(axis=0)
        points = look(views, (middle / np.linalg.norm(middle))[None]).points[:, 0]
        return self._contains(points)

    def _contains(self, points: FloatArray) -> BoolArray:
        lon, lat = ellipsoid.lon_lat(points)
        shapely.prepare(self.area.shape)
        return np.asarray(shapely.intersects_xy(self.area.shape, lon, lat))

    def _corners(self) -> FloatArray:
        return self.instrument.corners if self.instrument else np.empty((0, 3))

    def _footprints(self, views: Views) -> Shapes:
        outline = self.instrument.outline() if self.instrument else np.empty((0, 3))
        return frame_footprints(views, outline).shapes

    def _points_in_view(self, views: Views) -> FloatArray:
        """(n, 3) km: of what is seen of the area, what is nearest to the field of view's middle."""
        if self.area.is_point:
            return self._point_in_view(views)
        middle = self._corners().mean(axis=0)
        points = look(views, (middle / np.linalg.norm(middle))[None]).points[:, 0]
        elsewhere = np.flatnonzero(~self._contains(points) & views.known)
        points[~views.known] = np.nan
        if len(elsewhere):
            points[elsewhere] = self._nearest_in_view(views[elsewhere], points[elsewhere])
        return points

    def _point_in_view(self, views: Views) -> FloatArray:
        """(n, 3) km: of an area's single points, the deepest in the field of view."""
        if self.instrument is None:
            return np.full((len(views), 3), np.nan)
        sight = sight_of(views, self.area.points)
        beside = FieldOfView(self.instrument).clearance(sight.in_instrument(views))
        off = np.where(below_horizon(views, self.area.points) <= 0.0, beside, np.inf)
        nearest = self.area.points[np.where(np.isnan(off), np.inf, off).argmin(axis=1)]
        return np.where((off.min(axis=1) <= 0.0)[:, None], nearest, np.nan)

    def _nearest_in_view(self, views: Views, middles: FloatArray) -> FloatArray:
        footprints = frame_footprints(views, self.instrument.outline()) if self.instrument else None
        if footprints is None:
            return middles
        middles = np.where(np.isfinite(middles), middles, footprints.middles)
        lon, lat = ellipsoid.lon_lat(np.where(np.isfinite(middles), middles, 1.0))
        common = shapely.intersection(footprints.shapes, self.area.shape)
        bridges = shapely.shortest_line(shapely.points(lon, lat), common)
        found = ~(shapely.is_missing(bridges) | shapely.is_empty(bridges))
        points = np.full((len(views), 3), np.nan)
        ends = shapely.get_coordinates(shapely.get_point(bridges[found], 1))
        points[found] = on_surface(ends, self.scene)
        return points

    def _lit_in_view(self, et: FloatArray, gaps: Gaps) -> State:
        """Whether what is seen of the area is lit as wanted."""
        views = self._views(et, gaps)
        points = self._points_in_view(views)
        seen = np.isfinite(points[:, 0])
        values = light_at(self.scene, views, points[:, None], self.pixel_angle, gaps)
        off = self._seconds_off(views, values, moving=True)[:, 0]
        off = np.where(np.isfinite(off) | ~seen, np.where(seen, off, 0.0), np.inf)
        return State(seen & (off <= 0.0), off, np.ones(len(et)), views.known)

    def _lit_in_sight(self, et: FloatArray, gaps: Gaps) -> State:
        """Whether some point of the area is over the horizon and lit as wanted."""
        return _in_batches(et, len(self.area.points), lambda some: self._lit(some, gaps))

    def _lit(self, et: FloatArray, gaps: Gaps) -> State:
        views = places_of(self.scene, et, gaps)
        known = np.isfinite(views.origins[:, 0])
        ranges = np.linalg.norm(views.origins[:, None] - self.area.points, axis=-1)
        rise = self._speeds(views)[:, None] / np.minimum(ranges, views.radii.min())
        off = below_horizon(views, self.area.points) / rise
        if self.limits:
            values = light_at(self.scene, views, self.area.points, None, gaps)
            known = known & np.isfinite(values["incidence_angle"]).all(axis=1)
            off = np.maximum(off, self._seconds_off(views, values, moving=False))
        far = np.where(np.isnan(off), np.inf, off).min(axis=1)
        return State(known & (far <= 0.0), far, np.ones(len(et)), known)

    def _seconds_off(
        self, views: Views, values: dict[str, FloatArray], *, moving: bool
    ) -> FloatArray:
        speeds = self._speeds(views)
        return seconds_off(self.limits, values, views, speeds, self.pixel_angle, moving=moving)


def _in_batches(et: FloatArray, rays: int, ask: Callable[[FloatArray], State]) -> State:
    """The state at epochs, some at once, so that memory stays bounded."""
    size = max(1, _MOST_RAYS_AT_ONCE // max(rays, 1))
    states = [ask(et[begin : begin + size]) for begin in range(0, len(et), size)]
    if not states:
        return ask(et)
    whole = states[0]
    for state in states[1:]:
        whole = whole.joined(state)
    return whole
