"""Lists of products, read back as the programs they are for read them."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core import product_lists
from planetary_qgis.core.product_lists import isis_list, plain_ids, plain_urls, wget_list

CTX = "https://planetarydata.jpl.nasa.gov/img/data/mro/ctx/mrox_0001/data/T01_000801_1467_XI_33S277W.IMG"
EVERY_LIST = (plain_ids, plain_urls, wget_list, isis_list)


def as_isis_reads(text: str) -> list[list[str]]:
    """Columns of each line of a batch list: parted at blanks, tabs and commas, without quotes."""
    lines = [line for line in text.split("\n") if line.strip()]
    kept = [line for line in lines if not line.strip().startswith(("#", "//"))]
    return [re.split(r"\s*,\s*|\s+", line.strip().replace('"', "")) for line in kept]


def as_wget_reads(text: str) -> list[str]:
    """Every line without blanks around it is an address, comments or not."""
    return [line.strip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("written", EVERY_LIST)
def test_nothing_gives_an_empty_list(written):
    assert written([]) == product_lists.ProductList("", 0)
    assert written([None, "", "  "]).text == ""


def test_ids_stand_one_a_line_as_the_archive_spells_them():
    made = plain_ids(["FHA/00435", " B01_009847_1486_XI_31S197W ", None, "Ü 1", "FHA/00435"])
    assert made.text == "FHA/00435\nB01_009847_1486_XI_31S197W\nÜ 1\n"
    assert made.count == 3
    assert made.left_out == ()


@pytest.mark.parametrize(
    "bad", ["a\nb", "\r\nb", "a\0b", "a\x1bb", "a\u2028b", "a\x85b", "a\ud800"]
)
@pytest.mark.parametrize("written", EVERY_LIST)
def test_what_would_break_a_line_is_left_out_and_named(written, bad):
    address = f"https://example.org/{bad}"
    assert written([CTX, address]).left_out == (address,)
    assert written([CTX, address]).count == 1


def test_plain_addresses_are_not_changed():
    urls = [CTX, "file:///data/%C3%BC.img", "https://example.org/a?b=c#d"]
    assert plain_urls(urls).text.splitlines() == urls
    assert plain_urls(["https://example.org/a b"]).left_out == ("https://example.org/a b",)


def test_wget_gets_what_wget_can_fetch():
    urls = [CTX, "file:///data/a.img", "/data/a.img", "# comment", "s3://bucket/key", "https://"]
    made = wget_list(urls)
    assert as_wget_reads(made.text) == [CTX]
    assert made.left_out == (
        "file:///data/a.img",
        "/data/a.img",
        "# comment",
        "s3://bucket/key",
        "https://",
    )


def test_wget_gets_ascii_without_blanks_or_quotes():
    made = wget_list(['https://example.org/Ü "1"/a b.img?x=<1>', "https://example.org/100%25.img"])
    assert made.text == (
        "https://example.org/%C3%9C%20%221%22/a%20b.img?x=%3C1%3E\nhttps://example.org/100%25.img\n"
    )


def test_wget_fetches_a_file_once_whatever_its_fragment():
    assert wget_list([f"{CTX}#a", CTX, f"{CTX}#b"]).text == f"{CTX}\n"


def test_a_broken_host_loses_that_address_alone():
    assert wget_list(["https://[::1/a", CTX]).text == f"{CTX}\n"


def test_isis_gets_one_file_name_a_line():
    made = isis_list([CTX, "https://example.org/a%2Bb.cub?version=2", "E0200962", r"C:\data\x.img"])
    assert made.text == "T01_000801_1467_XI_33S277W.IMG\na+b.cub\nE0200962\nx.img\n"


def test_isis_gets_no_name_that_it_would_part_or_skip():
    names = ["a b.img", "a,b.img", "a'b.img", '"ab.img"', "#a.img", "https://example.org/a%20b.img"]
    made = isis_list([*names, "good.img"])
    assert made.text == "good.img\n"
    assert made.left_out == tuple(names)


@given(st.lists(st.text()))
def test_isis_reads_back_one_column_of_as_many_lines(names):
    made = isis_list(names)
    columns = as_isis_reads(made.text)
    assert len(columns) == made.count
    assert all(len(line) == 1 and line[0] for line in columns)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="#?%/\\"), min_size=1)))
def test_wget_reads_back_the_same_paths(parts):
    made = wget_list([f"https://example.org/{part}" for part in parts])
    read = as_wget_reads(made.text)
    assert len(read) == made.count
    paths = {unquote(urlsplit(url).path).lstrip("/") for url in read}
    stripped = {part.rstrip() for part in parts}
    assert {path for path in paths if path} <= stripped
    assert all(url.isascii() and not re.search(r"\s", url) for url in read)


@given(st.lists(st.text()))
def test_nothing_is_lost_without_a_word(ids):
    made = plain_ids(ids)
    wanted = {each.strip() for each in ids if each.strip()}
    assert set(made.text.split("\n")[:-1]) | set(made.left_out) == wanted
    assert not set(made.text.split("\n")) & set(made.left_out)
    made.text.encode("utf-8")
