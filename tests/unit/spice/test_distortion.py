"""Lens distortion: against formulas the other way round, and against what kernels say twice."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import spiceypy
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.spice.instruments.cameras import camera_of
from planetary_qgis.core.spice.instruments.distortion import (
    AlongY,
    NoDistortion,
    Radial,
    RadialFromIdeal,
    Rational,
    ShiftsByY,
    Taylor,
    Tilted,
)
from planetary_qgis.core.spice.instruments.distortion_keywords import (
    KnownDistortion,
    distortion_of,
)
from planetary_qgis.core.spice.instruments.focal_planes import FocalPlane
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

ID = -999021
EXACT = 1e-9
places = st.lists(
    st.tuples(*[st.floats(-12.0, 12.0)] * 2), min_size=1, max_size=30
).map(np.array)  # fmt: skip
small = st.floats(-1e-4, 1e-4)


@given(places, st.floats(-3e-4, 3e-4), small)
def test_radial_from_ideal_is_what_ideal_places_become(ideal, k, centre):
    """d = u (1 + k r²) about a centre: exact, and known before."""
    offsets = ideal - centre
    real = centre + offsets * (1.0 + k * (offsets**2).sum(axis=1))[:, None]
    found = RadialFromIdeal((1.0, 0.0, k), (centre, centre)).undistorted(real)
    assert found == pytest.approx(ideal, abs=EXACT)


@given(places, st.lists(small, min_size=16, max_size=16))
def test_taylor_is_what_ideal_places_become(ideal, factors):
    x, y = ideal.T
    second = [x * x, x * y, y * y]
    bent_x = 0.3 + 1.001 * x - 2e-3 * y + sum(f * t for f, t in zip(factors[:3], second))
    bent_y = -0.1 + 1e-3 * x + 0.999 * y + sum(f * t for f, t in zip(factors[3:6], second))
    cubic_x, cubic_y = np.array(factors[6:10]) / 10.0, np.array(factors[10:14]) / 10.0
    third = [x**3, x * x * y, x * y * y, y**3]
    bent_x = bent_x + sum(f * t for f, t in zip(cubic_x, third))
    bent_y = bent_y + sum(f * t for f, t in zip(cubic_y, third))
    lens = Taylor(
        (0.3, 1.001, -2e-3, *factors[:3], *cubic_x), (-0.1, 1e-3, 0.999, *factors[3:6], *cubic_y)
    )
    assert lens.undistorted(np.stack([bent_x, bent_y], axis=1)) == pytest.approx(ideal, abs=EXACT)


@given(places, st.floats(-1e-3, 1e-3))
def test_along_y_leaves_x_alone(real, k):
    ideal = AlongY(k).undistorted(real)
    assert np.array_equal(ideal[:, 0], real[:, 0])
    assert ideal[:, 1] * (1.0 + k * real[:, 1] ** 2) == pytest.approx(real[:, 1])


@given(places)
def test_what_bends_nothing_leaves_all_in_place(real):
    straight = [
        NoDistortion(),
        Radial((1.0,)),
        RadialFromIdeal((1.0, 0.0, 0.0)),
        Rational((0, 0, 0, 1, 0, 0), (0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 1)),
        ShiftsByY((0.0,), (0.0,), (0.0, 0.0)),
        Taylor((0, 1, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 1, 0, 0, 0, 0, 0, 0, 0)),
        Tilted(0.0, 0.0, 0.0),
    ]
    for lens in straight:
        assert lens.undistorted(real) == pytest.approx(real, abs=EXACT)


def test_what_no_light_reaches_is_unknown():
    """d = u (1 - r² / 100) has no u for any d beyond 3.85 mm."""
    found = RadialFromIdeal((1.0, 0.0, -0.01)).undistorted(np.array([[3.0, 0.0], [6.0, 0.0]]))
    assert found[0, 0] == pytest.approx(3.389, abs=1e-3)
    assert np.isnan(found[1]).all()


# Keywords.


@pytest.fixture
def told(sample_kernels, tmp_path):
    """What the keywords of an instrument come to."""

    plane = FocalPlane(100.0, np.array([[0.0, 0.01, 0.0], [0.0, 0.0, 0.01]]), np.eye(3))

    def read(keywords: str, naif_id: int = ID):
        path = tmp_path / "lens.ti"
        lines = [f"INS{naif_id}_{line.strip()}" for line in keywords.strip().splitlines()]
        path.write_text("KPL/IK\n\\begindata\n" + "\n".join(lines) + "\n\\begintext\n")
        with furnished(expand((*sample_kernels, path))):
            return distortion_of([naif_id], plane, (512.5, 512.5))

    return read


@pytest.mark.parametrize(
    ("keywords", "naif_id", "real", "ideal"),
    [
        # r² = 25: ISIS's default takes away, others add.
        ("OD_K = ( 0.01, 0.001, 0.0001 )", ID, (3, 4), 1.0 - 0.01 - 0.025 - 0.0625),
        ("OD_K = ( 0.01, 0.001, 0.0001 )", -85631, (3, 4), 1.0 + 0.25 + 0.625 + 1.5625),
        ("K1 = 0.001", ID, (3, 4), 1.025),
        ("RAD_DIST_COEFF = 0.001", ID, (3 * 1.025, 4 * 1.025), 1.0 / 1.025),
        ("DISTORTION_K1 = 1.0E-7\nDISTORTION_K2 = 0.0", ID, (3 * 1.025, 4 * 1.025), 1.0 / 1.025),
        (
            "OD_K = ( 0.001, 0.002, 0.0003, 0, 0 )\nOD_CENTER = ( 512.5, 512.5 )",
            ID,
            (3 * 1.0185, 4 * 1.0185),
            1.0 / 1.0185,
        ),
        ("OOC_EM = ( 0.001, 0.01, 0.1 )", ID, (0.3, 0.4), 1.0 - 0.00025 - 0.004 - 0.03),
    ],
)
def test_keywords_are_read_as_their_missions_mean_them(told, keywords, naif_id, real, ideal):
    known = told(keywords, naif_id)
    assert known.note == ""
    place = np.array([real], dtype=float)
    assert known.distortion.undistorted(place) == pytest.approx(place * ideal)


def test_what_is_left_out_is_said(told):
    assert "do not tell of any" in told("FOCAL_LENGTH = 1.0").note
    assert f"how INS{ID}_OD_STRANGE is meant" in told("OD_STRANGE = 1.0").note
    assert "reseaus" in told("FOCAL_LENGTH = 1.0", -27001).note
    assert "is meant is not known" in told("OD_K = ( -0.0099 -0.0005 )", -85621).note
    decentred = "OD_K = ( -1E-6, 5E-10, -5E-14 )\nDECENTER = ( -5E-7, -4E-11, 3.0 )"
    assert "is meant is not known" in told(decentred).note
    assert "is meant is not known" in told("OD_K = ( 1, 2, 3, 4, 5 )").note
    assert isinstance(told("OD_T_X = ( 1.0, 2.0 )").distortion, NoDistortion)


# Real kernels say it twice: the other way round, in a field of view, or by other coefficients.


@pytest.fixture(scope="module")
def real_cameras(real_data):
    """Each real instrument's camera, and what GETFOV says of its corners."""
    found = {}
    for case in json.loads((real_data / "spice" / "cases.json").read_text())["cases"]:
        naif_id = case["instrument_id"]
        with furnished(expand([real_data / "spice" / name for name in case["kernels"]])):
            try:
                corners = np.array(spiceypy.getfov(naif_id, 100)[4])
            except spiceypy.utils.exceptions.SpiceyError:
                corners = None
            found[naif_id] = camera_of(naif_id), corners, pool(case)
    return found


