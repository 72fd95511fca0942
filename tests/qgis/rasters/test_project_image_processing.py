"""planetary:projectimage on the synthetic sample's cameras; truth: CSPICE's own footprints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsProcessingException, QgsProcessingFeedback, QgsRasterLayer, QgsVectorLayer

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import SURFACES, Observation, times_of_run
from planetary_qgis.processing import projectimage, spice_inputs
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import RESAMPLINGS

SAMPLE = Path(store.__file__).resolve().parents[1] / "resources" / "sample"
SIDE = 256
ASKED = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
    "INSTRUMENT": "SYNTH_FRAME_CAM",
    "START": "2019-09-01T00:30:00",
    "EXPOSURE": 0.01,
    "SAMPLE_SUMMING": 4,
    "LINE_SUMMING": 4,
}
DEGREES = "IAU_2015:49900"


@pytest.fixture
def frame(tmp_path):
    """Numbers of a frame that say nothing of how they were taken."""
    path = tmp_path / "frame.tif"
    made = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 1, gdal.GDT_Int16)
    rows, columns = np.indices((SIDE, SIDE))
    made.GetRasterBand(1).WriteArray(100 + rows + columns)
    made.GetRasterBand(1).SetNoDataValue(-32768)
    made.FlushCache()
    return path


class Told(QgsProcessingFeedback):
    """A feedback that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(False)
        self.words: list[str] = []

    def pushInfo(self, info: str) -> None:
        self.words.append(info)


@pytest.fixture
def run(processing):
    """A function that projects an image: the map's path, and what the log says."""

    def projected(frame, output, **more):
        feedback = Told()
        parameters = {"INPUT": str(frame), "OUTPUT": str(output), **ASKED, **more}
        results = processing.run("planetary:projectimage", parameters, feedback=feedback)
        return results["OUTPUT"], feedback.words

    return projected


def footprint() -> shapely.Geometry:
    observation = Observation(
        kernels=(SAMPLE / "synthetic.tm",),
        target="MARS",
        observer="SYNTHETIC_ORBITER",
        instrument="SYNTH_FRAME_CAM",
    )
    start = np.datetime64("2019-09-01T00:30:00", "us")
    times = times_of_run(start, start + np.timedelta64(10_000, "us"))
    return next(compute_footprints(observation, times).chunks).geometry[0]


def test_a_frame_comes_to_lie_in_its_footprint(run, frame, tmp_path):
    made, _ = run(frame, tmp_path / "map.tif", CRS=DEGREES)
    layer = QgsRasterLayer(made, "map")
    extent, pixel = layer.extent(), layer.rasterUnitsPerPixelX()
    found = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
    assert found == pytest.approx(list(footprint().bounds), abs=1.5 * pixel)


def test_filled_pixels_are_those_of_the_footprint(run, frame, tmp_path):
    """Every filled pixel's middle is within half a pixel or so, every empty one's beside."""
    made, _ = run(frame, tmp_path / "map.tif", CRS=DEGREES)
    dataset = gdal.Open(made)
    left, step, _, top, _, down = dataset.GetGeoTransform()
    filled = dataset.ReadAsArray() != -32768
    rows, columns = np.indices(filled.shape)
    points = shapely.points(left + step * (columns + 0.5), top + down * (rows + 0.5))
    shape = footprint()
    assert shapely.contains(shape.buffer(0.8 * step), points[filled]).all()
    assert not shapely.contains(shape.buffer(-0.8 * step), points[~filled]).any()


def test_by_default_the_map_suits_the_area(run, frame, tmp_path):
    made, words = run(frame, tmp_path / "map.tif")
    dataset = gdal.Open(made)
    assert "Mars / " in dataset.GetSpatialRef().GetName()
    assert any("Photometry" in word for word in words)
    assert any("no label" in word for word in words)
    assert "synthetic" in str(dataset.GetMetadata())


def test_an_extent_brings_its_own_crs(run, frame, tmp_path):
    lon, lat = footprint().centroid.coords[0]
    extent = f"{lon - 1},{lon + 1},{lat - 1},{lat + 1} [{DEGREES}]"
    made, _ = run(frame, tmp_path / "map.tif", EXTENT=extent, RESOLUTION=2000)
    dataset = gdal.Open(made)
    assert dataset.GetSpatialRef().IsGeographic()
    degree_m = np.radians(1.0) * 3_396_190.0
    assert dataset.RasterXSize == pytest.approx(2.0 * degree_m / 2000.0, abs=2)
    assert (dataset.ReadAsArray() != -32768).all()


def test_an_extent_on_another_body_is_refused(run, frame, tmp_path):
    with pytest.raises(QgsProcessingException, match="Moon"):
        run(frame, tmp_path / "map.tif", EXTENT="0,1,0,1 [IAU_2015:30100]", CRS=DEGREES)


