"""Symbols as they come onto paper, measured in pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import QgsFeature, QgsRenderContext, QgsSymbol
from qgis.PyQt.QtCore import QPointF
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPolygonF

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.symbols import feature_types, symbol_specs
from planetary_qgis.qgis_bridge.mapping.map_symbols import symbol_of

PIXELS_PER_MM = 16.0
SIDE = 900
MIDDLE = SIDE / 2.0
LENGTH_MM = 40.0

pytestmark = pytest.mark.usefixtures("qgis_app")


def drawn_line(symbol: QgsSymbol, degrees: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Millimetres along and to the left of every dark pixel, of a line in that direction.

    Args:
        degrees: Counter-clockwise from east, as on a map.
    """
    along = np.array([math.cos(math.radians(degrees)), -math.sin(math.radians(degrees))])
    half = along * LENGTH_MM * PIXELS_PER_MM / 2.0
    ends = [QPointF(MIDDLE + sign * half[0], MIDDLE + sign * half[1]) for sign in (-1, 1)]
    rows, columns = np.nonzero(_painted(symbol, ends) < 128)
    x, y = columns + 0.5 - MIDDLE, rows + 0.5 - MIDDLE
    # In pictures y points down, so that the left of (dx, dy) is (dy, -dx).
    left = np.array([along[1], -along[0]])
    place = (x * along[0] + y * along[1]) / PIXELS_PER_MM + LENGTH_MM / 2.0
    return place, (x * left[0] + y * left[1]) / PIXELS_PER_MM


def _painted(symbol: QgsSymbol, points: list[QPointF]) -> np.ndarray:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor(255, 255, 255))
    painter = QPainter(image)
    context = QgsRenderContext.fromQPainter(painter)
    context.setScaleFactor(PIXELS_PER_MM)
    symbol.startRender(context)
    if len(points) == 1:
        symbol.renderPoint(points[0], QgsFeature(), context)
    elif len(points) == 2:
        symbol.renderPolyline(QPolygonF(points), QgsFeature(), context)
    else:
        symbol.renderPolygon(QPolygonF(points), None, QgsFeature(), context)
    symbol.stopRender(context)
    painter.end()
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(SIDE, SIDE, 4)[:, :, :3].min(axis=2).copy()


def runs(covered: np.ndarray) -> list[tuple[bool, int]]:
    """Stretches of equal values in turn, and how many each holds."""
    edges = np.flatnonzero(np.diff(covered)) + 1
    return [(bool(part[0]), len(part)) for part in np.split(covered, edges)]


@pytest.mark.parametrize(
    ("code", "weight"),
    [("01.01.01", 0.15), ("02.01.01", 0.375), ("25.095", 0.3), ("25.040", 0.635)],
)
def test_lines_are_as_wide_as_the_standard_says(code, weight):
    place, _ = drawn_line(symbol_of(code))
    width = len(place) / PIXELS_PER_MM**2 / LENGTH_MM
    assert width == pytest.approx(weight, abs=1.0 / PIXELS_PER_MM)


# Dashes of FGDC-STD-013-2006, 25.5 to 25.8, and of 25.98 and 25.100.
@pytest.mark.parametrize(
    ("code", "dashes"),
    [
        ("01.01.03", (3.5, 0.75)),
        ("02.01.05", (1.5, 0.75)),
        ("25.008", (0.5, 0.75)),
        ("25.037 approximate", (3.5, 0.75)),
        ("25.098", (4.0, 0.5, 0.2, 0.5)),
        ("25.100", (0.75, 0.75)),
    ],
)
def test_dashes_are_as_long_as_the_standard_says(code, dashes):
    place, _ = drawn_line(symbol_of(code))
    steps = np.zeros(int(LENGTH_MM * PIXELS_PER_MM), bool)
    steps[np.clip((place * PIXELS_PER_MM).astype(int), 0, len(steps) - 1)] = True
    found = runs(steps)
    assert found[0][0]
    for (covered, pixels), dash, index in zip(found[:-1], dashes * 20, range(len(found) - 1)):
        assert covered == (index % 2 == 0)
        assert pixels / PIXELS_PER_MM == pytest.approx(dash, abs=1.5 / PIXELS_PER_MM)


