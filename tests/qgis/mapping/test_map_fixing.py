"""Fixes put into a project's layers: planned on arrays, done in edit buffers, undone by Ctrl+Z."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from checked_maps import ACROSS, CONTACTS, DANGLE, HOSTILE, POINTS, draw, held, map_with
from hypothesis import given
from hypothesis import strategies as st
from qgis.core import NULL, QgsProject, QgsVectorLayer
from shapely import wkt
from shapely.geometry import LineString, Point

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.fixes import Edit, Fix, fix_for, mending
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import map_layer
from planetary_qgis.qgis_bridge.mapping.checks import fix_plans
from planetary_qgis.qgis_bridge.mapping.checks.fix_plans import FixPlan, plan_fixes
from planetary_qgis.qgis_bridge.mapping.checks.fixing import apply_plan
from planetary_qgis.qgis_bridge.mapping.map_reading import snapshot_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

SPLIT = "test-split"
DROP = "test-drop"


@pytest.fixture
def project(qgis_new_project: None) -> QgsProject:
    return QgsProject.instance()


@pytest.fixture
def session(project, geopackage) -> MapSession:
    made = map_with(geopackage, project, [ACROSS, DANGLE, "LineString(0 1,4 1)"])
    contacts = made.layer(CONTACTS)
    contacts.startEditing()
    notes = contacts.fields().lookupField("Notes")
    contacts.changeAttributeValue(1, notes, HOSTILE)
    assert contacts.commitChanges()
    return made


@pytest.fixture(autouse=True)
def mends(monkeypatch):
    """Fixes of these tests' own: one cuts a line in the middle, one drops the later of two."""
    monkeypatch.setitem(mending.MENDS, SPLIT, halved)
    monkeypatch.setitem(mending.MENDS, DROP, dropped)


def line_in(content: MapContent, fid: int) -> LineString | None:
    layer = content.layer(CONTACTS)
    return next((shape for each, shape in zip(layer.ids, layer.shapes) if each == fid), None)


def halved(finding: Finding, content: MapContent) -> Fix | None:
    line = line_in(content, finding.features[0])
    if line is None:
        return None
    middle = line.interpolate(0.5, normalized=True).coords[0]
    first, last = line.coords[0], line.coords[-1]
    return Fix(
        "Split",
        (
            Edit(CONTACTS, finding.features[0], LineString([first, middle])),
            Edit(CONTACTS, None, LineString([middle, last]), like=finding.features[0]),
        ),
    )


def dropped(finding: Finding, content: MapContent) -> Fix | None:
    if any(line_in(content, fid) is None for fid in finding.features):
        return None
    return Fix("Drop", (Edit(CONTACTS, finding.features[1]),))


def finding(fix: str, *features: int) -> Finding:
    return Finding("check", Severity.ERROR, CONTACTS, features, Point(0, 0), "Wrong.", fix=fix)


def steps(layer) -> list[str]:
    return [layer.undoStack().text(at) for at in range(layer.undoStack().count())]


def plan_for(session: MapSession, *findings: Finding) -> FixPlan:
    return plan_fixes(snapshot_of(session).read(), findings)


def test_a_fix_is_one_undo_step_which_takes_all_of_it_back(session):
    contacts = session.layer(CONTACTS)
    before = held(contacts)
    apply_plan(session, plan_for(session, finding(SPLIT, 1)))
    after = held(contacts)
    assert contacts.isEditable()
    assert steps(contacts) == ["Split"]
    assert after[1][0] == "LineString (0 2, 2 2)"
    (new,) = after.keys() - before.keys()
    assert after[new][0] == "LineString (2 2, 4 2)"
    assert after[new][1][1:] == before[1][1][1:]
    assert HOSTILE in after[new][1]
    contacts.undoStack().undo()
    assert held(contacts) == before
    contacts.undoStack().redo()
    assert contacts.commitChanges()
    saved = sorted(text for text, _ in held(contacts).values())
    assert saved == sorted([*(after[fid][0] for fid in after)])


def test_edits_that_are_not_saved_are_fixed_and_stay_in_the_same_session(session):
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    fid = draw(contacts, "LineString(0 3,4 3)", Notes="mine")
    before = held(contacts)
    apply_plan(session, plan_for(session, finding(SPLIT, fid)))
    halves = [values for text, values in held(contacts).values() if " 3" in text]
    assert len([values for values in halves if "mine" in values]) == 2
    contacts.undoStack().undo()
    assert held(contacts) == before


