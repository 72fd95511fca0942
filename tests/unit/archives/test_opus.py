"""OPUS: what it is asked, and its answers as products."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
import shapely
from recorded_transport import RecordedTransport

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services import opus
from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.http import Head, NetworkError, Response
from planetary_qgis.core.query import Query, Range

ENCELADUS = Served(
    key="opus.enceladus.cassini.iss",
    title="Cassini ISS images of Enceladus",
    archive="PDS Ring-Moon Systems Node, OPUS",
    mission="CASSINI-HUYGENS",
    instrument="ISS",
    body="ENCELADUS",
    service="opus",
    url="https://opus.pds-rings.seti.org/opus/api",
    verified="",
    parameters={"instrument": "Cassini ISS", "surface_target": "Enceladus"},
)
SURFACE = "SURFACEGEOenceladus_"
FIELDS: dict[str, Any] = {
    "opusid": "co-iss-n1637461416",
    "productid": "1_N1637461416.118",
    "instrument": "Cassini ISS",
    "mission": "Cassini",
    "target": "Enceladus",
    "time1": "2009-11-21T01:40:25.123",
    "time2": "2009-11-21T01:40:27.123",
    "bundleid": "COISS_2056",
    "datasetid": "CO-S-ISSNA/ISSWA-2-EDR-V1.0",
    "primaryfilespec": "COISS_2056/data/1637449983_1637474532/N1637461416_1.IMG",
    "planetocentriclatitude1": "-35.500",
    "planetocentriclatitude2": "-20.250",
    "IAUwestlongitude1": "200.000",
    "IAUwestlongitude2": "230.500",
    "incidence1": "40.000",
    "incidence2": "60.000",
    "emission1": "10.000",
    "emission2": "30.000",
    "centerphaseangle1": "34.000",
    "centerphaseangle2": "34.100",
    "centerresolution1": "0.01200",
    "centerresolution2": "0.01210",
    "solarhourangle1": "350.000",
    "solarhourangle2": "10.000",
}
"""A row in the form of OPUS's, by its own names; the numbers are made up."""
LABELS = [f"{name} [Enceladus]" for name in FIELDS]


def row(**changes: Any) -> list[Any]:
    return [{**FIELDS, **changes}[name] for name in FIELDS]


def answer(*rows: Any, available: int | None = None, **changes: Any) -> bytes:
    total = len(rows) if available is None else available
    said = {"start_obs": 1, "limit": 1000, "count": len(rows), "available": total}
    return json.dumps({**said, "labels": LABELS, "page": list(rows), **changes}).encode()


def asked(query: Query) -> list[dict[str, str]]:
    """The parameters of each first request."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        for request in opus.requests(ENCELADUS, query)
    ]


def answered(body: bytes, query: Query | None = None):
    """The table, the geometries and the report's sentences."""
    found = ask(ENCELADUS, query or Query(), RecordedTransport(lambda _: body))
    chunks = list(found.chunks)
    table = pd.concat([c.table for c in chunks], ignore_index=True) if chunks else pd.DataFrame()
    geometry = np.concatenate([c.geometry for c in chunks]) if chunks else np.array([])
    return table, geometry, found.report.sentences()


class TestRequests:
    def test_a_surface_is_asked_of_an_instrument(self):
        (request,) = opus.requests(ENCELADUS, Query())
        assert urlsplit(request.url).path == "/opus/api/data.json"
        (one,) = asked(Query())
        assert one["instrument"] == "Cassini ISS"
        assert one["surfacegeometrytargetname"] == "Enceladus"
        assert (one["order"], one["startobs"]) == ("time1,opusid", "1")
        general, surface = one["cols"].split(",")[:10], one["cols"].split(",")[10:]
        assert general == list(FIELDS)[:10]
        assert surface == [SURFACE + name for name in list(FIELDS)[10:]]

    def test_longitudes_are_asked_west_positive(self):
        """130 to 160 East are 200 to 230 West."""
        (one,) = asked(Query(area=shapely.box(130, -40, 160, -20).wkt))
        assert float(one[SURFACE + "IAUwestlongitude1"]) == pytest.approx(200 - 0.01)
        assert float(one[SURFACE + "IAUwestlongitude2"]) == pytest.approx(230 + 0.01)
        assert float(one[SURFACE + "planetocentriclatitude1"]) == pytest.approx(-40.01)
        assert float(one[SURFACE + "planetocentriclatitude2"]) == pytest.approx(-19.99)

    def test_over_the_prime_meridian_the_first_longitude_is_the_greater(self):
        (one,) = asked(Query(area=shapely.box(-5, 0, 5, 1).wkt))
        assert float(one[SURFACE + "IAUwestlongitude1"]) == pytest.approx(354.99)
        assert float(one[SURFACE + "IAUwestlongitude2"]) == pytest.approx(5.01)

    def test_resolution_is_asked_in_kilometres(self):
        (one,) = asked(
            Query(ranges={"resolution": Range(high=100.0), "incidence_angle": Range(20.0, 60.0)})
        )
        assert one[SURFACE + "centerresolution2"] == "0.1"
        assert SURFACE + "centerresolution1" not in one
        assert (one[SURFACE + "incidence1"], one[SURFACE + "incidence2"]) == ("20", "60")

    def test_names_are_asked_piece_by_piece_and_nothing_leaks(self):
        (one,) = asked(Query(product_id="1_N16* *118 a'&limit=1#\"b *x*"))
        pieces = [(one[f"productid_{n}"], one[f"qtype-productid_{n}"]) for n in range(1, 5)]
        assert pieces == [
            ("1_N16", "begins"),
            ("118", "ends"),
            ("a'&limit=1#\"b", "matches"),
            ("x", "contains"),
        ]
        assert one["limit"] == "1000"

    def test_times_overlap_as_the_query_means(self):
        (one,) = asked(Query(start="2009-325", stop="2009-11-22T00:00:00Z"))
        assert one["time1"] == "2009-11-21T00:00:00.000"
        assert one["time2"] == "2009-11-22T00:00:00.000"


