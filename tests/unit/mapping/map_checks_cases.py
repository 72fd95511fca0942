"""For each check: what it must find on the clean map, and what is just not it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from map_checks_kit import (
    EQUATOR_DEGREES,
    RADIUS_M,
    STAGES,
    STEP_M,
    Draft,
    Stage,
    dense,
    ring,
    square,
    with_shape,
)

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerSystem
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.vocabularies import vocabularies

Change = Callable[[Draft], Any]
THRUST = "02.08.01"
HALF, SIDE = 20_000.0, 40_000.0
A_DEGREE = RADIUS_M * 3.141592653589793 / 180.0


@dataclass(frozen=True)
class Case:
    trigger: Change
    near_miss: Change
    stages: tuple[Stage, ...] = STAGES


def _set(layer: str, one: int, **attributes: Any) -> Change:
    return lambda draft: draft.row(layer, one).attributes.update(attributes)


def _shape(layer: str, one: int, shape: Any) -> Change:
    return lambda draft: with_shape(draft, layer, one, shape)


def _contact(*points: tuple[float, float]) -> Change:
    return lambda draft: draft.contact(*points)


def _add(layer: str, shape: Any = None, **attributes: Any) -> Change:
    return lambda draft: draft.add(layer, shape, **attributes)


def _structure(*points: tuple[float, float], kind: str = THRUST) -> Change:
    return _add(LINEAR_FEATURES, dense(points), TYPE=kind, Certainty="certain")


def _wide_structure(west: float, east: float) -> Change:
    line = shapely.LineString([(west * A_DEGREE, 5e3), (east * A_DEGREE, 5e3)])
    return _add(LINEAR_FEATURES, line, TYPE=THRUST, Certainty="certain")


def _drop(layer: str, *ids: int) -> Change:
    return lambda draft: [draft.drop(layer, one) for one in ids]


def _all(*changes: Change) -> Change:
    return lambda draft: [change(draft) for change in changes]


def _place(x: float, y: float) -> Change:
    words = vocabularies()["location_type"]
    return _add(LOCATION_FEATURES, shapely.Point(x, y), TYPE=words[0].code, Certainty="certain")


def _unit(shape: Any, name: str = "Aa") -> Change:
    return _add(UNITS, shape, Unit=name)


def _described(name: str, **attributes: Any) -> Change:
    given = {"UnitName": "X", "AgeOldest": "Noachian", "RGB": "10,20,30", **attributes}
    return _add(DESCRIPTION, Unit=name, **given)


_LEFT_HALF = ring([(0, 0), (10_000, 0), (10_000, HALF), (0, HALF)])
_RIGHT_HALF = ring([(10_000, 0), (HALF, 0), (HALF, HALF), (10_000, HALF)])
_SPLIT = _all(_shape(UNITS, 1, _LEFT_HALF), _unit(_RIGHT_HALF, "Dd"))
_TWO_SQUARES = shapely.MultiPolygon([square(0, 0, 4_000), square(8_000, 8_000, 4_000)])
_TWO_LINES = shapely.MultiLineString(
    [dense([(5e3, 5e3), (7e3, 5e3)]), dense([(5e3, 8e3), (7e3, 8e3)])]
)
_BOW_TIE = shapely.Polygon([(0, 0), (HALF, 0), (0, HALF), (HALF, HALF)])
_DART = shapely.Polygon([(0, 0), (HALF, 0), (5_000, 5_000), (0, HALF)])
_TOUCHING = shapely.Polygon([(0, 0), (10_000, 0), (HALF, 0), (HALF, HALF), (10_000, 0), (0, HALF)])
_HOLE_ON_EDGE = shapely.Polygon(
    [(0, 0), (10_000, 0), (HALF, 0), (HALF, HALF), (0, HALF)],
    [[(10_000, 0), (12_000, 8_000), (8_000, 8_000)]],
)
_FOLDED = shapely.Polygon([(0, 0), (1_000, 0), (2_000, 0)])
_THIN = shapely.Polygon([(0, 0), (1_000, 0), (2_000, 10)])
_SAME_LINE_BACK = dense([(HALF, HALF), (HALF, 0)])
_BULGE = dense([(HALF, HALF), (24_000, 10_000), (HALF, 0)])
_WITH_HEIGHT = shapely.force_3d(dense([(HALF, 0), (HALF, HALF)]), 100.0)


def _repeated(gap: float) -> shapely.LineString:
    return shapely.LineString([(HALF, 0), (HALF, 8_000), (HALF, 8_000 + gap), (HALF, HALF)])


def _every(metres: float) -> shapely.LineString:
    return shapely.segmentize(shapely.LineString([(HALF, 0), (HALF, HALF)]), metres)


def _system(text: str, body: str) -> Change:
    def change(draft: Draft) -> None:
        draft.systems[UNITS] = LayerSystem(text, body)

    return change


_last_contact_type = vocabularies()["contact_type"][-1].code

CASES: dict[str, Case] = {
    "wrong-crs": Case(_system("WGS 84", "EARTH"), _system("Mars", "Mars")),
    "no-geometry": Case(_shape(CONTACTS, 1, None), _shape(CONTACTS, 1, _WITH_HEIGHT)),
    "seam": Case(
        _wide_structure(-209, 149),
        _wide_structure(-149, 29),
        (EQUATOR_DEGREES,),
    ),
    "zero-length": Case(
        _add(LINEAR_FEATURES, shapely.LineString([(5e3, 5e3), (5e3, 5e3)]), TYPE=THRUST),
        _add(LINEAR_FEATURES, shapely.LineString([(5e3, 5e3), (5e3, 5e3 + 3)]), TYPE=THRUST),
    ),
    "multipart-line": Case(
        _shape(LINEAR_FEATURES, 1, _TWO_LINES),
        _shape(LINEAR_FEATURES, 1, shapely.MultiLineString([_TWO_LINES.geoms[0]])),
    ),
    "self-crossing": Case(
        _contact((5e3, 5e3), (12e3, 5e3), (12e3, 12e3), (7e3, 2e3)),
        _contact((5e3, 5e3), (12e3, 5e3), (12e3, 12e3), (5e3, 5e3)),
    ),
    "crossing": Case(
        _contact((11e3, 15e3), (11e3, 25e3)),
        _contact((11e3, 15e3), (11e3, 20e3)),
    ),
    "dangle": Case(
        _contact((HALF, 10e3), (26e3, 10e3)),
        _contact((HALF, 10e3), (SIDE, 10e3)),
    ),
    "overshoot": Case(
        _shape(CONTACTS, 4, dense([(0, HALF), (HALF, HALF), (20_300, 20_300)])),
        _shape(CONTACTS, 4, dense([(0, HALF), (HALF, HALF), (20_500, 20_500)])),
    ),
    "undershoot": Case(
        _shape(CONTACTS, 1, dense([(HALF, 0), (HALF, 19_600)])),
        _shape(CONTACTS, 1, dense([(HALF, 0), (HALF, 19_400)])),
    ),
    "duplicate-line": Case(
        lambda draft: draft.add(CONTACTS, _SAME_LINE_BACK, Contact_ty="01.01.01", TYPE="certain"),
        lambda draft: draft.add(CONTACTS, _BULGE, Contact_ty="01.01.01", TYPE="certain"),
    ),
    "near-duplicate-line": Case(
        _contact((300, 20_300), (19_700, 20_300)),
        _contact((300, 20_700), (19_700, 20_700)),
    ),
    "overlapping-line": Case(
        _contact((4e3, HALF), (12e3, HALF), (12e3, 26e3)),
        _contact((4e3, HALF), (8e3, 22e3), (12e3, HALF), (12e3, 26e3)),
    ),
    "short-line": Case(
        _contact((5e3, 5e3), (5e3, 5_800)),
        _contact((5e3, 5e3), (5e3, 6_200)),
    ),
    "repeated-vertex": Case(
        _shape(CONTACTS, 1, _repeated(0)),
        _shape(CONTACTS, 1, _repeated(5)),
    ),
    "dense-vertices": Case(
        _shape(CONTACTS, 1, _every(40)),
        _shape(CONTACTS, 1, _every(60)),
    ),
    "sparse-vertices": Case(
        _shape(CONTACTS, 1, shapely.LineString([(HALF, 0), (HALF, 5_500), (HALF, HALF)])),
        _shape(CONTACTS, 1, _every(4_500)),
    ),
    "fault-direction": Case(
        _all(_structure((4e3, 9e3), (8e3, 9e3)), _structure((12e3, 9e3), (8e3, 9e3))),
        _all(_structure((4e3, 9e3), (8e3, 9e3)), _structure((8e3, 9e3), (12e3, 9e3))),
    ),
    "invalid-polygon": Case(_shape(UNITS, 1, _BOW_TIE), _shape(UNITS, 1, _DART)),
    "self-touching": Case(_shape(UNITS, 1, _TOUCHING), _shape(UNITS, 1, _HOLE_ON_EDGE)),
    "zero-area": Case(_unit(_FOLDED), _unit(_THIN)),
    "multipart-polygon": Case(
        _shape(UNITS, 1, _TWO_SQUARES),
        _shape(UNITS, 1, shapely.MultiPolygon([square(0, 0, HALF)])),
    ),
    "small-polygon": Case(_unit(square(5e3, 5e3, 1_900)), _unit(square(5e3, 5e3, 2_100))),
    "skinny-polygon": Case(
        _unit(ring([(2e3, 5e3), (12e3, 5e3), (12e3, 5_400), (2e3, 5_400)])),
        _unit(ring([(2e3, 5e3), (12e3, 5e3), (12e3, 5_700), (2e3, 5_700)])),
    ),
    "gap": Case(_drop(UNITS, 1), _SPLIT),
    "overlap": Case(_shape(UNITS, 1, square(0, 0, 20_010)), _SPLIT),
    "border-without-contact": Case(
        _SPLIT,
        _all(_SPLIT, _contact((10_000, 0), (10_100, 9_000), (10_000, HALF))),
    ),
    "contact-off-units": Case(_drop(UNITS, 1, 2), _drop(UNITS, 1)),
    "contact-inside-unit": Case(
        _contact((10_000, 0), (10_000, HALF)),
        _all(_SPLIT, _contact((10_000, 0), (10_000, HALF))),
    ),
    "same-unit": Case(
        _set(UNITS, 2, Unit="Aa"),
        _all(_set(UNITS, 2, Unit="Aa"), _set(CONTACTS, 1, TYPE="concealed")),
    ),
    "concealed-between-units": Case(
        _set(CONTACTS, 1, TYPE="concealed"),
        _all(_set(UNITS, 2, Unit="Aa"), _set(CONTACTS, 1, TYPE="concealed")),
    ),
    "polygon-without-point": Case(
        _drop(UNIT_POINTS, 1),
        _add(UNIT_POINTS, shapely.Point(5e3, 5e3), Unit="Aa"),
    ),
    "points-disagree": Case(
        _add(UNIT_POINTS, shapely.Point(5e3, 5e3), Unit="Bb"),
        _add(UNIT_POINTS, shapely.Point(5e3, 5e3), Unit="Aa"),
    ),
    "unit-not-of-point": Case(_set(UNITS, 1, Unit="Dd"), _set(UNITS, 1, Unit=" Aa ")),
    "point-in-no-unit": Case(
        _shape(UNIT_POINTS, 1, shapely.Point(HALF, 5 * STEP_M)),
        _shape(UNIT_POINTS, 1, shapely.Point(HALF - 10, 5 * STEP_M)),
    ),
    "duplicate-point": Case(
        _add(UNIT_POINTS, shapely.Point(10e3, 10e3), Unit="Aa"),
        _add(UNIT_POINTS, shapely.Point(10e3, 10e3 + 10), Unit="Aa"),
    ),
    "outside-boundary": Case(_place(SIDE + 700, 10e3), _place(SIDE + 300, 10e3)),
    "crosses-boundary": Case(
        _structure((30e3, 10e3), (SIDE + 700, 10e3)),
        _structure((30e3, 10e3), (SIDE + 300, 10e3)),
    ),
    "bad-code": Case(
        _set(CONTACTS, 1, Contact_ty="99.99.99"),
        _set(CONTACTS, 1, Contact_ty=_last_contact_type),
    ),
    "unknown-certainty": Case(
        _set(CONTACTS, 1, TYPE="Certain"),
        _set(CONTACTS, 1, TYPE="approximate"),
    ),
    "empty-attribute": Case(_set(CONTACTS, 1, TYPE="  "), _set(CONTACTS, 1, Notes=None)),
    "unit-not-described": Case(_drop(DESCRIPTION, 1), _set(DESCRIPTION, 1, Unit=" Aa ")),
    "unit-unused": Case(_described("Zz"), _described("", RGB="11,12,13")),
    "unit-described-twice": Case(_described("Aa"), _described("aa")),
    "incomplete-description": Case(
        _set(DESCRIPTION, 1, RGB="reddish"),
        _set(DESCRIPTION, 1, AgeOldest=None, AgeYoungest="Amazonian"),
    ),
    "similar-colours": Case(
        _set(DESCRIPTION, 1, RGB="121,201,119"),
        _set(DESCRIPTION, 1, RGB="150,220,120"),
    ),
}
