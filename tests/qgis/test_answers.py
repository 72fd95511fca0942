"""Tables as answers again, and expressions and limits on answers."""

from __future__ import annotations

import pytest
import shapely
from query_kit import Footprints, asked

from planetary_qgis.core.archives.contents import noting_ranges
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import Answer
from planetary_qgis.core.query import RANGED_COLUMNS, Query
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.answers import narrowed
from planetary_qgis.qgis_bridge.indexes import facts_of_table, imported_indexes
from planetary_qgis.qgis_bridge.search import search
from planetary_qgis.qgis_bridge.stored import stored_answer


def names_of(answer: Answer) -> list[str]:
    return [name for chunk in answer.chunks for name in chunk.table["product_id"]]


def test_a_table_comes_back_as_it_went_in(footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    ids = search(geopackage, "index", Query()).ids
    answer = stored_answer(geopackage, "index", ids, chunk_rows=4)
    assert answer.total == len(Footprints.ids)
    assert answer.provenance["Label"] == "https://example.org/index.lbl"
    chunks = list(answer.chunks)
    assert [len(chunk) for chunk in chunks] == [4, 2]
    shapes = [shape for chunk in chunks for shape in chunk.geometry]
    for shape, original in zip(shapes, Footprints.shapes):
        assert (shape is None) == (original is None)
        assert shape is None or shapely.equals(shape, original)
    starts = [str(time) for chunk in chunks for time in chunk.table["start_time"]]
    assert starts[0] == "2010-01-01 00:00:00"
    assert starts[4:] == ["2010-01-05 00:00:00.123000", "NaT"]
    orbits = [orbit for chunk in chunks for orbit in chunk.table["ORBIT"]]
    assert orbits[-1] == Footprints.orbits[-1]
    notes = [note for chunk in chunks for note in chunk.table["NOTE"]]
    assert notes == list(Footprints.notes)


def test_only_the_rows_that_were_found(footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    found = search(geopackage, "index", asked(extent=(175, 0, 185, 5)))
    assert names_of(stored_answer(geopackage, "index", found.ids)) == ["antimeridian"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(expression='"incidence_angle" < 30'), ["equator", "antimeridian"]),
        (Query(expression="\"NOTE\" ILIKE 'NA%'"), ["equator"]),
        (Query(expression='"start_time" > make_datetime(2010,1,4,12,0,0)'), ["instant"]),
        (Query(expression="area($geometry) = 100", limit=2), ["equator", "instant"]),
        (Query(limit=3), list(Footprints.ids[:3])),
        (Query(), list(Footprints.ids)),
    ],
)
def test_expression_and_limit(query, found, footprints, geopackage) -> None:
    assert names_of(narrowed(footprints.answer(), query)) == found
    # The store says the same.
    store.write_table(geopackage, "index", footprints.answer())
    kept = search(geopackage, "index", query)
    assert names_of(stored_answer(geopackage, "index", kept.ids)) == found


def test_no_more_is_read_than_the_limit_needs(footprints) -> None:
    answer, read = footprints.answer(chunk_rows=1), []
    chunks = answer.chunks
    answer.chunks = (read.append(1) or chunk for chunk in chunks)
    limited = narrowed(answer, Query(limit=2))
    assert names_of(limited) == list(Footprints.ids[:2])
    assert len(read) == 2
    (sentence,) = limited.report.sentences()
    assert "limit of 2 products; there may be more" in sentence


def test_a_limit_that_is_not_reached_is_not_mentioned(footprints) -> None:
    answer = narrowed(footprints.answer(), Query(limit=100))
    assert names_of(answer) == list(Footprints.ids)
    assert not answer.report


def test_an_expression_on_columns_that_are_not_there(footprints) -> None:
    with pytest.raises(PlanetaryError, match="no_such_field"):
        narrowed(footprints.answer(), Query(expression='"no_such_field" = 1'))


def test_the_store_tells_what_its_indexes_are(footprints, geopackage) -> None:
    assert imported_indexes(geopackage) == []
    answer = footprints.answer()
    answer.provenance = {"Dataset": "mro.ctx.edr: Context Camera", "Body": "Mars"}
    store.write_table(geopackage, "ctx", noting_ranges(answer))
    store.write_table(geopackage, "other", footprints.answer())
    ctx, other = imported_indexes(geopackage)
    assert (ctx.table, ctx.rows, ctx.dataset, ctx.body) == ("ctx", 6, "mro.ctx.edr", "MARS")
    assert ctx.ranges == ("incidence_angle",)
    assert (other.dataset, other.body, other.ranges) == ("", "", RANGED_COLUMNS)
    assert facts_of_table(geopackage, "ctx")["Can be searched by"] == "incidence_angle"
