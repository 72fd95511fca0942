"""Where a map's pixels lie, by the bounds in its label where GDAL is wrong.

GDAL takes the projection offsets of a PDS3 label to count as HiRISE's do. Others count from another
corner of the pixel (MOLA), or in the other direction (Magellan, whose maps of the north come out in
the south), and many labels round the pixel's size. HiRISE's DTMs have pixels in degrees although
their label speaks of a parallel. What their bounds say is right in all of these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from osgeo import gdal, osr

from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.map_bounds import MapBounds
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

GeoTransform = tuple[float, float, float, float, float, float]
_EXACT = 0.01
"""So close to a whole number of pixels, bounds are the pixels' edges."""
_NEAR = 1.0
_FAR = 8.0
_MOST_SHIFT = 2.0
"""In pixels: where only a part of the lines is there, what is further off is another mistake."""
_NOTHING = 1e-3


@dataclass(frozen=True)
class _Grid:
    """A map projection in which latitudes are straight and even.

    Attributes:
        degree: Metres a degree along meridians.
        parallel: The same along parallels, as a share of that; at the equator of a sinusoidal one.
    """

    name: str
    lon_0: float
    degree: float
    parallel: float


def placed_by_label(
    dataset: gdal.Dataset, found: Sequence[float] | None, crs: str, label: RasterLabel | None
) -> GeoTransform | None:
    """Where the raster lies by its label; None where GDAL has it right, or nobody can tell.

    Args:
        found: Where GDAL has it.
        crs: WKT.
    """
    from planetary_qgis.core.rasters.map_bounds import bounds_of

    bounds = bounds_of(label) if label is not None and crs else None
    grid = _grid(crs) if bounds is not None else None
    if bounds is None or grid is None or (found is not None and (found[2] or found[4])):
        return None
    placed = _on_edges(dataset, bounds, found, grid)
    if placed is None and found is not None:
        placed = _from_elsewhere(dataset, bounds, found, grid)
    if placed is None or found is None or _off(placed, found, dataset) > _NOTHING:
        return placed
    return None


def _on_edges(
    dataset: gdal.Dataset, bounds: MapBounds, found: Sequence[float] | None, grid: _Grid
) -> GeoTransform | None:
    """For pixels in degrees, whose edges the bounds are."""
    if grid.name != "eqc" or not _in_degrees(dataset, bounds, grid):
        return None
    step = grid.degree / bounds.pixels_a_degree
    top = grid.degree * bounds.north
    rows = (bounds.north - bounds.south) * bounds.pixels_a_degree
    is_whole = abs(rows - (bounds.rows or dataset.RasterYSize)) <= _NEAR
    if not is_whole and (found is None or abs(top - found[3]) > _MOST_SHIFT * step):
        return None
    left = grid.degree * grid.parallel * _west_of(bounds, grid)
    return (left, step * grid.parallel, 0.0, top, 0.0, -step)


def _in_degrees(dataset: gdal.Dataset, bounds: MapBounds, grid: _Grid) -> bool:
    """Whether pixels are as wide in longitude as they are high in latitude."""
    columns = bounds.columns or dataset.RasterXSize
    wide = (bounds.east_e - bounds.west_e) * bounds.pixels_a_degree
    if abs(wide - columns) <= _EXACT:
        return True
    return abs(wide - columns) <= _NEAR and abs(wide * grid.parallel - columns) > _FAR


def _from_elsewhere(
    dataset: gdal.Dataset, bounds: MapBounds, found: Sequence[float], grid: _Grid
) -> GeoTransform | None:
    """For a map that GDAL puts quite outside its bounds; None for others."""
    parallels = [bounds.south, bounds.north]
    if bounds.south < 0.0 < bounds.north:
        parallels.append(0.0)
    west = _west_of(bounds, grid)
    ends = [
        grid.degree * grid.parallel * lon * (_cos(lat) if grid.name == "sinu" else 1.0)
        for lon in (west, west + bounds.east_e - bounds.west_e)
        for lat in parallels
    ]
    left, right = min(ends), max(ends)
    top, bottom = grid.degree * bounds.north, grid.degree * bounds.south
    found_right = found[0] + dataset.RasterXSize * found[1]
    found_bottom = found[3] + dataset.RasterYSize * found[5]
    overlaps = found[0] < right and found_right > left and found[3] > bottom and found_bottom < top
    return None if overlaps else (left, found[1], 0.0, top, 0.0, found[5])


def _west_of(bounds: MapBounds, grid: _Grid) -> float:
    """Degrees from the central meridian to the western edge; the map's middle is within ±180."""
    middle = (bounds.west_e + bounds.east_e) / 2.0
    return math.remainder(middle - grid.lon_0, 360.0) - (middle - bounds.west_e)


def _grid(crs: str) -> _Grid | None:
    srs = osr.SpatialReference()
    with quiet_gdal():
        if srs.ImportFromWkt(crs) != 0:
            return None
        words = (word.lstrip("+").partition("=") for word in srs.ExportToProj4().split())
    terms = {name: value for name, _, value in words}
    if terms.get("proj") not in ("eqc", "sinu") or terms.get("units", "m") != "m":
        return None
    if any(float(terms.get(name, 0.0)) for name in ("lat_0", "x_0", "y_0")):
        return None
    return _Grid(
        name=terms["proj"],
        lon_0=float(terms.get("lon_0", 0.0)),
        degree=math.radians(srs.GetSemiMajor()),
        parallel=_cos(float(terms.get("lat_ts", 0.0))),
    )


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _off(placed: Sequence[float], found: Sequence[float], dataset: gdal.Dataset) -> float:
    """How many pixels the corners of both are apart at most."""
    across = [(placed[0] - found[0] + n * (placed[1] - found[1])) for n in (0, dataset.RasterXSize)]
    down = [(placed[3] - found[3] + n * (placed[5] - found[5])) for n in (0, dataset.RasterYSize)]
    return max(
        abs(each / step) for axis, step in ((across, placed[1]), (down, placed[5])) for each in axis
    )
