"""A fix ends the finding that it is for, and makes nothing worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_checks_cases import CASES, THRUST
from map_checks_kit import (
    EQUATOR_DEGREES,
    STAGES,
    Draft,
    Stage,
    applied,
    clean_map,
    dense,
    with_shape,
)

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import check_map, finding_key
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.fixes import Fix, fix_for
from planetary_qgis.core.mapping.fixes.line_parts import pieces, with_vertex
from planetary_qgis.core.mapping.fixes.mending import MENDS
from planetary_qgis.core.mapping.map_content import MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    MAP_BOUNDARY,
    UNIT_POINTS,
)

PLANE = STAGES[2]
FIXED = {
    "zero-length",
    "multipart-line",
    "self-crossing",
    "crossing",
    "overshoot",
    "undershoot",
    "duplicate-line",
    "repeated-vertex",
    "zero-area",
    "multipart-polygon",
    "duplicate-point",
    "unknown-certainty",
}


def _errors(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(each.check, each.message) for each in findings if each.severity is Severity.ERROR}


def _mended(content: MapContent, key: str) -> MapContent:
    """The map after the fixes of all findings of a check, which must be none that it knows not."""
    before = check_map(content)
    for _ in range(20):
        found = [each for each in check_map(content, keys=[key]) if each.fix]
        if not found:
            break
        fix = fix_for(found[0], content)
        assert fix is not None, found[0]
        content = applied(content, fix)
    assert check_map(content, keys=[key]) == []
    assert len(_errors(check_map(content))) <= len(_errors(before))
    return content


def _drawn(draft: Draft, stage: Stage, key: str) -> tuple[MapContent, Finding, Fix]:
    content = draft.content(stage)
    found = check_map(content, keys=[key])
    fix = fix_for(found[0], content)
    assert fix is not None
    return content, found[0], fix


@pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
@pytest.mark.parametrize("key", sorted(FIXED))
def test_a_fix_ends_what_it_is_for(key, stage):
    draft = clean_map()
    CASES[key].trigger(draft)
    content = draft.content(stage)
    (finding, *_) = check_map(content, keys=[key])
    fix = fix_for(finding, content)
    assert fix is not None
    assert fix.title
    after = applied(content, fix)
    assert finding_key(finding) not in {finding_key(each) for each in check_map(after, keys=[key])}
    assert fix_for(finding, after) is None
    before, now = _errors(check_map(content)), _errors(check_map(after))
    assert {check for check, _ in now} <= {check for check, _ in before}


def test_checks_offer_only_fixes_that_there_are():
    offered = set()
    for key, case in CASES.items():
        draft = clean_map()
        case.trigger(draft)
        found = check_map(draft.content(EQUATOR_DEGREES), keys=[key])
        assert {bool(each.fix) for each in found} == {key in FIXED}, key
        offered |= {each.fix for each in found} - {""}
    assert offered == set(MENDS) - {""}


def test_snapped_ends_put_a_vertex_into_the_other_line():
    draft = clean_map()
    draft.contact((20_000, 9_000), (30_000, 9_000), (39_800, 9_100))
    content, finding, fix = _drawn(draft, PLANE, "undershoot")
    assert {(edit.layer, edit.feature) for edit in fix.edits} == {
        (CONTACTS, 5),
        (MAP_BOUNDARY, 1),
    }
    after = applied(content, fix)
    boundary = shapely.get_coordinates(after.layer(MAP_BOUNDARY).shapes[0])
    contact = shapely.get_coordinates(after.layer(CONTACTS).shapes[4])
    assert contact[-1] == pytest.approx([1_040_000.0, 9_100.0])
    assert contact[-1].tolist() in boundary.tolist()
    assert contact[-2].tolist() == [1_039_800.0, 9_100.0]
    assert finding.size == pytest.approx(200.0, rel=1e-3)


def test_trimmed_lines_end_where_they_met():
    draft = clean_map()
    draft.contact((20_000, 9_000), (30_000, 9_000), (40_000, 9_000), (40_050, 9_000))
    draft.contact((9_000, 0), (9_000, 20_300))
    content, finding, fix = _drawn(draft, PLANE, "overshoot")
    assert finding.features == (6,)
    after = applied(content, fix)
    assert shapely.get_coordinates(after.layer(CONTACTS).shapes[5])[-1].tolist() == [
        1_009_000.0,
        20_000.0,
    ]
    met = shapely.get_coordinates(after.layer(CONTACTS).shapes[3])
    assert [1_009_000.0, 20_000.0] in met.tolist()


def test_a_stub_is_deleted_whole():
    draft = clean_map()
    draft.contact((20_000, 10_000), (20_400, 10_000))
    content, _, fix = _drawn(draft, PLANE, "overshoot")
    assert [(edit.feature, edit.shape) for edit in fix.edits] == [(5, None)]
    assert check_map(applied(content, fix)) == []


def test_split_lines_keep_their_attributes():
    draft = clean_map()
    draft.contact((11_000, 12_000), (11_000, 27_000), Notes="x'; DROP\n🪐", TYPE="inferred")
    content, _, fix = _drawn(draft, PLANE, "crossing")
    after = applied(content, fix)
    contacts = after.layer(CONTACTS)
    assert len(contacts.ids) == len(content.layer(CONTACTS).ids) + 2
    assert list(contacts.column("Notes")).count("x'; DROP\n🪐") == 2
    whole = [shapely.length(each.layer(CONTACTS).shapes).sum() for each in (content, after)]
    assert whole[0] == pytest.approx(whole[1])


def test_lines_that_differ_in_what_they_say_are_not_merged():
    draft = clean_map()
    CASES["duplicate-line"].trigger(draft)
    draft.row(CONTACTS, 5).attributes["TYPE"] = "inferred"
    content = draft.content(PLANE)
    (finding,) = check_map(content, keys=["duplicate-line"])
    assert finding.fix == ""
    assert fix_for(finding, content) is None


def test_points_that_differ_in_what_they_say_are_not_merged():
    draft = clean_map()
    draft.add(UNIT_POINTS, shapely.Point(10_000, 10_000), Unit="Aa", Notes="see field book")
    (finding,) = check_map(draft.content(PLANE), keys=["duplicate-point"])
    assert finding.fix == ""


def test_codes_are_known_by_their_labels_too():
    draft = clean_map()
    draft.row(CONTACTS, 2).attributes["TYPE"] = "INFERRED"
    content, _, fix = _drawn(draft, PLANE, "unknown-certainty")
    after = applied(content, fix)
    assert after.layer(CONTACTS).column("TYPE")[1] == "inferred"
    assert after.layer(CONTACTS).shapes[1] is content.layer(CONTACTS).shapes[1]


def test_repeated_vertices_go_and_ends_stay():
    line = shapely.LineString([(5e3, 5e3)] * 3 + [(7e3, 5e3)] * 2 + [(9e3, 9e3)] * 2)
    draft = clean_map()
    draft.add(LINEAR_FEATURES, line, TYPE=THRUST, Certainty="certain")
    content, _, fix = _drawn(draft, PLANE, "repeated-vertex")
    after = applied(content, fix)
    assert shapely.get_num_coordinates(after.layer(LINEAR_FEATURES).shapes[1]) == 3


def test_what_is_gone_needs_no_fix():
    for key in sorted(FIXED):
        draft = clean_map()
        CASES[key].trigger(draft)
        for finding in check_map(draft.content(PLANE), keys=[key]):
            assert fix_for(finding, clean_map().content(PLANE)) is None, key


@given(st.integers(0, 3), st.floats(0.05, 0.95), st.floats(-80, 80), st.floats(10, 480))
@settings(max_examples=12)
def test_ends_meet_wherever_they_stopped(side, along, turned, gap):
    draft = clean_map()
    far = np.array([20_000 + 19_000 * along, 0.0])
    across = np.tan(np.radians(turned)) * 9_000
    start = (float(np.clip(far[0] + across, 20_500, 39_500)), 20_000.0)
    draft.contact(start, (float(far[0]), gap))
    _mended(draft.content(STAGES[side]), "undershoot")


@given(st.integers(0, 3), st.floats(0.05, 0.95), st.floats(-2_000, 2_000), st.floats(10, 300))
@settings(max_examples=12)
def test_lines_end_wherever_they_ran_over(stage, along, sideways, over):
    draft = clean_map()
    x = 2_000 + 16_000 * along
    end = (x + sideways * over / 10_000, 20_000 + over)
    draft.contact((x - sideways, 10_000), end, TYPE="inferred")
    draft.contact((x - sideways, 10_000), (20_000, 10_000))
    _mended(draft.content(STAGES[stage]), "overshoot")


@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.floats(1_000, 39_000), st.floats(1_000, 39_000)), min_size=2, max_size=5),
)
@settings(max_examples=12)
def test_lines_can_be_split_until_none_cross(stage, points):
    draft = clean_map()
    draft.contact(*points)
    content = draft.content(STAGES[stage])
    before = _length(content)
    for _ in range(120):
        found = check_map(content, keys=["crossing", "self-crossing"])
        if not found:
            break
        fix = fix_for(found[0], content)
        assert fix is not None
        assert fix.edits
        content = applied(content, fix)
    assert check_map(content, keys=["crossing", "self-crossing"]) == []
    assert _length(content) == pytest.approx(before, rel=1e-6)


def _length(content: MapContent) -> float:
    return float(content.ground.lengths(content.layer(CONTACTS).shapes).sum())


def test_a_vertex_is_put_into_the_ring_that_is_there():
    shape = shapely.from_wkt("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))")
    assert with_vertex(shape, np.array([3.0, 4.0])).wkt == (
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 3 4, 4 4, 4 2, 2 2))"
    )
    assert with_vertex(shape, np.array([9.0, 9.0])) is shape
    line = shapely.from_wkt("MULTILINESTRING ((0 0, 4 0), (0 2, 4 2))")
    assert with_vertex(line, np.array([3.0, 2.0])).wkt == (
        "MULTILINESTRING ((0 0, 4 0), (0 2, 3 2, 4 2))"
    )


def test_pieces_end_where_a_line_passes_twice():
    loop = shapely.LineString([(0, 0), (4, 0), (4, 4), (2, 4), (2, -2)])
    found = pieces(loop, np.array([2.0, 0.0]), 1e-9)
    assert [each.wkt for each in found] == [
        "LINESTRING (0 0, 2 0)",
        "LINESTRING (2 0, 4 0, 4 4, 2 4, 2 0)",
        "LINESTRING (2 0, 2 -2)",
    ]
    assert len(pieces(dense([(0, 0), (8_000, 0)]), np.array([2_000.0, 0.0]), 1e-9)) == 2


def test_findings_whose_shape_changed_meanwhile_are_left_alone():
    draft = clean_map()
    CASES["undershoot"].trigger(draft)
    (finding,) = check_map(draft.content(PLANE), keys=["undershoot"])
    with_shape(draft, CONTACTS, 1, dense([(20_000, 0), (20_000, 19_700)]))
    assert fix_for(finding, draft.content(PLANE)) is None


def test_an_end_that_has_run_over_is_not_drawn_back():
    draft = clean_map()
    draft.contact((11_000, 12_000), (11_000, 20_000), (11_350, 20_420))
    (finding,) = check_map(draft.content(PLANE), keys=["undershoot"])
    assert finding.size == pytest.approx(420, rel=1e-2)
    assert finding.fix == ""
    assert fix_for(replace(finding, fix="snap"), draft.content(PLANE)) is None
