"""Times in any system; CSPICE's own reading of them is the truth."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import example, given
from hypothesis import strategies as st
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError, PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.epochs import (
    IN_LEAP_SECOND,
    UNREADABLE,
    needs_kernels,
    parse_epoch,
    parse_epochs,
    read_epochs,
    read_run,
)
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

ORBITER = "SYNTHETIC_ORBITER"
MICROSECOND = np.timedelta64(1, "us")
LEAP_SECOND = "2016-12-31T23:59:60"


@pytest.fixture(scope="module")
def loaded(sample_kernels):
    """The sample's kernels, furnished."""
    with furnished(expand(sample_kernels)):
        yield


def utc_of_cspice(et: float) -> np.datetime64:
    return np.datetime64(spiceypy.et2utc(et, "ISOC", 6))


@pytest.mark.parametrize(
    "text",
    [
        "2007-01-02T22:55:54.959",
        "2007-002T22:55:54.959Z",
        "2007 JAN 02 22:55:54.9",
        "02-JAN-2007 22:55:54.9",
        "Jan 2, 2007 10:55 PM",
        "Tue Jan 2 22:55:54 2007",
        "2007/01/02 22:55",
        "JD 2454103.5",
        "2454103.25 JD",
        "JDTDB 2454103.5",
        "2007-01-02 22:55:54 UTC-05:30",
        "2007-01-02 22:55:54.5 TDB",
        "TDB 2007-01-02 22:55:54.5",
        "2007-01-02 22:55:54 TDT",
        "Jan 2 2007 PST",
    ],
)
def test_what_cspice_reads_means_what_cspice_says(loaded, text):
    assert abs(parse_epoch(text) - utc_of_cspice(spiceypy.str2et(text))) <= MICROSECOND


@pytest.mark.parametrize(
    ("text", "known_to_cspice"),
    [
        ("20070102T225554.5Z", "2007-01-02T22:55:54.5"),
        ("2007-01-02T22:55:54+02:00", "2007-01-02 22:55:54 UTC+02:00"),
        ("2007-01-02T22:55:54-0530", "2007-01-02 22:55:54 UTC-05:30"),
        ("2007-01-02T22:55:54.5 TDB", "2007-01-02 22:55:54.5 TDB"),
        ("ET 2007-002T22:55:54.5", "2007-01-02 22:55:54.5 TDB"),
        ("2007-002T22:55:54 TT", "2007-01-02 22:55:54 TDT"),
        ("UTC 2007-01-02T22:55", "2007-01-02T22:55"),
        ("2007\u201101\u201102\u00a022:55", "2007-01-02 22:55"),
    ],
)
def test_spellings_that_cspice_does_not_know(loaded, text, known_to_cspice):
    assert abs(parse_epoch(text) - utc_of_cspice(spiceypy.str2et(known_to_cspice))) <= MICROSECOND


@given(st.floats(-8e8, 2e9))
def test_ephemeris_times_come_back_within_a_microsecond(loaded, et):
    text = f"ET {et!r}"
    assert abs(parse_epoch(text) - utc_of_cspice(et)) <= MICROSECOND


@given(st.sampled_from(["1998-12-31", "2008-12-31", "2015-06-30", "2016-12-31"]), st.floats(-3, 3))
def test_around_leap_seconds_nothing_shifts_but_what_lies_within(loaded, day, offset):
    et = spiceypy.str2et(f"{day}T23:59:60.5") + offset
    report = Report()
    (utc,) = parse_epochs(np.array([et]), system="ET", report=report)
    spelled = spiceypy.et2utc(et, "ISOC", 6)
    if ":60" in spelled:
        assert utc == np.datetime64(day) + np.timedelta64(1, "D")
        assert list(report.items_by_problem) == [IN_LEAP_SECOND]
    else:
        assert not report
        assert abs(spiceypy.str2et(f"{utc}") - et) <= 1e-6 + 2.4e-7  # and the last digit of et