def test_a_scan_lies_line_by_line(run, tmp_path):
    """The sample's scanner: 80 s of lines, every fifth pixel of 5000."""
    path = tmp_path / "scan.tif"
    lines = 400
    made = gdal.GetDriverByName("GTiff").Create(str(path), 1000, lines, 1, gdal.GDT_Float32)
    made.GetRasterBand(1).Fill(1.0)
    made.FlushCache()
    output, _ = run(
        path,
        tmp_path / "map.tif",
        INSTRUMENT="SYNTH_LINE_CAM",
        START="2019-09-01T03:32:00",
        EXPOSURE=0.2,
        LINE_TIME=0.2,
        SAMPLE_SUMMING=5,
        LINE_SUMMING=1,
        CRS=DEGREES,
    )
    observation = Observation(
        kernels=(SAMPLE / "synthetic.tm",),
        target="MARS",
        observer="SYNTHETIC_ORBITER",
        instrument="SYNTH_LINE_CAM",
    )
    start = np.datetime64("2019-09-01T03:32:00", "us")
    times = times_of_run(start, start + np.timedelta64(80_000_000, "us"))
    shape = next(compute_footprints(observation, times).chunks).geometry[0]
    layer = QgsRasterLayer(output, "map")
    extent = layer.extent()
    found = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
    pixel = layer.rasterUnitsPerPixelX()
    if shape.bounds[0] < -179.9:  # the footprint is parted at the antimeridian, the map is not
        found[0], found[2] = shape.bounds[0], shape.bounds[2]
    assert found == pytest.approx(list(shape.bounds), abs=2.0 * pixel)


def test_what_is_missing_is_named(run, frame, tmp_path):
    with pytest.raises(QgsProcessingException, match=r"Fill in: observer, exposure"):
        run(frame, tmp_path / "map.tif", OBSERVER="", EXPOSURE=None)
    with pytest.raises(QgsProcessingException, match="no kernels"):
        run(frame, tmp_path / "map.tif", KERNELS=[])
    assert not (tmp_path / "map.tif").exists()


def test_times_without_coverage_are_told(run, frame, tmp_path):
    with pytest.raises(QgsProcessingException, match=r"1999|cover"):
        run(frame, tmp_path / "map.tif", START="1999-01-01")
    assert [path.name for path in tmp_path.glob("map*")] == []


def test_choices_are_those_of_the_modules_behind():
    assert tuple(projectimage.RESAMPLINGS) == RESAMPLINGS
    assert tuple(spice_inputs.SURFACES) == SURFACES


def test_planes_that_gdal_knows_of_need_no_kernels(run, tmp_path):
    """A geolocation array beside an image, as HDF and netCDF files have it."""
    lines, samples = 60, 80
    line, pixel = np.indices((lines, samples)) + 0.5
    lon, lat = 30.0 + 0.01 * pixel + 0.002 * line, 10.0 - 0.01 * line + 0.001 * pixel
    where = tmp_path / "where.tif"
    array = gdal.GetDriverByName("GTiff").Create(str(where), samples, lines, 2, gdal.GDT_Float64)
    array.GetRasterBand(1).WriteArray(lon)
    array.GetRasterBand(2).WriteArray(lat)
    array.FlushCache()
    del array
    image = tmp_path / "image.tif"
    made = gdal.GetDriverByName("GTiff").Create(str(image), samples, lines, 2, gdal.GDT_Float64)
    made.GetRasterBand(1).WriteArray(lon)
    made.GetRasterBand(2).WriteArray(lat)
    system = osr.SpatialReference()
    system.SetFromUserInput("IAU_2015:30100")
    planes = {f"{axis}_DATASET": str(where) for axis in "XY"}
    planes.update(X_BAND="1", Y_BAND="2", PIXEL_OFFSET="0", LINE_OFFSET="0", PIXEL_STEP="1")
    planes.update(LINE_STEP="1", SRS=system.ExportToWkt(), GEOREFERENCING_CONVENTION="PIXEL_CENTER")
    made.SetMetadata(planes, "GEOLOCATION")
    made.FlushCache()
    del made
    output, _ = run(
        image, tmp_path / "map.tif", KERNELS=[], TARGET="MOON", CRS="IAU_2015:30100", START=""
    )
    dataset = gdal.Open(output)
    left, step, _, top, _, down = dataset.GetGeoTransform()
    found_lon, found_lat = dataset.ReadAsArray()
    rows, columns = np.indices(found_lon.shape)
    inner = (found_lon > 30.02) & (found_lon < 30.8) & (found_lat < 9.95)
    assert inner.sum() > 0.7 * lines * samples
    assert np.abs(found_lon - (left + step * (columns + 0.5)))[inner].max() < 0.6 * step
    assert np.median(np.abs(found_lon - (left + step * (columns + 0.5)))[inner]) < 0.05 * step
    assert np.median(np.abs(found_lat - (top + down * (rows + 0.5)))[inner]) < 0.05 * step


def test_the_footprint_comes_along(run, frame, tmp_path):
    wanted = tmp_path / "footprint.gpkg"
    run(frame, tmp_path / "map.tif", FOOTPRINT=str(wanted))
    (feature,) = QgsVectorLayer(str(wanted), "footprint").getFeatures()
    ours = shapely.from_wkb(bytes(feature.geometry().asWkb()))
    # The image holds all of the detector, and the sample's lens bends nothing.
    assert shapely.symmetric_difference(ours, footprint()).area < 1e-3 * footprint().area
    assert feature["product_id"] == "frame"
