"""Limbs and terminators against CSPICE's own routines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import given
from hypothesis import strategies as st
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.spice.curves import curves
from planetary_qgis.core.spice.curves.horizons import limb_points, sun_seen, terminator_points
from planetary_qgis.core.spice.curves.limbs import (
    AREAS,
    CURVES,
    Watch,
    compute_areas,
    compute_curves,
)
from planetary_qgis.core.spice.curves.tracks import steps_of_run
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Times, times_of_run
from planetary_qgis.core.spice.scene import scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import places_of
from planetary_qgis.core.times import parse_utc

MOMENT = parse_utc("2019-09-01T00:20:00")
ANGLES = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False)

radii_of_bodies = st.tuples(*[st.floats(5.0, 70_000.0)] * 3).filter(lambda r: max(r) < 4 * min(r))
# EDLIMB itself goes wrong with components near the smallest that a double can hold.
component = st.floats(-1.0, 1.0).map(lambda share: round(share, 9))
direction = st.tuples(*[component] * 3).filter(lambda d: np.linalg.norm(d) > 0.1)


def outside(direction, radii, height) -> np.ndarray:
    """A point over an ellipsoid, so many of its radii from its centre."""
    unit = np.array(direction) / np.linalg.norm(direction)
    return unit / np.linalg.norm(unit / radii) * height


@given(radii=radii_of_bodies, towards=direction, height=st.floats(1.0001, 1e5))
def test_limbs_are_those_of_edlimb(radii, towards, height):
    viewpoint = outside(towards, np.array(radii), height)
    (points,) = curves.limb(viewpoint[None], ANGLES, np.array(radii))
    ellipse = spiceypy.edlimb(*radii, viewpoint)
    centre, major, minor = ellipse.center, ellipse.semi_major, ellipse.semi_minor
    relative = points - centre
    in_axes = np.stack([relative @ major / (major @ major), relative @ minor / (minor @ minor)], 1)
    assert np.hypot(*in_axes.T) == pytest.approx(1.0, abs=1e-6)
    left_over = relative - in_axes @ np.stack([major, minor])
    assert np.linalg.norm(left_over, axis=1).max() < 1e-9 * max(radii)
    # Counter-clockwise as the observer sees it.
    turn = np.cross(points - centre, np.roll(points, -1, axis=0) - centre)
    assert (turn @ viewpoint > 0.0).all()


@given(
    radii=radii_of_bodies,
    towards=direction,
    height=st.floats(60.0, 1e6),
    sun_share=st.floats(1e-4, 0.9),
    kind=st.sampled_from(["umbral", "central", "penumbral"]),
)
def test_horizons_on_the_terminator_touch_the_sun(radii, towards, height, sun_share, kind):
    sun = outside(towards, np.array(radii), height)
    sun_radius = sun_share * min(radii) * 2.0
    (points,) = curves.terminator(sun[None], ANGLES, np.array(radii), sun_radius, kind)
    wanted = {"umbral": -sun_radius, "central": 0.0, "penumbral": sun_radius}[kind]
    for point in points:
        assert np.linalg.norm(point / radii) == pytest.approx(1.0, abs=1e-12)
        normal = spiceypy.surfnm(*radii, point)
        above_horizon = normal @ (sun - point)
        assert above_horizon == pytest.approx(wanted, abs=1e-9 * np.linalg.norm(sun))


@pytest.fixture(scope="module", params=["NONE", "LT", "LT+S"])
def scene_and_view(request, sample_kernels):
    """The sample's orbiter over Mars at a moment, its kernels furnished."""
    with furnished(expand(sample_kernels)):
        scene = scene_of("MARS", "-999", request.param)
        et = np.array([spiceypy.str2et(np.datetime_as_string(MOMENT))])
        yield scene, places_of(scene, et, Gaps())


def to_line_m(points, line) -> float:
    """The greatest distance of points from a closed line, metres."""
    steps = np.roll(line, -1, axis=0) - line
    worst = 0.0
    for point in points:
        share = np.einsum("ij,ij->i", point - line, steps) / np.einsum("ij,ij->i", steps, steps)
        nearest = line + np.clip(share, 0.0, 1.0)[:, None] * steps
        worst = max(worst, np.linalg.norm(nearest - point, axis=1).min() * 1000.0)
    return worst


