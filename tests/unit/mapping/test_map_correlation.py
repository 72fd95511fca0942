"""The correlation of map units as pure geometry."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.correlation import Box, correlation_chart
from planetary_qgis.core.mapping.description import MapUnit

MARS, MOON = ages_of("MARS"), ages_of("MOON")
CODES = [age.code for age in MARS]
UNITS = st.lists(
    st.tuples(
        st.sampled_from([*CODES, "", "?"]), st.sampled_from([*CODES, ""]), st.text(max_size=1)
    ),
    max_size=25,
)


def chart_of(*rows: tuple[str, str, str], ages=MARS):
    units = [
        MapUnit(fid=n, unit=f"u{n}", oldest=old, youngest=young, group=group)
        for n, (old, young, group) in enumerate(rows)
    ]
    return correlation_chart(units, ages)


def rows_of(chart, label: str) -> tuple[float, float]:
    return next((each.top, each.bottom) for each in chart.axis if each.label == label)


def test_a_box_spans_its_ages_the_youngest_on_top() -> None:
    chart = chart_of(("Early Hesperian", "Late Amazonian", ""))
    (box,) = chart.boxes
    assert box.top == rows_of(chart, "Late Amazonian")[0]
    assert box.bottom == rows_of(chart, "Early Hesperian")[1]
    tops = [rows_of(chart, label)[0] for label in ("Amazonian", "Hesperian")]
    assert tops == sorted(tops)


def test_periods_span_their_epochs() -> None:
    chart = chart_of(("Hesperian", "Hesperian", ""))
    (box,) = chart.boxes
    assert (box.top, box.bottom) == rows_of(chart, "Hesperian")
    assert rows_of(chart, "Early Hesperian")[1] == rows_of(chart, "Hesperian")[1]


def test_the_axis_is_no_longer_than_needed_but_whole_periods() -> None:
    labels = {each.label for each in chart_of(("Early Hesperian", "", "")).axis}
    assert labels == {"Hesperian", "Early Hesperian", "Late Hesperian"}


def test_one_age_mixed_up_ages_and_abbreviations_are_understood() -> None:
    short = {age.code: age.abbreviation for age in MARS}
    early, late = short["Early Hesperian"], short["Late Hesperian"]
    both = chart_of(("Late Hesperian", "Early Hesperian", ""), (early, late, ""))
    assert len(both.boxes) == 2
    assert len({(box.top, box.bottom) for box in both.boxes}) == 1


def test_a_question_mark_dashes_its_end_only() -> None:
    (box,) = chart_of(("Early Hesperian?", "Late Amazonian", "")).boxes
    assert (box.top_queried, box.bottom_queried) == (False, True)


def test_without_ages_units_are_listed_beside() -> None:
    chart = chart_of(("", "", ""), ("Cambrian", "", ""), ("Late Hesperian", "", ""))
    assert [unit.unit for unit in chart.undated] == ["u0", "u1"]
    assert chart_of(("Late Hesperian", "", ""), ages=()).boxes == ()


def test_groups_have_columns_of_their_own() -> None:
    chart = chart_of(("Late Amazonian", "", "x"), ("Hesperian", "", "y"), ("Noachian", "", "x"))
    assert [(each.title, each.left, each.width) for each in chart.columns] == [
        ("x", 0, 1),
        ("y", 1, 1),
    ]


@given(UNITS)
def test_no_two_boxes_overlap_and_all_units_are_there(rows) -> None:
    chart = chart_of(*rows)
    assert len(chart.boxes) + len(chart.undated) == len(rows)
    assert not any(_overlap(*pair) for pair in combinations(chart.boxes, 2))
    for box in chart.boxes:
        assert 0.0 <= box.top < box.bottom <= chart.height
        column = next(each for each in chart.columns if each.title == box.unit.group)
        assert column.left <= box.left < column.left + column.width


@given(UNITS)
def test_lanes_are_as_few_as_overlaps_allow(rows) -> None:
    chart = chart_of(*[(old, young, "") for old, young, _ in rows])
    crowds = [
        sum(box.top <= row + 0.5 <= box.bottom for box in chart.boxes)
        for row in range(int(chart.height))
    ]
    assert max(crowds, default=0) <= chart.width <= len(chart.boxes)


def test_the_moons_divisions_without_epochs_stand_beside_those_with() -> None:
    chart = chart_of(("Nectarian", "Copernican", ""), ages=MOON)
    assert rows_of(chart, "Nectarian")[0] == rows_of(chart, "Early Imbrian")[1]


def _overlap(a: Box, b: Box) -> bool:
    return a.left == b.left and a.top < b.bottom and b.top < a.bottom
