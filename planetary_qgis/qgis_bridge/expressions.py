"""Functions for QGIS's expressions that measure on the body, whatever CRS and project say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionFunction,
    QgsExpressionNodeFunction,
    QgsGeometry,
    QgsProject,
    QgsWkbTypes,
)

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import in_style, ographic_from_ocentric
from planetary_qgis.qgis_bridge import expression_help
from planetary_qgis.qgis_bridge.crs import body_name, body_of
from planetary_qgis.qgis_bridge.spheres import sphere_of

GROUP = "Planetary"
_THIS_GEOMETRY = ""
_THIS_CRS = ""
_EDGES = ("great circles", "drawn")
_STYLES = ("east 180", "east 360", "west 360")
_LATITUDES = ("ocentric", "ographic")
_LINE = QgsWkbTypes.GeometryType.LineGeometry
_POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry

_Parameter = QgsExpressionFunction.Parameter
_Work = Callable[..., Any]

_registered: list[PlanetaryFunction] = []
"""QGIS keeps only the C++ half of a function."""


def register() -> None:
    """Offer the functions in the group “Planetary”."""
    _registered.extend(filter(QgsExpression.registerFunction, _functions()))


def unregister() -> None:
    """Take them back."""
    for function in _registered:
        QgsExpression.unregisterFunction(function.name())
    _registered.clear()


class PlanetaryFunction(QgsExpressionFunction):
    """A function whose errors are sentences.

    Args:
        work: Called with the CRS and the values of the parameters but the last, which is the CRS.
    """

    def __init__(self, name: str, parameters: Sequence[_Parameter], work: _Work) -> None:
        every = [*parameters, _Parameter("crs", True, _THIS_CRS)]
        super().__init__(name, every, GROUP, expression_help.of(name), False, False, True)
        self._work = work

    def func(
        self,
        values: Sequence[Any],
        context: QgsExpressionContext,
        parent: QgsExpression,
        _node: QgsExpressionNodeFunction,
    ) -> Any:
        *given, crs = values
        try:
            if given and isinstance(given[0], str) and given[0] == _THIS_GEOMETRY:
                given[0] = context.feature().geometry()
            if any(isinstance(each, QgsGeometry) and each.isEmpty() for each in given):
                return NULL
            return self._work(_crs(str(crs), context), *given)
        except PlanetaryError as error:
            parent.setEvalErrorString(str(error))
            return NULL

    def isStatic(
        self, _node: QgsExpressionNodeFunction, _parent: QgsExpression, _context: Any
    ) -> bool:
        """No: without arguments it is about the feature at hand."""
        return False


def _functions() -> list[PlanetaryFunction]:
    geometry = _Parameter("geometry", True, _THIS_GEOMETRY)
    edges = _Parameter("edges", True, _EDGES[0])
    two = [_Parameter("a"), _Parameter("b")]
    return [
        PlanetaryFunction("planetary_area", [geometry, edges], _area),
        PlanetaryFunction("planetary_perimeter", [geometry], _perimeter),
        PlanetaryFunction("planetary_length", [geometry], _length),
        PlanetaryFunction("planetary_distance", two, _distance),
        PlanetaryFunction("planetary_azimuth", two, _azimuth),
        PlanetaryFunction(
            "planetary_longitude", [geometry, _Parameter("style", True, _STYLES[0])], _longitude
        ),
        PlanetaryFunction(
            "planetary_latitude", [geometry, _Parameter("kind", True, _LATITUDES[0])], _latitude
        ),
        PlanetaryFunction("planetary_body", [], _body),
    ]


def _area(crs: QgsCoordinateReferenceSystem, geometry: Any, edges: Any) -> Any:
    shape = _geometry(geometry)
    how = _one_of(edges, _EDGES)
    return sphere_of(crs).area(shape, how) if shape.type() == _POLYGON else NULL


def _perimeter(crs: QgsCoordinateReferenceSystem, geometry: Any) -> Any:
    shape = _geometry(geometry)
    return sphere_of(crs).perimeter(shape) if shape.type() == _POLYGON else NULL


def _length(crs: QgsCoordinateReferenceSystem, geometry: Any) -> Any:
    shape = _geometry(geometry)
    return sphere_of(crs).length(shape) if shape.type() == _LINE else NULL


def _distance(crs: QgsCoordinateReferenceSystem, a: Any, b: Any) -> Any:
    return sphere_of(crs).distance(*_points(a, b))


def _azimuth(crs: QgsCoordinateReferenceSystem, a: Any, b: Any) -> Any:
    return sphere_of(crs).azimuth(*_points(a, b))


def _longitude(crs: QgsCoordinateReferenceSystem, geometry: Any, style: Any) -> Any:
    how = _one_of(style, _STYLES)
    middle = sphere_of(crs).middle(_geometry(geometry))
    return NULL if middle is None else float(in_style(middle[0], how))


def _latitude(crs: QgsCoordinateReferenceSystem, geometry: Any, kind: Any) -> Any:
    how = _one_of(kind, _LATITUDES)
    middle = sphere_of(crs).middle(_geometry(geometry))
    if middle is None:
        return NULL
    body = body_of(crs)
    if how == "ocentric" or body is None:
        return middle[1]
    equatorial, _, polar = body.radii_km
    return float(ographic_from_ocentric(middle[1], equatorial=equatorial, polar=polar))


def _body(crs: QgsCoordinateReferenceSystem) -> Any:
    name = body_name(crs)
    known = find_body(name)
    return known.title if known else name or NULL


def _geometry(value: Any) -> QgsGeometry:
    if not isinstance(value, QgsGeometry):
        raise PlanetaryError("A geometry is wanted.", hint="Give $geometry, or leave it out.")
    return value


def _points(a: Any, b: Any) -> list[Any]:
    """Two points; of other geometries their centroids, as QGIS's azimuth() takes them."""
    found = []
    for value in map(_geometry, (a, b)):
        point = value if value.type() == QgsWkbTypes.GeometryType.PointGeometry else None
        single = (point or value).centroid()
        if single.isEmpty():
            raise PlanetaryError("A point is wanted.", hint="Give a geometry that is not empty.")
        found.append(single.asPoint())
    return found


def _one_of(value: Any, allowed: Sequence[str]) -> Any:
    if value not in allowed:
        listed = ", ".join(f"'{each}'" for each in allowed)
        raise PlanetaryError(f"“{value}” is not known.", hint=f"Give one of {listed}.")
    return value


def _crs(given: str, context: QgsExpressionContext) -> QgsCoordinateReferenceSystem:
    """The CRS that is named, else the layer's, else the project's."""
    if given:
        crs = QgsCoordinateReferenceSystem(given)
        if not crs.isValid():
            crs = QgsCoordinateReferenceSystem.fromWkt(given)
        if not crs.isValid():
            raise PlanetaryError(
                f"“{given}” is no coordinate reference system.",
                hint="Give a code such as IAU_2015:49900, or WKT.",
            )
        return crs
    of_layer = context.variable("_layer_crs")
    if isinstance(of_layer, QgsCoordinateReferenceSystem) and of_layer.isValid():
        return of_layer
    return _project_crs(context)


def _project_crs(context: QgsExpressionContext) -> QgsCoordinateReferenceSystem:
    for name in ("layer_crs", "project_crs"):
        crs = QgsCoordinateReferenceSystem(str(context.variable(name) or ""))
        if crs.isValid():
            return crs
    wkt = context.variable("project_crs_wkt")
    crs = QgsCoordinateReferenceSystem.fromWkt(str(wkt or ""))
    return crs if crs.isValid() else QgsProject.instance().crs()
