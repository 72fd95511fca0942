"""Fields of view of every shape: what lies in the footprint is what CSPICE's FOVRAY sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
import spiceypy

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments import instrument_facts
from planetary_qgis.core.spice.instruments.instrument import imaging_of, instrument_of
from planetary_qgis.core.spice.instruments.instrument_facts import facts_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import IMAGING_MODES, Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

DATA_FILE = Path(instrument_facts.__file__).with_name("instruments.toml")
UTC = "2019-09-01T05:00:00"
SHAPES = {
    -999011: ("CIRCLE", "0.12 0.0 1.0"),
    -999012: ("ELLIPSE", "0.20 0.0 1.0  0.0 0.05 1.0"),
    -999013: ("POLYGON", "0.2 0.0 1.0  0.05 0.2 1.0  -0.2 0.1 1.0  -0.1 -0.2 1.0  0.1 -0.1 1.0"),
    -999016: ("POLYGON", "0.1 0.1 1.0  -0.1 0.1 1.0  0.0 0.0 1.0  -0.1 -0.1 1.0  0.1 -0.1 1.0"),
    -999015: ("CIRCLE", "0.009 0.0 1.0"),
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
    west, south, east, north = shape.buffer(0.4 * np.sqrt(shape.area)).bounds
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
    ("instrument", "expected"),
    [(-999001, "frame"), (-999002, "line scan"), (-999012, "frame"), (-999015, "spot")],
)
def test_lines_are_swept_and_small_rounds_are_spots(kernels, instrument, expected):
    with furnished(expand(kernels)):
        assert imaging_of(instrument_of(instrument), "auto") == expected
        assert imaging_of(instrument_of(instrument), "frame") == "frame"


def test_the_data_file_knows_each_instrument_once():
    tables = read_toml(DATA_FILE)
    ids = [naif_id for entry in tables["instrument"] for naif_id in entry["naif_ids"]]
    assert len(ids) == len(set(ids))
    assert {entry["imaging"] for entry in tables["instrument"]} <= set(IMAGING_MODES) - {"auto"}
    for camera in tables["camera"]:
        assert camera["naif_id"] in ids
        facts = facts_of(camera["naif_id"])
        assert facts.camera is not None
        assert facts.camera.source


@pytest.mark.parametrize("naif_id", SHAPES)
def test_a_notch_is_seen(kernels, naif_id):
    with furnished(expand(kernels)):
        assert instrument_of(naif_id).is_convex == (naif_id != -999016)


@pytest.mark.parametrize(("shape", "across"), [("CIRCLE", 0.24), ("ELLIPSE", 0.4)])
def test_extents(kernels, shape, across):
    naif_id = next(key for key, value in SHAPES.items() if value[0] == shape)
    with furnished(expand(kernels)):
        length, width = instrument_of(naif_id).extent
    assert length == pytest.approx(across, rel=0.01)
    assert width <= length