def test_leap_seconds_are_taken_as_the_midnight_that_ends_them_and_told(loaded):
    report = Report()
    times = parse_epochs(
        ["2016-12-31T23:59:59.9", f"{LEAP_SECOND}.5", "2017-01-01T00:00:00.1"], report=report
    )
    assert (np.diff(times) > np.timedelta64(0)).all()
    assert times[1] == np.datetime64("2017-01-01")
    assert report.items_by_problem == {IN_LEAP_SECOND: [f"row 2: {LEAP_SECOND}.5"]}


@pytest.mark.parametrize(
    "text", ["2007-01-02T22:55:60", "2016-12-30T23:59:60", "1999-12-31T23:59:60.5"]
)
def test_a_second_60_that_never_was_is_refused(loaded, text):
    with pytest.raises(PlanetaryError, match="is not a time"):
        parse_epoch(text)


@given(st.integers(0, 2**32 - 1), st.integers(0, 65535))
@example(2**32 - 1, 65530)
@example(2**32 - 1, 65531)  # the kernel ends the partition at 2.8147497671065E+14 ticks
def test_clock_readings_are_those_of_cspice(loaded, seconds, ticks):
    reading = f"1/{seconds:010d}:{ticks:05d}"
    texts = (reading, f"SCLK {reading}", f"SCLK {seconds}.{ticks:05d}")
    try:
        expected = utc_of_cspice(spiceypy.scs2e(-999, reading))
    except SpiceyError:
        assert seconds * 65536 + ticks > spiceypy.gdpool("SCLK_PARTITION_END_999", 0, 1)[0]
        for text in texts:
            with pytest.raises(PlanetaryError, match="is not a reading of the clock of"):
                parse_epoch(text, ORBITER)
        return
    for text in texts:
        assert abs(parse_epoch(text, ORBITER) - expected) <= MICROSECOND


@pytest.mark.parametrize("number", ["2007", "20070102", "220000000.5", "-5", "1e8", "2454103.5"])
def test_a_number_alone_is_not_guessed_at(loaded, number):
    with pytest.raises(PlanetaryError, match=f"“{number}” is a number alone"):
        parse_epoch(number)


@pytest.mark.parametrize(
    "text", ["hello", "07 JAN 02", "2007-02-30", "2007-366", "ET hello", "2007-13-01", "noon"]
)
def test_garbage_gets_its_sentence(loaded, text):
    with pytest.raises(PlanetaryError, match=r"is not a time\. Write UTC as"):
        parse_epoch(text)


@pytest.mark.parametrize("text", ["1/2/2007", "02.01.2007", "2-1-2007 12:00"])
def test_days_that_could_be_months_are_refused(loaded, text):
    with pytest.raises(PlanetaryError, match="as month and day or as day and month"):
        parse_epoch(text)


def test_a_missing_time_is_told(loaded):
    with pytest.raises(PlanetaryError, match="A time is missing"):
        parse_epoch("  ")


def test_clocks_that_are_not_there_are_told(loaded):
    with pytest.raises(KernelError, match="nothing without its spacecraft"):
        parse_epoch("SCLK 1/0100000000:100")
    with pytest.raises(KernelError, match=r"clock of MARS .*clocks that they know: SYNTHETIC"):
        parse_epoch("SCLK 1/0100000000:100", "MARS")
    with pytest.raises(PlanetaryError, match="not a reading of the clock of SYNTHETIC_ORBITER"):
        parse_epoch("7/0100000000:100", ORBITER)


def test_the_cameras_clock_is_the_spacecrafts(loaded):
    reading = "1/0100000000:100"
    assert parse_epoch(reading, "SYNTH_FRAME_CAM") == parse_epoch(reading, ORBITER)


def test_leap_seconds_are_needed():
    with furnished([]), pytest.raises(KernelError, match="no leap seconds"):
        parse_epoch("2007 JAN 02")