@pytest.mark.parametrize("kind", ["umbral", "penumbral"])
def test_terminators_are_those_of_edterm(scene_and_view, kind):
    scene, views = scene_and_view
    _, _, truth = spiceypy.edterm(
        kind.upper(), "SUN", "MARS", views.et[0], "IAU_MARS", scene.abcorr, "-999", 36
    )
    (points,) = terminator_points(views, sun_seen(scene, views, Gaps()), kind, 20_000)
    # EDTERM takes the light time of the centre: Mars turns 1.3 m meanwhile.
    assert to_line_m(truth, points) < (0.1 if scene.abcorr == "NONE" else 3.0)


def test_limbs_are_those_of_limbpt(scene_and_view):
    """But for stellar aberration, by which LIMBPT moves the body rather than the lines of sight."""
    scene, views = scene_and_view
    truth = limbpt("MARS", views.et[0], "IAU_MARS", scene.abcorr.split("+")[0], "-999")
    (points,) = limb_points(views, 20_000)
    assert to_line_m(truth, points) < 0.1


def limbpt(target, et, frame, abcorr, observer):
    return spiceypy.limbpt(
        "TANGENT/ELLIPSOID",
        target,
        et,
        frame,
        abcorr,
        "ELLIPSOID LIMB",
        observer,
        np.array([0.0, 0.0, 1.0]),
        np.radians(10.0),
        36,
        1e-6,
        1e-9,
        36,
    )[1]


def test_sincpt_meets_the_target_within_the_limb_only(scene_and_view):
    scene, views = scene_and_view
    (points,) = limb_points(views, 36)
    et = views.et[0]
    for point in points:
        seen = {}
        for share in (1.0 - 1e-6, 1.0 + 1e-6):
            # Where a point of the body, or a little above or below it, appears.
            state, _ = spiceypy.spkcpt(
                point * share, "MARS", "IAU_MARS", et, "J2000", "OBSERVER", scene.abcorr, "-999"
            )
            try:
                spiceypy.sincpt(
                    "ELLIPSOID", "MARS", et, "IAU_MARS", scene.abcorr, "-999", "J2000", state[:3]
                )
                seen[share] = True
            except SpiceyError:
                seen[share] = False
        assert list(seen.values()) == [True, False]


def rows_of(answer):
    return [
        (row, shape)
        for products in answer.chunks
        for row, shape in zip(products.table.itertuples(), products.geometry)
    ]


@pytest.fixture
def watch(sample_kernels):
    return Watch(sample_kernels, "MARS", "SYNTHETIC_ORBITER")


def test_sides_hold_what_is_seen_and_lit(watch, sample_kernels):
    shapes = {
        row.kind: shape
        for row, shape in rows_of(compute_areas(watch, times_of_run(MOMENT, None), AREAS))
    }
    assert all(shape.is_valid for shape in shapes.values())
    random = np.random.default_rng(7)
    lon = random.uniform(-180.0, 180.0, 500)
    lat = np.degrees(np.arcsin(random.uniform(-1.0, 1.0, 500)))
    inside = {kind: shapely.contains_xy(shape, lon, lat) for kind, shape in shapes.items()}
    checked = 0
    with furnished(expand(sample_kernels)):
        et = spiceypy.str2et(np.datetime_as_string(MOMENT))
        points = spiceypy.latsrf(
            "ELLIPSOID", "MARS", et, "IAU_MARS", np.radians(np.stack([lon, lat], axis=1))
        )
        for place, point in enumerate(points):
            angles = spiceypy.ilumin("ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999", point)
            incidence, emission = np.degrees(angles[3:])
            if abs(incidence - 90.0) > 0.01 and abs(emission - 90.0) > 0.01:
                assert inside["day side"][place] == (incidence < 90.0)
                assert inside["night side"][place] == (incidence > 90.0)
                assert inside["visible side"][place] == (emission < 90.0)
                checked += 1
    assert checked > 480


def test_lines_bound_the_sides(watch):
    lines = {r.kind: s for r, s in rows_of(compute_curves(watch, times_of_run(MOMENT, None)))}
    areas = {r.kind: s for r, s in rows_of(compute_areas(watch, times_of_run(MOMENT, None)))}
    assert list(lines) == ["limb", "terminator"]
    assert list(areas) == ["visible side", "night side"]
    for line, area in zip(lines.values(), areas.values()):
        vertices = shapely.points(shapely.get_coordinates(line))
        assert shapely.distance(area.boundary, vertices).max() < 0.002


