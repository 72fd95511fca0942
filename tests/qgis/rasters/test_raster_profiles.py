"""Rasters along lines; truth: the formulas that the rasters were made of, CSPICE, QGIS itself."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsPointXY,
    QgsRaster,
    QgsRasterLayer,
    QgsRasterRange,
)
from raster_kit import write_raster

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import slopes_deg
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.rasters.values import bands
from planetary_qgis.qgis_bridge.rasters.values.chosen import chosen_rasters
from planetary_qgis.qgis_bridge.rasters.values.profiles import AS_DRAWN, Options, profile_along

MARS = 3_396_190.0
HALF = np.pi * MARS
IDENTIFY = QgsRaster.IdentifyFormat.IdentifyFormatValue
WORLD = (-180.0, -90.0, 180.0, 90.0)
DEGREES = "IAU_2015:49900"


def waves(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Metres; smooth over the antimeridian and the poles."""
    lon, lat = np.radians(lon), np.radians(lat)
    return 3000.0 * np.sin(lon) * np.cos(lat) + 1000.0 * np.sin(lat) + 500.0


def profile(layers, line, crs: str = DEGREES, **options):
    reference = QgsCoordinateReferenceSystem(crs)
    rasters = chosen_rasters(layers, reference, "lines")
    return profile_along([np.array(line, float)], rasters, Options(**options), QgsFeedback())


def eqc(middle: float) -> str:
    return (
        'PROJCRS["eqc",BASEGEOGCRS["Mars (2015) - Sphere / Ocentric",DATUM["Mars (2015) - Sphere",'
        'ELLIPSOID["Mars (2015) - Sphere",3396190,0,LENGTHUNIT["metre",1]]],'
        'PRIMEM["Reference Meridian",0,ANGLEUNIT["degree",0.0174532925199433]]],'
        'CONVERSION["e",METHOD["Equidistant Cylindrical",ID["EPSG",1028]],'
        'PARAMETER["Latitude of 1st standard parallel",0,ANGLEUNIT["degree",0.0174532925199433]],'
        f'PARAMETER["Longitude of natural origin",{middle},'
        'ANGLEUNIT["degree",0.0174532925199433]],'
        'PARAMETER["False easting",0,LENGTHUNIT["metre",1]],'
        'PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],CS[Cartesian,2],'
        'AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],'
        'AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]]]'
    )


RASTERS = {
    "degrees": (DEGREES, WORLD),
    "degrees to 360": (DEGREES, (0.0, -90.0, 360.0, 90.0)),
    "metres": ("IAU_2015:49910", (-HALF, -HALF / 2, HALF, HALF / 2)),
    "metres around 180": (eqc(180.0), (-HALF, -HALF / 2, HALF, HALF / 2)),
    "metres to 360": ("IAU_2015:49910", (0.0, -HALF / 2, 2 * HALF, HALF / 2)),
    "sinusoidal": ("IAU_2015:49920", (-HALF, -HALF / 2, HALF, HALF / 2)),
    "north pole": ("IAU_2015:49930", (-6e6, -6e6, 6e6, 6e6)),
}
LINES = {
    "plain": [(-60.0, 10.0), (-20.0, 35.0), (40.0, 20.0)],
    "over the antimeridian": [(150.0, 40.0), (-150.0, 20.0)],
    "over the pole": [(30.0, 60.0), (-140.0, 70.0)],
    "over longitude 0": [(-20.0, 30.0), (15.0, 28.0)],
}


@pytest.fixture(scope="module")
def rasters_of_waves(qgis_app, tmp_path_factory) -> dict[str, QgsRasterLayer]:
    folder = tmp_path_factory.mktemp("waves")
    return {
        name: write_raster(folder / f"{number}.tif", crs, bounds, (360, 720), waves)
        for number, (name, (crs, bounds)) in enumerate(RASTERS.items())
    }


@pytest.mark.parametrize("bilinear", [True, False])
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", RASTERS)
def test_values_are_those_of_the_places(rasters_of_waves, name, line, bilinear):
    found = profile([rasters_of_waves[name]], LINES[line], spacing_m=40_000.0, bilinear=bilinear)
    (curve,) = found.curves
    off = np.abs(curve.values - waves(found.track.lon_e, found.track.lat))
    # Sinusoidal maps end in pixels that are half beside the body.
    usual = np.nanquantile(off, 0.97) if name == "sinusoidal" else np.max(off)
    assert usual < (2.0 if bilinear else 45.0)


