"""The chart of what kernels cover: where bars, gaps and ticks are, and what mouse and keys do."""

from __future__ import annotations

import numpy as np
import pytest
from gui_kit import settle
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QMouseEvent, QPalette, QWheelEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication

from planetary_qgis.gui.coverage_axis import Axis, axis_over
from planetary_qgis.gui.coverage_chart import CoverageChart
from planetary_qgis.gui.coverage_rows import FULL, Row, leading_extent, whole_extent
from planetary_qgis.gui.coverage_sentences import length_text, span_texts

T0 = 1_167_696_000.0
"""2007-01-02T00:00:00 UTC."""
HOUR, DAY = 3600.0, 86_400.0


@st.composite
def rows(draw):
    """Objects with up to forty intervals, some without length, some touching columns' edges."""
    steps = draw(st.lists(st.integers(0, 50), min_size=0, max_size=80))
    times = np.cumsum([step + 1 if place % 2 == 0 else step for place, step in enumerate(steps)])
    return Row("X", -1, "attitude", times[: len(times) // 2 * 2].reshape(-1, 2).astype(float))


def seconds_covered(row: Row, start: float, stop: float) -> float:
    return sum(max(0.0, min(b, stop) - max(a, start)) for a, b in row.intervals.tolist())


@given(rows(), st.floats(-50, 500), st.floats(0.5, 2000), st.integers(1, 60))
def test_a_column_is_painted_if_something_of_it_is_covered(row, start, length, columns):
    edges = np.linspace(start, start + length, columns + 1)
    levels = np.zeros(columns, dtype=int)
    for first, after, level in row.pieces(edges):
        assert not levels[first:after].any()
        levels[first:after] = level
    for level, a, b in zip(levels, edges[:-1], edges[1:]):
        covered = seconds_covered(row, a, b)
        if covered > 1e-5 * (b - a):
            assert level > 0
        elif not any(a <= begin < b for begin in row.intervals[:, 0]):
            assert level == 0
        if covered < (1 - 1e-5) * (b - a):
            assert level < FULL
        if covered > (1 - 1e-9) * (b - a):
            assert level == FULL


@given(rows(), st.floats(-20, 3000))
def test_a_moment_is_in_an_interval_in_a_gap_or_outside(row, time):
    holding = [k for k, (a, b) in enumerate(row.intervals.tolist()) if a <= time <= b]
    found = row.index_at(time)
    assert found in holding if holding else found is None
    gap = row.gap_at(time)
    if gap is not None:
        assert gap[0] < time < gap[1]
        assert seconds_covered(row, *gap) == 0
    elif not holding and len(row):
        assert time < row.intervals[0, 0] or time > row.intervals[-1, 1]


@given(rows(), st.floats(-20, 3000), st.floats(0, 100))
def test_the_nearest_interval_is_found_within_the_slack(row, time, slack):
    distances = [max(a - time, time - b, 0.0) for a, b in row.intervals.tolist()]
    found = row.index_at(time, slack)
    if found is None:
        assert not distances or min(distances) > slack
    else:
        assert distances[found] == min(distances) <= slack


@settings(max_examples=300)
@given(st.floats(-3e10, 3e10), st.floats(-1.5, 11), st.integers(1, 12))
def test_ticks_are_round_times_in_sight_and_not_too_many(start, power, room):
    axis = Axis(start, start + 10**power)
    ticks = axis.ticks(room)
    times = [tick.time for tick in ticks]
    assert len(ticks) <= room + 1
    assert times == sorted(set(times))
    assert all(axis.start - 1e-5 <= time <= axis.stop + 1e-5 for time in times)
    for tick in ticks:
        assert tick.text in str(np.datetime64(round(tick.time * 1000), "ms"))


@given(st.floats(0.01, 100), st.floats(0, 1), st.floats(-2, 2))
def test_zooming_holds_the_place_and_nothing_leaves_the_limits(factor, share, move):
    limits = axis_over((T0, T0 + 10 * DAY))
    axis = Axis(T0 + 4 * DAY, T0 + 5 * DAY)
    zoomed = axis.zoomed(factor, share, limits)
    assert zoomed.within(limits) == zoomed
    if zoomed.start > limits.start and zoomed.stop < limits.stop:
        assert zoomed.time_at(share) == pytest.approx(axis.time_at(share), abs=1e-3)
    moved = axis.moved(move, limits)
    assert moved.length == pytest.approx(axis.length)
    assert moved.within(limits) == moved


@given(st.floats(-2e9, 4e9), st.floats(0.0, 1e8))
def test_the_texts_of_a_span_are_not_outside_of_it(start, length):
    texts = span_texts(start, start + length)
    first, last = (np.datetime64(text.rstrip("Z"), "us").astype(np.int64) / 1e6 for text in texts)
    assert first <= last
    if length > 3e-3:
        assert start - 2e-7 <= first < start + 1.1e-3
        assert start + length - 1.1e-3 < last <= start + length + 2e-7
    else:
        assert abs(first - start) < 2e-3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.250 s"), (59.5, "59.5 s"), (90, "1 min 30 s"), (7200, "2 h"), (5 * DAY + 1, "5 d")],
)
def test_lengths_are_told_in_their_largest_units(seconds, text):
    assert length_text(seconds) == text


def test_a_chart_opens_on_the_spacecraft_not_on_the_planets():
    planet = Row("MARS", 499, "positions", np.array([[T0 - 1e9, T0 + 1e9]]), leads=False)
    craft = Row("CRAFT", -1, "positions", np.array([[T0, T0 + DAY]]))
    assert leading_extent([planet, craft]) == (T0, T0 + DAY)
    assert whole_extent([planet, craft]) == (T0 - 1e9, T0 + 1e9)
    assert leading_extent([planet]) == (T0 - 1e9, T0 + 1e9)
    assert leading_extent([]) is None


@pytest.fixture
def chart(interface):
    made = CoverageChart(interface.mainWindow())
    made.resize(330, 220)
    made.show_rows(
        [
            Row("CRAFT", -74, "Positions", np.array([[T0, T0 + DAY]])),
            Row(
                "CRAFT_SPACECRAFT_FRAME",
                -74000,
                "Attitude",
                np.array([[T0, T0 + 6 * HOUR], [T0 + 12 * HOUR, T0 + 18 * HOUR]]),
            ),
            Row("NOTHING", -75, "Attitude", np.empty((0, 2))),
        ]
    )
    made.show()
    settle()
    yield made
    made.close()
    made.deleteLater()


def place(chart: CoverageChart, row: int, time: float) -> QPointF:
    picture = chart.picture()
    return QPointF(picture.x_of(time), picture.row_rect(row).center().y())


def color_at(chart: CoverageChart, where: QPointF) -> QColor:
    return QColor(chart.viewport().grab().toImage().pixel(where.toPoint()))


def in_sight(chart: CoverageChart) -> tuple[float, float]:
    axis = chart.picture().axis
    return axis.start, axis.stop


def press_mouse(chart, kind, where: QPointF, button=Qt.MouseButton.LeftButton):
    none = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, where, button, button, none)
    QApplication.sendEvent(chart.viewport(), event)


