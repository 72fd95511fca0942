"""Instruments whose kernels tell focal length and detector instead of a field of view."""

from __future__ import annotations

import json

import numpy as np
import pytest
import spiceypy

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.instruments.cameras import camera_of
from planetary_qgis.core.spice.instruments.instrument import ids_with_field_of_view, instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand, summarise
from planetary_qgis.core.spice.session import furnished

CAMERA = -999021
PLAIN = """
FRAME = 'SYNTH_FRAME_CAM'
FOCAL_LENGTH = 150.0
PIXEL_PITCH = 0.01
PIXEL_SAMPLES = 1000
PIXEL_LINES = 600
"""
CORNERS = np.array([[-5, -3, 150], [5, -3, 150], [5, 3, 150], [-5, 3, 150.0]])


@pytest.fixture
def kernels(sample_kernels, tmp_path):
    def write(keywords: str, naif_id: int = CAMERA, more: str = ""):
        path = tmp_path / "camera.ti"
        lines = [f"INS{naif_id}_{line.strip()}" for line in keywords.strip().splitlines()]
        path.write_text("KPL/IK\n\\begindata\n" + "\n".join(lines) + f"\n{more}\n\\begintext\n")
        return expand((*sample_kernels, path))

    return write


def instrument(files, naif_id: int = CAMERA):
    with furnished(files):
        return instrument_of(naif_id)


