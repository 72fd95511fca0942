"""Features of a layer under edit by their ids: the same that the layer itself gives."""

from __future__ import annotations

import random

import pytest
from qgis.core import NULL, QgsFeatureRequest, QgsField, QgsGeometry, QgsProject
from qgis.PyQt.QtCore import QVariant
from units_kit import HOSTILE, add, fields_map

from planetary_qgis.qgis_bridge.mapping.edited_features import EditedFeatures


@pytest.fixture
def layer(tmp_path, qgis_new_project):
    session = fields_map(tmp_path / "Kärte.gpkg", QgsProject.instance(), side=3)
    return session.layer("unit_points")


def asked_for(ids, columns=None):
    request = QgsFeatureRequest().setFilterFids(list(ids))
    return request if columns is None else request.setSubsetOfAttributes(columns)


def told(features):
    return sorted(
        (
            each.id(),
            each.geometry().asWkt(9),
            [None if value == NULL else value for value in each.attributes()],
        )
        for each in features
    )


def assert_same(edited, layer, ids):
    assert told(edited.getFeatures(asked_for(ids))) == told(layer.getFeatures(asked_for(ids)))


def test_whatever_is_edited_saved_undone_and_given_up(layer):
    edited, chance = EditedFeatures(layer), random.Random(5)  # noqa: S311
    column = layer.fields().lookupField("Unit")
    ever = {each.id() for each in layer.getFeatures()} | {-1, 12345}
    layer.startEditing()
    for number in range(150):
        here = [each.id() for each in layer.getFeatures()]
        one = chance.choice(here)
        deed = chance.randrange(8)
        if deed == 0:
            ever.add(add(layer, f"Point({chance.random()} 1)", Unit=HOSTILE))
        elif deed == 1 and len(here) > 3:
            layer.deleteFeature(one)
        elif deed == 2:
            layer.changeGeometry(one, QgsGeometry.fromWkt(f"Point({chance.random()} 2)"))
        elif deed == 3:
            layer.changeAttributeValue(one, column, chance.choice([None, "ä", f"u{number}"]))
        elif deed in (4, 5):
            (layer.undoStack().undo if deed == 4 else layer.undoStack().redo)()
        elif number % 5 == 0:
            (layer.commitChanges if deed == 6 else layer.rollBack)()
            ever |= {each.id() for each in layer.getFeatures()}
            assert_same(edited, layer, ever)
            layer.startEditing()
        assert_same(edited, layer, chance.sample(sorted(ever), 4))
        assert_same(edited, layer, ever)
    layer.rollBack()


def test_only_what_is_asked_for_of_stored_features_is_read(layer):
    names = layer.fields().names()
    column, other = names.index("Unit"), len(names) - 1
    ids = [each.id() for each in layer.getFeatures()][:2]
    layer.startEditing()
    layer.changeAttributeValue(ids[0], other, "long")
    layer.commitChanges(False)
    edited, request = EditedFeatures(layer), asked_for(ids, [column])
    assert_same(edited, layer, ids)
    found = sorted(edited.getFeatures(request), key=lambda each: each.id())
    assert [each.id() for each in found] == ids
    assert all(each["Unit"] and each.attribute(other) in (None, NULL) for each in found)


def test_columns_that_come_and_go_while_it_is_edited(layer):
    edited, ids = EditedFeatures(layer), [each.id() for each in layer.getFeatures()]
    assert_same(edited, layer, ids)
    layer.startEditing()
    layer.addAttribute(QgsField("Mine", QVariant.String))
    layer.changeAttributeValue(ids[0], layer.fields().lookupField("Mine"), "mine")
    assert_same(edited, layer, ids)
    layer.commitChanges()
    assert_same(edited, layer, ids)
    assert "mine" in next(edited.getFeatures(asked_for(ids[:1]))).attributes()
    layer.addExpressionField("$id * 2", QgsField("twice", QVariant.Int))
    assert_same(edited, layer, ids)


def test_a_filter_is_as_for_the_layer(layer):
    edited, ids = EditedFeatures(layer), [each.id() for each in layer.getFeatures()]
    assert_same(edited, layer, ids)
    assert layer.setSubsetString("\"Unit\" = 'u00'")
    assert_same(edited, layer, ids)  # some versions of QGIS pass over filters for ids


def test_edits_that_go_to_the_file_at_once(tmp_path, qgis_new_project):
    project = QgsProject.instance()
    session = fields_map(tmp_path / "map.gpkg", project, side=2)
    project.setAutoTransaction(True)
    layer = session.layer("unit_points")
    edited, ids = EditedFeatures(layer), [each.id() for each in layer.getFeatures()]
    assert_same(edited, layer, ids)
    layer.startEditing()
    assert layer.dataProvider().transaction() is not None
    layer.changeGeometry(ids[0], QgsGeometry.fromWkt("Point(0.5 0.25)"))
    new = add(layer, "Point(0.5 0.75)", Unit="new")
    layer.deleteFeature(ids[1])
    assert_same(edited, layer, [*ids, new])
    layer.rollBack()
    assert_same(edited, layer, [*ids, new])
    project.setAutoTransaction(False)
