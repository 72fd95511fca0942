"""Indexes into the cache: the archive's bytes, a label never beside another's table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_server import (
    ArchiveServer,
    PlainTransport,
    answer,
    archive_server,
    cut_short,
    redirect,
    serve,
)

from planetary_qgis.core.archives import cache, index_download
from planetary_qgis.core.archives.catalog_entries import Dataset
from planetary_qgis.core.archives.index_download import IndexFiles, download_index
from planetary_qgis.core.archives.pds3.label import read_label
from planetary_qgis.core.downloads import saved_at
from planetary_qgis.core.errors import LabelError, PlanetaryError
from planetary_qgis.core.http import NetworkError
from planetary_qgis.core.reports import Report

LABEL = """PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = 22
FILE_RECORDS = {rows}
^INDEX_TABLE = {pointer}
DATA_SET_ID = "MRO-M-CTX-2-EDR-L0-V1.0"
OBJECT = INDEX_TABLE
  INTERCHANGE_FORMAT = ASCII
  ROWS = {rows}
  COLUMNS = 1
  ROW_BYTES = 22
{columns}
END_OBJECT = INDEX_TABLE
END
"""
COLUMN = """  OBJECT = COLUMN
    NAME = PRODUCT_ID
    DATA_TYPE = CHARACTER
    START_BYTE = 2
    BYTES = 18
  END_OBJECT = COLUMN"""


def label(rows: int = 300, pointer: str = '"CUMINDEX.TAB"', columns: str = COLUMN) -> bytes:
    text = LABEL.format(rows=rows, pointer=pointer, columns=columns)
    return text.replace("\n", "\r\n").encode("utf-8")


def table(rows: int = 300) -> bytes:
    return b"".join(b'"P01_%06d_%07d"\r\n' % (row, row) for row in range(rows))


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as archive:
        yield archive


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def dataset(archive: ArchiveServer, path: str = "/ctx/cumindex.lbl", **more: str) -> Dataset:
    said = {
        "key": "mro.ctx.edr",
        "title": "CTX",
        "archive": "PDS",
        "mission": "MRO",
        "instrument": "CTX",
        "verified": "Nothing is.",
        "body": "MARS",
        "label_url": archive.url(path) if path else "",
    }
    return Dataset(**{**said, **more})


def publish(archive: ArchiveServer, rows: int = 300, version: str = "v1", **named: str) -> None:
    """Have an index of so many rows."""
    archive.put("/ctx/cumindex.lbl", label(rows, **named), etag=f'"{version}-lbl"')
    archive.put("/ctx/cumindex.tab", table(rows), etag=f'"{version}-tab"')


def fetched(archive: ArchiveServer, root: Path, **options) -> IndexFiles:
    return download_index(dataset(archive), root, PlainTransport(), **options)


def content(root: Path) -> dict[str, bytes]:
    """The folder's files, without the notes."""
    folder = root / "indexes" / "mro.ctx.edr"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.suffix != ".json"}


def is_whole(root: Path, rows: int) -> bool:
    return content(root) == {"cumindex.lbl": label(rows), "cumindex.tab": table(rows)}


def test_label_and_table_arrive_and_can_be_read(archive, root):
    publish(archive)
    index = fetched(archive, root)
    assert index.changed
    assert is_whole(root, 300)
    read = read_label(index.label)
    assert (read.rows, read.place.path) == (300, index.table)
    assert [each.path for each in index.saved] == [index.label, index.table]
    state = cache.state_of(dataset(archive), root)
    assert (state.state, state.label, state.fetched) == (
        "cached",
        index.label,
        index.saved[1].fetched,
    )
    assert state.size >= len(label()) + len(table())
    assert archive.paths()[:2] == ["/ctx/cumindex.lbl", "/ctx/CUMINDEX.TAB"]


def test_what_has_not_changed_is_not_rewritten(archive, root):
    publish(archive)
    first = fetched(archive, root)
    times = [path.stat().st_mtime_ns for path in sorted(first.label.parent.iterdir())]
    archive.asked.clear()
    again = fetched(archive, root)
    assert not again.changed
    assert again.saved == first.saved
    assert [path.stat().st_mtime_ns for path in sorted(first.label.parent.iterdir())] == times
    assert archive.paths() == ["/ctx/cumindex.lbl", "/ctx/cumindex.tab"]
    assert all("if-none-match" in each.headers for each in archive.asked)


def test_what_has_changed_is_replaced_whole(archive, root):
    publish(archive)
    fetched(archive, root)
    publish(archive, 400, "v2")
    assert fetched(archive, root).changed
    assert is_whole(root, 400)


