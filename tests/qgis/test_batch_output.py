"""What batch runs wrote without QGIS, opened in QGIS."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFeatureRequest, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QDateTime

import planetary_qgis
from planetary_qgis.batch import main
from planetary_qgis.qgis_bridge.layers import facts_of, open_table

KERNELS = Path(planetary_qgis.__file__).parent / "resources" / "sample" / "synthetic.tm"


def batch_layer(tmp_path) -> QgsVectorLayer:
    path = tmp_path / "run.gpkg"
    arguments = ["--target", "MARS", "--observer", "SYNTHETIC_ORBITER"]
    arguments += ["--instrument", "SYNTH_FRAME_CAM", "--start", "2019-09-01T01:00:00"]
    arguments += ["--stop", "2019-09-01T01:10:00", "--step", "10", "--out", str(path)]
    assert main(["footprints", "--kernels", str(KERNELS), *arguments]) == 0
    return open_table(path, "footprints")


def test_a_batch_run_s_layer_has_place_time_and_provenance(qgis_app, tmp_path):
    layer = batch_layer(tmp_path)
    assert layer.crs().authid() == "IAU_2015:49900"
    assert layer.featureCount() == 61
    feature = next(layer.getFeatures())
    assert isinstance(feature["start_time"], QDateTime)
    assert "SYNTH_FRAME_CAM" in facts_of(layer)["Instrument"]
    assert "SHA-256" in facts_of(layer)["Kernels"]
    assert layer.metadata().title() == "footprints"


def test_it_is_edited_and_searched_like_any_other(qgis_app, tmp_path):
    layer = batch_layer(tmp_path)
    everywhere = QgsFeatureRequest().setFilterRect(layer.extent())
    assert len(list(layer.getFeatures(everywhere))) == 61
    assert layer.startEditing()
    assert layer.deleteFeature(1)
    assert layer.commitChanges(), layer.commitErrors()
    assert layer.featureCount() == 60
    nowhere = QgsFeatureRequest().setFilterRect(QgsRectangle(-170, 80, -160, 85))
    assert not list(layer.getFeatures(nowhere))


def test_time_is_played(qgis_app, tmp_path):
    layer = batch_layer(tmp_path)
    assert layer.temporalProperties().isActive()
    assert layer.temporalProperties().startExpression() == '"start_time"'
    assert layer.renderer().symbol().color().alpha() < 255, "one sees what lies below"
