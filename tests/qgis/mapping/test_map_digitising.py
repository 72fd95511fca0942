"""What mappers draw, done to the layers of a map: each one undo step, whole or not at all."""

from __future__ import annotations

import pytest
from map_kit import add, map_session, save, two_units, wkts
from qgis.core import QgsGeometry, QgsProject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACTS,
    FEATURE_CERTAINTY,
    LINEAR_FEATURES,
    SURFACE_FEATURES,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.qgis_bridge.mapping.drawing.assigning import (
    flip,
    set_certainty,
    set_unit,
)
from planetary_qgis.qgis_bridge.mapping.drawing.shaping import close_polygon, reshape, split_units


@pytest.fixture
def session(qgis_new_project, tmp_path):
    return two_units(map_session(QgsProject.instance(), tmp_path))


def areas(layer):
    return sorted(round(each.geometry().area(), 6) for each in layer.getFeatures())


def units(layer):
    return sorted(each[UNIT] for each in layer.getFeatures())


def draw(wkt):
    return QgsGeometry.fromWkt(wkt)


def test_a_line_across_a_unit_splits_it_and_becomes_a_contact_without_tails(session):
    done = split_units(session, draw("LINESTRING(-1 5, 7 5)"))
    assert areas(session.layer(UNITS)) == [25.0, 25.0, 50.0]
    assert units(session.layer(UNITS)) == ["a", "a", "b"]
    assert "LineString (0 5, 5 5)" in wkts(session.layer(CONTACTS))
    assert done.split == 1
    assert len(done.new_units) == 1


def test_contact_and_neighbour_get_a_vertex_where_the_new_contact_ends(session):
    split_units(session, draw("LINESTRING(-1 5, 7 5)"))
    assert "LineString (5 0, 5 3, 5 5, 5 10)" in wkts(session.layer(CONTACTS))
    assert any("5 5" in wkt and "10 10" in wkt for wkt in wkts(session.layer(UNITS)))


def test_an_end_within_the_closing_distance_reaches_the_edge(session):
    # 500 m at 1:1 M; 0.005 degrees of Mars are 296 m.
    split_units(session, draw("LINESTRING(0.005 5, 4.995 5)"))
    assert areas(session.layer(UNITS)) == [25.0, 25.0, 50.0]


def test_splitting_is_one_undo_step_a_layer_and_undoes_exactly(session):
    before = {name: wkts(session.layer(name), 17) for name in (CONTACTS, UNITS)}
    split_units(session, draw("LINESTRING(-1 5, 7 5)"))
    for name in (CONTACTS, UNITS):
        stack = session.layer(name).undoStack()
        assert stack.count() == 1
        stack.undo()
    assert {name: wkts(session.layer(name), 17) for name in (CONTACTS, UNITS)} == before


def test_pieces_keep_the_columns_of_their_unit_through_saving(session):
    layer = session.layer(UNITS)
    text = "a 'quoted' \"text\"\nof two lines 🪐"
    layer.startEditing()
    for feature in layer.getFeatures():
        layer.changeAttributeValue(feature.id(), layer.fields().lookupField("Notes"), text)
    save(layer)
    split_units(session, draw("LINESTRING(-1 5, 7 5)"))
    save(layer)
    assert [each["Notes"] for each in layer.getFeatures()] == [text] * 3


def test_a_closed_line_inside_a_unit_makes_an_island(session):
    split_units(session, draw("LINESTRING(1 1, 2 1, 2 2, 1 2, 1 1)"))
    assert areas(session.layer(UNITS)) == [1.0, 49.0, 50.0]


def test_a_line_that_splits_nothing_changes_nothing_and_says_so(session):
    with pytest.raises(PlanetaryError, match="cuts no unit"):
        split_units(session, draw("LINESTRING(1 5, 2 5)"))
    assert not session.layer(UNITS).isModified()
    assert not session.layer(CONTACTS).isModified()


def test_a_contact_takes_a_new_course_and_both_units_follow(session):
    done = reshape(session, draw("LINESTRING(5 4, 6 5, 5 6)"))
    assert done.shapes == 3
    assert done.loose_ends == ()
    assert areas(session.layer(UNITS)) == [49.0, 51.0]
    assert "LineString (5 0, 5 3, 5 4, 6 5, 5 6, 5 10)" in wkts(session.layer(CONTACTS))


