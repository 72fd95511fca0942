"""Places along lines on a sphere; truth: CSPICE's separations and rotations."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import assume, given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.tracks import followed, joined, length_m, track_along

MARS = 3_396_190.0
longitudes = st.floats(-180.0, 180.0)
latitudes = st.floats(-90.0, 90.0)
places = st.tuples(longitudes, latitudes)


def vector(lon: float, lat: float) -> np.ndarray:
    return np.array(spiceypy.latrec(1.0, np.radians(lon), np.radians(lat)))


def separation(a, b) -> float:
    return spiceypy.vsep(vector(*a), vector(*b))


@given(st.lists(places, min_size=2, max_size=5), st.floats(1e4, 1e7))
def test_distances_along_the_line_are_those_on_the_sphere(line, spacing):
    legs = [separation(a, b) for a, b in zip(line, line[1:])]
    assume(max(legs) < np.pi - 1e-6)
    assume(sum(legs) > 1e-6)
    track = track_along([np.array(line)], radius_m=MARS, spacing_m=spacing, most=10_000)
    assert track.distance_m[-1] == pytest.approx(sum(legs) * MARS, rel=1e-9)
    assert np.diff(track.distance_m).max() <= spacing * (1 + 1e-6)
    assert np.ptp(np.diff(track.distance_m)) < 1e-6 * spacing
    assert ((track.lon_e >= -180.0) & (track.lon_e < 180.0)).all()


@given(places, places, st.integers(1, 30))
def test_places_lie_on_the_great_circle(a, b, steps):
    angle = separation(a, b)
    assume(1e-3 < angle < np.pi - 1e-3)
    track = track_along(
        [np.array([a, b])], radius_m=1.0, spacing_m=angle / steps * (1 + 1e-12), most=1000
    )
    axis = np.cross(vector(*a), vector(*b))
    for lon, lat, along in zip(track.lon_e, track.lat, track.distance_m):
        turned = spiceypy.vrotv(vector(*a), axis, along)
        assert spiceypy.vsep(np.array(turned), vector(lon, lat)) < 1e-9


def test_too_many_places_are_bounded():
    line = np.array([[0.0, 0.0], [90.0, 0.0]])
    track = track_along([line, line], radius_m=MARS, spacing_m=1.0, most=101)
    assert len(track.lat) <= 102
    assert np.diff(track.distance_m).max() == pytest.approx(np.pi * MARS / 99, rel=0.03)


def test_lines_follow_each_other_without_the_way_between_them():
    lines = [np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[50.0, 0.0], [52.0, 0.0]])]
    track = track_along(lines, radius_m=MARS, spacing_m=20_000.0, most=1000)
    assert track.distance_m[-1] == pytest.approx(np.radians(3.0) * MARS, rel=1e-12)
    assert length_m(lines, MARS) == pytest.approx(np.radians(3.0) * MARS, rel=1e-12)
    assert set(track.part) == {0, 1}
    between = np.flatnonzero(np.diff(track.part))[0]
    assert track.distance_m[between] == pytest.approx(track.distance_m[between + 1])


def test_what_was_split_at_the_antimeridian_is_one_line_again():
    west, east = np.array([[179.0, 5.0], [180.0, 6.0]]), np.array([[-180.0, 6.0], [-179.0, 7.0]])
    assert [len(line) for line in joined([west, east])] == [3]
    assert len(joined([east, west])) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [([[0, 0], [180, 0]], "opposite"), ([[10, 20], [10, 20]], "no length")],
)
def test_lines_that_lead_nowhere_are_refused(line, said):
    with pytest.raises(PlanetaryError, match=said):
        track_along([np.array(line, dtype=float)], radius_m=1.0, spacing_m=0.1, most=10)


@given(st.floats(-60.0, 60.0), st.floats(-170.0, 170.0), st.floats(5.0, 160.0))
def test_a_straight_line_in_degrees_is_followed_along_its_parallel(lat, west, width):
    line = followed(np.array([[west, lat], [west + width, lat]]), lambda plane: plane, 1e-8)
    track = track_along([line], radius_m=1.0, spacing_m=0.01, most=100_000)
    assert np.abs(track.lat - lat).max() < np.degrees(2e-8)
    parallel = np.radians(width) * np.cos(np.radians(lat))
    assert track.distance_m[-1] == pytest.approx(parallel, rel=1e-6)


def test_a_line_that_leaves_the_body_is_told():
    def disc(plane: np.ndarray) -> np.ndarray:
        return np.where((np.hypot(*plane.T) < 1.0)[:, None], plane, np.nan)

    with pytest.raises(PlanetaryError, match="beyond the body, at 2, 0"):
        followed(np.array([[0.0, 0.0], [2.0, 0.0]]), disc, 1e-6)
