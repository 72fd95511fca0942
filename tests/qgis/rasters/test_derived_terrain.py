"""Slopes, aspects and shades of DEMs; truth: surfaces of known slope, and GDAL on flat grids."""

from __future__ import annotations

import numpy as np
import pytest
from dem_kit import MOON, dem, lon_lat, moon_map, read, write
from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.relief import derived, heights
from planetary_qgis.qgis_bridge.rasters.relief.derived import (
    ASPECT,
    CURVATURES,
    ROUGHNESS,
    SLOPES,
    Light,
)
from planetary_qgis.qgis_bridge.store import RunCancelledError

SLOPE_DEG = 20.0
CENTRE = (25.0, 60.0)

MAPS = {
    "degrees at 60°": ("IAU_2015:30100", (20.0, 0.02, 0, 65.0, 0, -0.02), (500, 500)),
    "equidistant cylindrical": (
        moon_map("+proj=eqc +lat_ts=40 +lon_0=180"),
        (-3.72e6, 1000.0, 0, 2.0e6, 0, -1000.0),
        (400, 500),
    ),
    "mercator": (moon_map("+proj=merc"), (5.5e5, 600.0, 0, 2.5e6, 0, -600.0), (500, 500)),
    "sinusoidal": (moon_map("+proj=sinu"), (2.3e5, 500.0, 0, 1.95e6, 0, -500.0), (500, 500)),
    "polar": (moon_map("+proj=stere +lat_0=90"), (1e5, 1500.0, 0, -4e5, 0, -1500.0), (500, 500)),
    "polar, the pole inside": (
        moon_map("+proj=stere +lat_0=90 +lon_0=70"),
        (-3.5e5, 2500.0, 0, 6e5, 0, -2500.0),
        (400, 400),
    ),
    "conic": (
        moon_map("+proj=lcc +lat_1=30 +lat_2=60 +lon_0=-30"),
        (9e5, 1000.0, 0, 2.6e6, 0, -1000.0),
        (500, 500),
    ),
    "turned and south up": (
        moon_map("+proj=laea +lat_0=60 +lon_0=25"),
        (-2e5, 700.0, 500.0, -1e5, -400.0, 900.0),
        (300, 300),
    ),
}


def away(lon, lat):
    """Radians from the centre, and the direction there, clockwise from north."""
    l0, p0, lam, phi = (np.radians(each) for each in (*CENTRE, lon, lat))
    x = np.cos(p0) * np.sin(phi) - np.sin(p0) * np.cos(phi) * np.cos(lam - l0)
    y = np.cos(phi) * np.sin(lam - l0)
    theta = np.arctan2(
        np.hypot(x, y), np.sin(p0) * np.sin(phi) + np.cos(p0) * np.cos(phi) * np.cos(lam - l0)
    )
    # From each place back to the centre.
    back_x = np.cos(phi) * np.sin(p0) - np.sin(phi) * np.cos(p0) * np.cos(l0 - lam)
    back_y = np.cos(p0) * np.sin(l0 - lam)
    return theta, np.degrees(np.arctan2(back_y, back_x)) % 360.0


def cone(lon, lat):
    """Radii of a surface that climbs at one slope everywhere, away from the centre.

    r = R exp(θ tan s): dr is tan s times r dθ, the way along the ground at that height.
    """
    theta, _ = away(lon, lat)
    return MOON * np.exp(np.tan(np.radians(SLOPE_DEG)) * theta)


def made(path, derivation, out):
    derived.derive(dem(path), derivation, out, QgsFeedback())
    return read(out)


@pytest.fixture
def conical(tmp_path, qgis_app):
    """A function that writes the cone on a map, and gives where its pixels lie."""

    def write_cone(crs, transform, shape):
        lon, lat = lon_lat(crs, transform, shape)
        return write(tmp_path / "cone.tif", cone(lon, lat), crs, transform), lon, lat

    return write_cone


