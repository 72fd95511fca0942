"""Classes that read well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.class_breaks import (
    MOST_CLASSES,
    even_breaks,
    growing_breaks,
    time_breaks,
)

value = st.floats(-1e6, 1e6)


@given(low=value, width=st.floats(1e-6, 1e6))
def test_even_breaks_are_few_round_and_around_all_values(low, width):
    high = low + width
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return
    breaks = even_breaks(low, high)
    assert 1 <= len(breaks) - 1 <= MOST_CLASSES
    margin = 1e-8 * (breaks[1] - breaks[0])
    assert breaks[0] <= low + margin
    assert breaks[-1] >= high - margin
    steps = np.diff(breaks)
    assert steps == pytest.approx(steps[0], rel=1e-3)
    assert steps[0] <= max(width, 1e-12) * 5.01


@given(low=st.floats(1e-6, 1e6), ratio=st.floats(1.01, 1e9))
def test_growing_breaks_are_few_rise_and_are_around_all_values(low, ratio):
    breaks = growing_breaks(low, low * ratio)
    assert 1 <= len(breaks) - 1 <= MOST_CLASSES + 1
    assert (np.diff(breaks) > 0.0).all()
    assert breaks[0] <= low * (1.0 + 1e-8)
    assert breaks[-1] >= low * ratio * (1.0 - 1e-8)


def test_breaks_that_people_expect():
    assert even_breaks(0.0, 90.0) == [10.0 * tens for tens in range(10)]
    assert even_breaks(12.3, 87.1) == [10.0 * tens for tens in range(1, 10)]
    assert even_breaks(30.0, 30.0) == [30.0, 30.0]
    assert growing_breaks(0.25, 80.0) == [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
    assert growing_breaks(0.0, 80.0)[0] == 0.0


@given(first=st.integers(-(10**10), 10**10), seconds=st.integers(0, 10**10))
def test_times_are_few_even_and_around_all(first, seconds):
    begin = np.datetime64(first, "s")
    end = begin + np.timedelta64(seconds, "s")
    moments = time_breaks(begin, end)
    assert 1 <= len(moments) - 1 <= MOST_CLASSES
    assert moments[0] <= begin
    assert moments[-1] > end
    assert len(set(np.diff(moments))) == 1


def test_hours_are_full_ones():
    moments = time_breaks(np.datetime64("2019-09-01T00:10:00"), np.datetime64("2019-09-01T07:03"))
    assert (moments == np.arange("2019-09-01T00", "2019-09-01T09", dtype="datetime64[h]")).all()
