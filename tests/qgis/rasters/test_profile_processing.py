"""Profiles and zonal statistics through processing.run; truth: closed forms."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from qgis.core import (
    NULL,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
)
from raster_kit import write_raster

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.zonalstatistics import percents_in

MARS = 3_396_190.0
WORLD = (-180.0, -90.0, 180.0, 90.0)
DEGREES = "IAU_2015:49900"
RING = "POLYGON((20 0, 30 0, 30 10, 20 10, 20 0), (22 2, 28 2, 28 8, 22 8, 22 2))"


@pytest.fixture
def rasters(qgis_app, tmp_path):
    """Two rasters of Mars: longitudes in metres, latitudes in kilometres."""
    made = [
        write_raster(tmp_path / "east.tif", DEGREES, WORLD, (180, 360), lambda lon, _: lon),
        write_raster(
            tmp_path / "north.tif", DEGREES, WORLD, (180, 360), lambda _, lat: lat, unit="km"
        ),
    ]
    QgsProject.instance().addMapLayers(made)
    yield made
    QgsProject.instance().clear()


def layer_of(kind: str, rows: list[tuple], fields: str = "", crs: str = DEGREES) -> QgsVectorLayer:
    """A memory layer; each row is WKT and attributes."""
    layer = QgsVectorLayer(f"{kind}?crs={crs}{fields}", "shapes", "memory")
    features = []
    for wkt, *attributes in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(attributes)
        if wkt:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    return layer


def run(processing, notes, name: str, **parameters):
    # Written to a file if so asked, else to memory; loaded layers live as long as their context.
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    results = processing.run(
        f"planetary:{name}", {"OUTPUT": "memory:", **parameters}, feedback=notes, context=context
    )
    output = results["OUTPUT"]
    return output if isinstance(output, QgsVectorLayer) else QgsVectorLayer(output, "out", "ogr")


def test_a_profile_has_a_point_a_step(processing, notes, rasters, tmp_path):
    lines = layer_of(
        "MultiLineString",
        [
            ("MULTILINESTRING((170 10, 180 10), (-180 10, -160 10))",),
            ("LINESTRING(0 0, 20 0)",),
        ],
    )
    found = run(
        processing,
        notes,
        "rasterprofile",
        INPUT=lines,
        RASTERS=rasters,
        SPACING=50_000,
        SLOPES=True,
        CSV_FOLDER=str(tmp_path / "tables"),
    )
    assert found.crs().authid() == DEGREES
    names = ["line_id", "part", "distance_m", "lon_e", "lat", "east", "north"]
    assert found.fields().names() == [*names, "east slope_deg", "north slope_deg"]
    rows = [dict(zip(found.fields().names(), f.attributes())) for f in found.getFeatures()]
    second = [row for row in rows if row["line_id"] == 2]
    assert second[-1]["distance_m"] == pytest.approx(np.radians(20.0) * MARS, rel=1e-9)
    assert [row["east"] for row in second] == pytest.approx([row["lon_e"] for row in second])
    expected = np.degrees(np.arctan(1.0 / (np.radians(1.0) * MARS)))
    assert second[1]["east slope_deg"] == pytest.approx(expected, rel=1e-6)
    first = [row for row in rows if row["line_id"] == 1]
    assert {row["part"] for row in first} == {1}
    assert max(row["distance_m"] for row in first) > np.radians(29.0) * MARS
    for feature in found.getFeatures():
        point = feature.geometry().asPoint()
        assert (point.x(), point.y()) == (feature["lon_e"], feature["lat"])
    tables = sorted((tmp_path / "tables").glob("*.csv"))
    assert len(tables) == 2
    assert len(list(csv.reader(tables[1].open(encoding="utf-8")))) == len(second) + 1


def test_lines_that_lead_nowhere_are_told_and_the_rest_comes(processing, notes, rasters):
    lines = layer_of(
        "LineString",
        [("LINESTRING(0 0, 180 0)",), ("",), ("LINESTRING(0 0, 5 5)",)],
    )
    found = run(processing, notes, "rasterprofile", INPUT=lines, RASTERS=rasters)
    assert {feature["line_id"] for feature in found.getFeatures()} == {3}
    said = " ".join(notes.warnings)
    assert "opposite sides" in said
    assert "There is no line" in said


def test_profiles_are_written_to_geopackages_that_keep_their_crs(
    processing, notes, rasters, geopackage
):
    lines = layer_of("LineString", [("LINESTRING(0 0, 5 5)",)])
    found = run(
        processing, notes, "rasterprofile", INPUT=lines, RASTERS=rasters, OUTPUT=str(geopackage)
    )
    assert found.isValid()
    assert found.crs().authid() == DEGREES


def test_units_are_taken_together(processing, notes, rasters):
    polygons = layer_of(
        "Polygon",
        [
            ("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))", "Hesperian"),
            ("POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))", "Hesperian"),
            (
                "POLYGON((20 0, 30 0, 30 10, 20 10, 20 0), (22 2, 28 2, 28 8, 22 8, 22 2))",
                "Noachian",
            ),
            ("POLYGON((40 0, 41 0, 41 1, 40 1, 40 0))", NULL),
        ],
        "&field=unit:string",
    )
    found = run(
        processing,
        notes,
        "zonalstatistics",
        INPUT=polygons,
        UNITS="unit",
        RASTERS=rasters,
        PERCENTILES="10, 90",
    )
    rows = {str(f["unit"]): f for f in found.getFeatures()}
    assert set(rows) == {"Hesperian", "Noachian", "NULL"}
    assert rows["Hesperian"]["polygons"] == 2
    assert rows["Hesperian"]["east_count"] == pytest.approx(175.0)  # the overlap once
    ring = rows["Noachian"]
    sines = np.sin(np.radians([0.0, 10.0, 2.0, 8.0]))
    area = np.radians(10.0) * (sines[1] - sines[0]) - np.radians(6.0) * (sines[3] - sines[2])
    assert ring["area_m2"] == pytest.approx(area * MARS**2, rel=1e-9)
    assert ring["east_mean"] == pytest.approx(25.0, abs=1e-6)
    assert ring["east_valid"] == pytest.approx(1.0)
    assert (ring["north_min"], ring["north_max"]) == (0.5, 9.5)
    assert ring["north_p10"] < ring["north_median"] < ring["north_p90"]
    assert rows["NULL"]["east_majority"] == 40.5
    assert found.crs().authid() == DEGREES
    assert found.featureCount() == 3


def test_each_feature_is_a_zone_and_none_is_lost(processing, notes, rasters):
    polygons = layer_of(
        "Polygon", [("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))",), ("",), ("POLYGON EMPTY",)]
    )
    found = run(
        processing, notes, "zonalstatistics", INPUT=polygons, RASTERS=rasters, PERCENTILES=""
    )
    rows = list(found.getFeatures())
    assert [row["zone_id"] for row in rows] == [1, 2, 3]
    assert rows[0]["east_mean"] == pytest.approx(5.0)
    assert rows[1]["east_mean"] == NULL
    assert rows[1]["area_m2"] == NULL
    assert any("no polygon" in text and "(2: 2, 3)" in text for text in notes.warnings)


def test_weighting_is_a_choice(processing, notes, rasters):
    polygons = layer_of("Polygon", [("POLYGON((0 0, 10 0, 10 80, 0 80, 0 0))",)])
    means = []
    for by_area in (True, False):
        found = run(
            processing,
            notes,
            "zonalstatistics",
            INPUT=polygons,
            RASTERS=rasters[1:],
            BY_AREA=by_area,
        )
        (row,) = found.getFeatures()
        means.append(row["north_mean"])
    assert means[1] == pytest.approx(40.0)
    assert means[0] < 35.0


@pytest.mark.parametrize("name", ["rasterprofile", "zonalstatistics"])
def test_another_body_is_refused(processing, notes, rasters, name):
    kind = "LineString" if name == "rasterprofile" else "Polygon"
    shapes = layer_of(kind, [], crs="IAU_2015:30100")
    with pytest.raises(QgsProcessingException, match=r"Moon.*Mars"):
        run(processing, notes, name, INPUT=shapes, RASTERS=rasters)


def test_percentiles_are_read_as_people_write_them():
    assert percents_in(" 5; 25.5,75 , 5") == (5.0, 25.5, 75.0)
    assert percents_in("") == ()
    for wrong in ("5, x", "101", "-1"):
        with pytest.raises(PlanetaryError, match="is no percentile"):
            percents_in(wrong)
