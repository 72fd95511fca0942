"""Where pixels look, by what comes with an image: planes of longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from osgeo import gdal

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.qgis_bridge.gdal_words import gdal_told

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel
    from planetary_qgis.core.spice.images.geolocation import Geolocation

_LONGITUDE, _LATITUDE, _RADIUS = ("longitude",), ("latitude",), ("radius",)
_MOST_NODES = 4_000_000
"""More are taken every so many pixels."""
_NOTE = "Places are those of the planes that come with the image; no kernels were used."


@dataclass(frozen=True)
class Plane:
    """A band of a raster."""

    source: str
    band: int


@dataclass(frozen=True)
class Backplanes:
    """Planes that say where the pixels of an image look.

    Attributes:
        longitude, latitude: In degrees, the longitude east-positive.
        radius: In metres or kilometres; None where there is none.
        pixel_offset, line_offset: Of the first node, in the image's pixel coordinates.
        pixel_step, line_step: From node to node.
    """

    longitude: Plane
    latitude: Plane
    radius: Plane | None = None
    pixel_offset: float = 0.5
    line_offset: float = 0.5
    pixel_step: float = 1.0
    line_step: float = 1.0


def backplanes_in(label: RasterLabel) -> Backplanes | None:
    """Those of an image among a label's objects, as M3's LOC files hold them; None without any."""
    from planetary_qgis.core.rasters.raw_layouts import raw_layouts_of
    from planetary_qgis.qgis_bridge.rasters.virtual import raw_source

    for layout in raw_layouts_of(label):
        names = [info.name.strip().lower() for info in layout.band_infos]
        found = [_named(names, wanted) for wanted in (_LONGITUDE, _LATITUDE, _RADIUS)]
        if found[0] and found[1]:
            source = raw_source(layout)
            planes = [Plane(source, band) if band else None for band in found]
            return Backplanes(*planes)
    return None


def backplanes_of(dataset: gdal.Dataset) -> Backplanes | None:
    """Those of a geolocation array that GDAL knows of, as of HDF and netCDF files."""
    told = dataset.GetMetadata("GEOLOCATION") or {}
    if not told.get("X_DATASET") or not told.get("Y_DATASET"):
        return None
    # Without a word on it, a node is the upper left corner of its pixel.
    shift = 0.5 if told.get("GEOREFERENCING_CONVENTION") == "PIXEL_CENTER" else 0.0
    return Backplanes(
        Plane(told["X_DATASET"], int(told.get("X_BAND", 1))),
        Plane(told["Y_DATASET"], int(told.get("Y_BAND", 1))),
        pixel_offset=float(told.get("PIXEL_OFFSET", 0.0)) + shift,
        line_offset=float(told.get("LINE_OFFSET", 0.0)) + shift,
        pixel_step=float(told.get("PIXEL_STEP", 1.0)),
        line_step=float(told.get("LINE_STEP", 1.0)),
    )


def geolocation_by(planes: Backplanes, body: Body) -> Geolocation:
    """Where the pixels look, at every pixel or, of large images, every so many.

    Raises:
        PlanetaryError: The planes cannot be read, or are no longitudes and latitudes.
    """
    from planetary_qgis.core.spice.images.geolocation import Geolocation

    with gdal_told(
        "The planes that say where the image looks cannot be read.",
        "Check that their file is whole and beside the label.",
    ):
        shape = _shape(planes.longitude)
        rows, columns = _nodes(*shape)
        lon, lat = (_values(plane, rows, columns) for plane in (planes.longitude, planes.latitude))
        radius = None if planes.radius is None else _values(planes.radius, rows, columns)
    _check(lon, lat)
    pixel = planes.pixel_offset + planes.pixel_step * columns
    line = planes.line_offset + planes.line_step * rows
    points = _points(lon, lat, body, radius)
    return Geolocation(
        pixel=pixel,
        line=line,
        lon_e=wrap_180(lon),
        lat=lat,
        points=points,
        resolution_m=_resolution_m(points, pixel, line),
        body=body,
        provenance={"Geolocation": f"planes of {planes.longitude.source}"},
        notes=(_NOTE,),
    )


def _named(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The number of the band of that name."""
    return next((place for place, name in enumerate(names, 1) if name.startswith(wanted)), None)


def _shape(plane: Plane) -> tuple[int, int]:
    dataset = _opened(plane)
    return dataset.RasterYSize, dataset.RasterXSize


def _nodes(lines: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that are taken, the first and last among them."""
    if min(lines, samples) < 2:
        raise PlanetaryError(
            f"The planes that say where the image looks have {lines} lines and {samples} samples.",
            hint="Give kernels, to compute where it looks.",
        )
    step = max(1, int(np.ceil(np.sqrt(lines * samples / _MOST_NODES))))
    return tuple(np.unique(np.r_[0:size:step, size - 1]) for size in (lines, samples))


def _values(plane: Plane, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(rows, columns) values, NaN where there are none; read a few lines at a time."""
    dataset = _opened(plane)  # a band dies with its data set
    band = dataset.GetRasterBand(plane.band)
    if band is None:
        raise RuntimeError(f"{plane.source} has no band {plane.band}.")
    values = np.empty((len(rows), len(columns)))
    for place, row in enumerate(rows):
        line = band.ReadAsArray(0, int(row), band.XSize, 1)
        if line is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        values[place] = line[0, columns]
    no_data = band.GetNoDataValue()
    return values if no_data is None else np.where(values == no_data, np.nan, values)


def _opened(plane: Plane) -> gdal.Dataset:
    dataset = gdal.OpenEx(plane.source, gdal.OF_RASTER)
    if dataset is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return dataset


def _check(lon: np.ndarray, lat: np.ndarray) -> None:
    """Refuse planes of other numbers, and empty those that are on no body."""
    off = ~(np.abs(lat) <= 90.0) | ~(np.abs(lon) <= 360.0)
    if off.all():
        raise PlanetaryError(
            "The planes that come with the image hold no longitudes and latitudes in degrees.",
            hint="Give kernels, to compute where it looks.",
        )
    lon[off] = lat[off] = np.nan


def _points(lon: np.ndarray, lat: np.ndarray, body: Body, radius: np.ndarray | None) -> np.ndarray:
    """(rows, columns, 3) km, on the planes' radius or the body's sphere."""
    sphere = body.sphere_radius_m / 1000.0
    if radius is None:
        km = np.full_like(lon, sphere)
    else:
        km = radius / (1000.0 if np.nanmedian(radius) > 100.0 * sphere else 1.0)
    lon, lat = np.radians(lon), np.radians(lat)
    directions = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    return np.stack(directions, axis=-1) * km[..., None]


def _resolution_m(points: np.ndarray, pixel: np.ndarray, line: np.ndarray) -> float:
    """Metres a pixel, the middle of all."""
    across = np.linalg.norm(np.diff(points, axis=1), axis=-1) / np.diff(pixel)
    along = np.linalg.norm(np.diff(points, axis=0), axis=-1) / np.diff(line)[:, None]
    return float(1000.0 * np.sqrt(np.nanmedian(across) * np.nanmedian(along)))
