"""The way along an edge that an image shows.

scikit-image finds the cheapest path; what makes a pixel cheap is how much brightness changes there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]

_SMOOTHING = 1.0
"""Pixels: noise of single ones is no edge."""
_STRENGTH = 8.0
_FLAT_COST = 0.02
_STAIRS = 0.75
"""Pixels up to which a path's steps are the raster's, and not the edge's."""


def path_along_edge(values: FloatArray, start: tuple[int, int], end: tuple[int, int]) -> FloatArray:
    """(n, 2) rows and columns from one pixel to another along the strongest edges between.

    Args:
        values: (rows, columns); NaN where there is no data, which no path enters.
        start, end: Row and column.

    Raises:
        PlanetaryError: scikit-image is missing.
    """
    require(Feature.EDGE_TRACING)
    from skimage.graph import route_through_array

    find_path: Any = route_through_array
    path, _ = find_path(_costs(values), start, end, fully_connected=True, geometric=True)
    stairs = shapely.LineString(path) if len(path) > 1 else shapely.LineString([start, end])
    return np.asarray(shapely.get_coordinates(shapely.simplify(stairs, _STAIRS)))


def _costs(values: FloatArray) -> FloatArray:
    """What each pixel costs: little on edges, much where nothing is known."""
    from skimage.filters import gaussian

    known = np.isfinite(values)
    middle = float(np.median(values[known])) if known.any() else 0.0
    smooth: Any = gaussian(np.where(known, values, middle), _SMOOTHING, preserve_range=True)
    change = np.hypot(*np.gradient(smooth))
    change[~known] = 0.0
    strongest = float(np.percentile(change[known], 99.0)) if known.any() else 0.0
    relative = np.clip(change / strongest, 0.0, 1.0) if strongest > 0.0 else change
    return np.asarray(np.where(known, _FLAT_COST + np.exp(-_STRENGTH * relative), 1e3))
