"""Statistics of maps against closed formulas on the sphere."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, DESCRIPTION, LINEAR_FEATURES, UNITS
from planetary_qgis.core.mapping.statistics import line_statistics, unit_statistics

RADIUS_M = 3_396_190.0
DEGREE_M = RADIUS_M * math.pi / 180.0
OCTANT = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)])


def layer(name, shapes, **columns):
    return LayerContent(
        name,
        np.arange(1, len(shapes) + 1),
        np.array(shapes, dtype=object),
        pd.DataFrame(columns, dtype=object),
    )


def on_mars(*layers):
    ground = Ground(RADIUS_M, lambda x, y: (x, y), is_in_degrees=True)
    return MapContent({each.name: each for each in layers}, ground, 1e6, 500.0)


def test_octants_of_a_globe_are_eighths_of_its_area():
    north = OCTANT
    south = shapely.transform(OCTANT, lambda points: points * [1.0, -1.0])
    content = on_mars(layer(UNITS, [north, south, north], Unit=["a", "a", "b"]))
    first, second = unit_statistics(content)
    eighth = 4.0 * math.pi * RADIUS_M**2 / 8.0
    assert (first.unit, first.polygons, second.unit) == ("a", 2, "b")
    assert first.area_m2 == pytest.approx(2.0 * eighth, rel=1e-12)
    assert first.largest_m2 == pytest.approx(eighth, rel=1e-12)
    assert (first.share, second.share) == pytest.approx((2 / 3, 1 / 3))


def test_perimeters_run_along_great_circles_and_around_holes():
    outer, hole = shapely.box(0, -0.5, 90, 0.5), shapely.box(10, -0.1, 11, 0.1)
    holed = shapely.Polygon(outer.exterior, [hole.exterior])
    (row,) = unit_statistics(on_mars(layer(UNITS, [holed], Unit=["a"])))
    along = 2.0 * math.acos(math.sin(math.radians(0.5)) ** 2) * RADIUS_M
    hole_along = 2.0 * Ground(RADIUS_M, lambda x, y: (x, y)).distances(10, 0.1, 11, 0.1)[0]
    expected = along + 2.0 * DEGREE_M + hole_along + 0.4 * DEGREE_M
    assert row.perimeter_m == pytest.approx(expected, rel=1e-9)


def test_units_are_called_what_the_description_calls_them():
    content = on_mars(
        layer(UNITS, [OCTANT, OCTANT], Unit=[" a", None], UnitName=["old", None]),
        layer(DESCRIPTION, [None], Unit=["a"], UnitName=["Smooth plains"]),
    )
    assert [(row.unit, row.name) for row in unit_statistics(content)] == [
        ("a", "Smooth plains"),
        ("", ""),
    ]


def test_lines_are_summed_by_type_and_certainty():
    one, two = shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(0, 0), (0, 2)])
    content = on_mars(
        layer(
            CONTACTS,
            [one, two, one],
            Contact_ty=["01.01.01"] * 3,
            TYPE=["certain", "inferred", "certain"],
        ),
        layer(LINEAR_FEATURES, [two], TYPE=["02.01.01"], Certainty=[None]),
    )
    assert [
        (row.layer, row.type, row.certainty, row.lines, round(row.length_m / DEGREE_M, 9))
        for row in line_statistics(content)
    ] == [
        (CONTACTS, "01.01.01", "certain", 2, 2.0),
        (CONTACTS, "01.01.01", "inferred", 1, 2.0),
        (LINEAR_FEATURES, "02.01.01", "", 1, 2.0),
    ]


def test_an_empty_map_has_no_statistics():
    assert unit_statistics(on_mars()) == []
    assert line_statistics(on_mars()) == []
