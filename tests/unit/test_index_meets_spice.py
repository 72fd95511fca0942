"""The sample's index and its kernels tell the same story: each is the other's check.

The index was computed by plain spiceypy when the sample was made, in CTX's conventions
(planetographic latitudes, west longitudes).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.polygons import unit_vectors
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.times import parse_utc_column

SAMPLE = Path(__file__).resolve().parents[2] / "planetary_qgis" / "resources" / "sample"
MARS_RADIUS_M = 3396190.0


def read(answer) -> pd.DataFrame:
    """All rows of an answer with their geometry, by product."""
    tables = [chunk.table.assign(geometry=chunk.geometry) for chunk in answer.chunks]
    return pd.concat(tables).set_index("product_id")


@pytest.fixture(scope="module")
def index() -> pd.DataFrame:
    return read(open_index(SAMPLE / "index.lbl"))


def computed(instrument: str, listed: pd.DataFrame) -> pd.DataFrame:
    observation = Observation((SAMPLE / "synthetic.tm",), "MARS", "SYNTHETIC_ORBITER", instrument)
    times = Times(
        parse_utc_column(listed["start_time"]),
        parse_utc_column(listed["stop_time"]),
        product_ids=listed["product_id"].tolist(),
        carried=listed,
        carried_kinds={"note": "text"},
    )
    return read(compute_footprints(observation, times))


@pytest.fixture(scope="module")
def frames() -> pd.DataFrame:
    return computed("SYNTH_FRAME_CAM", pd.read_csv(SAMPLE / "times_frame.csv"))


@pytest.fixture(scope="module")
def scans() -> pd.DataFrame:
    return computed("SYNTH_LINE_CAM", pd.read_csv(SAMPLE / "times_line.csv"))


def corner_misses_m(index_shape, spice_shape) -> np.ndarray:
    """How far the corners of an index's shape are from the nearest vertex of the other one."""
    corners = shapely.get_coordinates(index_shape)
    vertices = shapely.get_coordinates(spice_shape)
    gaps = unit_vectors(*corners.T)[:, None] - unit_vectors(*vertices.T)[None]
    return np.linalg.norm(gaps, axis=-1).min(axis=1) * MARS_RADIUS_M


@pytest.mark.parametrize("instrument", ["frames", "scans"])
def test_every_product_of_the_index_is_found_again(index, instrument, request):
    spice = request.getfixturevalue(instrument)
    both = index.join(spice, rsuffix="_spice", how="inner")
    assert len(both) == len(spice)
    assert (both["note"] == "synthetic sample").all()
    for column, tolerance in (
        ("incidence_angle", 1e-3),
        ("emission_angle", 1e-3),
        ("phase_angle", 1e-3),
        ("local_time", 1e-3),
        ("resolution", 0.01),
    ):
        known = both[column].notna()
        assert known.mean() > 0.9
        difference = (both[column] - both[f"{column}_spice"])[known].abs()
        assert difference.max() < tolerance, column


def test_centres_agree_on_the_ground(index, frames):
    both = index.join(frames, rsuffix="_spice", how="inner")
    one = unit_vectors(both["center_lon_e"].to_numpy(), both["center_lat"].to_numpy())
    other = unit_vectors(both["center_lon_e_spice"].to_numpy(), both["center_lat_spice"].to_numpy())
    distance = np.linalg.norm(one - other, axis=1) * MARS_RADIUS_M
    assert np.nanmax(distance) < 10.0


def test_corners_of_frames_agree_on_the_ground(index, frames):
    compared = 0
    for product, row in index.join(frames[["geometry"]], rsuffix="_spice", how="inner").iterrows():
        corners = index_corners(row)
        if row["geometry"] is None or np.isnan(corners).any():
            continue
        gaps = corner_misses_m(shapely.Polygon(corners), row["geometry_spice"])
        assert gaps.max() < 10.0, product
        compared += 1
    assert compared > 100


def index_corners(row) -> np.ndarray:
    """(4, 2) the corners as the index has them, brought to the house's convention by hand."""
    corners = []
    for name in ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT"):
        ographic = np.radians(row[f"{name}_LATITUDE"])
        ocentric = np.degrees(np.arctan((3376.2 / 3396.19) ** 2 * np.tan(ographic)))
        corners.append(((-row[f"{name}_LONGITUDE"] + 180.0) % 360.0 - 180.0, ocentric))
    return np.array(corners)


def test_hard_cases_are_among_them(frames):
    shapes = frames["geometry"].dropna()
    bounds = np.array([shape.bounds for shape in shapes])
    assert all(shape.is_valid for shape in shapes)
    split = [shape for shape in shapes if shape.geom_type == "MultiPolygon"]
    assert split
    assert (bounds[:, 3] == 90.0).any()
    assert (frames["view"] == "over the limb").sum() == 2


def test_index_and_spice_cover_the_same_ground(index, frames):
    both = index.join(frames[["geometry"]], rsuffix="_spice", how="inner")
    for product, row in both.iterrows():
        if row["geometry"] is None or row["geometry"].bounds[3] > 80.0:
            continue  # four corners round a pole are a coarse outline
        one, other = row["geometry"], row["geometry_spice"]
        assert one.intersection(other).area / one.union(other).area > 0.97, product


def test_a_scan_without_a_stop_does_not_keep_others_from_being_swept(scans):
    listed = pd.read_csv(SAMPLE / "times_line.csv").head(5)
    listed.loc[2, "stop_time"] = None
    some = computed("SYNTH_LINE_CAM", listed)
    assert sorted(some.index) == sorted(listed["product_id"])
    for row, product in enumerate(listed["product_id"]):
        area, swept = some.loc[product, "geometry"].area, scans.loc[product, "geometry"].area
        assert area == pytest.approx(swept) if row != 2 else area < 0.01 * swept