class TestRows:
    def test_shared_columns(self):
        table, _, sentences = answered(answer(row()))
        assert sentences == []
        one = table.iloc[0]
        assert one["product_id"] == "1_N1637461416.118"
        assert (one["target"], one["instrument_id"]) == ("ENCELADUS", "Cassini ISS")
        assert one["start_time"] == pd.Timestamp("2009-11-21T01:40:25.123")
        assert (one["incidence_angle"], one["emission_angle"]) == (50.0, 20.0)
        assert one["phase_angle"] == pytest.approx(34.05)
        assert one["resolution"] == pytest.approx(12.05)
        # Hour angles count from midnight: 350° to 10° lie around it.
        assert one["local_time"] == 0.0
        assert one["geometry_source"] == "service bounds"
        assert (one["opusid"], one["lon_w_max"]) == ("co-iss-n1637461416", 230.5)

    def test_west_longitudes_become_east(self):
        _, geometry, _ = answered(answer(row()))
        assert geometry[0].bounds == pytest.approx((129.5, -35.5, 160.0, -20.25))

    @pytest.mark.parametrize(
        ("first", "last", "inside", "outside", "width"),
        [
            ("350", "10", (0.0, 5.0, -5.0), (15.0, 180.0), 20.0),
            ("170", "190", (175.0, -175.0), (0.0, 165.0), 20.0),
            ("0", "360", (0.0, 179.0, -90.0), (), 360.0),
            ("190", "170", (0.0, 165.0, -165.0), (175.0, -175.0), 340.0),
        ],
    )
    def test_a_minimum_above_the_maximum_wraps(self, first, last, inside, outside, width):
        _, geometry, _ = answered(answer(row(IAUwestlongitude1=first, IAUwestlongitude2=last)))
        assert geometry[0].is_valid
        assert geometry[0].area == pytest.approx(width * 15.25)
        assert all(geometry[0].intersects(shapely.Point(lon, -30)) for lon in inside)
        assert not any(geometry[0].intersects(shapely.Point(lon, -30)) for lon in outside)

    def test_what_opus_does_not_say_is_unknown(self):
        unknown = dict.fromkeys(["productid", *list(FIELDS)[10:]], "N/A")
        bare = row(**unknown, opusid="co-iss-n1", time2=None)
        table, geometry, sentences = answered(answer(row(), bare))
        one = table.iloc[1]
        assert one["product_id"] == "co-iss-n1"
        assert one[["stop_time", "incidence_angle", "resolution", "local_time"]].isna().all()
        assert one["geometry_source"] is None
        assert geometry[1] is None
        assert len(sentences) == 1
        assert "1 observations have no bounds" in sentences[0]

    def test_impossible_values_cost_themselves(self):
        odd = row(planetocentriclatitude1="-99", incidence1="-999", incidence2="-999")
        table, geometry, sentences = answered(answer(odd))
        assert geometry[0] is None
        assert np.isnan(table["incidence_angle"][0])
        told = " ".join(sentences)
        assert "bounds are no positions" in told
        assert "incidence angle" in told

    def test_rows_that_are_not_whole_are_counted(self):
        table, _, sentences = answered(answer(row(), row()[:5], "odd", row(opusid="")))
        assert len(table) == 1
        assert sentences == ["3 rows of an answer are not whole and were left out."]

    def test_what_opus_cannot_be_asked_is_filtered_here(self):
        far = row(opusid="far", productid="FAR", IAUwestlongitude1="10", IAUwestlongitude2="20")
        query = Query(body="ENCELADUS", area=shapely.box(130, -30, 140, -25).wkt)
        table, _, _ = answered(answer(row(), far), query)
        assert list(table["opusid"]) == ["co-iss-n1637461416"]


