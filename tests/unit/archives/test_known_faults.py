"""Faults that published indexes have: a small table in each one's form, read right or reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.products import Products
from planetary_qgis.core.query import Query

CTX = '"MRO-M-CTX-2-EDR-L0-V1.0"'
MARS_RATIO = (3376.2 / 3396.19) ** 2


def read(label, **options):
    """The answer, its whole table and its geometries."""
    answer = open_index(label, **options)
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return answer, table, np.concatenate([chunk.geometry for chunk in chunks])


def corners(col, *tags, width=7):
    return [col.real(f"{tag}_{what}", width) for tag in tags for what in ("LATITUDE", "LONGITUDE")]


CTX_TAGS = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_LEFT", "LOWER_RIGHT")
# As the index has the oracle's scene: latitude and west longitude of the four corners.
OVER_THE_MERIDIAN = ["-1.00", "359.73", "-1.05", "0.18", "-3.00", "359.80", "-3.05", "0.25"]


class TestHiriseEdr:
    """The label's table is EDR_INDEX_TABLE, its objects end without a name, its column count is
    wrong, and some exposure durations have a digit more than their column."""

    LABEL = """PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = {row_bytes}
FILE_RECORDS = 3
^EDR_INDEX_TABLE = "EDRCUMINDEX.TAB"
DATA_SET_ID = "MRO-M-HIRISE-2-EDR-V1.0"
TARGET_NAME = MARS
OBJECT = EDR_INDEX_TABLE
  INTERCHANGE_FORMAT = ASCII
  ROWS = 3
  ROW_BYTES = {row_bytes}
  COLUMNS = 61
{columns}
END_OBJECT
END
"""
    COLUMNS = (
        ("PRODUCT_ID", "CHARACTER", 24),
        ("SCAN_EXPOSURE_DURATION", "ASCII_REAL", 9),
        ("MINIMUM_LATITUDE", "ASCII_REAL", 8),
        ("MAXIMUM_LATITUDE", "ASCII_REAL", 8),
        ("MINIMUM_LONGITUDE", "ASCII_REAL", 8),
        ("MAXIMUM_LONGITUDE", "ASCII_REAL", 8),
    )

    @pytest.fixture
    def label(self, tmp_path):
        start, columns = 1, []
        for name, kind, width in self.COLUMNS:
            quotes = int(kind == "CHARACTER")
            columns.append(
                f"OBJECT = COLUMN\nNAME = {name}\nDATA_TYPE = {kind}\n"
                f"START_BYTE = {start + quotes}\nBYTES = {width}\nEND_OBJECT"
            )
            start += width + 2 * quotes + 1
        rows = [
            f'"{f"PSP_001336_1560_RED{ccd}_0":24}",{exposure:>9},{-24.1:8.3f},{-23.7:8.3f},'
            f"{326.3:8.3f},{326.4:8.3f}"
            for ccd, exposure in enumerate(("1438.5000", "1438.50000", "89.6250"))
        ]
        (tmp_path / "EDRCUMINDEX.TAB").write_bytes("".join(f"{row}\r\n" for row in rows).encode())
        path = tmp_path / "EDRCUMINDEX.LBL"
        text = self.LABEL.format(columns="\n".join(columns), row_bytes=start - 1 + 2)
        path.write_text(text)
        return path

    def test_every_row_is_read(self, label):
        answer, table, geometry = read(label)
        assert answer.provenance["Dataset"].startswith("mro.hirise.edr")
        assert table["product_id"].tolist() == [f"PSP_001336_1560_RED{ccd}_0" for ccd in range(3)]
        assert table["SCAN_EXPOSURE_DURATION"].tolist() == [1438.5, 1438.5, 89.625]
        for shape in geometry:
            assert shape.bounds == pytest.approx((326.3 - 360, -24.1, 326.4 - 360, -23.7))

    def test_what_the_label_says_wrong_is_reported(self, label):
        sentences = read(label)[0].report.sentences()
        assert "The label says 61 columns but describes 6; these were read." in sentences
        assert any("not equally long" in sentence for sentence in sentences)


class TestGalileo:
    """A quote stands where a comma should: -23.629" for -23.629,."""

    @pytest.fixture
    def columns(self, col):
        return [col.text("IMAGE_ID", 12), col.real("SUB_SOLAR_LATITUDE", 9), col.real("X", 7)]

    ROWS = (
        ["s0349875139", "-23.629", "1.5"],
        ["s0349875140", "-2.5", "2.5"],
        ["s0349875141", "-2.25", "3.5"],
    )
    KEYWORDS = {"VOLUME_ID": "GO_0017", "TARGET_NAME": '"EUROPA"'}  # noqa: RUF012

    @pytest.mark.parametrize("padded", [True, False])
    def test_both_values_survive(self, write_index, columns, padded):
        label = write_index(columns, self.ROWS, keywords=self.KEYWORDS, padded=padded)
        table = label.with_suffix(".tab")
        broken = table.read_bytes().replace(b"-23.629,", b'-23.629"')
        assert broken != table.read_bytes()
        table.write_bytes(broken)
        _, rows, _ = read(label)
        assert rows["product_id"].tolist() == ["s0349875139", "s0349875140", "s0349875141"]
        assert rows["SUB_SOLAR_LATITUDE"].tolist() == [-23.629, -2.5, -2.25]
        assert rows["X"].tolist() == [1.5, 2.5, 3.5]


