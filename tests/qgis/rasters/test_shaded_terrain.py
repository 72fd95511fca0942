"""Contours, colours and the group of them all; truth: formulas, and real mountains."""

from __future__ import annotations

import numpy as np
import pytest
from dem_kit import MOON, dem, lon_lat, moon_map, read, write
from osgeo import gdal
from qgis.core import (
    QgsFeedback,
    QgsHillshadeRenderer,
    QgsLayerDefinition,
    QgsLayerTreeGroup,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QPainter

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.terrain_algorithm import RAMPS
from planetary_qgis.qgis_bridge.rasters.relief import shaded_terrain, terrain_styles
from planetary_qgis.qgis_bridge.rasters.relief.contours import height_range, write_contours
from planetary_qgis.qgis_bridge.rasters.relief.heights import open_heights
from planetary_qgis.qgis_bridge.store import RunCancelledError

GLOBE = ("IAU_2015:30100", (-180.0, 0.5, 0, 90.0, 0, -0.5), (360, 720))


def hill(crs, transform, shape):
    """8 km high at 0, 0; a metre down for every millionth of a radian squared."""
    lon, lat = (np.radians(each) for each in lon_lat(crs, transform, shape))
    return 8000.0 * np.cos(lat) * np.cos(lon)


@pytest.fixture
def globe(tmp_path, qgis_app):
    return write(tmp_path / "globe.tif", hill(*GLOBE), *GLOBE[:2])


def contours(path) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{path}|layername=contours", "contours", "ogr")
    assert layer.isValid()
    return layer


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ({}, lambda h: h),
        ({"unit": "km"}, lambda h: h / 1000.0),
        ({"scale": 0.5, "offset": 1_737_400.0}, lambda h: h / 0.5),
    ],
    ids=["metres", "kilometres", "radii with scale and offset"],
)
def test_contours_lie_at_their_heights_in_metres(told, stored, tmp_path, qgis_app):
    path = write(tmp_path / "hill.tif", stored(hill(*GLOBE)), *GLOBE[:2], **told)
    out = tmp_path / "contours.gpkg"
    assert write_contours(dem(path), out, QgsFeedback(), interval=1000.0, base=500.0) == 1000.0
    layer = contours(out)
    assert layer.crs().authid() == "IAU_2015:30100"
    found = {row["height_m"] for row in layer.getFeatures()}
    assert found <= {1000.0 * step + 500.0 for step in range(-9, 9)}
    assert len(found) >= 15
    for row in layer.getFeatures():
        at = np.radians([(v.x(), v.y()) for v in row.geometry().vertices()])
        heights = 8000.0 * np.cos(at[:, 0]) * np.cos(at[:, 1])
        inside = np.abs(at[:, 1]) < np.radians(89.0)  # the outermost rows are level beyond
        assert heights[inside] == pytest.approx(row["height_m"], abs=2.0)
    assert {each.suffix for each in tmp_path.iterdir()} <= {".gpkg", ".tif", ".xml"}
    assert not [*tmp_path.glob("*.part*"), *tmp_path.glob("*.metres*")]


def test_the_interval_suits_the_range(globe, tmp_path):
    assert height_range(open_heights(dem(globe))).interval == 500.0
    interval = write_contours(dem(globe), tmp_path / "c.gpkg", QgsFeedback())
    assert 15 <= 16_000 / interval <= 40


def test_contours_that_cannot_be_are_told(globe, tmp_path):
    with pytest.raises(PlanetaryError, match="more than 1000 contours"):
        write_contours(dem(globe), tmp_path / "c.gpkg", QgsFeedback(), interval=0.5)
    level = write(tmp_path / "level.tif", np.full((30, 30), 7.0), *GLOBE[:2])
    with pytest.raises(PlanetaryError, match="is level"):
        write_contours(dem(level), tmp_path / "c.gpkg", QgsFeedback())
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        write_contours(dem(globe), tmp_path / "c.gpkg", feedback)
    assert not list(tmp_path.glob("c.*"))