class TestAnswers:
    @pytest.mark.parametrize(
        "body", [b"[]", b"{}", b'{"page": 3}', answer(row(), labels=LABELS[:-1])]
    )
    def test_other_json_is_an_error(self, body):
        with pytest.raises(NetworkError, match="OPUS does not give"):
            answered(body)

    def test_a_web_page_is_an_error(self):
        with pytest.raises(NetworkError, match="a web page where JSON was expected"):
            answered(b"<!DOCTYPE html><html>busy</html>")

    def test_nothing_found_is_no_error(self):
        table, _, sentences = answered(answer())
        assert table.empty
        assert sentences == []

    def test_three_pages_with_an_overlap_have_no_row_twice(self):
        rows = [row(opusid=f"co-{number:04}", productid=None) for number in range(2400)]
        pages = {"1": rows[:1000], "1001": rows[999:1999], "2001": rows[1999:]}

        def answering(request):
            start = parse_qs(urlsplit(request.url).query)["startobs"][0]
            return answer(*pages[start], available=2401)

        transport = RecordedTransport(answering)
        chunks = list(ask(ENCELADUS, Query(), transport).chunks)
        names = [name for chunk in chunks for name in chunk.table["product_id"]]
        assert names == [f"co-{number:04}" for number in range(2400)]
        assert len(transport.requests) == 3

    def test_a_total_that_is_never_reached_ends_all_the_same(self):
        transport = RecordedTransport(lambda _: answer(available=5000))
        assert list(ask(ENCELADUS, Query(), transport).chunks) == []
        assert len(transport.requests) == 1


class TestFiles:
    def test_they_are_asked_by_opus_id(self):
        request = opus.files_request(ENCELADUS, "co-iss-n1/../x?y")
        assert request.url == (
            "https://opus.pds-rings.seti.org/opus/api/files/co-iss-n1%2F..%2Fx%3Fy.json"
        )

    @pytest.mark.parametrize(
        "file", ["N/A", "VGISS_6210/DATA/C43600XX/C4360022_RAW.IMG", "COISS_2056/data/../../x.IMG"]
    )
    def test_what_is_not_known_is_not_guessed(self, file):
        table, _, _ = answered(answer(row(primaryfilespec=file)))
        assert table[["product_url", "label_url", "browse_url"]].isna().all(axis=None)

    def test_odd_lists_are_empty_or_errors(self):
        head = Head("https://opus.pds-rings.seti.org/opus/api/files/x.json", 200, {})
        assert opus.parse_files(Response(head, b'{"data": {"x": []}}'), "x") == {}
        assert opus.parse_files(Response(head, b'{"data": {"x": {"a": 1}}}'), "x") == {}
        with pytest.raises(NetworkError, match="no list of files"):
            opus.parse_files(Response(head, b'{"error": 1}'), "x")


@pytest.mark.real_data
class TestRealAnswers:
    def test_known_addresses_are_those_of_opus_own_list(self, real_data):
        file = real_data / "services" / "opus" / "api_files_COISS_2002_order_startobs_limit.json"
        response = Response(Head("https://opus.pds-rings.seti.org", 200, {}), file.read_bytes())
        names = list(response.json()["data"])
        assert len(names) == 5
        for name in names:
            listed = opus.parse_files(response, name)
            raw, label, *_ = listed["coiss_raw"]
            table, _, _ = answered(answer(row(primaryfilespec=raw.split("/COISS_2xxx/")[1])))
            one = table.iloc[0]
            assert one["product_url"] == raw
            assert one["label_url"] == label
            assert one["browse_url"] == listed["browse_medium"][0]

    def test_an_answer_to_another_question_is_refused(self, real_data):
        file = real_data / "services" / "opus" / "api_data_coiss_2002_more_cols_json.json"
        with pytest.raises(NetworkError, match="OPUS does not give"):
            answered(file.read_bytes())

    def test_stored_observations_keep_their_names_and_times(self, real_data):
        """The general fields of a stored answer, in the columns that we ask for."""
        file = real_data / "services" / "opus" / "api_data_coiss_2002_more_cols_json.json"
        unknown = dict.fromkeys(list(FIELDS)[10:], "N/A")
        rows = [
            row(**unknown, opusid=each[0], instrument=each[1], target=each[3], time1=each[4])
            for each in json.loads(file.read_text(encoding="utf-8"))["page"]
        ]
        table, _, _ = answered(answer(*rows))
        assert len(table) == 100
        assert table["opusid"][0] == "co-iss-n1460960653"
        assert table["start_time"][0] == pd.Timestamp("2004-04-18T06:00:39.625")
        assert table["intended_target"][0] == "Saturn Rings"
        assert table["start_time"].is_monotonic_increasing
