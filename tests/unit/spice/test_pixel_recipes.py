"""Where pixels look by the recipes in instrument kernels that hold no TRANSX and TRANSY, or parts.

Numbers are made up; the formulas are those of the kernels' own text.
"""

from __future__ import annotations

import numpy as np
import pytest

from planetary_qgis.core.spice.instruments.cameras import camera_of, ids_with_camera
from planetary_qgis.core.spice.instruments.detectors import detector_of
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

FRAME = """
FRAME_{name} = {code}
FRAME_{code}_NAME = '{name}'
FRAME_{code}_CLASS = 4
FRAME_{code}_CLASS_ID = {code}
FRAME_{code}_CENTER = -999
TKFRAME_{code}_RELATIVE = 'J2000'
TKFRAME_{code}_SPEC = 'ANGLES'
TKFRAME_{code}_UNITS = 'DEGREES'
TKFRAME_{code}_AXES = ( 1, 2, 3 )
TKFRAME_{code}_ANGLES = ( 0, 0, 0 )
"""
KAGUYA = """
INS-131351_FOCAL_LENGTH = ( 70.0 )
INS-131351_PIXEL_SAMPLES = ( 4000 )
INS-131351_PIXEL_LINES = ( 1 )
INS-131351_CENTER = ( 2000.5, 1.0 )
INS-131351_PIXEL_SIZE = ( 0.007 )
INS-131351_FOV_FRAME = 'SYNTH_TC'
INS-131351_FOV_SHAPE = 'RECTANGLE'
INS-131351_BORESIGHT = ( -0.07, 0.02, 70.0 )
INS-131351_FOV_BOUNDARY_CORNERS = ( -0.06 14.0 70.0  -0.08 14.0 70.0
                                    -0.08 -14.0 70.0  -0.06 -14.0 70.0 )
INS-131351_DISTORTION_COEF_X = ( -0.001, 0.002, 3.0E-5, -4.0E-6 )
INS-131351_DISTORTION_COEF_Y = ( -0.002, 1.0E-3, 2.0E-5, -6.0E-6 )
"""
KAGUYA_ADDENDUM = """
INS-131351_PIXEL_PITCH = 0.007
INS-131351_BORESIGHT_SAMPLE = 1999.5
INS-131351_BORESIGHT_LINE = 0.0
INS-131351_TRANSX = ( 0.0, 0.0, -0.007 )
INS-131351_TRANSY = ( 0.0, -0.007, 0.0 )
"""
JUNOCAM = """
INS-61502_FOCAL_LENGTH = ( 11.0 )
INS-61502_PIXEL_SIZE = ( 0.0074 )
INS-61502_FOV_FRAME = 'SYNTH_JUNOCAM'
INS-61502_FOV_SHAPE = 'RECTANGLE'
INS-61502_BORESIGHT = ( 0.009, 0.041, 0.999 )
INS-61502_FOV_BOUNDARY_CORNERS = ( -0.48 -0.002 0.876  -0.48 0.075 0.874
                                    0.49  0.074 0.867   0.49 -0.002 0.869 )
INS-61502_DISTORTION_K1 = -6.0E-8
INS-61502_DISTORTION_K2 = 3.0E-14
INS-61502_DISTORTION_X = 814.0
INS-61502_DISTORTION_Y = 3.5
"""
JUNOCAM_ADDENDUM = """
INS-61500_PIXEL_PITCH = 0.0074
INS-61500_FOCAL_LENGTH = 11.0
INS-61500_BORESIGHT_LINE = 600
INS-61500_BORESIGHT_SAMPLE = 814.0
INS-61500_FILTER_LINES = 1200
INS-61500_FILTER_SAMPLES = 1648
INS-61500_TRANSX = ( 0.0, 0.0074, 0.0 )
INS-61500_TRANSY = ( 0.0, 0.0, 0.0074 )
INS-61502_FILTER_OFFSET = 596.5
INS-61502_FILTER_LINES = 128
INS-61502_FILTER_SAMPLES = 1648
"""
HIRISE = """
INS-74605_PIXEL_SIZE = ( 0.012, 0.012 )
INS-74605_PIXEL_SAMPLES = ( 2048 )
INS-74605_PIXEL_LINES = ( 128 )
INS-74605_CCD_CENTER = ( 1024.5, 64.5 )
INS-74605_TRANSX = ( -90.0, -0.000001, 0.012 )
INS-74605_TRANSY = ( -12.0, -0.012, -0.000001 )
INS-74699_FOCAL_LENGTH = 12000.0
INS-74699_PIXEL_PITCH = 0.012
INS-74699_OD_K = ( -0.005, 2.0E-07, -2.0E-13 )
INS-74699_IFOV = ( 0.000001, 0.000001 )
INS-74699_FOV_FRAME = 'SYNTH_LOOK'
INS-74699_FOV_SHAPE = 'RECTANGLE'
INS-74699_BORESIGHT = ( 0.0, 0.0, 1.0 )
"""


@pytest.fixture
def furnish(sample_kernels, tmp_path):
    """The sample's kernels with more keywords, furnished."""

    def with_keywords(*texts: str):
        path = tmp_path / "recipe.ti"
        path.write_text("KPL/IK\n\\begindata\n" + "\n".join(texts) + "\n\\begintext\n")
        return furnished(expand((*sample_kernels, path)))

    return with_keywords