def test_holes_have_no_contours(tmp_path, qgis_app):
    values = hill(*GLOBE)
    values[100:260, 200:500] = np.nan
    path = write(tmp_path / "holed.tif", values, *GLOBE[:2])
    write_contours(dem(path), tmp_path / "c.gpkg", QgsFeedback(), interval=1000.0)
    for row in contours(tmp_path / "c.gpkg").getFeatures():
        at = np.array([(v.x(), v.y()) for v in row.geometry().vertices()])
        in_hole = (np.abs(at[:, 1]) < 39.0) & (at[:, 0] > -79.0) & (at[:, 0] < 69.0)
        assert not in_hole.any()


def test_colours_follow_heights(processing, globe, tmp_path):
    out = processing.run(
        "planetary:colourrelief",
        {"INPUT": str(globe), "RAMP": "Grey", "LOW": 0, "OUTPUT": str(tmp_path / "c.tif")},
    )
    dataset = gdal.Open(out["OUTPUT"])
    red, green, blue, opacity = dataset.ReadAsArray().astype(int)
    assert (opacity == 255).all()
    values = hill(*GLOBE)
    assert (red == green).all()
    assert (green == blue).all()
    order = np.argsort(values, axis=None)
    assert (np.diff(red.ravel()[order]) >= 0).all()
    lowest = terrain_styles.height_ramp("Grey").color(0.0).red()
    assert (red[values < 0.0] == lowest).all()
    assert red.max() == 255


def test_the_group_is_made_and_opens_again(processing, globe, tmp_path, qgis_new_project):
    folder = tmp_path / "Gelände ∅"
    out = processing.run("planetary:shadedterrain", {"INPUT": str(globe), "FOLDER": str(folder)})
    made = {each.name for each in folder.iterdir()}
    assert made == {"hillshade.tif", "slope.tif", "contours.gpkg", "shaded_terrain.qlr"}
    (group,) = QgsProject.instance().layerTreeRoot().children()
    assert isinstance(group, QgsLayerTreeGroup)
    seen = [(node.name(), node.isVisible()) for node in group.findLayers()]
    assert seen == [("Contours", False), ("Slope", False), ("Hillshade", True), ("Heights", True)]
    layers = {node.name(): node.layer() for node in group.findLayers()}
    assert all(layer.isValid() for layer in layers.values())
    assert all(layer.crs().authid() == "IAU_2015:30100" for layer in layers.values())
    multiply = QPainter.CompositionMode.CompositionMode_Multiply
    assert layers["Hillshade"].blendMode() == multiply
    assert "globe" in " ".join(layers["Slope"].metadata().history())
    shader = layers["Heights"].renderer().shader()
    assert shader.minimumValue() == pytest.approx(-8000.0, abs=200.0)
    assert shader.maximumValue() == pytest.approx(8000.0, abs=200.0)
    assert QgsProject.instance().crs().authid() == "IAU_2015:30100"
    reopened = QgsProject()
    opened, problem = QgsLayerDefinition.loadLayerDefinition(
        out["DEFINITION"], reopened, reopened.layerTreeRoot()
    )
    assert opened, problem
    assert len(reopened.mapLayers()) == 4
    assert all(layer.isValid() for layer in reopened.mapLayers().values())


def test_gentle_ground_is_exaggerated_and_steep_is_not(tmp_path, qgis_app):
    crs, transform = moon_map("+proj=eqc"), (0.0, 100.0, 0, 30_000.0, 0, -100.0)
    columns = np.arange(300.0) + np.zeros((300, 1))
    for tangent, expected in ((0.02, 22.5), (0.9, 1.0)):
        ramp = 100.0 * tangent * columns
        path = write(tmp_path / f"{expected}.tif", ramp, crs, transform)
        found = shaded_terrain.fitting_exaggeration(open_heights(dem(path)))
        assert found == pytest.approx(expected, rel=0.02)


def test_qgis_shades_itself_only_where_its_metres_are_true(tmp_path, qgis_app):
    near, far = (0.0, 100.0, 0, 30_000.0, 0, -100.0), (0.0, 500.0, 0, 2.2e6, 0, -500.0)
    values = 50.0 * np.add.outer(np.arange(300.0), np.arange(300.0))
    maps = {
        "equator": (moon_map("+proj=eqc"), near, True),
        "mercator at the equator": (moon_map("+proj=merc"), near, True),
        "mercator far north": (moon_map("+proj=merc"), far, False),
        "equidistant far north": (moon_map("+proj=eqc"), far, False),
        "degrees": ("IAU_2015:30100", (0, 0.01, 0, 1, 0, -0.01), False),
    }
    for name, (crs, transform, expected) in maps.items():
        path = write(tmp_path / f"{name}.tif", values, crs, transform)
        assert shaded_terrain.is_true_to_scale(open_heights(dem(path))) is expected, name


