"""Where pixels of made images look, against CSPICE's SINCPT for pixels picked at random."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import EPOCH, Motion, intercept, kernels_of, observation

from planetary_qgis.core.errors import CoverageError, PlanetaryError
from planetary_qgis.core.spice.images import geolocation as geolocation_module
from planetary_qgis.core.spice.images.geolocation import geolocate
from planetary_qgis.core.spice.images.image_footprints import image_footprint
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.surfaces.grids import LonLatGrid
from planetary_qgis.core.spice.surfaces.terrain import Terrain

FOCAL, PITCH, K1 = 100.0, 0.02, -2e-4
CAMERA = f"""
FOV_FRAME = 'MOVER_CAMERA'
FOV_SHAPE = 'RECTANGLE'
BORESIGHT = ( 0 0 1 )
FOV_CLASS_SPEC = 'CORNERS'
FOV_BOUNDARY_CORNERS = ( 0.04 0.1 1  -0.04 0.1 1  -0.04 -0.1 1  0.04 -0.1 1 )
FOCAL_LENGTH = {FOCAL}
PIXEL_PITCH = {PITCH}
PIXEL_SAMPLES = 1000
PIXEL_LINES = 400
BORESIGHT_SAMPLE = 510.0
BORESIGHT_LINE = 190.0
TRANSX = ( 0.0, 0.0, {PITCH} )
TRANSY = ( 0.0, -{PITCH}, 0.0 )
K1 = {K1}
"""
"""Samples run along -Y, lines along +X; light falls nearer to the axis than through a pinhole."""
LINE = CAMERA.replace("PIXEL_LINES = 400", "PIXEL_LINES = 1")
ONLY_A_VIEW = "\n".join(CAMERA.splitlines()[:6])


def ray(sample: float, line: float) -> np.ndarray:
    """Of a detector pixel, by the keywords above; K1 after ISIS's RadialDistortionMap."""
    x, y = PITCH * (line - 190.0), -PITCH * (sample - 510.0)
    scale = 1.0 + K1 * (x * x + y * y)
    return np.array([x * scale, y * scale, FOCAL])


def image(**values) -> RawImage:
    plain = {"samples": 1000, "lines": 400, "start": EPOCH, "exposure_s": 0.02}
    return RawImage(**{**plain, **values})


@pytest.fixture
def made(sample_kernels, tmp_path):
    """Kernels of a motion and a camera."""

    def make(motion: Motion | None = None, keywords: str = CAMERA):
        return kernels_of(motion or Motion(), keywords, tmp_path, sample_kernels)

    return make


def seen(kernels, et_s: float, direction) -> np.ndarray | None:
    """(3,) km where a ray meets Mars so many seconds after EPOCH, by CSPICE."""
    with furnished(expand(kernels)):
        return intercept(spiceypy.str2et(str(EPOCH)) + et_s, direction)


def interpolated(found, column: float, row: float) -> np.ndarray:
    """(3,) km bilinear between the nodes of a geolocation, as the warper takes them."""
    left = int(np.clip(np.searchsorted(found.pixel, column) - 1, 0, len(found.pixel) - 2))
    above = int(np.clip(np.searchsorted(found.line, row) - 1, 0, len(found.line) - 2))
    a = (column - found.pixel[left]) / (found.pixel[left + 1] - found.pixel[left])
    b = (row - found.line[above]) / (found.line[above + 1] - found.line[above])
    cell = found.points[above : above + 2, left : left + 2]
    return (1 - b) * ((1 - a) * cell[0, 0] + a * cell[0, 1]) + b * (
        (1 - a) * cell[1, 0] + a * cell[1, 1]
    )


def worst_pixels(kernels, found, pixels, et_of_row, line_of_row) -> float:
    """How many pixels what is interpolated is off what CSPICE sees, at most."""
    off = [
        np.linalg.norm(
            interpolated(found, column, row)
            - seen(kernels, et_of_row(row), ray(column + 0.5, line_of_row(row)))
        )
        for column, row in pixels
    ]
    return float(max(off)) * 1000.0 / found.resolution_m


def random_pixels(samples: int, lines: int, count: int = 60) -> np.ndarray:
    return np.random.default_rng(5).uniform(0.0, 1.0, (count, 2)) * [samples, lines]


