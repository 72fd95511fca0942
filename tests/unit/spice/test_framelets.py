"""Push frame cameras: each framelet at its own moment, gaps between them left open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
import spiceypy
from scenarios import CAMERA, EPOCH, Motion, intercept, kernels_of, lasting, observation

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.areas.framelets import interframe_of
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments.instrument import imaging_of, instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

FRAMELET = """
FOV_FRAME = 'MOVER_CAMERA'
FOV_SHAPE = 'RECTANGLE'
BORESIGHT = ( 0 0 1 )
FOV_CLASS_SPEC = 'CORNERS'
FOV_BOUNDARY_CORNERS = ( 0.008 0.1 1  -0.008 0.1 1  -0.008 -0.1 1  0.008 -0.1 1 )
"""
POSITIONS_END_S = 39 * 3600.0
"""From EPOCH to the end of the orbit's kernel."""


def found(kernels, times, **options):
    answer = compute_footprints(observation(kernels, imaging="push frame", **options), times)
    products = list(answer.chunks)
    return products[0].geometry[0], products[0].table.iloc[0], answer


@pytest.fixture
def kernels(sample_kernels, tmp_path):
    return kernels_of(Motion(), FRAMELET, tmp_path, sample_kernels)


@pytest.mark.parametrize("interframe_s", [1.0, 3.0, 4.5])
def test_a_place_is_in_when_a_framelet_saw_it(kernels, interframe_s):
    seconds = 13.4
    shape, _, _ = found(kernels, lasting(seconds), interframe_s=interframe_s)
    count = int(seconds / interframe_s) + 1
    assert shapely.get_num_geometries(shape) == (1 if interframe_s == 1.0 else count)
    west, south, east, north = shape.buffer(0.1).bounds
    random = np.random.default_rng(3)
    lon, lat = random.uniform(west, east, 300), random.uniform(south, north, 300)
    inside = shapely.contains_xy(shape, lon, lat)
    seen = framed(kernels, lon, lat, interframe_s * np.arange(count))
    near_rim = shapely.distance(shapely.boundary(shape), shapely.points(lon, lat)) < 1e-3
    assert 0.1 < inside.mean() < 0.95
    assert (inside == seen)[~near_rim].all()


def framed(kernels, lon, lat, seconds) -> np.ndarray:
    """(n,) whether places were in a framelet at one of these moments, by CSPICE."""
    with furnished(expand(kernels)):
        start = spiceypy.str2et(str(EPOCH))
        radians = np.radians(np.column_stack([lon, lat]))
        places = spiceypy.latsrf("ELLIPSOID", "MARS", start, "IAU_MARS", radians)
        return np.array([any(is_in_view(start + s, place) for s in seconds) for place in places])


def is_in_view(et: float, place) -> bool:
    ray = spiceypy.spkcpt(
        place, "MARS", "IAU_MARS", et, "MOVER_CAMERA", "OBSERVER", "LT+S", "MOVER"
    )
    direction = ray[0][:3]
    in_field = spiceypy.fovray(str(CAMERA), direction, "MOVER_CAMERA", "NONE", "MOVER", et)
    return bool(in_field) and intercept(et, direction) is not None


def test_the_kernels_tell_the_interframe(sample_kernels, tmp_path):
    told = FRAMELET + "INTERFRAME_DELAY = 3.0\n"
    kernels = kernels_of(Motion(), told, tmp_path, sample_kernels)
    from_kernel, _, answer = found(kernels, lasting(13.4))
    asked, _, _ = found(kernels, lasting(13.4), interframe_s=3.0)
    other, _, _ = found(kernels, lasting(13.4), interframe_s=4.5)
    assert from_kernel.equals(asked)
    assert not from_kernel.equals(other)
    assert "push frame every 3 s" in answer.provenance["Instrument"]


def test_the_kernels_tell_when_the_first_framelet_is_taken(sample_kernels, tmp_path):
    late = FRAMELET + "START_TIME_BIAS = 0.5\n"
    plain_folder, late_folder = tmp_path / "plain", tmp_path / "late"
    for folder in (plain_folder, late_folder):
        folder.mkdir()
    kernels = kernels_of(Motion(), late, late_folder, sample_kernels)
    plain = kernels_of(Motion(), FRAMELET, plain_folder, sample_kernels)
    shape, _, _ = found(kernels, lasting(13.0), interframe_s=3.0)
    half_a_second_later, _, _ = found(plain, lasting(13.0, 0.5), interframe_s=3.0)
    assert shape.equals(half_a_second_later)


@pytest.mark.parametrize(
    ("naif_id", "keywords", "expected"),
    [
        (-53032, "", 0.9),
        (-61500, "", 0.371),
        (-61500, "INS-61500_INTERFRAME_DELTA = 0.001", 0.372),
        (-85631, "INS-85631_INTERFRAME_DELAY = 1.4", 1.4),
        (-74410, "", 0.0),
    ],
)
def test_what_is_usual(sample_kernels, tmp_path, naif_id, keywords, expected):
    path = tmp_path / "timing.ti"
    path.write_text(f"KPL/IK\n\\begindata\n{keywords}\n\\begintext\n")
    with furnished(expand((*sample_kernels, path))):
        instrument = replace(instrument_of(-999001), naif_id=naif_id)
        assert imaging_of(instrument, "auto") == "push frame"
        assert interframe_of(instrument, observation(sample_kernels)) == pytest.approx(expected)


def test_nothing_tells_the_interframe(kernels):
    with pytest.raises(PlanetaryError, match="Nothing tells how often") as caught:
        found(kernels, lasting(13.4))
    assert "INTERFRAME_DELAY" in caught.value.hint


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_an_interframe_that_cannot_be(kernels, wrong):
    with pytest.raises(PlanetaryError, match="Framelets cannot follow each other"):
        observation(kernels, interframe_s=wrong)


def test_framelets_after_the_end_of_the_kernels_are_left_out(kernels):
    begin = POSITIONS_END_S - 9.5
    shape, row, answer = found(kernels, lasting(30.0, begin), interframe_s=3.0)
    known, _, _ = found(kernels, lasting(9.4, begin), interframe_s=3.0)
    assert shape.equals(known)
    assert row["view"] == "surface"
    told = " ".join(answer.report.sentences())
    assert "only a part of the framelets" in told
    assert "the position of MOVER" in told
