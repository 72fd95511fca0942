"""Statistics block by block; truth: numpy on all pixels at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.rasters import tallies
from planetary_qgis.core.rasters.sphere_areas import areas_of_rows
from planetary_qgis.core.rasters.tallies import Tally, weighted_percentiles

PERCENTS = (0.0, 5.0, 50.0, 83.0, 100.0)


def tally_of(values: np.ndarray, weights: np.ndarray, blocks: int) -> Tally:
    tally = Tally()
    for some, of_them in zip(np.array_split(values, blocks), np.array_split(weights, blocks)):
        tally.add(some, np.ones(len(some)), of_them)
    return tally


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=60),
    st.integers(1, 9),
    st.floats(-1e6, 1e6),
)
def test_equal_weights_give_numpys_numbers(whole, blocks, offset):
    values = np.array(whole) + offset
    found = tally_of(values, np.full(len(values), 2.5), blocks).statistics(PERCENTS)
    assert found.count == len(values)
    assert found.weight == pytest.approx(2.5 * len(values))
    assert (found.minimum, found.maximum) == (values.min(), values.max())
    assert found.mean == pytest.approx(values.mean(), abs=1e-9 * abs(offset) + 1e-12)
    assert found.std == pytest.approx(values.std(), abs=1e-7 * abs(offset) + 1e-12)
    hazen = np.percentile(values, PERCENTS, method="hazen")
    assert found.percentiles == pytest.approx(hazen.tolist(), abs=1e-9 * abs(offset) + 1e-9)
    kinds, counts = np.unique(values, return_counts=True)
    assert found.majority == kinds[np.argmax(counts)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=40))
def test_whole_weights_are_repetitions(pairs):
    values, weights = np.array(pairs, dtype=float).T
    repeated = np.repeat(values, weights.astype(int))
    found = tally_of(values, weights, 3).statistics(PERCENTS)
    assert found.mean == pytest.approx(repeated.mean())
    assert found.std == pytest.approx(repeated.std(), abs=1e-7)


def test_percentiles_stand_in_the_middle_of_their_weight():
    values, weights = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 1.0])
    assert weighted_percentiles(values, weights, [12.5, 50.0, 87.5]) == (1.0, 2.0, 4.0)


@pytest.mark.parametrize("whole", [True, False])
def test_more_pixels_than_are_kept_go_into_a_histogram(monkeypatch, whole):
    rng = np.random.default_rng(5)
    values = rng.normal(1000.0, 300.0, 20_000)
    values = np.rint(values) if whole else values
    weights = rng.uniform(0.5, 1.5, len(values))
    truth = tally_of(values, weights, 7).statistics(PERCENTS)
    monkeypatch.setattr(tallies, "MOST_KEPT", 1000)
    tally = tally_of(values, weights, 7)
    assert tally.overflown
    histogram = tally.histogram()
    histogram.add(values, weights)
    found = tally.statistics(PERCENTS, histogram)
    assert found.percentiles[1:-1] == pytest.approx(truth.percentiles[1:-1], abs=0.5)
    assert found.mean == truth.mean
    assert found.majority == truth.majority if whole else np.isnan(found.majority)


def test_nothing_is_unknown():
    found = Tally().statistics(PERCENTS)
    assert found.count == 0.0
    assert all(np.isnan(each) for each in (found.mean, found.std, *found.percentiles))


def test_rows_of_pixels_make_up_the_sphere():
    edges = np.linspace(90.0, -90.0, 721)
    rows = areas_of_rows(edges, 0.25)
    assert rows.sum() * 1440 == pytest.approx(4.0 * np.pi, rel=1e-13)
    closed = np.radians(0.25) * abs(np.diff(np.sin(np.radians(edges))))
    assert rows == pytest.approx(closed, rel=1e-9)
