"""Pixels on the ground, near misses, azimuths and interpolated ephemerides."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.spice import pixels
from planetary_qgis.core.spice.footprints import compute_footprints, footprint_job
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.smooth import Smooth, smoothly
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import (
    Gaps,
    apparent_positions,
    et_from_utc,
    solar_longitudes,
    ssb_states,
)
from planetary_qgis.core.spice.vertices import compute_vertices
from planetary_qgis.core.spice.views import views_of

coordinate = st.floats(-1.0, 1.0).map(lambda value: round(value, 6))
directions = st.tuples(coordinate, coordinate, coordinate).filter(
    lambda v: sum(c * c for c in v) > 1e-3
)
bodies = st.sampled_from([(3396.19, 3396.19, 3376.2), (13.0, 11.4, 9.1), (300.0, 60.0, 50.0)])


@given(bodies, directions, st.floats(1.1, 1e3), directions)
def test_near_misses_are_those_of_npedln(radii, toward, distance, line):
    toward, line = np.array(toward), np.array(line)
    origin = toward / np.linalg.norm(toward / radii) * distance
    nearest, truth = spiceypy.npedln(*radii, origin, line)
    if truth < 1e-3 * max(radii):  # NPEDLN gives no distance for lines that meet it
        return
    points, distances = pixels._nearest_points(origin[None], line[None], np.array(radii))
    assert distances[0] == pytest.approx(truth, rel=1e-6)
    assert points[0] == pytest.approx(nearest, abs=1e-4 * max(radii))


@pytest.fixture(scope="module")
def sample(sample_kernels) -> Observation:
    return Observation(sample_kernels, "MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM")


SOME = times_of_run(
    np.datetime64("2019-09-01T01:00:00"), np.datetime64("2019-09-01T03:00:00"), 600.0
)


def test_pixels_are_as_large_as_neighbouring_rays_lie_apart(sample):
    table = next(compute_footprints(sample, SOME).chunks).table
    job = footprint_job(sample, SOME)
    across, along = pixels._sides(job.instrument)
    axis, (by_sample, by_line) = job.instrument.boresight, job.instrument.pixel_angles
    with furnished(job.files):
        for row in table.itertuples():
            et = spiceypy.str2et(row.start_time.isoformat())
            for side, angle, found in (
                (across, by_sample, row.resolution_across),
                (along, by_line, row.resolution_along),
            ):
                step = side / np.linalg.norm(side) * angle / 2.0
                ends = [
                    spiceypy.sincpt(
                        "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999",
                        job.instrument.frame, axis + sign * step,
                    )[0]
                    for sign in (-1.0, 1.0)
                ]  # fmt: skip
                assert found == pytest.approx(1e3 * np.linalg.norm(ends[1] - ends[0]), rel=1e-3)


def test_pixels_are_foreshortened_by_the_emission_angle():
    """Seen obliquely a pixel is 1 / cos e longer in the plane of the normal, and no wider."""
    radii = np.full(3, 1000.0)
    for emission in (0.0, 30.0, 60.0, 80.0):
        line = -np.array([np.cos(np.radians(emission)), 0.0, np.sin(np.radians(emission))])
        normal = np.array([1.0, 0.0, 0.0])
        point = ellipsoid.intercept(normal * 1000.0 - line * 10.0, line, radii)
        assert point == pytest.approx(normal * 1000.0)
        across = np.cross(line, [0.0, 1.0, 0.0])
        slide = (across @ normal) / (line @ normal)
        assert np.sqrt(1.0 + slide**2) == pytest.approx(1.0 / np.cos(np.radians(emission)))


def test_vertices_have_the_angles_that_cspice_gives_them(sample):
    answer = compute_vertices(sample, SOME)
    (products,) = answer.chunks
    assert answer.schema.geometry == "point"
    table = products.table
    assert table["vertex"].max() == 40
    job = footprint_job(sample, SOME)
    rays = job.instrument.outline()
    with furnished(job.files):
        for index in range(0, len(table), 37):
            row, place = table.iloc[index], products.geometry[index]
            et = spiceypy.str2et(row["start_time"].isoformat())
            point = spiceypy.sincpt(
                "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999", job.instrument.frame,
                rays[row["vertex"] - 1],
            )[0]  # fmt: skip
            _, lon, lat = spiceypy.reclat(point)
            assert (place.x, place.y) == pytest.approx(np.degrees([lon, lat]), abs=1e-5)
            _, _, phase, incidence, emission = spiceypy.ilumin(
                "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999", point
            )
            found = row[["phase_angle", "incidence_angle", "emission_angle"]].to_list()
            assert found == pytest.approx(np.degrees([phase, incidence, emission]), abs=2e-4)


def test_vertices_of_scans_lie_on_their_swath(sample_kernels):
    scan = Observation(sample_kernels, "MARS", "SYNTHETIC_ORBITER", "SYNTH_LINE_CAM")
    times = times_of_run(np.datetime64("2019-09-01T01:00:00"), np.datetime64("2019-09-01T01:01:00"))
    (products,) = compute_vertices(scan, times).chunks
    swath = next(compute_footprints(scan, times).chunks).geometry[0]
    assert len(products) == 42
    assert shapely.distance(swath.boundary, products.geometry).max() < 2e-3
    assert products.table["start_time"].nunique() == 21


@pytest.mark.parametrize("count", [3, 5000])
def test_what_is_interpolated_is_what_cspice_says(sample_kernels, count):
    with furnished(expand(sample_kernels)):
        first = spiceypy.str2et("2019-09-01T01:00:00")
        et = first + np.linspace(0.0, 86_400.0, count)
        some = et[:: max(1, count // 50)]
        asks = {
            "target": (lambda epochs, gaps: ssb_states(499, epochs, gaps), 1e-5),
            "Sun": (
                lambda epochs, gaps: apparent_positions("SUN", epochs, "LT+S", 499, gaps),
                1e-3,
            ),
            "season": (
                lambda epochs, gaps: np.cos(
                    np.radians(solar_longitudes(499, epochs, "LT+S", gaps))
                )[:, None],
                1e-11,
            ),
        }
        for name, (ask, tolerance) in asks.items():
            found = smoothly(ask, et, tolerance, Gaps())[:: max(1, count // 50)]
            assert np.abs(found - ask(some, Gaps())).max() <= 2.0 * tolerance, name
            assert bool(len(Smooth.over(ask, et, tolerance).edges)) == (count > 100), name


def test_what_jumps_is_asked_at_every_epoch():
    asked = []

    def ask(epochs, _gaps):
        asked.append(len(epochs))
        return np.where(epochs > 5000.5, 1.0, 0.0)[:, None]

    et = np.arange(10_000.0)
    assert (smoothly(ask, et, 1e-6, Gaps())[:, 0] == (et > 5000.5)).all()
    assert asked[-1] == len(et)


def test_leap_seconds_are_those_of_str2et(sample_kernels):
    """Interpolated over the hours of a run, and over the leap second of 2016's last day."""
    days = ["2016-12-31T20:00:00", "2017-01-01T03:00:00", "2019-07-01T00:00:00"]
    steps = np.arange(0, 4 * 3600, 7).astype("timedelta64[s]")
    utc = np.concatenate([np.datetime64(day, "us") + steps for day in days])
    with furnished(expand(sample_kernels)):
        found = et_from_utc(utc)
        for index in range(0, len(utc), 97):
            assert found[index] == pytest.approx(spiceypy.str2et(str(utc[index])), abs=1e-6)


