"""Tracks on a sphere as lon/lat lines: great circles between the vertices, cut at seams and holes.

Longitudes are east-positive, latitudes planetocentric, both in degrees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.great_circles import CHORD_TOLERANCE_DEG, unit_vectors
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.seams import lines_of_tracks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_TOLERANCE_DEG = CHORD_TOLERANCE_DEG / 3.0
"""At the middle of an edge; elsewhere, near a pole, it may be off by three times that."""
_MOST_HALVINGS = 12
_LONGEST_EDGE_DEG = 10.0
"""Over the equator an edge swings to both sides: its middle tells nothing of its halves."""
_AT_POLE_DEG = 1e-9


class _Runs(NamedTuple):
    """Vertices that hang together, one run after the other; `run` counts 0, 0, …, 1, 1, …"""

    lon: FloatArray
    lat: FloatArray
    run: IntArray

    def with_vertices(self, after: IntArray, lon: FloatArray, lat: FloatArray) -> _Runs:
        """One more vertex after each of these."""
        return _Runs(
            np.insert(self.lon, after + 1, lon),
            np.insert(self.lat, after + 1, lat),
            np.insert(self.run, after + 1, self.run[after]),
        )


def lines_along(lon_e: ArrayLike, lat: ArrayLike, *, closed: bool = False) -> NDArray[np.object_]:
    """(n,) lines or multilines, None where no two neighbouring vertices are known and apart.

    A line ends at an unknown vertex and begins anew after it; at the antimeridian it goes on at the
    other side of the map. Long steps get vertices along their great circle.

    Args:
        lon_e: (n, k) vertices along each track; NaN where unknown.
        lat: (n, k).
        closed: Whether the last vertex is joined with the first.
    """
    lons, lats = np.atleast_2d(wrap_180(lon_e)), np.atleast_2d(np.asarray(lat, dtype=float))
    if closed:
        lons = np.concatenate([lons, lons[:, :1]], axis=1)
        lats = np.concatenate([lats, lats[:, :1]], axis=1)
    runs, row_of_run = _runs(lons, lats)
    if not len(runs.run):
        return np.full(len(lons), None, dtype=object)
    lines = lines_of_tracks(*_along_great_circles(_with_pole_edges(runs)))
    return gathered(lines, row_of_run, len(lons))


def gathered(lines: NDArray[np.object_], rows: IntArray, count: int) -> NDArray[np.object_]:
    """(count,) lines in their rows, several of a row as one multiline, None where there is none.

    Args:
        lines: (m,) lines, multilines or None.
        rows: (m,) in which row each belongs, ascending.
    """
    shapes = np.full(count, None, dtype=object)
    parts, owner = shapely.get_parts(lines, return_index=True)
    owner = rows[owner]
    if len(parts):
        shapely.multilinestrings(parts, indices=owner, out=shapes)
    single = np.flatnonzero(np.bincount(owner, minlength=count) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _runs(lons: FloatArray, lats: FloatArray) -> tuple[_Runs, IntArray]:
    """What hangs together and leads somewhere, and the row of each run."""
    rows, places = np.nonzero(np.isfinite(lons) & np.isfinite(lats))
    lon, lat = lons[rows, places], lats[rows, places]
    joined = (np.diff(rows, prepend=-1) == 0) & (np.diff(places, prepend=-2) == 1)
    stays = joined & (np.diff(lon, prepend=np.nan) == 0.0) & (np.diff(lat, prepend=np.nan) == 0.0)
    run = np.cumsum(~joined) - 1
    kept = ~stays & (np.bincount(run[~stays], minlength=len(lon) + 1)[run] > 1)
    numbers, renumbered = np.unique(run[kept], return_inverse=True)
    row_of_run = rows[np.searchsorted(run, numbers)]
    return _Runs(lon[kept], lat[kept], renumbered), row_of_run


def _with_pole_edges(runs: _Runs) -> _Runs:
    """A vertex on a pole drawn out to an edge from the meridian before it to the one after it."""
    poles = np.flatnonzero(90.0 - np.abs(runs.lat) < _AT_POLE_DEG)
    if not len(poles):
        return runs
    before, after = np.maximum(poles - 1, 0), np.minimum(poles + 1, len(runs.run) - 1)
    before = np.where(runs.run[before] == runs.run[poles], before, after)
    after = np.where(runs.run[after] == runs.run[poles], after, before)
    arriving = runs.lon.copy()
    arriving[poles] = runs.lon[before]
    return runs._replace(lon=arriving).with_vertices(poles, runs.lon[after], runs.lat[poles])


def _along_great_circles(runs: _Runs) -> _Runs:
    """More vertices wherever a straight lon/lat edge would leave its great circle."""
    for _ in range(_MOST_HALVINGS):
        edges = np.flatnonzero(runs.run[:-1] == runs.run[1:])
        start = unit_vectors(runs.lon[edges], runs.lat[edges])
        end = unit_vectors(runs.lon[edges + 1], runs.lat[edges + 1])
        middle = start + end
        lon = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
        lat = np.degrees(np.arctan2(middle[:, 2], np.hypot(middle[:, 0], middle[:, 1])))
        bent = _off(runs, edges, lon, lat) > _TOLERANCE_DEG
        bent |= np.linalg.norm(end - start, axis=1) > np.radians(_LONGEST_EDGE_DEG)
        if not bent.any():
            break
        runs = runs.with_vertices(edges[bent], lon[bent], lat[bent])
    return runs


def _off(runs: _Runs, edges: IntArray, lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Degrees between the middles of great circles and those of straight edges."""
    across = wrap_180(runs.lon[edges + 1] - runs.lon[edges])
    off_lon = wrap_180(lon - runs.lon[edges] - across / 2.0) * np.cos(np.radians(lat))
    return np.asarray(np.hypot(off_lon, lat - (runs.lat[edges] + runs.lat[edges + 1]) / 2.0))