@settings(max_examples=8)
@given(
    roll=st.floats(-25.0, 25.0),
    pitch=st.floats(-25.0, 25.0),
    yaw=st.floats(-180.0, 180.0),
    along=st.floats(-90.0, 90.0),
)
def test_a_frame_is_where_cspice_sees_it(tmp_path_factory, sample_kernels, roll, pitch, yaw, along):
    motion = Motion(along=along, roll=(roll,), pitch=(pitch,), yaw=(yaw,))
    kernels = kernels_of(motion, CAMERA, tmp_path_factory.mktemp("frame"), sample_kernels)
    found = geolocate(observation(kernels), image())
    pixels = random_pixels(1000, 400, 20)
    assert worst_pixels(kernels, found, pixels, lambda _: 0.01, lambda row: row + 0.5) < 0.1
    for row, column in ((0, 0), (-1, -1)):
        corner = ray(found.pixel[column] + 0.5, found.line[row] + 0.5)
        assert found.points[row, column] == pytest.approx(seen(kernels, 0.01, corner), abs=1e-3)


def test_a_window_of_summed_pixels(made):
    kernels = made()
    window = image(samples=200, lines=60, first_sample=301.0, first_line=101.0)
    summed = image(
        samples=100, lines=20, first_sample=301.0, first_line=101.0,
        sample_summing=2.0, line_summing=3.0,
    )  # fmt: skip
    one, other = (geolocate(observation(kernels), each) for each in (window, summed))
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert one.points[corner] == pytest.approx(other.points[corner], abs=1e-9)
    assert one.points[0, 0] == pytest.approx(seen(kernels, 0.01, ray(300.5, 100.5)), abs=1e-3)
    assert other.resolution_m == pytest.approx(np.sqrt(6.0) * one.resolution_m, rel=0.01)


def test_a_mirrored_image_is_the_same_ground_the_other_way(made):
    kernels = made()
    plain, mirrored = (geolocate(observation(kernels), image(mirrored=m)) for m in (False, True))
    assert mirrored.points[:, 0] == pytest.approx(plain.points[:, -1], abs=1e-9)


WOBBLING = Motion(roll=(2.0, 0.03, 0.004, -0.0003), yaw=(10.0, 0.1), pitch=(0.0, -0.02, 0.002))


def test_every_line_of_a_scan_is_where_cspice_sees_it(made):
    kernels = made(WOBBLING, LINE)
    scan = image(lines=6000, line_s=0.0025, exposure_s=0.0025)
    found = geolocate(observation(kernels), scan)
    pixels = random_pixels(1000, 6000)
    # ISIS has a scanner's only line on the optical axis.
    off = worst_pixels(
        kernels, found, pixels, lambda row: (row - 0.5) * 0.0025 + 0.00125, lambda _: 190.0
    )
    assert off < 0.1
    assert len(found.line) < 1000
    assert found.error_pixels <= 0.1


@pytest.mark.parametrize(
    ("keywords", "on_axis"), [(CAMERA, 509.5), (ONLY_A_VIEW + "\nPIXEL_SAMPLES = 1000", 500.0)]
)
def test_a_slits_other_lines_are_wavelengths(made, keywords, on_axis):
    """A spectrometer's detector has many lines, its field of view is a line."""
    slit = keywords.replace("0.04 0.1 1", "0.0001 0.1 1").replace("0.04 -0.1 1", "0.0001 -0.1 1")
    kernels = made(keywords=slit)
    found = geolocate(observation(kernels), image(lines=300, line_s=0.01, exposure_s=0.01))
    truth = seen(kernels, 1.005, [0.0, 0.0, 1.0])
    assert interpolated(found, on_axis, 100.5) == pytest.approx(truth, abs=0.01)


def test_lines_with_start_times_of_their_own(made):
    """Every other line late: nodes follow each line."""
    kernels = made(WOBBLING, LINE)
    number = np.arange(200)
    seconds = 0.01 * number + 0.02 * (number >= 100)
    starts = EPOCH + np.rint(seconds * 1e6).astype("timedelta64[us]")
    scan = image(lines=200, line_starts=starts, exposure_s=0.01)
    found = geolocate(observation(kernels), scan)
    for row in (0, 57, 99, 100, 150, 199):
        middle = interpolated(found, 500.0, row + 0.5)
        truth = seen(kernels, seconds[row] + 0.005, ray(500.5, 190.0))
        assert np.linalg.norm(middle - truth) * 1000.0 < 0.6 * found.resolution_m


