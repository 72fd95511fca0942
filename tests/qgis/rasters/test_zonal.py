"""Statistics within polygons; truth: closed forms, GEOS pixel by pixel, QGIS where it is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osgeo import gdal
from qgis.analysis import QgsZonalStatistics
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeedback,
    QgsGeometry,
    QgsRasterLayer,
    QgsVectorLayer,
)
from raster_kit import write_raster

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.rasters import tallies
from planetary_qgis.qgis_bridge.rasters.values import zonal
from planetary_qgis.qgis_bridge.rasters.values.chosen import chosen_rasters
from planetary_qgis.qgis_bridge.rasters.values.zonal import Question, statistics_of_zones
from planetary_qgis.qgis_bridge.rasters.values.zones import zone_of
from planetary_qgis.qgis_bridge.store import RunCancelledError

MARS = 3_396_190.0
HALF = np.pi * MARS
WORLD = (-180.0, -90.0, 180.0, 90.0)
DEGREES, POLAR, METRES = "IAU_2015:49900", "IAU_2015:49930", "IAU_2015:49910"


def box(west: float, south: float, east: float, north: float) -> str:
    return shapely.box(west, south, east, north).wkt


def latitude(_lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return lat


def sphere_mean_of_latitude(south: float, north: float) -> float:
    """∫ φ cos φ dφ / ∫ cos φ dφ, in degrees."""
    a, b = np.radians([south, north])
    return float(
        np.degrees(
            (b * np.sin(b) + np.cos(b) - a * np.sin(a) - np.cos(a)) / (np.sin(b) - np.sin(a))
        )
    )


def ask(layer, *shapes: str, crs: str = DEGREES, question: Question | None = None):
    """One raster within some zones, and their areas."""
    reference = QgsCoordinateReferenceSystem(crs)
    rasters = chosen_rasters([layer], reference, "zones")
    zones = [(wkt[:20], zone_of(QgsGeometry.fromWkt(wkt), rasters.shapes)) for wkt in shapes]
    found, report = statistics_of_zones(
        zones, rasters, reference, question or Question(), QgsFeedback()
    )
    return [row[0] for row in found], [zone.steradians for _, zone in zones], report


RASTERS = {
    "degrees": (DEGREES, WORLD),
    "degrees to 360": (DEGREES, (0.0, -90.0, 360.0, 90.0)),
    "metres": (METRES, (-HALF, -HALF / 2, HALF, HALF / 2)),
    "metres to 360": (METRES, (0.0, -HALF / 2, 2 * HALF, HALF / 2)),
    "sinusoidal": ("IAU_2015:49920", (-HALF, -HALF / 2, HALF, HALF / 2)),
    "north pole": (POLAR, (-7e6, -7e6, 7e6, 7e6)),
}
BOXES = {
    "plain": (10.0, 20.0, 50.0, 70.0),
    "to the antimeridian": (140.0, 15.0, 180.0, 33.3),
    "over it": (170.0, 10.0, 203.0, 41.0),
    "over longitude 0": (-7.3, 55.0, 12.0, 61.0),
    "around the pole": (-180.0, 66.6, 180.0, 90.0),
}


@pytest.fixture(scope="module")
def latitudes(qgis_app, tmp_path_factory) -> dict[str, QgsRasterLayer]:
    """Rasters that hold the latitude of their pixels."""
    folder = tmp_path_factory.mktemp("latitudes")
    return {
        name: write_raster(folder / f"{number}.tif", crs, bounds, (400, 800), latitude)
        for number, (name, (crs, bounds)) in enumerate(RASTERS.items())
    }


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("raster", RASTERS)
def test_the_mean_latitude_of_boxes_is_that_of_the_sphere(latitudes, raster, name):
    layer = latitudes[raster]
    (found,), (area,), report = ask(layer, box(*BOXES[name]))
    west, south, east, north = BOXES[name]
    closed = np.radians(east - west) * (np.sin(np.radians(north)) - np.sin(np.radians(south)))
    assert area == pytest.approx(closed, rel=1e-9)
    assert not report
    assert found.valid_share == pytest.approx(1.0, abs=2e-3)
    assert found.statistics.weight == pytest.approx(closed, rel=2e-3)
    assert found.statistics.mean == pytest.approx(sphere_mean_of_latitude(south, north), abs=0.02)
    assert found.statistics.minimum == pytest.approx(south, abs=0.4)
    assert found.statistics.maximum == pytest.approx(north, abs=0.4)


def test_unweighted_pixels_count_alike(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (360, 720), latitude)
    (found,), _, _ = ask(layer, box(0, 0, 90, 80), question=Question(by_area=False))
    assert found.statistics.mean == pytest.approx(40.0, abs=1e-9)
    assert found.statistics.count == pytest.approx(180 * 160)
    (weighted,), _, _ = ask(layer, box(0, 0, 90, 80))
    assert weighted.statistics.mean == pytest.approx(sphere_mean_of_latitude(0, 80), abs=1e-3)


corners = st.tuples(st.floats(-21.0, 21.0), st.floats(-11.0, 11.0))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(corners, min_size=3, max_size=8), st.lists(corners, min_size=3, max_size=4))
def test_any_polygon_agrees_with_geos_pixel_by_pixel(qgis_app, tmp_path, outline, hole):
    shape = shapely.make_valid(shapely.Polygon(outline))
    shape = shapely.difference(shape, shapely.make_valid(shapely.Polygon(hole)))
    parts = [part for part in shapely.get_parts(shape) if part.area > 1e-3]
    if not parts:
        return
    shape = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    rng = np.random.default_rng(1)
    values = rng.integers(0, 40, (20, 40)).astype(float)
    blank = rng.random((20, 40)) < 0.1
    layer = write_raster(
        tmp_path / "r.tif",
        DEGREES,
        (-20, -10, 20, 10),
        (20, 40),
        lambda _lon, _lat: values.copy(),
        no_data=-1.0,
        blank=blank,
    )
    (found,), _, _ = ask(layer, shape.wkt, question=Question((50.0,)))
    x, y = np.meshgrid(np.arange(-20, 20), np.arange(9, -11, -1))
    shares = shapely.area(shapely.intersection(shapely.box(x, y, x + 1, y + 1), shape))
    taken = (shares > 1e-6) & ~blank
    weights = shares * (np.sin(np.radians(y + 1)) - np.sin(np.radians(y))) * np.radians(1.0)
    if not taken.any():
        assert found.statistics.count == 0.0
        return
    kept, weight = values[taken], weights[taken]
    assert found.statistics.count == pytest.approx(shares[taken].sum(), rel=1e-6, abs=1e-6)
    assert found.statistics.mean == pytest.approx(np.average(kept, weights=weight), rel=1e-5)
    assert (found.statistics.minimum, found.statistics.maximum) == (kept.min(), kept.max())
    sums = [weight[kept == value].sum() for value in range(40)]
    assert sums[int(found.statistics.majority)] == pytest.approx(max(sums), rel=1e-6)


def test_polygons_smaller_than_a_pixel_take_what_they_lie_in(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (180, 360), latitude)
    (inside, across), areas, _ = ask(
        layer, box(10.4, 20.4, 10.4001, 20.4001), box(10.4, 20.9, 10.6, 21.2)
    )
    assert inside.statistics.mean == 20.5
    assert inside.statistics.count == pytest.approx(1e-8, rel=1e-3)
    assert inside.valid_share == pytest.approx(1.0, abs=1e-3)
    assert (across.statistics.minimum, across.statistics.maximum) == (20.5, 21.5)
    assert across.statistics.mean == pytest.approx(20.5 + 2 / 3, abs=0.01)
    assert areas[0] > 0.0


def test_what_the_raster_does_not_know_is_no_part_of_the_valid_share(qgis_app, tmp_path):
    blank = np.zeros((180, 360), dtype=bool)
    blank[:, 190:] = True
    layer = write_raster(
        tmp_path / "r.tif", DEGREES, WORLD, (180, 360), latitude, no_data=-999.0, blank=blank
    )
    (half, beside), _, _ = ask(layer, box(0, -10, 20, 10), box(50, 0, 60, 10))
    assert half.valid_share == pytest.approx(0.5, rel=1e-9)
    assert beside.valid_share == 0.0
    assert np.isnan(beside.statistics.mean)


@pytest.mark.parametrize("zones_crs", [POLAR, METRES, "IAU_2015:49935"])
def test_polygons_of_another_crs_cover_the_same_ground(qgis_app, tmp_path, zones_crs):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (720, 1440), latitude)
    south = zones_crs == "IAU_2015:49935"
    shape = (
        shapely.Point(4e5, -3e5).buffer(6e5)
        if zones_crs != METRES
        else shapely.box(1e6, 2e6, 4e6, 3e6)
    )
    (found,), (area,), _ = ask(layer, shape.wkt, crs=zones_crs)
    rng = np.random.default_rng(2)
    west, low, east, high = shape.bounds
    x, y = rng.uniform(west, east, 400_000), rng.uniform(low, high, 400_000)
    inside = shapely.contains_xy(shape, x, y)
    if zones_crs == METRES:
        lat, weight = np.degrees(y / MARS), np.cos(y / MARS)
    else:
        across = np.hypot(x, y)
        lat = 90.0 - 2.0 * np.degrees(np.arctan(across / 2.0 / MARS))
        weight = 1.0 / (1.0 + (across / 2.0 / MARS) ** 2) ** 2  # Snyder 21-4: 1 / k²
        lat = -lat if south else lat
    mean = np.average(lat[inside], weights=weight[inside])
    assert found.statistics.mean == pytest.approx(mean, abs=0.02)
    plane = (east - west) * (high - low) * weight[inside].sum() / len(x)
    assert area * MARS**2 == pytest.approx(plane, rel=5e-3)
    assert found.valid_share == pytest.approx(1.0, abs=1e-4)


def test_a_polygon_in_the_rasters_own_crs_is_taken_as_it_is(qgis_app, tmp_path):
    bounds = (-1e6, -1e6, 1e6, 1e6)
    layer = write_raster(
        tmp_path / "r.tif", POLAR, bounds, (200, 200), lambda lon, _lat: lon * 0 + 7.0
    )
    (found,), _, _ = ask(
        layer, box(-55_000, 15_000, 205_000, 30_000), crs=POLAR, question=Question(by_area=False)
    )
    assert found.statistics.count == pytest.approx(26 * 1.5)
    assert found.statistics.mean == 7.0


def test_qgis_agrees_where_all_pixels_are_alike(qgis_app, tmp_path):
    layer = write_raster(
        tmp_path / "r.tif",
        METRES,
        (-3e5, -3e5, 3e5, 3e5),
        (600, 600),
        lambda lon, lat: lon**2 + lat,
    )
    # Whole pixels only, as QGIS counts those whose middle lies within.
    wkt = box(-1.5e5, -1.2e5, 2.1e5, 0.8e5)
    zones = QgsVectorLayer(f"Polygon?crs={METRES}", "zones", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(wkt))
    zones.dataProvider().addFeatures([feature])
    QgsZonalStatistics(zones, layer, "q_", 1, QgsZonalStatistics.Statistic.All).calculateStatistics(
        None
    )
    (qgis,) = zones.getFeatures()
    (found,), _, _ = ask(layer, wkt, crs=METRES, question=Question((50.0,), by_area=False))
    for name, value in (
        ("count", found.statistics.count),
        ("mean", found.statistics.mean),
        ("median", found.statistics.percentiles[0]),
        ("stdev", found.statistics.std),
        ("min", found.statistics.minimum),
        ("max", found.statistics.maximum),
    ):
        assert value == pytest.approx(qgis[f"q_{name}"], rel=1e-9), name


def test_rasters_of_more_pixels_than_are_kept_agree_with_smaller_ones(
    qgis_app, tmp_path, monkeypatch
):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (400, 800), lambda lon, lat: lon + lat)
    question = Question((5.0, 50.0, 95.0))
    (kept,), _, _ = ask(layer, box(-100, -50, 120, 60), question=question)
    monkeypatch.setattr(tallies, "MOST_KEPT", 10_000)
    (binned,), _, _ = ask(layer, box(-100, -50, 120, 60), question=question)
    assert binned.statistics.percentiles == pytest.approx(kept.statistics.percentiles, abs=1e-2)
    assert binned.statistics.mean == kept.statistics.mean


def test_many_windows_see_what_one_sees(qgis_app, tmp_path, monkeypatch):
    tiled = ("TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32")
    layer = write_raster(
        tmp_path / "r.tif", DEGREES, WORLD, (180, 360), lambda lon, lat: lon + lat, options=tiled
    )
    shape = shapely.Point(20, 10).buffer(55).difference(shapely.Point(5, 20).buffer(21))
    (one,), _, _ = ask(layer, shape.wkt)
    monkeypatch.setattr(zonal, "_WIDEST_WINDOW", 1)
    (many,), _, _ = ask(layer, shape.wkt)
    for name in ("count", "weight", "mean", "std", "minimum", "maximum", "majority"):
        found = getattr(many.statistics, name)
        assert found == pytest.approx(getattr(one.statistics, name), rel=1e-12), name


def test_a_cancelled_run_ends(qgis_app, tmp_path):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (18, 36), latitude)
    rasters = chosen_rasters([layer], layer.crs(), "zones")
    zones = [("a", zone_of(QgsGeometry.fromWkt(box(0, 0, 10, 10)), rasters.shapes))]
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        zonal.statistics_of_zones(zones, rasters, layer.crs(), Question(), feedback)


def test_a_zone_that_a_map_cannot_show_is_reported_and_the_rest_goes_on(qgis_app, tmp_path):
    layer = write_raster(
        tmp_path / "r.tif",
        "IAU_2015:49965",
        (-3e6, -3e6, 3e6, 3e6),
        (300, 300),
        lambda _lon, lat: np.nan_to_num(lat, nan=-999.0),
        no_data=-999.0,
    )
    found, _, report = ask(layer, box(100, -20, 140, 20), box(-10, -10, 20, 10))
    assert found[1].statistics.mean == pytest.approx(0.0, abs=0.05)
    assert found[0] is None or found[0].statistics.count == 0.0
    assert found[0] is not None or "beyond" in " ".join(report.sentences())


@pytest.mark.parametrize(
    ("wkt", "said"), [("POLYGON EMPTY", "no polygon"), ("POLYGON((0 0, 1 1, 0 0))", "no area")]
)
def test_shapes_without_area_are_refused(qgis_app, tmp_path, wkt, said):
    layer = write_raster(tmp_path / "r.tif", DEGREES, WORLD, (18, 36), latitude)
    rasters = chosen_rasters([layer], layer.crs(), "zones")
    with pytest.raises(PlanetaryError, match=said):
        zone_of(QgsGeometry.fromWkt(wkt), rasters.shapes)


@pytest.mark.real_data
def test_the_mean_radius_of_the_moon(qgis_app, real_data):
    layer = QgsRasterLayer(str(real_data / "rasters" / "lola" / "ldem_4.cub"), "LOLA")
    (whole,), (area,), _ = ask(layer, box(*WORLD), crs="IAU_2015:30100")
    assert area == pytest.approx(4.0 * np.pi)
    # LOLA's gridded products: mean radius 1737.15 km (Smith et al. 2017: 1737.153).
    assert whole.statistics.mean == pytest.approx(1_737_153.0, abs=60.0)
    # Unweighted, the poles count far too much: this is what area weighting is for.
    (plain,), _, _ = ask(layer, box(*WORLD), crs="IAU_2015:30100", question=Question(by_area=False))
    assert abs(plain.statistics.mean - 1_737_153.0) > 100.0
    dataset = gdal.Open(layer.source())
    band = dataset.GetRasterBand(1)
    rows = band.ReadAsArray() * band.GetScale() + band.GetOffset()
    lat = np.radians(89.875 - 0.25 * np.arange(720))
    assert whole.statistics.mean == pytest.approx(
        np.average(rows.mean(axis=1), weights=np.cos(lat)), abs=0.5
    )
