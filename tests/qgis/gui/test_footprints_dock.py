"""The SPICE Footprints dock: kernels are read, footprints and tracks come to the map."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from gui_kit import click_and_wait, find, spice_dock, wait_until
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.gui.footprints_controller import FootprintsController
from planetary_qgis.qgis_bridge import store

START, STOP, STEP_S = "2019-09-01T00:10:00", "2019-09-01T00:40:00", 60.0
INSTANTS = 31


@pytest.fixture
def dock(toolbox, store_path):
    with spice_dock(toolbox, 300, 900) as controller:
        yield controller.view


@pytest.fixture
def read(dock, sample):
    """The dock once the sample's kernels are read, for frames of the camera."""
    dock.kernels.set_kernels([sample / "synthetic.tm"])
    click_and_wait(dock, "spiceReadButton")
    dock.observation.choose(
        target="MARS", observer="SYNTHETIC_ORBITER", instrument="SYNTH_FRAME_CAM"
    )
    return dock


@pytest.fixture
def ready(read):
    """The dock once a run of times is given, too."""
    find(read, "spiceStart").setText(START)
    find(read, "spiceStop").setText(STOP)
    find(read, "spiceStep").setValue(STEP_S)
    return read


@pytest.fixture
def times_layer(sample, project) -> QgsVectorLayer:
    uri = f"{(sample / 'times_frame.csv').as_uri()}?delimiter=,&detectTypes=yes"
    layer = QgsVectorLayer(uri, "times", "delimitedtext")
    assert layer.isValid()
    project.addMapLayer(layer)
    return layer


def results() -> list[QgsVectorLayer]:
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if layer.providerType() == "ogr"]


def entries(dock, name: str) -> list[str]:
    combo = find(dock, name)
    return [combo.itemText(row) for row in range(combo.count())]


def test_buttons_say_what_is_still_wanted(dock, sample):
    compute, track = find(dock, "spiceComputeButton"), find(dock, "spiceTrackButton")
    steps = (
        ("kernel", lambda: dock.kernels.set_kernels([sample / "synthetic.tm"])),
        ("target", lambda: find(dock, "spiceTarget").setEditText("MARS")),
        ("observer", lambda: find(dock, "spiceObserver").setEditText("-999")),
        ("instrument", lambda: find(dock, "spiceInstrument").setEditText("-999001")),
        ("start", lambda: find(dock, "spiceStart").setText(START)),
    )
    for wanted, give in steps:
        assert not compute.isEnabled()
        assert wanted in compute.toolTip()
        give()
    assert compute.isEnabled()
    assert not track.isEnabled()
    assert "step" in track.toolTip()


def test_kernels_fill_the_choices_and_say_their_coverage(read):
    assert entries(read, "spiceTarget") == ["MARS (499)"]
    assert entries(read, "spiceObserver") == ["SYNTHETIC_ORBITER (-999)"]
    assert entries(read, "spiceInstrument") == [
        "SYNTH_FRAME_CAM (-999001)",
        "SYNTH_LINE_CAM (-999002)",
    ]
    coverage = find(read, "spiceCoverage").text()
    assert "2019-09-01T00:00" in coverage
    assert "2019-09-03T00:00" in coverage


def test_kernels_are_remembered(read, toolbox, sample):
    again = FootprintsController(toolbox)
    again.load()
    assert again.view.kernels.kernels() == (sample / "synthetic.tm",)
    again.unload()


def test_kernels_can_be_taken_out_of_the_list(dock, sample):
    dock.kernels.set_kernels([sample / "synthetic.tls", sample / "synthetic.tpc"])
    dock.kernels.add_kernels([sample / "synthetic.tls"])
    assert not find(dock, "spiceRemoveKernels").isEnabled()
    tree = find(dock, "spiceKernels")
    tree.setCurrentItem(tree.topLevelItem(0))
    find(dock, "spiceRemoveKernels").click()
    assert dock.kernels.kernels() == (sample / "synthetic.tpc",)


def test_a_run_gives_a_footprint_every_step(ready, messages):
    click_and_wait(ready, "spiceComputeButton")
    (layer,) = results()
    assert layer.featureCount() == INSTANTS
    assert layer.crs().authid() == "IAU_2015:49900"
    assert layer.temporalProperties().isActive()
    assert all(feature.geometry().isGeosValid() for feature in layer.getFeatures())
    assert QgsProject.instance().crs().authid() == "IAU_2015:49900"
    assert str(INSTANTS) in find(ready, "spiceDone").text()
    assert "Mars" in messages()


def test_bodies_may_be_typed_as_naif_ids(ready):
    find(ready, "spiceTarget").setEditText("499")
    find(ready, "spiceObserver").setEditText("-999")
    find(ready, "spiceInstrument").setEditText("-999001")
    click_and_wait(ready, "spiceComputeButton")
    assert results()[0].featureCount() == INSTANTS
    assert results()[0].name() == "-999001 footprints on Mars"


def test_a_ground_track_has_a_line_for_every_step(ready):
    click_and_wait(ready, "spiceTrackButton")
    (layer,) = results()
    assert layer.featureCount() == INSTANTS - 1
    assert "ground track" in layer.name()


def test_a_boresight_track_has_a_line_for_every_step(ready):
    click_and_wait(ready, "spiceBoresightButton")
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == INSTANTS - 1
    assert "boresight track" in layer.name()


