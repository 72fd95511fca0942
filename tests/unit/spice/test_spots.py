"""Spots: what a field of view passes over while it is exposed, against CSPICE's SINCPT."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from scenarios import CAMERA, EPOCH, Motion, intercept, kernels_of, lasting, observation

from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Times
from planetary_qgis.core.spice.session import furnished

SPOT = """
FOV_FRAME = 'MOVER_CAMERA'
FOV_SHAPE = 'CIRCLE'
BORESIGHT = ( 0 0 1 )
FOV_BOUNDARY_CORNERS = ( 0.009 0.0 1.0 )
"""
NOTCHED = """
FOV_FRAME = 'MOVER_CAMERA'
FOV_SHAPE = 'POLYGON'
BORESIGHT = ( 0 0 1 )
FOV_BOUNDARY_CORNERS = ( 0.1 0.1 1  -0.1 0.1 1  -0.1 0.09 1  0.09 0.09 1  0.09 -0.1 1  0.1 -0.1 1 )
"""
MOMENTS, PLACES = 80, 40
MOTIONS = {
    "straight": (Motion(), 20.0, SPOT),
    "hardly moving": (Motion(), 0.5, SPOT),
    "circling": (Motion(yaw=(0.0, 30.0), roll=(3.0,)), 24.0, SPOT),
    "to and fro": (Motion(roll=(-6.0, 3.0, -0.15)), 24.0, SPOT),
    "over the pole": (Motion(along=88.0, node=50.0), 80.0, SPOT),
    "over the antimeridian": (Motion(inclination=20.0, node=100.0, along=75.0), 120.0, SPOT),
    "onto the limb": (Motion(pitch=(60.0, 0.6)), 20.0, SPOT),
    "a notch": (Motion(), 8.0, NOTCHED),
    "a notch, turning": (Motion(yaw=(0.0, 4.0)), 8.0, NOTCHED),
}


def seen_of(kernels, lon, lat, seconds: float) -> np.ndarray:
    """(n,) whether places were in the field of view at one of many moments, by CSPICE's FOVRAY."""
    with furnished(expand(kernels)):
        start = spiceypy.str2et(str(EPOCH))
        moments = start + np.linspace(0.0, seconds, MOMENTS)
        places = spiceypy.latsrf(
            "ELLIPSOID", "MARS", start, "IAU_MARS", np.radians(np.column_stack([lon, lat]))
        )
        return np.array([any(is_seen(et, place) for et in moments) for place in places])


def is_seen(et: float, place: np.ndarray) -> bool:
    ray = spiceypy.spkcpt(
        place, "MARS", "IAU_MARS", et, "MOVER_CAMERA", "OBSERVER", "LT+S", "MOVER"
    )
    direction = ray[0][:3]
    if direction[2] <= 0.0 or not spiceypy.fovray(
        str(CAMERA), direction, "MOVER_CAMERA", "NONE", "MOVER", et
    ):
        return False
    found = intercept(et, direction)
    return found is not None and bool(np.linalg.norm(found - place) < 1.0)


def places_about(shape) -> tuple[np.ndarray, np.ndarray]:
    """Places in and beside each part of a shape."""
    random = np.random.default_rng(7)
    parts = shapely.get_parts(shape)
    lon, lat = [], []
    for west, south, east, north in shapely.bounds(parts):
        margin, count = 0.15 * (north - south), PLACES // len(parts)
        lon.append(random.uniform(max(west - margin, -180), min(east + margin, 180), count))
        lat.append(random.uniform(max(south - margin, -90), min(north + margin, 90), count))
    return np.concatenate(lon), np.concatenate(lat)


@pytest.mark.parametrize("name", MOTIONS)
def test_a_place_is_in_the_spot_when_it_was_in_view(name, sample_kernels, tmp_path):
    motion, seconds, view = MOTIONS[name]
    kernels = kernels_of(motion, view, tmp_path, sample_kernels)
    (products,) = compute_footprints(observation(kernels, imaging="spot"), lasting(seconds)).chunks
    shape = products.geometry[0]
    assert shape.is_valid
    assert ("antimeridian" in name) <= (shape.bounds[2] - shape.bounds[0] == 360.0)
    assert ("pole" in name) == (shape.bounds[3] == 90.0)
    lon, lat = places_about(shape)
    seen = seen_of(kernels, lon, lat, seconds)
    inside = shapely.contains_xy(shape, lon, lat)
    near_rim = shapely.distance(shapely.boundary(shape), shapely.points(lon, lat)) < 0.02
    assert inside.any()
    assert (inside == seen)[~near_rim].all()


def test_an_instant_gives_the_outline(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(), SPOT, tmp_path, sample_kernels)
    start = np.array([EPOCH])
    instant = Times(start, np.array([np.datetime64("NaT", "us")]))
    shapes = [
        next(compute_footprints(observation(kernels, imaging=mode), instant).chunks).geometry[0]
        for mode in ("auto", "spot", "frame")
    ]
    assert shapes[0].equals(shapes[1])
    assert shapes[1].equals(shapes[2])


def test_a_small_round_field_is_a_spot(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(), SPOT, tmp_path, sample_kernels)
    row = next(compute_footprints(observation(kernels), lasting(10.0)).chunks).table.iloc[0]
    assert row["imaging"] == "spot"