def test_a_table_that_changes_alone_is_replaced(archive, root):
    publish(archive)
    fetched(archive, root)
    corrected = table().replace(b"P01", b"P99")
    archive.put("/ctx/cumindex.tab", corrected, etag='"v2-tab"')
    assert fetched(archive, root).changed
    assert content(root) == {"cumindex.lbl": label(), "cumindex.tab": corrected}


def test_force_fetches_what_has_not_changed(archive, root):
    publish(archive)
    index = fetched(archive, root)
    index.table.write_bytes(table().replace(b"P01", b"XXX"))  # the same size: nobody notices
    assert not fetched(archive, root).changed
    assert fetched(archive, root, force=True).changed
    assert is_whole(root, 300)


class CancelledError(Exception):
    pass


@pytest.mark.parametrize("path", ["/ctx/cumindex.lbl", "/ctx/cumindex.tab"])
@pytest.mark.parametrize(
    "behaviour",
    [
        cut_short(100),
        answer(500),
        answer(403),
        answer(200, b"<!doctype html><p>Log in", content_type="text/html"),
        redirect("/ctx/elsewhere"),
    ],
)
def test_an_update_that_fails_leaves_the_old_index(archive, root, path, behaviour):
    publish(archive)
    first = fetched(archive, root)
    publish(archive, 400, "v2")
    archive.put("/ctx/elsewhere", b"<html>Please log in</html>")
    archive.behave(path, behaviour, serve)
    with pytest.raises(NetworkError):
        fetched(archive, root)
    kept = {name: data for name, data in content(root).items() if not name.endswith(".part")}
    assert kept == {"cumindex.lbl": label(), "cumindex.tab": table()}
    assert cache.state_of(dataset(archive), root).state == "cached"
    assert cache.cached_files("mro.ctx.edr", root) == first.saved
    assert fetched(archive, root).changed
    assert is_whole(root, 400)


@pytest.mark.parametrize("after", [1, 200, 900, 3000, 8000])
def test_cancelling_anywhere_leaves_the_old_index(archive, root, after):
    publish(archive)
    fetched(archive, root)
    publish(archive, 400, "v2")
    sizes = []

    def progress(done: int, _total: int | None) -> None:
        sizes.append(done)
        if done >= after:
            raise CancelledError

    with pytest.raises(CancelledError):
        fetched(archive, root, progress=progress)
    kept = {name: data for name, data in content(root).items() if not name.endswith(".part")}
    assert kept == {"cumindex.lbl": label(), "cumindex.tab": table()}
    assert cache.state_of(dataset(archive), root).state == "cached"
    assert fetched(archive, root).changed
    assert is_whole(root, 400)


class DeathError(BaseException):
    """The power fails."""


def dying_at(step: int, monkeypatch) -> list[str]:
    """Let the power fail before the given step on the files while an index is published."""
    steps, publish_really = [], index_download._publish

    def dying(act):
        def acting(path, *arguments, **options):
            if not str(path).endswith(".lock"):
                steps.append(f"{act.__name__} {path}")
                if len(steps) == step:
                    raise DeathError
            return act(path, *arguments, **options)

        return acting

    def publish_dying(*arguments):
        for name in ("replace", "unlink"):
            monkeypatch.setattr(os, name, dying(getattr(os, name)))
        return publish_really(*arguments)

    monkeypatch.setattr(index_download, "_publish", publish_dying)
    return steps


def dies(archive: ArchiveServer, root: Path, step: int) -> bool:
    """Whether the power failed while an index was updated; what is there then goes together."""
    publish(archive)
    fetched(archive, root)
    publish(archive, 400, "v2")
    with pytest.MonkeyPatch.context() as monkeypatch:
        dying_at(step, monkeypatch)
        try:
            fetched(archive, root)
        except DeathError:
            return True
        return False


def test_dying_at_any_step_of_the_exchange_leaves_no_mixture(archive, tmp_path):
    step = 1
    while dies(archive, root := tmp_path / str(step), step):
        there = content(root)
        if "cumindex.lbl" in there:
            rows = 400 if there["cumindex.lbl"] == label(400) else 300
            assert there["cumindex.lbl"] == label(rows)
            assert there["cumindex.tab"] == table(rows)
        is_cached = cache.state_of(dataset(archive), root).state == "cached"
        assert "cumindex.lbl" in there or not is_cached
        fetched(archive, root)
        assert is_whole(root, 400)
        step += 1
    assert step > 6