def pixels_off(found: np.ndarray, expected: np.ndarray, pixel_radians: float) -> float:
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    return float(np.abs(found - expected).max() / pixel_radians)


@pytest.mark.parametrize("texts", [[], [KAGUYA_ADDENDUM]])
def test_kaguyas_line_scanners(furnish, texts):
    """r = -(n - CENTER) * PIXEL_SIZE; v = BORESIGHT + (a(r), r + b(r), 0)."""
    number = np.linspace(1.0, 4000.0, 41)
    r = -(number - 2000.5) * 0.007
    a, b = (-0.001, 0.002, 3e-5, -4e-6), (-0.002, 1e-3, 2e-5, -6e-6)
    x = -0.07 + np.polynomial.polynomial.polyval(r, a)
    y = 0.02 + r + np.polynomial.polynomial.polyval(r, b)
    expected = np.stack([x, y, np.full_like(r, 70.0)], axis=1)
    with furnish(FRAME.format(name="SYNTH_TC", code=-131350), KAGUYA, *texts):
        detector = detector_of(instrument_of(-131351), 4000.0, 1.0)
        line = np.full_like(number, detector.scan_line)
        found = detector.directions(number, line)
    assert detector.notes == ()
    assert pixels_off(found, expected, 0.007 / 70.0) < 1e-6


@pytest.mark.parametrize("texts", [[], [JUNOCAM_ADDENDUM]])
def test_junocam_counts_within_its_framelets(furnish, texts):
    """(x - cx, y - cy) is the pinhole's place times 1 + k1 r² + k2 r⁴; x = 0.5 is a first pixel."""
    ideal = np.array([[-800.0, -3.0], [0.0, 0.0], [805.0, 110.0], [300.0, 60.0]])
    square = (ideal**2).sum(axis=1, keepdims=True)
    real = ideal * (1.0 - 6e-8 * square + 3e-14 * square**2)
    expected = np.column_stack([ideal, np.full(4, 11.0 / 0.0074)])
    with furnish(FRAME.format(name="SYNTH_JUNOCAM", code=-61500), JUNOCAM, *texts):
        detector = detector_of(instrument_of(-61502), 1648.0, 128.0)
        found = detector.directions(*(real + (814.0, 3.5) + 0.5).T)
        camera = camera_of(-61502)
    assert detector.notes == ()
    assert (camera.first, camera.size) == ((1.0, 1.0), (1648.0, 128.0))
    assert pixels_off(found, expected, 0.0074 / 11.0) < 1e-5


def test_hirises_ccds_share_a_lens(furnish):
    """x' = x (1 - k0 - k1 r² - k2 r⁴), x of samples and lines from the CCD's middle."""
    sample, line = np.array([1.0, 700.0, 1024.5, 2048.0]), np.array([1.0, 32.5, 64.5, 128.0])
    across, along = sample - 1024.5, line - 64.5
    place = np.stack(
        [-90.0 - 1e-6 * across + 0.012 * along, -12.0 - 0.012 * across - 1e-6 * along], axis=1
    )
    square = (place**2).sum(axis=1, keepdims=True)
    ideal = place * (1.0 + 0.005 - 2e-7 * square + 2e-13 * square**2)
    frames = [
        FRAME.format(name="MRO_HIRISE_OPTICAL_AXIS", code=-74690),
        FRAME.format(name="SYNTH_LOOK", code=-74699),
    ]
    with furnish(*frames, HIRISE):
        assert -74605 in ids_with_camera()
        detector = detector_of(instrument_of(-74605), 1024.0, 1.0)
        found = detector.directions(sample, line)
    assert detector.frame == "MRO_HIRISE_OPTICAL_AXIS"
    assert detector.scan_line is None
    assert detector.notes == ()
    assert pixels_off(found, np.column_stack([ideal, np.full(4, 12000.0)]), 1e-6) < 1e-6


def test_hirises_ccds_without_their_frame_are_no_cameras(furnish):
    with furnish(FRAME.format(name="SYNTH_LOOK", code=-74699), HIRISE):
        assert camera_of(-74605) is None


def test_addenda_count_frames_pixels(furnish):
    keywords = """
    INS-77001_FOCAL_LENGTH = 1500.0
    INS-77001_PIXEL_PITCH = 0.015
    INS-77001_BORESIGHT_SAMPLE = 400
    INS-77001_BORESIGHT_LINE = 400
    INS-77001_K1 = -0.00002
    INS-77001_FRAME_LINES = 800.0
    INS-77001_FRAME_SAMPLES = 800.0
    INS-77001_TRANSX = ( 0.0, 0.015, 0.0 )
    INS-77001_TRANSY = ( 0.0, 0.0, 0.015 )
    """
    with furnish(FRAME.format(name="SYNTH_SSI", code=-77001), keywords):
        camera = camera_of(-77001)
        found = camera.directions(np.array([400.0, 800.0]), np.array([400.0, 400.0]))
    assert camera.size == (800.0, 800.0)
    bent = 6.0 * (1.0 - 0.00002 * 36.0)
    assert found == pytest.approx(np.array([[0.0, 0.0, 1500.0], [bent, 0.0, 1500.0]]))
