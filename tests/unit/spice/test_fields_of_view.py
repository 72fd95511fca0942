"""Fields of view of every shape: what lies in the footprint is what CSPICE's FOVRAY sees."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy

from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments import imaging_of, instrument_of
from planetary_qgis.core.spice.kernels import expand
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

UTC = "2019-09-01T05:00:00"
SHAPES = {
    -999011: ("CIRCLE", "0.12 0.0 1.0"),
    -999012: ("ELLIPSE", "0.20 0.0 1.0  0.0 0.05 1.0"),
    -999013: ("POLYGON", "0.2 0.0 1.0  0.05 0.2 1.0  -0.2 0.1 1.0  -0.1 -0.2 1.0  0.1 -0.1 1.0"),
    -999014: ("RECTANGLE", "0.2 0.1 1.0  -0.2 0.1 1.0  -0.2 -0.1 1.0  0.2 -0.1 1.0"),
}


@pytest.fixture(scope="module")
def kernels(sample_kernels, tmp_path_factory):
    """The sample with an instrument of each shape on its frame camera's mount."""
    entries = [
        f"INS{naif_id}_FOV_FRAME = 'SYNTH_FRAME_CAM'\n"
        f"INS{naif_id}_FOV_SHAPE = '{shape}'\n"
        f"INS{naif_id}_BORESIGHT = ( 0.0 0.0 1.0 )\n"
        f"INS{naif_id}_FOV_BOUNDARY_CORNERS = ( {corners} )\n"
        for naif_id, (shape, corners) in SHAPES.items()
    ]
    path = tmp_path_factory.mktemp("kernels") / "shapes.ti"
    path.write_text("KPL/IK\n\\begindata\n" + "".join(entries) + "\\begintext\n")
    return (*sample_kernels, path)


@pytest.mark.parametrize("naif_id", SHAPES)
def test_the_footprint_holds_what_is_seen(kernels, naif_id):
    observation = Observation(kernels, "MARS", "SYNTHETIC_ORBITER", str(naif_id), imaging="frame")
    (products,) = compute_footprints(observation, times_of_run(parse_utc(UTC), None)).chunks
    shape = products.geometry[0]
    west, south, east, north = shape.buffer(0.5).bounds
    random = np.random.default_rng(11)
    lon, lat = random.uniform(west, east, 400), random.uniform(south, north, 400)
    inside = shapely.contains_xy(shape, lon, lat)
    near_edge = shapely.distance(shape.boundary, shapely.points(lon, lat)) < 0.02
    with furnished(expand(kernels)):
        seen = np.array([is_seen(naif_id, place) for place in zip(lon, lat)])
    assert 0.1 < seen.mean() < 0.9
    assert (inside == seen)[~near_edge].all()


def is_seen(naif_id: int, place: tuple[float, float]) -> bool:
    et = spiceypy.str2et(UTC)
    (point,) = spiceypy.latsrf("ELLIPSOID", "MARS", et, "IAU_MARS", [np.radians(place)])
    ray, _ = spiceypy.spkcpt(
        point, "MARS", "IAU_MARS", et, "J2000", "OBSERVER", "LT+S", "SYNTHETIC_ORBITER"
    )
    return bool(spiceypy.fovray(str(naif_id), ray[:3], "J2000", "NONE", "SYNTHETIC_ORBITER", et))


@pytest.mark.parametrize(
    ("instrument", "expected"), [(-999001, "frame"), (-999002, "line scan"), (-999012, "frame")]
)
def test_a_line_is_swept_and_an_area_is_not(kernels, instrument, expected):
    with furnished(expand(kernels)):
        assert imaging_of(instrument_of(instrument), "auto") == expected
        assert imaging_of(instrument_of(instrument), "frame") == "frame"