def pool(case) -> dict[str, np.ndarray]:
    """The numbers of the loaded instrument kernels."""
    names = spiceypy.gnpool("INS*", 0, 20000)
    kinds = {name: spiceypy.dtpool(name) for name in names}
    return {
        name: np.array(spiceypy.gdpool(name, 0, count))
        for name, (count, kind) in kinds.items()
        if kind == "N"
    }


def pixels_off(corners: np.ndarray, camera) -> np.ndarray:
    """How far a camera's corners are from a field of view's nearest, in pixels."""
    units = [
        each / np.linalg.norm(each, axis=1, keepdims=True) for each in (corners, camera.corners)
    ]
    apart = np.linalg.norm(units[0][:, None] - units[1][None], axis=2)
    return apart.min(axis=0) / camera.pixel_angles[0]


@pytest.mark.real_data
@pytest.mark.parametrize("naif_id", [-85600, -131341])
def test_fields_of_view_that_count_distortion_in_agree(real_cameras, naif_id, capsys):
    """LROC NAC's and Kaguya MI's are given with it; a wrong sign would double what is off."""
    camera, corners, _ = real_cameras[naif_id]
    camera = replace(camera, size=(camera.size[0], 1.0))  # of MI's lines one takes the image
    plain = replace(camera, lens=KnownDistortion(NoDistortion(), "none"))
    off, off_plain = pixels_off(corners, camera), pixels_off(corners, plain)
    with capsys.disabled():
        print(f"\n{naif_id}: corners {off.max():.2f} pixels off, {off_plain.max():.1f} undistorted")
    assert off.max() < 1.5
    assert off_plain.min() > 10.0 * off.max()


