"""Boresight tracks, limbs and terminators as layers; layers coloured by what is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    NULL,
    QgsFeature,
    QgsGeometry,
    QgsGraduatedSymbolRenderer,
    QgsProcessingException,
    QgsProject,
    QgsRenderContext,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.curves.limbs import AREAS, CURVES
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.times import parse_utc
from planetary_qgis.processing import limbandterminator
from planetary_qgis.qgis_bridge import store, styles

SAMPLE = Path(styles.__file__).resolve().parents[1] / "resources" / "sample"
RUN = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
    "START": "2019-09-01T00:10:00",
}


def test_boresight_track(processing, tmp_path) -> None:
    results = processing.run(
        "planetary:boresighttrack",
        {
            **RUN,
            "INSTRUMENT": "SYNTH_FRAME_CAM",
            "STOP": "2019-09-01T00:40:00",
            "STEP": 60,
            "OUTPUT": str(tmp_path / "track.gpkg"),
        },
    )
    layer = store.open_table(Path(results["OUTPUT"]), "track")
    assert layer.featureCount() == 30
    assert layer.crs().authid() == "IAU_2015:49900"
    assert layer.temporalProperties().isActive()
    assert layer.name() == "SYNTH_FRAME_CAM boresight track on MARS"
    assert any("synthetic_orbiter.bc" in line for line in layer.metadata().history())
    for feature in layer.getFeatures():
        assert feature["instrument_id"] == "SYNTH_FRAME_CAM"
        if len(feature.geometry().asMultiPolyline()) > 1:
            continue  # cut at the antimeridian
        begin = next(feature.geometry().vertices())
        assert begin.x() == pytest.approx(feature["center_lon_e"], abs=1e-4)
        assert begin.y() == pytest.approx(feature["center_lat"], abs=1e-4)
        assert feature.geometry().isGeosValid()


def test_limb_and_terminator_at_a_moment(processing) -> None:
    results = processing.run(
        "planetary:limbandterminator", {**RUN, "OUTPUT": "memory:", "AREAS": "memory:"}
    )
    lines, sides = results["OUTPUT"], results["AREAS"]
    assert [f["kind"] for f in lines.getFeatures()] == ["limb", "terminator"]
    assert [f["kind"] for f in sides.getFeatures()] == ["visible side", "night side"]
    for layer in (lines, sides):
        assert layer.crs().authid() == "IAU_2015:49900"
        assert all(f.geometry().isGeosValid() for f in layer.getFeatures())


def test_limb_and_terminator_along_a_run_play_by_time(processing) -> None:
    run = {**RUN, "STOP": "2019-09-01T01:10:00", "STEP": 600, "LINES": ["limb", *list(CURVES)[2:]]}
    results = processing.run("planetary:limbandterminator", {**run, "OUTPUT": "memory:"})
    layer = results["OUTPUT"]
    assert "AREAS" not in results
    assert layer.featureCount() == 18
    assert layer.temporalProperties().isActive()
    assert {f["kind"] for f in layer.getFeatures()} == {
        "limb",
        "umbral terminator",
        "penumbral terminator",
    }


def test_the_dialog_offers_what_the_core_draws() -> None:
    assert tuple(limbandterminator.CURVE_KINDS) == CURVES
    assert tuple(limbandterminator.AREA_KINDS) == AREAS


@pytest.mark.parametrize(
    ("algorithm", "changes", "message"),
    [
        ("boresighttrack", {"INSTRUMENT": "NO_SUCH"}, "NO_SUCH"),
        ("boresighttrack", {"START": "1999-01-01", "STOP": "1999-01-02"}, "1999"),
        ("limbandterminator", {"STOP": "2019-09-02"}, "belong together"),
        ("limbandterminator", {"START": "soon"}, "soon.*not a"),
        ("limbandterminator", {"OBSERVER": "NOBODY"}, "NOBODY"),
    ],
)
def test_bad_input_gets_a_sentence(algorithm, changes, message, processing, tmp_path) -> None:
    parameters = {**RUN, "OUTPUT": str(tmp_path / "out.gpkg")}
    if algorithm == "boresighttrack":
        parameters |= {
            "INSTRUMENT": "SYNTH_FRAME_CAM",
            "STOP": "2019-09-01T01:00:00",
            "STEP": 3600,
        }
    with pytest.raises(QgsProcessingException, match=message):
        processing.run(f"planetary:{algorithm}", {**parameters, **changes})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def footprints_layer(tmp_path) -> QgsVectorLayer:
    """Footprints of a revolution in a GeoPackage."""
    observation = Observation(
        (SAMPLE / "synthetic.tm",), "MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM"
    )
    times = times_of_run(parse_utc("2019-09-01T00:10:00"), parse_utc("2019-09-01T02:03:00"), 60.0)
    path = tmp_path / "footprints.gpkg"
    store.write_table(path, "footprints", compute_footprints(observation, times), title="A run")
    return store.open_table(path, "footprints")


def drawn(layer: QgsVectorLayer) -> dict[str, int]:
    """How many features each class of a layer's renderer would draw."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    counts: dict[str, int] = {}
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        for key in renderer.legendKeysForFeature(feature, context):
            counts[labels[key]] = counts.get(labels[key], 0) + 1
    renderer.stopRender(context)
    return counts


@pytest.mark.parametrize("field", list(styles.COLOURINGS))
def test_every_feature_falls_into_a_class(footprints_layer, field) -> None:
    styles.colour_by(footprints_layer, field)
    assert isinstance(footprints_layer.renderer(), QgsGraduatedSymbolRenderer)
    counts = drawn(footprints_layer)
    assert sum(counts.values()) == footprints_layer.featureCount()
    assert counts.get("unknown", 0) == 0
    unit = styles.COLOURINGS[field].unit
    assert all(label.endswith(unit) for label in counts)


