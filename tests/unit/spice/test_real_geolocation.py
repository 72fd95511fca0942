"""Real images' pixels: against plain SINCPT, their labels' corners and other geolocations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.images.geolocation import geolocate
from planetary_qgis.core.spice.images.image_footprints import image_footprint
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.instruments.cameras import camera_of
from planetary_qgis.core.spice.instruments.distortion import NoDistortion
from planetary_qgis.core.spice.instruments.distortion_keywords import KnownDistortion
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

pytestmark = pytest.mark.real_data

FILTERS = {
    "CAS-MCO-2016-11-26T22.50.27.381-PAN-00005-B1": (280, 355.0),
    "CAS-MCO-2016-11-26T22.50.27.381-RED-01005-B1": (256, 713.0),
    "CAS-MCO-2016-11-26T22.50.27.381-NIR-02005-B1": (256, 1049.0),
}
"""Lines and first rows of CaSSIS's windows, which their labels count from 0."""
IMAGES = {
    "B10_013341_1010_XN_79S172W": {
        "samples": 5000, "lines": 24576, "exposure_s": 1.877e-3, "line_s": 1.877e-3,
    },
    "MNA_2B2_01_04192S136E3573": {
        "samples": 320, "lines": 480, "exposure_s": 0.026, "line_s": 0.026,
    },
    "h5270_0000_ir2": {
        "samples": 1296, "lines": 15088, "exposure_s": 0.01304, "line_s": 0.01304,
        "sample_summing": 4.0, "line_summing": 4.0,
    },
    "M103595705LE": {
        "samples": 5064, "lines": 5000, "exposure_s": 1.0334e-3, "line_s": 1.0334e-3,
    },
    "EN1072174528M": {
        "samples": 512, "lines": 512, "exposure_s": 1e-3,
        "sample_summing": 2.0, "line_summing": 2.0,
    },
    "lor_0034974380_0x630_sci_1": {"samples": 1024, "lines": 1024, "exposure_s": 0.06},
    "f004a47": {"samples": 1204, "lines": 1056, "exposure_s": 0.01},
    "V46475015EDR": {
        "samples": 1024, "lines": 3840, "exposure_s": 0.005, "framelet_lines": 192,
        "interframe_s": 0.9, "first_line": 4.0,
    },
    **{
        name: {"samples": 2048, "lines": lines, "exposure_s": 1.44e-3, "first_line": row}
        for name, (lines, row) in FILTERS.items()
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def shots(cases):
    """Case, image and geolocation by name."""
    found = {}
    for case in cases:
        if case.name in IMAGES:
            image = RawImage(start=parse_utc(case.utcs[0]), **IMAGES[case.name])
            found[case.name] = case, image, geolocate(case.observation(), image)
    return found


def sincpt(case, et: float, ray, frame: str) -> np.ndarray | None:
    facts = case.facts
    try:
        return spiceypy.sincpt(
            "ELLIPSOID", str(facts["target_id"]), et, facts["body_frame"], "LT+S",
            str(facts["spacecraft_id"]), frame, ray,
        )[0]  # fmt: skip
    except SpiceyError:  # off the target, or a gap in the kernels
        return None


def epoch_s(image: RawImage, row: float) -> float:
    """Seconds from the start to when a row was exposed."""
    if image.line_s is not None:
        return (row - 0.5) * image.line_s + image.exposure_s / 2.0
    framelet = int(row // image.framelet_lines) if image.framelet_lines else 0
    return framelet * (image.interframe_s or 0.0) + image.exposure_s / 2.0


def interpolated(found, column: float, row: float) -> np.ndarray:
    """(3,) km bilinear between the nodes."""
    left = np.clip(np.searchsorted(found.pixel, column, "right") - 1, 0, len(found.pixel) - 2)
    above = np.clip(np.searchsorted(found.line, row, "right") - 1, 0, len(found.line) - 2)
    a = (column - found.pixel[left]) / (found.pixel[left + 1] - found.pixel[left])
    b = (row - found.line[above]) / (found.line[above + 1] - found.line[above])
    (p, q), (r, s) = found.points[above : above + 2, left : left + 2]
    return (1 - b) * ((1 - a) * p + a * q) + b * ((1 - a) * r + a * s)


def test_pixels_picked_at_random_are_those_of_sincpt(shots, capsys):
    """Interpolated between the nodes, with each camera's own directions, one by one."""
    worst = {}
    for name, (case, image, found) in shots.items():
        with furnished(expand(case.kernels)):
            camera = camera_of(case.facts["instrument_id"])
            start = spiceypy.str2et(case.utcs[0])
            off = []
            for share in np.random.default_rng(6).uniform(0.0, 1.0, (60, 2)):
                column, row = share * [image.samples, image.lines]
                within = row % image.framelet_lines if image.framelet_lines else row
                line = image.first_line - 0.5 + within * image.line_summing
                if image.is_scan:
                    line = camera.axis_pixel[1]
                sample = 0.5 + column * image.sample_summing
                ray = camera.directions(np.array([sample]), np.array([line]))[0]
                truth = sincpt(case, start + epoch_s(image, row), ray, camera.frame)
                point = interpolated(found, column, row)
                if truth is not None and np.isfinite(point).all():
                    off.append(np.linalg.norm(point - truth) * 1000.0 / found.resolution_m)
        worst[name] = max(off)
        assert len(off) > (5 if name.startswith("lor") else 40)
    with capsys.disabled():
        print("\npixels off, at most:", {name[:20]: f"{off:.3f}" for name, off in worst.items()})
    assert len(worst) == len(IMAGES)
    assert max(worst.values()) < 0.11


def corners(found) -> list[tuple[float, float]]:
    """Longitude and latitude of upper left, upper right, lower right and lower left."""
    ends = ((0, 0), (0, -1), (-1, -1), (-1, 0))
    return [(float(found.lon_e[end]), float(found.lat[end])) for end in ends]


def metres_apart(one, other, radius_m: float) -> float:
    east = (one[0] - other[0] + 180.0) % 360.0 - 180.0
    return radius_m * float(
        np.hypot(np.radians(east) * np.cos(np.radians(one[1])), np.radians(one[1] - other[1]))
    )


def test_kaguyas_label_has_the_same_corners_in_the_same_order(shots, capsys):
    case, _, found = shots["MNA_2B2_01_04192S136E3573"]
    (label,) = case.facts["truth"]["polygons"]
    off = [metres_apart(*pair, 1_737_400.0) for pair in zip(corners(found), label)]
    with capsys.disabled():
        print("\nMI: label corners off, pixels:", [round(m / found.resolution_m, 2) for m in off])
    assert max(off) < 2.0 * found.resolution_m


def test_mdis_labels_sides_run_the_same_way(shots, capsys):
    """The label's ephemeris puts it elsewhere; sides by samples and lines are those it says."""
    case, _, found = shots["EN1072174528M"]
    (label,) = case.facts["truth"]["polygons"]
    for begin, end in ((0, 1), (0, 3)):
        sides = [
            np.array([each[end][0] - each[begin][0], each[end][1] - each[begin][1]])
            for each in (corners(found), label)
        ]
        share = np.linalg.norm(sides[0]) / np.linalg.norm(sides[1])
        cosine = sides[0] @ sides[1] / np.prod([np.linalg.norm(side) for side in sides])
        assert share == pytest.approx(1.04, abs=0.04)
        assert cosine > 0.999


def test_ctx_is_where_the_index_says(shots, capsys):
    """The archive's corners are given to hundredths of a degree; here a degree is 10 km east."""
    case, _, found = shots["B10_013341_1010_XN_79S172W"]
    published = case.facts["truth"]["polygons"][0]
    off = [
        min(metres_apart(corner, other, 3_380_000.0) for other in published)
        for corner in corners(found)
    ]
    with capsys.disabled():
        print("\nCTX: index corners off, m:", [round(m) for m in off])
    assert max(off) < 700.0


def test_themis_and_viking_are_where_their_footprints_are(shots):
    for name in ("V46475015EDR", "f004a47"):
        case, image, _ = shots[name]
        ours = image_footprint(case.observation(), image)
        times = times_of_run(image.start, image.stop)
        theirs = next(compute_footprints(case.observation(), times).chunks).geometry[0]
        assert ours.intersection(theirs).area / ours.union(theirs).area > 0.999


@pytest.mark.parametrize("name", FILTERS)
def test_cassis_corners_are_those_of_footprints_and_labels(shots, name, capsys):
    """Fields of view of the instrument kernel are a pinhole's: distortion is the difference.

    The label's corners come from other pointing, 1.8 km away as all of the exposure's.
    """
    case, image, found = shots[name]
    with furnished(expand(case.kernels)):
        camera = camera_of(case.facts["instrument_id"])
        view = instrument_of(case.facts["instrument_id"])
    rows = np.array([0.0, 0.0, image.lines, image.lines]) + image.first_line - 0.5
    columns = np.array([0.0, image.samples, image.samples, 0.0]) + 0.5
    off = []
    for lens in (camera.lens, KnownDistortion(NoDistortion(), "none")):
        rays = replace(camera, lens=lens).directions(columns, rows)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        apart = np.linalg.norm(view.corners[:, None] - rays[None], axis=2).min(axis=0)
        off.append(apart / camera.pixel_angles[0])
    own = image_footprint(case.observation(), image).boundary
    on_own = [shapely.distance(own, shapely.Point(corner)) for corner in corners(found)]
    (label,) = case.facts["truth"]["polygons"]
    ours, theirs = (np.array(ring[:4]) % 360.0 for ring in (corners(found), label))
    shift_m = np.radians(np.linalg.norm(ours.mean(axis=0) - theirs.mean(axis=0))) * 3.396e6
    longest = [np.linalg.norm(np.diff(ring, axis=0), axis=1).max() for ring in (ours, theirs)]
    with capsys.disabled():
        print(
            f"\n{name[32:35]}: corners off footprints' by {off[1].max():.2f} pixels, with "
            f"distortion {off[0].max():.1f}; {shift_m:.0f} m off the label's, sides "
            f"{100.0 * (longest[0] / longest[1] - 1.0):+.2f} %"
        )
    assert off[1].max() < 1.0
    assert off[0].max() < 12.0
    assert np.radians(max(on_own)) * 3.396e6 < 0.2 * found.resolution_m
    assert shift_m == pytest.approx(1800.0, abs=100.0)
    assert longest[0] == pytest.approx(longest[1], rel=0.015)


def test_temperature_sets_the_focal_length(shots):
    """Source: MDIS's instrument kernel, 549.512 mm + 0.0097 a degree and so on."""
    case, image, found = shots["EN1072174528M"]
    assert "temperature" in " ".join(found.notes)
    with furnished(expand(case.kernels)):
        factors = spiceypy.gdpool("INS-236820_FL_TEMP_COEFFS", 0, 10)
        focal = float(spiceypy.gdpool("INS-236820_FOCAL_LENGTH", 0, 1)[0])
    warm = geolocate(case.observation(), replace(image, temperature_c=-20.0))
    expected = sum(factor * (-20.0) ** power for power, factor in enumerate(factors))
    ratio = warm.resolution_m / found.resolution_m
    assert ratio == pytest.approx(focal / expected, rel=1e-6)
    assert "temperature" not in " ".join(warm.notes)
