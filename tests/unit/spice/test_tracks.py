"""Tracks of sub-spacecraft points and boresights, against CSPICE's own routines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import given
from hypothesis import strategies as st
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import CoverageError, PlanetaryError
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.spice.curves.traces import TOLERANCE_RAD, traced
from planetary_qgis.core.spice.curves.tracks import compute_boresight_track, compute_ground_track
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Observation
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.times import parse_utc

TILTED_CAMERA = """KPL/IK
\\begindata
NAIF_BODY_NAME += ( 'TILTED_CAM' )
NAIF_BODY_CODE += ( -999003 )
FRAME_TILTED_CAM         = -999003
FRAME_-999003_NAME       = 'TILTED_CAM'
FRAME_-999003_CLASS      = 4
FRAME_-999003_CLASS_ID   = -999003
FRAME_-999003_CENTER     = -999
TKFRAME_-999003_RELATIVE = 'SYNTHETIC_ORBITER_BUS'
TKFRAME_-999003_SPEC     = 'ANGLES'
TKFRAME_-999003_UNITS    = 'DEGREES'
TKFRAME_-999003_ANGLES   = ( 0.0 {tilt} 0.0 )
TKFRAME_-999003_AXES     = ( 3 1 2 )
INS-999003_FOV_FRAME        = 'TILTED_CAM'
INS-999003_FOV_SHAPE        = 'CIRCLE'
INS-999003_BORESIGHT        = ( 0.0 0.0 1.0 )
INS-999003_FOV_BOUNDARY_CORNERS = ( 0.001 0.0 1.0 )
INS-999003_IFOV             = ( 0.0001 0.0001 )
\\begintext
"""
START, STOP = parse_utc("2019-09-01T00:10:00"), parse_utc("2019-09-01T02:10:00")


def rows_of(answer):
    """All rows of an answer, as (row, geometry)."""
    return [
        (row, shape)
        for products in answer.chunks
        for row, shape in zip(products.table.itertuples(), products.geometry)
    ]


def sample_boresight(kernels, **options):
    return Observation(kernels, "MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM", **options)


def ray_met(utc, frame, abcorr="LT+S"):
    """Longitude and latitude where CSPICE's SINCPT meets Mars along +Z of a frame, or None."""
    et = utc if isinstance(utc, float) else spiceypy.str2et(utc)
    try:
        point, _, _ = spiceypy.sincpt(
            "ELLIPSOID", "MARS", et, "IAU_MARS", abcorr, "-999", frame, [0.0, 0.0, 1.0]
        )
    except SpiceyError:
        return None
    _, lon, lat = spiceypy.reclat(point)
    return np.degrees([lon, lat])


def nearest_vertex_deg(shape, lon_lat):
    vertices = shapely.get_coordinates(shape)
    on_sphere = unit_vectors(vertices[:, 0], vertices[:, 1])
    point = unit_vectors(*lon_lat)
    return float(np.degrees(np.linalg.norm(on_sphere - point, axis=1).min()))


def distance_deg(shape, lon_lat):
    """From a point to a line that crosses neither the antimeridian nor a pole nearby."""
    squeeze = np.cos(np.radians(lon_lat[1]))

    def near(vertices):
        return (vertices - lon_lat) * [squeeze, 1.0]

    return shapely.transform(shape, near).distance(shapely.Point(0.0, 0.0))


@pytest.mark.parametrize("abcorr", ["NONE", "LT+S"])
def test_boresight_tracks_follow_sincpt(sample_kernels, abcorr):
    observation = sample_boresight(sample_kernels, abcorr=abcorr)
    found = rows_of(compute_boresight_track(observation, START, STOP, 300.0))
    assert len(found) == 24
    with furnished(expand(sample_kernels)):
        for row, shape in found:
            begin = spiceypy.str2et(row.start_time.isoformat())
            met = ray_met(begin, "SYNTH_FRAME_CAM", abcorr)
            assert [row.center_lon_e, row.center_lat] == pytest.approx(met, abs=1e-6)
            for second in np.linspace(0.0, 300.0, 31):
                met = ray_met(begin + second, "SYNTH_FRAME_CAM", abcorr)
                if abs(met[0]) < 179.0 and abs(met[1]) < 80.0:
                    assert distance_deg(shape, met) < 1e-3