WAC = (-85631, -85632, -85633, -85634, -85635)


@pytest.mark.real_data
def test_lroc_wacs_fields_of_view_are_those_of_their_pixels(real_data, capsys):
    """The middles of the outer pixels of the 14 lines that begin after FILTER_OFFSET."""
    cases = json.loads((real_data / "spice" / "cases.json").read_text())["cases"]
    case = next(case for case in cases if case["instrument_id"] == -85600)
    worst = {}
    with furnished(expand([real_data / "spice" / name for name in case["kernels"]])):
        for naif_id in WAC:
            corners = np.array(spiceypy.getfov(naif_id, 100)[4])
            first = float(spiceypy.gdpool(f"INS{naif_id}_FILTER_OFFSET", 0, 1)[0])
            camera = camera_of(naif_id)
            samples, lines = (
                np.array([12.0, 12.0, 1016.0, 1016.0]),
                first + np.array([0, 13, 0, 13]),
            )
            rays = camera.directions(samples, lines)
            rays /= rays[:, 2:]
            apart = np.linalg.norm(corners[:, None] - rays[None], axis=2).min(axis=0)
            worst[naif_id] = float(apart.max() / camera.pixel_angles[0])
    with capsys.disabled():
        print(
            f"\nLROC WAC: corners off, pixels: { {i: round(off, 2) for i, off in worst.items()} }"
        )
    assert max(worst.values()) < 0.2


@pytest.mark.real_data
def test_cassis_is_corrected_as_its_kernel_distorts(real_cameras, capsys):
    """The kernel has both ways: from ideal to real by A_DIST, from real to ideal by A_CORR."""
    camera, _, numbers = real_cameras[-143421]
    random = np.random.default_rng(1)
    ideal = random.uniform(-10.0, 10.0, (500, 2))
    x, y = ideal.T
    terms = np.stack([x * x, x * y, y * y, x, y, np.ones_like(x)])
    a1, a2, a3 = (numbers[f"INS-143400_OD_A{row}_DIST"] for row in (1, 2, 3))
    real = np.stack([a1 @ terms, a2 @ terms], axis=1) / (a3 @ terms)[:, None]
    off = np.linalg.norm(camera.lens.distortion.undistorted(real) - ideal, axis=1) / 0.01
    bent = np.linalg.norm(real - ideal, axis=1) / 0.01
    with capsys.disabled():
        print(f"\nCaSSIS: bends by {bent.max():.1f} pixels, there and back {off.max():.3f}")
    assert off.max() < 0.1
    assert bent.max() > 10.0


