"""planetary:buildunits, as scripts run it."""

from __future__ import annotations

import pytest
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
)
from units_kit import HOSTILE, MARS, add, describe, fields_map, state, unit_at

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge.layers import facts_of, open_table
from planetary_qgis.qgis_bridge.spheres import sphere_of

BUILD = "planetary:buildunits"
MERCATOR = "IAU_2015:49990"


@pytest.fixture
def project(qgis_new_project):
    return QgsProject.instance()


@pytest.fixture
def session(tmp_path, project):
    return fields_map(tmp_path / "Kärte.gpkg", project)


def scratch(kind, crs, features, fields=""):
    """A layer in memory with (WKT, attributes) a feature."""
    layer = QgsVectorLayer(f"{kind}?{fields}", kind, "memory")
    layer.setCrs(QgsCoordinateReferenceSystem(crs))
    made = []
    for wkt, values in features:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(list(values))
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    layer.updateExtents()
    return layer


def cross(crs=MARS):
    """A square and an upright line through it."""
    return scratch(
        "LineString",
        crs,
        [("LineString(0 0,4 0,4 4,0 4,0 0)", ()), ("LineString(2 -1,2 5)", ())],
    )


def points_in(crs, *places, unit="Unit"):
    features = [(f"Point({x} {y})", (text,)) for x, y, text in places]
    return scratch("Point", crs, features, f"field={unit}:string")


def run(processing, context=None, **parameters):
    given = {"SCALE": 1e6, "OUTPUT": "memory:", "PROBLEMS": "memory:", **parameters}
    return processing.run(BUILD, given, context=context)


def test_lines_and_points_become_units(processing, project):
    results = run(
        processing, CONTACTS=cross(), POINTS=points_in(MARS, (1, 1, HOSTILE), (3, 1, "b"))
    )
    units = results["OUTPUT"]
    assert {each["Unit"] for each in units.getFeatures()} == {HOSTILE, "b"}
    assert unit_at(units, 1, 3)["Unit"] == HOSTILE
    assert (results["UNITS"], results["KINDS"]) == (2, 2)
    assert units.crs() == QgsCoordinateReferenceSystem(MARS)
    problems = results["PROBLEMS"]
    assert results["ERRORS"] + results["WARNINGS"] + results["NOTES"] == problems.featureCount()
    # The upright line sticks out of the square at both ends.
    assert "dangle" in {each["check"] for each in problems.getFeatures()}


def test_points_in_another_crs_of_the_body_are_brought_along(processing, project):
    there = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem(MARS),
        QgsCoordinateReferenceSystem(MERCATOR),
        QgsCoordinateTransformContext(),
    )
    moved = QgsGeometry.fromWkt("Point(1 1)")
    moved.transform(there)
    place = moved.asPoint()
    points = points_in(MERCATOR, (place.x(), place.y(), "a"))
    results = run(processing, CONTACTS=cross(), POINTS=points)
    assert unit_at(results["OUTPUT"], 1, 3)["Unit"] == "a"


def test_another_body_is_refused(processing, project):
    with pytest.raises(QgsProcessingException, match="mean nothing on another"):
        run(processing, CONTACTS=cross(), POINTS=points_in("IAU_2015:30100", (1, 1, "a")))


def test_a_field_of_another_name_names_the_unit(processing, project):
    points = points_in(MARS, (1, 1, "a"), unit="geol")
    results = run(processing, CONTACTS=cross(), POINTS=points, UNIT_FIELD="geol")
    assert unit_at(results["OUTPUT"], 1, 3)["Unit"] == "a"
    with pytest.raises(QgsProcessingException, match="no field “Unit”"):
        run(processing, CONTACTS=cross(), POINTS=points)


def test_without_scale_or_map_it_asks(processing, project):
    with pytest.raises(QgsProcessingException, match="at which scale"):
        run(processing, CONTACTS=cross(), SCALE=None)
    assert run(processing, CONTACTS=cross(), SCALE=None, TOLERANCE=10.0)["UNITS"] == 2


def test_without_contacts_or_map_it_asks(processing, project):
    with pytest.raises(QgsProcessingException, match="no geologic map"):
        run(processing)


def test_ends_are_joined_as_far_as_the_tolerance(processing, project):
    degree = sphere_of(QgsCoordinateReferenceSystem(MARS)).radius_m * 3.141592653589793 / 180
    short = scratch(
        "LineString",
        MARS,
        [("LineString(0 0,4 0,4 4,0 4,0 0)", ()), ("LineString(2 0,2 3.99)", ())],
    )
    gap = 0.01 * degree
    assert run(processing, CONTACTS=short, TOLERANCE=0.98 * gap)["UNITS"] == 1
    assert run(processing, CONTACTS=short, TOLERANCE=1.02 * gap)["UNITS"] == 2