def test_framelets_each_at_its_own_moment(made):
    kernels = made()
    stack = image(lines=90, framelet_lines=40, interframe_s=3.0, first_line=11.0, flipped=True)
    found = geolocate(observation(kernels, imaging="push frame"), stack)
    parts = list(found.parts())
    assert [(part.line[0], part.line[-1]) for part in parts] == [(0, 40), (40, 80), (80, 90)]
    for number, part in enumerate(parts):
        pixels = random_pixels(1000, part.line[-1] - part.line[0], 15)
        pixels[:, 1] += part.line[0]
        off = worst_pixels(
            kernels, part, pixels, lambda _, n=number: 0.01 + 3.0 * n,
            lambda row, n=number: 50.5 - (row - 40.0 * n),
        )  # fmt: skip
        assert off < 0.1


def test_a_field_of_view_alone_has_its_pixels_spread(made):
    """1000 samples along its longer side, Y; which way is not known, and said."""
    kernels = made(keywords=ONLY_A_VIEW)
    found = geolocate(observation(kernels), image())
    for column, row in ((0.0, 0.0), (1000.0, 0.0), (500.0, 200.0), (250.0, 100.0)):
        direction = [-0.04 + 0.08 * row / 400.0, -0.1 + 0.2 * column / 1000.0, 1.0]
        truth = seen(kernels, 0.01, direction)
        assert interpolated(found, column, row) == pytest.approx(truth, abs=0.01)
    notes = " ".join(found.notes)
    assert "spread evenly" in notes
    assert "which way samples and lines run" in notes


def test_a_camera_without_axes_lies_along_its_view(made):
    plain = "\n".join(line for line in CAMERA.splitlines() if not line.startswith("TRANS"))
    kernels = made(keywords=plain)
    found = geolocate(observation(kernels), image())
    x, y = PITCH * (0.5 - 190.0), PITCH * (0.5 - 510.0)
    scale = 1.0 + K1 * (x * x + y * y)
    truth = seen(kernels, 0.01, [x * scale, y * scale, FOCAL])
    assert found.points[0, 0] == pytest.approx(truth, abs=1e-3)
    assert "which way samples and lines run" in " ".join(found.notes)


def test_a_focal_plane_that_does_not_fit_the_view_is_not_believed(made):
    """Constants that count from the detector's first pixel, while another is said to be on axis."""
    aside = CAMERA.replace("TRANSY = ( 0.0,", f"TRANSY = ( {PITCH * 500.0},")
    kernels = made(keywords=aside)
    found = geolocate(observation(kernels), image())
    assert "do not fit each other" in " ".join(found.notes)
    truth = seen(kernels, 0.01, [0.0, 0.0, 1.0])
    assert interpolated(found, 500.0, 200.0) == pytest.approx(truth, abs=0.01)


def test_over_the_limb_nodes_end_where_the_target_does(made):
    kernels = made(Motion(pitch=(63.5,)))
    found = geolocate(observation(kernels), image())
    hit = np.isfinite(found.lat)
    assert 0.2 < hit.mean() < 0.95
    random = np.random.default_rng(8)
    for column, row in random.uniform(0.0, 1.0, (80, 2)) * [1000, 400]:
        truth = seen(kernels, 0.01, ray(column + 0.5, row + 0.5))
        point = interpolated(found, column, row)
        if np.isfinite(point).all():
            assert truth is not None
        elif truth is not None:
            # What is lost is less than two pixels from where the target ends.
            around = [
                seen(kernels, 0.01, ray(column + 0.5 + i, row + 0.5 + j))
                for i in (-2, 0, 2)
                for j in (-2, 0, 2)
            ]
            assert any(each is None for each in around)


def test_a_small_target_is_found(made):
    """From afar, where Mars is nine pixels wide beside the middle of the image."""
    kernels = made(Motion(altitude_km=3_800_000.0, roll=(0.3,), pitch=(-0.4,)))
    found = geolocate(observation(kernels), image())
    assert np.isfinite(found.lat).any()
    assert found.resolution_m == pytest.approx(7.6e5, rel=0.4)


def test_a_target_smaller_than_a_pixel_is_refused(made):
    half = np.degrees(0.5 * PITCH / FOCAL)
    half_a_pixel_aside = Motion(altitude_km=30_000_000.0, roll=(half,), pitch=(half,))
    with pytest.raises(PlanetaryError, match="Mars is not larger than a pixel"):
        geolocate(observation(made(half_a_pixel_aside)), image())


