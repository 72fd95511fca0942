"""Units that follow edits: the same as those built from scratch, whatever the mapper does."""

from __future__ import annotations

import random

import pytest
from qgis.core import QgsFeedback, QgsGeometry, QgsProject
from qgis.PyQt.QtCore import QEventLoop, QTimer
from units_kit import HOSTILE, add, describe, fields_map, state, unit_at

from planetary_qgis.qgis_bridge.mapping.units.building import (
    build,
    build_live,
    units_snapshot,
)
from planetary_qgis.qgis_bridge.mapping.units.live import LiveMap
from planetary_qgis.qgis_bridge.mapping.units.writing import save_units

LONG_MS = 20_000


@pytest.fixture
def project(qgis_new_project):
    return QgsProject.instance()


@pytest.fixture
def session(tmp_path, project):
    return fields_map(tmp_path / "Kärte.gpkg", project, side=3)


class Following:
    """Live mode on a map, and what it told."""

    def __init__(self, session):
        self.session = session
        self.errors, self.told = [], []
        self.live = LiveMap(session, "Rebuild units")
        self.live.stopped.connect(self.errors.append)
        self.live.rebuilt.connect(self.told.append)
        made = build_live(units_snapshot(session).read())
        self.live.start(made.inputs, made.live, "Build units")
        self.settle()

    def settle(self):
        """Wait until all edits are followed."""
        loop, poll = QEventLoop(), QTimer()
        poll.timeout.connect(lambda: loop.quit() if not self.live.is_pending else None)
        poll.start(5)
        QTimer.singleShot(LONG_MS, loop.quit)
        loop.exec()
        poll.stop()
        assert not self.live.is_pending


@pytest.fixture
def follow(session):
    made = Following(session)
    yield made
    made.live.stop()


def polygons(layer):
    """Every polygon with its unit, wherever its ring begins."""
    return sorted(
        (norm(feature.geometry()), str(feature["Unit"])) for feature in layer.getFeatures()
    )


def norm(geometry):
    plain = QgsGeometry(geometry)
    plain.normalize()
    return plain.asWkt(9)


def from_scratch(session):
    """The same of a build that knows no old polygons."""
    from dataclasses import replace

    inputs = replace(units_snapshot(session).read(), previous=None)
    made = build(inputs, QgsFeedback())
    return sorted(
        (norm(QgsGeometry.fromWkt(row.shape.wkt)), row.unit or "NULL") for row in made.rows
    )


def outline(found):
    return [wkt.split("((", 1)[1].strip("()") for wkt, _ in found], [unit for _, unit in found]


def assert_as_built(session):
    live = sorted(zip(*outline(polygons(session.layer("geologic_units")))))
    whole = sorted(zip(*outline(from_scratch(session))))
    assert live == whole


