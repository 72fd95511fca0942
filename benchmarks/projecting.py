"""Projecting an unprojected image, against `gdalwarp` alone with a ready geolocation array.

A pinhole camera looks down on a sphere from aside; where its pixels look is a formula. The plugin
gets nodes of that and does all it does: the map's pixels, the inverse, GDAL's warp, the GeoTIFF.
GDAL gets longitudes and latitudes of the same nodes as a geolocation array, ready in a file, and
the map's pixels as the plugin chose them. How far both are off is measured as well.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

SIZES = (1024, 4096)
EVERY = 16
_ROUNDS = 3
_PIXEL_ANGLE = 5e-5
_DISTANCE = 1.15
_ASIDE = 0.12


def measure() -> None:
    """Print the ratio of times and both errors for an image of each size."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    print("Projecting an image (all of it), against gdalwarp alone:")
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        for size in SIZES:
            _compare(Path(folder), size)


def _compare(folder: Path, size: int) -> None:
    from qgis.core import QgsCoordinateReferenceSystem

    from planetary_qgis.qgis_bridge.rasters.projecting.projecting import project_image

    image, geolocation = folder / f"{size}.tif", _geolocation(size)
    crs = QgsCoordinateReferenceSystem("IAU_2015:30110")
    _write_image(image, size)
    array = _write_array(folder / f"{size}_where.tif", geolocation, image)
    ours, theirs = folder / "ours.tif", folder / "theirs.tif"
    own_s = _best(lambda: project_image(str(image), geolocation, ours, crs))
    gdal_s = _best(lambda: _gdalwarp(array, ours, theirs))
    errors = " ".join(f"{_error(path, size):.2f}" for path in (ours, theirs))
    print(f"  {size} × {size} pixels: {own_s:6.2f} s, gdalwarp {gdal_s:6.2f} s")
    print(f"    ratio of times {own_s / gdal_s:6.2f}; median pixels off, ours and its: {errors}")


def _geolocation(size: int):
    from planetary_qgis.core.bodies import body
    from planetary_qgis.core.spice.images.geolocation import Geolocation

    nodes = np.arange(0.0, size + 1.0, EVERY)
    points = _points(*np.meshgrid(nodes, nodes), size)
    x, y, z = np.moveaxis(points, -1, 0)
    moon = body("MOON")
    return Geolocation(
        pixel=nodes,
        line=nodes,
        lon_e=np.degrees(np.arctan2(y, x)),
        lat=np.degrees(np.arcsin(z)),
        points=points * moon.radii_km[0],
        resolution_m=1.0,
        body=moon,
        provenance={},
        notes=(),
    )


def _points(pixel: np.ndarray, line: np.ndarray, size: int) -> np.ndarray:
    """(…, 3) where places of the image look on a sphere of radius 1."""
    across, down = (pixel - size / 2) * _PIXEL_ANGLE, (line - size / 2) * _PIXEL_ANGLE
    rays = np.stack([-np.cos(down + _ASIDE), across, -np.sin(down + _ASIDE)], axis=-1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    place = np.array([_DISTANCE, 0.0, 0.0])
    along = -(rays @ place)
    return place + (along - np.sqrt(along**2 - _DISTANCE**2 + 1.0))[..., None] * rays


def _write_image(path: Path, size: int) -> None:
    """Two bands: pixel and line of each pixel's middle."""
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 2, gdal.GDT_Float32)
    pixel, line = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    for number, values in enumerate((pixel, line), 1):
        dataset.GetRasterBand(number).SetNoDataValue(float("nan"))
        dataset.GetRasterBand(number).WriteArray(values)


def _write_array(path: Path, geolocation, image: Path) -> str:
    """The path of a VRT of the image with its geolocation array."""
    rows, columns = geolocation.lon_e.shape
    array = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 2, gdal.GDT_Float64)
    array.GetRasterBand(1).WriteArray(geolocation.lon_e)
    array.GetRasterBand(2).WriteArray(geolocation.lat)
    array.FlushCache()
    name = str(path.with_suffix(".vrt"))
    virtual = gdal.Translate(name, str(image), format="VRT")
    degrees = osr.SpatialReference()
    degrees.SetFromUserInput("IAU_2015:30100")
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    domain = {f"{axis}_DATASET": str(path) for axis in "XY"}
    domain.update(
        X_BAND="1", Y_BAND="2", PIXEL_OFFSET="0", LINE_OFFSET="0", SRS=degrees.ExportToWkt()
    )
    domain.update(PIXEL_STEP=str(EVERY), LINE_STEP=str(EVERY))
    virtual.SetMetadata({**domain, "GEOREFERENCING_CONVENTION": "TOP_LEFT_CORNER"}, "GEOLOCATION")
    return name


def _gdalwarp(array: str, like: Path, destination: Path) -> None:
    """The same pixels by GDAL alone, and overviews as the plugin makes them."""
    model = gdal.Open(str(like))
    left, step, _, top, _, _ = model.GetGeoTransform()
    made = gdal.Warp(
        str(destination),
        array,
        dstSRS=model.GetProjection(),
        outputBounds=(
            left,
            top - step * model.RasterYSize,
            left + step * model.RasterXSize,
            top,
        ),
        width=model.RasterXSize,
        height=model.RasterYSize,
        resampleAlg="bilinear",
        multithread=True,
        creationOptions=["TILED=YES", "COMPRESS=LZW", "NUM_THREADS=ALL_CPUS"],
    )
    count = model.GetRasterBand(1).GetOverviewCount()
    if count:
        made.BuildOverviews("AVERAGE", [2**level for level in range(1, count + 1)])
    made.FlushCache()


def _error(path: Path, size: int) -> float:
    """Median of pixels between where a map's pixels are, and where what they hold was seen."""
    dataset = gdal.Open(str(path))
    left, step, _, top, _, _ = dataset.GetGeoTransform()
    pixel, line = dataset.ReadAsArray()
    radius = dataset.GetSpatialRef().GetSemiMajor()
    x, y, z = np.moveaxis(_points(pixel, line, size), -1, 0)
    rows, columns = pixel.shape
    across = (np.arctan2(y, x) * radius - left) / step - 0.5 - np.arange(columns)[None, :]
    down = (top - np.arcsin(z) * radius) / step - 0.5 - np.arange(rows)[:, None]
    return float(np.nanmedian(np.hypot(across, down)))


def _best(work) -> float:
    times = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


if __name__ == "__main__":
    measure()
