"""A published map's contacts and points rebuild its published units."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from map_units_kit import built, contacts_of, found, layer

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_layers import UNIT, UNIT_POINTS
from planetary_qgis.core.mapping.units import BuiltUnits

pytestmark = pytest.mark.real_data

_ENVELOPES = (0, 32, 48, 48, 64)
_HEADER = 8
_POINT, _POLYLINE = 1, 3


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "vectors" / "planmap_mappy"


@pytest.fixture(scope="module")
def units(folder: Path) -> BuiltUnits:
    """Built of what the mapper drew; contacts overlap their frame, so that nothing is closed."""
    places = shapefile(folder / "unit_id" / "unit_id.shp")
    names = texts(folder / "unit_id" / "unit_id.dbf", "unit_name")
    contacts = contacts_of(*shapefile(folder / "contacts" / "contacts.shp"))
    points = layer(UNIT_POINTS, places, **{UNIT: names})
    return built(contacts, points=points, scale=1.0, closing_distance_m=1.0)


def table(path: Path, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a GeoPackage's table, shapes first."""
    query = f'SELECT geom{"".join("," + each for each in columns)} FROM "{name}"'  # noqa: S608
    database = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
    rows = database.execute(query).fetchall()
    database.close()
    return [
        (shapely.from_wkb(row[0][_HEADER + _ENVELOPES[row[0][3] >> 1 & 7] :]), *row[1:])
        for row in rows
    ]


def shapefile(path: Path) -> list[Any]:
    """Points or lines of a shapefile. Source: ESRI Shapefile Technical Description, 1998."""
    data, at, shapes = path.read_bytes(), 100, []
    while at < len(data):
        (words,) = struct.unpack_from(">i", data, at + 4)
        shapes.append(_shape(data[at + 8 : at + 8 + 2 * words]))
        at += 8 + 2 * words
    return shapes


def _shape(record: bytes) -> Any:
    (kind,) = struct.unpack_from("<i", record)
    if kind == _POINT:
        return shapely.Point(struct.unpack_from("<2d", record, 4))
    if kind != _POLYLINE:
        return None
    parts, points = struct.unpack_from("<2i", record, 36)
    starts = [*struct.unpack_from(f"<{parts}i", record, 44), points]
    xy = np.frombuffer(record, "<f8", 2 * points, 44 + 4 * parts).reshape(-1, 2)
    return shapely.MultiLineString([xy[a:b] for a, b in zip(starts, starts[1:])])


def texts(path: Path, field: str) -> list[str]:
    """A column of a dBASE file."""
    data = path.read_bytes()
    count, header, length = struct.unpack_from("<IHH", data, 4)
    at = 1
    for start in range(32, header - 1, 32):
        name, size = data[start : start + 11].rstrip(b"\0").decode(), data[start + 16]
        if name == field:
            break
        at += size
    rows = (data[header + row * length + at :][:size] for row in range(count))
    return [row.decode().strip() for row in rows]


def test_the_published_units_come_back(units: BuiltUnits, folder: Path) -> None:
    published = table(folder / "output-map-data.gpkg", "polygons_labelled", "unit_name")
    assert len(units.shapes) == len(published) == 26
    tree = shapely.STRtree(units.shapes)
    for shape, name in published:
        (which,) = tree.query(shapely.point_on_surface(shape), predicate="intersects")
        assert units.units[which] == name
        assert units.shapes[which].area == pytest.approx(shape.area, rel=1e-9)
        assert shapely.symmetric_difference(units.shapes[which], shape).area < 1e-9 * shape.area


def test_what_the_points_say_is_complete(units: BuiltUnits) -> None:
    counts = sorted(map(len, units.points))
    # Two polygons have two points each, and these agree.
    assert counts == [1] * 24 + [2, 2]
    assert {each.check for each in units.findings} == {"dangle"}


def test_dangles_are_lines_that_were_drawn_past_the_frame(units: BuiltUnits) -> None:
    outside = shapely.union_all(units.shapes)
    dangles = found(units, "dangle")
    assert len(dangles) == 16
    assert all(not outside.covers(each.place) for each in dangles)
    assert all(2.0 < each.size < 15.0 for each in dangles)


def test_the_other_published_table_lacks_one_vertex(units: BuiltUnits, folder: Path) -> None:
    published = table(folder / "build_map.gpkg", "geomap", "unit_name")
    apart = []
    for shape, _ in published:
        areas = shapely.area(shapely.symmetric_difference(units.shapes, shape))
        apart.append(areas.min() / shape.area)
    # One polygon goes straight where its contact has a vertex, and is 0.06 % larger.
    assert [round(each, 5) for each in sorted(apart)[-2:]] == [0.0, 0.0006]
