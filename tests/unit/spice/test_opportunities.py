"""Windows in which an instrument sees an area; CSPICE, asked moment by moment, is the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import spiceypy
from hypothesis import given, settings
from hypothesis import strategies as st
from spiceypy.utils.exceptions import NotFoundError, SpiceyError

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_boxes, polygons_from_rings
from planetary_qgis.core.query import Range
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Observation
from planetary_qgis.core.spice.opportunities.finding import find_opportunities
from planetary_qgis.core.spice.opportunities.light import outside_of
from planetary_qgis.core.spice.opportunities.time_search import State, find_windows
from planetary_qgis.core.spice.session import furnished

ORBITER, FRAME_CAM, LINE_CAM = "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM", "SYNTH_LINE_CAM"
START, STOP = np.datetime64("2019-09-01T00:00:10", "us"), np.datetime64("2019-09-02T23:59:50", "us")
NEXT_DAY = START + np.timedelta64(12, "h")
MILLISECOND = 1e-3


@pytest.fixture(scope="module")
def frame_cam(sample_kernels) -> Observation:
    return Observation(sample_kernels, "MARS", ORBITER, FRAME_CAM)


@pytest.fixture(scope="module")
def line_cam(sample_kernels) -> Observation:
    return Observation(sample_kernels, "MARS", ORBITER, LINE_CAM)


def windows_of(observation, area, start=START, stop=STOP, **options) -> pd.DataFrame:
    answer = find_opportunities(observation, area, start, stop, **options)
    table = pd.concat([products.table for products in answer.chunks], ignore_index=True)
    table.attrs["report"] = answer.report
    return table


def ets_of(times) -> np.ndarray:
    return np.array([spiceypy.str2et(str(np.datetime64(time, "us"))) for time in times])


def holds_at(windows: np.ndarray, et: np.ndarray) -> np.ndarray:
    return ((et[:, None] >= windows[:, 0]) & (et[:, None] <= windows[:, 1])).any(axis=1)


class Truth:
    """What CSPICE says of a point of Mars at an epoch, kernels being furnished."""

    def __init__(self, lon_e: float, lat: float, observation: Observation) -> None:
        self._who, self._cam = observation.observer, observation.instrument
        radii = spiceypy.bodvcd(499, "RADII", 3)[1]
        outward = spiceypy.latrec(1.0, np.radians(lon_e), np.radians(lat))
        self.point = spiceypy.surfpt(10000.0 * outward, -outward, *radii)

    def emission_deg(self, et: float) -> float:
        return np.degrees(self._light(et)[2])

    def incidence_deg(self, et: float) -> float:
        return np.degrees(self._light(et)[1])

    def is_seen(self, et: float) -> bool:
        state, _ = spiceypy.spkcpt(
            self.point, "MARS", "IAU_MARS", et, "J2000", "OBSERVER", "LT+S", self._who
        )
        in_view = spiceypy.fovray(self._cam, state[:3], "J2000", "NONE", self._who, et)
        return in_view and self.emission_deg(et) < 90.0

    def _light(self, et: float) -> tuple[float, float, float]:
        _, _, *angles = spiceypy.ilumin(
            "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", self._who, self.point
        )
        return tuple(angles)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_window_of_a_known_function_is_missed(seed):
    """Sums of cosines, whose rate has a bound, against themselves on a fine grid."""
    random = np.random.default_rng(seed)
    size, pace = random.normal(size=6), random.uniform(0.001, 0.3, 6)
    phase, level = random.uniform(0.0, 6.0, 6), np.abs(size).sum() * random.uniform(0.1, 0.9)

    def far(et):
        return (size * np.cos(np.outer(et, pace) + phase)).sum(axis=1) + level

    def ask(et):
        rate = np.full(len(et), np.abs(size * pace).sum())
        return State(far(et) <= 0.0, far(et), rate, np.ones(len(et), dtype=bool))

    found = find_windows(ask, np.array([[0.0, 2000.0]]), 50.0, shortest_s=MILLISECOND)
    grid = np.arange(0.0, 2000.0, 0.05)
    missed = grid[(far(grid) <= 0.0) & ~holds_at(found.holding, grid)]
    edges = found.holding.ravel()
    assert all(np.abs(edges - et).min(initial=np.inf) <= MILLISECOND for et in missed)
    too_many = np.flatnonzero((far(grid) > 0.0) & holds_at(found.holding, grid))
    # Pauses shorter than a quarter of a step are passed over.
    runs = np.split(too_many, np.flatnonzero(np.diff(too_many) > 1) + 1)
    assert max(map(len, runs)) * 0.05 <= 50.0 / 4.0


@settings(max_examples=5)
@given(lon_e=st.floats(-180, 180), lat=st.floats(-75, 75))
def test_points_are_in_view_exactly_when_cspice_says_so(frame_cam, lon_e, lat):
    table = windows_of(frame_cam, shapely.Point(lon_e, lat))
    with furnished(expand(frame_cam.kernels)):
        truth = Truth(lon_e, lat, frame_cam)
        windows = np.column_stack([ets_of(table["start_time"]), ets_of(table["stop_time"])])
        grid = np.arange(*ets_of([START, STOP]), 40.0)
        seen = np.array([truth.is_seen(et) for et in grid])
        near = np.abs(grid[:, None] - windows.ravel()).min(axis=1, initial=np.inf) < MILLISECOND
        assert (seen == holds_at(windows, grid))[~near].all()
        for start, stop in windows:
            assert truth.is_seen(start + MILLISECOND)
            assert truth.is_seen(stop - MILLISECOND)
            assert not truth.is_seen(start - MILLISECOND)
            assert not truth.is_seen(stop + MILLISECOND)


@settings(max_examples=8)
@given(share=st.floats(0.01, 0.99), across=st.floats(-0.9, 0.9))
def test_a_line_scanner_passes_a_point_in_a_moment_that_is_found(line_cam, share, across):
    with furnished(expand(line_cam.kernels)):
        first, last = ets_of([START, STOP])
        et = first + share * (last - first)
        _, frame, boresight, _, bounds = spiceypy.getfov(-999002, 8)
        ray = boresight + across * (bounds[0] + bounds[1] - 2.0 * boresight) / 2.0
        point = spiceypy.sincpt("ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", ORBITER, frame, ray)[0]
        _, lon, lat = spiceypy.reclat(point)
    table = windows_of(line_cam, shapely.Point(np.degrees(lon), np.degrees(lat)))
    with furnished(expand(line_cam.kernels)):
        windows = np.column_stack([ets_of(table["start_time"]), ets_of(table["stop_time"])])
    (nearest,) = windows[np.abs(windows[:, 0] - et).argmin()][None]
    assert nearest[0] - MILLISECOND < et < nearest[1] + MILLISECOND
    assert nearest[1] - nearest[0] < 0.5


@pytest.mark.parametrize(
    "area",
    [
        polygons_from_boxes([10.0], [20.0], [20.0], [30.0])[0],
        polygons_from_boxes([176.0], [-177.0], [-10.0], [5.0])[0],
        polygons_from_rings([[0.0, 90.0, 180.0, -90.0]], [[86.0] * 4])[0],
        polygons_from_rings([[17.5, 17.8, 17.6]], [[20.7, 20.8, 20.9]])[0],
        shapely.LineString([(5.0, 22.0), (25.0, 24.0)]),
    ],
    ids=["box", "antimeridian", "pole", "smaller than the view", "line"],
)
@pytest.mark.parametrize("camera", [FRAME_CAM, LINE_CAM])
def test_areas_are_in_view_when_one_of_their_points_or_of_the_cameras_rays_is(
    sample_kernels, area, camera
):
    observation = Observation(sample_kernels, "MARS", ORBITER, camera)
    table = windows_of(observation, area)
    assert len(table)
    assert (table["duration_s"] > 0.0).all()
    with furnished(expand(sample_kernels)):
        windows = np.column_stack([ets_of(table["start_time"]), ets_of(table["stop_time"])])
        _, frame, axis, _, bounds = spiceypy.getfov(-999001 if camera == FRAME_CAM else -999002, 8)
        shares = np.linspace(0.0, 1.0, 4)[:-1]
        following = np.roll(bounds, -1, axis=0)
        sides = [a + s * (b - a) for a, b in zip(bounds, following) for s in shares]
        around = [np.linspace(start - 300.0, stop + 300.0, 40) for start, stop in windows[:3]]
        grid = np.concatenate([*around, np.linspace(*ets_of([START, STOP]), 150)])
        seen = np.array([_some_ray_meets(area, frame, [axis, *sides], et) for et in grid])
        assert holds_at(windows, grid)[seen].all()
        for start, stop in windows[:4]:
            middle = (start + stop) / 2.0
            assert shapely.intersects(_view(frame, bounds, middle), area)
            outside = [start - 2 * MILLISECOND, stop + 2 * MILLISECOND]
            assert not any(_some_ray_meets(area, frame, sides, et) for et in outside)


def _some_ray_meets(area, frame, rays, et) -> bool:
    places = np.array([_met(frame, ray, et) for ray in rays])
    return bool(shapely.intersects_xy(area, *places.T).any())


def _met(frame, ray, et) -> tuple[float, float]:
    try:
        point = spiceypy.sincpt("ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", ORBITER, frame, ray)[0]
    except NotFoundError:
        return np.nan, np.nan
    _, lon, lat = spiceypy.reclat(point)
    return np.degrees(lon), np.degrees(lat)


def _view(frame, bounds, et):
    ring = np.array([_met(frame, ray, et) for ray in bounds])
    return polygons_from_rings(ring[None, :, 0], ring[None, :, 1])[0]


@settings(max_examples=4)
@given(lon_e=st.floats(-180, 180), lat=st.floats(-70, 70), steepest=st.floats(20, 80))
def test_over_the_horizon_in_the_light_that_was_asked(sample_kernels, lon_e, lat, steepest):
    """Without attitude: the CK is left out."""
    kernels = tuple(path for path in expand(sample_kernels) if path.suffix != ".bc")
    observation = Observation(kernels, "MARS", ORBITER, "")
    limits = {"incidence_angle": Range(None, 75.0), "emission_angle": Range(None, steepest)}
    table = windows_of(observation, shapely.Point(lon_e, lat), limits=limits, sight="horizon")
    with furnished(kernels):
        truth = Truth(lon_e, lat, observation)

        def fits(et):
            return truth.emission_deg(et) <= steepest and truth.incidence_deg(et) <= 75.0

        windows = np.column_stack([ets_of(table["start_time"]), ets_of(table["stop_time"])])
        grid = np.arange(*ets_of([START, STOP]), 40.0)
        expected = np.array([fits(et) for et in grid])
        near = np.abs(grid[:, None] - windows.ravel()).min(axis=1, initial=np.inf) < 0.05
        assert (expected == holds_at(windows, grid))[~near].all()
        for row, et in enumerate(ets_of(table["best_time"])):
            assert table["emission_angle"][row] == pytest.approx(truth.emission_deg(et), abs=1e-3)
            assert table["incidence_angle"][row] == pytest.approx(truth.incidence_deg(et), abs=1e-3)
            inside = np.linspace(*windows[row], 50)
            flattest = min(truth.emission_deg(moment) for moment in inside)
            assert table["emission_angle"][row] <= flattest + 0.01


def test_limits_hold_within_windows_and_end_them(frame_cam):
    area = polygons_from_boxes([10.0], [30.0], [0.0], [30.0])[0]
    all_day = windows_of(frame_cam, area)
    lit = windows_of(frame_cam, area, limits={"incidence_angle": Range(30.0, 40.0)})
    assert len(lit) > 0
    assert lit["duration_s"].sum() < all_day["duration_s"].sum()
    assert lit["incidence_angle"].between(30.0, 40.0).all()
    outer = all_day[["start_time", "stop_time"]].to_numpy()
    for row in lit.itertuples():
        assert ((outer[:, 0] <= row.start_time) & (outer[:, 1] >= row.stop_time)).any()
    evening = windows_of(frame_cam, area, limits={"local_time": Range(14.0, 4.0)})
    assert all(hour >= 14.0 or hour <= 4.0 for hour in evening["local_time"])
    day = windows_of(frame_cam, area, limits={"local_time": Range(4.0, 14.0)})
    whole = all_day["duration_s"].sum()
    assert evening["duration_s"].sum() + day["duration_s"].sum() == pytest.approx(whole, abs=0.1)


def test_it_agrees_with_spices_geometry_finder(frame_cam, tmp_path):
    """GF looks for ephemeris objects, so the point is made one."""
    lon_e, lat = 20.0, 30.0
    table = windows_of(frame_cam, shapely.Point(lon_e, lat))
    with furnished(expand(frame_cam.kernels)):
        truth = Truth(lon_e, lat, frame_cam)
        first, last = ets_of([START, STOP])
        _object_at(truth.point, first - 1e5, last + 1e5, tmp_path / "object.bsp")
        spiceypy.furnsh(str(tmp_path / "object.bsp"))
        within, found = spiceypy.cell_double(2), spiceypy.cell_double(2000)
        spiceypy.wninsd(first, last, within)
        spiceypy.gftfov(FRAME_CAM, "499901", "POINT", " ", "LT+S", ORBITER, 60.0, within, found)
        # GF's objects are transparent: it sees the point through the planet too.
        windows = [spiceypy.wnfetd(found, i) for i in range(spiceypy.wncard(found))]
        windows = [w for w in windows if truth.emission_deg(sum(w) / 2.0) < 90.0]
        ours = np.column_stack([ets_of(table["start_time"]), ets_of(table["stop_time"])])
    np.testing.assert_allclose(ours, windows, atol=MILLISECOND)


def _object_at(point, first, last, path: Path) -> None:
    handle = spiceypy.spkopn(str(path), "point", 0)
    states = np.tile(np.concatenate([point, np.zeros(3)]), (2, 1))
    spiceypy.spkw08(
        handle, 499901, 499, "IAU_MARS", first, last, "point", 1, 2, states, first, last - first
    )
    spiceypy.spkcls(handle)


def test_footprints_and_swaths_come_with_the_windows(frame_cam, line_cam):
    area = polygons_from_boxes([10.0], [20.0], [20.0], [30.0])[0]
    for observation in (frame_cam, line_cam):
        answer = find_opportunities(observation, area, START, STOP)
        assert answer.schema.geometry == "polygon"
        for products in answer.chunks:
            assert shapely.is_valid(products.geometry).all()
            assert shapely.intersects(products.geometry, area).all()
            center = shapely.points(
                products.table["center_lon_e"].to_numpy(), products.table["center_lat"].to_numpy()
            )
            assert (shapely.distance(center, area) < 1e-6).all()
    kinds = {0: "point", 1: "line", 2: "polygon"}
    for shape in (shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)]), area):
        answer = find_opportunities(frame_cam, shape, START, STOP, sight="horizon")
        assert answer.schema.geometry == kinds[int(shapely.get_dimensions(shape))]
        answer.close()


def test_gaps_are_holes_and_told(frame_cam, sample_kernels, tmp_path):
    """A CK of our own with a hole of an hour, and an area that is always in view."""
    area = polygons_from_boxes([-180.0], [180.0], [-90.0], [90.0])[0]
    begin, end = np.datetime64("2019-09-01T10:00:00"), np.datetime64("2019-09-01T11:00:00")
    files = [path for path in expand(sample_kernels) if path.suffix != ".bc"]
    with furnished(expand(sample_kernels)):
        first, hole, back, last = ets_of([START, begin, end, NEXT_DAY])
        _attitudes([(first, hole), (back, last)], tmp_path / "holed.bc")
    observation = Observation((*files, tmp_path / "holed.bc"), "MARS", ORBITER, FRAME_CAM)
    table = windows_of(observation, area, START, NEXT_DAY)
    assert len(table) == 2
    assert abs(table["stop_time"][0] - begin) < np.timedelta64(2, "ms")
    assert abs(table["start_time"][1] - end) < np.timedelta64(2, "ms")
    (sentence,) = table.attrs["report"].sentences()
    assert "the attitude of the frame SYNTH_FRAME_CAM" in sentence
    assert "2019-09-01T10:00:00.00" in sentence
    assert "to 2019-09-01T10:59:59.99" in sentence or "to 2019-09-01T11:00:00" in sentence


def _attitudes(spans, path: Path) -> None:
    ets = np.concatenate([np.linspace(first, last, 1500) for first, last in spans])
    ticks = np.array([spiceypy.sce2c(-999, et) for et in ets])
    turns = [spiceypy.m2q(spiceypy.pxform("J2000", "SYNTHETIC_ORBITER_BUS", et)) for et in ets]
    handle = spiceypy.ckopn(str(path), "holed", 0)
    starts = np.array([spiceypy.sce2c(-999, first) for first, _ in spans])
    spiceypy.ckw03(
        handle, ticks[0], ticks[-1], -999000, "J2000", False, "holed", len(ticks), ticks, turns,
        np.zeros((len(ticks), 3)), len(starts), starts,
    )  # fmt: skip
    spiceypy.ckcls(handle)


def test_times_beyond_the_kernels_are_told(frame_cam):
    early = np.datetime64("2019-08-31T12:00:00", "us")
    table = windows_of(frame_cam, shapely.Point(20, 30), early, STOP)
    assert len(table) == 1
    (sentence,) = table.attrs["report"].sentences()
    assert "the position of SYNTHETIC_ORBITER" in sentence
    assert "2019-08-31T12:00:00.000Z to 2019-09-01T00:00:00" in sentence
    with pytest.raises(CoverageError, match="do not tell the position of SYNTHETIC_ORBITER"):
        windows_of(frame_cam, shapely.Point(20, 30), early, early + np.timedelta64(1, "h"))


def test_a_search_without_attitude_says_so(sample_kernels):
    kernels = tuple(path for path in expand(sample_kernels) if path.suffix != ".bc")
    observation = Observation(kernels, "MARS", ORBITER, FRAME_CAM)
    with pytest.raises(CoverageError, match="do not tell the attitude of the frame SYNTH_FRAME"):
        windows_of(observation, shapely.Point(20, 30))


@given(
    values=st.lists(st.floats(0, 360, exclude_max=True), min_size=1),
    low=st.none() | st.floats(0, 360),
    high=st.none() | st.floats(0, 360),
)
def test_ranges_of_circles_and_lines_mean_what_queries_mean(values, low, high):
    array = np.array(values)
    above, below = array >= (low or 0.0), array <= (360.0 if high is None else high)
    inside = above | below if Range(low, high).wraps else above & below
    off = outside_of(array, Range(low, high), 360.0)
    at_an_end = np.isclose(np.abs(off), 0.0, atol=1e-9)
    assert ((off <= 0.0) == inside)[~at_an_end].all()
    if not Range(low, high).wraps:
        straight = outside_of(array, Range(low, high))
        assert ((straight <= 0.0) == inside).all()
        assert (off <= straight + 1e-9)[~inside].all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stop": START}, "ends .* before it begins"),
        ({"limits": {"phase": Range(0, 1)}}, "cannot be limited by “phase”"),
        ({"sight": "dream"}, "“dream” is not a kind of sight"),
        ({"step_s": 0.0}, "leads nowhere"),
        ({"area": shapely.Polygon()}, "The area is empty"),
    ],
)
def test_bad_requests_get_their_sentence(frame_cam, options, words):
    asked = {"area": shapely.Point(20, 30), "start": START, "stop": STOP, **options}
    with pytest.raises(PlanetaryError, match=words):
        windows_of(frame_cam, **asked)


@pytest.mark.real_data
def test_real_images_lie_within_windows_on_what_they_show(cases):
    looked = []
    for case in cases:
        moment = np.datetime64(case.utcs[0].rstrip("Z"), "us")
        place = _boresight(case, moment)
        if place is None:
            continue
        margin = np.timedelta64(2, "s")
        try:
            table = windows_of(
                case.observation(), shapely.Point(*place), moment - margin, moment + margin
            )
        except KernelError:
            continue  # no field of view, or nothing known around that moment
        looked.append(case.name)
        tolerance = np.timedelta64(50, "ms")
        inside = (table["start_time"] - tolerance <= moment) & (
            table["stop_time"] + tolerance >= moment
        )
        assert inside.any(), case.name
    assert len(looked) >= 8


def _boresight(case, moment):
    """Where CSPICE's boresight meets the target; None where the kernels do not tell."""
    with furnished(expand(case.kernels)):
        facts = case.facts
        try:
            _, frame, boresight, _, _ = spiceypy.getfov(facts["instrument_id"], 100)
            target = str(facts["target_id"])
            fixed = spiceypy.cidfrm(facts["target_id"])[1]
            et = spiceypy.str2et(str(moment))
            observer = str(facts["spacecraft_id"])
            point = spiceypy.sincpt(
                "ELLIPSOID", target, et, fixed, "LT+S", observer, frame, boresight
            )[0]
        except SpiceyError:
            return None
        _, lon, lat = spiceypy.reclat(point)
        return np.degrees(lon), np.degrees(lat)
