"""The plugin in the real QGIS: it comes, costs nothing before it is used, and goes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e

TIMES = 10


@pytest.fixture(scope="module")
def cycles(run_in_qgis):
    """What the census found around ten times loading and unloading."""
    outcome = run_in_qgis("load_and_unload.py")
    outcome.expect_success()
    return outcome.results


def test_nothing_is_left_after_unloading_ten_times(cycles):
    assert len(cycles["unloaded"]) == TIMES
    for census in cycles["unloaded"]:
        # QGIS takes away some of its own meanwhile, such as a progress bar of its start.
        widgets, before = census.pop("widgets"), cycles["before"]["widgets"]
        assert {name for name in widgets if widgets[name] > before.get(name, 0)} == set()
        assert census == {kind: cycles["before"][kind] for kind in census}


def test_the_census_sees_the_plugin_while_it_is_loaded(cycles):
    assert len(cycles["loaded"]) == TIMES
    for census in cycles["loaded"]:
        assert census["providers"].get("planetary") == 1
        for kind in ("docks", "toolbars", "actions"):
            assert sum(census[kind].values()) > sum(cycles["before"][kind].values())


def test_loading_imports_no_heavy_library(cycles):
    # QGIS 3.44 has shapely loaded by itself; the others must not be, or this test sees nothing.
    assert set(cycles["heavy_before"]) <= {"shapely"}
    assert cycles["heavy_after"] == cycles["heavy_before"]


def test_libraries_keep_apart_from_the_ones_qgis_has_loaded(run_in_qgis):
    outcome = run_in_qgis("use_libraries.py")
    outcome.expect_success()
    # Little-endian WKB of POINT (1 2), by OGC 06-103r4: byte order, type 1, two doubles.
    assert outcome.results["wkb"] == "0101000000" + "000000000000F03F" + "0000000000000040"
    assert outcome.results["area"] == 100
    assert outcome.results["has_m"] is False
    assert outcome.results["sum"] == 4 * 3 * 7


def test_a_python_error_in_a_slot_fails_a_run(run_in_qgis):
    outcome = run_in_qgis("fail_in_a_slot.py")
    assert outcome.exit_code == 1
    assert "KeyError: 'raised in a slot'" in "\n".join(outcome.problems)
    with pytest.raises(AssertionError, match="raised in a slot"):
        outcome.expect_success()


def test_a_hanging_qgis_is_killed_and_says_where_it_hung(run_in_qgis):
    outcome = run_in_qgis("hang.py", seconds=30)
    assert outcome.exit_code is None
    assert "hang.py" in outcome.output
    with pytest.raises(AssertionError, match="ran out of time"):
        outcome.expect_success()
