"""What is missing, in words: held against what CSPICE can and cannot answer."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import given, settings
from hypothesis import strategies as st
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import CoverageError, KernelError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed, expand
from planetary_qgis.core.spice.kernels.missing import window_of
from planetary_qgis.core.spice.kernels.position_chains import missing_positions
from planetary_qgis.core.spice.kernels.requirements import missing_for
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import utc_from_et
from planetary_qgis.core.times import parse_utc

ORBITER = ("MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM")
START, STOP = parse_utc("2019-09-01T10:00:00"), parse_utc("2019-09-01T11:00:00")


def missing_of_case(case, files, **options):
    facts = case.facts
    start, *stop = (parse_utc(utc) for utc in case.utcs)
    return missing_for(
        files,
        str(facts["target_id"]),
        str(facts["spacecraft_id"]),
        str(facts["instrument_id"]),
        start,
        stop[0] if stop else None,
        **options,
    )


def needed(found):
    return [each for each in found if each.is_needed]


def answers(case, files) -> bool:
    """Whether CSPICE itself tells place and attitude throughout, of an instrument that is known."""
    facts = case.facts
    try:
        with furnished(completed(files).files):
            ets = [spiceypy.utc2et(utc) for utc in case.utcs]
            radii = spiceypy.bodvcd(facts["target_id"], "RADII", 3)
            body_frame = spiceypy.cidfrm(facts["target_id"])[1]
            frame = instrument_of(facts["instrument_id"]).frame
            for et in np.linspace(ets[0], ets[-1], 20):
                spiceypy.spkezr(
                    str(facts["target_id"]), et, body_frame, "LT+S", str(facts["spacecraft_id"])
                )
                spiceypy.pxform(frame, body_frame, et)
    except (SpiceyError, KernelError):
        return False
    return radii is not None


@pytest.mark.real_data
def test_taking_kernels_away_one_by_one_is_told_exactly_when_cspice_misses_them(cases):
    """Something needed is named just where CSPICE fails, for every kernel of a real image."""
    told = 0
    for case in of_some_spacecraft(cases):
        files = expand(case.kernels)
        for taken in (None, *files):
            left = [file for file in files if file != taken]
            found = needed(missing_of_case(case, left))
            assert bool(found) != answers(case, left), (case.name, taken, found)
            assert all(each.hint and each.sentence.endswith((".", ")")) for each in found)
            told += bool(found)
    assert told > 10


def of_some_spacecraft(cases):
    """An image each, with small kernels, to be quick."""
    small = (case for case in cases if sum(k.stat().st_size for k in case.kernels) < 800_000)
    return list({case.facts["spacecraft_id"]: case for case in small}.values())[:3]


@pytest.mark.real_data
def test_the_gap_in_a_real_image_is_named_with_its_chain_and_times(cases):
    (case,) = (case for case in cases if case.name.startswith("P03_002047"))
    (gap,) = needed(missing_of_case(case, case.kernels))
    assert gap.sentence == (
        "No CK for the frame MRO_CTX (-74021; its attitude comes from -74000, MRO_SPACECRAFT) "
        "between 2007-01-02T22:55:54.959Z and 2007-01-02T22:56:05.735Z."
    )
    assert gap.what == "attitude"
    assert gap.start == np.datetime64("2007-01-02T22:55:54.959")
    with furnished(expand(case.kernels)):  # the gap ends where CSPICE begins to answer
        first = spiceypy.utc2et("2007-01-02T22:56:05.735") + 0.002
        spiceypy.pxform("MRO_CTX", "J2000", first)
        with pytest.raises(SpiceyError):
            spiceypy.pxform("MRO_CTX", "J2000", first - 0.004)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("ending", "what", "sentence"),
    [
        (".tsc", "clock", "No clock kernel for the spacecraft clock -53, by which the attitude of"),
        (".tf", "field of view", "no field of view for the instrument"),
        (".bc", "attitude", "No CK for the frame M01_THEMIS_VIS (-53032; its attitude comes from"),
        (".bsp", "positions", "No SPK holds positions of"),
    ],
)
def test_each_kind_of_kernel_has_its_sentence(cases, ending, what, sentence):
    (case,) = (case for case in cases if case.name.startswith("V46475015"))
    left = [file for file in expand(case.kernels) if file.suffix.lower() != ending]
    found = needed(missing_of_case(case, left))
    assert any(each.what == what and sentence in each.sentence for each in found), found


def test_nothing_lacks_where_all_is_there(sample_kernels):
    assert needed(missing_for(sample_kernels, *ORBITER, START, STOP)) == []
    assert needed(missing_for(sample_kernels, *ORBITER, START, None)) == []
    assert needed(missing_for(sample_kernels, *ORBITER, None, None)) == []


def test_what_ships_is_named_but_not_needed(sample_kernels):
    bare = [path for path in expand(sample_kernels) if path.suffix not in (".tls", ".tpc")]
    found = missing_for(bare, *ORBITER, START, STOP)
    assert [each.is_needed for each in found] == [False, False]
    assert ["leap seconds" in each.sentence for each in found] == [True, False]


def test_names_that_nobody_knows_are_all_told(sample_kernels):
    found = missing_for(sample_kernels, "VULCAN", "NOSTROMO", "HAL", START, STOP)
    assert [each.what for each in found] == ["name", "name", "name"]
    assert "VULCAN" in found[0].sentence


def test_times_outside_are_told_as_what_is_held(sample_kernels):
    early = parse_utc("2019-08-31T23:00:00")
    found = needed(missing_for(sample_kernels, *ORBITER, early, STOP))
    assert {each.what for each in found} == {"positions", "attitude"}
    gap = next(each for each in found if "SYNTHETIC_ORBITER (-999)" in each.sentence)
    assert "between 2019-08-31T23:00:00.000Z and 2019-09-01T00:00:00.000Z" in gap.sentence
    assert "They hold those from 2019-09-01T00:00:00.000Z to 2019-09-03" in gap.hint


def test_a_kernel_that_cannot_be_read_is_what_is_missing(tmp_path):
    (found,) = missing_for([tmp_path / "gone.bsp"], *ORBITER, START, STOP)
    assert found.what == "kernel"
    assert "gone.bsp is not in" in found.sentence


def text(path, content):
    path.write_text(f"KPL/FK\n\\begindata\n{content}\n\\begintext\n")
    return path


def frame(number, name, relative):
    """A frame fixed to another, as a frames kernel defines it."""
    return (
        f"FRAME_{name} = {number}\nFRAME_{number}_NAME = '{name}'\nFRAME_{number}_CLASS = 4\n"
        f"FRAME_{number}_CLASS_ID = {number}\nFRAME_{number}_CENTER = -999\n"
        + (
            f"TKFRAME_{number}_RELATIVE = '{relative}'\nTKFRAME_{number}_SPEC = 'ANGLES'\n"
            f"TKFRAME_{number}_ANGLES = ( 0 0 0 )\nTKFRAME_{number}_AXES = ( 1 2 3 )\n"
            f"TKFRAME_{number}_UNITS = 'DEGREES'\n"
            if relative
            else ""
        )
    )


def camera(number, name):
    return (
        f"INS{number}_FOV_FRAME = '{name}'\nINS{number}_FOV_SHAPE = 'CIRCLE'\n"
        f"INS{number}_BORESIGHT = ( 0 0 1 )\nINS{number}_FOV_BOUNDARY_CORNERS = ( 0.1 0 1 )\n"
    )


def test_the_link_that_breaks_a_chain_of_frames_is_named(tmp_path, sample_kernels):
    own = text(
        tmp_path / "own.tf",
        camera(-999901, "CAM_A") + frame(-999901, "CAM_A", "DECK_B") + frame(-999902, "DECK_B", ""),
    )
    found = needed(
        missing_for([*sample_kernels, own], "MARS", "SYNTHETIC_ORBITER", "-999901", START, STOP)
    )
    assert [each.sentence for each in found] == [
        "The kernels do not say what the frame DECK_B is fixed to (TKFRAME_-999902_RELATIVE)."
    ]
    text(own, camera(-999901, "CAM_A") + frame(-999901, "CAM_A", "NOT_THERE"))
    found = needed(
        missing_for([*sample_kernels, own], "MARS", "SYNTHETIC_ORBITER", "-999901", START, STOP)
    )
    assert "The frame NOT_THERE, to which CAM_A is fixed or relative, is not defined" in (
        found[0].sentence
    )


def test_frames_that_are_defined_by_themselves_are_told(tmp_path, sample_kernels):
    own = text(
        tmp_path / "own.tf",
        camera(-999901, "CAM_A")
        + frame(-999901, "CAM_A", "DECK_B")
        + frame(-999902, "DECK_B", "CAM_A"),
    )
    found = missing_for([*sample_kernels, own], "MARS", "-999", "-999901", START, STOP)
    assert any("CAM_A → DECK_B → CAM_A" in each.sentence for each in found)


def spk(path, segments):
    """An SPK of constant states: (body, centre, start, stop) each."""
    handle = spiceypy.spkopn(str(path), "links", 0)
    for body, centre, start, stop in segments:
        epochs = np.array([start, stop], dtype=float)
        states = np.tile([1e5 + body, 0.0, 0.0, 0.0, 1.0, 0.0], (2, 1))
        spiceypy.spkw13(handle, body, centre, "J2000", start, stop, "link", 1, 2, states, epochs)
    spiceypy.spkcls(handle)
    return path


@pytest.mark.parametrize(
    ("segments", "sentences"),
    [
        ([(-77, 499, 0, 100), (499, 4, 0, 100), (4, 0, 0, 100)], []),
        (
            [(-77, 499, 0, 100), (499, 4, 0, 100)],
            [
                "No SPK holds positions of MARS BARYCENTER (4), to which those of MARS (499) are "
                "relative,"
            ],
        ),
        (
            [(-77, 499, 0, 100), (499, 4, 0, 50), (4, 0, 0, 100)],
            ["No SPK holds positions of MARS (499)"],
        ),
        ([(499, 4, 0, 100), (4, 0, 0, 100)], ["No SPK holds positions of GALILEO ORBITER (-77)"]),
    ],
)
def test_the_link_that_breaks_a_chain_of_positions_is_named(tmp_path, segments, sentences):
    path = spk(tmp_path / "links.bsp", segments)
    start, stop = (np.datetime64("2000-01-01T11:58:55.816") + s for s in (20_000, 80_000))
    found = needed(missing_for([path], "MARS", "-77", "", start, stop, "NONE"))
    without_light = [each.sentence for each in found]
    found = needed(missing_for([path], "MARS", "-77", "", start, stop, "LT+S"))
    links = [each.sentence for each in found if each.sentence.startswith("No SPK")]
    for sentence in sentences:
        assert any(sentence in each for each in links), found
    assert bool(links) == bool(sentences)
    # Relative to each other two bodies may be known although nobody knows where both are.
    with furnished(completed([path]).files):
        try:
            for et in (20.0, 80.0):
                spiceypy.spkgeo(499, et, "J2000", -77)
            related = True
        except SpiceyError:
            related = False
    assert related == (not without_light)


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=2
)


@given(SPANS, SPANS, SPANS, st.integers(0, 30), st.integers(1, 30))
@settings(max_examples=40)
def test_the_gaps_of_any_chain_are_those_that_cspice_has(
    tmp_path_factory, orbiter, planet, barycentre, begin, length
):
    """Moment by moment: the gaps that are told hold it just where CSPICE does not answer."""
    pairs = ((-77, 499, orbiter), (499, 4, planet), (4, 0, barycentre), (10, 0, [(0, 99)]))
    segments = [(body, centre, *span) for body, centre, spans in pairs for span in spans]
    files = completed([spk(tmp_path_factory.mktemp("chain") / "chain.bsp", segments)]).files
    with furnished(files):
        window = window_of(*utc_from_et(np.array([begin, begin + length], dtype=float)))
        found = list(missing_positions(-77, 499, files, window, "LT+S"))
        for et in np.arange(begin + 0.25, begin + length, 0.5):
            moment = utc_from_et(np.array([et]))[0]
            told = any(gap.start <= moment <= gap.stop for gap in found)
            assert told != all(is_known(body, float(et)) for body in (-77, 499)), (et, found)


def is_known(body, et) -> bool:
    try:
        spiceypy.spkssb(body, et, "J2000")
    except SpiceyError:
        return False
    return True


def test_a_run_without_coverage_tells_what_is_missing(sample_kernels):
    observation = Observation(tuple(sample_kernels), *ORBITER)
    times = times_of_run(parse_utc("1999-01-01"), parse_utc("1999-01-02"), 3600.0)
    with pytest.raises(CoverageError) as raised:
        list(compute_footprints(observation, times).chunks)
    assert "No SPK holds positions of SYNTHETIC_ORBITER (-999) between 1999" in raised.value.message
