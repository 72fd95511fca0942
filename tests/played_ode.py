"""A loopback server that plays the Orbital Data Explorer, with products of the synthetic sample.

Imported as `played_ode` by any test, as `archive_server` is.
"""

from __future__ import annotations

import csv
import json
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from archive_server import ArchiveServer, Exchange, answer

SERVICE_PATH = "/live2"
PAGE = 3
CORNERS = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT")
OWN_CATALOG = """\
[endpoints.ode]
archive = "Played Orbital Data Explorer"
url = "{url}"
ranges = ["incidence_angle", "emission_angle", "phase_angle", "resolution", "solar_longitude"]
verified = "A loopback server plays it."

[services."ode.mars.mro.ctx.edr"]
service = "ode"
title = "Played Context Camera, EDR"
body = "MARS"
mission = "SYNTHETIC ORBITER"
instrument = "SYNTHETIC CAMERA"
parameters = {{ ihid = "MRO", iid = "CTX", pt = "EDR" }}
verified = "A loopback server plays it."

[hosts."127.0.0.1"]
gap_s = 0.0
at_once = 2
back_off_s = 0.2
back_off_statuses = [403, 429, 503]
"""


def play_ode(archive: ArchiveServer, products: Sequence[dict[str, Any]]) -> str:
    """Let a server answer as ODE does, three products a page; gives its address.

    It ignores what is asked for but the page, as the plugin has to filter by itself anyway.
    """

    def behaviour(exchange: Exchange) -> None:
        asked = parse_qs(urlsplit(exchange.path).query)
        begin = int(asked.get("offset", ["0"])[0])
        page = products[begin : begin + PAGE]
        results = {"Count": str(len(products)), "Status": "Success"}
        if page:
            results["Products"] = {"Product": page if len(page) > 1 else page[0]}
        body = json.dumps({"ODEResults": results}).encode()
        answer(200, body, content_type="application/json")(exchange)

    return archive.behave(SERVICE_PATH, behaviour)


def sample_products(sample: Path, archive: ArchiveServer, count: int) -> list[dict[str, Any]]:
    """Some products of the sample's index, far from poles and antimeridian, as ODE tells them."""
    return [_product(row, archive) for row in rows_of_sample(sample) if _lies_simply(row)][:count]


def own_product(name: str, corners: str, archive: ArchiveServer) -> dict[str, Any]:
    """A product that only the service has."""
    return {
        "pdsid": name,
        "ode_id": name,
        "ihid": "MRO",
        "iid": "CTX",
        "pt": "EDR",
        "Target_name": "MARS",
        "UTC_start_time": "2019-09-01T12:00:00.000",
        "UTC_stop_time": "2019-09-01T12:00:10.000",
        "Incidence_angle": "40.5",
        "Emission_angle": "2.0",
        "Phase_angle": "41.0",
        "Map_scale": "6.1",
        "Solar_longitude": "77.5",
        "Pole_state": "none",
        "Footprints_cross_meridian": "False",
        "Footprint_C0_geometry": f"POLYGON (({corners}))",
        "LabelURL": archive.put(f"/labels/{name}.LBL", b"PDS_VERSION_ID = PDS3\r\nEND\r\n"),
        "Product_files": {
            "Product_file": [
                {"FileName": f"{name}.JPG", "Type": "Browse", "URL": _browse(name, archive)},
                {
                    "FileName": f"{name}.IMG",
                    "Type": "Product",
                    "URL": archive.put(f"/products/{name}.IMG", name.encode() * 100),
                },
            ]
        },
    }


def _product(row: dict[str, str], archive: ArchiveServer) -> dict[str, Any]:
    ring = ", ".join(
        f"{_east(row[f'{corner}_LONGITUDE'])} {float(row[f'{corner}_LATITUDE'])}"
        for corner in (*CORNERS, CORNERS[0])
    )
    product = own_product(row["PRODUCT_ID"], ring, archive)
    product.update(UTC_start_time=row["START_TIME"], UTC_stop_time=row["STOP_TIME"])
    return product


def _east(lon_w: str) -> float:
    return (540.0 - float(lon_w)) % 360.0 - 180.0


def _lies_simply(row: dict[str, str]) -> bool:
    """Whether the corners as they are make a valid ring."""
    if not _is_number(row["UPPER_LEFT_LATITUDE"]):
        return False
    lons = [_east(row[f"{corner}_LONGITUDE"]) for corner in CORNERS]
    lats = [float(row[f"{corner}_LATITUDE"]) for corner in CORNERS]
    return max(map(abs, lats)) < 50.0 and max(lons) - min(lons) < 20.0


def _is_number(text: str) -> bool:
    return text.strip().lstrip("-").replace(".", "", 1).isdigit()


def rows_of_sample(sample: Path) -> list[dict[str, str]]:
    """The rows of the sample's index, by the names in its label; read without the plugin."""
    label = (sample / "index.lbl").read_text(encoding="ascii")
    names = [
        line.partition("=")[2].strip()
        for line in label.splitlines()
        if line.strip().startswith("NAME ")
    ]
    with (sample / "index.tab").open(encoding="ascii", newline="") as table:
        return [dict(zip(names, (c.strip() for c in row))) for row in csv.reader(table)]


def _browse(name: str, archive: ArchiveServer) -> str:
    return archive.put(f"/browse/{name}.png", picture(), content_type="image/png")


def picture(width: int = 64, height: int = 96) -> bytes:
    """A grey ramp as PNG (PNG specification, 11.2)."""
    rows = b"".join(
        b"\0" + bytes((column * 2 + row) % 256 for column in range(width)) for row in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