def test_many_fixes_are_one_step_and_each_sees_what_the_others_left(session):
    contacts = session.layer(CONTACTS)
    plan = plan_for(session, finding(SPLIT, 1), finding(SPLIT, 1), finding(SPLIT, 3))
    assert len(plan.fixed) == 3
    apply_plan(session, plan, "Split all")
    assert steps(contacts) == ["Split all"]
    lengths = sorted(
        round(each.geometry().length(), 9) for each in contacts.getFeatures() if each.id() != 2
    )
    assert lengths == [1.0, 1.0, 2.0, 2.0, 2.0]


def test_of_a_row_of_duplicates_one_stays(session):
    plan = plan_for(session, finding(DROP, 1, 2), finding(DROP, 2, 3), finding(DROP, 1, 3))
    apply_plan(session, plan)
    assert set(held(session.layer(CONTACTS))) == {1}
    assert (len(plan.fixed), len(plan.left)) == (2, 1)


def test_what_nobody_can_mend_is_left_and_nothing_is_touched(session):
    plan = plan_for(session, finding("nobody-knows", 1), finding(SPLIT, 99))
    assert (plan.edits, len(plan.left)) == ([], 2)


def test_a_fix_that_breaks_on_a_damaged_shape_is_left(session, monkeypatch):
    def broken(_finding, _content):
        raise ValueError("no such shape")

    monkeypatch.setitem(mending.MENDS, "broken", broken)
    plan = plan_for(session, finding("broken", 1), finding(SPLIT, 3))
    assert (len(plan.fixed), len(plan.left)) == (1, 1)


def test_a_new_feature_may_be_like_one_that_goes(session, monkeypatch):
    def replaced(found, content):
        line = line_in(content, found.features[0])
        new = Edit(CONTACTS, None, line, like=found.features[0])
        return Fix("Replace", (Edit(CONTACTS, found.features[0]), new))

    monkeypatch.setitem(mending.MENDS, "replace", replaced)
    contacts = session.layer(CONTACTS)
    before = held(contacts)[1]
    apply_plan(session, plan_for(session, finding("replace", 1)))
    after = [each for fid, each in held(contacts).items() if fid not in (2, 3)]
    assert [(text, values[1:]) for text, values in after] == [(before[0], before[1][1:])]


def test_attributes_alone_are_changed_in_columns_of_any_case(session, monkeypatch):
    def renamed(found, _content):
        edit = Edit(CONTACTS, found.features[0], attributes={"type": "inferred", "NOTES": None})
        return Fix("Rename", (edit,))

    monkeypatch.setitem(mending.MENDS, "rename", renamed)
    contacts = session.layer(CONTACTS)
    shape = held(contacts)[1][0]
    apply_plan(session, plan_for(session, finding("rename", 1)))
    feature = contacts.getFeature(1)
    assert (feature["TYPE"], feature["Notes"]) == ("inferred", NULL)
    assert held(contacts)[1][0] == shape


def two_layers(monkeypatch, column: str) -> None:
    def both(found, content):
        line = line_in(content, found.features[0])
        return Fix(
            "Both",
            (
                Edit(CONTACTS, found.features[0], LineString([*line.coords, (9.0, 9.0)])),
                Edit(POINTS, None, Point(1, 1), attributes={column: "u"}),
            ),
        )

    monkeypatch.setitem(mending.MENDS, "both", both)


def test_a_fix_of_two_layers_is_a_step_in_each(session, monkeypatch):
    two_layers(monkeypatch, "Unit")
    apply_plan(session, plan_for(session, finding("both", 1)))
    assert steps(session.layer(CONTACTS)) == steps(session.layer(POINTS)) == ["Both"]
    (point,) = session.layer(POINTS).getFeatures()
    assert point["Unit"] == "u"


def test_two_layers_are_changed_both_or_not_at_all(session, monkeypatch):
    contacts, points = session.layer(CONTACTS), session.layer(POINTS)
    before = held(contacts)
    two_layers(monkeypatch, "Unit")
    points.setReadOnly(True)
    with pytest.raises(PlanetaryError, match="cannot be edited"):
        apply_plan(session, plan_for(session, finding("both", 1)))
    assert held(contacts) == before
    assert not contacts.isEditable()


def test_edits_before_a_fix_that_fails_stay(session, monkeypatch):
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    draw(contacts, "LineString(0 3,4 3)")
    before = held(contacts)
    two_layers(monkeypatch, "Unit")
    session.layer(POINTS).setReadOnly(True)
    with pytest.raises(PlanetaryError):
        apply_plan(session, plan_for(session, finding("both", 1)))
    assert held(contacts) == before
    assert contacts.isEditable()


