"""Boxes of meridians and parallels on maps, against closed formulas and PROJ by itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsPoint,
    QgsPointXY,
    QgsRectangle,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.mapping.new_maps.map_boxes import (
    boundary_of_box,
    box_of_extent,
    longer_side_m,
)
from planetary_qgis.qgis_bridge.projections import best_projection

RADIUS = 3_396_190.0
PURPOSES = ("usual", "conformal", "equal area")
BOXES = [
    (70.0, 10.0, 80.0, 20.0),
    (170.0, -10.0, -170.0, 10.0),
    (30.0, 80.0, 60.0, 90.0),
    (-180.0, 60.0, 180.0, 90.0),
    (-180.0, -60.0, 180.0, 60.0),
    (-180.0, -90.0, 180.0, 90.0),
    (10.0, -75.0, 350.0, -50.0),
]


def square_metres(box, radius=RADIUS):
    west, south, east, north = box
    width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
    return (
        radius**2
        * math.radians(width)
        * (math.sin(math.radians(north)) - math.sin(math.radians(south)))
    )


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("box", BOXES)
def test_boxes_are_as_large_as_they_are_on_the_sphere(qgis_app, box, purpose):
    west, south, east, north = box
    extent = QgsRectangle(west, south, east if east > west else east + 360.0, north)
    crs = best_projection(extent, crs_of(body("MARS")), purpose).crs
    shape = boundary_of_box(box, crs, 1e5)
    assert shape.isGeosValid()
    if purpose == "equal area":  # then the plane says it, without a sphere
        assert shape.area() == pytest.approx(square_metres(box), rel=1e-4)
    middle = QgsPointXY(west + ((east - west) % 360.0 or 360.0) / 2.0, (south + north) / 2.0)
    back = QgsCoordinateTransform(crs, crs_of(body("MARS")), QgsCoordinateTransformContext())
    place = back.transform(middle, Qgis.TransformDirection.Reverse)
    assert shape.contains(QgsGeometry.fromPointXY(place))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    west=st.floats(-180.0, 89.0),
    width=st.floats(0.5, 90.0),
    south=st.floats(-90.0, 60.0),
    height=st.floats(0.5, 29.0),
)
def test_on_equirectangular_maps_boxes_are_rectangles(qgis_app, west, width, south, height):
    crs = QgsCoordinateReferenceSystem("IAU_2015:49910")
    box = (west, south, west + width, south + height)
    shape = boundary_of_box(box, crs, 1e6)
    metres = math.radians(1.0) * RADIUS
    bounds = shape.boundingBox()
    sides = (bounds.xMinimum(), bounds.yMinimum(), bounds.xMaximum(), bounds.yMaximum())
    assert sides == pytest.approx([side * metres for side in box], abs=1e-3)
    assert shape.constGet().nCoordinates() == 5
    assert box_of_extent(bounds, crs) == pytest.approx(box, abs=1e-6)


def test_in_degrees_a_box_over_the_antimeridian_is_cut_there(qgis_app):
    shape = boundary_of_box((170.0, -10.0, -170.0, 10.0), crs_of(body("MARS")), 1e6)
    assert shape.constGet().numGeometries() == 2
    assert shape.boundingBox() == QgsRectangle(-180.0, -10.0, 180.0, 10.0)
    assert shape.area() == pytest.approx(20.0 * 20.0)


def test_across_the_edge_of_a_map_a_box_comes_in_two(qgis_app):
    crs = QgsCoordinateReferenceSystem("IAU_2015:49910")
    shape = boundary_of_box((170.0, -10.0, -170.0, 10.0), crs, 1e6)
    assert shape.constGet().numGeometries() == 2
    metres = math.radians(20.0) ** 2 * RADIUS**2
    assert shape.area() == pytest.approx(metres, rel=1e-6)


def test_bends_that_nobody_sees_get_no_vertices(qgis_app):
    crs = best_projection(QgsRectangle(0, 50, 40, 75), crs_of(body("MARS")), "conformal").crs
    shapes = [boundary_of_box((0.0, 50.0, 40.0, 75.0), crs, scale) for scale in (2e7, 1e5)]
    coarse, fine = (shape.constGet().nCoordinates() for shape in shapes)
    assert 5 < coarse < fine < 1000


def test_a_polar_cap_has_no_seam(qgis_app):
    polar = QgsCoordinateReferenceSystem("IAU_2015:49930")
    cap = boundary_of_box((-180.0, 60.0, 180.0, 90.0), polar, 1e6)
    rim = 2.0 * RADIUS * math.tan(math.radians(15.0))  # stereographic
    distances = {round(vertex.distance(QgsPoint(0.0, 0.0)), 3) for vertex in cap.vertices()}
    assert distances == {round(rim, 3)}
    belt = boundary_of_box((-180.0, 60.0, 180.0, 80.0), polar, 1e6)
    assert belt.constGet().numInteriorRings() == 1


def test_what_a_projection_cannot_show_is_refused(qgis_app):
    polar = QgsCoordinateReferenceSystem("IAU_2015:49930")
    with pytest.raises(PlanetaryError, match="projection"):
        boundary_of_box((-180.0, -90.0, 180.0, 90.0), polar, 1e6)
    with pytest.raises(PlanetaryError, match="holds no part"):
        boundary_of_box((10.0, 20.0, 20.0, 20.0), polar, 1e6)


@pytest.mark.parametrize(
    ("box", "metres"),
    [
        ((0.0, -5.0, 10.0, 5.0), math.radians(10.0) * RADIUS),
        ((0.0, 60.0, 10.0, 90.0), math.radians(30.0) * RADIUS),
        ((-180.0, -90.0, 180.0, 90.0), math.tau * RADIUS),
        ((175.0, 59.9, -175.0, 60.1), math.radians(10.0) * RADIUS * math.cos(math.radians(59.9))),
    ],
)
def test_the_longer_side_is_that_on_the_ground(box, metres):
    assert longer_side_m(box, RADIUS) == pytest.approx(metres)
