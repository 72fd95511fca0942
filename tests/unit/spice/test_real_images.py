"""Footprints of real images against plain CSPICE calls with the same kernels."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.polygons import polygons_from_rings, unit_vectors
from planetary_qgis.core.spice.footprints import compute_footprints, footprint_job
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Times
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import look, views_of

pytestmark = pytest.mark.real_data

TOLERANCE_M = 1.0


def defines_field_of_view(case) -> bool:
    with furnished(expand(case.kernels)):
        try:
            spiceypy.getfov(case.facts["instrument_id"], 100)
        except SpiceyError:
            return False
        return True


def sincpt(case, utc: str, ray) -> np.ndarray | None:
    """(3,) km where one ray of the instrument's frame meets the target, by CSPICE alone."""
    facts = case.facts
    frame = spiceypy.getfov(facts["instrument_id"], 100)[1]
    try:
        return spiceypy.sincpt(
            "ELLIPSOID",
            str(facts["target_id"]),
            spiceypy.str2et(utc),
            facts["body_frame"],
            "LT+S",
            str(facts["spacecraft_id"]),
            frame,
            ray,
        )[0]
    except SpiceyError:  # off the target, or a gap in the kernels
        return None


def ground_distance_m(case, point: np.ndarray, lon_e, lat) -> np.ndarray:
    """Distances along the ground from a point, km body-fixed, to places in degrees."""
    one = point / np.linalg.norm(point)
    chord = np.linalg.norm(unit_vectors(np.asarray(lon_e), np.asarray(lat)) - one, axis=-1)
    return chord * np.linalg.norm(point) * 1000.0


def instants(moments) -> Times:
    start = np.array(moments, dtype="datetime64[us]")
    return Times(start, np.full(len(start), np.datetime64("NaT"), dtype="datetime64[us]"))


@pytest.fixture(scope="module")
def with_field_of_view(cases):
    return [case for case in cases if defines_field_of_view(case)]


def test_boresights_are_those_of_sincpt(with_field_of_view, capsys):
    worst = {}
    for case in with_field_of_view:
        for utc in case.utcs:
            with furnished(expand(case.kernels)):
                axis = spiceypy.getfov(case.facts["instrument_id"], 100)[2]
                truth = sincpt(case, utc, axis)
            if truth is None:
                continue
            at = np.datetime64(utc, "us")
            answer = compute_footprints(case.observation(imaging="frame"), instants([at]))
            row = next(answer.chunks).table.iloc[0]
            distance = ground_distance_m(case, truth, row["center_lon_e"], row["center_lat"])
            worst[f"{case.name} {utc}"] = float(distance)
    with capsys.disabled():
        name = max(worst, key=worst.get)
        print(f"\nworst boresight of {len(worst)}: {worst[name]:.4f} m ({name})")
    assert len(worst) >= len(with_field_of_view)
    assert max(worst.values()) < TOLERANCE_M


def test_corners_of_frames_are_those_of_sincpt(with_field_of_view, capsys):
    worst = {}
    for case in with_field_of_view:
        for utc in case.utcs:
            with furnished(expand(case.kernels)):
                corners = spiceypy.getfov(case.facts["instrument_id"], 100)[4]
                truths = [sincpt(case, utc, corner) for corner in corners]
            hit = [truth for truth in truths if truth is not None]
            if not hit:
                continue
            at = np.datetime64(utc, "us")
            answer = compute_footprints(case.observation(imaging="frame"), instants([at]))
            vertices = shapely.get_coordinates(next(answer.chunks).geometry[0])
            for truth in hit:
                nearest = ground_distance_m(case, truth, vertices[:, 0], vertices[:, 1]).min()
                worst[case.name] = max(worst.get(case.name, 0.0), float(nearest))
    with capsys.disabled():
        name = max(worst, key=worst.get)
        print(f"\nworst corner of {len(worst)} images: {worst[name]:.4f} m ({name})")
    assert len(worst) >= 10
    assert max(worst.values()) < TOLERANCE_M


def test_outlines_agree_with_those_made_independently(with_field_of_view, capsys):
    worst = {}
    for case in with_field_of_view:
        outline = case.facts.get("computed_footprint")
        if not outline:
            continue
        shape = next(compute_footprints(case.observation(), case.times()).chunks).geometry[0]
        rim = shape.boundary
        for lon, lat in outline:
            place = shapely.Point((lon + 180.0) % 360.0 - 180.0, lat)
            near = rim.interpolate(rim.project(place))
            chord = np.linalg.norm(
                unit_vectors(np.array(near.x), np.array(near.y))
                - unit_vectors(np.array(place.x), np.array(place.y))
            )
            radius_m = 1000.0 * {"MERCURY": 2440.0, "MOON": 1737.4}.get(
                case.facts["target"], 3396.2
            )
            worst[case.name] = max(worst.get(case.name, 0.0), float(chord * radius_m))
    with capsys.disabled():
        name = max(worst, key=worst.get)
        print(f"\nworst way from others' vertices to an outline: {worst[name]:.2f} m ({name})")
    assert len(worst) >= 9
    assert max(worst.values()) < TOLERANCE_M


def epochs_of(case) -> np.ndarray:
    """Of a frame the moments that its case names, of a scan 11 lines from first to last."""
    ends = [spiceypy.str2et(utc) for utc in case.utcs]
    return np.linspace(ends[0], ends[-1], 11) if len(ends) > 1 else np.array(ends)


