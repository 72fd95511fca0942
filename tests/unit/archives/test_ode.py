"""Answers of the Orbital Data Explorer, as products."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
import shapely
from ode_samples import CTX, MERIDIANI, answer, product
from recorded_transport import RecordedTransport

from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.http import NetworkError
from planetary_qgis.core.products import SHARED_COLUMNS
from planetary_qgis.core.query import Query, Range

RADIUS = 3396190.0


def asked(body: bytes, query: Query | None = None):
    """The answer to a query, its whole table, its geometries and its report's sentences."""
    found = ask(CTX, query or Query(), RecordedTransport(lambda _: body))
    chunks = list(found.chunks)
    table = pd.concat([c.table for c in chunks], ignore_index=True) if chunks else pd.DataFrame()
    geometry = np.concatenate([c.geometry for c in chunks]) if chunks else np.array([])
    return found, table, geometry, found.report.sentences()


class TestOneProduct:
    @pytest.fixture(scope="class")
    def row(self):
        _, table, geometry, sentences = asked(answer(product()))
        assert sentences == []
        assert len(table) == 1
        return table.iloc[0], geometry[0]

    def test_its_corners_are_those_of_the_index(self, row):
        """The index's 359.73 and 0.18 West are 0.27 and 359.82 East."""
        corners = {(round(lon, 6), lat) for lon, lat in shapely.get_coordinates(row[1])}
        assert corners == {
            (round(360.0 - 359.73, 6), -0.3064),
            (round(359.82 - 360.0, 6), -0.3657),
            (-0.26, 0.3558),
            (0.18, 0.4052),
        }

    def test_shared_columns(self, row):
        values = row[0]
        assert list(values.index[: len(SHARED_COLUMNS)]) == list(SHARED_COLUMNS)
        assert values["product_id"] == "P16_007361_1800_XN_00S000W"
        assert (values["target"], values["instrument_host"]) == ("MARS", "MRO")
        assert values["start_time"] == pd.Timestamp("2008-02-21T00:58:48.971")
        assert values["stop_time"] == pd.Timestamp("2008-02-21T00:59:02.424")
        assert (values["center_lon_e"], values["center_lat"]) == (0.0, 0.0198)
        assert values["incidence_angle"] == 44.11
        assert (values["resolution"], values["solar_longitude"]) == (5.34, 34.81)
        assert np.isnan(values["local_time"])
        assert values["geometry_source"] == "service"
        assert values["source"].endswith("Orbital Data Explorer, MRO CTX EDR")

    def test_the_data_are_neither_label_nor_thumbnail(self, row):
        values = row[0]
        assert values["product_url"].endswith("/d/P16_007361_1800_XN_00S000W.IMG")
        assert values["browse_url"].endswith("/b/P16_007361_1800_XN_00S000W.IMG.jpeg")
        assert values["label_url"] == MERIDIANI["LabelURL"]

    def test_its_own_columns_keep_their_kinds(self, row):
        values = row[0]
        assert values["Start_orbit_number"] == 7361
        assert values["Solar_distance"] == 244340641.9
        assert values["Observation_time"] == pd.Timestamp("2008-02-21T00:58:55.697")
        assert values["ODE_notes"] == "NOTE: Product Type set by ODE\nNOTE: Index Record:"
        assert values["External_url"] is None


class TestAnswers:
    def test_many_products_are_a_list(self):
        _, table, _, _ = asked(answer(product(), product(pdsid="B")))
        assert list(table["product_id"]) == [MERIDIANI["pdsid"], "B"]

    @pytest.mark.parametrize(
        "body",
        [
            answer(),
            answer(Products=""),
            answer(Products=None),
            answer(Status="ERROR", Error="No Products Found"),
        ],
    )
    def test_nothing_found_is_no_error(self, body):
        _, table, _, sentences = asked(body)
        assert table.empty
        assert sentences == []

    def test_an_error_says_what_ode_says(self):
        body = answer(Status="ERROR", Error="Incorrect query format: minlat")
        with pytest.raises(NetworkError, match="could not answer: Incorrect query format: minlat"):
            asked(body)

    def test_a_web_page_is_an_error(self):
        with pytest.raises(NetworkError, match="a web page where JSON was expected"):
            asked(b"<html><body>Please log in</body></html>")

    @pytest.mark.parametrize("body", [b"[]", b'"x"', b"{}", b'{"ODEResults": []}', b"null"])
    def test_other_json_is_an_error(self, body):
        with pytest.raises(NetworkError, match="never gives"):
            asked(body)

    def test_what_is_no_product_is_counted(self):
        _, table, _, sentences = asked(answer("broken", product(), 7))
        assert len(table) == 1
        assert sentences == ["2 entries of an answer are no products and were left out."]