class TestMoc:
    """PRODUCT_ID holds a slash; the file names are in lower case, the label's in upper case."""

    @pytest.fixture
    def label(self, write_index, col):
        columns = [col.text("PRODUCT_ID"), *corners(col, *CTX_TAGS)]
        square = ["2.0", "20.0", "2.0", "19.0", "0.0", "20.0", "0.0", "19.0"]
        keywords = {
            "DATA_SET_ID": '"MGS-M-MOC-NA/WA-2-DSDP-L0-V1.0"',
            "^INDEX_TABLE": '"CUMINDEX.TAB"',
        }
        rows = [["FHA/00435", *square], ["M00/00001", *square]]
        return write_index(columns, rows, keywords=keywords, stem="cumindex")

    def test_slash_stays(self, label):
        answer, table, geometry = read(label)
        assert answer.provenance["Dataset"].startswith("mgs.moc.edr")
        assert table["product_id"].tolist() == ["FHA/00435", "M00/00001"]
        assert geometry[0].bounds[::2] == pytest.approx((-20.0, -19.0))

    def test_slash_is_found(self, label):
        _, table, geometry = read(label)
        found = matching(Products(table, geometry), Query(product_id="fha/*"))
        assert found.table["product_id"].tolist() == ["FHA/00435"]


class TestCtx:
    """West and planetographic; which corner is “upper” changes with the pass and USAGE_NOTE."""

    def label(self, write_index, col, *rows):
        columns = [col.text("PRODUCT_ID"), col.text("USAGE_NOTE", 1), *corners(col, *CTX_TAGS)]
        return write_index(columns, rows, keywords={"DATA_SET_ID": CTX})

    def test_oracle(self, write_index, col):
        """359.73 and 0.18 west are 0.27 and 359.82 east."""
        _, _, (shape,) = read(self.label(write_index, col, ["P", "N", *OVER_THE_MERIDIAN]))
        places = shapely.get_coordinates(shape)
        east = sorted({round(float(lon) % 360.0, 2) for lon in places[:, 0]})
        assert {0.27, 359.82} <= set(east)
        assert shape.geom_type == "Polygon"
        assert shape.bounds[0] == pytest.approx(-0.25)
        assert shape.bounds[2] == pytest.approx(0.27)
        south, north = np.degrees(np.arctan(MARS_RATIO * np.tan(np.radians([-3.05, -1.0]))))
        assert shape.bounds[1::2] == pytest.approx((south, north), abs=1e-3)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    @given(
        lon_w=st.floats(0.0, 359.0),
        lat=st.floats(-80.0, 80.0),
        lean=st.floats(-0.4, 0.4),
        height=st.floats(0.5, 5.0),
    )
    def test_flipped_corners_make_the_same_shape(self, write_index, col, lon_w, lat, lean, height):
        """Upper for lower, left for right, or both: the ground that was seen is the same."""
        top = [(lat, lon_w), (lat - 0.05, lon_w - 0.5)]
        bottom = [(lat - height, lon_w + lean), (lat - height - 0.05, lon_w + lean - 0.5)]
        orders = [
            [*top, *bottom],
            [*bottom, *top],
            [*top[::-1], *bottom[::-1]],
            [*bottom[::-1], *top[::-1]],
        ]
        rows = [
            ["P", note, *(f"{n:.2f}" for lat, lon in order for n in (lat, lon % 360.0))]
            for note, order in zip("NFNF", orders)
        ]
        _, _, shapes = read(self.label(write_index, col, *rows))
        assert all(shape is not None and shape.is_valid for shape in shapes)
        assert all(shape.equals_exact(shapes[0], 1e-9, normalize=True) for shape in shapes)
        assert shapely.area(shapes[0]) == pytest.approx(0.5 * height, rel=0.15)


