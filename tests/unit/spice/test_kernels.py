"""Kernel lists, metakernels, and the sentences for what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels import expand, summarise
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

TEXT_KERNEL = "KPL/PCK\n\\begindata\nTHING = ( {} )\n\\begintext\n"


def text_kernel(path, value=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT_KERNEL.format(value))
    return path


def metakernel(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("KPL/MK\n\\begindata\n" + "\n".join(lines) + "\n\\begintext\n")
    return path


def test_a_metakernels_folder_stands_in_for_path_values_of_another_machine(tmp_path):
    wanted = text_kernel(tmp_path / "kernels" / "pck" / "thing.tpc")
    listing = metakernel(
        tmp_path / "kernels" / "mk" / "all.tm",
        [
            "PATH_VALUES = ( '/nowhere/on/this/disk/kernels' )",
            "PATH_SYMBOLS = ( 'K' )",
            "KERNELS_TO_LOAD = ( '$K/pck/thing.tpc' )",
        ],
    )
    assert expand([listing]) == (wanted.resolve(),)


def test_paths_of_windows_and_dots_are_found_too(tmp_path):
    wanted = text_kernel(tmp_path / "lsk" / "thing.tls")
    for value in (r"C:\data\kernels", ".", ".."):
        listing = metakernel(
            tmp_path / "all.tm",
            [
                f"PATH_VALUES = ( '{value}' )",
                "PATH_SYMBOLS = ( 'K' )",
                "KERNELS_TO_LOAD = ( '$K/lsk/thing.tls' )",
            ],
        )
        assert expand([listing]) == (wanted.resolve(),)


def test_values_that_go_on_over_lines_are_joined(tmp_path):
    wanted = text_kernel(tmp_path / "a_long_folder_name" / "thing.tpc")
    listing = metakernel(
        tmp_path / "all.tm", ["KERNELS_TO_LOAD = ( 'a_long_fol+'", "'der_name/thing.tpc' )"]
    )
    assert expand([listing]) == (wanted.resolve(),)


def test_order_is_kept_and_a_kernel_counts_once(tmp_path):
    one, two = text_kernel(tmp_path / "one.tpc"), text_kernel(tmp_path / "two.tpc", 2)
    listing = metakernel(tmp_path / "all.tm", ["KERNELS_TO_LOAD = ( 'two.tpc' 'one.tpc' )"])
    assert expand([listing, one]) == (two.resolve(), one.resolve())


def test_comments_that_mention_a_metakernel_do_not_make_one(tmp_path):
    kernel = text_kernel(tmp_path / "assoc.tf")
    kernel.write_text("KPL/FK\nUse it so:\n  KERNELS_TO_LOAD = ( 'x.tf' )\n\\begindata\nA = 1\n")
    assert expand([kernel]) == (kernel.resolve(),)


def test_missing_kernels_of_a_metakernel_are_named_together(tmp_path):
    listing = metakernel(tmp_path / "all.tm", ["KERNELS_TO_LOAD = ( 'a.bsp' 'b.bc' )"])
    with pytest.raises(KernelError, match=r"2 of 2 kernels that all\.tm lists .* a\.bsp, b\.bc"):
        expand([listing])


def test_a_missing_kernel_is_a_sentence(tmp_path):
    with pytest.raises(KernelError, match=r"The kernel gone\.bsp is not in .*Check its name"):
        expand([tmp_path / "gone.bsp"])


def test_no_kernels_are_a_sentence():
    with pytest.raises(KernelError, match="No kernels are given"):
        expand([])


def test_garbage_is_a_sentence(tmp_path):
    broken = tmp_path / "broken.tf"
    broken.write_text("KPL/FK\n\\begindata\nA = = 3\n")
    with (
        pytest.raises(KernelError, match=r"The kernel broken\.tf cannot be loaded"),
        furnished([broken]),
    ):
        pass


@pytest.mark.real_data
def test_a_transfer_file_says_how_to_convert_it(real_data):
    (kernel,) = (real_data / "spice" / "transfer").iterdir()
    with pytest.raises(KernelError, match=r"transfer format.*tobin"):
        expand([kernel])


def test_the_pool_is_left_as_it_was_found(tmp_path):
    mine, job = text_kernel(tmp_path / "mine.tpc", 1), text_kernel(tmp_path / "job.tpc", 2)
    spiceypy.kclear()
    spiceypy.furnsh(str(mine))
    try:
        with furnished([job]):
            assert spiceypy.gdpool("THING", 0, 1)[0] == 2
            assert spiceypy.ktotal("ALL") == 1
        assert spiceypy.gdpool("THING", 0, 1)[0] == 1
        with pytest.raises(RuntimeError, match="a job that fails"), furnished([job]):
            raise RuntimeError("a job that fails")
        assert spiceypy.gdpool("THING", 0, 1)[0] == 1
    finally:
        spiceypy.kclear()


def test_what_the_sample_knows(sample_kernels):
    known = summarise(sample_kernels)
    assert "MARS" in [target.name for target in known.targets]
    assert [observer.name for observer in known.observers] == ["SYNTHETIC_ORBITER"]
    assert {instrument.name for instrument in known.instruments} == {
        "SYNTH_FRAME_CAM",
        "SYNTH_LINE_CAM",
    }
    assert known.start < known.stop


def sample_observation(sample_kernels, **changes):
    asked = {
        "kernels": sample_kernels,
        "target": "MARS",
        "observer": "SYNTHETIC_ORBITER",
        "instrument": "SYNTH_FRAME_CAM",
    }
    return Observation(**{**asked, **changes})


def sample_time(sample_kernels):
    return times_of_run(parse_utc(summarise(sample_kernels).start), None)


def test_times_outside_coverage_name_what_is_covered(sample_kernels):
    times = times_of_run(parse_utc("1999-01-01"), parse_utc("1999-01-02"), 3600.0)
    answer = compute_footprints(sample_observation(sample_kernels), times)
    with pytest.raises(CoverageError) as raised:
        list(answer.chunks)
    assert "between 1999-01-01T00:00:00.000Z and 1999-01-02T00:00:00.000Z" in raised.value.message
    assert "They hold positions of SYNTHETIC_ORBITER from" in raised.value.hint


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"target": "VULCAN"}, "The target “VULCAN” is not known"),
        ({"target": "PHOBOS"}, "lack the radii of PHOBOS"),
        ({"observer": "NOSTROMO"}, "The observer “NOSTROMO” is not known"),
        ({"instrument": "HAL"}, "The instrument “HAL” is not known"),
        ({"instrument": "-999"}, "no field of view for the instrument SYNTHETIC_ORBITER"),
        ({"body_fixed_frame": "NOT_A_FRAME"}, "The frame “NOT_A_FRAME” is not known"),
        ({"body_fixed_frame": "IAU_MOON"}, "is centred on MOON, not on MARS"),
        ({"target": ""}, "No target is given"),
    ],
)
def test_what_the_kernels_lack_is_a_sentence(sample_kernels, change, sentence):
    observation = sample_observation(sample_kernels, **change)
    with pytest.raises(KernelError, match=sentence) as raised:
        compute_footprints(observation, sample_time(sample_kernels))
    assert raised.value.hint


def test_a_missing_leap_seconds_kernel_is_a_sentence(sample_kernels):
    times = sample_time(sample_kernels)
    kernels = tuple(kernel for kernel in expand(sample_kernels) if kernel.suffix != ".tls")
    answer = compute_footprints(sample_observation(kernels), times)
    with pytest.raises(KernelError, match="no leap seconds"):
        list(answer.chunks)


@pytest.mark.parametrize("change", [{"abcorr": "XLT"}, {"imaging": "whisk"}])
def test_options_that_do_not_exist_are_sentences(sample_kernels, change):
    with pytest.raises(PlanetaryError, match="Choose one of"):
        sample_observation(sample_kernels, **change)


def test_runs_step_from_start_to_stop():
    start, stop = parse_utc("2020-01-01"), parse_utc("2020-01-01T00:01:00")
    assert len(times_of_run(start, stop, 10.0)) == 7
    assert np.isnat(times_of_run(start, None).stop).all()
    assert times_of_run(start, stop).stop[0] == stop


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(1, 0, None), (1, 0, 5.0), (0, 1, 0.0), (0, 1, -2.0)]
)
def test_times_that_lead_nowhere_are_sentences(start, stop, step):
    day = [parse_utc("2020-01-01"), parse_utc("2020-01-02")]
    with pytest.raises(PlanetaryError):
        times_of_run(day[start], day[stop], step)