def test_distances_are_cspices(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (90, 180), waves)
    found = profile([layer], LINES["plain"])
    corners = [np.array(spiceypy.latrec(MARS, *np.radians(place))) for place in LINES["plain"]]
    length = sum(spiceypy.vsep(a, b) for a, b in zip(corners, corners[1:])) * MARS
    assert found.length_m == pytest.approx(length, rel=1e-9)


def test_spacing_is_the_finest_pixel_along_the_line(qgis_app, tmp_path):
    fine = write_raster(tmp_path / "f.tif", DEGREES, (-10, -10, 10, 10), (400, 400), waves)
    coarse = write_raster(tmp_path / "c.tif", DEGREES, WORLD, (180, 360), waves)
    pixel = np.radians(0.05) * MARS
    assert profile([coarse, fine], [(-5, 0), (5, 0)]).spacing_m == pytest.approx(pixel, rel=0.01)
    assert profile([coarse, fine], [(50, 0), (60, 0)]).spacing_m > 15 * pixel


def test_long_lines_are_bounded_and_say_so(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (180, 360), waves)
    found = profile([layer], [(-90, 0), (90.0 - 1e-3, 1.0)], most=50)
    assert len(found.track.lat) <= 51
    assert "more than 50" in found.notes[0]


def test_overviews_serve_wide_steps(qgis_app, tmp_path):
    path = tmp_path / "r.tif"
    write_raster(path, DEGREES, WORLD, (1024, 2048), waves, options=("TILED=YES",))
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.BuildOverviews("AVERAGE", [2, 4, 8])
    dataset = None
    found = profile([QgsRasterLayer(str(path), "r")], LINES["plain"], spacing_m=60_000.0)
    assert "1:4" in " ".join(found.notes)
    assert found.curves[0].values == pytest.approx(
        waves(found.track.lon_e, found.track.lat), abs=5.0
    )


def test_one_read_serves_many_places(qgis_app, tmp_path, monkeypatch):
    layer = write_raster(
        tmp_path / "r.tif", DEGREES, WORLD, (1024, 2048), waves, options=("TILED=YES",)
    )
    reads = []
    plain = bands.OpenBand.values
    monkeypatch.setattr(
        bands.OpenBand,
        "values",
        lambda self, *where: reads.append(where) or plain(self, *where),
    )
    found = profile([layer], LINES["plain"], spacing_m=2_000.0)
    assert len(found.track.lat) > 2500
    assert len(reads) < 40


def test_scale_offset_and_no_data_are_what_qgis_shows(qgis_app, tmp_path):
    blank = np.zeros((90, 180), dtype=bool)
    blank[40:50, 100:110] = True
    layer = write_raster(
        tmp_path / "r.tif",
        DEGREES,
        WORLD,
        (90, 180),
        waves,
        data_type=gdal.GDT_Int16,
        scale=0.5,
        offset=1000.0,
        no_data=-32768,
        blank=blank,
        unit="km",
    )
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(3000.0, 4000.0)])
    found = profile([layer], [(-100.0, 1.0), (100.0, -3.0)], bilinear=False)
    (curve,) = found.curves
    assert (curve.unit, curve.metres) == ("km", 1000.0)
    shown = []
    for lon, lat in zip(found.track.lon_e, found.track.lat):
        # Not sample(): QGIS 3.22 compares hidden ranges with the file's own numbers there.
        there = layer.dataProvider().identify(QgsPointXY(lon, lat), IDENTIFY).results()[1]
        shown.append(np.nan if there is None else there)
    assert 5 < np.isnan(shown).sum() < len(shown) / 2
    assert curve.values == pytest.approx(shown, nan_ok=True, abs=1e-6)


def test_gaps_stay_gaps_between_known_pixels(qgis_app, tmp_path):
    blank = np.zeros((90, 180), dtype=bool)
    blank[:, 90] = True
    layer = write_raster(
        tmp_path / "r.tif", DEGREES, WORLD, (90, 180), waves, no_data=-1.0, blank=blank
    )
    found = profile([layer], [(-5.0, 0.5), (7.0, 0.5)], spacing_m=5_000.0)
    gap = (found.track.lon_e >= 0.0) & (found.track.lon_e < 2.0)
    assert np.isnan(found.curves[0].values[gap]).all()
    assert np.isfinite(found.curves[0].values[~gap]).all()


def test_beside_a_raster_nothing_is_known(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, (0, 0, 10, 10), (50, 50), waves)
    found = profile([layer], [(-5.0, 5.0), (15.0, 5.0)])
    inside = (found.track.lon_e > 0.0) & (found.track.lon_e < 10.0)
    assert (np.isfinite(found.curves[0].values) == inside).all()
    nowhere = profile([layer], [(50.0, 5.0), (60.0, 5.0)])
    assert "knows nothing" in nowhere.notes[-1]