class TestTableOfAnotherName:
    """CUMINDEX.LBL names INDEX.TAB, which is the last volume's own index, or not there at all."""

    @pytest.fixture
    def label(self, write_index, col):
        rows = [[f"P{row}", *OVER_THE_MERIDIAN] for row in range(5)]
        return write_index(
            [col.text("PRODUCT_ID"), *corners(col, *CTX_TAGS)],
            rows,
            keywords={"^INDEX_TABLE": '"INDEX.TAB"', "DATA_SET_ID": CTX},
            stem="CUMINDEX",
        )

    def test_named_table_absent(self, label):
        answer, table, _ = read(label)
        assert len(table) == 5
        assert answer.provenance["Table"].endswith("CUMINDEX.tab")
        assert any("INDEX.TAB, which the label names" in s for s in answer.report.sentences())

    def test_named_table_is_another_indexs(self, label):
        whole = label.with_suffix(".tab").read_bytes()
        (label.parent / "index.tab").write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
        answer, table, _ = read(label)
        assert len(table) == 5
        assert any("CUMINDEX.tab has that size" in s for s in answer.report.sentences())

    def test_named_table_is_right_though_there_is_a_namesake(self, label):
        namesake = label.with_suffix(".tab")
        whole = namesake.read_bytes()
        (label.parent / "index.tab").write_bytes(whole)
        namesake.write_bytes(whole[:100])
        answer, table, _ = read(label)
        assert len(table) == 5
        assert answer.provenance["Table"].endswith("index.tab")

    def test_either_is_as_long_as_said_then_the_named_one(self, label):
        whole = label.with_suffix(".tab").read_bytes()
        (label.parent / "index.tab").write_bytes(whole.replace(b"P0", b"Q0"))
        _, table, _ = read(label)
        assert table.loc[0, "product_id"] == "Q0"


def test_times_of_three_kinds_in_one_column(write_index, col):
    times = ["2009-10-05T01:02:03.500", "2009-278T01:02:03.5", "0", "N/A", "2009-10-05"]
    columns = [col.text("PRODUCT_ID"), col.time("START_TIME")]
    answer, table, _ = read(write_index(columns, [[f"P{i}", t] for i, t in enumerate(times)]))
    expected = [pd.Timestamp("2009-10-05T01:02:03.500")] * 2 + [pd.NaT] * 2
    assert table["start_time"].tolist()[:4] == expected
    assert table.loc[4, "start_time"] == pd.Timestamp("2009-10-05")
    assert any("1 values of START_TIME" in sentence for sentence in answer.report.sentences())


