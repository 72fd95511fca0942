"""Building units changes only what differs in the map's layer, in one step that can be undone."""

from __future__ import annotations

import pytest
from qgis.core import NULL, QgsFeedback, QgsGeometry, QgsProject
from units_kit import HOSTILE, add, describe, fields_map, state, unit_at

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.mapping.units.building import build, units_snapshot
from planetary_qgis.qgis_bridge.mapping.units.writing import save_units, write_build


@pytest.fixture
def project(qgis_new_project):
    return QgsProject.instance()


@pytest.fixture
def session(tmp_path, project):
    return fields_map(tmp_path / "Kärte.gpkg", project)


def built(session, title="Build units"):
    made = build(units_snapshot(session).read(), QgsFeedback())
    return made, write_build(session.layer("geologic_units"), made, title)


def test_units_become_polygons_in_one_undo_step(session):
    units = session.layer("geologic_units")
    _, written = built(session)
    assert (written.added, written.changed, written.removed) == (4, 0, 0)
    assert units.isEditable()
    assert units.undoStack().count() == 1
    assert units.undoStack().undoText() == "Build units"
    assert {feature["Unit"] for feature in units.getFeatures()} == {"u00", "u01", "u10", "u11"}
    assert unit_at(units, 1, 3)["Unit"] == "u01"
    assert sum(feature.geometry().area() for feature in units.getFeatures()) == pytest.approx(16)
    assert [f.id() for f in units.getFeatures() if f.id() not in written.ids] == []
    units.undoStack().undo()
    assert state(units) == {}
    units.undoStack().redo()
    assert len(state(units)) == 4


def test_a_second_build_touches_nothing(session):
    units = session.layer("geologic_units")
    built(session)
    before = state(units)
    _, written = built(session)
    assert not written.did_something
    assert units.undoStack().count() == 1
    save_units(units)
    saved = state(units)
    _, written = built(session)
    assert not written.did_something
    assert not units.isEditable()
    assert state(units) == saved
    assert [value for _, value in before.values()]


def test_ids_and_own_columns_stay_where_polygons_change(session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    units.startEditing()
    units.addAttribute(field("Mine", "text"))
    built(session)
    save_units(units)
    units.startEditing()
    mine = units.fields().lookupField("Mine")
    texts = {}
    for feature in units.getFeatures():
        texts[feature.id()] = HOSTILE + str(feature["Unit"])
        units.changeAttributeValue(feature.id(), mine, texts[feature.id()])
    save_units(units)
    before = state(units)
    left = unit_at(units, 1, 1).id()
    far = unit_at(units, 1, 3).id()

    contacts.startEditing()
    (upright,) = [f for f in contacts.getFeatures() if f.geometry().boundingBox().width() == 0]
    bent = QgsGeometry.fromWkt("LineString(2 0,2.5 1,2 2,2 4)")
    contacts.changeGeometry(upright.id(), bent)
    _, written = built(session)

    assert (written.added, written.changed, written.removed) == (0, 2, 0)
    after = state(units)
    assert after.keys() == before.keys()
    assert after[far] == before[far]
    assert after[left][0] != before[left][0]
    assert {fid: f["Mine"] for fid, f in ((f.id(), f) for f in units.getFeatures())} == texts
    units.undoStack().undo()
    assert state(units) == before


def test_merged_polygons_leave_one_and_undo_brings_the_other_back(session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    built(session)
    save_units(units)
    before = state(units)
    contacts.startEditing()
    contacts.deleteFeature(next(contacts.getFeatures()).id())
    _, written = built(session)
    assert (written.added, written.changed, written.removed) == (0, 2, 2)
    assert {f["Unit"] for f in units.getFeatures()} == {NULL}
    units.undoStack().undo()
    assert state(units) == before
    units.rollBack()
    assert state(units) == before


def test_names_labels_and_colours_come_from_the_description(session):
    describe(session, "u00", UnitName=HOSTILE, UnitLabel="Ω₁", RGB="1,2,3")
    describe(session, "u11", UnitName="x" * 10_000_000)
    units = session.layer("geologic_units")
    built(session)
    save_units(units)
    first = unit_at(units, 1, 1)
    assert [first["UnitName"], first["UnitLabel"], first["RGB"]] == [HOSTILE, "Ω₁", "1,2,3"]
    assert len(unit_at(units, 3, 3)["UnitName"]) == 10_000_000
    assert unit_at(units, 1, 3)["UnitName"] == NULL


def test_a_polygon_without_point_keeps_its_unit_and_one_with_two_loses_it(session):
    units, points = session.layer("geologic_units"), session.layer("unit_points")
    built(session)
    points.startEditing()
    (gone,) = [feature for feature in points.getFeatures() if feature["Unit"] == "u00"]
    points.deleteFeature(gone.id())
    add(points, "Point(3.2 3.2)", Unit="other")
    built(session)
    assert unit_at(units, 1, 1)["Unit"] == "u00"
    assert unit_at(units, 3, 3)["Unit"] == NULL


def test_unsaved_edits_of_the_units_stay_in_the_same_session(session):
    units = session.layer("geologic_units")
    built(session)
    save_units(units)
    units.startEditing()
    fid = unit_at(units, 1, 1).id()
    notes = units.fields().lookupField("Notes")
    units.changeAttributeValue(fid, notes, "by hand")
    built(session)
    assert units.undoStack().count() == 1
    assert unit_at(units, 1, 1)["Notes"] == "by hand"


def test_a_filter_is_refused_before_anything_is_lost(session):
    units = session.layer("geologic_units")
    built(session)
    save_units(units)
    units.setSubsetString("\"Unit\" = 'u00'")
    with pytest.raises(PlanetaryError, match="filter"):
        units_snapshot(session)
    units.setSubsetString("")
    assert len(state(units)) == 4


def test_units_edited_meanwhile_are_left_alone(session):
    units = session.layer("geologic_units")
    made = build(units_snapshot(session).read(), QgsFeedback())
    units.startEditing()
    add(units, "MultiPolygon(((9 9,10 9,10 10,9 9)))", Unit="by hand")
    before = state(units)
    with pytest.raises(PlanetaryError, match="edited while"):
        write_build(units, made, "Build units")
    assert state(units) == before
    assert units.undoStack().count() == 1


def test_a_layer_that_cannot_be_edited_gets_a_word(session):
    units = session.layer("geologic_units")
    made = build(units_snapshot(session).read(), QgsFeedback())
    units.setReadOnly(True)
    with pytest.raises(PlanetaryError, match="cannot be edited"):
        write_build(units, made, "Build units")
    assert not units.isEditable()
    assert state(units) == {}


def test_other_spellings_of_columns_are_found(session):
    units = session.layer("geologic_units")
    units.startEditing()
    units.renameAttribute(units.fields().lookupField("UnitLabel"), "UNITLABEL")
    units.commitChanges()
    describe(session, "u00", UnitName="Plains", UnitLabel="p")
    built(session)
    assert unit_at(units, 1, 1)["UNITLABEL"] == "p"


def test_the_file_is_as_last_saved_until_the_mapper_saves(session):
    def in_file():
        with geopackage.reader(session.geopackage) as cursor:
            return cursor.execute("SELECT count(*) FROM geologic_units").fetchone()[0]

    built(session)
    assert in_file() == 0
    save_units(session.layer("geologic_units"))
    assert in_file() == 4