class TestBrokenRows:
    def test_missing_fields_are_unknown(self):
        _, table, geometry, sentences = asked(answer({"pdsid": "A"}, {"ihid": "MRO"}))
        assert list(table["product_id"]) == ["A", None]
        assert list(geometry) == [None, None]
        assert list(table["target"]) == ["MARS", "MARS"]
        assert table["geometry_source"].isna().all()
        assert any("2 products have no footprint" in said for said in sentences)

    def test_a_broken_footprint_costs_one_row_its_geometry(self):
        broken = product(
            pdsid="BROKEN",
            Footprint_C0_geometry="POLYGON ((0.18 0.4052, 0.27",
            Footprint_GL_geometry="",
            Minimum_latitude="",
        )
        _, _, geometry, sentences = asked(answer(product(), broken))
        assert geometry[0] is not None
        assert geometry[1] is None
        text = "1 footprints cannot be read as well-known text, for example BROKEN."
        assert text in sentences

    def test_strange_values_are_unknown_and_counted(self):
        odd = product(
            Incidence_angle="-9999",
            Map_scale="about 5 m",
            Start_orbit_number={"a": 1},
            UTC_start_time="UNK",
            UTC_stop_time="yesterday",
            Center_latitude="123",
        )
        _, table, _, sentences = asked(answer(odd))
        row = table.iloc[0]
        names = ["incidence_angle", "resolution", "start_time", "stop_time", "center_lat"]
        assert row[[*names, "Start_orbit_number"]].isna().all()
        told = " ".join(sentences)
        for said in ("incidence angle", "about 5 m", "yesterday", "0.0 123.0"):
            assert said in told
        assert "UNK" not in told

    def test_addresses_are_those_of_the_web(self):
        odd = product(LabelURL="javascript:alert(1)", Product_files={"Product_file": "none"})
        _, table, _, _ = asked(answer(odd))
        assert table[["label_url", "product_url", "browse_url"]].isna().all(axis=None)

    def test_one_file_is_no_list(self):
        one = product(Product_files={"Product_file": MERIDIANI["Product_files"]["Product_file"][3]})
        _, table, _, _ = asked(answer(one))
        assert table["product_url"][0].endswith(".IMG")

    def test_other_bodies_have_no_place_here(self):
        _, table, geometry, sentences = asked(answer(product(Target_name="Phobos")))
        assert table["target"][0] == "PHOBOS"
        assert geometry[0] is None
        assert any("another body" in said for said in sentences)
        assert asked(answer(product(Target_name="Phobos")), Query(body="MARS"))[1].empty


class TestFootprints:
    def drawn(self, **changes):
        _, table, geometry, sentences = asked(answer(product(**changes)))
        return geometry[0], table["geometry_source"][0], sentences

    def test_both_projections_draw_the_same(self):
        first, _, _ = self.drawn(Footprint_GL_geometry="")
        other, source, _ = self.drawn(Footprint_C0_geometry="")
        assert source == "service"
        assert shapely.symmetric_difference(first, other).area < 1e-9

    def test_a_corner_that_splitting_lost_is_found_again(self):
        """As ODE spoils the sample at 0°, so here at 180°."""
        shape, _, sentences = self.drawn(
            Footprint_C0_geometry="GEOMETRYCOLLECTION (POLYGON ((180 -0.342, 179.82 -0.3657, "
            "179.74 0.3558, 180 0.385, 180 -0.342)), POLYGON ((-179.82 0.4052, -179.73 -0.3064, "
            "-180 -0.342, -179.82 0.4052)))",
            Footprint_GL_geometry="POLYGON ((180.18 0.4052, 180.27 -0.3064, 179.82 -0.3657, "
            "179.74 0.3558, 180.18 0.4052))",
        )
        assert sentences == []
        whole = shapely.from_wkt(MERIDIANI["Footprint_C0_geometry"])
        assert len(shape.geoms) == 2
        assert shape.area == pytest.approx(whole.area, rel=1e-9)

    def test_where_the_unsplit_drawing_is_another_the_split_one_stays(self):
        split = "MULTIPOLYGON (((179 0, 180 0, 180 2, 179 2, 179 0)), ((-180 0, -179 0, -179 2, "
        shape, _, _ = self.drawn(Footprint_C0_geometry=f"{split}-180 2, -180 0)))")
        assert shape.area == pytest.approx(4.0)

    def test_bounds_of_what_crosses_0_degrees_are_those_of_the_image(self):
        """ODE's westernmost is 0.18 and its easternmost 359.82, though it is half a degree wide."""
        shape, source, _ = self.drawn(Footprint_C0_geometry="", Footprint_GL_geometry="")
        assert source == "service bounds"
        assert shape.bounds == pytest.approx((-0.18, -0.3657, 0.18, 0.4052))

    def test_bounds_over_the_antimeridian_are_two_boxes(self):
        shape, _, _ = self.drawn(
            Footprint_C0_geometry="",
            Footprint_GL_geometry="",
            Footprints_cross_meridian="False",
            Westernmost_longitude="179.5",
            Easternmost_longitude="180.5",
        )
        assert len(shape.geoms) == 2
        assert shape.area == pytest.approx(0.7709)


