"""Angles, light and limbs of real images against CSPICE's own routines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.polygons import unit_vectors
from planetary_qgis.core.spice.curves.tracks import compute_ground_track
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

pytestmark = pytest.mark.real_data


def only_row(case):
    (products,) = compute_footprints(case.observation(), case.times()).chunks
    return products.table.iloc[0], products.geometry[0]


def middle_et(case) -> float:
    """The moment that angles are for: the middle of an exposure."""
    return float(np.mean([spiceypy.str2et(utc) for utc in case.utcs]))


def names(case) -> tuple[str, str, str]:
    facts = case.facts
    return str(facts["target_id"]), facts["body_frame"], str(facts["spacecraft_id"])


@pytest.fixture(scope="module")
def lit(cases):
    """Cases whose kernels know the Sun and the boresight's point, with their row and truth."""
    found = []
    for case in cases:
        target, frame, observer = names(case)
        with furnished(expand(case.kernels)):
            try:
                et = middle_et(case)
                _, fov_frame, axis, _, _ = spiceypy.getfov(case.facts["instrument_id"], 100)
                point, epoch, ray = spiceypy.sincpt(
                    "ELLIPSOID", target, et, frame, "LT+S", observer, fov_frame, axis
                )
                angles = spiceypy.ilumin("ELLIPSOID", target, et, frame, "LT+S", observer, point)
                sun = spiceypy.subslr("INTERCEPT/ELLIPSOID", target, et, frame, "LT+S", observer)[0]
                _, lon, _ = spiceypy.reclat(point)
                clock = spiceypy.et2lst(epoch, int(target), lon, "PLANETOCENTRIC")
                season = np.degrees(spiceypy.lspcn(target, et, "LT+S"))
            except SpiceyError:
                continue
        truth = {
            "range_km": np.linalg.norm(ray),
            "phase_angle": np.degrees(angles[2]),
            "incidence_angle": np.degrees(angles[3]),
            "emission_angle": np.degrees(angles[4]),
            "subsolar_lon_e": np.degrees(spiceypy.reclat(sun)[1]),
            "subsolar_lat": np.degrees(spiceypy.reclat(sun)[2]),
            "solar_longitude": season,
            "local_time": clock[0] + clock[1] / 60.0 + clock[2] / 3600.0,
        }
        found.append((case, only_row(case)[0], truth))
    assert len(found) >= 8
    return found


@pytest.mark.parametrize(
    ("column", "tolerance"),
    [
        ("range_km", 1e-3),
        ("phase_angle", 2e-4),
        ("incidence_angle", 2e-4),
        ("emission_angle", 2e-4),
        ("subsolar_lon_e", 1e-3),
        ("subsolar_lat", 1e-3),
        ("solar_longitude", 1e-9),
        ("local_time", 2.0 / 3600.0),
    ],
)
def test_values_are_those_of_cspice(lit, column, tolerance):
    for case, row, truth in lit:
        assert row[column] == pytest.approx(truth[column], abs=tolerance), case.name


def test_limbs_are_those_of_limbpt(cases):
    """Where a whole disc is in view its outline is CSPICE's limb."""
    case = next(case for case in cases if case.name.startswith("lor_"))
    target, frame, observer = names(case)
    _, shape = only_row(case)
    vertices = shapely.get_coordinates(shape)
    on_sphere = unit_vectors(vertices[:, 0], vertices[:, 1])
    with furnished(expand(case.kernels)):
        _, points, _, _ = spiceypy.limbpt(
            "TANGENT/ELLIPSOID",
            target,
            middle_et(case),
            frame,
            "LT+S",
            "ELLIPSOID LIMB",
            observer,
            np.array([0.0, 0.0, 1.0]),
            np.radians(10.0),
            36,
            1e-6,
            1e-9,
            36,
        )
    for point in points:
        direction = point / np.linalg.norm(point)
        angle = np.degrees(np.arccos(np.clip(on_sphere @ direction, -1.0, 1.0)).min())
        assert angle < 0.6  # half the distance between two vertices


def test_footprints_over_the_limb_end_there(cases):
    case = next(case for case in cases if case.name.startswith("c2065022"))
    row, shape = only_row(case)
    assert row["view"] == "over the limb"
    target, frame, observer = names(case)
    random = np.random.default_rng(5)
    lon, lat = random.uniform(-180, 180, 300), np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    inside = shapely.contains_xy(shape, lon, lat)
    with furnished(expand(case.kernels)):
        et = middle_et(case)
        radii = spiceypy.bodvcd(int(target), "RADII", 3)[1]
        for at_lon, at_lat, claimed in zip(lon, lat, inside):
            point = spiceypy.latsrf(
                "ELLIPSOID", target, et, frame, [[np.radians(at_lon), np.radians(at_lat)]]
            )[0]
            emission = np.degrees(
                spiceypy.ilumin("ELLIPSOID", target, et, frame, "LT+S", observer, point)[4]
            )
            seen = is_in_field_of_view(case, et, point, radii)
            if abs(emission - 90.0) > 1.0 and seen is not None:
                assert claimed == (seen and emission < 90.0), (at_lon, at_lat, emission)


def is_in_field_of_view(case, et, point, radii) -> bool | None:
    """By CSPICE's FOVRAY; None where moving the point a little would change the answer."""
    target, frame, observer = names(case)
    answers = set()
    for shift in (0.98, 1.0, 1.02):
        # Toward and away from the body's axis, so that points at the very edge are left out.
        moved = np.array(point) * [shift, shift, 1.0]
        moved = spiceypy.surfpt([0.0, 0.0, 0.0], moved, *radii)
        ray, _ = spiceypy.spkcpt(moved, target, frame, et, "J2000", "OBSERVER", "LT+S", observer)
        answers.add(
            bool(
                spiceypy.fovray(
                    str(case.facts["instrument_id"]), ray[:3], "J2000", "NONE", observer, et
                )
            )
        )
    return answers.pop() if len(answers) == 1 else None


def test_tracks_pass_the_sub_spacecraft_points(cases):
    case = next(case for case in cases if case.name.startswith("h5270"))
    start, stop = (np.datetime64(utc, "us") for utc in case.utcs)
    target, frame, observer = names(case)
    answer = compute_ground_track(case.kernels, target, observer, start, stop, 20.0)
    (products,) = answer.chunks
    assert len(products) == 10
    assert (products.table["stop_time"] > products.table["start_time"]).all()
    assert products.table["stop_time"].iloc[-1].to_datetime64() == stop
    with furnished(expand(case.kernels)):
        for utc, row in zip(products.table["start_time"], products.table.itertuples()):
            point, _, ray = spiceypy.subpnt(
                "INTERCEPT/ELLIPSOID",
                target,
                spiceypy.str2et(utc.isoformat()),
                frame,
                "LT+S",
                observer,
            )
            _, lon, lat = spiceypy.reclat(point)
            assert [row.center_lon_e, row.center_lat] == pytest.approx(
                np.degrees([lon, lat]), abs=1e-4
            )
            assert row.altitude_km == pytest.approx(np.linalg.norm(ray), abs=0.1)
    for line, following in zip(products.geometry[:-1], products.geometry[1:]):
        assert line.coords[-1] == pytest.approx(following.coords[0], abs=1e-9)