def test_limb_and_terminator_come_for_every_step_or_for_the_start(ready):
    click_and_wait(ready, "spiceLimbButton")
    find(ready, "spiceStep").setValue(0.0)
    click_and_wait(ready, "spiceLimbButton")
    counts = [layer.featureCount() for layer in QgsProject.instance().mapLayers().values()]
    assert sorted(counts) == [2, 2 * INSTANTS]


def test_times_may_come_from_a_table(read, times_layer, sample):
    find(read, "spiceTimesFrom").setCurrentIndex(1)
    find(read, "spiceTimesLayer").setLayer(times_layer)
    assert find(read, "spiceStartField").currentField() == "start_time"
    assert find(read, "spiceStopField").currentField() == "stop_time"
    click_and_wait(read, "spiceComputeButton")
    with (sample / "times_frame.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["product_id"] for row in csv.DictReader(file)}
    (layer,) = results()
    assert {feature["product_id"] for feature in layer.getFeatures()} == expected


def test_times_of_a_table_may_be_numbers_of_et(read, sample, project):
    table = QgsVectorLayer("NoGeometry?field=begin:double", "et", "memory")
    feature = QgsFeature(table.fields())
    feature.setAttribute("begin", 620_572_269.184)
    table.dataProvider().addFeatures([feature])
    project.addMapLayer(table)
    find(read, "spiceTimesFrom").setCurrentIndex(1)
    find(read, "spiceTimesLayer").setLayer(table)
    find(read, "spiceStartField").setField("begin")
    find(read, "spiceTimeSystem").setCurrentText("ET")
    click_and_wait(read, "spiceComputeButton")
    (footprint,) = results()[0].getFeatures()
    # TDB was 69.184 s ahead of UTC, and never more than two milliseconds off that.
    expected = datetime(2019, 9, 1, 1, 10, tzinfo=timezone.utc).timestamp() * 1000
    assert footprint["start_time"].toMSecsSinceEpoch() == pytest.approx(expected, abs=3)


def test_results_go_into_the_named_geopackage_side_by_side(ready, tmp_path):
    output = tmp_path / "Fußabdrücke"
    find(ready, "spiceOutput").setFilePath(str(output))
    click_and_wait(ready, "spiceComputeButton")
    click_and_wait(ready, "spiceComputeButton")
    click_and_wait(ready, "spiceTrackButton")
    written = output.with_name("Fußabdrücke.gpkg")
    assert len(store.table_names(written)) == 3
    assert {Path(layer.source().split("|")[0]) for layer in results()} == {written}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("spiceStart", "yesterday", "yesterday"),
        ("spiceStart", "2031-01-01T00:00:00", "2031"),
        ("spiceInstrument", "NO_SUCH_CAM", "NO_SUCH_CAM"),
    ],
)
def test_bad_input_is_told_and_adds_nothing(ready, messages, name, text, told):
    find(ready, "spiceStop").setText("")
    find(ready, "spiceStep").setValue(0)
    widget = find(ready, name)
    (widget.setText if hasattr(widget, "setText") else widget.setEditText)(text)
    click_and_wait(ready, "spiceComputeButton")
    assert told in messages()
    assert results() == []


def test_a_missing_kernel_is_told(dock, tmp_path, messages):
    dock.kernels.set_kernels([tmp_path / "gone.bsp"])
    click_and_wait(dock, "spiceReadButton")
    assert "gone.bsp" in messages()
    assert entries(dock, "spiceTarget") == []


def test_a_long_run_can_be_cancelled_and_leaves_nothing(ready, tmp_path, messages):
    output = tmp_path / "cancelled.gpkg"
    find(ready, "spiceOutput").setFilePath(str(output))
    find(ready, "spiceStop").setText("2019-09-02T23:00:00")
    find(ready, "spiceStep").setValue(1.0)
    find(ready, "spiceComputeButton").click()
    find(ready, "spiceCancel").click()
    wait_until(ready.job_bar.isHidden)
    assert "Cancelled" in messages()
    assert results() == []
    assert store.table_names(output) == []


@pytest.mark.real_data
def test_a_real_image_lands_where_its_archive_says(dock, real_data):
    cases = json.loads((real_data / "spice" / "cases.json").read_text(encoding="utf-8"))["cases"]
    case = next(
        each
        for each in cases
        if each["grade"] == "A" and each["target"] == "MARS" and each["truth"].get("polygons")
    )
    dock.kernels.set_kernels([real_data / "spice" / name for name in case["kernels"]])
    click_and_wait(dock, "spiceReadButton")
    dock.observation.choose(
        target=case["target"],
        observer=str(case["spacecraft_id"]),
        instrument=str(case["instrument_id"]),
    )
    find(dock, "spiceStart").setText(case["utc_start"])
    find(dock, "spiceStop").setText(case["utc_stop"])
    click_and_wait(dock, "spiceComputeButton")
    (footprint,) = results()[0].getFeatures()
    to_map = _projection(case["truth"]["polygons"][0][0][1])
    corners = [QgsPointXY(lon, lat) for lon, lat in case["truth"]["polygons"][0]]
    truth = QgsGeometry.fromPolygonXY([[to_map.transform(corner) for corner in corners]])
    computed = QgsGeometry(footprint.geometry())
    computed.transform(to_map)
    assert truth.intersection(computed).area() / truth.combine(computed).area() > 0.95


def _projection(latitude: float) -> QgsCoordinateTransform:
    """Mars's degrees onto a map of the nearer pole, where outlines keep their shape."""
    code = "IAU_2015:49935" if latitude < 0 else "IAU_2015:49930"
    return QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("IAU_2015:49900"),
        QgsCoordinateReferenceSystem(code),
        QgsProject.instance(),
    )