def test_tracks_join_and_have_times(sample_kernels):
    found = rows_of(compute_boresight_track(sample_boresight(sample_kernels), START, STOP, 60.0))
    for (row, shape), (following, next_shape) in zip(found, found[1:]):
        assert row.stop_time == following.start_time
        if "Multi" in shape.geom_type + next_shape.geom_type:
            continue
        end, begin = shapely.get_coordinates(shape)[-1], shapely.get_coordinates(next_shape)[0]
        apart = unit_vectors(*end) - unit_vectors(*begin)
        assert np.linalg.norm(apart) < 1e-9
    assert found[-1][0].stop_time.to_datetime64() == STOP
    assert all(shape.is_valid for _, shape in found)


@pytest.fixture
def tilted(sample_kernels, tmp_path):
    """A function that gives the sample's kernels with a camera that looks so far aside."""

    def kernels(tilt: float):
        file = tmp_path / "tilted.ti"
        file.write_text(TILTED_CAMERA.format(tilt=tilt))
        return (*sample_kernels, file)

    return kernels


def test_boresight_tracks_end_at_the_limb(tilted):
    """The orbiter's height makes this camera look past Mars for a part of each revolution."""
    kernels = tilted(60.0)
    observation = Observation(kernels, "MARS", "-999", "TILTED_CAM")
    answer = compute_boresight_track(observation, START, STOP, 600.0)
    found = rows_of(answer)
    with furnished(expand(kernels)):
        ets = spiceypy.str2et(np.datetime_as_string(START)) + np.arange(0.0, 7200.0, 5.0)
        hits = [ray_met(float(et), "TILTED_CAM") is not None for et in ets]
        crossings = np.flatnonzero(np.diff(hits))
        assert len(crossings) >= 2  # else the test tests nothing
        for crossing in crossings:
            earlier, later = float(ets[crossing]), float(ets[crossing + 1])
            for _ in range(40):
                middle = (earlier + later) / 2.0
                same = (ray_met(middle, "TILTED_CAM") is not None) == hits[crossing]
                earlier, later = (middle, later) if same else (earlier, middle)
            edge = ray_met(earlier, "TILTED_CAM") if hits[crossing] else None
            edge = ray_met(later, "TILTED_CAM") if edge is None else edge
            nearest = min(nearest_vertex_deg(shape, edge) for _, shape in found)
            assert nearest < 0.1  # on a limb a metre of height is some 0.04 degrees of ground
    covered = sum((row.stop_time - row.start_time).total_seconds() for row, _ in found)
    assert covered >= 5.0 * np.count_nonzero(hits[:-1])
    assert answer.report or len(found) == 12


def test_steps_off_the_target_are_told(tilted):
    observation = Observation(tilted(85.0), "MARS", "-999", "TILTED_CAM")
    answer = compute_boresight_track(observation, START, STOP, 3600.0)
    assert rows_of(answer) == []
    (sentence,) = answer.report.sentences()
    assert sentence.startswith("The boresight misses the target (2: 2019-09-01T00:10:00.000")


def test_gaps_are_holes_that_the_report_names(sample_kernels):
    """The sample's kernels begin at midnight."""
    start, stop = parse_utc("2019-08-31T23:50:00"), parse_utc("2019-09-01T00:20:00")
    for answer in (
        compute_boresight_track(sample_boresight(sample_kernels), start, stop, 600.0),
        compute_ground_track(sample_kernels, "MARS", "-999", start, stop, 600.0),
        compute_boresight_track(sample_boresight(sample_kernels), start, stop, 1800.0),
    ):
        found = rows_of(answer)
        assert [str(row.start_time) for row, _ in found] in (
            ["2019-09-01 00:00:00", "2019-09-01 00:10:00"],
            ["2019-08-31 23:50:00"],
        )
        assert any("do not tell" in sentence for sentence in answer.report.sentences())


def test_a_step_within_which_kernels_begin_has_a_line_from_there(sample_kernels):
    start, stop = parse_utc("2019-08-31T23:50:00"), parse_utc("2019-09-01T00:20:00")
    ((_, whole),) = rows_of(
        compute_ground_track(sample_kernels, "MARS", "-999", start, stop, 1800.0)
    )
    begin = parse_utc("2019-09-01T00:00:01")
    ((_, later),) = rows_of(
        compute_ground_track(sample_kernels, "MARS", "-999", begin, stop, 1800.0)
    )
    start_of_later = shapely.get_coordinates(later)[0]
    assert distance_deg(whole, start_of_later) < 1e-3
    assert nearest_vertex_deg(whole, start_of_later) < 0.2  # it begins a second earlier


