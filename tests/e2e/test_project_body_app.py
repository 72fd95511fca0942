"""A project is set to a body in the real QGIS: window, status bar, scale bar, expressions."""

from __future__ import annotations

import math

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def facts(run_in_qgis):
    outcome = run_in_qgis("project_body.py", seconds=120)
    outcome.expect_success()
    return outcome.results


def test_the_project_gets_the_best_projection_of_the_view(facts):
    assert facts["crs"].startswith("Mars / Lambert conformal conic, true at ")
    assert facts["ellipsoid"] in ("NONE", "PARAMETER:3396190.0:3396190.0")


def test_the_status_bar_tells_the_place_in_west_longitudes(facts):
    longitude, east, latitude, north = facts["readout"].replace("°", "").split()
    assert (east, north) == ("W", "N")
    assert min(float(longitude), 360.0 - float(longitude)) < 0.5
    assert 40.0 < float(latitude) < 50.0


def test_expressions_measure_on_the_body_and_go_with_the_plugin(facts):
    assert facts["body"] == "Mars"
    assert facts["degree"] == pytest.approx(math.radians(1) * 3396190.0, rel=1e-9)
    assert facts["left"] is False


def test_what_happened_is_told(facts):
    assert any("The project is on Mars now" in message for message in facts["messages"])