def test_broken_rows_are_left_out_and_named(loaded):
    report = Report()
    column = ["2019-09-01T10:00:00", None, "x", float("nan"), 5.0, "ET 620000000", ""]
    times = parse_epochs(column, report=report)
    assert np.isnat(times).tolist() == [False, True, True, True, True, False, True]
    (items,) = report.items_by_problem.values()
    assert list(report.items_by_problem) == [UNREADABLE]
    assert items[0].startswith("row 3: “x” is not a time")
    assert items[1].startswith("row 5: “5.0” is a number alone")


def test_columns_of_ephemeris_times_and_clock_readings(loaded):
    ets = [6.2e8, 6.2e8 + 0.125, float("nan")]
    expected = [utc_of_cspice(et) for et in ets[:2]]
    for column in (np.array(ets), ets, [str(ets[0]), f"{ets[1]}", ""]):
        times = parse_epochs(column, system="ET")
        assert (times[:2] == expected).all()
        assert np.isnat(times[2])
    by_default, by_label = parse_epochs(
        ["2019-09-01T10:00:00", "UTC 2019-09-01T10:00:00"], system="ET"
    )
    assert by_default == utc_of_cspice(spiceypy.str2et("2019-09-01 10:00:00 TDB"))
    assert by_label == np.datetime64("2019-09-01T10:00:00")
    readings = parse_epochs(["0100000000:100", 100000000], ORBITER, system="SCLK")
    assert readings[0] == utc_of_cspice(spiceypy.scs2e(-999, "100000000:100"))
    assert readings[1] == utc_of_cspice(spiceypy.scs2e(-999, "100000000"))


def test_clock_readings_that_became_numbers_are_refused(loaded):
    report = Report()
    assert np.isnat(parse_epochs([100000000.1], ORBITER, system="SCLK", report=report)).all()
    assert "its last digits count ticks" in report.sentences()[0]


def test_kernels_are_loaded_only_for_what_needs_them(sample_kernels, tmp_path):
    plain = ["2019-09-01T10:00:00", "2019-244", None]
    assert not needs_kernels(plain)
    assert needs_kernels(["ET 5"])
    assert needs_kernels([LEAP_SECOND])
    missing = (tmp_path / "none.tm",)
    assert read_epochs(plain, missing, ORBITER)[1] == np.datetime64("2019-09-01")
    with pytest.raises(KernelError, match=r"none\.tm is not in"):
        read_epochs(["ET 5"], missing, ORBITER)


def test_runs_take_a_stop_that_is_so_much_later(sample_kernels):
    times = read_run("2019-09-01T10:00:00", "+1.5 min", 30.0, sample_kernels, ORBITER)
    assert len(times) == 4
    assert times.start[-1] == np.datetime64("2019-09-01T10:01:30")
    clocks = read_run("1/0147290400:0", "+30 s", None, sample_kernels, ORBITER)
    assert clocks.stop[0] - clocks.start[0] == np.timedelta64(30, "s")
    assert np.isnat(read_run("2019-09-01T10:00:00", "", None, (), "").stop[0])


@pytest.mark.real_data
def test_real_clocks(cases):
    """Clock readings of real spacecraft, made by CSPICE from the images' own times."""
    read = 0
    for case in cases:
        with furnished(expand(case.kernels)):
            spacecraft = case.facts["spacecraft_id"]
            et = spiceypy.str2et(case.facts["utc_start"])
            try:
                reading = spiceypy.sce2s(spacecraft, et)
            except spiceypy.utils.exceptions.SpiceyError:
                continue  # no clock kernel among these
            expected = utc_of_cspice(spiceypy.scs2e(spacecraft, reading))
            assert abs(parse_epoch(f"SCLK {reading}", str(spacecraft)) - expected) <= MICROSECOND
            read += 1
    assert read >= 10