def test_places_do_not_depend_on_how_many_are_asked_at_once(sample):
    job = footprint_job(sample, SOME)
    with furnished(job.files):
        first = spiceypy.str2et("2019-09-01T01:00:00")
        et = first + np.arange(0.0, 40_000.0, 10.0)
        many = views_of(job.scene, et, Gaps())
        for index in (0, 1234, 3999):
            alone = views_of(job.scene, et[index : index + 1], Gaps())
            assert many.origins[index] == pytest.approx(alone.origins[0], abs=5e-5)
            assert many.turns[index] == pytest.approx(alone.turns[0], abs=1e-9)


@pytest.mark.real_data
def test_azimuths_are_those_of_isis(real_data):
    """campt's ground azimuths of a Viking image, clockwise from north."""
    truth = json.loads((real_data / "spice" / "isis_truth.json").read_text())
    point = truth["campt_DefaultCube_sample602_line528"]
    lon, lat = point["PositiveEast360Longitude"], point["PlanetocentricLatitude"]
    for name, expected in (
        ("SubSolar", point["SubSolarGroundAzimuth"]),
        ("SubSpacecraft", point["SubSpacecraftGroundAzimuth"]),
    ):
        found = ellipsoid.azimuth(
            np.array(lon), np.array(lat),
            np.array(point[f"{name}Longitude"]), np.array(point[f"{name}Latitude"]),
        )  # fmt: skip
        assert float(found) == pytest.approx(expected, abs=0.05), name


def test_without_pixel_angles_sizes_are_unknown(sample):
    job = footprint_job(sample, SOME)
    blind = replace(job.instrument, pixel_angles=None)
    with furnished(job.files):
        views = views_of(job.scene, et_from_utc(SOME.start), Gaps())
        assert np.isnan(pixels.pixel_sizes(views, blind).along).all()