def test_a_table_that_cannot_be_replaced_keeps_the_old_index(archive, root, monkeypatch):
    """As on Windows, where another program has the table open."""
    publish(archive)
    first = fetched(archive, root)
    publish(archive, 400, "v2")
    replace = os.replace

    def refusing(source, target):
        if str(target).endswith("cumindex.tab"):
            raise PermissionError(13, "used by another process", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(PlanetaryError, match="cannot be put in its place"):
        fetched(archive, root)
    monkeypatch.undo()
    assert cache.cached_files("mro.ctx.edr", root) == first.saved
    assert content(root)["cumindex.tab"] == table()
    assert fetched(archive, root).changed
    assert is_whole(root, 400)


@pytest.mark.parametrize(
    ("pointer", "on_server", "on_disk"),
    [
        ('"CUMINDEX.TAB"', "CUMINDEX.TAB", "CUMINDEX.TAB"),
        ('"CumIndex.Tab"', "CUMINDEX.TAB", "CUMINDEX.TAB"),
        ('("CUMINDEX.TAB", 1)', "cumindex.tab", "cumindex.tab"),
        ('"INDEX.TAB"', "cumindex.tab", "cumindex.tab"),
        ('"INDEX.TAB"', "cumindex.TAB", "cumindex.TAB"),
        ('"../../cumindex.tab"', "cumindex.tab", "cumindex.tab"),
        ('"/etc/passwd"', "cumindex.tab", "cumindex.tab"),
        ('"C:\\\\DATA\\\\CUMINDEX.TAB"', "CUMINDEX.TAB", "CUMINDEX.TAB"),
        ('"http://example.org/evil.tab"', "cumindex.tab", "cumindex.tab"),
        ('"índex ∅.tab"', "índex ∅.tab", "cumindex.tab"),
        ('"CON.TAB"', "CON.TAB", "cumindex.tab"),
        ('"a?b=c#d.tab"', "a?b=c#d.tab", "cumindex.tab"),
        ('".."', "cumindex.tab", "cumindex.tab"),
    ],
)
def test_the_table_is_found_under_whatever_name(archive, root, pointer, on_server, on_disk):
    archive.put("/ctx/cumindex.lbl", label(pointer=pointer))
    archive.put(f"/ctx/{on_server.partition('?')[0]}", table())
    report = Report()
    index = fetched(archive, root, report=report)
    assert index.table.name == on_disk
    assert index.table.parent == index.label.parent == root / "indexes" / "mro.ctx.edr"
    assert set(content(root)) == {"cumindex.lbl", on_disk}
    assert index.table.read_bytes() == table()
    assert read_label(index.label).place.path == index.table
    assert sorted(os.listdir(root.parent)) == ["cache"]
    assert all(asked.path.startswith("/ctx/") for asked in archive.asked)


def test_another_name_is_told(archive, root):
    publish(archive, pointer='"INDEX.TAB"')
    report = Report()
    fetched(archive, root, report=report)
    (sentence,) = report.sentences()
    assert "INDEX.TAB" in sentence
    assert archive.url("/ctx/cumindex.tab") in sentence


def test_a_table_that_is_nowhere_is_told_with_the_places(archive, root):
    archive.put("/ctx/cumindex.lbl", label(pointer='"INDEX.TAB"'))
    with pytest.raises(NetworkError, match=r"INDEX\.TAB, which the index's label names") as caught:
        fetched(archive, root)
    assert caught.value.details.split("\n") == [
        archive.url(f"/ctx/{name}")
        for name in ("INDEX.TAB", "index.tab", "cumindex.tab", "cumindex.TAB")
    ]
    assert cache.state_of(dataset(archive), root).state == "absent"


def test_a_label_that_holds_its_table_is_enough(archive, root):
    attached = label(pointer="40").ljust(22 * 39) + table()
    archive.put("/ctx/cumindex.lbl", attached)
    index = fetched(archive, root)
    assert index.table == index.label
    assert content(root) == {"cumindex.lbl": attached}
    assert not fetched(archive, root).changed


def test_formats_come_with_the_label(archive, root):
    archive.put("/ctx/cumindex.lbl", label(columns='  ^STRUCTURE = "INDEX.FMT"'))
    archive.put("/ctx/cumindex.tab", table())
    archive.put("/label/index.fmt", COLUMN.encode())
    index = fetched(archive, root)
    assert set(content(root)) == {"cumindex.lbl", "index.fmt", "cumindex.tab"}
    assert read_label(index.label).rows == 300
    assert not fetched(archive, root).changed


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"not a label at all", "no PDS label"),
        (b"PDS_VERSION_ID = PDS3\r\nEND\r\n", "names no table"),
        (b"\x00\x01\x02", "no PDS label"),
    ],
)
def test_what_is_no_label_is_told(archive, root, body, says):
    archive.put("/ctx/cumindex.lbl", body)
    with pytest.raises(LabelError, match=says) as caught:
        fetched(archive, root)
    assert archive.url("/ctx/cumindex.lbl") in caught.value.message
    assert cache.state_of(dataset(archive), root).state == "absent"


