"""Images of a sphere whose pixels hold where they look; truth: closed formulas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

from planetary_qgis.core.bodies import body
from planetary_qgis.core.spice.images.geolocation import Geolocation

MOON = body("MOON")


@dataclass(frozen=True)
class Camera:
    """A pinhole camera above a sphere of radius 1, the sphere's middle aside of its axis.

    Attributes:
        distance: From the middle of the sphere, in its radii.
        half_angle: Radians from the axis to the left and right edge.
        aside: Radians that the axis misses the middle by.
    """

    lon_e: float
    lat: float
    distance: float
    half_angle: float
    aside: float = 0.0
    turned: float = 0.0
    samples: int = 240
    lines: int = 180

    def points(self, pixel: np.ndarray, line: np.ndarray) -> np.ndarray:
        """(…, 3) unit vectors to where places of the image look; NaN where they miss."""
        scale = np.tan(self.half_angle) / (self.samples / 2)
        across, down = (pixel - self.samples / 2) * scale, (line - self.lines / 2) * scale
        rays = np.stack([across, down, np.ones_like(across)], axis=-1)
        rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        rays = rays @ _about_x(self.aside).T @ _about_z(self.turned).T
        up, east, north = _axes(np.radians(self.lon_e), np.radians(self.lat))
        rays = rays @ np.stack([east, -north, -up])
        place = self.distance * up
        along = -(rays @ place)
        inside = along**2 - (self.distance**2 - 1.0)
        with np.errstate(invalid="ignore"):
            depth = along - np.sqrt(inside)
        return place + depth[..., None] * rays

    def geolocation(self, every: int = 12) -> Geolocation:
        """Nodes every so many pixels, up to the outer edges."""
        pixel = np.unique(np.r_[np.arange(0, self.samples, every), self.samples]).astype(float)
        line = np.unique(np.r_[np.arange(0, self.lines, every), self.lines]).astype(float)
        points = self.points(*np.meshgrid(pixel, line))
        lon, lat = lon_lat(points)
        return Geolocation(
            pixel=pixel,
            line=line,
            lon_e=lon,
            lat=lat,
            points=points * MOON.radii_km[0],
            resolution_m=self.pixel_m,
            body=MOON,
            provenance={"Kernels": "none: a formula"},
            notes=("A sphere.",),
        )

    def image(self, data_type: int = gdal.GDT_Float32) -> gdal.Dataset:
        """Three bands: x, y and z of where each pixel's middle looks; NaN where it misses."""
        dataset = gdal.GetDriverByName("MEM").Create("", self.samples, self.lines, 3, data_type)
        points = self.points(*middles(self.samples, self.lines))
        for number in (1, 2, 3):
            band = dataset.GetRasterBand(number)
            band.SetNoDataValue(float("nan"))
            band.WriteArray(points[..., number - 1])
        return dataset

    @property
    def pixel_m(self) -> float:
        """Metres that a pixel takes in the middle of the image, across the line of sight."""
        middle = self.points(np.array(self.samples / 2), np.array(self.lines / 2))
        up, _, _ = _axes(np.radians(self.lon_e), np.radians(self.lat))
        away = np.linalg.norm(middle - self.distance * up)
        return float(away * np.tan(self.half_angle) / (self.samples / 2) * MOON.sphere_radius_m)


def middles(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixel and line of the middles of an image's pixels."""
    return np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)


def lon_lat(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = np.moveaxis(points, -1, 0)
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def unit_vectors(lon_e: np.ndarray, lat: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(lon_e), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def places_of(path: Path | str) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns, 3) unit vectors of the middles of a map's pixels, and their values."""
    dataset = gdal.Open(str(path))
    left, right, _, top, _, down = dataset.GetGeoTransform()
    columns, rows = middles(dataset.RasterXSize, dataset.RasterYSize)
    x, y = left + right * columns, top + down * rows
    system = dataset.GetSpatialRef()
    if system.IsProjected():
        degrees = system.CloneGeogCS()
        for each in (system, degrees):
            each.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        inverse = osr.CoordinateTransformation(system, degrees)
        found = np.array(inverse.TransformPoints(np.c_[x.ravel(), y.ravel()]))
        x, y = (column.reshape(x.shape) for column in found[:, :2].T)
    return unit_vectors(x, y), np.atleast_3d(
        np.moveaxis(np.atleast_3d(dataset.ReadAsArray().T), (0, 1), (1, 0))
    )


def misplaced(path: Path | str, pixel_m: float) -> np.ndarray:
    """(rows, columns) pixels between where a map's pixels lie and where they say that they looked.

    NaN where the map is empty.
    """
    places, values = places_of(path)
    return np.linalg.norm(places - values, axis=-1) * MOON.sphere_radius_m / pixel_m


def _axes(lon: float, lat: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Up, east and north."""
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return up, east, np.cross(up, east)


def _about_x(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _about_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
