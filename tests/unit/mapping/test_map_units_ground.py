"""What a short step of the map is on the ground, against closed formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_units_kit import IN_DEGREES, MARS_RADIUS_M

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.ground import FloatArray, Ground

ONE_DEGREE_M = np.radians(1.0) * MARS_RADIUS_M


@settings(max_examples=50)
@given(st.floats(-180.0, 360.0), st.floats(-89.9, 89.9))
def test_a_degree_of_longitude_shrinks_with_the_cosine_of_latitude(lon: float, lat: float) -> None:
    (metric,) = IN_DEGREES.metrics([lon], [lat])
    east_m = ONE_DEGREE_M * np.cos(np.radians(lat))
    assert np.sqrt(np.diagonal(metric)) == pytest.approx([east_m, ONE_DEGREE_M], rel=1e-5)
    assert abs(metric[0, 1]) < 1e-5 * east_m * ONE_DEGREE_M
    assert IN_DEGREES.units_per_metre([lon], [lat]) == pytest.approx([1.0 / east_m], rel=1e-4)


@settings(max_examples=50)
@given(st.floats(-2e6, 2e6), st.floats(-2e6, 2e6))
def test_polar_stereographic_is_as_wide_in_all_directions(x: float, y: float) -> None:
    # Source: Snyder 1987, eq. 21-4 and 21-15: the scale is 1 + (distance / 2 R)².
    ground = Ground(MARS_RADIUS_M, _stereographic)
    scale = 1.0 + (np.hypot(x, y) / (2.0 * MARS_RADIUS_M)) ** 2
    (metric,) = ground.metrics([x], [y])
    assert np.sqrt(np.diagonal(metric)) == pytest.approx([1 / scale, 1 / scale], rel=1e-6)
    assert ground.units_per_metre([x], [y]) == pytest.approx([scale], rel=1e-3)


def _stereographic(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = 2.0 * np.arctan2(np.hypot(x, y), 2.0 * MARS_RADIUS_M)
    return np.degrees(np.arctan2(x, -y)), 90.0 - np.degrees(angle)


def test_in_a_plane_a_unit_is_a_metre() -> None:
    assert Ground().metrics([3.0, 4.0], [5.0, 6.0]).tolist() == [[[1.0, 0.0], [0.0, 1.0]]] * 2
    assert Ground().units_per_metre([3.0, 4.0], [5.0, 6.0]).tolist() == [1.0, 1.0]


def test_only_places_that_the_map_does_not_show_are_unknown() -> None:
    def half(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        if (x > 50.0).any():
            raise PlanetaryError("Beyond the limb.")
        return x, y

    ground = Ground(MARS_RADIUS_M, half)
    known = np.isfinite(ground.distances([0.0, 60.0, 10.0], [0.0] * 3, [1.0] * 3, [0.0] * 3))
    assert known.tolist() == [True, False, True]
    assert np.isfinite(ground.metrics([0.0, 60.0], [0.0, 0.0])).all(axis=(1, 2)).tolist() == [
        True,
        False,
    ]
    assert ground.metrics([], []).shape == (0, 2, 2)