class TestPoles:
    """A footprint with four corners around the north pole, drawn in metres and in degrees."""

    RING = ((20.0, 87.0), (110.0, 88.0), (200.0, 86.0), (290.0, 87.5))
    DEGREES = (
        "POLYGON ((-180 86.22, -160 86, -70 87.5, 20 87, 110 88, 180 86.44, 180 90, -180 90, "
        "-180 86.22))"
    )

    def metres(self, turned: float = 0.0) -> str:
        pyproj = pytest.importorskip("pyproj")
        plane = pyproj.Proj(proj="stere", lat_0=90, lon_0=turned, k=1, R=RADIUS)
        return shapely.Polygon([plane(*corner) for corner in self.RING]).wkt

    def drawn(self, **changes):
        values = {"Pole_state": "north", "Footprint_C0_geometry": self.DEGREES, **changes}
        _, _, geometry, sentences = asked(answer(product(**values)))
        return geometry[0], sentences

    def test_the_polar_drawing_is_taken(self):
        shape, sentences = self.drawn(Footprint_NP_geometry=self.metres())
        assert sentences == []
        assert shape.is_valid
        assert shape.intersects(shapely.Point(-120.0, 90.0))
        # Between two corners the edge comes nearer to the pole than either: tan c = tan 3° cos …
        assert not shape.intersects(shapely.Point(65.0, 87.9))
        assert shapely.from_wkt(self.DEGREES).intersects(shapely.Point(65.0, 87.9))
        corners = shapely.get_coordinates(shape)
        for lon, lat in self.RING:
            lon_180 = (lon + 180.0) % 360.0 - 180.0
            assert np.abs(corners - [lon_180, lat]).max(axis=1).min() < 1e-6

    def test_without_it_that_in_degrees_is(self):
        shape, sentences = self.drawn(Footprint_NP_geometry="MULTIPOLYGON EMPTY")
        assert sentences == []
        assert shape.equals(shapely.from_wkt(self.DEGREES))

    def test_where_both_disagree_that_in_degrees_is_and_it_is_told(self):
        south = self.metres()
        shape, sentences = self.drawn(
            Footprint_C0_geometry="POLYGON ((0 80, 90 80, 90 85, 0 85, 0 80))",
            Footprint_NP_geometry=south,
        )
        assert shape.equals(shapely.box(0, 80, 90, 85))
        assert len(sentences) == 1
        assert "two places" in sentences[0]
        assert MERIDIANI["pdsid"] in sentences[0]

    def test_bounds_around_a_pole_reach_it(self):
        _, table, geometry, _ = asked(
            answer(
                product(
                    Pole_state="south",
                    Footprint_C0_geometry="",
                    Footprint_GL_geometry="",
                    Minimum_latitude="-89.5",
                    Maximum_latitude="-85",
                    Westernmost_longitude="10",
                    Easternmost_longitude="350",
                )
            )
        )
        assert table["geometry_source"][0] == "service bounds"
        assert geometry[0].bounds == (-180.0, -90.0, 180.0, -85.0)


