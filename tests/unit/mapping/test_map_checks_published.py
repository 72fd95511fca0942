"""The checks on a published map: what its authors left, and nothing that they did right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import check_map
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, UNIT_POINTS, UNITS

pytestmark = pytest.mark.real_data
SCALE = 2_000.0


@pytest.fixture(scope="module")
def content(real_data: Path) -> MapContent:
    folder = real_data / "vectors" / "planmap_mappy"
    contacts = _layer(CONTACTS, folder / "contacts" / "contacts.shp")
    contacts.attributes["Contact_ty"], contacts.attributes["TYPE"] = "01.01.01", "certain"
    points = _layer(UNIT_POINTS, folder / "unit_id" / "unit_id.shp", unit_name="Unit")
    polygons = _layer(UNITS, folder / "output-map-data.gpkg", "polygons_labelled", unit_name="Unit")
    layers = {each.name: each for each in (contacts, points, polygons)}
    return MapContent(layers, Ground(), SCALE, SCALE * 0.0005)


@pytest.fixture(scope="module")
def found(content: MapContent) -> list[Finding]:
    return check_map(content)


def _layer(name: str, path: Path, table: str = "", **columns: str) -> LayerContent:
    from osgeo import ogr

    source = ogr.Open(str(path))
    rows = list(source.GetLayerByName(table) if table else source.GetLayer(0))
    shapes = np.empty(len(rows), dtype=object)
    for row, feature in enumerate(rows):
        shape = feature.GetGeometryRef()
        shapes[row] = None if shape is None else shapely.from_wkb(bytes(shape.ExportToWkb()))
    values = pd.DataFrame([each.items() for each in rows], dtype=object).rename(columns=columns)
    return LayerContent(name, np.array([each.GetFID() for each in rows]), shapes, values)


def test_its_units_are_right(found):
    kinds = Counter(each.check for each in found)
    assert not kinds.keys() & {
        "gap",
        "overlap",
        "invalid-polygon",
        "multipart-polygon",
        "border-without-contact",
        "same-unit",
        "contact-inside-unit",
        "polygon-without-point",
        "points-disagree",
        "unit-not-of-point",
    }


def test_its_contacts_run_over_the_frame_and_nowhere_else(content, found):
    mapped = shapely.union_all(content.layer(UNITS).shapes)
    frame = shapely.boundary(shapely.box(*mapped.bounds))
    over = [each for each in found if each.check in ("dangle", "overshoot")]
    assert len(over) == 17
    assert not shapely.intersects(mapped, [each.place for each in over]).any()
    crossings = [each for each in found if each.check == "crossing"]
    assert len(crossings) == 17
    assert (shapely.distance(frame, [each.place for each in crossings]) < 1e-6).all()


def test_rows_without_a_line_are_told(content, found):
    empty = content.layer(CONTACTS).ids[shapely.is_missing(content.layer(CONTACTS).shapes)]
    told = [each.features[0] for each in found if each.check == "no-geometry"]
    assert sorted(told) == sorted(empty.tolist())
    assert len(told) == 5


def test_units_that_nobody_described_are_told_once_each(content, found):
    names = set(content.layer(UNITS).column("Unit"))
    assert {each.subject for each in found if each.check == "unit-not-described"} >= names
