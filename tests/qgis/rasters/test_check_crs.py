"""planetary:checkcrs through processing.run: the table, the report, and repairs when told."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.processing.checkcrs import CheckCrs
from planetary_qgis.qgis_bridge.measuring import measures_right


def points(code: str, name: str, places: tuple[tuple[float, float], ...]) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"Point?crs={code}", name, "memory")
    for place in places:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*place)))
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


@pytest.fixture
def layers(qgis_new_project: None) -> list[QgsVectorLayer]:
    """A layer that says Earth, one that counts west, and one that is right, all of Mars."""
    places = ((10.0, 20.0), (30.0, 40.0))
    made = [
        points("EPSG:4326", "MOLA <contours>", places),
        points("IAU_2015:49901", "west", places),
        points("IAU_2015:49900", "right", places),
    ]
    project = QgsProject.instance()
    project.addMapLayers(made)
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    project.setEllipsoid("NONE")
    return made


def asked(layers: list[QgsVectorLayer], **more: object) -> dict:
    return {"LAYERS": layers, "OUTPUT": "TEMPORARY_OUTPUT", **more}


def test_the_table_tells_all_and_changes_nothing(processing, layers):
    results = processing.run("planetary:checkcrs", asked(layers))
    rows = [feature.attributeMap() for feature in results["OUTPUT"].getFeatures()]
    told = {(row["layer"], row["finding"]) for row in rows}
    assert {
        ("MOLA <contours>", "earth-datum"),
        ("west", "west"),
        ("west", "ographic"),
        ("Project", "ellipsoid"),
        ("Project", "two-bodies"),
    } <= told
    assert not [row for row in rows if row["layer"] == "right"]
    assert results["FOUND"] == len(rows)
    assert results["REPAIRED"] == 0
    assert {row["repaired"] for row in rows} == {"no"}
    codes = [layer.crs().authid() for layer in layers]
    assert codes == ["EPSG:4326", "IAU_2015:49901", "IAU_2015:49900"]


def test_what_is_sure_is_repaired_when_told_to(processing, layers):
    results = processing.run("planetary:checkcrs", asked(layers, REPAIR=True))
    assert results["REPAIRED"] == 3
    assert layers[0].crs().authid() == "IAU_2015:49900"
    project = QgsProject.instance()
    assert measures_right(project.crs(), project.ellipsoid())
    again = processing.run("planetary:checkcrs", asked(layers))
    assert again["FOUND"] == 0


def test_the_report_is_html_that_quotes(processing, layers, tmp_path):
    path = tmp_path / "Bericht ∅.html"
    processing.run("planetary:checkcrs", asked(layers, REPORT=str(path)))
    text = path.read_text(encoding="utf-8")
    assert "MOLA &lt;contours&gt;" in text
    assert "It says Earth, but the data are of Mars." in text


def test_a_report_that_cannot_be_written_is_a_sentence(processing, layers, tmp_path):
    path = tmp_path / "nowhere" / "folder.html"
    path.parent.write_text("a file")
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        processing.run("planetary:checkcrs", asked(layers, REPORT=str(path)))


def test_the_body_can_be_told(processing, layers):
    nameless = points("EPSG:4326", "contacts", ((10.0, 20.0), (30.0, 40.0)))
    QgsProject.instance().addMapLayer(nameless)
    processing.run("planetary:checkcrs", asked([nameless], REPAIR=True))
    assert nameless.crs().authid() == "EPSG:4326"
    processing.run("planetary:checkcrs", asked([nameless], REPAIR=True, BODY="moon"))
    assert nameless.crs().authid() == "IAU_2015:30100"
    with pytest.raises(QgsProcessingException, match="Vulcan"):
        processing.run("planetary:checkcrs", asked([nameless], BODY="Vulcan"))


def test_repairs_are_kept_beside_files_when_told_to(processing, layers, tmp_path: Path):
    from osgeo import gdal

    path = str(tmp_path / "mars.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 20, 10, 1)
    dataset.SetGeoTransform((10, 0.1, 0, 20, 0, -0.1))
    dataset.SetProjection(QgsCoordinateReferenceSystem("EPSG:4326").toWkt())
    del dataset
    from qgis.core import QgsRasterLayer

    raster = QgsRasterLayer(path, "mars", "gdal")
    QgsProject.instance().addMapLayer(raster)
    both = [raster, layers[0]]
    processing.run("planetary:checkcrs", asked(both, REPAIR=True, KEEP=True))
    assert QgsRasterLayer(path, "again", "gdal").crs().celestialBodyName() == "Mars"


def test_its_help_names_its_parameters():
    algorithm = CheckCrs()
    algorithm.initAlgorithm()
    for word in ("Body:", "Repair:", "Keep beside the files:"):
        assert word in algorithm.shortHelpString()
