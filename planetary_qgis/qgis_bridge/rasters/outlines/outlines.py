"""Footprints of rasters: the true outlines of their valid pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsRasterLayer

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.reports import Report
from planetary_qgis.core.sphere_measures import ring_area
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.crs_doctor.recognising import recognised
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.addresses import address_of, reading
from planetary_qgis.qgis_bridge.rasters.images import opened_by_gdal
from planetary_qgis.qgis_bridge.rasters.new_rasters import stop_if_cancelled
from planetary_qgis.qgis_bridge.rasters.opening import open_raster
from planetary_qgis.qgis_bridge.rasters.outlines.map_shapes_on_body import MapOfBody, longest_piece
from planetary_qgis.qgis_bridge.rasters.outlines.valid_pixels import Detail, filled
from planetary_qgis.qgis_bridge.rasters.relief.ground import Ground, ground_of
from planetary_qgis.qgis_bridge.rasters.relief.lies import Patch, lie_of
from planetary_qgis.qgis_bridge.terrain import reference_system

_WKT = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
_LABELLED = ("PDS", "PDS4", "ISIS2", "ISIS3", "VICAR")
"""Drivers of which labels know better where a raster lies."""
_HINT = "Check that the raster draws in QGIS; the CRS doctor can give it its CRS."


@dataclass(frozen=True)
class PlacedRaster:
    """A raster of which it is known where it lies.

    Attributes:
        address: Where it is.
        source: What GDAL calls it.
        crs: WKT.
    """

    name: str
    address: str
    source: str
    crs: str
    body: Body


@dataclass(frozen=True)
class Outline:
    """What is known of a raster's footprint.

    Attributes:
        shape: A valid lon/lat shape; None where no pixel is valid.
        pixel_m: Metres a pixel on the ground, in the middle of the raster.
        center: Longitude and latitude of that.
        valid_share: Of all pixels.
        step: How many pixels a side stand for one that was looked at.
    """

    raster: PlacedRaster
    shape: shapely.Geometry | None
    pixel_m: float
    center: tuple[float, float]
    columns: int
    rows: int
    bands: int
    data_type: str
    valid_share: float
    step: float

    @property
    def area_km2(self) -> float:
        """On the sphere of the body."""
        radius_km = self.raster.body.sphere_radius_m / 1000.0
        return 0.0 if self.shape is None else steradians(self.shape) * radius_km**2


def placed_layer(layer: QgsRasterLayer) -> PlacedRaster:
    """A raster layer, where QGIS shows it; for the main thread.

    Raises:
        PlanetaryError: It is not a file, or not known where it lies.
    """
    if layer.providerType() != "gdal":
        raise PlanetaryError(
            f"The layer {layer.name()} is not read by GDAL, so that its pixels cannot be had.",
            hint="Save it as a GeoTIFF, and choose that.",
        )
    return _placed(layer.name(), layer.source(), layer.source(), layer.crs())


def placed_file(path: str) -> PlacedRaster:
    """A raster file, where it says that it lies, or where its label says so.

    Raises:
        PlanetaryError: It cannot be opened, or nothing says where it lies.
    """
    name = Path(path).name
    dataset, _ = opened_by_gdal(path)
    if dataset is not None and dataset.GetDriver().ShortName not in _LABELLED:
        wkt = dataset.GetProjection()
        seen = recognised(wkt)
        if seen.body is not None and not seen.remarks:
            return _placed(name, path, path, QgsCoordinateReferenceSystem.fromWkt(wkt))
    opened = open_raster(path)
    crs = QgsCoordinateReferenceSystem()
    crs.createFromUserInput(opened.crs)
    return _placed(name, path, opened.source, crs)


def outline_of(
    raster: PlacedRaster, detail: Detail, feedback: QgsFeedback, band: int | None = None
) -> Outline:
    """A raster's outline.

    Args:
        band: None for all bands together.

    Raises:
        PlanetaryError: GDAL cannot read it, or PROJ not tell where it lies.
        RunCancelledError: The feedback was cancelled.
    """
    sentence = f"The footprint of {raster.name} cannot be made."
    with reading(address_of(raster.source)), gdal_told(sentence, _HINT):
        dataset = gdal.OpenEx(raster.source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        if dataset.GetGeoTransform(can_return_null=True) is None:
            raise RuntimeError("It says nothing of where its pixels lie.")
        srs = reference_system(raster.name, raster.crs)
        ground = ground_of(dataset, srs, raster.body)
        found = filled(dataset, detail, feedback, band)
        shape = _on_body(found.shapes, dataset, ground, MapOfBody.of(srs))
    width, height = dataset.RasterXSize, dataset.RasterYSize
    pixel_m, center = _middle(ground, width, height)
    data_type = gdal.GetDataTypeName(dataset.GetRasterBand(1).DataType)
    return Outline(
        raster, shape, pixel_m, center, width, height, dataset.RasterCount, data_type,
        found.share, found.step,
    )  # fmt: skip


def find_outlines(
    rasters: Sequence[PlacedRaster],
    detail: Detail,
    feedback: QgsFeedback,
    report: Report,
    band: int | None = None,
) -> list[Outline]:
    """Outlines of rasters, the coarsest first; what has none is told and left out.

    Raises:
        RunCancelledError: The feedback was cancelled.
    """
    found = []
    for number, raster in enumerate(rasters):
        stop_if_cancelled(feedback)
        try:
            outline = outline_of(raster, detail, _Part(feedback), band)
        except PlanetaryError as error:
            stop_if_cancelled(feedback)
            report.add(f"{error} {error.details}".strip())
            continue
        if outline.shape is None:
            report.add("No valid pixel lies on the map: no footprint", raster.name)
        else:
            found.append(outline)
        feedback.setProgress(100.0 * (number + 1) / len(rasters))
    return sorted(found, key=_coarse_first)


def steradians(shape: shapely.Geometry) -> float:
    """What a lon/lat shape covers of the sphere, its edges straight in longitude and latitude."""
    total = 0.0
    for polygon in shapely.get_parts(shape):
        rings = [polygon.exterior, *polygon.interiors]
        areas = [ring_area(*shapely.get_coordinates(ring).T, edges="drawn") for ring in rings]
        total += areas[0] - sum(areas[1:])
    return total


def _coarse_first(outline: Outline) -> tuple[float, str]:
    """Rasters of the same pixels go by their names."""
    return -float(f"{outline.pixel_m:.6g}"), outline.raster.name


class _Part(QgsFeedback):
    """A feedback for a part of a job: cancelled with it, its progress told to nobody."""

    def __init__(self, whole: QgsFeedback) -> None:
        super().__init__()
        self._whole = whole

    def isCanceled(self) -> bool:
        return self._whole.isCanceled()


def _placed(
    name: str, address: str, source: str, crs: QgsCoordinateReferenceSystem
) -> PlacedRaster:
    if not crs.isValid():
        raise PlanetaryError(f"{name} says nothing of where it lies.", hint=_HINT)
    wkt = crs.toWkt(_WKT)
    body = body_of(crs) or recognised(wkt).body
    if body is None:
        raise PlanetaryError(
            f"It is not known on which body {name} lies: its CRS is “{crs.description()}”.",
            hint=_HINT,
        )
    return PlacedRaster(name, address, source, wkt, body)


def _on_body(
    shapes: np.ndarray, dataset: gdal.Dataset, ground: Ground, on_map: MapOfBody
) -> shapely.Geometry | None:
    placed = shapely.transform(shapes, lambda at: np.stack(ground.map_places(*at.T), axis=1))
    columns = np.array([0.0, dataset.RasterXSize, 0.0])
    x, y = ground.map_places(columns, np.array([0.0, 0.0, dataset.RasterYSize]))
    sides = np.hypot(x[1:] - x[0], y[1:] - y[0])
    return on_map.shape_on_body(placed, longest_piece(*sides))


def _middle(ground: Ground, width: int, height: int) -> tuple[float, tuple[float, float]]:
    """Metres a pixel in the middle of a raster, and its longitude and latitude; or NaN."""
    steps = lie_of(ground, Patch(width // 2, height // 2, 1, 1)).steps
    area = abs(float((steps.east_c * steps.north_r - steps.north_c * steps.east_r)[0, 0]))
    x, y, z = ground.positions(np.array(width / 2.0), np.array(height / 2.0))
    lon, lat = np.degrees([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))])
    return float(np.sqrt(area)), (float(lon), float(lat))
