"""How large a raster's pixels are on its body."""

from __future__ import annotations

import numpy as np

from planetary_qgis.core.rasters.sphere_areas import areas_of_rows
from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.qgis_bridge.rasters.values.bands import OpenBand
from planetary_qgis.qgis_bridge.rasters.values.on_body import Placing
from planetary_qgis.qgis_bridge.rasters.values.sampling import pixel_areas

_MOST_NODES = 65


class PixelAreas:
    """Steradians of the pixels of windows; 0 beside the body."""

    def __init__(self, band: OpenBand, placing: Placing) -> None:
        self._band = band
        self._placing = placing

    def of_window(self, left: int, top: int, width: int, height: int) -> FloatArray:
        """(height, width), or (height, 1) where all pixels of a row are alike.

        In closed form where rows follow parallels; else between nodes, a 64th of the window apart.
        """
        if self._placing.period is not None and self._band.is_upright:
            return self._of_rows(top, height)[:, None]
        columns = _nodes(left, width)
        rows = _nodes(top, height)
        pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        areas = pixel_areas(self._band, self._placing, pixels).reshape(len(rows), len(columns))
        areas = np.where(np.isfinite(areas), areas, 0.0)
        across = _weights(columns, left, width)
        return _weights(rows, top, height) @ areas @ across.T

    def _of_rows(self, top: int, height: int) -> FloatArray:
        edges = np.arange(top, top + height + 1, dtype=float)
        middle = np.full(len(edges), self._band.width / 2.0)
        places = self._band.places(np.stack([middle, edges], axis=1))
        lat = self._placing.degrees(places)[:, 1]
        # Many global maps reach half a pixel beyond the poles.
        lat = np.where(np.isfinite(lat), lat, 90.0 * np.sign(places[:, 1]))
        corners = self._band.corners
        step = abs(corners[1, 0] - corners[0, 0]) / self._band.width
        return areas_of_rows(lat, 360.0 * step / self._placing.period)


def _nodes(first: int, count: int) -> FloatArray:
    """Middles of pixels from the first to the last of so many, evenly."""
    return np.linspace(first + 0.5, first + count - 0.5, min(count, _MOST_NODES))


def _weights(nodes: FloatArray, first: int, count: int) -> FloatArray:
    """(count, k) how much of each node's value a pixel takes, linearly in between."""
    if len(nodes) == 1:
        return np.ones((count, 1))
    at = (np.arange(count) + first + 0.5 - nodes[0]) / (nodes[1] - nodes[0])
    before = np.clip(at.astype(np.intp), 0, len(nodes) - 2)
    weights = np.zeros((count, len(nodes)))
    every = np.arange(count)
    weights[every, before] = 1.0 - (at - before)
    weights[every, before + 1] = at - before
    return weights
