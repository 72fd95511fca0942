"""Tables: what their bytes say, whatever the label says."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.archives.pds3.label import read_label
from planetary_qgis.core.archives.pds3.table import open_table
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.reports import Report

ROWS = [["alpha", "1.5", "7"], ["beta", "-2.25", "8"], ["gamma, delta", "3", "9"]]


def read(label, chunk_rows=2):
    """The table's rows as stripped texts, and the sentences of both reports."""
    parsed = read_label(label)
    table = open_table(parsed, parsed.report)
    tally, rows = Tally(), []
    for chunk in table.chunks(chunk_rows, tally):
        assert len(chunk[0]) <= chunk_rows
        rows += [[v.decode("latin-1").strip(' "') for v in row] for row in zip(*chunk)]
    lost = sum(count.rows for count in tally.counts.values())
    assert len(rows) == table.rows - lost
    tally.tell(parsed.report)
    return rows, parsed.report.sentences()


@pytest.fixture
def columns(col):
    return [col.text("NAME", 14), col.real("X", 8), col.integer("N", 4)]


def rewrite(label, change):
    table = label.parent / "index.tab"
    table.write_bytes(change(table.read_bytes()))


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_fixed_length(write_index, columns, line_end):
    assert read(write_index(columns, ROWS, line_end=line_end)) == (ROWS, [])


@pytest.mark.parametrize(
    ("line_end", "row_bytes_off"),
    [("", 0), *((end, off) for end in ("\r\n", "\n") for off in (0, -1, -2, 1))],
)
def test_line_ends_counted_or_not(write_index, columns, line_end, row_bytes_off):
    label = write_index(columns, ROWS, line_end=line_end)
    row_bytes = read_label(label).row_bytes + row_bytes_off
    label = write_index(columns, ROWS, line_end=line_end, table={"ROW_BYTES": row_bytes})
    assert read(label) == (ROWS, [])


def test_last_line_end_missing(write_index, columns):
    label = write_index(columns, ROWS)
    rewrite(label, lambda table: table[:-2])
    assert read(label) == (ROWS, [])


@pytest.mark.parametrize("tail", [b"\r\n", b"\x1a", b"\x00" * 300, b"\r\n\r\n\x1a"])
def test_padding_after_the_rows(write_index, columns, tail):
    label = write_index(columns, ROWS)
    rewrite(label, lambda table: table + tail)
    assert read(label) == (ROWS, [])


def test_single_row_without_line_end(write_index, columns):
    label = write_index(columns, ROWS[:1], line_end="")
    assert read(label) == (ROWS[:1], [])


def test_no_rows(write_index, columns):
    assert read(write_index(columns, [])) == ([], [])


@pytest.mark.parametrize("wrong", [10, 1000, 80])
def test_wrong_row_bytes(write_index, columns, wrong):
    label = write_index(columns, ROWS, table={"ROW_BYTES": wrong})
    assert read(label)[0] == ROWS


def test_table_shorter_than_its_label_says(write_index, columns):
    label = write_index(columns, ROWS, table={"ROWS": 10})
    rows, sentences = read(label)
    assert rows == ROWS
    assert sentences == ["The label says 10 rows, the table has 3: 7 are missing."]


def test_table_longer_than_its_label_says(write_index, columns):
    rows, sentences = read(write_index(columns, ROWS, table={"ROWS": 2}))
    assert rows == ROWS
    assert sentences == ["The label says 2 rows, the table has 3: all were read."]


def test_last_row_cut_short(write_index, columns):
    label = write_index(columns, ROWS)
    rewrite(label, lambda table: table[:-9])
    rows, sentences = read(label)
    assert rows == ROWS[:2]
    assert any("cut short" in sentence for sentence in sentences)
    assert any("1 are missing" in sentence for sentence in sentences)


def test_rows_of_different_lengths_read_in_order(write_index, columns):
    label = write_index(columns, ROWS, padded=False)
    rows, sentences = read(label)
    assert rows == ROWS
    assert any("in the order of the columns" in sentence for sentence in sentences)


def test_blank_lines_are_no_rows(write_index, columns):
    label = write_index(columns, ROWS, padded=False)
    rewrite(label, lambda table: table.replace(b"\r\n", b"\r\n\r\n"))
    assert read(label)[0] == ROWS


def test_wrong_byte_positions(write_index, columns):
    label = write_index(columns, ROWS)
    label.write_text(label.read_text().replace("START_BYTE = 18", "START_BYTE = 16"))
    rows, sentences = read(label)
    assert rows == ROWS
    assert any("byte positions do not fit" in sentence for sentence in sentences)


def test_positions_without_delimiters(write_index, col):
    label = write_index([col.real("A", 3), col.real("B", 3)], [["1.0", "2.0"], ["3.0", "4.0"]])
    rewrite(label, lambda table: table.replace(b",", b" "))
    assert read(label) == ([["1.0", "2.0"], ["3.0", "4.0"]], [])