class TestPaging:
    def test_three_pages_with_an_overlap_have_no_row_twice(self):
        """A product that is published meanwhile shifts the pages by one."""
        rows = [product(pdsid=f"P{number:04}") for number in range(1100)]
        pages = {"0": rows[:500], "500": rows[499:999], "1000": rows[999:]}

        def answering(request):
            asked_for = parse_qs(urlsplit(request.url).query)["offset"][0]
            return answer(*pages[asked_for], count=1101)

        transport = RecordedTransport(answering)
        found = ask(CTX, Query(), transport)
        names = [name for chunk in found.chunks for name in chunk.table["product_id"]]
        assert names == [f"P{number:04}" for number in range(1100)]
        assert len(transport.requests) == 3
        assert found.provenance["Request 3"] == transport.requests[2].url

    def test_a_count_that_is_never_reached_ends_all_the_same(self):
        def answering(request):
            first = parse_qs(urlsplit(request.url).query)["offset"] == ["0"]
            return answer(product(), count=900) if first else answer(count=900)

        transport = RecordedTransport(answering)
        assert sum(len(chunk) for chunk in ask(CTX, Query(), transport).chunks) == 1
        assert len(transport.requests) == 2

    def test_both_halves_around_a_pole_find_a_product_once(self):
        area = shapely.box(-180, -90, 180, 90).wkt
        transport = RecordedTransport(lambda _: answer(product()))
        found = ask(CTX, Query(area=area), transport)
        assert sum(len(chunk) for chunk in found.chunks) == 1
        assert len(transport.requests) == 2


def test_what_ode_cannot_be_asked_is_filtered_here():
    body = answer(product(), product(pdsid="DARK", Incidence_angle="80"))
    query = Query(
        body="MARS",
        area=shapely.box(0.1, -0.1, 0.2, 0.1).wkt,
        ranges={"incidence_angle": Range(high=60.0)},
        product_id="P16*XN* DARK",
        start="2008-02-21",
        stop="2008-02-22",
    )
    _, table, _, _ = asked(body, query)
    assert list(table["product_id"]) == [MERIDIANI["pdsid"]]


@pytest.mark.real_data
class TestRealProducts:
    def test_a_stored_product_draws_the_same_in_each_projection(self, real_data):
        file = real_data / "services" / "ode" / "ESP_012600_1655_RED_ode_fields.json"
        stored = json.loads(file.read_text(encoding="utf-8"))
        shapes = []
        for gone in ((), ("Footprint_C0_geometry",)):
            kept = {name: value for name, value in stored.items() if name not in gone}
            _, table, geometry, sentences = asked(answer(kept))
            assert sentences == []
            shapes.append(geometry[0])
        assert shapes[0].equals(shapely.from_wkt(stored["Footprint_C0_geometry"]))
        assert all(shapely.symmetric_difference(shapes[0], each).area < 1e-9 for each in shapes)
        row = table.iloc[0]
        assert row["center_lon_e"] == pytest.approx(240.051 - 360.0)
        assert (row["resolution"], row["phase_angle"]) == (0.5, 53.549941)

    def test_every_stored_product_of_mawrth_vallis_is_on_the_map(self, real_data):
        file = real_data / "services" / "ode" / "Mawrth_Vallis_ODE_products_intersect.geojson"
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        footprints = [shapely.geometry.shape(each["geometry"]) for each in features]
        products = [
            {
                **each["properties"],
                "pdsid": each["properties"]["id"],
                "Footprint_C0_geometry": footprint.wkt,
                "LabelURL": each["properties"]["label_url"],
            }
            for each, footprint in zip(features, footprints)
        ]
        _, table, geometry, sentences = asked(answer(*products))
        assert sentences == []
        assert len(table) == 132
        assert table["incidence_angle"].notna().sum() == 76 + 43
        for shape, footprint in zip(geometry, footprints):
            assert shape.is_valid
            assert shapely.symmetric_difference(shape, footprint.buffer(0)).area < 1e-6
        middle = shapely.points(table["center_lon_e"], table["center_lat"])
        assert shapely.distance(middle, geometry).max() < 0.05
        first = table.iloc[0]
        assert first["product_id"] == "H1293_0000_ND3.JP2"
        assert first["center_lon_e"] == pytest.approx(-18.1021)

    def test_the_footprints_of_the_shapefile_are_kept_as_they_are(self, real_data):
        ogr = pytest.importorskip("osgeo.ogr")
        file = real_data / "vectors" / "ode_ctx" / "ctx_edr_footprints_excerpt.fgb"
        source = ogr.Open(str(file))
        texts = [feature.GetGeometryRef().ExportToIsoWkt() for feature in source.GetLayer(0)]
        rows = [product(pdsid=str(n), Footprint_C0_geometry=t) for n, t in enumerate(texts)]
        _, _, geometry, sentences = asked(answer(*rows))
        assert len(geometry) == 2000
        assert sentences == []
        for shape, text in zip(geometry, texts):
            theirs = shapely.make_valid(shapely.from_wkt(text))
            assert shapely.symmetric_difference(shape, theirs).area < 1e-9