def test_umbra_lies_within_the_night_and_half_shadow_within_the_day(watch):
    found = {
        row.kind: shape
        for row, shape in rows_of(compute_curves(watch, times_of_run(MOMENT, None), CURVES))
    }
    sun = next(rows_of(compute_curves(watch, times_of_run(MOMENT, None))).__iter__())[0]
    below_sun = unit_vectors(np.array(sun.subsolar_lon_e), np.array(sun.subsolar_lat))

    def from_sun(kind):
        vertices = shapely.get_coordinates(found[kind])
        return np.degrees(np.arccos(unit_vectors(*vertices.T) @ below_sun)).mean()

    # The Sun's disc is a third of a degree wide on Mars.
    assert from_sun("umbral terminator") - from_sun("terminator") == pytest.approx(0.17, abs=0.03)
    assert from_sun("terminator") - from_sun("penumbral terminator") == pytest.approx(
        0.17, abs=0.03
    )


def test_runs_have_a_row_each_step_and_kind_with_times_that_join(watch):
    times = steps_of_run(MOMENT, MOMENT + np.timedelta64(1, "h"), 600.0)
    found = rows_of(compute_curves(watch, times, CURVES))
    assert len(found) == 6 * len(CURVES)
    starts = [row.start_time for row, _ in found]
    stops = [row.stop_time for row, _ in found]
    assert starts[len(CURVES) :] == stops[: -len(CURVES)]
    assert len({row.product_id for row, _ in found}) == len(found)
    assert all(shape.is_valid for _, shape in found)


def test_a_limb_around_a_pole_and_over_the_antimeridian_is_whole(watch):
    """Along a revolution the limb meets both; its length stays that of a small circle."""
    times = steps_of_run(MOMENT, MOMENT + np.timedelta64(2, "h"), 120.0)
    for row, shape in rows_of(compute_curves(watch, times, ["limb"])):
        parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
        length = sum(
            np.linalg.norm(np.diff(unit_vectors(*part.T), axis=0), axis=1).sum() for part in parts
        )
        horizon = np.arccos(3389.5 / (3389.5 + row.range_km))
        assert length == pytest.approx(2.0 * np.pi * np.sin(horizon), rel=0.02)


def test_moments_that_kernels_do_not_know_are_told(watch):
    starts = np.array(["2019-08-31T23:59", "2019-09-01T00:01"], dtype="datetime64[us]")
    times = Times(starts, np.full(2, np.datetime64("NaT"), dtype="datetime64[us]"))
    answer = compute_curves(watch, times, ["limb"])
    assert [str(row.start_time) for row, _ in rows_of(answer)] == ["2019-09-01 00:01:00"]
    assert any("do not tell" in sentence for sentence in answer.report.sentences())
    answer = compute_areas(watch, times_of_run(parse_utc("1999-01-01"), None))
    with pytest.raises(CoverageError):
        list(answer.chunks)


def test_an_observer_inside_sees_no_limb_but_the_terminator_is_there(sample_kernels):
    watch = Watch(sample_kernels, "MARS", "MARS")
    answer = compute_curves(watch, times_of_run(MOMENT, None))
    assert [row.kind for row, _ in rows_of(answer)] == ["terminator"]
    assert any("sees no limb" in sentence for sentence in answer.report.sentences())


def test_bad_requests_get_a_sentence(watch, sample_kernels):
    times = times_of_run(MOMENT, None)
    with pytest.raises(PlanetaryError, match=r"rim.*limb, terminator"):
        compute_curves(watch, times, ["rim"])
    with pytest.raises(PlanetaryError, match="Nothing is to be drawn"):
        compute_areas(watch, times, [])
    with pytest.raises(KernelError, match="NOWHERE"):
        compute_curves(Watch(sample_kernels, "NOWHERE", "-999"), times)


@pytest.mark.real_data
def test_real_limbs_are_those_of_limbpt(cases):
    checked = 0
    for case in cases:
        facts = case.facts
        target, observer = str(facts["target_id"]), str(facts["spacecraft_id"])
        with furnished(expand(case.kernels)):
            et = spiceypy.str2et(case.utcs[0])
            try:
                truth = limbpt(target, et, facts["body_frame"], "LT", observer)
            except SpiceyError:
                continue
            scene = scene_of(target, observer, "LT", facts["body_frame"])
            views = places_of(scene, np.array([et]), Gaps())
            (points,) = limb_points(views, 20_000)
        # From low above the ground a limb moves by many times what the observer does.
        to_limb = np.linalg.norm(points - views.origins[0], axis=1).min()
        leverage = max(1.0, float(scene.radii.max()) / to_limb)
        assert to_line_m(truth, points) < 0.5 * leverage, case.name
        checked += 1
    assert checked >= 10
