"""Rasters opened in the real QGIS: from the menu, by a drop, and from a server that is slow."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from archive_server import Exchange, archive_server

sys.path.append(str(Path(__file__).resolve().parents[1] / "qgis"))
from raster_files import MOON, pds3_label, write_pds3

pytestmark = pytest.mark.e2e

LONGEST_WAIT_S = 20.0


class Waiter:
    """A server that answers only once QGIS's main thread has beaten on; never if it waits too."""

    def __init__(self, beats: Path) -> None:
        self._beats = beats
        self.stood_still: list[str] = []

    def __call__(self, exchange: Exchange) -> None:
        before, until = self._count(), time.monotonic() + LONGEST_WAIT_S
        while self._count() < before + 3:
            if time.monotonic() > until:
                self.stood_still.append(exchange.path)
                break
            time.sleep(0.01)
        serve_part(exchange)

    def _count(self) -> int:
        text = self._beats.read_text() if self._beats.exists() else ""
        return int(text) if text.isdigit() else 0


def serve_part(exchange: Exchange) -> None:
    """The part that is asked for, or the whole."""
    body = exchange.document().body
    told = re.fullmatch(r"bytes=(\d+)-(\d*)", exchange.headers.get("Range", ""))
    first = int(told[1]) if told else 0
    part = body[first : int(told[2]) + 1 if told and told[2] else None]
    said = {"Content-Length": len(part)}
    if told:
        said["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
    exchange.head(206 if told else 200, said)
    if exchange.command != "HEAD":
        exchange.wfile.write(part)


def hills(lines: int, samples: int) -> np.ndarray:
    """Heights in half metres that look like something."""
    lat, lon = np.mgrid[0 : np.pi : lines * 1j, 0 : 2 * np.pi : samples * 1j]
    waves = (np.sin(n * lon + n) * np.sin(n * lat) ** 2 / n for n in (2, 3, 5, 7, 11))
    return (4000 * sum(waves)).astype("int16")[None]


@pytest.fixture(scope="module")
def opened(run_in_qgis, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rasters")
    after = MOON.format(samples=720, lines=360, south=-90, north=90, west=-180, east=180)
    after = after.replace("MAP_RESOLUTION = 1.0", "MAP_RESOLUTION = 2.0")
    more = " SCALING_FACTOR = 0.5\r\n OFFSET = 1737400.0\r\n UNIT = METER\r\n"
    label = write_pds3(folder / "in", hills(360, 720), more=more, after=after)
    dropped = write_pds3(folder / "dropped", hills(360, 720), more=more, after=after)
    beats = folder / "beats"
    waiter = Waiter(beats)
    remote = MOON.format(samples=40, lines=20, south=-10, north=10, west=-20, east=20)
    with archive_server() as archive:
        numbers = hills(20, 40).astype(">i2").tobytes()
        text = pds3_label("W.IMG", (1, 20, 40), ">i2", after=remote)
        for path, body in (("/W.IMG", numbers), ("/W.LBL", text.encode())):
            archive.put(path, body)
            archive.behave(path, waiter)
        outcome = run_in_qgis(
            "open_rasters.py",
            RASTER_LABEL=str(label),
            RASTER_DROPPED=str(dropped.with_suffix(".IMG")),
            RASTER_URL=archive.url("/W.LBL"),
            RASTER_BEATS=str(beats),
        )
        asked = archive.paths()
    outcome.expect_success()
    return {**outcome.results, "asked": asked, "stood still": list(waiter.stood_still)}


def test_a_product_from_the_menu_takes_the_project_to_its_body(opened):
    assert opened["menu"]["body"] == "Moon"
    assert opened["menu"]["width"] == pytest.approx(2 * np.pi * 1_737_400)
    assert 1_737_400 < opened["menu"]["stretch"] < 1_745_000
    assert opened["menu"]["identifier"] == "MADE_BY_HAND"
    assert opened["project"].startswith("IAU_2015:301")


def test_a_drop_is_taken(opened):
    assert opened["dropped"]["taken"]
    assert len(opened["dropped"]["layers"]) == 2


def test_the_interface_never_waits_for_a_server(opened):
    for what, seconds in opened["pauses"].items():
        print(f"{what}: the interface stood still for {1000 * seconds:.0f} ms at most")
    assert "/W.IMG" in opened["asked"]
    assert opened["stood still"] == []
