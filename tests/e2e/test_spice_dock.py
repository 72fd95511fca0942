"""The SPICE Footprints dock in the real QGIS: the sample's kernels, and a real image's."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def told(run_in_qgis):
    outcome = run_in_qgis("spice_dock.py", seconds=180)
    outcome.expect_success()
    return outcome.results["sample"]


def test_kernels_are_read_and_charted(told):
    assert told["entries"] == ["synthetic.tm"]
    assert ["Attitude", "SYNTHETIC_ORBITER_BUS", 1] in told["rows"]
    assert "2019-09-01" in told["coverage"]


def test_what_is_missing_follows_the_times(told):
    assert "All kernels for this observation are there" in told["missing"]
    assert "No CK" in told["missing later"]


def test_a_bars_span_is_observed(told):
    assert told["taken"] == ["2019-09-01T00:00:00.001Z", "2019-09-02T23:59:59.999Z"]
    assert told["done"]["told"].startswith("288 rows")
    assert told["done"]["valid"]


@pytest.mark.real_data
def test_a_real_image_goes_from_its_kernels_to_the_map(run_in_qgis, real_data):
    spice = real_data / "spice"
    cases = json.loads((spice / "cases.json").read_text(encoding="utf-8"))["cases"]
    case = next(each for each in cases if each["grade"] == "A" and each["target"] == "MARS")
    asked = {
        "kernels": [str(spice / name) for name in case["kernels"]],
        "target": case["target"],
        "observer": str(case["spacecraft_id"]),
        "instrument": str(case["instrument_id"]),
        "start": case["utc_start"],
        "stop": case["utc_stop"],
    }
    outcome = run_in_qgis("spice_dock.py", seconds=240, PLANETARY_QGIS_E2E_CASE=json.dumps(asked))
    outcome.expect_success()
    told = outcome.results["real"]
    assert len(told["entries"]) == len(case["kernels"])
    assert "All kernels for this observation are there" in told["missing"]
    assert {group for group, _title, _count in told["rows"]} >= {"Positions", "Attitude"}
    assert list(told["done"]["layers"].values()) == [1]
    assert told["done"]["valid"]
