"""Project Image in the real QGIS: a raw CaSSIS framelet over a basemap of Mars."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.real_data]


@pytest.fixture(scope="module")
def job(run_in_qgis, real_data):
    outcome = run_in_qgis("project_image.py", seconds=240, PLANETARY_QGIS_DATA=str(real_data))
    outcome.expect_success()
    return outcome.results


def layer(job, start):
    (found,) = [each for each in job["layers"] if each["name"].startswith(start)]
    return found


def test_the_label_is_told(job):
    assert "CaSSIS" in job["said"]
    assert "2048 × 280" in job["said"]
    assert "2016-11-26T22:50:27.381" in job["said"]


def test_the_framelet_lies_on_mars_within_its_footprint(job):
    image, outline = layer(job, "CAS-MCO"), layer(job, "Footprint of")
    assert {each["body"] for each in job["layers"]} == {"Mars"}
    # Degrees; some pixels of 7 m, by which the lens bends the field of view.
    for one, other in zip(image["extent"], outline["extent"]):
        assert one == pytest.approx(other, abs=1e-3)


def test_what_is_left_out_is_told(job):
    assert "Photometry is left out" in job["done"]
    assert "bundle adjustment" in job["done"]


def test_nothing_stays(job):
    before, after = job["before"], job["after"]
    for kind in ("docks", "toolbars", "actions", "providers", "tasks", "layers"):
        assert after[kind] == before[kind], kind
