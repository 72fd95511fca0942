"""Basemaps against a loopback server that plays the services."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from archive_server import ArchiveServer, answer, archive_server
from qgis.core import QgsPointXY, QgsRasterLayer
from tiles import painted

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.basemaps import Basemap, basemap
from planetary_qgis.qgis_bridge.crs import crs_of, transform_between
from planetary_qgis.qgis_bridge.rasters import basemap_layers

PLACES = ((0.3, 0.2), (-179.0, 80.0), (133.7, -47.9), (12.0, 84.9), (-77.4, 18.4))


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with archive_server() as running:
        yield running


def served_tiles(server: ArchiveServer, known: Basemap, levels: int = 2) -> Basemap:
    """The basemap, from tiles whose red says their column, green their row, blue their level."""
    for z in range(levels + 1):
        columns, rows = (2 if known.grid == "geographic" else 1) * 2**z, 2**z
        for x in range(columns):
            for y in range(rows):
                server.put(f"/t/{z}/{x}/{y}.png", painted(20 * x, 20 * y, 20 * z))
    return replace(known, url=server.url("/t/") + "{z}/{x}/{y}.png", levels=levels)


def colour_at(layer: QgsRasterLayer, lon_e: float, lat: float) -> tuple[float, ...]:
    there = transform_between(crs_of(body("MARS")), layer.crs()).transform(QgsPointXY(lon_e, lat))
    return tuple(layer.dataProvider().sample(there, band)[0] for band in (1, 2, 3))


@pytest.mark.parametrize(("lon_e", "lat"), PLACES)
def test_tiles_in_degrees_lie_where_their_scheme_says(server, lon_e, lat):
    known = served_tiles(server, basemap("mars-trek-viking"))
    layer = basemap_layers.layer_of(known, basemap_layers.reach(known))
    column, row = math.floor((lon_e + 180.0) / 45.0), math.floor((90.0 - lat) / 45.0)
    assert colour_at(layer, lon_e, lat) == (20 * column, 20 * row, 40)


@pytest.mark.parametrize("origin", ["top", "bottom"])
@pytest.mark.parametrize(("lon_e", "lat"), PLACES)
def test_web_mercator_tiles_lie_on_their_own_body(server, lon_e, lat, origin):
    known = served_tiles(server, replace(basemap("mars-opm"), origin=origin))
    layer = basemap_layers.layer_of(known, basemap_layers.reach(known))
    # The usual formula of web map tiles.
    column = math.floor((lon_e + 180.0) / 360.0 * 4)
    row = math.floor((1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * 4)
    row = row if origin == "top" else 3 - row
    assert colour_at(layer, lon_e, lat) == (20 * column, 20 * row, 40)


@pytest.mark.parametrize("which", ["mars-trek-viking", "mars-opm"])
def test_a_layer_knows_its_body_and_whom_to_credit(server, which):
    known = served_tiles(server, basemap(which))
    layer = basemap_layers.layer_of(known, basemap_layers.reach(known))
    assert layer.isValid()
    assert layer.crs().celestialBodyName() == "Mars"
    assert layer.metadata().rights() == [known.credit]
    assert layer.name() == known.name


def test_a_map_service_is_asked_for_degrees(server):
    known = replace(basemap("europa-galileo-voyager"), url=server.url("/wms?map=/europa.map"))
    server.behave("/wms", answer(200, painted(1, 2, 3, width=512), content_type="image/png"))
    basemap_layers.reach(known)
    asked = parse_qs(urlsplit(server.asked[0].path).query, keep_blank_values=True)
    assert asked["map"] == ["/europa.map"]
    assert asked["layers"] == ["GALILEO_VOYAGER"]
    assert asked["srs"] == ["EPSG:4326"]
    assert [float(side) for side in asked["bbox"][0].split(",")] == [-180.0, -90.0, 180.0, 90.0]


def test_offline_is_said(server):
    known = served_tiles(server, basemap("mars-trek-viking"))
    server.stop()
    with pytest.raises(PlanetaryError, match=r"Viking.* cannot be reached") as raised:
        basemap_layers.reach(known)
    assert "connection to the network" in raised.value.hint
    assert raised.value.details


def test_a_map_that_is_gone_is_said(server):
    known = replace(basemap("mars-trek-viking"), url=server.url("/gone/") + "{z}/{x}/{y}.png")
    with pytest.raises(PlanetaryError, match="cannot be reached"):
        basemap_layers.reach(known)


def test_the_algorithm_writes_a_file_that_reads_over_the_network(server, processing, tmp_path):
    from planetary_qgis.core.rasters import basemaps

    known = served_tiles(server, basemap("mars-trek-viking"))
    path = str(tmp_path / "viking.vrt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basemaps, "basemap", lambda _id: known)
        processing.run("planetary:basemap", {"BASEMAP": known.id, "OUTPUT": path})
    layer = QgsRasterLayer(path, "viking")
    assert layer.crs().authid() == "IAU_2015:49900"
    assert colour_at(layer, 12.0, 30.0) == (80, 20, 40)
