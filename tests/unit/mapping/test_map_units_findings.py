"""What building units could not decide is said, with its place."""

from __future__ import annotations

import pytest
from map_units_kit import IN_DEGREES, boundary_of, built, contacts_of, found, layer, points_of

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.core.mapping.map_layers import UNIT, UNIT_POINTS
from planetary_qgis.core.mapping.units import build_units

SQUARE = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"
MIDDLE = "LINESTRING (5 0, 5 10)"


def test_points_that_disagree_are_all_named_and_name_nothing() -> None:
    points = points_of((1, 1, "Nh"), (2, 2, "Ah"), (3, 3, "Nh"), (9, 9, "Hv"))
    result = built(contacts_of(MIDDLE), boundary_of(SQUARE), points)
    assert sorted(result.units, key=str) == ["Hv", None]
    (finding,) = result.findings
    assert (finding.check, finding.severity) == ("points-disagree", Severity.ERROR)
    assert finding.features == (1, 2, 3)
    assert "point 1 says “Nh”, point 2 says “Ah” and point 3 says “Nh”" in finding.message
    west = result.shapes[[unit is None for unit in result.units]][0]
    assert shapely.contains(west, finding.place)


def test_points_that_agree_are_no_matter() -> None:
    points = points_of((1, 1, "Nh"), (2, 2, " Nh "), (9, 9, "Hv"))
    result = built(contacts_of(MIDDLE), boundary_of(SQUARE), points)
    assert sorted(result.units) == ["Hv", "Nh"]
    assert sorted(result.points) == [(1, 2), (3,)]
    assert not result.findings


def test_a_polygon_without_a_point_is_told_with_its_area_on_the_ground() -> None:
    result = built(
        contacts_of(), boundary_of("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"), ground=IN_DEGREES
    )
    (finding,) = result.findings
    assert finding.check == "polygon-without-point"
    # facts: the square degree at the equator, by QGIS on the same sphere
    assert finding.size == pytest.approx(3_513_400_551.04, rel=1e-4)
    assert "3,513 km²" in finding.message


def test_points_outside_and_on_contacts_are_told_apart() -> None:
    points = points_of((5, 5, "a"), (11, 5, "b"), (1, 1, "c"), (9, 9, "d"))
    result = built(contacts_of(MIDDLE), boundary_of(SQUARE), points)
    on, outside = found(result, "point-in-no-unit")
    assert "Unit point 1 (“a”) lies exactly on a contact" in on.message
    assert "Unit point 2 (“b”) lies in no polygon" in outside.message
    assert sorted(result.units) == ["c", "d"]
    assert len(result.findings) == 2


def test_a_point_that_was_snapped_to_a_contact_lies_on_it_whatever_its_roundings() -> None:
    line = shapely.LineString([(0.0, 0.1), (10.0, 7.3)])
    where = shapely.line_interpolate_point(line, 3.3)
    result = built(contacts_of(line), boundary_of(SQUARE), points_of((where.x, where.y, "a")))
    assert len(found(result, "point-in-no-unit")) == 1
    assert set(result.units) == {None}


@pytest.mark.parametrize("nothing", [None, "", "  ", float("nan")])
def test_a_point_that_names_no_unit_is_told(nothing: object) -> None:
    result = built(contacts_of(), boundary_of(SQUARE), points_of((1, 1, nothing)))
    assert list(result.units) == [None]
    assert result.points == ((1,),)
    (finding,) = result.findings
    assert (finding.check, finding.features, finding.subject) == ("empty-attribute", (1,), UNIT)


def test_a_silent_point_does_not_contradict_one_that_speaks() -> None:
    result = built(contacts_of(), boundary_of(SQUARE), points_of((1, 1, None), (2, 2, "a")))
    assert list(result.units) == ["a"]
    assert [each.check for each in result.findings] == ["empty-attribute"]


def test_slivers_are_told_by_what_the_scale_shows() -> None:
    contacts = contacts_of("LINESTRING (5 0, 5 10)", "LINESTRING (5.1 0, 5.1 10)")
    points = points_of((1, 1, "a"), (5.05, 5, "b"), (9, 9, "c"))
    # Half a millimetre is 0.11 m at 1:220, and 0.09 m at 1:180: the strip is 0.1 m less its ends.
    wide = built(contacts, boundary_of(SQUARE), points, scale=180.0)
    narrow = built(contacts, boundary_of(SQUARE), points, scale=220.0)
    assert not wide.findings
    (sliver,) = narrow.findings
    assert sliver.check == "skinny-polygon"
    assert sliver.size == pytest.approx(2.0 * 1.0 / 20.2)
    assert 5.0 < sliver.place.x < 5.1


def test_slivers_are_measured_on_the_ground() -> None:
    # At 80° a strip of 0.01° of longitude is 103 m wide, one of latitude 593 m.
    strips = [shapely.box(0, 80, 0.01, 80.5), shapely.box(1, 80, 2, 80.01)]
    result = built(contacts_of(*strips), ground=IN_DEGREES, scale=400_000.0)
    (sliver,) = found(result, "skinny-polygon")
    assert sliver.place.x < 0.01
    assert sliver.size == pytest.approx(100.0, rel=0.05)


def test_what_lies_beyond_the_boundary_is_no_matter() -> None:
    contacts = contacts_of("LINESTRING (5 -3, 5 13)", "LINESTRING (12 0, 14 0, 13 2, 12 0)")
    result = built(contacts, boundary_of(SQUARE), points_of((1, 1, "a"), (9, 9, "b")))
    assert sorted(shapely.area(result.shapes)) == [50.0, 50.0]
    assert not result.findings


def test_points_of_several_places_count_once_in_each_polygon() -> None:
    places = shapely.MultiPoint([(1, 1), (2, 2), (9, 9)])
    points = layer(UNIT_POINTS, [places, None, "POINT EMPTY"], **{UNIT: ["a", "b", "c"]})
    result = built(contacts_of(MIDDLE), boundary_of(SQUARE), points)
    assert list(result.units) == ["a", "a"]
    assert result.points == ((1,), (1,))


def test_who_cancels_gets_nothing_and_who_waits_hears_how_far_it_is() -> None:
    shares: list[float] = []
    arguments = contacts_of(MIDDLE), boundary_of(SQUARE), points_of((1, 1, "a"))
    options = {"scale": 1.0, "closing_distance_m": 0.0, "progress": shares.append}
    from planetary_qgis.core.mapping.ground import Ground

    assert len(build_units(*arguments, Ground(), **options).shapes) == 2
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < 1.0
    nothing = build_units(*arguments, Ground(), **options, cancelled=lambda: True)
    assert len(nothing.shapes) == len(nothing.findings) == 0