def test_a_new_contact_splits_the_polygon_it_crosses_and_no_other(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    before = state(units)
    assert len(before) == 9
    contacts.startEditing()
    points = session.layer("unit_points")
    points.startEditing()
    add(points, "Point(0.2 1.9)", Unit="new")
    add(contacts, "LineString(0 1.5,2 1.5)")
    follow.settle()
    after = state(units)
    split, beside = unit_at(units, 1, 1).id(), unit_at(units, 3, 1).id()
    assert len(after) == 10
    # The polygon beside gets a vertex where the contact ends on its border.
    same = {fid for fid in before if before[fid] == after.get(fid)}
    assert same == before.keys() - {split, beside}
    assert unit_at(units, 0.2, 1.9)["Unit"] == "new"
    assert units.undoStack().count() == 2
    assert units.undoStack().undoText() == "Rebuild units"
    assert_as_built(session)


def test_undo_of_the_contact_undoes_the_split(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    before = polygons(units)
    contacts.startEditing()
    contacts.beginEditCommand("draw")
    add(contacts, "LineString(0 1.5,2 1.5)")
    contacts.endEditCommand()
    follow.settle()
    assert len(polygons(units)) == 10
    contacts.undoStack().undo()
    follow.settle()
    assert [unit for _, unit in polygons(units)] == [unit for _, unit in before]
    assert_as_built(session)
    contacts.undoStack().redo()
    follow.settle()
    assert len(polygons(units)) == 10


def test_undo_of_the_units_is_left_alone_until_the_next_edit(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    built = polygons(units)
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    follow.settle()
    steps = units.undoStack().count()
    units.undoStack().undo()
    follow.settle()
    assert polygons(units) == built
    assert units.undoStack().count() == steps
    add(contacts, "LineString(4 1.5,6 1.5)")
    follow.settle()
    assert len(polygons(units)) == 11
    assert_as_built(session)


def test_saving_and_giving_up_contacts_is_followed(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    follow.settle()
    saved = polygons(units)
    steps = units.undoStack().count()
    assert contacts.commitChanges()
    follow.settle()
    assert polygons(units) == saved
    assert units.undoStack().count() == steps
    contacts.startEditing()
    contacts.deleteFeature(max(contacts.allFeatureIds()))
    follow.settle()
    assert len(polygons(units)) == 9
    contacts.rollBack()
    follow.settle()
    assert_as_built(session)
    assert len(polygons(units)) == 10


def test_units_that_were_saved_meanwhile_keep_their_ids(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    save_units(units)
    before = state(units)
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    follow.settle()
    after = state(units)
    assert set(before) < set(after)
    assert sum(before[fid] != after[fid] for fid in before) == 2  # and the one beside
    units.rollBack()
    assert state(units) == before


def test_points_and_description_are_followed(follow, session):
    units, points = session.layer("geologic_units"), session.layer("unit_points")
    points.startEditing()
    (first,) = [each.id() for each in points.getFeatures() if each["Unit"] == "u00"]
    points.changeAttributeValue(first, points.fields().lookupField("Unit"), "other")
    follow.settle()
    assert unit_at(units, 1, 1)["Unit"] == "other"
    describe(session, "other", UnitName=HOSTILE, RGB="1,2,3")
    follow.settle()
    assert unit_at(units, 1, 1)["UnitName"] == HOSTILE
    points.changeGeometry(first, QgsGeometry.fromWkt("Point(3 1.5)"))
    follow.settle()
    assert follow.told[-1].findings
    assert_as_disagreeing = unit_at(units, 3, 1)["Unit"]
    assert not assert_as_disagreeing


def test_the_boundary_is_followed(follow, session):
    boundary, units = session.layer("map_boundary"), session.layer("geologic_units")
    boundary.startEditing()
    (fid,) = boundary.allFeatureIds()
    boundary.changeGeometry(fid, QgsGeometry.fromWkt("MultiPolygon(((0 0,4 0,4 6,0 6,0 0)))"))
    follow.settle()
    assert len(state(units)) == 6
    assert_as_built(session)


def test_nothing_is_written_while_a_tool_holds_the_units(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    units.beginEditCommand("a form is open")
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    loop = QEventLoop()
    QTimer.singleShot(500, loop.quit)
    loop.exec()
    assert len(state(units)) == 9
    units.endEditCommand()
    follow.settle()
    assert len(state(units)) == 10


def test_edits_during_the_first_build_are_not_missed(session):
    live = LiveMap(session, "Rebuild units")
    made = build_live(units_snapshot(session).read())
    contacts = session.layer("geologic_contacts")
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    live.start(made.inputs, made.live, "Build units")
    loop = QEventLoop()
    live.rebuilt.connect(loop.quit)
    QTimer.singleShot(LONG_MS, loop.quit)
    loop.exec()
    assert len(state(session.layer("geologic_units"))) == 10
    live.stop()


@pytest.mark.parametrize("name", ["geologic_contacts", "geologic_units", "unit_points"])
def test_a_layer_that_goes_ends_it_with_a_word(follow, session, project, name):
    project.removeMapLayer(session.layer(name).id())
    assert [str(error) for error in follow.errors] == [
        "A layer of the map was removed. Live mode is off now."
    ]


def test_closing_the_project_ends_it_with_one_word(follow, project):
    project.clear()
    assert len(follow.errors) == 1


def test_a_filter_ends_it_before_units_are_lost(follow, session):
    contacts, units = session.layer("geologic_contacts"), session.layer("geologic_units")
    assert contacts.setSubsetString("fid = 1")
    follow.settle()
    assert "filter" in str(follow.errors[0])
    assert len(state(units)) == 9


def test_units_that_cannot_be_edited_end_it(follow, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    save_units(units)
    units.setReadOnly(True)
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    follow.settle()
    assert "cannot be edited" in str(follow.errors[0])
    assert len(state(units)) == 9


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_edits_ends_as_a_build_from_scratch(follow, session, seed):
    contacts, points = session.layer("geologic_contacts"), session.layer("unit_points")
    units = session.layer("geologic_units")
    dice = random.Random(seed)  # noqa: S311
    for step in range(12):
        for layer in (contacts, points):
            if not layer.isEditable():
                layer.startEditing()
        move(dice, contacts, points, units, step)
        if dice.random() < 0.7:
            follow.settle()
    contacts.startEditing()
    add(contacts, "LineString(0 5.5,6 5.5)")
    follow.settle()
    assert not follow.errors
    assert_as_built(session)
    made = build(units_snapshot(session).read(), QgsFeedback())
    assert len(made.rows) == units.featureCount()


def move(dice, contacts, points, units, step):
    """One thing that mappers do."""

    def place():
        return f"{dice.uniform(0, 6):.3f} {dice.uniform(0, 6):.3f}"

    kind = dice.choice(
        ["draw", "draw", "point", "delete", "bend", "undo", "redo", "save", "drop", "units"]
    )
    if kind == "draw":
        contacts.beginEditCommand("draw")
        add(contacts, f"LineString({place()},{place()},{place()})")
        contacts.endEditCommand()
    elif kind == "point":
        points.beginEditCommand("point")
        add(points, f"Point({place()})", Unit=f"s{step}")
        points.endEditCommand()
    elif kind == "delete" and contacts.featureCount() > 2:
        contacts.deleteFeature(dice.choice(sorted(contacts.allFeatureIds())))
    elif kind == "bend" and contacts.featureCount():
        fid = dice.choice(sorted(contacts.allFeatureIds()))
        contacts.changeGeometry(fid, QgsGeometry.fromWkt(f"LineString({place()},{place()})"))
    elif kind in ("undo", "redo"):
        getattr(dice.choice([contacts, points]).undoStack(), kind)()
    elif kind == "save":
        assert dice.choice([contacts, points, units]).commitChanges(True) in (True, False)
    elif kind == "drop":
        dice.choice([contacts, points]).rollBack()
    elif kind == "units":
        units.undoStack().undo()