def test_every_ray_around_a_field_of_view_is_that_of_sincpt(cases, capsys):
    """The vertices that all outlines are made of, at the edges of lines or of frames."""
    worst = {}
    for case in cases:
        job = footprint_job(case.observation(), case.times())
        facts = case.facts
        scanned = job.imaging == "line scan"
        rays = job.instrument.rays_on_line(np.array([0.0, 0.5, 1.0])) if scanned else None
        rays = job.instrument.outline() if rays is None else rays
        with furnished(job.files):
            et = epochs_of(case)
            points = look(views_of(job.scene, et, Gaps()), rays).points
            for epoch, found in zip(et, points):
                for ray, point in zip(rays, found):
                    try:
                        truth = spiceypy.sincpt(
                            "ELLIPSOID", str(facts["target_id"]), epoch, facts["body_frame"],
                            "LT+S", str(facts["spacecraft_id"]), job.instrument.frame, ray,
                        )[0]  # fmt: skip
                    except SpiceyError:  # off the target, or a gap in the kernels
                        continue
                    away = float(np.linalg.norm(point - truth) * 1000.0)
                    worst[case.name] = max(worst.get(case.name, 0.0), away)
    with capsys.disabled():
        name = max(worst, key=worst.get)
        print(f"\nworst ray of {len(worst)} images: {worst[name]:.4f} m ({name})")
    assert len(worst) >= 16
    assert max(worst.values()) < TOLERANCE_M


def test_differences_to_labels_and_isds_are_shown(cases, capsys):
    """How far from what labels, indexes or other software say: theirs are other cameras and times.

    Centres of published outlines, and camera axes by the ISIS-style camera models' own numbers.
    """
    shown = []
    for case in cases:
        truth = case.facts.get("truth") or {}
        products = next(compute_footprints(case.observation(), case.times()).chunks)
        row, shape = products.table.iloc[0], products.geometry[0]
        if truth.get("polygons") and shape is not None:
            rings = [np.array(ring) for ring in truth["polygons"]]
            published = shapely.union_all(
                [polygons_from_rings(ring[None, :, 0], ring[None, :, 1])[0] for ring in rings]
            )
            theirs = published.centroid.coords[0]
            ours = shape.centroid.coords[0]
            radius_km = np.mean(spice_radii(case))
        elif truth.get("isd_z_axis"):
            theirs, ours = truth["isd_z_axis"], (row["center_lon_e"], row["center_lat"])
            radius_km = np.mean(spice_radii(case))
        else:
            continue
        one, other = (unit_vectors(*np.array(place, dtype=float)) for place in (theirs, ours))
        away_km = float(np.linalg.norm(one - other) * radius_km)
        shown.append(f"  {case.name:48} {away_km:9.3f} km from {truth['source'][:60]}")
        assert away_km < 1.0 or case.facts["grade"] != "A", case.name
    with capsys.disabled():
        print("\ncentres of outlines, or camera axes, beside other sources:", *shown, sep="\n")
    assert len(shown) >= 14


def spice_radii(case) -> np.ndarray:
    with furnished(expand(case.kernels)):
        return spiceypy.bodvcd(case.facts["target_id"], "RADII", 3)[1]


def test_published_footprints_overlap(with_field_of_view):
    compared = 0
    for case in with_field_of_view:
        truth = case.facts.get("truth") or {}
        expected = (case.facts.get("comparison") or {}).get("iou")
        if case.facts["grade"] != "A" or not truth.get("polygons") or not expected:
            continue
        shape = next(compute_footprints(case.observation(), case.times()).chunks).geometry[0]
        # Corners stand for sides straight on the ground, not in lon/lat: near the pole it shows.
        rings = [np.array(ring) for ring in truth["polygons"]]
        published = shapely.union_all(
            [polygons_from_rings(ring[None, :, 0], ring[None, :, 1])[0] for ring in rings]
        )
        iou = shape.intersection(published).area / shape.union(published).area
        assert iou == pytest.approx(expected, abs=0.03), case.name
        compared += 1
    assert compared >= 2


def test_cases_without_a_field_of_view_go_by_their_cameras(cases, with_field_of_view):
    others = [case for case in cases if case not in with_field_of_view]
    assert len(others) == 3
    for case in others:
        answer = compute_footprints(case.observation(), case.times())
        assert next(answer.chunks).geometry[0].is_valid
        assert answer.provenance["Field of view"].startswith("focal length and detector")


def test_a_whole_disc_in_view_is_a_hemisphere(cases):
    case = next(case for case in cases if case.name.startswith("lor_"))
    answer = compute_footprints(case.observation(), case.times())
    products = next(answer.chunks)
    row, shape = products.table.iloc[0], products.geometry[0]
    assert row["view"] == "over the limb"
    below = shapely.Point(row["sub_spacecraft_lon_e"], row["sub_spacecraft_lat"])
    assert shape.contains(below)
    random = np.random.default_rng(3)
    lon, lat = random.uniform(-180, 180, 2000), np.degrees(np.arcsin(random.uniform(-1, 1, 2000)))
    cosine = unit_vectors(lon, lat) @ unit_vectors(np.array(below.x), np.array(below.y))
    inside = shapely.contains_xy(shape, lon, lat)
    assert inside[cosine > 0.03].all()
    assert not inside[cosine < -0.03].any()


def test_a_gap_in_the_attitude_leaves_what_is_known(cases):
    case = next(case for case in cases if case.facts["grade"] == "P")
    answer = compute_footprints(case.observation(), case.times())
    shape = next(answer.chunks).geometry[0]
    list(answer.chunks)
    sentences = " ".join(answer.report.sentences())
    assert "only a part of the scan" in sentences
    assert "the attitude of the frame MRO_CTX" in sentences
    # Its last line, as published with the case.
    for lon, lat in ((-0.832, 9.408), (-1.417, 9.334)):
        assert shape.boundary.distance(shapely.Point(lon, lat)) < 2e-3