@pytest.mark.parametrize("name", MAPS)
def test_a_cone_has_its_slope_and_aspect_on_every_map(name, conical, tmp_path):
    crs, transform, shape = MAPS[name]
    path, lon, lat = conical(crs, transform, shape)
    theta, towards = away(lon, lat)
    # Its tip is no slope; there, too, a pixel sees more than one direction.
    smooth = np.isfinite(theta) & (theta * MOON > 40_000.0)
    inner = np.zeros(shape, dtype=bool)
    inner[1:-1, 1:-1] = smooth[1:-1, 1:-1]
    assert inner.mean() > 0.7
    slopes = made(path, SLOPES["degrees"], tmp_path / "slope.tif")
    assert np.isfinite(slopes).all()
    assert np.abs(slopes[inner] - SLOPE_DEG).max() < 0.03
    # A rim sees one side only.
    assert np.abs(slopes[smooth] - SLOPE_DEG).max() < 0.1
    aspects = made(path, ASPECT, tmp_path / "aspect.tif")
    turned = (aspects - towards + 180.0) % 360.0 - 180.0
    away_from_pole = inner & (lat < 89.5)
    assert np.abs(turned[away_from_pole]).max() < 0.1


def test_per_cent_are_metres_up_a_hundred(conical, tmp_path):
    path, *_ = conical(*MAPS["mercator"])
    found = made(path, SLOPES["percent"], tmp_path / "slope.tif")
    assert np.median(found) == pytest.approx(100.0 * np.tan(np.radians(SLOPE_DEG)), rel=1e-3)


def test_a_global_dem_has_no_seam_and_no_rim(tmp_path, qgis_app):
    """A tilted plane through the body's middle, cut by its sphere: smooth across seam and poles."""
    crs, transform, shape = "IAU_2015:30100", (-180.0, 0.5, 0, 90.0, 0, -0.5), (360, 720)
    lon, lat = (np.radians(each) for each in lon_lat(crs, transform, shape))
    tilt = np.array([0.6, 0.3, np.sqrt(1 - 0.45)])
    point = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    cosine = np.tensordot(tilt, point, 1)
    path = write(tmp_path / "global.tif", 50_000.0 * cosine, crs, transform)
    found = made(path, SLOPES["percent"], tmp_path / "slope.tif") / 100.0
    expected = 50_000.0 * np.sqrt(1 - cosine**2) / (MOON + 50_000.0 * cosine)
    # Columns meet at the poles: there Horn's neighbourhood is long and thin, not wrong.
    assert np.abs(found - expected).max() < 1e-5


def test_heights_in_kilometres_scaled_or_as_radii_are_the_same_ground(tmp_path, qgis_app):
    crs, transform, shape = MAPS["degrees at 60°"]
    radii = cone(*lon_lat(crs, transform, shape))
    above = radii - MOON
    plain = made(
        write(tmp_path / "r.tif", radii, crs, transform), SLOPES["degrees"], tmp_path / "1.tif"
    )
    for name, values, told in (
        ("metres", above, {}),
        ("kilometres", above / 1000.0, {"unit": "km"}),
        ("scaled", (above - 7.0) / 0.25, {"scale": 0.25, "offset": 7.0}),
    ):
        path = write(tmp_path / f"{name}.tif", values, crs, transform, **told)
        assert made(path, SLOPES["degrees"], tmp_path / "2.tif") == pytest.approx(plain, abs=1e-4)


def test_holes_stay_holes_and_their_rims_are_known(tmp_path, qgis_app):
    crs, transform, shape = MAPS["degrees at 60°"]
    values = cone(*lon_lat(crs, transform, shape))
    values[100:120, 300:340] = -32768.0
    path = write(tmp_path / "holed.tif", values, crs, transform, no_data=-32768.0)
    found = made(path, SLOPES["degrees"], tmp_path / "slope.tif")
    assert np.isnan(found).sum() == 20 * 40
    assert found[99, 300:340] == pytest.approx(SLOPE_DEG, abs=0.05)