def turn_wheel(chart, where: QPointF, notches: int):
    glob = QPointF(chart.viewport().mapToGlobal(where.toPoint()))
    event = QWheelEvent(
        where,
        glob,
        QPoint(0, 0),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart.viewport(), event)


def dark() -> QPalette:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor("#202020"))
    palette.setColor(QPalette.ColorRole.Text, QColor("#e0e0e0"))
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#3080d0"))
    return palette


@pytest.mark.parametrize("palette", [QPalette(), dark()], ids=["light", "dark"])
def test_bars_have_the_palettes_color_and_gaps_stay_empty(chart, palette):
    chart.setPalette(palette)
    bar = palette.color(QPalette.ColorRole.Highlight).name()
    ground = palette.color(QPalette.ColorRole.Base).name()
    assert color_at(chart, place(chart, 1, T0 + 3 * HOUR)).name() == bar
    assert color_at(chart, place(chart, 1, T0 + 9 * HOUR)).name() == ground
    assert color_at(chart, place(chart, 1, T0 + 15 * HOUR)).name() == bar


def test_the_times_of_the_observation_are_marked(chart):
    where = place(chart, 1, T0 + 9 * HOUR)
    before = color_at(chart, where)
    chart.mark(T0 + 8 * HOUR, T0 + 10 * HOUR)
    assert color_at(chart, where) != before
    chart.mark()
    assert color_at(chart, where) == before


def test_what_is_under_the_mouse_is_told(chart):
    inside = chart.sentence_at(place(chart, 1, T0 + 13 * HOUR))
    assert "CRAFT_SPACECRAFT_FRAME (-74000)" in inside
    assert "2007-01-02 12:00:00 to 2007-01-02 18:00:00 (6 h)" in inside
    gap = chart.sentence_at(place(chart, 1, T0 + 9 * HOUR))
    assert "nothing from 2007-01-02 06:00:00 to 2007-01-02 12:00:00 (6 h)" in gap
    name = chart.sentence_at(QPointF(5, place(chart, 1, T0).y()))
    assert "gaps: 1" in name
    assert chart.sentence_at(QPointF(5, 2)) == ""
    told = []
    chart.pointed.connect(told.append)
    press_mouse(
        chart,
        QEvent.Type.MouseMove,
        place(chart, 1, T0 + 13 * HOUR),
        Qt.MouseButton.NoButton,
    )
    assert told == [inside]


