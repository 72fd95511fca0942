"""A basemap in the real QGIS, from a tile service that a loopback server plays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from archive_server import archive_server

sys.path.append(str(Path(__file__).resolve().parents[1] / "qgis"))
from tiles import painted

pytestmark = pytest.mark.e2e

LEVELS = 2


@pytest.fixture(scope="module")
def added(run_in_qgis):
    with archive_server() as service:
        for z in range(LEVELS + 1):
            for x in range(2 * 2**z):
                for y in range(2**z):
                    grey = 80 + 25 * ((x + y) % 5)
                    service.put(f"/t/{z}/{x}/{y}.png", painted(grey, grey, grey + 10 * z))
        outcome = run_in_qgis("basemaps.py", TILES=service.url("/t/") + "{z}/{x}/{y}.png")
        asked = service.paths()
    outcome.expect_success()
    return {**outcome.results, "asked": asked}


def test_the_project_goes_to_the_basemaps_body(added):
    assert added["listed"] == "MOON"
    assert added["valid"]
    assert added["crs"] == added["project"] == "IAU_2015:30100"
    assert added["ellipsoid"] == "PARAMETER:1737400.0:1737400.0"


def test_who_made_it_is_credited(added):
    (credit,) = added["credit"]
    assert any(credit in message for message in added["messages"])


def test_the_map_is_drawn_from_the_service(added):
    assert any(path.startswith("/t/") for path in added["asked"])
