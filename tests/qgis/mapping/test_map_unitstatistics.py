"""planetary:unitstatistics on maps and DEMs whose measures are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from map_kit import MARS, add, map_session, save, two_units
from osgeo import gdal, osr
from qgis.core import NULL, QgsProcessingException, QgsProject, QgsRasterLayer

from planetary_qgis.core.mapping.map_layers import LINEAR_FEATURES

RADIUS_M = 3_396_190.0
DEGREE_M = RADIUS_M * math.pi / 180.0


@pytest.fixture
def session(qgis_new_project, tmp_path):
    return two_units(map_session(QgsProject.instance(), tmp_path))


@pytest.fixture
def dem(tmp_path):
    """A ramp that climbs a kilometre a degree to the north, from 0 at the equator."""
    rows, columns = 200, 200
    lat = 15.0 - (np.arange(rows) + 0.5) * 0.1
    heights = np.repeat((1_000.0 * lat)[:, None], columns, axis=1)
    path = str(tmp_path / "dem.tif")
    made = gdal.GetDriverByName("GTiff").Create(path, columns, rows, 1, gdal.GDT_Float32)
    made.SetGeoTransform((-5.0, 0.1, 0.0, 15.0, 0.0, -0.1))
    reference = osr.SpatialReference()
    reference.SetFromUserInput(MARS)
    made.SetProjection(reference.ExportToWkt())
    made.GetRasterBand(1).WriteArray(heights)
    made = None
    return QgsRasterLayer(path, "dem")


def run(processing, notes, **parameters):
    found = processing.run(
        "planetary:unitstatistics",
        {"OUTPUT": "TEMPORARY_OUTPUT", "LINES": "TEMPORARY_OUTPUT", **parameters},
        feedback=notes,
    )
    return [
        [dict(zip(layer.fields().names(), each.attributes())) for each in layer.getFeatures()]
        for layer in (found["OUTPUT"], found["LINES"])
    ]


def test_units_of_the_projects_map_unsaved_edits_included(session, processing, notes):
    add(session.layer(LINEAR_FEATURES), "LINESTRING(0 0, 2 0)", {"TYPE": "02.01.01"})
    units, lines = run(processing, notes)
    assert [(row["unit"], row["polygons"]) for row in units] == [("a", 1), ("b", 1)]
    assert sum(row["share_percent"] for row in units) == pytest.approx(100.0)
    # A square of ten degrees at the equator; its northern edge is a great circle that bulges.
    strip = RADIUS_M**2 * math.radians(10.0) * math.sin(math.radians(10.0)) / 1e6
    assert sum(row["area_km2"] for row in units) == pytest.approx(strip, rel=3e-3)
    assert [row["length_km"] * 1000.0 / DEGREE_M for row in lines] == pytest.approx([10.0, 2.0])
    assert lines[0]["certainty"] == "certain"
    assert lines[0]["label"]
    assert all(row["elevation_mean_m"] == NULL for row in units)


def test_a_dem_tells_elevations_and_slopes(session, processing, notes, dem):
    for row in run(processing, notes, DEM=dem)[0]:
        assert row["slope_mean_deg"] == pytest.approx(
            math.degrees(math.atan(1_000.0 / DEGREE_M)), abs=0.02
        )
        assert row["slope_std_deg"] == pytest.approx(0.0, abs=0.02)
        # Weighed by area, the middle of 0 to 10° lies a little to the south of 5°.
        cosines = np.cos(np.radians(np.linspace(0.0, 10.0, 10_001)))
        middle = float(np.average(np.linspace(0.0, 10.0, 10_001), weights=cosines))
        assert row["elevation_mean_m"] == pytest.approx(1_000.0 * middle, rel=1e-4)
        assert row["elevation_max_m"] == pytest.approx(9_950.0)


def test_a_map_in_a_file_is_measured_without_a_project(session, processing, notes):
    path = str(session.geopackage)
    for name in ("geologic_units", "geologic_contacts"):
        layer = session.layer(name)
        if layer.isModified():
            save(layer)
    QgsProject.instance().clear()
    units, _ = run(processing, notes, MAP=path)
    assert [row["unit"] for row in units] == ["a", "b"]


def test_a_dem_elsewhere_is_refused(session, processing, notes, tmp_path):
    path = str(tmp_path / "far.tif")
    made = gdal.GetDriverByName("GTiff").Create(path, 4, 4, 1, gdal.GDT_Float32)
    made.SetGeoTransform((100.0, 1.0, 0.0, 50.0, 0.0, -1.0))
    reference = osr.SpatialReference()
    reference.SetFromUserInput(MARS)
    made.SetProjection(reference.ExportToWkt())
    made = None
    with pytest.raises(QgsProcessingException, match="does not reach the map"):
        run(processing, notes, DEM=QgsRasterLayer(path, "far"))


def test_no_map_is_said(qgis_new_project, processing, notes):
    with pytest.raises(QgsProcessingException, match="no geologic map"):
        run(processing, notes)
