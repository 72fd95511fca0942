"""The second output of planetary:spicefootprints: angles around the footprints."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsVectorLayer, QgsWkbTypes

from planetary_qgis.qgis_bridge import store

SAMPLE = Path(store.__file__).resolve().parents[1] / "resources" / "sample"
ASKED = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
    "INSTRUMENT": "SYNTH_FRAME_CAM",
    "START": "2019-09-01T01:00:00",
    "STOP": "2019-09-01T01:10:00",
    "STEP": 300,
}


def test_vertices_go_into_a_layer_of_their_own(processing, tmp_path) -> None:
    path = tmp_path / "vertices.gpkg"
    results = processing.run(
        "planetary:spicefootprints",
        {**ASKED, "OUTPUT": str(tmp_path / "footprints.gpkg"), "VERTICES": str(path)},
    )
    footprints = QgsVectorLayer(results["OUTPUT"], "footprints", "ogr")
    vertices = QgsVectorLayer(results["VERTICES"], "vertices", "ogr")
    assert vertices.geometryType() == QgsWkbTypes.GeometryType.PointGeometry
    assert vertices.crs().authid() == footprints.crs().authid()
    assert footprints.featureCount() == 3
    assert vertices.featureCount() == 3 * 40
    outlines = {row["product_id"]: row.geometry() for row in footprints.getFeatures()}
    for row in vertices.getFeatures():
        assert outlines[row["product_id"]].distance(row.geometry()) < 1e-3
        assert 0.0 <= row["emission_angle"] < 90.0
        assert 1 <= row["vertex"] <= 40


def test_without_being_asked_there_are_none(processing, tmp_path) -> None:
    results = processing.run(
        "planetary:spicefootprints", {**ASKED, "OUTPUT": str(tmp_path / "footprints.gpkg")}
    )
    assert set(results) == {"OUTPUT"}
    layer = QgsVectorLayer(results["OUTPUT"], "footprints", "ogr")
    row = next(layer.getFeatures())
    assert row["resolution_along"] == pytest.approx(row["resolution"], rel=0.01)
