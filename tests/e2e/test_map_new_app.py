"""A geologic map is begun in the real QGIS: window, project, scale, streaming."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def facts(run_in_qgis):
    outcome = run_in_qgis("map_new.py", seconds=180)
    outcome.expect_success()
    return outcome.results


def test_the_map_is_made_and_is_the_project(facts):
    assert {"jezero_crater.gpkg", "jezero_crater.qgz"} <= set(facts["files"])
    assert facts["file"] == "jezero_crater.qgz"
    assert facts["snapping"]
    assert any("The map is made" in message for message in facts["messages"])


def test_the_view_goes_to_the_scale_to_draw_at(facts):
    # Three degrees are 178 km: a map of 1:200,000, drawn at 1:50,000.
    assert facts["scale"] == pytest.approx(50_000.0, rel=1e-3)


def test_streaming_is_on_with_its_spacing_and_the_users_own_comes_back(facts):
    assert facts["streaming"]
    assert set(facts["pixels"]) in ({3}, {4}, {5})  # a millimetre of the screen
    assert facts["pixels_left"] == [False, False, False]
