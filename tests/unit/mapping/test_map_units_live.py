"""Units that follow edits are those of building everything again."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from map_units_kit import boundary_of, contacts_of, layer, outlines, points_of

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.units import LiveUnits, build_units

OPTIONS = {"scale": 100.0, "closing_distance_m": 0.3}
SQUARE = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"

# Whole numbers make lines meet at vertices, run on each other and end on each other; tenths make
# ends that are near to lines.
whole = st.integers(-1, 11).map(float)
near = st.tuples(whole, st.sampled_from([-0.2, -0.1, 0.1, 0.2])).map(sum)
place = st.tuples(whole | near, whole | near)
line = st.lists(place, min_size=2, max_size=4, unique=True)
point = st.tuples(st.floats(0.05, 9.95), st.floats(0.05, 9.95), st.sampled_from("ab"))


class Drawing:
    """A map as a mapper edits it: lines and points under ids."""

    def __init__(self, lines: list[Any], points: list[Any]) -> None:
        self.lines = dict(enumerate(lines, 1))
        self.points = dict(enumerate(points, 1))
        self.boundary = boundary_of(SQUARE)
        self.next_id = 1000

    def contacts(self, ids: Any = None) -> LayerContent:
        chosen = self.lines if ids is None else {each: self.lines[each] for each in ids}
        shapes = [shapely.LineString(each) for each in chosen.values()]
        return with_ids(contacts_of(*shapes), chosen)

    def unit_points(self, ids: Any = None) -> LayerContent:
        chosen = self.points if ids is None else {each: self.points[each] for each in ids}
        return with_ids(points_of(*chosen.values()), chosen)

    def built(self, previous: LayerContent | None = None) -> Any:
        return build_units(
            self.contacts(),
            self.boundary,
            self.unit_points(),
            Ground(),
            previous=previous,
            **OPTIONS,
        )

    def live(self, previous: LayerContent | None = None) -> LiveUnits:
        return LiveUnits(
            self.contacts(),
            self.boundary,
            self.unit_points(),
            Ground(),
            previous=previous,
            **OPTIONS,
        )

    def edit(self, kind: str, which: int, new_line: Any, new_point: Any) -> dict[str, Any]:
        """Do it here; what has to be told."""
        self.next_id += 1
        at = sorted(self.lines)[which % len(self.lines)] if self.lines else self.next_id
        if kind == "delete" and self.lines:
            del self.lines[at]
            return {"contacts": None, "gone": [at]}
        if kind == "reshape":
            self.lines[at] = new_line
            return {"contacts": self.contacts([at]), "gone": []}
        if kind == "name":
            at = sorted(self.points)[which % len(self.points)] if self.points else self.next_id
            self.points[at] = new_point
            return {"contacts": None, "gone": [], "points": self.unit_points([at])}
        if kind == "unname" and self.points:
            at = sorted(self.points)[which % len(self.points)]
            del self.points[at]
            return {"contacts": None, "gone": [], "points_gone": [at]}
        self.lines[self.next_id] = new_line
        return {"contacts": self.contacts([self.next_id]), "gone": []}


def with_ids(content: LayerContent, ids: Any) -> LayerContent:
    return LayerContent(
        content.name, np.array(list(ids), np.int64), content.shapes, content.attributes
    )


def told(built: Any) -> list[Any]:
    """Everything that a result says, in one order."""
    polygons = zip(
        shapely.to_wkt(shapely.normalize(built.shapes), rounding_precision=9),
        built.units,
        built.points,
        built.previous,
    )
    findings = (
        (f.check, f.layer, f.features, shapely.to_wkt(f.place, rounding_precision=6), f.message)
        for f in built.findings
        # Points inside polygons are where rings begin, so they are elsewhere in rings that were
        # closed from another edge on.
        if f.check not in ("polygon-without-point", "skinny-polygon", "points-disagree")
    )
    named = ((f.check, f.features, f.message) for f in built.findings)
    return [sorted(map(str, each)) for each in (polygons, findings, named)]


edits = st.lists(
    st.tuples(
        st.sampled_from(["draw", "delete", "reshape", "name", "unname"]),
        st.integers(0, 99),
        line,
        point,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30)
@given(st.lists(line, max_size=8), st.lists(point, max_size=6), edits)
def test_following_edits_is_building_again(lines: Any, points: Any, steps: Any) -> None:
    drawing = Drawing(lines, points)
    previous = layer("geologic_units", ["POLYGON ((0 0, 5 0, 5 10, 0 10, 0 0))", SQUARE])
    live = drawing.live(previous)
    assert told(live.built) == told(drawing.built(previous))
    for step in steps:
        before = live.built
        change = live.change(**drawing.edit(*step))
        assert told(change.built) == told(drawing.built(previous))
        stayed = change.was >= 0
        assert outlines(change.built.shapes[stayed]) == outlines(before.shapes[change.was[stayed]])
        assert set(change.was[stayed]) | set(change.gone) == set(range(len(before.shapes)))
        assert not set(change.was[stayed]) & set(change.gone)


def test_another_boundary_and_larger_coordinates_are_followed() -> None:
    drawing = Drawing([[(5.0, -1.0), (5.0, 11.0)]], [(1.0, 1.0, "a"), (9.0, 9.0, "b")])
    live = drawing.live()
    for boundary in (
        "POLYGON ((0 0, 300 0, 300 10, 0 10, 0 0))",
        "LINESTRING (0 0, 8 0, 8 8, 0 0)",
    ):
        drawing.boundary = boundary_of(boundary)
        change = live.change(None, (), boundary=drawing.boundary)
        assert told(change.built) == told(drawing.built())
    drawing.boundary = boundary_of()
    change = live.change(None, (), boundary=drawing.boundary)
    assert told(change.built) == told(drawing.built())
    assert len(change.built.shapes) == len(change.added) == 0


def test_what_an_edit_does_not_touch_is_not_made_anew() -> None:
    walls = [[(float(x), -1.0), (float(x), 11.0)] for x in range(1, 10)]
    drawing = Drawing(walls, [(x + 0.5, 5.0, str(x)) for x in range(10)])
    live = drawing.live()
    change = live.change(**drawing.edit("reshape", 0, [(1.5, -1.0), (1.2, 11.0)], None))
    assert sorted(change.built.units[change.added]) == ["0", "1"]
    assert len(change.gone) == 2
    assert not len(change.renamed)
    renamed = live.change(**drawing.edit("name", 4, None, (4.5, 5.0, "new")))
    assert list(renamed.built.units[renamed.renamed]) == ["new"]
    assert len(renamed.added) == len(renamed.gone) == 0