def units(vectors) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def same_corners(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two rims have the same corners, whichever comes first and whichever way round."""
    apart = np.linalg.norm(found[:, None] - units(expected)[None], axis=2)
    return bool((apart.min(axis=1) < 1e-9).all() and (apart.min(axis=0) < 1e-9).all())


def test_a_pinhole(kernels):
    found = instrument(kernels(PLAIN))
    assert found.frame == "SYNTH_FRAME_CAM"
    assert same_corners(found.corners, CORNERS)
    assert found.boresight == pytest.approx([0.0, 0.0, 1.0])
    assert found.pixel_angles == pytest.approx((0.01 / 150.0, 0.01 / 150.0))
    assert found.pixel_angle == pytest.approx(0.01 / 150.0)
    assert found.fov_source == f"focal length and detector of INS{CAMERA}"


@pytest.mark.parametrize(
    ("spelled", "as_plain"),
    [
        ("PIXEL_PITCH = 10.0", "PIXEL_PITCH = 0.01"),
        ("PIXEL_PITCH = 1.0E-5", "PIXEL_PITCH = 0.01"),
        ("PIXEL_SIZE = ( 10.0, 10.0 )", "PIXEL_PITCH = 0.01"),
        ("PIXEL_PITCH = 0.001\nPIXEL_PITCH_UNITS = 'CM'", "PIXEL_PITCH = 0.01"),
        ("FOCAL_LENGTH = 0.15\nFOCAL_LENGTH_UNITS = 'm'", "FOCAL_LENGTH = 150.0"),
        ("FOCAL_LENGTH = 0.15", "FOCAL_LENGTH = 150.0"),
        ("FOCAL_LENGTH = ( 0.15 )\nIFOV = ( 0.0000667 )", "FOCAL_LENGTH = 150.0"),
        ("DETECTOR_SAMPLES = 1000", "PIXEL_SAMPLES = 1000"),
    ],
)
def test_units_and_spellings(kernels, spelled, as_plain):
    keywords = PLAIN.replace(as_plain, spelled)
    if "DETECTOR" in spelled:
        keywords = keywords.replace("PIXEL_LINES", "DETECTOR_LINES")
    assert same_corners(instrument(kernels(keywords)).corners, CORNERS)


def test_the_axis_need_not_meet_the_middle_of_the_detector(kernels):
    found = instrument(kernels(PLAIN + "CCD_CENTER = ( 1.0, 600.0 )"))
    expected = [
        [-0.005, -5.995, 150],
        [9.995, -5.995, 150],
        [9.995, 0.005, 150],
        [-0.005, 0.005, 150],
    ]
    assert same_corners(found.corners, np.array(expected))


def test_focal_plane_constants_turn_and_shift(kernels):
    turned = PLAIN + "TRANSX = ( 1.0, 0.0, -0.01 )\nTRANSY = ( 2.0, 0.01, 0.0 )"
    found = instrument(kernels(turned))
    # x = 1 - line, y = 2 + sample: a quarter turn, one and two millimetres off the axis.
    expected = [[4, -3, 150], [4, 7, 150], [-2, 7, 150], [-2, -3, 150]]
    assert same_corners(found.corners, np.array(expected, dtype=float))


def test_a_camera_that_looks_backwards(kernels):
    keywords = PLAIN + "BORESIGHT = ( 0 0 -1 )\nTRANSX = ( 0 0.01 0 )\nTRANSY = ( 0 0 0.01 )"
    found = instrument(kernels(keywords))
    assert found.boresight == pytest.approx([0.0, 0.0, -1.0])
    assert same_corners(found.corners, CORNERS * [1, 1, -1])


def test_a_filter_lies_where_it_lies_on_its_parents_detector(kernels):
    parent = "\n".join(
        f"INS-999300_{line}"
        for line in (
            "FRAME = 'SYNTH_FRAME_CAM'",
            "PIXEL_PITCH = 0.01",
            "BORESIGHT_SAMPLE = 500.5",
            "BORESIGHT_LINE = 300.5",
        )
    )
    own = """
    FOCAL_LENGTH = 150.0
    FILTER_SAMPLES = 1000
    FILTER_LINES = 100
    """
    middle_told = own + "BORESIGHT_SAMPLE = 500.5\nBORESIGHT_LINE = 250.5"
    offset_told = own + "FILTER_OFFSET = 200"
    expected = np.array([[-5, -1, 150], [5, -1, 150], [5, 0, 150], [-5, 0, 150.0]])
    for keywords in (middle_told, offset_told):
        found = instrument(kernels(keywords, -999321, parent), -999321)
        assert found.frame == "SYNTH_FRAME_CAM"
        assert same_corners(found.corners, expected)


@pytest.mark.parametrize(
    ("wrong", "as_plain", "told"),
    [
        ("FOCAL_LENGTH = 0.0", "FOCAL_LENGTH = 150.0", "a focal length of 0"),
        ("FOCAL_LENGTH = -2.0", "FOCAL_LENGTH = 150.0", "a focal length of -2"),
        ("PIXEL_PITCH = 0.0", "PIXEL_PITCH = 0.01", "a pixel pitch of 0"),
        ("PIXEL_LINES = 0", "PIXEL_LINES = 600", "a size of 0"),
        ("FOCAL_LENGTH = 150.0\nBORESIGHT = ( 0 0 0 )", "FOCAL_LENGTH = 150.0", "no direction"),
    ],
)
def test_what_cannot_be_right_is_refused(kernels, wrong, as_plain, told):
    with pytest.raises(KernelError, match=told) as caught:
        instrument(kernels(PLAIN.replace(as_plain, wrong)))
    assert caught.value.hint


@pytest.mark.parametrize("missing", ["FRAME", "FOCAL_LENGTH", "PIXEL_PITCH", "PIXEL_LINES"])
def test_too_little_is_no_field_of_view(kernels, missing):
    keywords = "\n".join(line for line in PLAIN.splitlines() if not line.startswith(missing))
    files = kernels(keywords)
    with pytest.raises(KernelError, match="define no field of view for the instrument"):
        instrument(files)
    with furnished(files):
        assert CAMERA not in ids_with_field_of_view()


def test_summaries_list_it(kernels):
    found = {known.naif_id for known in summarise(kernels(PLAIN)).instruments}
    assert {CAMERA, -999001, -999002} <= found


# Real kernels: what the keywords of a field of view say, and what focal length and detector say.


@pytest.fixture(scope="module")
def real_kernels(real_data):
    """Kernel files of each real instrument."""
    listed = json.loads((real_data / "spice" / "cases.json").read_text())["cases"]
    return {
        case["instrument_id"]: expand([real_data / "spice" / name for name in case["kernels"]])
        for case in listed
    }


@pytest.mark.real_data
def test_every_real_instrument_has_a_field_of_view(real_kernels):
    for naif_id, files in real_kernels.items():
        with furnished(files):
            assert naif_id in ids_with_field_of_view()
            found = instrument_of(naif_id)
            assert spiceypy.namfrm(found.frame) != 0
        assert found.pixel_angles is not None
        assert 1e-7 < min(found.pixel_angles) < 1e-2


@pytest.mark.real_data
def test_detectors_agree_with_fields_of_view(real_kernels, capsys):
    """Within a hundredth of the field; distortion and rims that images leave out explain it."""
    compared = {}
    for naif_id, files in real_kernels.items():
        with furnished(files):
            camera, found = camera_of(naif_id), instrument_of(naif_id)
        if camera is None or found.fov_source.startswith("focal length"):
            continue
        apart = np.linalg.norm(found.corners[:, None] - units(camera.corners)[None], axis=2)
        compared[naif_id] = float(apart.min(axis=0).max() / found.extent[0])
    with capsys.disabled():
        shown = ", ".join(f"{naif_id}: {off:.4f}" for naif_id, off in compared.items())
        print(f"\ncorners by detector off those by keywords, in fields of view: {shown}")
    # Kaguya MI's focal plane constants leave the direction of lines zero, CTX's are calibrated.
    good = [naif_id for naif_id, off in compared.items() if off < 0.01]
    assert {-143421, -143422, -143423, -143424, -236820, -64361, -40021, -98301} <= set(good)


@pytest.mark.real_data
@pytest.mark.parametrize("naif_id", [-53031, -53032, -27001])
def test_published_cameras(real_kernels, naif_id):
    with furnished(real_kernels[naif_id]):
        found = instrument_of(naif_id)
        assert found.frame == spiceypy.frmnam(naif_id)
    assert "USGS ISIS" in found.fov_source
    assert found.boresight == pytest.approx([0.0, 0.0, 1.0])
