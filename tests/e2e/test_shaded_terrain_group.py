"""Shaded terrain in the real QGIS: the dialog from the menu, and the groups of real DEMs."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.real_data]


def test_terrain_of_mars_and_the_moon_is_drawn(run_in_qgis, real_data, tmp_path):
    outcome = run_in_qgis(
        "shaded_terrain.py",
        seconds=240,
        PLANETARY_QGIS_E2E_RASTERS=str(real_data / "rasters"),
        PLANETARY_QGIS_E2E_OUT=str(tmp_path),
    )
    outcome.expect_success()
    assert "Shaded terrain" in outcome.results["dialog"]
    for name in ("mars", "moon", "moon_even"):
        layers = dict(outcome.results[name])
        assert list(layers) == ["Contours", "Slope", "Hillshade", "Heights"]
        assert all(layers.values())