def test_times_outside_coverage_get_a_sentence(sample_kernels):
    start, stop = parse_utc("1999-01-01"), parse_utc("1999-01-02")
    answer = compute_boresight_track(sample_boresight(sample_kernels), start, stop, 3600.0)
    with pytest.raises(CoverageError, match="1999"):
        list(answer.chunks)
    with pytest.raises(PlanetaryError, match="stop time after its start"):
        compute_boresight_track(sample_boresight(sample_kernels), start, start, 60.0)


@pytest.mark.real_data
def test_real_boresights_are_tracked(cases):
    tracked = 0
    for case in cases:
        if not case.facts["utc_stop"]:
            continue
        start, stop = (np.datetime64(utc, "us") for utc in case.utcs)
        step_s = (stop - start) / np.timedelta64(1, "s") / 4.0
        try:
            found = rows_of(compute_boresight_track(case.observation(), start, stop, step_s))
        except PlanetaryError as error:
            print(case.name, error)
            continue
        truth = case.facts
        with furnished(expand(case.kernels)):
            try:
                _, frame, axis, _, _ = spiceypy.getfov(truth["instrument_id"], 100)
            except SpiceyError:
                continue
            for row, shape in found:
                et = spiceypy.str2et(row.stop_time.isoformat())
                try:
                    point = spiceypy.sincpt(
                        "ELLIPSOID",
                        str(truth["target_id"]),
                        et,
                        truth["body_frame"],
                        "LT+S",
                        str(truth["spacecraft_id"]),
                        frame,
                        axis,
                    )[0]
                except SpiceyError:
                    continue
                _, lon, lat = np.degrees(spiceypy.reclat(point)) * [0.0, 1.0, 1.0]
                assert nearest_vertex_deg(shape, (lon, lat)) < 1e-5, case.name
                tracked += 1
    assert tracked >= 8


radius = st.floats(0.05, 1.5)


@given(
    tilt=st.floats(0.0, np.pi),
    cone=st.floats(0.01, 1.5),
    turns=st.floats(0.1, 3.0),
    hidden=st.tuples(st.floats(0.05, 0.4), st.floats(0.55, 0.95)),
)
def test_lines_follow_a_point_on_any_small_circle_and_stop_where_it_hides(
    tilt, cone, turns, hidden
):
    """A point that runs around a cone, hidden for a while in the middle of the time."""
    axis = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    side = np.array([np.cos(tilt), 0.0, -np.sin(tilt)])
    up = np.cross(axis, side)

    def points_at(et):
        angle = 2.0 * np.pi * turns * et[:, None]
        around = np.cos(angle) * side + np.sin(angle) * up
        points = np.cos(cone) * axis + np.sin(cone) * around
        points[(et > hidden[0]) & (et < hidden[1])] = np.nan
        return points

    (shape,) = traced(points_at, np.array([0.0]), np.array([1.0]))
    vertices = shapely.get_coordinates(shape)
    # Straight edges keep near the circle: measured at the vertices' middles, too.
    starts, ends = unit_vectors(*vertices[:-1].T), unit_vectors(*vertices[1:].T)
    short = np.linalg.norm(ends - starts, axis=1) < 0.2
    off = np.abs(np.arccos(np.clip(unit_vectors(*vertices.T) @ axis, -1.0, 1.0)) - cone)
    assert off.max() < 3.0 * TOLERANCE_RAD
    assert short.mean() > 0.9
    for moment in (0.0, hidden[0] - 1e-9, hidden[1] + 1e-9, 1.0):
        lon, lat = ellipsoid.lon_lat(points_at(np.array([moment])))
        microsecond_deg = np.degrees(2.0 * np.pi * turns * 1e-6)
        assert nearest_vertex_deg(shape, (lon[0], lat[0])) < 1.1 * microsecond_deg


def test_a_point_that_never_shows_or_never_moves_makes_no_line():
    start, stop = np.zeros(2), np.ones(2)
    assert traced(lambda et: np.full((len(et), 3), np.nan), start, stop).tolist() == [None, None]
    still = traced(lambda et: np.tile([1.0, 0.0, 0.0], (len(et), 1)), start, stop)
    assert still.tolist() == [None, None]