def test_padded_texts(write_index, col):
    columns = [col.text("PRODUCT_ID", 40), col.text("TARGET_NAME", 30), col.text("INSTRUMENT_ID")]
    _, table, _ = read(write_index(columns, [["  E0100123   ", "MARS   ", "MOC-NA  "]]))
    row = table.loc[0]
    assert (row["product_id"], row["target"], row["instrument_id"]) == (
        "E0100123", "MARS", "MOC-NA",
    )  # fmt: skip


@pytest.mark.parametrize("blanks", [["", "", ""], [" ", "   ", ""], ["  ", "  ", "  "]])
def test_blanks_after_the_last_value(write_index, col, blanks):
    columns = [col.text("PRODUCT_ID", 6), col.real("EMISSION_ANGLE", 6)]
    label = write_index(columns, [[f"P{row}", f"{row}.5"] for row in range(3)])
    lines = label.with_suffix(".tab").read_bytes().split(b"\r\n")[:3]
    padded = (line + blank.encode() + b"\r\n" for line, blank in zip(lines, blanks))
    label.with_suffix(".tab").write_bytes(b"".join(padded))
    _, table, _ = read(label)
    assert table["product_id"].tolist() == ["P0", "P1", "P2"]
    assert table["emission_angle"].tolist() == [0.5, 1.5, 2.5]


class TestThemis:
    """Ids have a letter after orbit 99999, resolutions are kilometres, and unknown is a number."""

    @pytest.fixture
    def label(self, write_index, col):
        columns = [
            col.text("OBSERVATION_ID", 9),
            col.text("FILE_NAME", 20),
            col.real("SAMPLE_RESOLUTION", 8),
            col.real("PHASE_ANGLE", 8, UNKNOWN_CONSTANT="-32768.0"),
            col.text("GEOMETRY_SOURCE", 12),
            *corners(col, "UPPER_LEFT", "UPPER_RIGHT", "LOWER_LEFT", "LOWER_RIGHT"),
        ]
        square = ["2.0", "359.9", "2.0", "0.2", "0.0", "359.8", "0.0", "0.1"]
        rows = [
            ["I99999001", "I99999001GEO.QUB", "0.100", "45.5", "RECON", *square],
            ["IA1255015", "IA1255015GEO.QUB", "0.100", "-32768.0", "PRED", *square],
        ]
        return write_index(columns, rows, keywords={"DATA_SET_ID": '"ODY-M-THM-3-IRGEO-V2.0"'})

    def test_every_row(self, label):
        answer, table, geometry = read(label)
        assert answer.provenance["Dataset"].startswith("odyssey.themis.ir")
        assert table["product_id"].tolist() == ["I99999001", "IA1255015"]
        assert table["resolution"].tolist() == [100.0, 100.0]
        assert table["phase_angle"].tolist() == pytest.approx([45.5, np.nan], nan_ok=True)
        assert table["geometry_source"].tolist() == ["index corners"] * 2
        assert table["GEOMETRY_SOURCE_INDEX"].tolist() == ["RECON", "PRED"]
        for shape in geometry:
            assert shape.bounds == pytest.approx((-0.2, 0.0, 0.2, 2.0), abs=1e-3)

    def test_ids_with_a_letter_are_found(self, label):
        _, table, geometry = read(label)
        found = matching(Products(table, geometry), Query(product_id="IA1255*"))
        assert found.table["product_id"].tolist() == ["IA1255015"]


def test_lrocs_corners_begin_at_the_upper_right(write_index, col):
    tags = ("UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT", "UPPER_LEFT")
    places = [(1.0, 180.1), (0.0, 180.05), (0.0, 179.95), (1.0, 179.98)]
    row = ["M104311715LE", *(f"{n}" for place in places for n in place)]
    columns = [col.text("PRODUCT_ID"), *corners(col, *tags)]
    keywords = {"DATA_SET_ID": '"LRO-L-LROC-2-EDR-V1.0"', "TARGET_NAME": "MOON"}
    answer, _, (shape,) = read(write_index(columns, [row], keywords=keywords))
    assert answer.provenance["Dataset"].startswith("lro.lroc.edr")
    assert shape.is_valid
    assert shape.geom_type == "MultiPolygon"
    assert shapely.area(shape) == pytest.approx((0.12 + 0.10) / 2.0, rel=1e-3)
    assert shape.bounds == pytest.approx((-180.0, 0.0, 180.0, 1.0), abs=1e-3)


