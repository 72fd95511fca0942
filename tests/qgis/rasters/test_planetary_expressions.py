"""The functions of QGIS's expressions; truth: geographiclib (by pyproj) and closed formulas."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pyproj
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.core.map_projections import LambertAzimuthalEqualArea
from planetary_qgis.qgis_bridge import expressions
from planetary_qgis.qgis_bridge.projections import projected_crs
from planetary_qgis.qgis_bridge.spheres import sphere_of

RADIUS = 3396190.0
MARS = pyproj.Geod(a=RADIUS, b=RADIUS)
NAMES = {
    "planetary_area",
    "planetary_perimeter",
    "planetary_length",
    "planetary_distance",
    "planetary_azimuth",
    "planetary_longitude",
    "planetary_latitude",
    "planetary_body",
}


@pytest.fixture(autouse=True)
def registered(qgis_app) -> Iterator[None]:
    expressions.register()
    yield
    expressions.unregister()


def mars(kind: str) -> QgsCoordinateReferenceSystem:
    """Codes, or a projection that only its WKT describes."""
    if kind != "custom":
        return QgsCoordinateReferenceSystem(kind)
    sphere = sphere_of(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    return projected_crs(LambertAzimuthalEqualArea(-140.0, 20.0), sphere)


def evaluated(text: str, crs: QgsCoordinateReferenceSystem, wkt: str = "Point(0 0)"):
    """What an expression gives for a feature whose geometry is given in Mars's degrees."""
    layer = QgsVectorLayer(wkt.split("(")[0].split(" ")[0], "shapes", "memory")
    layer.setCrs(crs)
    geometry = QgsGeometry.fromWkt(wkt)
    geometry.transform(
        QgsCoordinateTransform(mars("IAU_2015:49900"), crs, QgsCoordinateTransformContext())
    )
    feature = QgsFeature()
    feature.setGeometry(geometry)
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    expression = QgsExpression(text)
    assert expression.prepare(context), expression.parserErrorString()
    value = expression.evaluate(context)
    if expression.hasEvalError():
        raise ValueError(expression.evalErrorString())
    return value


@pytest.mark.parametrize("kind", ["IAU_2015:49900", "IAU_2015:49910", "IAU_2015:49930", "custom"])
def test_every_crs_of_a_body_measures_the_same(kind):
    lon, lat = [-150.0, -130.0, -135.0], [40.0, 42.0, 60.0]
    area, around = MARS.polygon_area_perimeter(lon, lat)
    shape = "Polygon((-150 40,-130 42,-135 60,-150 40))"
    crs = mars(kind)
    assert evaluated("planetary_area()", crs, shape) == pytest.approx(area, rel=1e-9)
    assert evaluated("planetary_area($geometry)", crs, shape) == pytest.approx(area, rel=1e-9)
    assert evaluated("planetary_perimeter()", crs, shape) == pytest.approx(around, rel=1e-9)
    line = "LineString(-150 40,-130 42)"
    azimuth, _, length = MARS.inv(-150, 40, -130, 42)
    assert evaluated("planetary_length()", crs, line) == pytest.approx(length, rel=1e-9)
    ends = "(start_point($geometry), end_point($geometry))"
    assert evaluated(f"planetary_distance{ends}", crs, line) == pytest.approx(length, rel=1e-9)
    assert evaluated(f"planetary_azimuth{ends}", crs, line) == pytest.approx(azimuth, abs=1e-7)
    assert evaluated("planetary_body()", crs) == "Mars"
    assert evaluated("planetary_longitude()", crs, "Point(-150 40)") == pytest.approx(-150.0)
    assert evaluated("planetary_latitude()", crs, "Point(-150 40)") == pytest.approx(40.0)


def test_drawn_boxes_lie_between_parallels():
    box = "Polygon((0 0,60 0,60 50,0 50,0 0))"
    truth = RADIUS**2 * math.radians(60) * math.sin(math.radians(50))
    crs = mars("IAU_2015:49900")
    assert evaluated("planetary_area(edges := 'drawn')", crs, box) == pytest.approx(truth, rel=1e-9)
    assert evaluated("planetary_area($geometry, 'drawn')", crs, box) == pytest.approx(
        truth, rel=1e-9
    )
    assert evaluated("planetary_area()", crs, box) > truth * 1.01


@pytest.mark.parametrize(
    ("style", "shown"), [("east 180", -140.0), ("east 360", 220.0), ("west 360", 140.0)]
)
def test_longitudes_are_shown_as_asked(style, shown):
    found = evaluated(
        f"planetary_longitude(style := '{style}')", mars("IAU_2015:49900"), "Point(-140 5)"
    )
    assert found == pytest.approx(shown, abs=1e-12)


def test_planetographic_latitudes_follow_snyder():
    truth = math.degrees(math.atan(math.tan(math.radians(45.0)) * (3396.19 / 3376.2) ** 2))
    found = evaluated(
        "planetary_latitude($geometry, 'ographic')", mars("IAU_2015:49900"), "Point(0 45)"
    )
    assert found == pytest.approx(truth, abs=1e-9)


def test_a_crs_can_be_named():
    found = evaluated(
        "planetary_distance(make_point(0, 0), make_point(1, 0), 'IAU_2015:30100')",
        mars("IAU_2015:49900"),
    )
    assert found == pytest.approx(math.radians(1) * 1737400.0, rel=1e-12)


def test_without_a_layer_the_project_counts(qgis_new_project):
    QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.projectScope(QgsProject.instance()))
    assert QgsExpression("planetary_body()").evaluate(context) == "Moon"
    found = QgsExpression("planetary_distance(make_point(0,0), make_point(0,1))").evaluate(context)
    assert found == pytest.approx(math.radians(1) * 1737400.0, rel=1e-12)


def test_other_kinds_of_geometry_and_none_give_null():
    crs = mars("IAU_2015:49900")
    assert not evaluated("planetary_area()", crs, "LineString(0 0,1 1)")
    assert not evaluated("planetary_length()", crs, "Point(0 0)")
    for text in ("planetary_area(NULL)", "planetary_area(geom_from_wkt('Polygon EMPTY'))"):
        assert not evaluated(text, crs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("planetary_area(5)", "geometry is wanted"),
        ("planetary_area(edges := 'curly')", "“curly” is not known"),
        ("planetary_longitude(style := 'up')", "'east 180', 'east 360', 'west 360'"),
        ("planetary_body('EPSG:none')", "no coordinate reference system"),
    ],
)
def test_what_cannot_be_is_told(text, told):
    with pytest.raises(ValueError, match=told):
        evaluated(text, mars("IAU_2015:49900"), "Polygon((0 0,1 0,1 1,0 0))")


def test_the_builder_has_help_and_nothing_stays_behind():
    for name in NAMES:
        assert QgsExpression.isFunctionName(name)
        function = QgsExpression.Functions()[QgsExpression.functionIndex(name)]
        assert function.group() == "Planetary"
        assert function.name() in function.helpText()
    expressions.unregister()
    left = {QgsExpression.Functions()[i].name() for i in range(QgsExpression.functionCount())}
    assert not left & NAMES
