"""What the Orbital Data Explorer is asked: the addresses, read back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from ode_samples import CTX

from planetary_qgis.core.archives.services import ode
from planetary_qgis.core.archives.services.narrowing import Name, boxes_of, names_of
from planetary_qgis.core.archives.services.ode_request import next_request
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import Query, pattern_expression


def asked(query: Query, served=CTX) -> list[dict[str, str]]:
    """The parameters of each first request."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        for request in ode.requests(served, query)
    ]


def test_a_data_set_is_asked_by_its_three_names():
    (one,) = asked(Query())
    assert one == {
        "query": "product",
        "target": "mars",
        "ihid": "MRO",
        "iid": "CTX",
        "pt": "EDR",
        "results": "fmpc",
        "output": "JSON",
        "order": "oba",
        "limit": "500",
        "offset": "0",
    }


def test_other_bodies_are_refused():
    with pytest.raises(PlanetaryError, match="nothing about Enceladus"):
        ode.requests(replace(CTX, body="ENCELADUS"), Query())


class TestArea:
    def test_a_box_over_0_degrees_starts_in_the_359s(self):
        (one,) = asked(Query(area="POLYGON ((-1 -1, 1 -1, 1 1, -1 1, -1 -1))"))
        assert (float(one["westernlon"]), float(one["easternlon"])) == (358.99, 1.01)
        assert (float(one["minlat"]), float(one["maxlat"])) == (-1.01, 1.01)
        # “o” would find only what lies wholly inside.
        assert one["loc"] == "f"

    def test_over_the_antimeridian_each_part_is_asked(self):
        east, west = asked(
            Query(
                area="MULTIPOLYGON (((170 0, 180 0, 180 5, 170 5, 170 0)), "
                "((-180 0, -175 0, -175 5, -180 5, -180 0)))"
            )
        )
        assert float(east["westernlon"]) == pytest.approx(169.99)
        assert float(east["easternlon"]) == pytest.approx(180.01)
        assert float(west["westernlon"]) == pytest.approx(179.99)
        assert float(west["easternlon"]) == pytest.approx(185.01)

    def test_around_a_pole_two_halves_are_asked(self):
        halves = asked(Query(area=shapely.box(-180, 80, 180, 90).wkt))
        sides = [(float(each["westernlon"]), float(each["easternlon"])) for each in halves]
        assert sides == [(180.0, 360.0), (0.0, 180.0)]
        assert {each["maxlat"] for each in halves} == {"90.000000"}

    def test_many_parts_become_two_boxes(self):
        boxes = [shapely.box(lon, 0, lon + 1, 1) for lon in range(-100, 100, 5)]
        assert len(asked(Query(area=shapely.MultiPolygon(boxes).wkt))) == 2

    @given(
        west=st.floats(-180, 179),
        width=st.floats(0.1, 360),
        south=st.floats(-90, 89),
        height=st.floats(0.1, 180),
    )
    def test_boxes_cover_the_area_and_none_is_too_wide(self, west, width, south, height):
        area = shapely.box(west, south, min(west + width, 180), min(south + height, 90))
        boxes = boxes_of(area.wkt)
        covered = shapely.union_all([shapely.box(*box) for box in boxes])
        assert shapely.buffer(covered, 1e-9).covers(area)
        assert max(box[2] - box[0] for box in boxes) <= 180.0


class TestNames:
    @pytest.mark.parametrize(
        ("pattern", "productid"),
        [
            ("P16_007361_1800_XN_00S000W", "P16_007361_1800_XN_00S000W"),
            ("P16*", "P16*"),
            ("*00S000W", "*00S000W"),
            ("*1800*", "*1800*"),
            ("P??_007361*", "*_007361*"),
            ("a'--&x=1#%", "a'--&x=1#%"),
        ],
    )
    def test_wildcards_are_those_that_ode_knows(self, pattern, productid):
        assert [one["productid"] for one in asked(Query(product_id=pattern))] == [productid]

    def test_nothing_leaks_out_of_a_name(self):
        (request,) = ode.requests(CTX, Query(product_id="a'&target=moon#\"?b"))
        parts = urlsplit(request.url)
        assert parts.fragment == ""
        assert parse_qs(parts.query)["target"] == ["mars"]
        assert parse_qs(parts.query)["productid"] == ["a'&target=moon#\"*"]

    def test_a_pattern_that_says_nothing_is_not_asked(self):
        (one,) = asked(Query(product_id="P16* ***"))
        assert "productid" not in one

    def test_each_name_and_box_is_one_request(self):
        two = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))"
        assert len(asked(Query(product_id="A* B*", area=two))) == 4

    def test_many_names_are_asked_only_where_nothing_else_narrows(self):
        many = " ".join(f"P{number}" for number in range(50))
        assert len(asked(Query(product_id=many))) == 50
        assert len(asked(Query(product_id=many, start="2008-01-01"))) == 1

    @given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", max_size=8))
    def test_whatever_matches_the_pattern_has_the_piece(self, pattern, product_id):
        names = names_of([pattern])
        if not pattern_expression(pattern).fullmatch(product_id) or not names:
            return
        (name,) = names
        assert isinstance(name, Name)
        assert name.piece in product_id
        assert not name.starts or product_id.startswith(name.piece)
        assert not name.ends or product_id.endswith(name.piece)


def test_times_are_asked_wider_than_the_query():
    (one,) = asked(Query(start="2008-052T00:00:00", stop="2008-02-22T00:00:00Z"))
    assert np.datetime64(one["minobtime"]) == np.datetime64("2008-02-20")
    assert np.datetime64(one["maxobtime"]) == np.datetime64("2008-02-23")


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        (Query(limit=10), "100"),
        (Query(limit=300), "300"),
        (Query(limit=90000), "500"),
        (Query(limit=10, expression="pt = 'EDR'"), "500"),
    ],
)
def test_pages_are_no_longer_than_the_search_needs(query, limit):
    assert asked(query)[0]["limit"] == limit


class TestPaging:
    FIRST = ode.requests(CTX, Query(product_id="P1 6*"))[1]

    def test_the_next_page_asks_the_same_from_further_on(self):
        following = next_request(self.FIRST, 500, 1200)
        assert following is not None
        before, after = (parse_qs(urlsplit(r.url).query) for r in (self.FIRST, following))
        assert after.pop("offset") == ["500"]
        assert before.pop("offset") == ["0"]
        assert before == after

    @pytest.mark.parametrize(
        ("received", "total"), [(0, 1200), (0, None), (500, 500), (12, 12), (12, None)]
    )
    def test_it_ends(self, received, total):
        assert next_request(self.FIRST, received, total) is None

    def test_a_full_page_without_a_count_goes_on(self):
        assert next_request(self.FIRST, 500, None) is not None
