"""Labels: what they say, where their table lies, and what a broken one gets."""

from __future__ import annotations

import pytest

from planetary_qgis.core.archives.pds3.label import read_label
from planetary_qgis.core.archives.pds3.table import open_table
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import LabelError


def texts_of(label):
    """All values of a table, a tuple a row."""
    read = read_label(label)
    table = open_table(read, read.report)
    chunks = [[c.tolist() for c in chunk] for chunk in table.chunks(7, Tally())]
    return [tuple(v.decode().strip(' "') for v in row) for chunk in chunks for row in zip(*chunk)]


def edit(label, *changes):
    text = label.read_bytes()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    label.write_bytes(text)


def test_detached_label(write_index):
    label = write_index(["A", "B"], [["x", "y"], ["z", "w"]])
    assert texts_of(label) == [("x", "y"), ("z", "w")]


def test_attached_table_by_record(write_index):
    label = write_index(["A", "B"], [["x", "y"], ["z", "w"]])
    table = (label.parent / "index.tab").read_bytes()
    edit(label, (b'"index.tab"', b"3\nRECORD_BYTES = 400"))
    head = label.read_bytes()
    assert len(head) < 800
    label.write_bytes(head.ljust(800) + table)
    assert texts_of(label) == [("x", "y"), ("z", "w")]


def test_attached_table_by_byte_between_other_objects(write_index):
    label = write_index(["A", "B"], [["x", "y"], ["z", "w"]])
    table = (label.parent / "index.tab").read_bytes()
    edit(label, (b'"index.tab"', b"901 <BYTES>\n^NOTE = %d <BYTES>" % (901 + len(table))))
    label.write_bytes(label.read_bytes().ljust(900) + table + b"a note that is no row\r\n")
    assert texts_of(label) == [("x", "y"), ("z", "w")]


def test_detached_table_after_header_record(write_index):
    label = write_index(["A", "B"], [["x", "y"], ["z", "w"]])
    table = label.parent / "index.tab"
    edit(label, (b'"index.tab"', b'("index.tab", 2)\nRECORD_BYTES = 31'))
    table.write_bytes(b"header".ljust(29) + b"\r\n" + table.read_bytes())
    assert texts_of(label) == [("x", "y"), ("z", "w")]


def test_detached_table_after_header_line(write_index):
    label = write_index(["A", "B"], [["x", "y"], ["z", "w"]])
    table = label.parent / "index.tab"
    edit(label, (b'"index.tab"', b'("index.tab", 2)'), (b"FIXED_LENGTH", b"STREAM"))
    table.write_bytes(b"a header of any length\r\n" + table.read_bytes())
    assert texts_of(label) == [("x", "y"), ("z", "w")]


def test_file_name_in_another_case(write_index):
    label = write_index(["A"], [["x"]])
    edit(label, (b'"index.tab"', b'"INDEX.TAB"'))
    assert texts_of(label) == [("x",)]


def test_named_file_absent_but_labels_own_stem_there(write_index):
    label = write_index(["A"], [["x"]], stem="cumindex")
    edit(label, (b'"cumindex.tab"', b'"INDEX.TAB"'))
    assert texts_of(label) == [("x",)]
    assert any("cumindex.tab was read" in s for s in read_label(label).report.sentences())


def test_columns_in_a_format_file(write_index):
    label = write_index(["A", "B"], [["x", "y"]])
    text = label.read_text()
    first, last = text.index("OBJECT = COLUMN"), text.index("END_OBJECT = INDEX_TABLE")
    (label.parent / "index.fmt").write_text(text[first:last])
    label.write_text(text[:first] + '^STRUCTURE = "INDEX.FMT"\n' + text[last:])
    assert texts_of(label) == [("x", "y")]


def test_format_file_absent(write_index):
    label = write_index(["A"], [["x"]])
    text = label.read_text()
    first, last = text.index("OBJECT = COLUMN"), text.index("END_OBJECT = INDEX_TABLE")
    label.write_text(text[:first] + '^STRUCTURE = "INDEX.FMT"\n' + text[last:])
    with pytest.raises(LabelError, match=r"INDEX\.FMT"):
        read_label(label)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"PDS_VERSION_ID", b"\xef\xbb\xbfPDS_VERSION_ID"),
        (b"\nEND\n", b"\n"),
        (b"\n", b"\r\n"),
        (b"RECORD_TYPE", b"/* a comment\n over lines */\nRECORD_TYPE"),
        (b"\nEND\n", b"\nEND\n\x00\x00\x00 this is no keyword"),
        (b"RECORD_TYPE", b'NOTE = "The\nEND\nof it"\nRECORD_TYPE'),
        (b"OBJECT = INDEX_TABLE", b"OBJECT = Index_Table"),
    ],
    ids=["bom", "no END", "CRLF", "comment", "garbage after END", "END in a text", "case"],
)
def test_harmless_oddities(write_index, old, new):
    label = write_index(["A"], [["x"]])
    edit(label, (old, new))
    assert texts_of(label) == [("x",)]


