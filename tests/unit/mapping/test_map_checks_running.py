"""Running the checks: in order, whatever is in the map, and known again in another run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_checks_cases import CASES
from map_checks_kit import EQUATOR_DEGREES, STAGES, Row, clean_map, dense, square, with_shape

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import CHECKS, check_map, check_named, finding_key
from planetary_qgis.core.mapping.checks import running as running_module
from planetary_qgis.core.mapping.checks.looking import LOOKS
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    MAP_LAYERS,
    UNIT_POINTS,
    UNITS,
)

PLANE = STAGES[2]
HOSTILE = "</td><script>alert('x')</script>\n\0" + "🪐" * 3 + "\"'; DROP TABLE x; --"
NASTY = [
    None,
    "POINT EMPTY",
    "LINESTRING EMPTY",
    "POLYGON EMPTY",
    "GEOMETRYCOLLECTION EMPTY",
    "POINT (5000 5000)",
    "MULTIPOINT ((5000 5000), (6000 6000))",
    "LINESTRING (5000 5000, 5000 5000)",
    "LINESTRING (5000 5000, 5000 NaN, 6000 6000)",
    "LINESTRING Z (5000 5000 1, 5000 9000 2)",
    "LINESTRING (0 0, 40000 40000, 0 40000, 40000 0)",
    "LINESTRING (5000 5000, 9000 5000, 5000 5000)",
    "MULTILINESTRING ((5000 5000, 5000 5000), (20000 0, 20000 20000))",
    "POLYGON ((0 0, 9000 0, 0 9000, 9000 9000, 0 0))",
    "POLYGON ((0 0, 9000 0, 4000 0, 0 0))",
    "POLYGON ((0 0, 9000 0, 9000 9000, 0 0), (0 0, 9000 0, 9000 9000, 0 0))",
    "MULTIPOLYGON (((0 0, 9000 0, 9000 9000, 0 0)), ((0 0, 9000 0, 9000 9000, 0 0)))",
    "GEOMETRYCOLLECTION (POINT (1 1), GEOMETRYCOLLECTION (LINESTRING (1 1, 9000 1)))",
]
WORDS = [None, "", "  ", "Aa", "Bb", HOSTILE, 7, float("nan"), True, "x" * 100_000]


def _shape(text: str | None):
    with np.errstate(invalid="ignore"):  # NaN is meant
        return None if text is None else shapely.from_wkt(text)


@given(
    st.integers(0, 3),
    st.lists(
        st.tuples(
            st.sampled_from([spec.name for spec in MAP_LAYERS]),
            st.sampled_from(NASTY),
            st.sampled_from(WORDS),
        ),
        max_size=12,
    ),
)
@settings(max_examples=40)
def test_every_check_comes_to_an_end_on_any_map(stage, rows):
    draft = clean_map()
    for layer, shape, word in rows:
        columns = [field.name for field in next(s for s in MAP_LAYERS if s.name == layer).fields]
        draft.add(layer, _shape(shape), **dict.fromkeys(columns, word))
    for each in check_map(draft.content(STAGES[stage])):
        assert "could not be finished" not in each.message
        assert finding_key(each)
        assert each.place is None or np.isfinite(each.place.bounds).all()


def test_a_map_without_anything():
    assert check_map(MapContent({}, Ground(), 1e6, 500.0)) == []


def test_a_map_in_a_plane_of_no_body():
    draft = clean_map()
    CASES["undershoot"].trigger(draft)
    content = replace(draft.content(PLANE), ground=Ground(), body="")
    assert {each.check for each in check_map(content)} == {"undershoot"}


def test_layers_with_other_columns_than_the_template():
    draft = clean_map()
    content = draft.content(PLANE)
    contacts = content.layer(CONTACTS)
    renamed = LayerContent(
        CONTACTS,
        contacts.ids,
        contacts.shapes,
        contacts.attributes.rename(columns={"TYPE": "type"}).drop(columns="Contact_ty"),
    )
    found = check_map(replace(content, layers={**content.layers, CONTACTS: renamed}))
    assert [(each.check, each.subject) for each in found] == [("empty-attribute", "Contact_ty")]


def test_errors_come_first_then_check_by_check_from_north_to_south():
    draft = clean_map()
    for y in (9_000, 27_000, 3_000):
        draft.contact((20_000, y), (26_000, y + 500))
    CASES["similar-colours"].trigger(draft)
    found = check_map(draft.content(PLANE))
    severities = [list(Severity).index(each.severity) for each in found]
    assert severities == sorted(severities)
    dangles = [each.place.y for each in found if each.check == "dangle"]
    assert dangles == [27_500.0, 9_500.0, 3_500.0]


def test_only_what_is_asked_for_is_looked_for():
    draft = clean_map()
    for key in ("dangle", "unit-unused", "gap"):
        CASES[key].trigger(draft)
    found = check_map(draft.content(PLANE), keys={"unit-unused"})
    assert {each.check for each in found} == {"unit-unused"}


def test_progress_goes_up_to_one():
    told: list[float] = []
    check_map(clean_map().content(PLANE), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == len(CHECKS) + 1


def test_what_was_found_before_cancelling_is_told():
    draft = clean_map()
    CASES["wrong-crs"].trigger(draft)
    CASES["similar-colours"].trigger(draft)
    asked: list[int] = []
    found = check_map(draft.content(PLANE), cancelled=lambda: asked.append(1) or len(asked) > 5)
    assert {each.check for each in found} == {"wrong-crs"}
    assert len(asked) == 6


def test_a_check_that_cannot_run_says_so_and_others_go_on(monkeypatch):
    def stumbles(_context):
        raise shapely.errors.GEOSException("TopologyException: side location conflict")

    monkeypatch.setitem(LOOKS, "crossing", stumbles)
    draft = clean_map()
    CASES["dangle"].trigger(draft)
    found = check_map(draft.content(PLANE), keys={"crossing", "dangle"})
    assert [each.check for each in found] == ["dangle", "crossing"]
    assert "side location conflict" in found[1].message
    assert check_named("crossing").title in found[1].message


def test_places_that_are_nowhere_on_the_body_stop_no_run():
    def refusing(x, y):
        if (np.abs(x) < 900_000.0).any():
            raise PlanetaryError("The place lies nowhere on the body.")
        return PLANE.ground.to_sphere(x, y)

    draft = clean_map()
    CASES["unit-unused"].trigger(draft)
    draft.contact((-980_000, 5_000), (-970_000, 5_000))
    content = replace(draft.content(PLANE), ground=Ground(PLANE.ground.radius_m, refusing))
    found = check_map(content)
    assert "unit-unused" in {each.check for each in found}
    assert any("lies nowhere on the body" in each.message for each in found)


def test_what_could_not_be_read_is_told():
    content = replace(clean_map().content(PLANE), notes=("The layer x could not be read.",))
    (found,) = check_map(content)
    assert (found.check, found.message) == (running_module.UNREADABLE, content.notes[0])


def _everything_wrong():
    draft = clean_map()
    for key in ("dangle", "undershoot", "bad-code", "unit-unused", "duplicate-point", "seam"):
        CASES[key].trigger(draft)
    with_shape(draft, UNITS, 3, square(0, 20_000, 19_000))
    return draft


@pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
def test_findings_have_keys_of_their_own(stage):
    found = check_map(_everything_wrong().content(stage))
    keys = [finding_key(each) for each in found]
    assert len(found) > 8
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
def test_keys_stay_when_rows_are_numbered_anew_and_the_map_grows(stage):
    draft = _everything_wrong()
    before = {finding_key(each) for each in check_map(draft.content(stage))}
    for layer, rows in draft.rows.items():
        if layer not in (DESCRIPTION,):
            draft.rows[layer] = [Row(900 - row.id, row.shape, row.attributes) for row in rows]
    place = shapely.Point(33_000, 3_000)
    draft.add(LOCATION_FEATURES, place, **draft.rows[LOCATION_FEATURES][0].attributes)
    after = {finding_key(each) for each in check_map(draft.content(stage))}
    assert before == after


def test_keys_do_not_see_what_the_scale_does_not_show():
    def key(x: float) -> str:
        place = shapely.Point(x, 7.0)
        return finding_key(
            Finding("dangle", Severity.ERROR, CONTACTS, (1,), place, "x", grain=512.0)
        )

    assert key(1_000_010.0) == key(1_000_012.0)
    assert key(1_000_010.0) != key(1_001_010.0)


def test_hostile_words_are_quoted_in_one_line():
    draft = clean_map()
    draft.add(UNIT_POINTS, shapely.Point(5e3, 5e3), Unit=HOSTILE * 1000)
    for each in check_map(draft.content(PLANE)):
        assert "\n" not in each.message
        assert len(each.message) < 400


def test_lines_on_the_boundary_are_within_it():
    draft = clean_map()
    draft.add(CONTACTS, dense([(0, 0), (40_000, 0)]), Contact_ty="01.01.01", TYPE="certain")
    assert check_map(draft.content(EQUATOR_DEGREES)) == []


def test_maps_without_a_boundary_are_closed_by_their_contacts():
    draft = clean_map()
    draft.rows[MAP_BOUNDARY] = []
    draft.contact((0, 0), (40_000, 0), (40_000, 40_000), (0, 40_000), (0, 0))
    assert check_map(draft.content(EQUATOR_DEGREES)) == []
    draft.drop(UNITS, 1)
    hole = check_map(draft.content(EQUATOR_DEGREES), keys=["gap"])
    assert hole == []  # at the edge of a map without a boundary nobody can tell
    with_shape(draft, UNITS, 2, square(20_000, 0, 20_000).difference(square(30_000, 9_000, 4_000)))
    (hole,) = check_map(draft.content(EQUATOR_DEGREES), keys=["gap"])
    assert hole.size == pytest.approx(16e6, rel=1e-3)
