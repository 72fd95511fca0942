"""What checks measure and where, the ±180° meridian, and coordinate systems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_checks_cases import THRUST
from map_checks_kit import (
    EQUATOR_DEGREES,
    RADIUS_M,
    STAGES,
    Draft,
    clean_map,
    dense,
    square,
    with_shape,
)

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import check_map
from planetary_qgis.core.mapping.checks.directions import has_side
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_content import LayerSystem, MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    MAP_BOUNDARY,
    UNIT_POINTS,
    UNITS,
)

NORTH_DEGREES, PLANE = STAGES[1], STAGES[2]
IDS = [stage.name for stage in STAGES]


def _found(draft: Draft, stage, key: str) -> list[Finding]:
    return check_map(draft.content(stage), keys=[key])


@pytest.mark.parametrize("stage", STAGES, ids=IDS)
def test_gaps_and_overlaps_have_the_area_of_what_is_missing_or_double(stage):
    draft = clean_map()
    hole = square(4_000, 4_000, 6_000)
    with_shape(draft, UNITS, 1, square(0, 0, 20_000).difference(hole))
    draft.add(UNITS, square(26_000, 6_000, 2_000), Unit="Bb")
    (gap,), (overlap,) = _found(draft, stage, "gap"), _found(draft, stage, "overlap")
    assert gap.size == pytest.approx(36e6, rel=0.02)
    assert overlap.size == pytest.approx(4e6, rel=0.02)
    assert stage.laid(hole).contains(gap.place)
    assert set(overlap.features) == {2, 5}


@pytest.mark.parametrize("stage", STAGES, ids=IDS)
def test_two_whole_maps_on_each_other_overlap_everywhere(stage):
    draft = clean_map()
    for row in list(draft.rows[UNITS]):
        draft.add(UNITS, row.shape, Unit="Dd")
    found = _found(draft, stage, "overlap")
    assert len(found) == 4
    assert sum(each.size for each in found) == pytest.approx(40_000**2, rel=0.02)


@pytest.mark.parametrize("stage", STAGES, ids=IDS)
@given(turn=st.floats(0, 360), gap=st.floats(20, 480))
@settings(max_examples=10)
def test_undershoots_are_measured_on_the_ground_in_all_directions(stage, turn, gap):
    draft = clean_map()
    along = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    across = np.array([-along[1], along[0]])
    centre = np.array([30_000.0, 10_000.0])
    ends = [centre - 4_000 * across, centre + 4_000 * across]
    draft.contact(*map(tuple, ends))
    draft.contact(tuple(centre + 5_000 * along), tuple(centre + gap * along))
    near = [each for each in _found(draft, stage, "undershoot") if each.features == (6,)]
    assert [each.size for each in near] == [pytest.approx(gap, rel=0.02)]


@pytest.mark.parametrize("stage", STAGES, ids=IDS)
def test_stretches_are_as_long_as_what_they_are_about(stage):
    draft = clean_map()
    with_shape(draft, UNITS, 1, square(0, 0, 20_000).difference(square(0, 0, 10_000)))
    draft.add(UNITS, square(0, 0, 10_000), Unit="Dd")
    (bare,) = _found(draft, stage, "border-without-contact")
    assert bare.size == pytest.approx(20_000, rel=0.02)
    assert set(bare.features) == {1, 5}
    draft.contact((10_000, 0), (10_000, 10_000), (0, 10_000))
    assert _found(draft, stage, "border-without-contact") == []
    draft.row(UNITS, 5).attributes["Unit"] = "Aa"
    (same,) = _found(draft, stage, "same-unit")
    assert same.size == pytest.approx(20_000, rel=0.02)
    assert same.features == (5,)


def test_a_contact_that_crosses_several_units_is_told_once_for_each():
    draft = clean_map()
    draft.contact((10_000, 0), (10_000, 40_000))
    found = _found(draft, PLANE, "contact-inside-unit")
    assert [(each.features, round(each.size)) for each in found] == [((5,), 20_000)] * 2


def test_polygons_with_other_vertices_than_contacts_have_them_on_their_border_all_the_same():
    draft = clean_map()
    for one, corner in zip((1, 2, 3, 4), ((0, 0), (20, 0), (0, 20), (20, 20))):
        x, y = corner[0] * 1e3, corner[1] * 1e3
        with_shape(draft, UNITS, one, shapely.box(x, y, x + 20_000, y + 20_000))
    found = check_map(draft.content(EQUATOR_DEGREES))
    assert found == []


def test_internal_and_concealed_contacts_may_end_anywhere():
    draft = clean_map()
    draft.contact((5_000, 5_000), (15_000, 9_000), TYPE="concealed")
    assert check_map(draft.content(PLANE)) == []


def test_points_and_lines_of_three_faults_meet_without_a_word():
    draft = clean_map()
    for start in ((4e3, 9e3), (12e3, 9e3), (8e3, 15e3)):
        draft.add(LINEAR_FEATURES, dense([start, (8e3, 9e3)]), TYPE=THRUST, Certainty="certain")
    assert _found(draft, PLANE, "fault-direction") == []


@pytest.mark.parametrize(
    ("kind", "sided"),
    [("02.08.01", True), ("01.01.01", False), ("nonsense", False), ("Thrust fault", True)],
)
def test_which_symbols_have_a_side(kind, sided):
    assert has_side(kind) is sided


def _at_seam(west: bool) -> MapContent:
    """A map in degrees at 70° north whose contacts 4 and 2 end on the ±180° meridian."""
    lon = -180.0 if west else 180.0 - 40_000 * NORTH_DEGREES.scale[0]
    stage = replace(NORTH_DEGREES, origin=(lon, 70.0))
    draft = clean_map()
    draft.rows[MAP_BOUNDARY] = []
    return draft.content(stage)


def _moved(content: MapContent, lon: float, *, keep: tuple[int, ...]) -> MapContent:
    """Only some contacts, with their ends near a meridian put on it."""
    contacts = content.layer(CONTACTS)
    rows = np.isin(contacts.ids, keep)

    def on_seam(xy: np.ndarray) -> np.ndarray:
        near = np.abs(np.abs(xy[:, 0]) - 180.0) < 1e-6
        return np.where(near[:, None], np.stack([np.full(len(xy), lon), xy[:, 1]], axis=1), xy)

    shapes = np.array([shapely.transform(each, on_seam) for each in contacts.shapes[rows]])
    kept = type(contacts)(CONTACTS, contacts.ids[rows], shapes, contacts.attributes[rows])
    return replace(content, layers={CONTACTS: kept})


def _both_sides() -> MapContent:
    east = _moved(_at_seam(west=False), 180.0, keep=(2,)).layer(CONTACTS)
    west = _moved(_at_seam(west=True), -180.0, keep=(4,)).layer(CONTACTS)
    both = type(east)(
        CONTACTS,
        np.concatenate([east.ids, west.ids]),
        np.concatenate([east.shapes, west.shapes]),
        pd.concat([east.attributes, west.attributes]),
    )
    return replace(_at_seam(west=False), layers={CONTACTS: both})


def test_a_contact_that_goes_on_beyond_the_seam_does_not_dangle():
    ends = [each.place.x for each in check_map(_both_sides(), keys=["dangle"])]
    assert len(ends) == 2
    assert all(abs(x) < 179.9 for x in ends)


def test_a_contact_that_ends_at_the_seam_alone_does():
    alone = _moved(_at_seam(west=False), 180.0, keep=(2,))
    assert len(check_map(alone, keys=["dangle"])) == 2


@pytest.mark.parametrize(("short_m", "found"), [(300.0, 1), (700.0, 0), (0.0, 0)])
def test_ends_just_short_of_the_seam_are_told(short_m, found):
    degrees = np.degrees(short_m / (RADIUS_M * np.cos(np.radians(70.0))))
    content = _moved(_at_seam(west=False), 180.0 - degrees, keep=(2,))
    assert len(check_map(content, keys=["seam"])) == found


def test_longitudes_beyond_the_seam_are_told_but_on_maps_that_go_on_there():
    line = shapely.LineString([(100.0, 10.0), (190.0, 11.0)])
    other = shapely.LineString([(-100.0, 10.0), (-90.0, 11.0)])
    content = _moved(_at_seam(west=False), 180.0, keep=(2, 4))
    contacts = content.layer(CONTACTS)
    over = type(contacts)(CONTACTS, contacts.ids, np.array([line, other]), contacts.attributes)
    (finding,) = check_map(replace(content, layers={CONTACTS: over}), keys=["seam"])
    assert finding.features == (2,)
    assert "190" in finding.message
    on_purpose = replace(over, shapes=np.array([line, line]))
    assert check_map(replace(content, layers={CONTACTS: on_purpose}), keys=["seam"]) == []


def test_coordinates_that_are_no_degrees():
    content = clean_map().content(PLANE)
    systems = dict.fromkeys(content.systems, LayerSystem("WGS 84", "EARTH", True))
    found = check_map(replace(content, systems=systems), keys=["wrong-crs"])
    assert {each.subject for each in found} == {"other body", "no degrees"}
    told = next(f for f in found if f.layer == UNIT_POINTS and f.subject == "no degrees")
    assert "1,030,000" in told.message
    assert told.place is not None


def test_layers_without_a_system_and_in_another_one():
    content = clean_map().content(PLANE)
    systems = {**content.systems, UNITS: LayerSystem(""), CONTACTS: LayerSystem("Mars", "MARS")}
    found = check_map(replace(content, systems=systems), keys=["wrong-crs"])
    assert [(each.layer, each.subject) for each in found] == [
        (UNITS, "other body"),
        (UNITS, "other system"),
    ]
