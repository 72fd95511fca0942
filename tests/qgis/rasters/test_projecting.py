"""Images as maps; truth: what each pixel of a camera above a sphere sees, by closed formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_kit import MOON, Camera, misplaced, unit_vectors
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsRasterLayer, QgsRectangle

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import LEFT_OUT, project_image
from planetary_qgis.qgis_bridge.store import RunCancelledError

EQUIRECTANGULAR, NORTH, SOUTH = "IAU_2015:30110", "IAU_2015:30130", "IAU_2015:30135"
DEGREES, SINUSOIDAL = "IAU_2015:30100", "IAU_2015:30120"


def crs(code: str) -> QgsCoordinateReferenceSystem:
    found = QgsCoordinateReferenceSystem(code)
    assert found.isValid()
    return found


CASES = {
    "on the equator": (Camera(20.0, 3.0, 1.1, 0.2), EQUIRECTANGULAR),
    "turned and aside": (Camera(20.0, 30.0, 1.1, 0.2, aside=0.2, turned=0.6), SINUSOIDAL),
    "over the antimeridian": (Camera(179.6, 10.0, 1.1, 0.2, turned=0.3), EQUIRECTANGULAR),
    "in degrees, over the antimeridian": (Camera(-179.7, -40.0, 1.1, 0.2, turned=1.3), DEGREES),
    "over the north pole": (Camera(80.0, 89.5, 1.1, 0.2, turned=2.0), NORTH),
    "over the south pole": (Camera(80.0, -89.0, 1.1, 0.2, aside=0.1), SOUTH),
}


@pytest.mark.parametrize("name", CASES)
def test_pixels_come_to_lie_where_they_look(name, tmp_path):
    camera, code = CASES[name]
    made = project_image(camera.image(), camera.geolocation(), tmp_path / "map.tif", crs(code))
    away = misplaced(made.path, camera.pixel_m)
    # GDAL fills the outer half pixel with what is nearest; the rest is interpolated.
    assert np.nanmedian(away) < 0.06
    assert np.nanpercentile(away, 97) < 0.15
    filled = np.isfinite(away).sum() / (camera.samples * camera.lines)
    assert 0.9 < filled < 1.1


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lon=st.floats(-180.0, 180.0),
    lat=st.floats(-90.0, 90.0),
    turned=st.floats(-3.0, 3.0),
    aside=st.floats(0.0, 0.2),
)
def test_wherever_the_camera_is(tmp_path, lon, lat, turned, aside):
    camera = Camera(lon, lat, 1.15, 0.15, aside=aside, turned=turned, samples=120, lines=90)
    code = EQUIRECTANGULAR if abs(lat) < 55.0 else (NORTH if lat > 0.0 else SOUTH)
    made = project_image(camera.image(), camera.geolocation(6), tmp_path / "map.tif", crs(code))
    away = misplaced(made.path, camera.pixel_m)
    assert np.nanmedian(away) < 0.15
    assert np.nanpercentile(away, 95) < 0.4


def test_what_is_beyond_the_limb_stays_empty(tmp_path):
    camera = Camera(30.0, 20.0, 2.0, 0.5, aside=0.3)
    image = camera.image()
    for number in (1, 2, 3):  # a sky as bright as the ground
        band = image.GetRasterBand(number)
        band.WriteArray(np.nan_to_num(band.ReadAsArray(), nan=7.0))
    made = project_image(image, camera.geolocation(6), tmp_path / "map.tif", crs(EQUIRECTANGULAR))
    values = gdal.Open(str(made.path)).ReadAsArray()
    seen = np.isfinite(values[0])
    assert seen.any()
    assert not seen.all()
    lengths = np.linalg.norm(values, axis=0)[seen]
    # Along the limb a few pixels are mixed with the sky.
    assert (np.abs(lengths - 1.0) < 0.01).mean() > 0.97


def test_resolution_and_extent_are_those_asked_for(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    extent = QgsRectangle(600_000.0, 80_000.0, 620_000.0, 95_000.0)
    made = project_image(
        camera.image(),
        camera.geolocation(),
        tmp_path / "map.tif",
        crs(EQUIRECTANGULAR),
        resolution_m=250.0,
        extent=extent,
    )
    layer = QgsRasterLayer(str(made.path), "map")
    assert (layer.width(), layer.height()) == (80, 60)
    assert layer.extent() == extent
    assert np.nanpercentile(misplaced(made.path, camera.pixel_m), 97) < 0.15


def test_by_itself_the_resolution_is_the_images(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.05)
    made = project_image(
        camera.image(), camera.geolocation(), tmp_path / "map.tif", crs(EQUIRECTANGULAR)
    )
    assert made.resolution == pytest.approx(camera.pixel_m, rel=0.02)
    in_degrees = project_image(
        camera.image(), camera.geolocation(), tmp_path / "degrees.tif", crs(DEGREES)
    )
    degree_m = np.pi / 180.0 * MOON.sphere_radius_m
    assert in_degrees.resolution * degree_m == pytest.approx(camera.pixel_m, rel=0.02)


@pytest.mark.parametrize(
    ("data_type", "no_data"),
    [
        (gdal.GDT_Byte, 0),
        (gdal.GDT_Int16, -32768),
        (gdal.GDT_UInt16, 65535),
        (gdal.GDT_Float64, -1e32),
    ],
)
def test_bands_keep_what_they_mean(tmp_path, data_type, no_data):
    camera = Camera(20.0, 3.0, 1.1, 0.2, turned=0.5)
    image = gdal.GetDriverByName("MEM").Create("", camera.samples, camera.lines, 2, data_type)
    for number in (1, 2):
        band = image.GetRasterBand(number)
        band.SetNoDataValue(no_data)
        band.SetScale(0.5)
        band.SetOffset(-3.0)
        band.SetUnitType("W")
        band.SetDescription(f"band {number}")
        values = np.full((camera.lines, camera.samples), 40.0 * number)
        values[:, :20] = no_data
        band.WriteArray(values)
    made = project_image(
        image,
        camera.geolocation(),
        tmp_path / "map.tif",
        crs(EQUIRECTANGULAR),
        resampling="nearest",
    )
    dataset = gdal.Open(str(made.path))
    assert dataset.RasterCount == 2
    for number in (1, 2):
        band = dataset.GetRasterBand(number)
        assert (band.DataType, band.GetNoDataValue()) == (data_type, no_data)
        assert (band.GetScale(), band.GetOffset()) == (0.5, -3.0)
        assert (band.GetUnitType(), band.GetDescription()) == ("W", f"band {number}")
        values = band.ReadAsArray()
        assert set(np.unique(values)) == {no_data, 40 * number}
        shown = (values != no_data).sum() / (camera.samples * camera.lines)
        assert shown == pytest.approx(220 / 240, rel=0.05)


def test_bytes_without_no_data_get_an_alpha_band(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2, turned=0.5)
    image = gdal.GetDriverByName("MEM").Create("", camera.samples, camera.lines, 1, gdal.GDT_Byte)
    made = project_image(image, camera.geolocation(), tmp_path / "map.tif", crs(EQUIRECTANGULAR))
    dataset = gdal.Open(str(made.path))
    alpha = dataset.GetRasterBand(2)
    assert dataset.RasterCount == 2
    assert alpha.GetColorInterpretation() == gdal.GCI_AlphaBand
    assert dataset.GetRasterBand(1).GetNoDataValue() is None
    opaque = (alpha.ReadAsArray() == 255).sum()
    assert opaque == pytest.approx(camera.samples * camera.lines, rel=0.05)


def test_framelets_that_touch_only_in_the_image_are_parted(tmp_path):
    """Two framelets of one image, the second looking elsewhere."""
    first = Camera(20.0, 3.0, 1.1, 0.1, lines=60)
    second = replace(first, lat=6.0, lon_e=21.0)
    image = gdal.GetDriverByName("MEM").Create("", first.samples, 120, 3, gdal.GDT_Float32)
    for camera, top in ((first, 0), (second, 60)):
        for number, values in enumerate(camera.image().ReadAsArray(), 1):
            image.GetRasterBand(number).SetNoDataValue(float("nan"))
            image.GetRasterBand(number).WriteArray(values, 0, top)
    upper, lower = first.geolocation(), second.geolocation()
    both = replace(
        upper,
        line=np.concatenate([upper.line, 60.0 + lower.line]),
        **{
            name: np.concatenate([getattr(upper, name), getattr(lower, name)])
            for name in ("lon_e", "lat", "points")
        },
    )
    made = project_image(image, both, tmp_path / "map.tif", crs(EQUIRECTANGULAR))
    away = misplaced(made.path, first.pixel_m)
    assert np.nanpercentile(away, 95) < 0.4
    assert np.isfinite(away).sum() == pytest.approx(2 * 60 * first.samples, rel=0.1)


def test_on_an_oblate_body_latitudes_are_those_of_the_crs(tmp_path):
    """Mars's ellipsoid counts planetographic latitudes; a sphere planetocentric ones."""
    from planetary_qgis.core.bodies import body

    camera = Camera(20.0, 40.0, 1.1, 0.02, samples=40, lines=40)
    geolocation = replace(camera.geolocation(), body=body("MARS"))
    sphere = QgsCoordinateReferenceSystem("IAU_2015:49900")
    ellipsoid = QgsCoordinateReferenceSystem("ESRI:104905")
    for system, latitude in ((sphere, 40.0), (ellipsoid, 40.3344)):
        made = project_image(camera.image(), geolocation, tmp_path / "map.tif", system)
        middle = QgsRasterLayer(str(made.path), "map").extent().center().y()
        # Snyder, eq. 3-28: tan(ographic) = (a / b)^2 tan(ocentric).
        assert middle == pytest.approx(latitude, abs=5e-3)
    exact = np.degrees(np.arctan((3396.19 / 3376.2) ** 2 * np.tan(np.radians(40.0))))
    assert exact == pytest.approx(40.3344, abs=1e-3)


