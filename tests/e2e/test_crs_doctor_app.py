"""Marks of the CRS doctor in the real QGIS: they come, mend, and leave nothing behind."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def doctor(run_in_qgis):
    outcome = run_in_qgis("crs_doctor.py", seconds=300)
    outcome.expect_success()
    return outcome.results


def test_wrong_layers_are_marked(doctor):
    assert doctor["marked"] == [
        "Contacts of the Mars map",
        "Craters (index, west longitudes)",
        "Moon names",
    ]


def test_fix_all_mends_what_is_sure(doctor):
    assert doctor["left"] == ["Moon names"]
    assert doctor["rows"] >= 2
    assert doctor["ellipsoid"].startswith("PARAMETER:3396190")
    assert doctor["description"] == "Mars - west-positive and planetographic degrees"


def test_nothing_is_left(doctor):
    before, after = doctor["before"], doctor["after"]
    # QGIS makes widgets of its own once there are layers: they bear other names.
    names = [name for name in after.pop("widgets") if name.split(" ")[0].startswith("Crs")]
    assert [name for name in names if name not in before["widgets"]] == []
    assert after == {kind: before[kind] for kind in after}