def test_classes_hold_the_values_that_their_labels_say(footprints_layer) -> None:
    styles.colour_by(footprints_layer, "incidence_angle")
    values = [feature["incidence_angle"] for feature in footprints_layer.getFeatures()]
    for label, count in drawn(footprints_layer).items():
        low, high = (float(part) for part in label.rstrip("°").split(" – "))
        assert count == np.count_nonzero((low <= np.array(values)) & (np.array(values) <= high))


def test_times_are_classed_by_utc(footprints_layer) -> None:
    styles.colour_by(footprints_layer, "start_time")
    counts = drawn(footprints_layer)
    assert counts["2019-09-01 00:30 – 2019-09-01 01:00"] in (30, 31)
    assert len(counts) == 5


def test_what_is_unknown_is_grey() -> None:
    layer = QgsVectorLayer("Polygon?crs=IAU_2015:49900&field=emission_angle:double", "x", "memory")
    square = QgsGeometry.fromWkt("POLYGON((0 0, 1 0, 1 1, 0 0))")
    for value in (5.0, 15.0, NULL):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([value])
        feature.setGeometry(square)
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    styles.colour_by(layer, "emission_angle")
    counts = drawn(layer)
    assert counts["unknown"] == 1
    assert sum(counts.values()) == 3
    (grey,) = [r.symbol().color() for r in layer.renderer().ranges() if r.label() == "unknown"]
    assert grey.red() == grey.green() == grey.blue()


def test_colours_of_classes_are_told_apart(footprints_layer) -> None:
    for field in styles.COLOURINGS:
        styles.colour_by(footprints_layer, field)
        ranges = footprints_layer.renderer().ranges()
        names = [each.symbol().color().name() for each in ranges]
        assert len(set(names)) == len(names)


def test_plain_gives_the_first_style_back_and_styles_keep_their_names(footprints_layer) -> None:
    before = footprints_layer.renderer().symbol().color()
    first = footprints_layer.styleManager().currentStyle()
    styles.colour_by(footprints_layer, "resolution")
    styles.colour_by(footprints_layer, "resolution")
    styles.plain(footprints_layer)
    assert isinstance(footprints_layer.renderer(), QgsSingleSymbolRenderer)
    assert footprints_layer.renderer().symbol().color() == before
    assert set(footprints_layer.styleManager().styles()) == {first, "Resolution", "Plain"}
    footprints_layer.styleManager().setCurrentStyle("Resolution")
    assert isinstance(footprints_layer.renderer(), QgsGraduatedSymbolRenderer)
    assert footprints_layer.temporalProperties().isActive()


def test_a_coloured_table_opens_coloured(footprints_layer) -> None:
    styles.colour_by(footprints_layer, "phase_angle")
    path, table = styles.table_of_style(footprints_layer)
    styles.keep_in_file(path, table, styles.style_text(footprints_layer))
    again = store.open_table(path, table)
    assert isinstance(again.renderer(), QgsGraduatedSymbolRenderer)
    assert "phase_angle" in again.renderer().classAttribute()
    assert again.temporalProperties().isActive()
    assert again.name() == "A run"


def test_a_part_of_a_table_does_not_set_its_style(footprints_layer) -> None:
    footprints_layer.setSubsetString('"emission_angle" < 1')
    assert styles.table_of_style(footprints_layer) is None
    memory = QgsVectorLayer("Polygon?crs=IAU_2015:49900", "x", "memory")
    assert styles.table_of_style(memory) is None


def test_layers_without_values_get_a_sentence(footprints_layer) -> None:
    layer = QgsVectorLayer("Polygon?crs=IAU_2015:49900&field=resolution:double", "bare", "memory")
    with pytest.raises(PlanetaryError, match=r"bare.*no resolution"):
        styles.colour_by(layer, "resolution")
    with pytest.raises(PlanetaryError, match=r"bare.*no field phase_angle"):
        styles.colour_by(layer, "phase_angle")
    assert [each.field for each in styles.ways_to_colour(layer)] == ["resolution"]
    assert len(styles.ways_to_colour(footprints_layer)) == len(styles.COLOURINGS)


@pytest.mark.parametrize("kind", ["LineString", "Point"])
def test_lines_and_points_can_be_coloured_too(kind) -> None:
    uri = f"{kind}?crs=IAU_2015:49900&field=phase_angle:double&field=start_time:datetime"
    layer = QgsVectorLayer(uri, "x", "memory")
    for minute in range(3):
        feature = QgsFeature(layer.fields())
        moment = QDateTime.fromMSecsSinceEpoch(1_567_296_000_000 + 60_000 * minute, Qt.TimeSpec.UTC)
        feature.setAttributes([10.0 * minute, moment])
        feature.setGeometry(
            QgsGeometry.fromWkt("POINT(0 0)" if kind == "Point" else "LINESTRING(0 0, 1 1)")
        )
        layer.dataProvider().addFeature(feature)
    for field in ("phase_angle", "start_time"):
        styles.colour_by(layer, field)
        assert sum(drawn(layer).values()) == 3


def test_styles_stay_with_the_project(footprints_layer, tmp_path, project) -> None:
    styles.colour_by(footprints_layer, "local_time")
    project.addMapLayer(footprints_layer.clone())
    file = tmp_path / "project.qgz"
    assert project.write(str(file))
    project.clear()
    assert project.read(str(file))
    (layer,) = project.mapLayers().values()
    assert "local_time" in layer.renderer().classAttribute()


@pytest.fixture
def project(qgis_new_project: None) -> QgsProject:
    return QgsProject.instance()