@pytest.mark.parametrize(
    ("minimum", "maximum", "west", "east"),
    [("10", "30", -30.0, -10.0), ("350", "30", -30.0, 10.0), ("170", "200", 160.0, -170.0)],
)
def test_bounds_that_count_to_the_west(write_index, col, minimum, maximum, west, east):
    names = ("MINIMUM_IAU_LONGITUDE", "MAXIMUM_IAU_LONGITUDE")
    names += ("MINIMUM_PLANETOCENTRIC_LATITUDE", "MAXIMUM_PLANETOCENTRIC_LATITUDE")
    columns = [col.text("TARGET_NAME", 8), *(col.real(name, 31) for name in names)]
    keywords = {"VOLUME_ID": "COISS_2999", "TARGET_NAME": None}
    keywords["^INDEX_TABLE"] = '"COISS_2999_moon_summary.tab"'
    rows = [["RHEA", minimum, maximum, "-10", "20"], ["RHEA", "-999", "-999", "-999", "-999"]]
    label = write_index(columns, rows, keywords=keywords, stem="COISS_2999_moon_summary")
    answer, _, (shape, nowhere) = read(label)
    assert answer.provenance["Dataset"].startswith("cassini.iss.moon_summary")
    assert answer.schema.body.name == "RHEA"
    assert nowhere is None
    inside = shapely.Point((west + (east - west) % 360.0 / 2.0 + 180.0) % 360.0 - 180.0, 5.0)
    assert shape.covers(inside)
    assert shapely.area(shape) == pytest.approx((east - west) % 360.0 * 30.0)


class TestBrokenRows:
    """One row is lost or lies nowhere; the report counts it and says which."""

    SQUARE = ("2.0", "20.0", "2.0", "19.0", "0.0", "20.0", "0.0", "19.0")

    @pytest.fixture
    def broken(self, write_index, col):
        columns = [col.text("PRODUCT_ID"), *corners(col, *CTX_TAGS)]
        rows = [[f"P{row}", *self.SQUARE] for row in range(6)]

        def read_with(change):
            label = write_index(columns, rows, keywords={"DATA_SET_ID": CTX}, padded=False)
            table = label.with_suffix(".tab")
            lines = table.read_bytes().split(b"\r\n")
            lines[3] = change(lines[3])
            table.write_bytes(b"\r\n".join(lines))
            answer, found, geometry = read(label)
            return found, geometry, answer.report.sentences()

        return read_with

    @pytest.mark.parametrize(
        "change",
        [
            lambda line: line.replace(b",19.0", b"", 1),
            lambda line: line.replace(b",19.0", b",19.0,19.0", 1),
            lambda line: line[:12],
            lambda _line: b"<html>504 Gateway Time-out</html>",
        ],
    )
    def test_row_whose_values_cannot_be_told_apart_is_lost(self, broken, change):
        table, geometry, sentences = broken(change)
        assert table["product_id"].tolist() == ["P0", "P1", "P2", "P4", "P5"]
        assert all(shape.bounds[::2] == pytest.approx((-20.0, -19.0)) for shape in geometry)
        assert any(s.startswith("1 rows have fewer or more") and "row 4 (" in s for s in sentences)

    @pytest.mark.parametrize("value", [b"N/A", b"xx", b"1e9", b"-1.E32"])
    def test_row_without_a_corner_lies_nowhere(self, broken, value):
        table, geometry, sentences = broken(lambda line: line.replace(b"19.0", value, 1))
        assert len(table) == 6
        assert [shape is not None for shape in geometry] == [True] * 3 + [False] + [True] * 2
        expected = "1 rows have no known position and no geometry, for example P3."
        assert expected in sentences