def test_an_oblate_body_mapped_on_a_sphere_is_oblate(tmp_path, qgis_app):
    crs, transform = "IAU_2015:49900", (10.0, 0.01, 0, 80.0, 0, -0.01)
    lat = np.radians(80.0 - 0.01 * (np.arange(50) + 0.5))[:, None] + np.zeros((1, 60))
    path = write(tmp_path / "mars.tif", 1e6 * lat, crs, transform)
    found = made(path, SLOPES["percent"], tmp_path / "slope.tif") / 100.0
    radius = 3396190.0 * 3376200.0 / np.hypot(3376200.0 * np.cos(lat), 3396190.0 * np.sin(lat))
    assert found == pytest.approx(1e6 / (radius + 1e6 * lat), rel=1e-4)


def bumps(shape):
    random = np.random.default_rng(5)
    c, r = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    waves = 300 * np.sin(c / 9.0) + 200 * np.cos(r / 7.0 + c / 30.0)
    return waves + random.normal(0.0, 5.0, shape)


GDAL_SAME = {
    "slope": (SLOPES["degrees"], "slope", {"slopeFormat": "degree"}, 0.01),
    "aspect": (ASPECT, "aspect", {}, 0.05),
    "hillshade": (
        derived.hillshade(Light(200.0, 35.0, 1.5)),
        "hillshade",
        {"azimuth": 200.0, "altitude": 35.0, "zFactor": 1.5},
        1.01,
    ),
    "many lights": (
        derived.hillshade(Light(altitude=40.0, many_sides=True)),
        "hillshade",
        {"altitude": 40.0, "multiDirectional": True},
        1.01,
    ),
    "ruggedness": (ROUGHNESS["ruggedness"], "TRI", {"alg": "Riley"}, 0.01),
    "difference": (ROUGHNESS["difference"], "TRI", {"alg": "Wilson"}, 0.01),
    "position": (ROUGHNESS["position"], "TPI", {}, 0.01),
    "range": (ROUGHNESS["range"], "Roughness", {}, 0.01),
}


@pytest.mark.parametrize("name", GDAL_SAME)
def test_on_a_map_that_is_all_but_flat_gdal_says_the_same(name, tmp_path, qgis_app):
    derivation, mode, options, tolerance = GDAL_SAME[name]
    # Equator, equidistant: metres of the map are metres of the ground to 1e-5.
    crs, transform = moon_map("+proj=eqc"), (0.0, 30.0, 0, 3000.0, 0, -30.0)
    path = write(tmp_path / "flat.tif", bumps((200, 220)), crs, transform)
    ours = made(path, derivation, tmp_path / "ours.tif")
    made_by_gdal = tmp_path / "gdal.tif"
    assert gdal.DEMProcessing(str(made_by_gdal), str(path), mode, **options) is not None
    theirs = read(made_by_gdal)[2:-2, 2:-2]
    difference = np.abs(ours[2:-2, 2:-2] - theirs)
    if name == "aspect":
        difference = np.minimum(difference, 360.0 - difference)
    assert np.nanmax(difference) < tolerance


def test_light_from_north_is_not_light_from_the_top_of_a_polar_map(conical, tmp_path):
    path, *_ = conical(*MAPS["polar, the pole inside"])
    top = made(path, derived.hillshade(Light(0.0, 30.0)), tmp_path / "top.tif")
    north = made(path, derived.hillshade(Light(0.0, 30.0, from_north=True)), tmp_path / "north.tif")
    lon, _ = lon_lat(*MAPS["polar, the pole inside"])
    # Where the pole lies straight up the map (lon_0 is down from it), both are one.
    same = np.abs((lon - 70.0 + 180.0) % 360.0 - 180.0) < 2.0
    assert np.abs(top[same] - north[same]).max() < 8.0
    assert np.abs(top - north).mean() > 20.0