def test_lines_drawn_on_a_polar_map(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (360, 720), waves)
    line = [(-3e5, 1e5), (4e5, 1e5)]
    straight = profile([layer], line, "IAU_2015:49930", edges=AS_DRAWN, spacing_m=5_000.0)
    lon, lat = np.radians(straight.track.lon_e), np.radians(straight.track.lat)
    across = 2.0 * MARS * np.tan(np.pi / 4 - lat / 2)  # Snyder 21-33, north pole
    assert -across * np.cos(lon) == pytest.approx(np.full(len(lat), 1e5), abs=0.05)
    assert straight.curves[0].values == pytest.approx(
        waves(straight.track.lon_e, straight.track.lat), abs=2.0
    )


def test_slopes_are_those_of_a_ramp(qgis_app, tmp_path):
    layer = write_raster(
        tmp_path / "r.tif",
        DEGREES,
        (-10, -5, 10, 5),
        (100, 200),
        lambda lon, _: 0.5 * lon,
        unit="km",
    )
    found = profile([layer], [(-8.0, 0.0), (8.0, 0.0)])
    slopes = slopes_deg(found.track, found.curves[0])
    expected = np.degrees(np.arctan(500.0 / (np.radians(1.0) * MARS)))
    assert slopes == pytest.approx(np.full(len(slopes), expected), rel=1e-6)


def test_pictures_have_no_slope(qgis_app, tmp_path):
    layer = write_raster(
        tmp_path / "r.tif", DEGREES, WORLD, (90, 180), waves, data_type=gdal.GDT_Byte
    )
    found = profile([layer], LINES["plain"])
    assert found.curves[0].metres is None
    assert np.isnan(slopes_deg(found.track, found.curves[0])).all()


def test_other_bodies_are_refused(qgis_app, tmp_path):
    mars = write_raster(tmp_path / "mars.tif", DEGREES, WORLD, (18, 36), waves)
    moon = write_raster(tmp_path / "moon.tif", "IAU_2015:30100", WORLD, (18, 36), waves)
    with pytest.raises(PlanetaryError, match=r"moon: .*Moon.*Mars"):
        profile([mars, moon], LINES["plain"])
    with pytest.raises(PlanetaryError, match=r"lines: .*Moon"):
        profile([mars], LINES["plain"], "IAU_2015:30100")
    with pytest.raises(PlanetaryError, match="No raster"):
        profile([], LINES["plain"])


def test_a_body_without_a_code_is_measured_on_its_own_sphere(qgis_app, tmp_path):
    crs = crs_of(Body(20099942, "APOPHIS", (0.17, 0.17, 0.17)))
    assert not crs.authid().startswith("IAU")
    wkt = crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)
    layer = write_raster(tmp_path / "r.tif", wkt, WORLD, (90, 180), waves)
    rasters = chosen_rasters([layer], crs, "lines")
    line = [np.array([(0.0, 0.0), (90.0, 0.0)])]
    found = profile_along(line, rasters, Options(), QgsFeedback())
    assert found.length_m == pytest.approx(np.pi / 2 * 170.0, rel=1e-9)
    assert "Apophis" in found.body


def test_a_cancelled_run_ends(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (90, 180), waves)
    rasters = chosen_rasters([layer], layer.crs(), "lines")
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(PlanetaryError, match="Cancelled"):
        profile_along([np.array(LINES["plain"])], rasters, Options(), feedback)


def test_a_file_that_is_gone_is_told(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (90, 180), waves)
    rasters = chosen_rasters([layer], layer.crs(), "lines")
    (tmp_path / "r.tif").rename(tmp_path / "elsewhere.tif")
    with pytest.raises(PlanetaryError, match="The values of r cannot be read") as told:
        profile_along([np.array(LINES["plain"])], rasters, Options(), QgsFeedback())
    assert told.value.hint


@pytest.mark.real_data
def test_mola_agrees_with_qgis_pixel_by_pixel(qgis_app, real_data):
    label = real_data / "rasters" / "mola" / "megt90n000cb.lbl"
    layer = QgsRasterLayer(str(label), "MOLA")
    line = np.array([(-1.0e7, 1.0e6), (-2.0e6, 4.0e6), (5.0e6, -3.0e6)])
    rasters = chosen_rasters([layer], layer.crs(), "lines")
    found = profile_along([line], rasters, Options(bilinear=False), QgsFeedback())
    places = rasters.placings[0].places(np.stack([found.track.lon_e, found.track.lat], axis=1))
    shown = [layer.dataProvider().sample(QgsPointXY(*place), 1)[0] for place in places]
    assert found.curves[0].values.tolist() == shown