def test_certain_lines_are_solid():
    place, _ = drawn_line(symbol_of("01.01.01"))
    assert len(np.unique((place * PIXELS_PER_MM).astype(int))) >= LENGTH_MM * PIXELS_PER_MM - 2


ON_THE_LEFT = (
    *("02.02.01", "02.04.01", "02.08.01", "05.09.01", "25.021", "25.053", "25.059", "25.060"),
    *("25.071", "25.072", "25.073", "25.074", "25.075", "25.084", "25.094", "25.109", "25.111"),
    "25.114",
)


@settings(max_examples=8, deadline=None)
@given(degrees=st.floats(0.0, 360.0))
@pytest.mark.parametrize("code", ON_THE_LEFT)
def test_what_has_a_side_stands_on_the_left(code, degrees):
    _, left = drawn_line(symbol_of(code), degrees)
    stroke = symbol_specs()[code].strokes[0].width / 2.0 + 2.0 / PIXELS_PER_MM
    assert (left > stroke).sum() > 20
    assert (left < -stroke).sum() == 0


def test_teeth_point_away_from_the_line():
    _, left = drawn_line(symbol_of("02.08.01"))
    widths = [((left > low) & (left <= low + 0.25)).sum() for low in (0.3, 0.6, 0.9, 1.2)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 2 * widths[-1]


@settings(max_examples=8, deadline=None)
@given(degrees=st.floats(0.0, 360.0))
@pytest.mark.parametrize(("code", "forward"), [("02.06.01", 1), ("02.06.09", -1)])
def test_the_far_side_moved_to_the_right_or_to_the_left(code, forward, degrees):
    place, left = drawn_line(symbol_of(code), degrees)
    barb_left = place[left > 1.2].mean() - LENGTH_MM / 2.0
    barb_right = place[left < -1.2].mean() - LENGTH_MM / 2.0
    assert barb_left * forward > 0.5
    assert barb_right * forward < -0.5


@pytest.mark.parametrize("code", ["25.067", "25.068", "25.069", "25.070"])
def test_arrows_point_where_the_line_ends(code):
    place, left = drawn_line(symbol_of(code), 30.0)
    head = place[np.abs(left) > 0.4]
    assert head.min() > LENGTH_MM / 2.0
    assert place.max() == pytest.approx(LENGTH_MM, abs=0.4)
    near_tip = np.abs(left[place > LENGTH_MM - 0.5]).max()
    assert near_tip < np.abs(left).max() / 2.0


@pytest.mark.parametrize("code", ["01.01.02", "02.08.04", "25.037 queried"])
def test_queried_lines_have_question_marks_on_the_right(code):
    plain = code.replace("01.01.02", "01.01.01").replace("02.08.04", "02.08.03")
    _, left = drawn_line(symbol_of(code))
    _, without = drawn_line(symbol_of(plain.replace(" queried", "")))
    assert (left < -0.8).sum() > 20
    assert (without < -0.8).sum() == 0


@pytest.mark.parametrize("code", [each.code for each in feature_types() if each.kind != "line"])
def test_points_and_areas_are_seen_and_stay_in_place(code):
    symbol = symbol_of(code)
    if symbol_specs()[code].kind == "point":
        rows, columns = np.nonzero(_painted(symbol, [QPointF(MIDDLE, MIDDLE)]) < 250)
        assert len(rows) > 30
        assert np.hypot(rows - MIDDLE, columns - MIDDLE).max() < 3.2 * PIXELS_PER_MM
        return
    corners = [QPointF(x, y) for x, y in ((200, 200), (700, 200), (700, 700), (200, 700))]
    rows, columns = np.nonzero(_painted(symbol, [*corners, corners[0]]) < 250)
    assert len(rows) > 500
    beyond = PIXELS_PER_MM
    for each in (rows, columns):
        assert each.min() > 200 - beyond
        assert each.max() < 700 + beyond


def test_every_line_can_be_drawn():
    for each in feature_types():
        if each.kind == "line":
            place, _ = drawn_line(symbol_of(each.forms["approximate, queried"]), 17.0)
            assert len(place) > 20, each.code


def test_an_unknown_code_is_said():
    with pytest.raises(PlanetaryError, match=r"99\.99"):
        symbol_of("99.99")
