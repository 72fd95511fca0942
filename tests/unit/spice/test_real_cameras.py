"""Real images of cameras whose kernels hold no field of view: THEMIS and Viking."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from planetary_qgis.core.polygons import unit_vectors
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import Times

pytestmark = pytest.mark.real_data

MARS_M = 3_390_000.0


@pytest.fixture(scope="module")
def cameras(cases):
    """The cases for which GETFOV has no answer."""
    return {case.name: case for case in cases if case.facts.get("fov_in_ik") is False}


def metres_apart(one, other) -> float:
    first, second = (unit_vectors(np.array(lon), np.array(lat)) for lon, lat in (one, other))
    return float(np.linalg.norm(first - second) * MARS_M)


def row_of(case, times: Times, **options):
    (products,) = compute_footprints(case.observation(**options), times).chunks
    return products.table.iloc[0], products.geometry[0]


def instant(moment: np.datetime64) -> Times:
    return Times(np.array([moment]), np.array([np.datetime64("NaT", "us")]))


def moments(case) -> dict[str, np.datetime64]:
    start = case.times().start[0]
    if case.facts["utc_stop"] is None:
        return {"start": start}
    stop = case.times().stop[0]
    return {"start": start, "mid": start + (stop - start) / 2, "stop": stop}


def test_boresights_are_those_of_the_cases(cameras, capsys):
    worst = {}
    for name, case in cameras.items():
        for which, moment in moments(case).items():
            row, shape = row_of(case, instant(moment), imaging="frame")
            truth = case.facts["boresight"][which]
            worst[f"{name} {which}"] = metres_apart((row["center_lon_e"], row["center_lat"]), truth)
            assert shape.contains(shapely.Point(row["center_lon_e"], row["center_lat"]))
    with capsys.disabled():
        print("\nboresights off, m:", {name: round(off, 3) for name, off in worst.items()})
    assert len(worst) == 7
    assert max(worst.values()) < 1.0  # the cases are given to a millionth of a degree


def test_footprints_hold_what_another_camera_model_sees(cameras, capsys):
    """ISDs of the same images: the ground below the middle pixel, by code of others."""
    shown = {}
    for name, case in cameras.items():
        row, shape = row_of(case, case.times())
        lon, lat = case.facts["truth"]["isd_center_pixel"]
        pixel = shapely.Point((lon + 180.0) % 360.0 - 180.0, lat)
        middle = shape.centroid
        off_km = metres_apart((pixel.x, pixel.y), (middle.x, middle.y)) / 1000.0
        outside_km = shapely.distance(shape, pixel) * np.radians(MARS_M) / 1000.0
        shown[name] = (
            f"{row['imaging']}, {row['resolution']:.1f} m a pixel, middle pixel {off_km:.1f} km off"
            f" the footprint's, {outside_km:.1f} km outside"
        )
    with capsys.disabled():
        print("\n" + "\n".join(f"{name}: {words}" for name, words in shown.items()))
    assert len(shown) == 3


def test_resolutions_are_those_published(cameras):
    """THEMIS: 100 m in the infrared, 18 m in the visible, from about 400 km."""
    published = {"I74199019RDR": 100.0, "V46475015EDR": 18.0}
    for name, metres in published.items():
        row, _ = row_of(cameras[name], cameras[name].times())
        assert row["resolution"] == pytest.approx(metres, rel=0.05)
