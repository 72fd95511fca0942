"""Forms of a map's layers, through QGIS's own widgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import (
    QgsFieldConstraints,
    QgsGeometry,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsAttributeForm, QgsGui
from qgis.PyQt.QtWidgets import QComboBox

from planetary_qgis.core.bodies import body
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS, map_layer
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.vocabularies import vocabularies_for
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.mapping.drawing.drawing_scale import (
    metres_per_pixel,
    zoom_to_scale,
)
from planetary_qgis.qgis_bridge.mapping.new_maps.digitising import (
    guide_digitising,
    restore_stream_tolerance,
    stream_tolerance,
)
from planetary_qgis.qgis_bridge.mapping.new_maps.forms import dress_map_layer
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers, make_map_file

SETTINGS = MapSettings("Jezero", "MARS", 1_000_000.0)


@pytest.fixture(scope="module")
def blank(tmp_path_factory, qgis_app) -> bytes:
    """The bytes of a map without features."""
    path = tmp_path_factory.mktemp("map") / "map.gpkg"
    make_map_file(path, SETTINGS, crs_of(body("MARS")), None)
    return path.read_bytes()


@pytest.fixture
def layers(blank: bytes, tmp_path: Path, qgis_new_project: None) -> dict[str, QgsVectorLayer]:
    """The map's layers in QGIS's project: choices are looked up there."""
    QgsGui.editorWidgetRegistry().initEditors()
    path = tmp_path / "map.gpkg"
    path.write_bytes(blank)
    return add_map_layers(QgsProject.instance(), path)


def choices(layer: QgsVectorLayer, field: str, feature) -> list[str]:
    form = QgsAttributeForm(layer, feature)
    (box,) = form.findChildren(QComboBox, field)
    found = [box.itemText(row) for row in range(box.count())]
    form.deleteLater()
    return found


def add(layer: QgsVectorLayer, wkt: str, values: dict[str, object]):
    fields = layer.fields()
    attributes = {fields.lookupField(name): value for name, value in values.items()}
    feature = QgsVectorLayerUtils.createFeature(
        layer, QgsGeometry.fromWkt(wkt), attributes, layer.createExpressionContext()
    )
    assert layer.isEditable() or layer.startEditing()
    assert layer.addFeature(feature)
    assert layer.commitChanges(stopEditing=False), layer.commitErrors()
    return list(layer.getFeatures())[-1]


def test_certainties_and_kinds_are_those_of_the_vocabularies(layers):
    contacts = layers["geologic_contacts"]
    feature = add(contacts, "LineString (0 0, 1 1)", {})
    words = vocabularies_for("MARS")
    # In which order depends on the version: only newer ones sort by another column.
    certainties = choices(contacts, "TYPE", feature)[1:]
    assert sorted(certainties) == sorted(term.label for term in words["certainty"])
    kinds = choices(contacts, "Contact_ty", feature)[1:]
    assert sorted(kinds) == sorted(term.label for term in words["contact_type"])


def test_units_are_chosen_by_name_and_an_undescribed_one_survives_its_form(layers):
    add(layers["description_of_map_units"], "", {"Unit": "Apl", "UnitName": "Amazonian plains"})
    points = layers["unit_points"]
    feature = add(points, "Point (1 2)", {"Unit": "Hv"})
    assert "Amazonian plains" in choices(points, "Unit", feature)
    form = QgsAttributeForm(points, feature)
    form.changeAttribute("Notes", "seen")
    assert form.save()
    form.deleteLater()
    assert [each["Unit"] for each in points.getFeatures()] == ["Hv"]
    assert [each["Notes"] for each in points.getFeatures()] == ["seen"]


def test_what_a_finished_map_may_not_leave_empty_is_asked_for_but_never_in_the_way(layers):
    for spec in MAP_LAYERS:
        layer = layers[spec.name]
        for field in spec.fields:
            index = layer.fields().lookupField(field.name)
            constraints = layer.fields().at(index).constraints()
            strength = constraints.constraintStrength(
                QgsFieldConstraints.Constraint.ConstraintNotNull
            )
            strengths = QgsFieldConstraints.ConstraintStrength
            wanted = (
                strengths.ConstraintStrengthSoft
                if field.required
                else strengths.ConstraintStrengthNotSet
            )
            assert strength == wanted


def test_contacts_are_drawn_without_a_form_after_each(layers):
    suppress = layers["geologic_contacts"].editFormConfig().suppress()
    asking = layers["linear_features"].editFormConfig().suppress()
    assert suppress != asking


def test_a_layer_made_elsewhere_is_dressed_as_far_as_it_goes(layers):
    theirs = QgsVectorLayer("LineString?field=TYPE:string&field=own:int", "theirs", "memory")
    dress_map_layer(theirs, map_layer("geologic_contacts"), layers)
    assert theirs.editorWidgetSetup(0).type() == "ValueRelation"
    assert theirs.defaultValueDefinition(0).expression() == "'certain'"
    assert theirs.attributeAlias(1) == ""


def test_without_vocabularies_everything_may_be_typed(qgis_app):
    alone = QgsVectorLayer("Point?field=Unit:string&field=Notes:string", "alone", "memory")
    dress_map_layer(alone, map_layer("unit_points"), {})
    assert alone.editorWidgetSetup(0).type() == "TextEdit"


@pytest.mark.parametrize(
    ("metres_a_pixel", "pixels"), [(62.5, 4), (250.0, 1), (10_000.0, 1), (0.1, 200)]
)
def test_streamed_vertices_are_as_far_apart_as_the_scale_asks(qgis_app, metres_a_pixel, pixels):
    before = stream_tolerance()
    QgsSettings().setValue("qgis/digitizing/stream_tolerance", 17)
    own = stream_tolerance()
    assert guide_digitising(SETTINGS, metres_a_pixel) == pixels
    assert QgsSettings().value("qgis/digitizing/stream_tolerance", type=int) == pixels
    assert QgsSettings().value("digitizing/stream-tolerance", type=int) == pixels
    restore_stream_tolerance(own)
    assert QgsSettings().value("qgis/digitizing/stream_tolerance", type=int) == 17
    assert not QgsSettings().contains("digitizing/stream-tolerance")
    restore_stream_tolerance(before)


def test_a_pixel_is_measured_on_the_ground_also_in_degrees(qgis_app):
    from qgis.core import QgsPointXY

    mars = crs_of(body("MARS"))
    degree_m = 3_396_190.0 * 3.141592653589793 / 180.0
    on_equator = metres_per_pixel(mars, QgsPointXY(10.0, 0.0), 0.01)
    at_sixty = metres_per_pixel(mars, QgsPointXY(10.0, 60.0), 0.01)
    assert on_equator == pytest.approx(0.01 * degree_m, rel=1e-6)
    assert at_sixty == pytest.approx(0.01 * degree_m * 0.5**0.5, rel=1e-4)
    assert zoom_to_scale(250.0, 250_000.0, 96.0) == pytest.approx(250_000.0 * 0.0254 / 96 / 250)