def test_where_qgis_shades_itself_no_file_is_written(processing, tmp_path, qgis_new_project):
    values = 50.0 * np.add.outer(np.arange(300.0), np.arange(300.0)) / 1000.0
    where = (moon_map("+proj=eqc"), (0.0, 100.0, 0, 30_000.0, 0, -100.0))
    path = write(tmp_path / "near.tif", values, *where, unit="km")
    folder = tmp_path / "out"
    processing.run(
        "planetary:shadedterrain",
        {"INPUT": str(path), "FOLDER": str(folder), "SLOPE": False, "EXAGGERATION": 2.0},
    )
    assert not (folder / "hillshade.tif").exists()
    (shades,) = QgsProject.instance().mapLayersByName("Hillshade")
    assert isinstance(shades.renderer(), QgsHillshadeRenderer)
    assert shades.renderer().zFactor() == pytest.approx(2000.0)


def test_every_ramp_is_there_and_goes_up_in_lightness_where_it_says_so(qgis_app):
    assert tuple(RAMPS) == terrain_styles.HEIGHT_RAMPS
    for name in RAMPS:
        assert terrain_styles.height_ramp(name).count() >= 3
    for name in ("Blue to yellow", "Ochre", "Grey"):
        ramp = terrain_styles.height_ramp(name)
        colours = [ramp.color(share) for share in np.linspace(0, 1, 50)]
        light = [0.2126 * c.redF() + 0.7152 * c.greenF() + 0.0722 * c.blueF() for c in colours]
        assert (np.diff(light) > 0).all(), name
    with pytest.raises(PlanetaryError, match="no colour ramp"):
        terrain_styles.height_ramp("Plaid")


def test_algorithms_run_with_their_defaults(processing, globe, tmp_path):
    for name in ("hillshade", "slope", "aspect", "curvature", "roughness"):
        out = tmp_path / f"{name}.tif"
        processing.run(f"planetary:{name}", {"INPUT": str(globe), "OUTPUT": str(out)})
        assert np.isfinite(read(out)).mean() > 0.99
        assert QgsRasterLayer(str(out), name).crs().authid() == "IAU_2015:30100"
    out = processing.run(
        "planetary:contours", {"INPUT": str(globe), "OUTPUT": str(tmp_path / "c.gpkg")}
    )
    assert contours(out["OUTPUT"]).featureCount() > 10
    with pytest.raises(Exception, match=r"end with \.gpkg"):
        processing.run(
            "planetary:contours", {"INPUT": str(globe), "OUTPUT": str(tmp_path / "c.shp")}
        )


@pytest.mark.real_data
def test_the_highest_contour_of_mars_is_the_rim_of_olympus_mons(real_data, tmp_path, qgis_app):
    """18.65° N, 226.2° E, 21.2 km."""
    mola = dem(real_data / "rasters" / "mola" / "megt90n000cb.lbl")
    write_contours(mola, tmp_path / "c.gpkg", QgsFeedback(), interval=1000.0)
    layer = contours(tmp_path / "c.gpkg")
    highest = max(row["height_m"] for row in layer.getFeatures())
    assert 20_000.0 <= highest <= 21_500.0
    (summit,) = {
        (round(lon), round(lat))
        for row in layer.getFeatures()
        if row["height_m"] == highest
        for lon, lat in [middle_of(row.geometry(), 3_396_000.0)]
    }
    assert abs(summit[0] - 226) <= 1
    assert abs(summit[1] - 18) <= 1


def middle_of(geometry, radius):
    """Degrees of an equidistant map with 180° in its middle."""
    point = geometry.centroid().asPoint()
    return 180.0 + np.degrees(point.x() / radius), np.degrees(point.y() / radius)


def test_the_moon_s_radius_is_what_radii_count_from(tmp_path, qgis_app):
    path = write(tmp_path / "radii.tif", hill(*GLOBE) + MOON, *GLOBE[:2])
    found = height_range(open_heights(dem(path)))
    assert found.low == pytest.approx(-8000.0, abs=200.0)
    assert found.high == pytest.approx(8000.0, abs=200.0)
