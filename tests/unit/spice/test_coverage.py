"""When something is known: sets of time, and what real kernels cover according to CSPICE."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.spice.kernels.binary_times import Links
from planetary_qgis.core.spice.kernels.coverage import Coverage, Timeline, coverage_of, timelines
from planetary_qgis.core.spice.kernels.intervals import (
    gaps_in,
    intersection,
    union,
    without_tiny_holes,
)
from planetary_qgis.core.spice.kernels.kernel_sets import expand, summarise
from planetary_qgis.core.spice.session import furnished

MOMENTS = np.arange(-0.5, 21.0, 0.25)
PAIRS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), max_size=8)


def intervals(pairs):
    return np.array(pairs, dtype=float).reshape(-1, 2)


def held(known, moments=MOMENTS):
    """Which moments lie in some interval, one by one."""
    return np.array([any(a <= t <= b for a, b in known) for t in moments], dtype=bool)


@given(PAIRS, PAIRS)
def test_unions_hold_what_either_holds_and_are_sorted_and_apart(one, other):
    whole = union(intervals(one), intervals(other))
    np.testing.assert_array_equal(held(whole), held(one) | held(other))
    assert (whole[:, 0] <= whole[:, 1]).all()
    assert (whole[1:, 0] > whole[:-1, 1]).all()


@given(PAIRS, PAIRS)
def test_intersections_hold_what_both_hold(one, other):
    both = intersection(union(intervals(one)), union(intervals(other)))
    np.testing.assert_array_equal(held(both), held(one) & held(other))


@given(PAIRS, st.integers(0, 20), st.integers(0, 20))
def test_gaps_are_what_is_asked_for_and_not_known(pairs, begin, end):
    start, stop = min(begin, end), max(begin, end)
    known = union(intervals(pairs))
    inner = MOMENTS[(start < MOMENTS) & (stop > MOMENTS)]
    at_edges = np.isin(inner, known)
    unknown = held(gaps_in(known, start, stop), inner)
    np.testing.assert_array_equal(unknown[~at_edges], ~held(known, inner)[~at_edges])


def test_an_instant_that_is_not_known_is_a_gap():
    known = intervals([(0, 1), (3, 4)])
    assert gaps_in(known, 2.0, 2.0).tolist() == [[2.0, 2.0]]
    assert gaps_in(known, 1.0, 1.0).tolist() == []


def test_holes_are_filled_for_drawing_up_to_a_share():
    known = intervals([(0, 10), (10.5, 50), (60, 100)])
    assert without_tiny_holes(known, 0.01).tolist() == [[0, 50], [60, 100]]
    assert without_tiny_holes(known, 0.2).tolist() == [[0, 100]]
    assert without_tiny_holes(known, 0.0) is known


def test_timelines_are_thinned_without_losing_their_ends():
    starts = np.datetime64("2020-01-01", "us") + np.arange(100_000) * np.timedelta64(10, "s")
    dense = np.column_stack([starts, starts + np.timedelta64(9, "s")])
    line = Timeline(-1, "X", "attitude", dense)
    coverage = Coverage({}, {}, {}, {}, Links(), (line,), None)
    (drawn,) = timelines(coverage, merge_share=1e-3)
    assert drawn.intervals.tolist() == [[dense[0, 0].item(), dense[-1, 1].item()]]
    assert timelines(coverage) == (line,)


@pytest.fixture(scope="module")
def many_intervals(tmp_path_factory):
    """A CK of 100,000 interpolation intervals of 10 s with 10 s between, and its clock."""
    folder = tmp_path_factory.mktemp("many")
    clock, ck = folder / "clock.tsc", folder / "many.bc"
    clock.write_text(
        "KPL/SCLK\n\\begindata\nSCLK_KERNEL_ID = ( @2020-01-01 )\nSCLK_DATA_TYPE_999 = ( 1 )\n"
        "SCLK01_TIME_SYSTEM_999 = ( 1 )\nSCLK01_N_FIELDS_999 = ( 2 )\n"
        "SCLK01_MODULI_999 = ( 4294967296 1000 )\nSCLK01_OFFSETS_999 = ( 0 0 )\n"
        "SCLK01_OUTPUT_DELIM_999 = ( 1 )\nSCLK_PARTITION_START_999 = ( 0.0 )\n"
        "SCLK_PARTITION_END_999 = ( 4.294967295999e12 )\n"
        "SCLK01_COEFFICIENTS_999 = ( 0.0 0.0 1.0 )\n\\begintext\n"
    )
    ticks = np.arange(200_000) * 10_000.0
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (len(ticks), 1))
    handle = spiceypy.ckopn(str(ck), "many", 0)
    still = np.zeros((len(ticks), 3))
    bounds = (ticks[0], ticks[-1], -999_000, "J2000", True, "many", len(ticks))
    spiceypy.ckw03(handle, *bounds, ticks, turns, still, len(ticks) // 2, ticks[::2].copy())
    spiceypy.ckcls(handle)
    return clock, ck


def test_a_hundred_thousand_intervals_are_all_found_and_overlaps_merged(many_intervals, tmp_path):
    clock, ck = many_intervals
    twin = tmp_path / "twin.bc"
    twin.write_bytes(ck.read_bytes())
    found = summarise([clock, ck, twin]).coverage
    assert found.attitudes[-999_000].shape == (100_000, 2)
    np.testing.assert_allclose(found.attitudes[-999_000][1], [20.0, 30.0], atol=1e-6)
    (line,) = timelines(found, merge_share=0.001)
    assert (line.naif_id, line.what, len(line.intervals)) == (-999_000, "attitude", 1)


@pytest.mark.real_data
def test_real_kernels_cover_what_cspice_says(cases):
    for case in cases:
        files = expand(case.kernels)
        with furnished(files):
            found = coverage_of(files)
            assert said_by_cspice(files) == {
                "SPK": rounded(found.positions),
                "CK": rounded(found.attitudes),
                "PCK": rounded(found.orientations),
            }, case.name


def rounded(known):
    return {i: np.round(times, 3).tolist() for i, times in known.items()}


def frames_of_pck(file):
    cell = spiceypy.cell_int(100)
    spiceypy.pckfrm(file, cell)
    return cell


def said_by_cspice(files):
    """The same by spkcov, ckcov and pckcov, which unite what they find in one window."""
    asks = {
        "SPK": (spiceypy.spkobj, spiceypy.spkcov),
        "PCK": (frames_of_pck, spiceypy.pckcov),
        "CK": (
            spiceypy.ckobj,
            lambda f, i, c: spiceypy.ckcov(f, i, False, "INTERVAL", 0.0, "TDB", c),
        ),
    }
    windows = {kind: {} for kind in asks}
    for file in map(str, files):
        kind = spiceypy.getfat(file)[1]
        if file.endswith((".bsp", ".bc", ".bpc")):
            objects, cover = asks[kind]
            for i in objects(file):
                cell = windows[kind].setdefault(int(i), spiceypy.cell_double(2000))
                cover(file, int(i), cell)
    return {
        kind: {
            i: [
                [round(t, 3) for t in spiceypy.wnfetd(cell, n)]
                for n in range(spiceypy.wncard(cell))
            ]
            for i, cell in found.items()
        }
        for kind, found in windows.items()
    }


@pytest.mark.real_data
def test_timelines_tell_names_times_and_centres(cases):
    (case,) = (case for case in cases if case.name.startswith("M103595705LE"))
    lines = {(line.name, line.what): line for line in timelines(summarise(case.kernels).coverage)}
    orbiter = lines["LUNAR RECONNAISSANCE ORBITER", "positions"]
    assert orbiter.relative_to == ("MOON",)
    assert "LRO_SC_BUS" in {name for name, what in lines if what == "attitude"}
    assert ("MOON_PA_DE421", "orientation") in lines
    assert str(orbiter.intervals[0, 0]).startswith("2009-07-30T12:12:06")


def test_shapes_have_their_line_too(tmp_path, sample_kernels):
    corners = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    sides = [[1, 2, 5], [2, 3, 5], [3, 4, 5], [4, 1, 5], [2, 1, 6], [3, 2, 6], [4, 3, 6], [1, 4, 6]]
    plates = np.array(sides, dtype=np.int32)
    path = tmp_path / "shape.bds"
    handle = spiceypy.dskopn(str(path), "shape", 0)
    index = spiceypy.dskmi2(corners, plates, 1.0, 2, 10_000, 10_000, 10_000, False, 1_000_000)
    box = (-np.pi, np.pi, -np.pi / 2, np.pi / 2, 0.0, 2.0, 0.0, 1e8)
    spiceypy.dskw02(handle, 499, 1, 2, "IAU_MARS", 1, np.zeros(10), *box, corners, plates, *index)
    spiceypy.dskcls(handle, True)
    lines = timelines(summarise([*sample_kernels, path]).coverage)
    (line,) = (line for line in lines if line.what == "shape")
    assert (line.naif_id, line.name) == (499, "MARS")
    assert str(line.intervals[0, 0]).startswith("2000-01-01T11:58:55.816")
