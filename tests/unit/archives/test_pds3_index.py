"""Indexes: from a label to products in the shared columns."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.errors import LabelError, PlanetaryError
from planetary_qgis.core.products import SHARED_COLUMNS

CORNER_TAGS = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT")
SQUARE = ["10", "2", "11", "2", "11", "0", "10", "0"]


@pytest.fixture
def corner_columns(col):
    return [col.real(f"{t}_{w}", 8) for t in CORNER_TAGS for w in ("LONGITUDE", "LATITUDE")]


def read(label, **options):
    """The answer, its whole table and its geometries."""
    answer = open_index(label, **options)
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return answer, table, np.concatenate([chunk.geometry for chunk in chunks])


def test_shared_columns_first_then_the_indexs_own(write_index, col, corner_columns):
    columns = [col.text("PRODUCT_ID"), *corner_columns, col.integer("LINES")]
    answer, table, geometry = read(write_index(columns, [["A/1", *SQUARE, "7"]]))
    assert list(table) == list(answer.schema.columns)
    assert list(table)[: len(SHARED_COLUMNS)] == list(SHARED_COLUMNS)
    assert list(table)[len(SHARED_COLUMNS) :] == [*(c.name for c in corner_columns), "LINES"]
    assert table.loc[0, "product_id"] == "A/1"
    assert table.loc[0, "LINES"] == 7
    assert table["LINES"].dtype == "Int64"
    assert table.loc[0, "geometry_source"] == "index corners"
    assert answer.schema.geometry == "polygon"
    assert answer.total == 1
    assert geometry[0].bounds == pytest.approx((10, 0, 11, 2), abs=1e-3)


def test_chunks_do_not_change_the_answer(write_index, col, corner_columns):
    rows = [[f"P{i}", *SQUARE, f"2001-01-{i + 1:02d}"] for i in range(11)]
    label = write_index([col.text("PRODUCT_ID"), *corner_columns, col.time("START_TIME")], rows)
    _, whole, shapes = read(label)
    answer = open_index(label, chunk_rows=4)
    chunks = list(answer.chunks)
    assert [len(chunk) for chunk in chunks] == [4, 4, 3]
    parts = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    pd.testing.assert_frame_equal(parts, whole)
    assert all(a.equals(b) for a, b in zip(np.concatenate([c.geometry for c in chunks]), shapes))


def test_times_mixed_in_one_column(write_index, col):
    rows = [["P", "2007-002T22:55:54.959"], ["Q", "2007-01-02T22:55:54.959"], ["R", "UNK"]]
    _, table, _ = read(write_index([col.text("PRODUCT_ID"), col.text("IMAGE_TIME")], rows))
    assert table["start_time"].tolist()[:2] == [pd.Timestamp("2007-01-02T22:55:54.959")] * 2
    assert pd.isna(table.loc[2, "start_time"])
    assert table["IMAGE_TIME"].dtype == "datetime64[us]"


def test_own_columns_that_clash(write_index, col):
    columns = [
        col.text("PRODUCT_ID"),
        col.real("EMISSION_ANGLE"),
        col.real("RESOLUTION", UNIT='"KM/PIXEL"'),
        col.text("LOCAL_TIME"),
        col.text("GEOMETRY_SOURCE"),
        col.text("geometry_source_index"),
    ]
    label = write_index(columns, [["P", "1.5", "0.25", "13:30:00", "NAIF", "x"]])
    _, table, _ = read(label)
    row = table.loc[0]
    assert (row["emission_angle"], row["resolution"], row["local_time"]) == (1.5, 250.0, 13.5)
    assert list(table)[len(SHARED_COLUMNS) :] == [
        "RESOLUTION_INDEX",
        "LOCAL_TIME_INDEX",
        "GEOMETRY_SOURCE_INDEX_",
        "geometry_source_index",
    ]
    assert (row["RESOLUTION_INDEX"], row["LOCAL_TIME_INDEX"]) == (0.25, "13:30:00")
    assert len({name.upper() for name in table}) == len(list(table))


def test_quantities_in_text_columns(write_index, col):
    columns = [col.text("EMISSION_ANGLE"), col.text("LOCAL_TIME")]
    _, table, _ = read(write_index(columns, [["1.5", "13.5"], ["UNK", "13:30"]]))
    assert table["emission_angle"].tolist() == pytest.approx([1.5, math.nan], nan_ok=True)
    assert table["local_time"].tolist() == [13.5, 13.5]


@pytest.mark.parametrize(
    ("more", "metres"),
    [
        ({"UNIT": '"METER"'}, 0.25),
        ({"UNIT": '"M/PIXEL"'}, 0.25),
        ({"UNITS": '"KILOMETERS/PIXEL"'}, 250.0),
        ({"DESCRIPTION": '"size of a pixel in kilometers"'}, 250.0),
        ({"DESCRIPTION": '"image resolution in meters/pixel"'}, 0.25),
    ],
)
def test_resolution_in_metres(write_index, col, more, metres):
    _, table, _ = read(write_index([col.real("PIXEL_SCALE", **more)], [["0.25"]]))
    assert table.loc[0, "resolution"] == metres


def test_resolution_without_unit_is_an_assumption(write_index, col):
    answer, table, _ = read(write_index([col.real("PIXEL_SCALE")], [["0.25"]]))
    assert table.loc[0, "resolution"] == 0.25
    assert any("PIXEL_SCALE" in sentence for sentence in answer.report.sentences())


def test_azimuths_are_turned_to_north(write_index, col):
    """Of two angles from the same axis of the image, the difference is the angle between them."""
    columns = [
        col.real("NORTH_AZIMUTH"), col.real("SUB_SOLAR_AZIMUTH"), col.real("SUB_SPACECRAFT_AZIMUTH")
    ]  # fmt: skip
    _, table, _ = read(write_index(columns, [["277", "218", "300"]]))
    assert table.loc[0, "subsolar_azimuth"] == pytest.approx(301.0)
    assert table.loc[0, "subspacecraft_azimuth"] == pytest.approx(23.0)


def test_azimuth_without_north_is_unknown(write_index, col):
    _, table, _ = read(write_index([col.real("SUB_SOLAR_AZIMUTH")], [["218"]]))
    assert math.isnan(table.loc[0, "subsolar_azimuth"])
    assert table.loc[0, "SUB_SOLAR_AZIMUTH"] == 218.0


def test_angles_that_cannot_be(write_index, col):
    answer, table, _ = read(write_index([col.real("EMISSION_ANGLE")], [["999.9"], ["1.0"]]))
    assert math.isnan(table.loc[0, "emission_angle"])
    assert table.loc[1, "emission_angle"] == 1.0
    assert any("emission angle" in sentence for sentence in answer.report.sentences())


def test_solar_longitude_in_0_360(write_index, col):
    _, table, _ = read(write_index([col.real("SOLAR_LONGITUDE")], [["-20.9"], ["339.1"]]))
    assert table["solar_longitude"].tolist() == pytest.approx([339.1, 339.1])


def test_hosts_and_instruments_from_label_where_no_column(write_index):
    keywords = {"SPACECRAFT_NAME": '"MARS EXPRESS"', "INSTRUMENT_ID": "HRSC"}
    _, table, _ = read(write_index(["PRODUCT_ID"], [["P"]], keywords=keywords))
    assert (table.loc[0, "instrument_host"], table.loc[0, "instrument_id"]) == (
        "MARS EXPRESS", "HRSC",
    )  # fmt: skip


def test_urls_from_the_catalogues_templates(write_index, col):
    columns = [col.text("PRODUCT_ID"), col.text("FILE_NAME_SPECIFICATION")]
    label = write_index(columns, [["P", "RDR/PSP/P_RED.JP2"], ["Q", "NULL"]])
    _, table, _ = read(label, dataset="mro.hirise.rdr")
    base = "https://hirise-pds.lpl.arizona.edu/PDS/RDR/PSP/P_RED"
    assert table["product_url"].tolist() == [f"{base}.JP2", None]
    assert table["label_url"].tolist() == [f"{base}.LBL", None]


class TestTargets:
    @pytest.fixture
    def columns(self, col, corner_columns):
        return [col.text("PRODUCT_ID"), col.text("TARGET_NAME"), *corner_columns]

    def test_most_frequent_known_body(self, write_index, columns):
        targets = ["Sky", "Sky", "Sky", "Rhea", "RHEA", "TITAN", "N/A"]
        rows = [[f"P{i}", target, *SQUARE] for i, target in enumerate(targets)]
        label = write_index(columns, rows, keywords={"TARGET_NAME": '"N/A"'})
        answer, table, geometry = read(label)
        assert answer.schema.body.name == "RHEA"
        assert table["target"].tolist() == ["Sky", "Sky", "Sky", "RHEA", "RHEA", "TITAN", None]
        assert [shape is not None for shape in geometry] == [False] * 3 + [True] * 2 + [False, True]
        assert any(s.startswith("4 rows are about other") for s in answer.report.sentences())

    def test_body_of_ones_choice(self, write_index, columns):
        rows = [["P", "RHEA", *SQUARE], ["Q", "TITAN", *SQUARE]]
        answer, _, geometry = read(write_index(columns, rows), body="titan")
        assert answer.schema.body.name == "TITAN"
        assert [shape is not None for shape in geometry] == [False, True]

    def test_label_before_rows(self, write_index, columns):
        label = write_index(columns, [["P", "PHOBOS", *SQUARE]])
        assert open_index(label).schema.body.name == "MARS"

    def test_numbered_asteroids(self, write_index, columns):
        label = write_index(columns, [["P", "4 VESTA", *SQUARE]], keywords={"TARGET_NAME": None})
        answer, table, geometry = read(label)
        assert answer.schema.body.name == table.loc[0, "target"] == "VESTA"
        assert geometry[0] is not None

    def test_no_body(self, write_index):
        label = write_index(["PRODUCT_ID"], [["P"]], keywords={"TARGET_NAME": None})
        with pytest.raises(LabelError, match="which body") as caught:
            open_index(label)
        assert caught.value.hint

    def test_unknown_body_or_dataset(self, write_index):
        label = write_index(["PRODUCT_ID"], [["P"]])
        with pytest.raises(PlanetaryError, match="VULCAN"):
            open_index(label, body="VULCAN")
        with pytest.raises(PlanetaryError, match=r"no\.such\.index"):
            open_index(label, dataset="no.such.index")


class TestConventions:
    """Who says in which direction longitudes count, and what latitudes are."""

    def centre(self, write_index, col, *, lon=None, lat=None, more=(), dataset=None, **keywords):
        columns = [
            col.real("CENTER_LONGITUDE", **(lon or {})),
            col.real("CENTER_LATITUDE", **(lat or {})),
            *more,
        ]
        label = write_index(columns, [["30", "45", *["0" for _ in more]]], keywords=keywords)
        answer, table, _ = read(label, dataset=dataset)
        lon_e, latitude = table.loc[0, ["center_lon_e", "center_lat"]]
        return lon_e, latitude, " ".join(answer.report.sentences())

    OCENTRIC = math.degrees(math.atan((3376.2 / 3396.19) ** 2))

    def test_assumed_and_said_so(self, write_index, col):
        lon, lat, sentences = self.centre(write_index, col)
        assert (lon, lat) == (30.0, 45.0)
        assert "east was assumed" in sentences
        assert "planetocentric was assumed" in sentences
        assert "longitude_direction" in sentences

    def test_keywords(self, write_index, col):
        lon, lat, sentences = self.centre(
            write_index,
            col,
            POSITIVE_LONGITUDE_DIRECTION="WEST",
            COORDINATE_SYSTEM_NAME="PLANETOGRAPHIC",
        )
        assert (lon, lat) == (-30.0, pytest.approx(self.OCENTRIC))
        assert "assumed" not in sentences

    def test_descriptions(self, write_index, col):
        lon, lat, sentences = self.centre(
            write_index,
            col,
            lon={"DESCRIPTION": '"Longitudes increase toward\n   the west."'},
            lat={"DESCRIPTION": '"center areographic latitude"'},
        )
        assert (lon, lat) == (-30.0, pytest.approx(self.OCENTRIC))
        assert "assumed" not in sentences

    def test_descriptions_of_other_positions(self, write_index, col):
        said = '"west longitude of subsolar point"'
        more = [col.real("SUB_SOLAR_LONGITUDE", DESCRIPTION=said)]
        assert self.centre(write_index, col, more=more)[0] == -30.0

    def test_words_that_say_nothing(self, write_index, col):
        said = '"Westernmost longitude; not east or west."'
        more = [col.real("SOLAR_LONGITUDE", DESCRIPTION='"the Sun from the west"')]
        lon, _, sentences = self.centre(write_index, col, lon={"DESCRIPTION": said}, more=more)
        assert lon == 30.0
        assert "east was assumed" in sentences

    def test_catalogue_before_label(self, write_index, col):
        lon, lat, sentences = self.centre(
            write_index, col, dataset="mro.ctx.edr", POSITIVE_LONGITUDE_DIRECTION="EAST"
        )
        assert (lon, lat) == (-30.0, pytest.approx(self.OCENTRIC))
        assert "assumed" not in sentences

    def test_names_of_columns_before_catalogue(self, write_index, col):
        names = ["MINIMUM_IAU_LONGITUDE", "MAXIMUM_IAU_LONGITUDE"]
        names += ["MINIMUM_PLANETOGRAPHIC_LATITUDE", "MAXIMUM_PLANETOGRAPHIC_LATITUDE"]
        label = write_index([col.real(n, 31) for n in names], [["10", "20", "0", "45"]])
        _, _, (shape,) = read(label, dataset="cassini.iss", body="MARS")
        assert shape.bounds == pytest.approx((-20, 0, -10, self.OCENTRIC))


def test_short_table_keeps_what_is_there(write_index, col, corner_columns):
    rows = [[f"P{i}", *SQUARE] for i in range(87)]
    label = write_index([col.text("PRODUCT_ID"), *corner_columns], rows, table={"ROWS": 100})
    answer, table, _ = read(label)
    assert len(table) == answer.total == 87
    expected = "The label says 100 rows, the table has 87: 13 are missing."
    assert expected in answer.report.sentences()


def test_index_without_positions_says_so(write_index):
    answer, _, geometry = read(write_index(["PRODUCT_ID"], [["P"]]))
    assert geometry.tolist() == [None]
    assert "The index has no positions: its rows have no geometry." in answer.report.sentences()


def test_provenance(write_index, col, corner_columns):
    keywords = {"DATA_SET_ID": '"MRO-M-CTX-2-EDR-L0-V1.0"', "VOLUME_ID": "MROX_0001"}
    columns = [col.text("PRODUCT_ID"), *corner_columns]
    label = write_index(columns, [["P", *SQUARE]], keywords=keywords)
    answer, table, _ = read(label)
    facts = answer.provenance
    assert facts["Label"] == str(label)
    assert facts["Table"] == str(label.with_suffix(".tab"))
    assert facts["DATA_SET_ID"] == "MRO-M-CTX-2-EDR-L0-V1.0"
    assert facts["VOLUME_ID"] == "MROX_0001"
    assert facts["Rows"] == "1"
    assert facts["Dataset"].startswith("mro.ctx.edr")
    assert "west" in facts["Longitudes in the index"]
    assert "planetographic" in facts["Latitudes in the index"]
    assert all(isinstance(fact, str) and fact for fact in facts.values())
    assert table.loc[0, "source"] == "PDS Imaging Node, MRO-M-CTX-2-EDR-L0-V1.0"


def test_sample_is_recognised(write_index, col, corner_columns):
    keywords = {"DATA_SET_ID": '"SYNTHETIC-SAMPLE-ORBITER-CAM-V1.0"'}
    columns = [col.text("PRODUCT_ID"), *corner_columns, col.time("START_TIME")]
    label = write_index(columns, [["P", *SQUARE, "2001-001"]], keywords=keywords)
    _, table, (shape,) = read(label)
    assert shape.bounds[:3:2] == pytest.approx((-11, -10))
    assert table.loc[0, "source"].startswith("synthetic sample")
    assert table.loc[0, "start_time"] == pd.Timestamp("2001-01-01")


def test_reading_may_stop_early(write_index, col):
    label = write_index([col.real("EMISSION_ANGLE")], [["garbage"], ["2"], ["3"], ["4"]])
    answer = open_index(label, chunk_rows=2)
    assert len(next(answer.chunks)) == 2
    answer.chunks.close()
    assert any("not numbers" in sentence for sentence in answer.report.sentences())