def test_attributes_of_previous_units_are_kept(processing, project):
    previous = scratch(
        "Polygon",
        MARS,
        [
            ("Polygon((0 0,2 0,2 4,0 4,0 0))", (7, "old", HOSTILE, None)),
            ("Polygon((2 0,4 0,4 4,2 4,2 0))", (8, "old", None, 1.5)),
        ],
        "field=fid:integer&field=UNIT:string&field=Mine:string&field=Number:double",
    )
    results = run(
        processing, CONTACTS=cross(), PREVIOUS=previous, POINTS=points_in(MARS, (1, 1, "new"))
    )
    units = results["OUTPUT"]
    left, right = unit_at(units, 1, 3), unit_at(units, 3, 3)
    assert (left["Unit"], left["Mine"], left["Number"]) == ("new", HOSTILE, NULL)
    assert (right["Unit"], right["Mine"], right["Number"]) == ("old", NULL, 1.5)


def test_the_description_names_and_colours(processing, project):
    table = scratch(
        "None",
        "",
        [("", ("a", "Plains", "aₚ", "1,2,3"))],
        "field=unit:string&field=unitname:string&field=UnitLabel:string&field=RGB:string",
    )
    results = run(
        processing,
        CONTACTS=cross(),
        POINTS=points_in(MARS, (1, 1, "a"), (3, 1, "b")),
        DESCRIPTION=table,
    )
    found = unit_at(results["OUTPUT"], 1, 3)
    assert (found["UnitName"], found["UnitLabel"], found["RGB"]) == ("Plains", "aₚ", "1,2,3")
    assert unit_at(results["OUTPUT"], 3, 3)["UnitName"] == NULL


def test_a_geopackage_tells_where_it_came_from_and_keeps_its_crs(processing, project, tmp_path):
    path = tmp_path / "Ünits.gpkg"
    run(processing, CONTACTS=cross(), OUTPUT=str(path))
    layer = open_table(path, "Ünits")
    assert layer.crs().authid() == MARS
    assert facts_of(layer)["Scale"] == "1:1,000,000"
    assert "m" in facts_of(layer)["Ends were joined up to"]
    assert layer.featureCount() == 2


def test_sources_are_not_changed(processing, session):
    layers = [session.layer(name) for name in ("geologic_contacts", "unit_points", "map_boundary")]
    before = [state(layer) for layer in layers]
    processing.run(BUILD, {"OUTPUT": "memory:", "PROBLEMS": "memory:"})
    assert [state(layer) for layer in layers] == before
    assert state(session.layer("geologic_units")) == {}


def test_the_projects_map_is_taken_with_unsaved_edits_and_saved_when_written(processing, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    results = processing.run(BUILD, {"WRITE": True})
    assert "OUTPUT" not in results
    assert results["UNITS"] == 5
    assert not units.isEditable()
    assert len(state(units)) == 5
    with geopackage.reader(session.geopackage) as cursor:
        assert cursor.execute("SELECT count(*) FROM geologic_units").fetchone() == (5,)


def test_units_that_are_being_edited_get_one_undo_step(processing, session):
    units = session.layer("geologic_units")
    units.startEditing()
    processing.run(BUILD, {"WRITE": True})
    assert units.isEditable()
    assert units.undoStack().count() == 1
    units.undoStack().undo()
    assert state(units) == {}


def test_a_map_that_no_project_holds_is_written_too(processing, session, project):
    path = session.geopackage
    describe(session, "u00", UnitName="Plains")
    project.clear()
    processing.run(BUILD, {"MAP": str(path), "WRITE": True})
    units = open_table(path, "geologic_units")
    assert unit_at(units, 1, 1)["UnitName"] == "Plains"
    before = state(units)
    del units
    processing.run(BUILD, {"MAP": str(path), "WRITE": True})
    assert state(open_table(path, "geologic_units")) == before


def test_own_lines_are_written_into_a_map_only_in_its_crs(processing, session):
    with pytest.raises(QgsProcessingException, match="Reproject the contacts"):
        run(processing, CONTACTS=cross(MERCATOR), WRITE=True)
    run(processing, CONTACTS=cross(), POINTS=points_in(MARS, (1, 1, "a")), WRITE=True)
    units = session.layer("geologic_units")
    assert unit_at(units, 1, 3)["Unit"] == "a"
    assert len(state(units)) == 2


def test_a_file_that_may_not_be_written_is_told(processing, session, project):
    units = session.layer("geologic_units")
    units.setReadOnly(True)
    with pytest.raises(QgsProcessingException, match="cannot be edited"):
        processing.run(BUILD, {"WRITE": True})
    assert state(units) == {}


def test_cancelling_leaves_everything_as_it_was(processing, session, notes):
    context = QgsProcessingContext()
    context.setProject(session.project)
    notes.cancel()
    results = processing.run(BUILD, {"WRITE": True}, context=context, feedback=notes)
    assert "UNITS" not in results
    assert state(session.layer("geologic_units")) == {}
    assert not session.layer("geologic_units").isEditable()
