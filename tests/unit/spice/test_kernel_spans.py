"""From when to when a kernel file knows something: as CSPICE's own coverage calls say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import spiceypy

from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.kernels.kernel_spans import spans_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import utc_from_et

MICROSECONDS = np.timedelta64(2, "us")


def cspices_span(kernel: Path) -> np.ndarray | None:
    """(2,) UTC of what spkcov, ckcov or pckcov find in the file."""
    architecture, kind = spiceypy.getfat(str(kernel))
    cell = spiceypy.cell_double(100_000)
    if kind == "SPK":
        for body in spiceypy.spkobj(str(kernel)):
            spiceypy.spkcov(str(kernel), body, cell)
    elif kind == "CK":
        for structure in spiceypy.ckobj(str(kernel)):
            spiceypy.ckcov(str(kernel), structure, False, "SEGMENT", 0.0, "TDB", cell)
    elif architecture == "DAF" and kind == "PCK":
        frames = spiceypy.cell_int(1000)
        spiceypy.pckfrm(str(kernel), frames)
        for frame in frames:
            spiceypy.pckcov(str(kernel), frame, cell)
    else:
        return None
    return utc_from_et(np.array([cell[0], cell[len(cell) - 1]]))


def assert_as_cspice_says(files: tuple[Path, ...]) -> int:
    """How many of the files have times."""
    with furnished(files):
        found = spans_of(files)
        for file in files:
            expected = cspices_span(file)
            assert (file in found) == (expected is not None)
            if expected is not None:
                assert np.abs(np.array(found[file]) - expected).max() <= MICROSECONDS
    return len(found)


def test_the_samples_kernels(sample_kernels):
    assert assert_as_cspice_says(expand(sample_kernels)) == 2


def test_a_kernel_without_its_clock_has_no_span(sample_kernels):
    files = tuple(file for file in expand(sample_kernels) if file.suffix != ".tsc")
    with furnished(files):
        assert [path.suffix for path in spans_of(files)] == [".bsp"]


@pytest.mark.real_data
def test_real_kernels(real_data):
    spice = real_data / "spice"
    cases = json.loads((spice / "cases.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        assert assert_as_cspice_says(expand([spice / name for name in case["kernels"]]))