def test_table_missing(write_index):
    label = write_index(["A"], [["x"]])
    (label.parent / "index.tab").unlink()
    with pytest.raises(LabelError) as caught:
        read_label(label)
    for part in ("index.lbl", "^INDEX_TABLE", "index.tab", str(label.parent)):
        assert part in caught.value.message
    assert caught.value.hint


def test_label_missing(tmp_path):
    with pytest.raises(LabelError, match=r"nowhere\.lbl"):
        read_label(tmp_path / "nowhere.lbl")


def test_broken_label_names_the_place(write_index):
    label = write_index(["A"], [["x"]])
    edit(label, (b"TARGET_NAME = MARS", b"TARGET_NAME = = MARS"))
    with pytest.raises(LabelError, match="line 4"):
        read_label(label)


@pytest.mark.parametrize("inside", ["{}", "OBJECT = TABLE\n{}END_OBJECT\n"])
def test_equals_sign_after_what_is_no_keyword(tmp_path, inside):
    """pvl 1.3.2 alone never comes to an end here."""
    path = tmp_path / "odd.lbl"
    path.write_text(inside.format('NOTE = "said"\n = "more"\nA = 1\n') + "END\n")
    with pytest.raises(LabelError, match=r"odd\.lbl"):
        read_label(path)


@pytest.mark.parametrize("value", ["", "/* none */", '""', "NULL"])
def test_keyword_without_a_value(write_index, value):
    label = write_index(["A"], [["x"]])
    edit(label, (b"TARGET_NAME = MARS", f"TARGET_NAME = {value}".encode()))
    assert read_label(label).text("TARGET_NAME") == ""


@pytest.mark.parametrize(
    "text", [b"", b"x", b"OBJECT = TABLE\nA = 1\n", b"\x89PNG\x00\x00", b"A=(1"]
)
def test_what_is_no_label(tmp_path, text):
    path = tmp_path / "odd.lbl"
    path.write_bytes(text)
    with pytest.raises(LabelError, match=r"odd\.lbl"):
        read_label(path)


@pytest.mark.parametrize("value", ["BINARY", "NOT_ASCII"])
def test_binary_table(write_index, value):
    label = write_index(["A"], [["x"]], table={"INTERCHANGE_FORMAT": value})
    with pytest.raises(LabelError, match=value):
        read_label(label)


def test_only_pointer_of_another_name_is_taken(write_index):
    label = write_index(["A"], [["x"]])
    edit(label, (b"^INDEX_TABLE", b"^INDEX_TABEL"))
    assert texts_of(label) == [("x",)]
    assert any("^INDEX_TABEL" in s for s in read_label(label).report.sentences())


def test_no_pointer_that_could_be_meant(write_index):
    label = write_index(["A"], [["x"]])
    edit(label, (b"^INDEX_TABLE", b'^CATALOG = "A.CAT"\n^NOTE'))
    with pytest.raises(LabelError, match=r"\^INDEX_TABLE"):
        read_label(label)


def test_record_without_record_bytes(write_index):
    label = write_index(["A"], [["x"]])
    edit(label, (b'"index.tab"', b"3"))
    with pytest.raises(LabelError, match="how long a record is"):
        read_label(label)


def test_array_columns_become_one_column_an_item(write_index, col):
    vector = col.real("V", 11, ITEMS=3, ITEM_BYTES=3, ITEM_OFFSET=4)
    label = write_index(["A", vector], [["x", "1.1,2.2,3.3"]])
    assert [column.name for column in read_label(label).columns] == ["A", "V_1", "V_2", "V_3"]
    assert texts_of(label) == [("x", "1.1", "2.2", "3.3")]


def test_same_name_twice(write_index):
    label = write_index(["A", "a", "A_2"], [["x", "y", "z"]])
    read = read_label(label)
    assert [column.name for column in read.columns] == ["A", "a_2", "A_2_2"]
    assert any("twice" in sentence for sentence in read.report.sentences())


def test_wrong_column_count_is_reported(write_index):
    label = write_index(["A", "B"], [["x", "y"]], table={"COLUMNS": 7})
    assert any("7 columns" in sentence for sentence in read_label(label).report.sentences())


def test_constants_of_column_table_and_label(write_index, col):
    label = write_index(
        [
            col.real("A", NULL_CONSTANT="0.0 <DEGREE>"),
            col.real("B"),
            col.real("C", NULL_CONSTANT=3),
        ],
        [["0", "-5", "1"]],
        keywords={"UNKNOWN_CONSTANT": "999.9"},
        table={"NULL_CONSTANT": -5},
    )
    constants = [set(column.constants) for column in read_label(label).columns]
    assert constants == [{999.9, 0.0}, {999.9, -5}, {999.9, 3}]


def test_lower_case_keywords(write_index, col):
    label = write_index([col.real("A", null_constant=7)], [["7"]])
    text = label.read_text().replace("START_BYTE", "start_byte").replace("ASCII_REAL", "Ascii Real")
    label.write_text(text.replace("Ascii Real", '"Ascii Real"'))
    (column,) = read_label(label).columns
    assert (column.start, column.kind, column.constants) == (0, "real", (7,))
