"""Raw images: which detector pixel a column is, when a row was exposed, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.images.raw_images import RawImage

START = np.datetime64("2019-09-01T05:00:00", "us")


def image(**values) -> RawImage:
    plain = {"samples": 100, "lines": 50, "start": START, "exposure_s": 0.25}
    return RawImage(**{**plain, **values})


def test_the_middle_of_the_first_pixel_is_the_first_detector_pixel():
    found = image(first_sample=7.0, first_line=3.0)
    assert found.detector_samples(np.array([0.5, 1.5, 99.5])) == pytest.approx([7.0, 8.0, 106.0])
    assert found.detector_lines(np.array([0.0, 0.5, 50.0])) == pytest.approx([2.5, 3.0, 52.5])


def test_summed_pixels_have_several_of_the_detector():
    """The first two detector pixels, 1 and 2, make up the first of the image."""
    found = image(sample_summing=2.0, line_summing=4.0)
    assert found.detector_samples(np.array([0.5])) == pytest.approx([1.5])
    assert found.detector_lines(np.array([0.5, 1.5])) == pytest.approx([2.5, 6.5])


def test_mirrored_and_flipped_run_the_other_way():
    found = image(mirrored=True, flipped=True, framelet_lines=10, interframe_s=1.0)
    assert found.detector_samples(np.array([0.5, 99.5])) == pytest.approx([100.0, 1.0])
    assert found.detector_lines(np.array([0.5, 9.5])) == pytest.approx([10.0, 1.0])


def test_lines_are_exposed_one_after_the_other():
    found = image(line_s=0.5)
    middles = np.array([0.5, 1.5, 49.5])
    assert found.seconds_of_rows(middles) == pytest.approx([0.125, 0.625, 24.625])
    assert found.seconds_of_rows(np.array([0.0])) == pytest.approx([-0.125])
    assert found.stop == START + np.timedelta64(24_750, "ms")


def test_lines_may_have_start_times_of_their_own():
    seconds = np.concatenate([0.5 * np.arange(25), 12.5 + 2.0 * np.arange(25)])
    starts = START + (seconds * 1e6).astype("timedelta64[us]")
    found = image(line_starts=starts)
    at = found.seconds_of_rows(np.arange(50) + 0.5)
    assert at == pytest.approx(seconds + 0.125)
    # Between lines evenly, and beyond the ends as fast as at them.
    assert found.seconds_of_rows(np.array([0.0, 30.0, 50.0])) == pytest.approx(
        [-0.25 + 0.125, (seconds[29] + seconds[30]) / 2.0 + 0.125, seconds[-1] + 1.0 + 0.125]
    )
    assert found.is_scan
    assert found.stop == starts[-1] + np.timedelta64(250, "ms")


def test_one_line_alone_may_have_a_start_time():
    found = image(lines=1, line_starts=np.array([START]))
    assert found.seconds_of_rows(np.array([0.5, 1.0])) == pytest.approx([0.125, 0.25])


def test_framelets_are_counted_the_last_maybe_cut():
    found = image(framelet_lines=16, interframe_s=2.0)
    assert found.framelets == 4
    assert found.stop == START + np.timedelta64(6_250, "ms")
    assert image().framelets == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"samples": 0}, "0 samples and 50 lines"),
        ({"start": np.datetime64("NaT")}, "no start time"),
        ({"exposure_s": -1.0}, "an exposure of -1 s"),
        ({"exposure_s": float("nan")}, "an exposure of nan s"),
        ({"line_s": 0.0}, "0 s from line to line"),
        ({"line_starts": np.array([START])}, "start times of 1 of its 50 lines"),
        ({"line_starts": np.full(50, np.datetime64("NaT"))}, "lines without a start time"),
        ({"sample_summing": 0.0}, "a summing of 0 by 1"),
        ({"first_sample": float("inf")}, "no place on the detector"),
        ({"framelet_lines": 0}, "framelets of 0 lines"),
        ({"framelet_lines": 10}, "framelets without the time from one to the next"),
    ],
)
def test_what_cannot_be_is_refused(wrong, told):
    with pytest.raises(PlanetaryError, match=told) as caught:
        image(**wrong)
    assert caught.value.hint