def test_the_body_itself_is_not_curved(tmp_path, qgis_app):
    """Heights that are a great circle's tilt: bent on the map, and all but even on the ground."""
    crs, transform, shape = MAPS["degrees at 60°"]
    lon, lat = (np.radians(each) for each in lon_lat(crs, transform, shape))
    heights_m = 1000.0 * np.cos(lat) * np.sin(lon)
    path = write(tmp_path / "tilt.tif", heights_m, crs, transform)
    mean = made(path, CURVATURES["mean"], tmp_path / "mean.tif")
    # The Laplacian of such a harmonic is -2 h / R²; mean curvature is minus half of it.
    assert mean[1:-1, 1:-1] == pytest.approx(heights_m[1:-1, 1:-1] / MOON**2, rel=0.01)


def test_patches_fit_together(tmp_path, qgis_app, monkeypatch):
    crs, transform, shape = MAPS["conic"]
    path = write(tmp_path / "bumps.tif", bumps(shape) * 100, crs, transform)
    whole = made(path, SLOPES["degrees"], tmp_path / "whole.tif")
    monkeypatch.setattr(heights, "_PATCH", (64, 96))
    parts = made(path, SLOPES["degrees"], tmp_path / "parts.tif")
    assert parts == pytest.approx(whole, abs=1e-3)


def test_what_is_cancelled_or_fails_leaves_nothing(tmp_path, qgis_app):
    crs, transform, shape = MAPS["mercator"]
    path = write(tmp_path / "cone.tif", cone(*lon_lat(crs, transform, shape)), crs, transform)
    out = tmp_path / "out"
    out.mkdir()
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        derived.derive(dem(path), ASPECT, out / "a.tif", feedback)
    source = dem(path)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(PlanetaryError, match="cone cannot be read"):
        derived.derive(source, ASPECT, out / "a.tif", QgsFeedback())
    assert list(out.iterdir()) == []


def test_what_was_there_stays_where_the_new_one_fails(tmp_path, qgis_app):
    empty = write(
        tmp_path / "empty.tif", np.full((20, 30), -1.0), *MAPS["mercator"][:2], no_data=-1.0
    )
    out = tmp_path / "slope.tif"
    out.write_bytes(b"what was there")
    with pytest.raises(PlanetaryError, match="knows no height"):
        derived.derive(dem(empty), SLOPES["degrees"], out, QgsFeedback())
    assert out.read_bytes() == b"what was there"
    with pytest.raises(PlanetaryError, match="written as GeoTIFF"):
        derived.derive(dem(empty), SLOPES["degrees"], tmp_path / "slope.png", QgsFeedback())
    source = write(tmp_path / "c.tif", bumps((20, 30)), *MAPS["mercator"][:2])
    folder = tmp_path / "no-such-folder"
    with pytest.raises(PlanetaryError, match="no-such-folder"):
        derived.derive(dem(source), SLOPES["degrees"], folder / "s.tif", QgsFeedback())


def test_large_rasters_get_overviews(tmp_path, qgis_app):
    path = write(
        tmp_path / "wide.tif", bumps((40, 5000)), "IAU_2015:30100", (0, 0.01, 0, 1, 0, -0.01)
    )
    made(path, SLOPES["degrees"], tmp_path / "slope.tif")
    dataset = gdal.Open(str(tmp_path / "slope.tif"))
    assert dataset.GetRasterBand(1).GetOverviewCount() > 2


@pytest.mark.real_data
def test_real_dems_have_slopes_that_their_pixels_can_have(real_data, tmp_path, qgis_app):
    """LOLA and MOLA at a quarter of a degree: no cliff is resolved, and no seam looks like one."""
    folder = real_data / "rasters"
    for name, typical, steepest in (
        ("lola/ldem_4.cub", (1.0, 5.0), 60.0),
        ("mola/megt90n000cb.lbl", (0.1, 0.8), 40.0),
    ):
        found = made(folder / name, SLOPES["degrees"], tmp_path / "slope.tif")
        rows = np.abs(90.0 - (np.arange(720) + 0.5) / 4.0) < 80.0
        assert typical[0] < np.median(found) < typical[1]
        assert np.nanmax(found[rows]) < steepest
        seam = np.r_[found[rows][:, 0], found[rows][:, -1]]
        assert np.median(seam) == pytest.approx(np.median(found[rows]), rel=1.0)
