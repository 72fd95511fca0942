"""Kernel lists, metakernels, and the sentences for what is wrong with them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import spiceypy

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels.kernel_files import kernels_in
from planetary_qgis.core.spice.kernels.kernel_sets import expand, provenance_of, summarise
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished, furnished_and_kept
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


def test_kernels_without_leap_seconds_take_those_that_ship_and_say_so(sample_kernels):
    times = times_of_run(parse_utc("2019-09-01T10:00:00"), None)
    bare = tuple(kernel for kernel in expand(sample_kernels) if kernel.suffix != ".tls")
    whole = compute_footprints(sample_observation(sample_kernels), times)
    answer = compute_footprints(sample_observation(bare), times)
    (wanted,), (found,) = list(whole.chunks), list(answer.chunks)
    assert found.table.start_time[0] == wanted.table.start_time[0]
    assert found.geometry[0].equals_exact(wanted.geometry[0], 1e-9)
    assert any("have no leap seconds" in sentence for sentence in answer.report.sentences())
    assert not any("leap seconds" in sentence for sentence in whole.report.sentences())


def test_kernels_without_constants_take_those_that_ship_and_say_so(sample_kernels):
    times = times_of_run(parse_utc("2019-09-01T10:00:00"), None)
    bare = tuple(kernel for kernel in expand(sample_kernels) if kernel.suffix != ".tpc")
    answer = compute_footprints(sample_observation(bare), times)
    (found,) = list(answer.chunks)
    assert found.geometry[0].is_valid
    assert any("constants_mars.tpc" in sentence for sentence in answer.report.sentences())
    assert "constants_mars.tpc" in answer.provenance["Kernels"]


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


def test_a_folder_gives_its_kernels_in_an_order_that_works(tmp_path):
    for name in ("ck/a_v10.bc", "ck/a_v9.bc", "spk/x.bsp", "pck/x.bpc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"DAF/")
    for name in ("z.tls", "b.tf", "a.ti", "c.tsc", "p.tpc"):
        (tmp_path / name).write_text("\\begindata\nA = 1\n")
    (tmp_path / "readme.txt").write_text("no kernel")
    names = [path.name for path in kernels_in(tmp_path)]
    text = ["z.tls", "p.tpc", "b.tf", "c.tsc", "a.ti"]
    assert names == [*text, "x.bpc", "x.bsp", "a_v9.bc", "a_v10.bc"]


def test_a_folders_metakernel_wins_and_is_named(tmp_path):
    wanted = text_kernel(tmp_path / "one.tpc")
    text_kernel(tmp_path / "two.tpc")
    metakernel(tmp_path / "all_v2.tm", ["KERNELS_TO_LOAD = ( 'two.tpc' )"])
    metakernel(tmp_path / "all_v10.tm", ["KERNELS_TO_LOAD = ( 'one.tpc' )"])
    assert expand([tmp_path]) == (wanted.resolve(),)
    (remark, *_) = summarise([tmp_path]).remarks
    assert remark == "The metakernel all_v10.tm (not all_v2.tm) says what is loaded."


def test_a_folder_without_kernels_is_a_sentence(tmp_path):
    with pytest.raises(KernelError, match="There are no kernels in"):
        expand([tmp_path])


def test_what_is_furnished_says_by_which_metakernel_it_came(sample_kernels):
    found = summarise(sample_kernels).files
    assert {file.kind for file in found} >= {"LSK", "FK", "IK", "SCLK", "SPK", "CK"}
    assert {file.listed_in for file in found} == {sample_kernels[0].resolve()}
    assert all(file.size_bytes == file.path.stat().st_size for file in found)


def test_attitudes_without_a_clock_are_told_and_the_rest_is_read(sample_kernels):
    bare = [path for path in expand(sample_kernels) if path.suffix != ".tsc"]
    found = summarise(bare)
    assert found.coverage.attitudes == {}
    assert found.start
    assert any("Add the spacecraft clock kernel" in remark for remark in found.remarks)


def test_metakernels_may_list_metakernels(tmp_path):
    wanted = text_kernel(tmp_path / "sub" / "one.tpc")
    metakernel(tmp_path / "sub" / "inner.tm", ["KERNELS_TO_LOAD = ( 'one.tpc' )"])
    outer = metakernel(tmp_path / "outer.tm", ["KERNELS_TO_LOAD = ( 'sub/inner.tm' )"])
    assert expand([outer]) == (wanted.resolve(),)


def test_what_a_metakernel_sets_beside_its_list_is_told(tmp_path):
    text_kernel(tmp_path / "one.tpc")
    lines = [
        "PATH_VALUES = ( '.' )",
        "PATH_SYMBOLS = ( 'K' )",
        "KERNELS_TO_LOAD = ( '$K/one.tpc' )",
    ]
    listing = metakernel(tmp_path / "all.tm", lines)
    assert not any("also sets" in remark for remark in summarise([listing]).remarks)
    metakernel(listing, [*lines, "FRAME_X = 1400000", "NAIF_BODY_CODE += -999"])
    (remark,) = (each for each in summarise([listing]).remarks if "also sets" in each)
    assert remark.startswith("all.tm also sets FRAME_X, NAIF_BODY_CODE, which is not read")


def test_the_sum_of_a_kernel_is_computed_anew_only_when_it_changes(tmp_path):
    kernel = text_kernel(tmp_path / "one.tpc")
    first = provenance_of([kernel])
    assert hashlib.sha256(kernel.read_bytes()).hexdigest() in first
    assert provenance_of([kernel]) == first
    text_kernel(kernel, 22)
    assert hashlib.sha256(kernel.read_bytes()).hexdigest() in provenance_of([kernel])


def test_kept_kernels_stay_until_others_are_asked_for(tmp_path):
    mine, job = text_kernel(tmp_path / "mine.tpc", 1), text_kernel(tmp_path / "job.tpc", 2)
    spiceypy.kclear()
    spiceypy.furnsh(str(mine))
    try:
        with furnished_and_kept([job]), furnished([mine]):
            assert spiceypy.gdpool("THING", 0, 1)[0] == 1
        assert spiceypy.gdpool("THING", 0, 1)[0] == 2
        with furnished_and_kept([job]):
            assert spiceypy.gdpool("THING", 0, 1)[0] == 2
        with furnished([]):
            assert spiceypy.ktotal("ALL") == 0
        assert spiceypy.gdpool("THING", 0, 1)[0] == 1
    finally:
        spiceypy.kclear()
