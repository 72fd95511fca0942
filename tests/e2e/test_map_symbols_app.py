"""Map symbols in the real QGIS."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def seen(run_in_qgis):
    outcome = run_in_qgis("map_symbols.py")
    outcome.expect_success()
    return outcome.results


def test_the_style_library_gets_them(seen):
    assert seen["installed"] > 400
    assert seen["thrust"]
    assert any(str(seen["installed"]) in message for message in seen["messages"])


def test_the_filter_finds_some(seen):
    assert 4 <= seen["found"] < 40
