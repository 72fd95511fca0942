"""The leap seconds and constants that ship: their values, and when they are used."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import spiceypy

import planetary_qgis
from planetary_qgis.core.spice.kernels.generic import with_generic
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

SHIPPED = Path(planetary_qgis.__file__).parent / "resources" / "kernels"
LEAP_SECONDS = SHIPPED / "leap_seconds.tls"
CONSTANTS = sorted(SHIPPED.glob("constants_*.tpc"))

NEW_IN_2015 = {
    "BODY499_NUT_PREC_RA", "BODY499_NUT_PREC_DEC", "BODY499_NUT_PREC_PM",
    "BODY4_MAX_PHASE_DEGREE", "BODY653_RADII", "BODY1000093_CONSTANTS_JED_EPOCH",
    *(f"BODY{body}_{what}" for body in (2000052, 1000012)
      for what in ("RADII", "POLE_RA", "POLE_DEC", "PM")),
    "BODY2000016_RADII",
}  # fmt: skip
"""What the report of 2015 tells for the first time (Archinal et al. 2018, sections 3 to 6)."""

TURNING_CHANGED_IN_2015 = {
    1,
    199,
    4,
    499,
    401,
    402,
    899,
    2000001,
    2000004,
    2002867,
    1000005,
    1000093,
}
"""Bodies and systems to which the report of 2015 gives another orientation."""

MISPRINTED_IN_2009 = {"BODY2431010_POLE_DEC"}
"""Ida's declination, -2.88, is -87.12 in the erratum and in the report of 2015."""

RADII_CHANGED_IN_2015 = {
    10, 199, 999, 901, 2000001, 2025143,
    610, 611, 612, 613, 614, 615, 616, 617, 618, 632, 633, 635, 649,
}  # fmt: skip
"""Bodies to which the report of 2015 gives other radii."""

DEPRECATED = re.compile(r"BODY\d+_LONG_AXIS|BODY399_N_GEOMAG_CTR_DIPOLE_L(ON|AT)")
"""What SPICE does not use."""


def pool(files):
    """All numeric variables that these kernels set."""
    with furnished(files):
        names = [str(name) for name in spiceypy.gnpool("*", 0, 5000)]
        kinds = {name: spiceypy.dtpool(name) for name in names}
        return {
            name: tuple(spiceypy.gdpool(name, 0, count))
            for name, (count, kind) in kinds.items()
            if kind == "N"
        }


@pytest.fixture(scope="module")
def published(real_data):
    """NAIF's kernels of leap seconds and of the report of 2009."""
    folder = real_data / "spice" / "kernels" / "lor_0034974380_0x630_sci_1"
    return pool([folder / "pck00010.tpc"]), pool([folder / "naif0012.tls"])


@pytest.mark.real_data
def test_leap_seconds_are_naifs_to_the_last_digit(published):
    assert pool([LEAP_SECONDS]) == published[1]


@pytest.mark.real_data
def test_constants_are_those_of_2009_but_for_what_the_report_of_2015_changed(published):
    ours, theirs = pool(CONSTANTS), published[0]
    assert set(ours) - set(theirs) == NEW_IN_2015
    assert all(DEPRECATED.fullmatch(name) for name in set(theirs) - set(ours))
    changed = {name for name in set(ours) & set(theirs) if ours[name] != theirs[name]}
    radii = {name for name in changed if name.endswith("_RADII")}
    assert radii == {f"BODY{body}_RADII" for body in RADII_CHANGED_IN_2015}
    turning = {
        int(re.match(r"BODY(\d+)", name)[1]) for name in changed - radii - MISPRINTED_IN_2009
    }
    assert turning == TURNING_CHANGED_IN_2015


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("frame", "most_degrees"),
    [("IAU_MARS", 0.005), ("IAU_PHOBOS", 2.5), ("IAU_DEIMOS", 0.2), ("IAU_MERCURY", 0.15)],
)
def test_new_models_stay_close_to_the_old_ones(real_data, frame, most_degrees):
    """From 1990 to 2025; a wrong digit in one of the hundred new numbers would throw it far off."""
    old = real_data / "spice" / "kernels" / "lor_0034974380_0x630_sci_1" / "pck00010.tpc"
    epochs = np.linspace(-3e8, 8e8, 23)
    with furnished([old]):
        before = [spiceypy.pxform("J2000", frame, et) for et in epochs]
    with furnished(CONSTANTS):
        after = [spiceypy.pxform("J2000", frame, et) for et in epochs]
    turned = [np.degrees(spiceypy.raxisa(a @ b.T)[1]) for a, b in zip(after, before)]
    assert max(turned) < most_degrees


def test_the_orientation_of_every_body_that_ships_can_be_computed():
    names = [name for name in pool(CONSTANTS) if name.endswith("_POLE_RA")]
    assert len(names) > 70
    with furnished([LEAP_SECONDS, *CONSTANTS]):
        for name in names:
            turn = spiceypy.tipbod("J2000", int(name[4:].partition("_")[0]), 1e8)
            np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)


def test_each_value_names_its_source():
    for path in CONSTANTS:
        text = path.read_text("ascii")
        assert "10.1007/s10569-017-9805-5" in text
        for heading, _ in re.findall(r"^(\S.*\(\d+\): .*)\n\n(\\begindata)", text, re.M):
            assert re.search(r"\[[123]\]", heading), heading
        assert len(re.findall(r"\\begindata", text)) == len(
            re.findall(r"^\S.*\(\d+\): .*\[[123]\].*$", text, re.M)
        )


def test_nothing_is_added_where_nothing_lacks(sample_kernels):
    files = expand(sample_kernels)
    assert with_generic(files).files == files
    assert with_generic(files).sentences == ()


def test_only_what_lacks_is_added_and_the_users_own_comes_later(sample_kernels):
    bare = [path for path in expand(sample_kernels) if path.suffix not in (".tls", ".tpc")]
    completed = with_generic(bare)
    assert completed.files[-len(bare) :] == tuple(bare)
    assert [path.name for path in completed.files[1 : -len(bare)]] == ["constants_mars.tpc"]
    assert len(completed.sentences) == 2


def test_models_of_one_system_are_never_mixed(tmp_path, sample_kernels):
    """A user's Mars of the old kind, with three angles, would turn wildly among 26 new ones."""
    own = tmp_path / "own.tpc"
    own.write_text(
        "KPL/PCK\n\\begindata\nBODY499_POLE_RA = ( 317.7 0 0 )\nBODY499_POLE_DEC = ( 52.9 0 0 )\n"
        "BODY499_PM = ( 176.6 350.89 0 )\n\\begintext\n"
    )
    bare = [path for path in expand(sample_kernels) if path.suffix != ".tpc"]
    assert with_generic([*bare, own]).files == (*bare, own)
    assert with_generic([own], bodies=[401]).files[-1] == own
    assert not any("mars" in path.name for path in with_generic([own], bodies=[401]).files)