@pytest.mark.real_data
def test_lorri_is_corrected_as_its_other_coefficients_say(real_cameras, capsys):
    """The kernel's SIP polynomials (FITS) are from real to ideal too, fitted independently."""
    camera, _, numbers = real_cameras[-98301]
    random = np.random.default_rng(2)
    pixels = random.uniform(-511.0, 511.0, (500, 2))
    u, v = pixels.T
    shift = {
        axis: sum(
            values[0] * u ** int(name[-3]) * v ** int(name[-1])
            for name, values in numbers.items()
            if name.startswith(f"INS-98301_SIP_{axis}_") and not name.endswith("ORDER")
        )
        for axis in "AB"
    }
    ideal = camera.lens.distortion.undistorted(camera.plane.places(pixels))
    found = ideal / np.abs(camera.plane.to_plane[0, 1])
    expected = np.stack([u + shift["A"], v + shift["B"]], axis=1)
    off = np.linalg.norm(found - expected, axis=1)
    bent = np.hypot(shift["A"], shift["B"])
    with capsys.disabled():
        print(f"\nLORRI: bends by {bent.max():.2f} pixels, off SIP's by {off.max():.3f}")
    assert off.max() < 0.1 * bent.max()


@pytest.mark.real_data
def test_mdis_is_corrected_as_its_kernel_distorts(real_cameras):
    camera, _, numbers = real_cameras[-236820]
    ideal = np.random.default_rng(3).uniform(-7.0, 7.0, (200, 2))
    x, y = ideal.T
    terms = np.stack([x**0, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3])
    real = np.stack([numbers[f"INS-236820_OD_T_{axis}"] @ terms for axis in "XY"], axis=1)
    assert camera.lens.distortion.undistorted(real) == pytest.approx(ideal, abs=1e-8)


@pytest.mark.real_data
def test_themis_visible_is_as_published(real_cameras):
    """ISIS's equations as they stand there, in pixels of the infrared detector."""
    camera, _, _ = real_cameras[-53032]
    ideal = np.random.default_rng(4).uniform(-4.0, 4.0, (200, 2))
    j = ideal[:, 1] / 0.05
    delta = -0.0178649 - 0.00727843 * -j + 5.65278e-5 * j * j
    stretch = -4.02919e-5 * (-j + 109.5 - 102.5)
    real = np.stack([ideal[:, 0] * (1.0 + stretch), 0.05 * (j + delta)], axis=1)
    assert camera.lens.distortion.undistorted(real) == pytest.approx(ideal, abs=1e-8)


@pytest.mark.real_data
def test_themis_infrared_is_as_published(real_cameras):
    """A factor of x for each band's detector line, and its own equation for y."""
    camera, _, _ = real_cameras[-53031]
    lines = np.array([8.5, 24.5, 50.5, 76.5, 102.5, 128.5, 154.5, 180.5, 205.5, 231.5])
    factors = [0.996005, 0.995358, 0.994260, 0.993290, 0.992389]
    factors += [0.991474, 0.990505, 0.989611, 0.988653, 0.9877]
    x, y = np.full(10, 8.0), (lines - 120.5) * 0.05
    found = camera.lens.distortion.undistorted(np.stack([x, y], axis=1))
    root = np.sqrt(1.00447623**2 + 4.0 * 0.00107556 * y)
    assert found[:, 0] == pytest.approx(x / np.array(factors), abs=0.02 * 0.05)
    assert found[:, 1] == pytest.approx(2.0 * y / (1.00447623 + root), abs=1e-8)
