"""The index that the benchmarks generate: read like a real one, and as awkward."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from benchmarks.generated_index import write_index
from planetary_qgis.core.archives.pds3.index import open_index

ROWS = 30_000


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    answer = open_index(write_index(tmp_path_factory.mktemp("generated"), ROWS))
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return answer, table, np.concatenate([chunk.geometry for chunk in chunks])


def test_every_row_is_read(read):
    answer, table, geometry = read
    assert answer.total == ROWS
    nowhere = sum(shape is None for shape in geometry)
    (sentence,) = answer.report.sentences()
    assert sentence.startswith(f"{nowhere} rows have no known position")
    assert len(table) == len(geometry) == ROWS
    assert table["product_id"].is_unique
    assert table["product_id"].str.fullmatch(r"P\d\d_\d{7}_XI_\d\d[NS]\d{3}W").all()


def test_footprints_hold_their_centres_and_some_are_awkward(read):
    _, table, geometry = read
    known = ~shapely.is_missing(geometry)
    assert 0.97 < known.mean() < 1.0
    assert shapely.is_valid(geometry[known]).all()
    centres = shapely.points(table["center_lon_e"], table["center_lat"])
    assert shapely.intersects(geometry[known], centres[known]).all()
    assert (shapely.get_type_id(geometry[known]) == 6).any()  # over the antimeridian
    assert (np.abs(shapely.bounds(geometry[known])[:, [1, 3]]) == 90.0).any()  # around a pole


def test_some_values_of_most_columns_are_unknown(read):
    _, table, _ = read
    for name in ("stop_time", "incidence_angle", "resolution", "subsolar_azimuth"):
        assert 0.0 < table[name].isna().mean() < 0.03
    assert table["start_time"].is_monotonic_increasing