def test_structures_along_the_contact_follow_and_those_that_cross_do_not(session):
    faults = session.layer(LINEAR_FEATURES)
    add(faults, "LINESTRING(5 2, 5 8)", {"TYPE": "02.01.01"})
    add(faults, "LINESTRING(4 5, 6 5)", {"TYPE": "02.01.01"})
    reshape(session, draw("LINESTRING(5 4, 6 5, 5 6)"))
    assert wkts(faults) == ["LineString (4 5, 6 5)", "LineString (5 2, 5 4, 6 5, 5 6, 5 8)"]


def test_contacts_that_ended_on_the_old_course_are_named(session):
    loose = add(session.layer(CONTACTS), "LINESTRING(5 5, 0 5)")
    done = reshape(session, draw("LINESTRING(5 4, 6 5, 5 6)"))
    assert done.loose_ends == (loose.id(),)


def test_reshaping_what_no_line_meets_twice_changes_nothing(session):
    with pytest.raises(PlanetaryError, match="meets no contact twice"):
        reshape(session, draw("LINESTRING(4 4, 6 5)"))
    assert not session.layer(UNITS).isModified()


def test_a_surface_feature_is_closed_along_contacts(session):
    target = session.layer(SURFACE_FEATURES)
    close_polygon(session, draw("LINESTRING(5 2, 7 5, 5 8)"), target)
    assert areas(target) == [6.0]
    assert not session.layer(CONTACTS).isModified()


def test_a_unit_closed_along_contacts_gets_its_contact(session):
    close_polygon(session, draw("LINESTRING(5 2, 7 5, 5 8)"), session.layer(UNITS))
    assert "LineString (5 2, 7 5, 5 8)" in wkts(session.layer(CONTACTS))
    assert areas(session.layer(UNITS)) == [6.0, 50.0, 50.0]


def test_no_way_back_means_no_polygon(session):
    add(session.layer(CONTACTS), "LINESTRING(7 4, 7 6)")
    with pytest.raises(PlanetaryError, match="No way leads back"):
        close_polygon(session, draw("LINESTRING(5 2, 7 5)"), session.layer(SURFACE_FEATURES))
    assert not session.layer(SURFACE_FEATURES).isModified()


def test_a_flipped_line_runs_the_other_way_and_back_again(session):
    layer = session.layer(CONTACTS)
    (feature,) = layer.getFeatures()
    assert flip(layer, [feature.id()]) == 1
    assert wkts(layer) == ["LineString (5 10, 5 3, 5 0)"]
    layer.undoStack().undo()
    assert wkts(layer) == ["LineString (5 0, 5 3, 5 10)"]


def test_certainty_goes_to_selected_lines_and_to_those_drawn_next(session):
    layer = session.layer(CONTACTS)
    layer.selectAll()
    assert set_certainty(session, "inferred") == 1
    assert [each[CONTACT_CERTAINTY] for each in layer.getFeatures()] == ["inferred"]
    assert add(layer, "LINESTRING(0 5, 5 5)")[CONTACT_CERTAINTY] == "inferred"
    assert add(session.layer(LINEAR_FEATURES), "LINESTRING(0 5, 5 5)")[FEATURE_CERTAINTY] == (
        "inferred"
    )


def test_a_selected_polygon_renames_its_points_and_one_without_gets_a_point(session):
    layer, points = session.layer(UNITS), session.layer(UNIT_POINTS)
    split_units(session, draw("LINESTRING(0 5.5, 5 5.5)"))
    layer.selectByExpression("\"Unit\" = 'a'")
    assert set_unit(session, "c") == 2
    assert units(layer) == ["b", "c", "c"]
    assert units(points) == ["b", "c", "c"]
    assert points.undoStack().count() == 1


def test_units_of_nothing_selected_only_set_what_comes_next(session):
    assert set_unit(session, "d") == 0
    assert not session.layer(UNITS).isModified()
    assert add(session.layer(UNIT_POINTS), "POINT(1 1)")[UNIT] == "d"