def test_terrain_is_what_lines_of_sight_meet(made):
    """A plateau three kilometres high, seen obliquely, lies nearer to the observer."""
    kernels = made(Motion(roll=(30.0,)))
    with furnished(expand(kernels)):
        radii = np.array(spiceypy.bodvrd("MARS", "RADII", 3)[1])
    grid = LonLatGrid(-179.5, 89.5, 1.0, 1.0, 360, radii[0], radii[2])
    plateau = Terrain("plateau", np.full((180, 360), 3.0, np.float32), grid, radii)
    flat, high = (
        geolocate(observation(kernels, terrain=terrain), image()) for terrain in (None, plateau)
    )
    moved = np.linalg.norm(high.points[0, 0] - flat.points[0, 0])
    assert 3.0 < moved < 10.0
    above = np.linalg.norm(high.points[0, 0]) - np.linalg.norm(flat.points[0, 0])
    assert above == pytest.approx(3.0, abs=0.1)
    assert "plateau" in high.provenance["Surface"]


def test_image_footprints_have_the_corners_of_the_grid(made):
    kernels = made(WOBBLING)
    for each in (image(), image(lines=90, framelet_lines=40, interframe_s=3.0)):
        shape = image_footprint(observation(kernels, imaging="push frame"), each)
        found = geolocate(observation(kernels, imaging="push frame"), each)
        assert shape.is_valid
        for part in list(found.parts())[:2]:
            for corner in ((0, 0), (0, -1), (-1, -1), (-1, 0)):
                place = shapely.Point(part.lon_e[corner], part.lat[corner])
                off_m = np.radians(shapely.distance(shape.boundary, place)) * 3.39e6
                assert off_m < 0.2 * found.resolution_m


def test_the_footprint_of_a_scan_holds_its_pixels(made):
    kernels = made(WOBBLING, LINE)
    scan = image(lines=4000, line_s=0.0025, exposure_s=0.0025)
    shape = image_footprint(observation(kernels), scan)
    found = geolocate(observation(kernels), scan)
    inner = shapely.points(found.lon_e[1:-1, 1:-1], found.lat[1:-1, 1:-1])
    assert shapely.contains(shape, inner).all()
    place = shapely.Point(found.lon_e[0, 0], found.lat[0, 0])
    assert shapely.distance(shape.boundary, place) < 1e-4


# What goes wrong.


def test_a_scanner_needs_the_time_between_lines(made):
    with pytest.raises(PlanetaryError, match="line by line") as caught:
        geolocate(observation(made(keywords=LINE), imaging="line scan"), image())
    assert "LINE_EXPOSURE_DURATION" in caught.value.hint


def test_a_stack_of_framelets_needs_their_height(made):
    with pytest.raises(PlanetaryError, match="it is a stack of framelets"):
        geolocate(observation(made(), imaging="push frame"), image(lines=4000))


def test_an_image_of_the_sky_is_refused(made):
    with pytest.raises(PlanetaryError, match="does not see Mars"):
        geolocate(observation(made(Motion(pitch=(120.0,)))), image())


def test_times_that_no_kernel_tells_of(made):
    late = EPOCH + np.timedelta64(5 * 365, "D")
    with pytest.raises(CoverageError, match="do not tell"):
        geolocate(observation(made()), image(start=late))


def test_a_gap_within_a_scan_is_left_open(made):
    """The orbit's kernel ends halfway."""
    kernels = made(keywords=LINE)
    end = EPOCH + np.timedelta64(39 * 3600, "s")
    scan = image(start=end - np.timedelta64(10, "s"), lines=2000, line_s=0.01, exposure_s=0.01)
    found = geolocate(observation(kernels), scan)
    known = np.isfinite(found.lat).all(axis=1)
    assert known[0]
    assert not known[-1]
    assert 990 <= found.line[known].max() <= 1001
    assert "lines: nothing is seen there" in " ".join(found.notes)


def test_an_image_wider_than_the_detector_is_told(made):
    found = geolocate(observation(made()), image(sample_summing=2.0))
    assert "a detector of 1000" in " ".join(found.notes)


def test_progress_is_told_and_may_end_the_work(made):
    kernels, shares = made(), []
    geolocate(observation(kernels), image(), progress=shares.append)
    assert shares == sorted(shares)
    assert 0.0 < shares[0] <= shares[-1] < 1.0

    class Stopped(Exception):  # noqa: N818
        pass

    def stop(share: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        geolocate(observation(kernels), image(), progress=stop)
    assert geolocation_module.geolocate(observation(kernels), image()).resolution_m > 0.0


def test_where_it_comes_from_is_told(made):
    found = geolocate(observation(made()), image())
    assert "K1 of the instrument kernel" in found.provenance["Directions of pixels"]
    assert "mover.tf" in found.provenance["Kernels"]
    assert "1000 × 400 pixels" in found.provenance["Image"]
    assert "no bundle adjustment" in found.notes[-1]