def test_the_newest_volume_is_asked_for(archive, root):
    listing = b"""<html><a href="mrox_0999/">mrox_0999</a> <a href="/pds/mrox_5001/">x</a>
    <a href="mrox_5001_md5.txt">x</a><a href="nssdca/">x</a></html>"""
    archive.put("/pds/", listing, content_type="text/html")
    archive.put("/pds/mrox_5001/cumindex.lbl", label())
    archive.put("/pds/mrox_5001/cumindex.tab", table())
    newest = dataset(
        archive,
        label_url=archive.url("/pds/mrox_") + "{newest}/cumindex.lbl",
        volumes_url=archive.url("/pds/"),
        volume_pattern=r"mrox_(\d+)",
    )
    index = download_index(newest, root, PlainTransport())
    assert index.saved[0].url == archive.url("/pds/mrox_5001/cumindex.lbl")
    assert not download_index(newest, root, PlainTransport()).changed
    archive.put("/pds/", listing + b'<a href="mrox_5002/">', content_type="text/html")
    archive.put("/pds/mrox_5002/cumindex.lbl", label(400))
    archive.put("/pds/mrox_5002/cumindex.tab", table(400))
    assert download_index(newest, root, PlainTransport()).changed
    assert is_whole(root, 400)


def test_files_of_an_older_name_go_away(archive, root):
    publish(archive)
    fetched(archive, root)
    archive.put("/ctx/new.lbl", label(400, '"NEW.TAB"'))
    archive.put("/ctx/new.tab", table(400))
    download_index(dataset(archive, "/ctx/new.lbl"), root, PlainTransport())
    assert content(root) == {"new.lbl": label(400, '"NEW.TAB"'), "new.tab": table(400)}


def test_an_index_without_an_address_is_told(archive, root):
    with pytest.raises(PlanetaryError, match="knows no address") as caught:
        download_index(dataset(archive, ""), root, PlainTransport())
    assert "import the label" in caught.value.hint
    assert not root.exists()


def test_a_key_from_a_catalogue_never_leaves_the_cache(archive, root):
    publish(archive)
    evil = dataset(archive, key="../../evil")
    index = download_index(evil, root, PlainTransport())
    assert index.label.parent.parent == root / "indexes"
    assert sorted(os.listdir(root.parent)) == ["cache"]
    assert saved_at(index.label)
    assert cache.state_of(evil, root).state == "cached"


def test_removing_frees_the_disk(archive, root):
    publish(archive)
    fetched(archive, root)
    size = cache.state_of(dataset(archive), root).size
    assert cache.remove(dataset(archive), root) == size
    assert cache.state_of(dataset(archive), root) == cache.IndexState("absent")
    assert os.listdir(root / "indexes") == []
    assert cache.remove(dataset(archive), root) == 0


def test_what_is_damaged_is_absent(archive, root):
    publish(archive)
    index = fetched(archive, root)
    index.table.write_bytes(table()[:50])
    assert cache.state_of(dataset(archive), root).state == "absent"
    assert fetched(archive, root).changed
    assert is_whole(root, 300)


@pytest.mark.parametrize("note", [b"", b"[]", b'{"files": []}', b'{"files": ["../../x"]}', b"\xff"])
def test_a_broken_note_means_absent(archive, root, note):
    publish(archive)
    fetched(archive, root)
    (root / "indexes" / "mro.ctx.edr" / "index.json").write_bytes(note)
    assert cache.state_of(dataset(archive), root).state == "absent"
    assert fetched(archive, root).changed


def test_products_and_thumbnails_have_places_of_their_own(root):
    product = cache.product_path(root, "ode.mars", "../P01_001.IMG")
    assert product.parent == root / "products" / "ode.mars"
    one = cache.thumbnail_path(root, "https://example.org/a/browse.jpg?x=1")
    other = cache.thumbnail_path(root, "https://example.org/b/browse.jpg?x=1")
    assert one != other
    assert one.parent == other.parent == root / "thumbnails"
    assert one.suffix == ".jpg"
