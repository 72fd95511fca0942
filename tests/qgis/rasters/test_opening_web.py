"""Rasters on the web: a loopback server that plays archives, good and bad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from archive_server import ArchiveServer, Exchange, answer, archive_server, cut_short
from raster_files import MOON, pds3_label, write_tiff

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import NetworkError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.rasters.opening import open_raster

pytestmark = pytest.mark.usefixtures("qgis_app", "cache")

RAMP = np.arange(1, 101, dtype="int16").reshape(1, 10, 10)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    before = settings.load()
    settings.save(settings.Settings(store_path=tmp_path / "indexes.gpkg"))
    yield tmp_path / "cache"
    settings.save(before)


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as made:
        yield made


def in_parts(exchange: Exchange) -> None:
    """As servers of cloud-optimised files do: any part that is asked for."""
    document = exchange.document()
    if document is None:
        answer(404, b"<html>Not found</html>", content_type="text/html")(exchange)
        return
    size = len(document.body)
    told = re.fullmatch(r"bytes=(\d+)-(\d*)", exchange.headers.get("Range", ""))
    first, last = (int(told[1]), min(int(told[2] or size), size - 1)) if told else (0, size - 1)
    body = document.body[first : last + 1]
    said = {"Content-Length": len(body), "Accept-Ranges": "bytes"}
    if told:
        said["Content-Range"] = f"bytes {first}-{last}/{size}"
    exchange.head(206 if told else 200, said)
    if exchange.command != "HEAD":
        exchange.wfile.write(body)


def put(archive: ArchiveServer, path: str, body: bytes) -> str:
    archive.put(path, body)
    return archive.behave(path, in_parts)


def refused(address: str, **more: str) -> PlanetaryError:
    with pytest.raises(PlanetaryError) as caught:
        open_raster(address, **more)
    return caught.value


def first_value(raster) -> float:
    layer = raster.layer()
    return layer.dataProvider().block(1, layer.extent(), 10, 10).value(0, 0)


def test_a_tiff_is_read_where_it_is(archive, tmp_path, cache):
    numbers = np.arange(1_000_000, dtype="int16").reshape(1, 1000, 1000)
    tiff = write_tiff(tmp_path / "a.tif", numbers, options=("TILED=YES",))
    url = put(archive, "/maps/a.tif", tiff.read_bytes())
    raster = open_raster(url)
    assert raster.source == f"/vsicurl/{url}"
    assert raster.layer().width() == 1000
    assert set(archive.paths()) == {"/maps/a.tif"}  # nobody asked for sidecars
    assert not cache.exists()


def test_the_layer_asks_the_server_for_nothing_new(archive, tmp_path):
    url = put(archive, "/maps/b.tif", write_tiff(tmp_path / "b.tif", RAMP).read_bytes())
    raster = open_raster(url)
    asked = [(each.method, each.path, each.headers.get("range")) for each in archive.asked]
    assert raster.layer().isValid()
    again = archive.asked[len(asked) :]
    # Newer QGIS forgets what GDAL has read of a URL before it opens a layer: its head is read anew.
    assert {(each.method, each.path, each.headers.get("range")) for each in again} <= set(asked)
    assert len(again) <= len(asked)


def test_detached_data_bring_their_label(archive, cache):
    label = pds3_label("P.IMG", RAMP.shape, ">i2", " CORE_NULL = 1\r\n")
    url = put(archive, "/data/P.IMG", RAMP.astype(">i2").tobytes())
    put(archive, "/data/P.LBL", label.encode())
    raster = open_raster(url)
    assert raster.facts["Product id"] == "MADE_BY_HAND"
    assert raster.bands[0].no_data == ((1.0, 1.0),)
    assert any("downloaded" in note for note in raster.notes)
    assert len(list(cache.rglob("P.IMG"))) >= 1


def test_the_labels_address_may_be_told(archive):
    url = put(archive, "/data/Q.IMG", RAMP.astype(">i2").tobytes())
    label = put(archive, "/labels/Q.LBL", pds3_label("Q.IMG", RAMP.shape, ">i2").encode())
    assert first_value(open_raster(url, label_address=label)) == 1.0


def test_a_label_is_opened_with_the_data_that_it_names(archive):
    after = MOON.format(samples=10, lines=10, south=-5, north=5, west=0, east=10)
    put(archive, "/data/r.img", RAMP.astype(">i2").tobytes())
    url = put(archive, "/data/r.lbl", pds3_label("r.img", RAMP.shape, ">i2", after=after).encode())
    raster = open_raster(url)
    assert raster.body == "Moon"
    assert first_value(raster) == 1.0


def test_servers_that_know_no_parts_give_the_whole(archive, tmp_path, cache):
    tiff = write_tiff(tmp_path / "whole.tif", RAMP)
    archive.put("/maps/whole.tif", tiff.read_bytes())
    raster = open_raster(archive.behave("/maps/whole.tif", whole))
    assert first_value(raster) == 1.0
    assert cache in Path(raster.source).parents


def whole(exchange: Exchange) -> None:
    document = exchange.document()
    exchange.head(200, {"Content-Length": len(document.body)})
    exchange.wfile.write(document.body)


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "does not exist"), (410, "is gone"), (403, "refuses"), (401, "log-in"), (503, "not av")],
)
def test_what_the_server_says_is_told(archive, status, words):
    url = archive.behave("/gone.img", answer(status, b"sorry"))
    error = refused(url)
    assert isinstance(error, NetworkError)
    assert words in error.message
    assert str(status) in error.message


def test_a_page_is_no_image(archive):
    page = b"<!DOCTYPE html><html><body>Please log in with your password</body></html>"
    error = refused(archive.behave("/page.img", answer(200, page, content_type="text/html")))
    assert "web page" in error.message
    assert "log-in" in error.hint


def test_an_empty_answer_is_no_image(archive):
    assert "is empty" in refused(archive.behave("/empty.img", answer(200, b""))).message


def test_no_server_is_told():
    assert isinstance(refused("http://127.0.0.1:9/nothing.img"), NetworkError)


def test_a_transfer_that_breaks_off_leaves_no_layer(archive, cache):
    archive.put("/data/cut.tif", bytes(200_000))
    error = refused(archive.behave("/data/cut.tif", cut_short(100_000)))
    assert error.message
    assert not list(cache.rglob("cut.tif"))


def test_noise_is_told_with_gdals_words_and_the_address(archive):
    url = put(archive, "/data/noise.img", bytes(range(256)) * 40)
    error = refused(url)
    assert url in error.message


def test_a_truncated_file_on_the_web_is_told(archive, tmp_path):
    numbers = np.random.default_rng(3).integers(0, 9999, (1, 400, 400)).astype("int16")
    body = write_tiff(tmp_path / "t.tif", numbers, options=("COMPRESS=DEFLATE",)).read_bytes()
    raster = open_raster(put(archive, "/data/t.tif", body[: len(body) // 2]))
    assert "cannot be read" in raster.warning
