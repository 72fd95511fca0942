"""Statistics of rasters within zones, such as geologic units, by area on the body.

Imports shapely: import it late. QGIS's own zonal statistics are not used: they count a pixel at 80°
like one at the equator, and take polygons of another body without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.coverage import Edges, coverage
from planetary_qgis.core.rasters.tallies import Histogram, Statistics, Tally
from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.rasters.values.bands import OpenBand
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters
from planetary_qgis.qgis_bridge.rasters.values.pixel_areas import PixelAreas
from planetary_qgis.qgis_bridge.rasters.values.zones import Zone, ZonesOnRaster
from planetary_qgis.qgis_bridge.store import RunCancelledError
from planetary_qgis.qgis_bridge.tasks import tell

_WIDEST_WINDOW = 1024
_LEAST_SHARE = 1e-6
"""Of a pixel, or of a zone that is smaller: less is rounding."""


@dataclass(frozen=True)
class Question:
    """What to ask of each zone.

    Attributes:
        percents: Which percentiles.
        by_area: Whether pixels weigh what they measure on the body, or all the same.
    """

    percents: tuple[float, ...] = (50.0,)
    by_area: bool = True


class InZone(NamedTuple):
    """One raster within one zone.

    Attributes:
        valid_share: Of the zone's area on the body, where the raster knows something.
    """

    statistics: Statistics
    valid_share: float


def statistics_of_zones(
    zones: Sequence[tuple[str, Zone]],
    rasters: Rasters,
    layer_crs: QgsCoordinateReferenceSystem,
    question: Question,
    feedback: QgsFeedback,
) -> tuple[list[list[InZone | None]], Report]:
    """For each zone, for each raster: what is within; None where it cannot be had.

    Args:
        zones: What to call each, and the zone.
        layer_crs: Of the zones as they were drawn.

    Raises:
        PlanetaryError: A raster cannot be opened, or the user cancelled.
    """
    report = Report()
    found: list[list[InZone | None]] = [[] for _ in zones]
    done, whole = 0, max(len(zones) * len(rasters.sources), 1)
    for source, placing in zip(rasters.sources, rasters.placings):
        tell(feedback, f"Reading {source.name}")
        band = OpenBand(source)
        same_crs = source.crs == layer_crs
        on_raster = ZonesOnRaster(band, placing, rasters.shapes, same_crs=same_crs)
        reader = _Reader(band, PixelAreas(band, placing), question, feedback)
        for row, (name, zone) in zip(found, zones):
            try:
                row.append(reader.within(zone, on_raster.edges(zone)))
            except RunCancelledError:
                raise
            except PlanetaryError as error:
                report.add(error.message, name)
                row.append(None)
            done += 1
            feedback.setProgress(100.0 * done / whole)
    return found, report


class _Window(NamedTuple):
    left: int
    top: int
    width: int
    height: int


class _Pixels(NamedTuple):
    """(n,) the known pixels of a window that lie in a zone, wholly or in part."""

    values: FloatArray
    shares: FloatArray
    steradians: FloatArray


@dataclass(frozen=True)
class _Reader:
    """Reads what of a raster lies in zones, window by window."""

    band: OpenBand
    areas: PixelAreas
    question: Question
    feedback: QgsFeedback

    def within(self, zone: Zone, edges: Edges) -> InZone:
        tally, steradians = Tally(), 0.0
        for pixels in self._pixels(edges):
            steradians += float(pixels.shares @ pixels.steradians)
            tally.add(pixels.values, pixels.shares, self._weights(pixels))
        histogram = self._histogram(tally, edges) if tally.overflown else None
        statistics = tally.statistics(self.question.percents, histogram)
        return InZone(statistics, min(steradians / zone.steradians, 1.0))

    def _histogram(self, tally: Tally, edges: Edges) -> Histogram:
        """Of all pixels, read once more."""
        histogram = tally.histogram()
        for pixels in self._pixels(edges):
            histogram.add(pixels.values, self._weights(pixels))
        return histogram

    def _weights(self, pixels: _Pixels) -> FloatArray:
        return pixels.shares * pixels.steradians if self.question.by_area else pixels.shares

    def _pixels(self, edges: Edges) -> Iterator[_Pixels]:
        if not len(edges.x0):
            return
        least = _LEAST_SHARE * min(1.0, abs(edges.area))
        for window in _windows(edges, self.band):
            if self.feedback.isCanceled():
                raise RunCancelledError
            shares = coverage(edges, *window)
            if not (shares > least).any():
                continue
            values = self.band.values(*window)
            steradians = np.broadcast_to(self.areas.of_window(*window), values.shape)
            taken = (shares > least) & np.isfinite(values) & (steradians > 0.0)
            yield _Pixels(values[taken], shares[taken], steradians[taken])


def _windows(edges: Edges, band: OpenBand) -> Iterator[_Window]:
    """Windows of whole tiles, cut to where the edges are."""
    x_min, y_min, x_max, y_max = edges.bounds
    left, top = max(int(np.floor(x_min)), 0), max(int(np.floor(y_min)), 0)
    right = min(int(np.ceil(x_max)), band.width)
    bottom = min(int(np.ceil(y_max)), band.height)
    wide, tall = (_side(size) for size in band.tile)
    for row in range(top - top % tall, bottom, tall):
        for column in range(left - left % wide, right, wide):
            first_column, first_row = max(column, left), max(row, top)
            yield _Window(
                first_column,
                first_row,
                min(column + wide, right) - first_column,
                min(row + tall, bottom) - first_row,
            )


def _side(tile: int) -> int:
    """As many whole tiles as make a large window."""
    return tile * max(1, _WIDEST_WINDOW // tile)