@pytest.mark.parametrize(("heights", "fixed"), [((0.0, 0.0), True), ((7.0, 8.0), False)])
def test_heights_are_not_lost(session, heights, fixed, monkeypatch):
    z_layer = QgsVectorLayer("LineStringZ?crs=IAU_2015:49900&field=Notes:string", "z", "memory")
    monkeypatch.setattr(MapSession, "layer", lambda _self, _name: z_layer)
    z_layer.startEditing()
    fid = draw(z_layer, f"LineStringZ(0 2 {heights[0]},4 2 {heights[1]})")
    before = held(z_layer)
    edit = Edit(CONTACTS, fid, LineString([(0, 2), (2, 2)]))
    plan = FixPlan("Cut", [edit])
    if fixed:
        apply_plan(session, plan)
        assert held(z_layer) != before
    else:
        with pytest.raises(PlanetaryError, match="heights"):
            apply_plan(session, plan)
        assert held(z_layer) == before


def test_curves_are_not_lost(session, monkeypatch):
    curved = QgsVectorLayer("CompoundCurve?crs=IAU_2015:49900", "c", "memory")
    monkeypatch.setattr(MapSession, "layer", lambda _self, _name: curved)
    curved.startEditing()
    fid = draw(curved, "CompoundCurve(CircularString(0 0,1 1,2 0))")
    plan = FixPlan("Cut", [Edit(CONTACTS, fid, LineString([(0, 0), (2, 0)]))])
    with pytest.raises(PlanetaryError, match="curved"):
        apply_plan(session, plan)
    assert held(curved)[fid][0].startswith("CompoundCurve")


def test_measures_are_not_lost(session, monkeypatch):
    m_layer = QgsVectorLayer("LineStringM?crs=IAU_2015:49900", "m", "memory")
    monkeypatch.setattr(MapSession, "layer", lambda _self, _name: m_layer)
    plan = FixPlan("Cut", [Edit(CONTACTS, 1, LineString([(0, 2), (2, 2)]))])
    with pytest.raises(PlanetaryError, match="measures"):
        apply_plan(session, plan)
    assert not m_layer.isEditable()


def test_a_feature_that_is_gone_is_told_and_nothing_changes(session):
    contacts = session.layer(CONTACTS)
    plan = plan_for(session, finding(SPLIT, 3), finding(SPLIT, 1))
    contacts.startEditing()
    contacts.deleteFeature(1)
    before = held(contacts)
    with pytest.raises(PlanetaryError, match="not there any more"):
        apply_plan(session, plan)
    assert held(contacts) == before


def test_a_layer_that_is_gone_is_told(session):
    plan = plan_for(session, finding(SPLIT, 1))
    session.project.removeMapLayer(session.layer(CONTACTS).id())
    with pytest.raises(PlanetaryError, match="no layer"):
        apply_plan(session, plan)


def test_a_file_that_another_program_writes_to_gets_a_word_first(session):
    plan = plan_for(session, finding(SPLIT, 1))
    with closing(sqlite3.connect(session.geopackage, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(PlanetaryError, match="cannot be written now"):
            apply_plan(session, plan)
        other.execute("ROLLBACK")
    assert not session.layer(CONTACTS).isEditable()
    apply_plan(session, plan)


coordinates = st.integers(0, 9).map(float)
lines = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=4, unique=True)


@given(
    shapes=st.lists(lines, min_size=1, max_size=5),
    asked=st.lists(
        st.tuples(st.sampled_from([SPLIT, DROP]), st.integers(1, 6), st.integers(1, 6)), max_size=8
    ),
)
def test_fixes_together_leave_what_they_would_one_by_one(shapes, asked):
    columns = [each.name for each in map_layer(CONTACTS).fields]
    content = contents(shapes, columns)
    findings = [
        finding(fix, a) if fix == SPLIT else finding(fix, a, b) for fix, a, b in asked if a != b
    ]
    plan = plan_fixes(content, findings)
    together = fix_plans._after(content, plan.edits, FixPlan())
    one_by_one = content
    for each in plan.fixed:
        fix = fix_for(each, one_by_one)
        one_by_one = fix_plans._after(one_by_one, fix.edits, FixPlan())
    assert texts(together) == texts(one_by_one)
    assert len(plan.fixed) + len(plan.left) == len(findings)


def contents(shapes, columns) -> MapContent:
    ids = np.arange(1, len(shapes) + 1)
    made = np.array([LineString(each) for each in shapes] + [None], dtype=object)[:-1]
    rows = [[f"{name} {fid}" for name in columns] for fid in ids]
    layer = LayerContent(CONTACTS, ids, made, pd.DataFrame(rows, columns=columns, dtype=object))
    return MapContent({CONTACTS: layer}, Ground(), 1e6, 500.0)


def texts(content: MapContent) -> list[str]:
    layer = content.layer(CONTACTS)
    rows = layer.attributes.to_numpy().tolist()
    return sorted(f"{wkt.dumps(shape)} {row}" for shape, row in zip(layer.shapes, rows))