def test_a_double_click_takes_a_bars_span_and_not_a_gaps(chart):
    taken = []
    chart.span_chosen.connect(lambda *span: taken.append(span))
    press_mouse(chart, QEvent.Type.MouseButtonDblClick, place(chart, 1, T0 + 9 * HOUR))
    assert taken == []
    press_mouse(chart, QEvent.Type.MouseButtonDblClick, place(chart, 1, T0 + 15 * HOUR))
    assert taken == [(T0 + 12 * HOUR, T0 + 18 * HOUR)]


def test_the_wheel_zooms_about_the_mouse(chart):
    where = place(chart, 1, T0 + 6 * HOUR)
    before = in_sight(chart)
    turn_wheel(chart, where, 3)
    after = in_sight(chart)
    assert after[1] - after[0] == pytest.approx((before[1] - before[0]) * 0.8**3)
    assert chart.picture().time_at(where.x()) == pytest.approx(T0 + 6 * HOUR, abs=1)
    turn_wheel(chart, where, -50)
    assert in_sight(chart) == pytest.approx(before)


def test_dragging_moves_the_times(chart):
    turn_wheel(chart, place(chart, 1, T0 + 12 * HOUR), 6)
    before = in_sight(chart)
    where = place(chart, 1, T0 + 12 * HOUR)
    press_mouse(chart, QEvent.Type.MouseButtonPress, where)
    press_mouse(chart, QEvent.Type.MouseMove, where - QPointF(40, 0))
    press_mouse(chart, QEvent.Type.MouseButtonRelease, where - QPointF(40, 0))
    moved = in_sight(chart)[0] - before[0]
    assert moved == pytest.approx(
        40 / chart.picture().plot.width() * (before[1] - before[0]), rel=0.01
    )


def test_keys_walk_from_interval_to_interval(chart):
    taken, told = [], []
    chart.span_chosen.connect(lambda *span: taken.append(span))
    chart.pointed.connect(told.append)
    for key in ("Key_Down", "Key_Down", "Key_Right", "Key_Return", "Key_Left", "Key_Return"):
        QTest.keyClick(chart, getattr(Qt.Key, key))
    assert taken == [(T0 + 12 * HOUR, T0 + 18 * HOUR), (T0, T0 + 6 * HOUR)]
    assert "00:00:00 to 2007-01-02 06:00:00" in told[-1]
    assert chart.accessibleDescription() == told[-1]


def test_keys_do_nothing_bad_where_there_is_nothing(chart):
    for key in ("Key_Down", "Key_Down", "Key_Down", "Key_Right", "Key_Left", "Key_Return"):
        QTest.keyClick(chart, getattr(Qt.Key, key))
    assert "NOTHING (-75), Attitude: nothing" in chart.accessibleDescription()
    chart.show_rows([])
    for key in ("Key_Down", "Key_Right", "Key_Plus", "Key_Home", "Key_Return"):
        QTest.keyClick(chart, getattr(Qt.Key, key))
    settle()


def test_keys_zoom_and_show_all_again(chart):
    before = in_sight(chart)
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert in_sight(chart)[1] - in_sight(chart)[0] == pytest.approx((before[1] - before[0]) / 2)
    QTest.keyClick(chart, Qt.Key.Key_PageDown)
    assert in_sight(chart)[0] > before[0]
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert in_sight(chart) == before


def test_rows_beyond_the_window_are_reached_by_scrolling_and_by_keys(chart):
    chart.show_rows(
        [Row(f"R{n}", -n, "Positions", np.array([[T0, T0 + DAY]])) for n in range(1, 40)]
    )
    assert chart.verticalScrollBar().maximum() > 0
    for _ in range(39):
        QTest.keyClick(chart, Qt.Key.Key_Down)
    rect = chart.picture().row_rect(38)
    assert rect.bottom() <= chart.viewport().height() + 1
    assert "R39" in chart.sentence_at(QPointF(5, rect.center().y()))


def test_many_thousand_intervals_are_few_pieces(chart):
    starts = T0 + np.arange(100_000) * 300.0
    row = Row("MANY", -1, "Attitude", np.column_stack([starts, starts + 240.0]))
    chart.show_rows([row])
    assert len(row.pieces(np.linspace(*in_sight(chart), 301))) < 10
    assert color_at(chart, place(chart, 0, T0 + 1e7)) != chart.palette().color(
        QPalette.ColorRole.Base
    )
    while in_sight(chart)[1] - in_sight(chart)[0] > 3000:
        QTest.keyClick(chart, Qt.Key.Key_Plus)
    middle = sum(in_sight(chart)) / 2
    begin = T0 + (middle - T0) // 300 * 300
    ground = chart.palette().color(QPalette.ColorRole.Base)
    assert color_at(chart, place(chart, 0, begin + 270)).name() == ground.name()
    assert color_at(chart, place(chart, 0, begin + 120)).name() != ground.name()