def test_short_lines_without_delimiters(write_index, col):
    label = write_index([col.real("A", 3), col.text("B", 8)], [["1.0", "long"], ["3.0", "x"]])
    rewrite(label, lambda _: b"1.0  long name\r\n3.0  x\r\n4.0\r\n")
    rows, sentences = read(label)
    assert rows == [["1.0", "long nam"], ["3.0", "x"], ["4.0", ""]]
    assert any("at the label's positions" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [("COMMA", ","), ("TAB", "\t"), ("SEMICOLON", ";"), ("VERTICAL_BAR", "|")],
)
@pytest.mark.parametrize("header", [False, True])
def test_spreadsheet(tmp_path, name, delimiter, header):
    fields = "".join(
        f"OBJECT=FIELD\nNAME={n}\nDATA_TYPE={t}\nBYTES=9\nEND_OBJECT=FIELD\n"
        for n, t in (("A", "CHARACTER"), ("B", "ASCII_REAL"))
    )
    label = tmp_path / "s.lbl"
    label.write_text(
        '^SPREADSHEET="s.csv"\nRECORD_TYPE=STREAM\nOBJECT=SPREADSHEET\nROWS=2\nFIELDS=2\n'
        f'FIELD_DELIMITER="{name}"\n{fields}END_OBJECT=SPREADSHEET\nEND\n'
    )
    lines = [["a", "b"]] * header + [['"x, y; z"', "1.5"], ["", "2"]]
    (tmp_path / "s.csv").write_text("".join(delimiter.join(line) + "\n" for line in lines))
    assert read(label) == ([["x, y; z", "1.5"], ["", "2"]], [])


def test_quote_in_place_of_a_comma(write_index, columns):
    """Galileo SSI's index has such rows."""
    label = write_index(columns, [*ROWS, ["omega", "-23.629", "5"]], padded=False)
    rewrite(label, lambda table: table.replace(b"-23.629,", b'-23.629"'))
    assert read(label)[0] == [*ROWS, ["omega", "-23.629", "5"]]


def test_open_quote_harms_only_its_row(write_index, columns):
    label = write_index(columns, [["x", "1", "2"], *ROWS, *ROWS * 100], padded=False)
    rewrite(label, lambda table: table.replace(b'"x"', b'"x'))
    rows, sentences = read(label, chunk_rows=50)
    assert rows == [*ROWS, *ROWS * 100]
    assert any(s.startswith("1 rows have fewer or more") and "row 1 (" in s for s in sentences)


@pytest.mark.parametrize(
    "broken", ['"be","ta",-2.25,8', '"beta",-2.25', "<html>", '"beta,-2.25,8', '"beta",-2.25,8,"x"']
)
def test_row_with_other_values_is_lost_and_named(write_index, columns, broken):
    """Its values stand in the wrong columns: longitudes could be taken for latitudes."""
    label = write_index(columns, [*ROWS, *ROWS], padded=False)
    whole = b'"beta",-2.25,8'
    assert whole in label.with_suffix(".tab").read_bytes()
    rewrite(label, lambda table: table.replace(whole, broken.encode(), 1))
    rows, sentences = read(label, chunk_rows=1)
    assert rows == [ROWS[0], ROWS[2], *ROWS]
    assert any(s.startswith("1 rows have fewer or more") and "row 2 (" in s for s in sentences)


def test_blank_values_after_the_last_column_are_no_harm(write_index, columns):
    label = write_index(columns, ROWS, padded=False)
    rewrite(label, lambda table: table.replace(b"\r\n", b", ,\r\n", 1))
    assert read(label)[0] == ROWS


def test_text_beyond_ascii(write_index, columns):
    rows = [["Düse", "1", "2"], ["é", "3", "4"]]
    label = write_index(columns, rows, padded=False)
    parsed = read_label(label)
    table = open_table(parsed, parsed.report)
    (chunk,) = table.chunks(10, Tally())
    assert [text.decode() for text in chunk[0].tolist()] == ["Düse", "é"]


def test_hash_is_that_of_the_file(write_index, columns):
    label = write_index(columns, ROWS)
    table = open_table(read_label(label), Report())
    data = (label.parent / "index.tab").read_bytes()
    assert table.bytes.sha256 == hashlib.sha256(data).hexdigest()


def test_one_column_of_many(write_index, columns):
    label = write_index(columns, ROWS)
    table = open_table(read_label(label), Report())
    (chunk,) = table.chunks(10, Tally(), [2])
    assert [text.strip() for text in chunk[0].tolist()] == [b"7", b"8", b"9"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    rows=st.lists(
        st.tuples(
            st.text(alphabet="abcXYZ 0189_/.:;-", min_size=1, max_size=14).map(str.strip),
            st.floats(-999, 9999).map("{:.2f}".format),
            st.integers(-999, 9999).map(str),
        ),
        max_size=12,
    ),
    padded=st.booleans(),
    line_end=st.sampled_from(["\r\n", "\n"]),
    chunk_rows=st.integers(1, 5),
)
def test_rows_come_back(write_index, columns, rows, padded, line_end, chunk_rows):
    label = write_index(columns, rows, padded=padded, line_end=line_end)
    assert read(label, chunk_rows)[0] == [list(row) for row in rows]
