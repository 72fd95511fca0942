"""The tab Check in the real QGIS: found, fixed, undone, found again."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def played(run_in_qgis):
    outcome = run_in_qgis("check_tab.py")
    outcome.expect_success()
    return outcome.results


def test_mistakes_are_found(played):
    assert {"crossing", "dangle"} <= set(played["found"])


def test_a_fix_splits_the_lines_and_undo_joins_them(played):
    assert (played["lines after fix"], played["lines after undo"]) == (5, 3)
    assert "crossing" not in played["after fix"]
    assert "dangle" in played["after fix"]


def test_undo_is_noticed_and_checked_again(played):
    assert played["is stale"]
    assert played["again"] == played["found"]