def test_the_file_says_where_it_comes_from_and_what_is_left_out(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    made = project_image(
        camera.image(),
        camera.geolocation(),
        tmp_path / "map.tif",
        crs(EQUIRECTANGULAR),
        facts={"Product": "frame 7"},
    )
    said = gdal.Open(str(made.path)).GetMetadata()
    assert said["Kernels"] == "none: a formula"
    assert said["Product"] == "frame 7"
    assert "Photometry is left out" in said["Note"]
    assert made.notes == ("A sphere.", LEFT_OUT)
    layer = QgsRasterLayer(str(made.path), "map")
    assert layer.crs().celestialBodyName() == "Moon"


def test_large_maps_have_overviews(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    made = project_image(
        camera.image(),
        camera.geolocation(),
        tmp_path / "map.tif",
        crs(EQUIRECTANGULAR),
        resolution_m=30.0,
    )
    dataset = gdal.Open(str(made.path))
    assert dataset.GetRasterBand(1).GetOverviewCount() >= 2


def test_the_wrong_body_is_refused(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    with pytest.raises(PlanetaryError, match=r"shows Moon.*Mars"):
        project_image(
            camera.image(), camera.geolocation(), tmp_path / "map.tif", crs("IAU_2015:49910")
        )
    assert not list(tmp_path.iterdir())


def test_a_crs_that_tears_the_image_is_refused(tmp_path):
    camera = Camera(20.0, 89.9, 1.1, 0.2)
    with pytest.raises(PlanetaryError, match="torn apart"):
        project_image(
            camera.image(), camera.geolocation(4), tmp_path / "map.tif", crs(EQUIRECTANGULAR)
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", ["IAU_2015:49901", "IAU_2015:49911"])
def test_longitudes_to_the_west_are_refused(tmp_path, code):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    with pytest.raises(PlanetaryError, match="to the west"):
        project_image(camera.image(), camera.geolocation(), tmp_path / "map.tif", crs(code))


def test_an_absurd_resolution_is_refused_before_anything_is_written(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    for resolution, words in ((1e-3, "pixels of 0.001 m"), (0.0, "makes no map")):
        with pytest.raises(PlanetaryError, match=words):
            project_image(
                camera.image(),
                camera.geolocation(),
                tmp_path / "map.tif",
                crs(EQUIRECTANGULAR),
                resolution_m=resolution,
            )
    assert not list(tmp_path.iterdir())


class _CancelledSoon(QgsFeedback):
    """A feedback whose user cancels at the first word of progress."""

    def setProgress(self, progress: float) -> None:
        self.cancel()
        super().setProgress(progress)


def test_cancelled_it_leaves_the_older_map_and_nothing_else(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    older = tmp_path / "map.tif"
    older.write_bytes(b"older")
    with pytest.raises(RunCancelledError):
        project_image(
            camera.image(),
            camera.geolocation(),
            older,
            crs(EQUIRECTANGULAR),
            resolution_m=20.0,
            feedback=_CancelledSoon(),
        )
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]
    assert older.read_bytes() == b"older"


def test_a_truncated_image_leaves_nothing(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    whole = gdal.GetDriverByName("GTiff").CreateCopy(str(tmp_path / "whole.tif"), camera.image())
    whole.FlushCache()
    del whole
    cut = tmp_path / "cut.tif"
    content = (tmp_path / "whole.tif").read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    with pytest.raises(PlanetaryError, match=r"cannot be (made|read)"):
        project_image(str(cut), camera.geolocation(), tmp_path / "map.tif", crs(EQUIRECTANGULAR))
    assert not (tmp_path / "map.tif").exists()
    assert not list(tmp_path.glob("*.part*"))


def test_an_image_that_misses_the_body_is_told(tmp_path):
    camera = Camera(20.0, 3.0, 1.1, 0.2)
    geolocation = camera.geolocation()
    nowhere = np.full_like(geolocation.lon_e, np.nan)
    with pytest.raises(PlanetaryError, match="Nothing of the image"):
        project_image(
            camera.image(),
            replace(geolocation, lon_e=nowhere, lat=nowhere),
            tmp_path / "map.tif",
            crs(EQUIRECTANGULAR),
        )


def test_the_kit_itself_sees_the_point_below():
    camera = Camera(33.0, -12.0, 1.3, 0.1)
    below = camera.points(np.array(120.0), np.array(90.0))
    assert below == pytest.approx(unit_vectors(np.array(33.0), np.array(-12.0)))
