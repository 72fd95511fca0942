"""Downloads from a server that plays good and bad archives; truth: the bytes that it has."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from archive_server import (
    ArchiveServer,
    PlainTransport,
    answer,
    archive_server,
    cut_short,
    ignoring_conditions,
    ignoring_ranges,
    packed,
    redirect,
    serve,
    stall,
)
from hypothesis import example, given
from hypothesis import strategies as st

from planetary_qgis.core import download_parts
from planetary_qgis.core.downloads import (
    Checksum,
    Saved,
    download,
    safe_name,
    safe_path,
    saved_at,
)
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.exclusive import only_one
from planetary_qgis.core.http import NetworkError

TABLE = b"".join(b'"P01_%06d",%8.3f\r\n' % (row, row / 7) for row in range(500))
CHANGED = TABLE.replace(b"P01", b"P02")
PAGE = b"<!DOCTYPE html>\n<html><body>Please accept our cookies</body></html>"


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as archive:
        yield archive


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.tab"


class StopError(Exception):
    """What a progress raises when the user cancels."""


def cancel_after(size: int):
    def progress(done: int, _total: int | None) -> None:
        if done >= size:
            raise StopError

    return progress


def fetched(archive: ArchiveServer, to: Path, path: str = "/index.tab", **options) -> Saved:
    return download(PlainTransport(), archive.url(path), to, **options)


def names(to: Path) -> list[str]:
    return sorted(os.listdir(to.parent)) if to.parent.is_dir() else []


def broken_off(archive: ArchiveServer, to: Path, after: int = 4000) -> None:
    """Leave a part as a cancelled download does."""
    with pytest.raises(StopError):
        fetched(archive, to, progress=cancel_after(after))
    assert names(to) == ["index.tab.part", "index.tab.part.json"]
    assert len(TABLE) > to.with_name("index.tab.part").stat().st_size >= after


def test_a_file_arrives_with_a_note_of_where_it_came_from(archive, to):
    url = archive.put("/index.tab", TABLE)
    seen = []
    saved = fetched(archive, to, progress=lambda done, total: seen.append((done, total)))
    assert to.read_bytes() == TABLE
    assert (saved.url, saved.final_url, saved.etag) == (url, url, '"v1"')
    assert saved.last_modified == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert (saved.size, saved.sha256) == (len(TABLE), hashlib.sha256(TABLE).hexdigest())
    assert saved.fetched.endswith("Z")
    assert saved_at(to) == saved
    assert names(to) == ["index.tab", "index.tab.download.json"]
    assert seen[-1] == (len(TABLE), len(TABLE))
    assert archive.asked[0].headers["accept-encoding"] == "identity"


def test_an_empty_file_is_a_file(archive, to):
    archive.put("/index.tab", b"")
    assert fetched(archive, to).size == 0
    assert to.read_bytes() == b""


def test_a_redirect_is_followed_and_remembered(archive, to):
    there = archive.put("/moved/index.tab", TABLE)
    archive.behave("/index.tab", redirect(there))
    assert fetched(archive, to).final_url == there
    assert to.read_bytes() == TABLE


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (answer(401), "log-in"),
        (answer(403, b"Too many requests"), "refuses"),
        (answer(404, PAGE, content_type="text/html"), "does not exist"),
        (answer(500, b"Traceback"), "error of its own"),
        (answer(503, b"x" * 100_000), "not available"),
        (answer(204), "HTTP 204"),
        (answer(206, TABLE, content_range=f"bytes 0-{len(TABLE) - 1}/{len(TABLE)}"), "HTTP 206"),
        (answer(304), "HTTP 304"),
        (redirect("/index.tab"), "without end"),
        (answer(200, PAGE, content_type="text/html; charset=utf-8"), "web page"),
        (answer(200, PAGE, content_type="text/plain"), "web page"),
        (answer(200, b"\xef\xbb\xbf\n <!-- x --><HTML lang='en'>", content_type="a/b"), "web page"),
        (answer(200, b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC>'), "web page"),
    ],
)
def test_what_is_no_file_leaves_nothing_behind(archive, to, behaviour, says):
    url = archive.behave("/index.tab", behaviour)
    with pytest.raises(NetworkError, match=says) as caught:
        fetched(archive, to)
    assert url in caught.value.message
    assert caught.value.hint or says == "without end"
    assert names(to) == []


def test_a_cookie_wall_behind_a_redirect_is_seen(archive, to):
    archive.put("/login", PAGE, content_type="text/html")
    archive.behave("/index.tab", redirect("/login?next=/index.tab"))
    with pytest.raises(NetworkError, match="web page where a file was expected") as caught:
        fetched(archive, to)
    assert "/login" in caught.value.details
    assert names(to) == []


@pytest.mark.parametrize("body", [b"<?xml version='1.0'?><Product_Observational/>", b"<htmlish>"])
def test_what_only_looks_like_a_page_is_taken(archive, to, body):
    archive.put("/index.tab", body)
    fetched(archive, to)
    assert to.read_bytes() == body


def test_a_page_is_taken_where_one_is_asked_for(archive, to):
    archive.put("/index.tab", PAGE, content_type="text/html")
    fetched(archive, to, may_be_page=True)
    assert to.read_bytes() == PAGE


@pytest.mark.parametrize("behaviour", [cut_short(3000), stall(3000)])
def test_a_body_cut_short_is_an_error_and_goes_on_later(archive, to, behaviour):
    url = archive.put("/index.tab", TABLE)
    archive.behave("/index.tab", behaviour, serve)
    with pytest.raises(NetworkError, match="broke off") as caught:
        fetched(archive, to)
    assert url in caught.value.message
    assert names(to) == ["index.tab.part", "index.tab.part.json"]
    fetched(archive, to)
    assert to.read_bytes() == TABLE
    assert archive.asked[-1].headers["range"] == "bytes=3000-"
    assert names(to) == ["index.tab", "index.tab.download.json"]


def test_a_body_longer_than_announced_is_refused(to):
    class Chatty:
        def stream(self, request, receiver):
            from planetary_qgis.core.http import Head

            receiver.begin(Head(request.url, 200, {"content-length": "10", "etag": '"v1"'}))
            receiver.receive(b"12345678901")

    with pytest.raises(NetworkError, match="more than the 10 bytes"):
        download(Chatty(), "https://example.org/index.tab", to)
    assert names(to) == []


def test_a_silent_transport_is_no_empty_file(to):
    class Silent:
        def stream(self, request, receiver):
            return None

    with pytest.raises(NetworkError, match="gave no answer"):
        download(Silent(), "https://example.org/index.tab", to)
    assert names(to) == []


def test_cancelling_leaves_a_part_that_goes_on(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    size = to.with_name("index.tab.part").stat().st_size
    seen = []
    saved = fetched(archive, to, progress=lambda done, total: seen.append((done, total)))
    assert to.read_bytes() == TABLE
    assert saved.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert saved.etag == '"v1"'
    asked = archive.asked[-1].headers
    assert (asked["range"], asked["if-range"]) == (f"bytes={size}-", '"v1"')
    assert (len(TABLE), len(TABLE)) == seen[-1]


def test_without_a_strong_etag_the_date_decides(archive, to):
    archive.put("/index.tab", TABLE, etag='W/"v1"')
    broken_off(archive, to)
    fetched(archive, to)
    assert to.read_bytes() == TABLE
    assert archive.asked[-1].headers["if-range"] == "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
def test_what_cannot_be_recognised_again_is_not_kept(archive, to, etag):
    archive.put("/index.tab", TABLE, etag=etag, last_modified="")
    with pytest.raises(StopError):
        fetched(archive, to, progress=cancel_after(4000))
    assert names(to) == []
    fetched(archive, to)
    assert "range" not in archive.asked[-1].headers


def test_a_server_without_ranges_starts_over(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    archive.behave("/index.tab", ignoring_ranges)
    fetched(archive, to)
    assert to.read_bytes() == TABLE


@pytest.mark.parametrize("grown", [CHANGED, CHANGED * 2, CHANGED[:2000], CHANGED[:4000]])
def test_a_file_that_changed_meanwhile_starts_over(archive, to, grown):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    archive.put("/index.tab", grown, etag='"v2"', last_modified="Fri, 02 Jan 2026 00:00:00 GMT")
    saved = fetched(archive, to)
    assert to.read_bytes() == grown
    assert saved.etag == '"v2"'
    assert names(to) == ["index.tab", "index.tab.download.json"]


def test_a_range_of_another_version_starts_over(archive, to):
    """A server that heeds Range but not If-Range."""
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    size = to.with_name("index.tab.part").stat().st_size
    archive.put("/index.tab", CHANGED, etag='"v2"')
    span = f"bytes {size}-{len(CHANGED) - 1}/{len(CHANGED)}"
    archive.behave(
        "/index.tab", answer(206, CHANGED[size:], content_range=span, etag='"v2"'), serve
    )
    assert fetched(archive, to).etag == '"v2"'
    assert to.read_bytes() == CHANGED


@pytest.mark.parametrize(
    "said", ["bytes 0-99/100", "bytes 5-", "lines 1-2/3", "", "bytes */12", "bytes x-y/z"]
)
def test_a_wrong_content_range_is_an_error(archive, to, said):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    archive.behave("/index.tab", answer(206, TABLE[-100:], content_range=said), serve)
    with pytest.raises(NetworkError, match="was asked for what follows byte"):
        fetched(archive, to)
    assert names(to) == []
    fetched(archive, to)
    assert to.read_bytes() == TABLE


def test_a_refusal_keeps_the_part(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    archive.behave("/index.tab", answer(503), answer(200, PAGE, content_type="text/html"), serve)
    for says in ("not available", "web page"):
        with pytest.raises(NetworkError, match=says):
            fetched(archive, to)
    fetched(archive, to)
    assert archive.asked[-1].headers["range"] >= "bytes=4000-"
    assert to.read_bytes() == TABLE


def test_a_part_that_is_whole_needs_no_byte_more(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    to.with_name("index.tab.part").write_bytes(TABLE)
    saved = fetched(archive, to)
    assert to.read_bytes() == TABLE
    assert saved.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert len(archive.asked) == 2


def test_a_part_longer_than_the_file_starts_over(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    to.with_name("index.tab.part").write_bytes(TABLE + b"more")
    fetched(archive, to)
    assert to.read_bytes() == TABLE


def test_a_part_of_another_address_is_not_continued(archive, to):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    archive.put("/other.tab", CHANGED)
    fetched(archive, to, "/other.tab")
    assert "range" not in archive.asked[-1].headers
    assert to.read_bytes() == CHANGED


@pytest.mark.parametrize("note", ["", "{", "[1]", '{"url": 1, "colour": "red"}', "\udce4"])
def test_a_broken_note_is_no_note(archive, to, note):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    to.with_name("index.tab.part.json").write_bytes(note.encode("utf-8", "surrogateescape"))
    fetched(archive, to)
    assert to.read_bytes() == TABLE
    to.with_name("index.tab.download.json").write_bytes(note.encode("utf-8", "surrogateescape"))
    assert saved_at(to) is None


def test_what_has_not_changed_is_not_sent_again(archive, to):
    archive.put("/index.tab", TABLE)
    known = fetched(archive, to)
    before = to.stat().st_mtime_ns
    assert fetched(archive, to, known=known) is known
    asked = archive.asked[-1].headers
    assert asked["if-none-match"] == '"v1"'
    assert asked["if-modified-since"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert to.stat().st_mtime_ns == before


@pytest.mark.parametrize("said", [{}, {"etag": ""}, {"last_modified": ""}])
def test_a_server_that_ignores_conditions_is_interrupted(archive, to, said):
    archive.put("/index.tab", TABLE, **said)
    known = fetched(archive, to)
    archive.behave("/index.tab", ignoring_conditions)
    seen = []
    again = fetched(archive, to, known=known, progress=lambda done, _total: seen.append(done))
    assert again is known
    assert seen == []


def test_the_same_bytes_are_the_same_file_where_the_server_says_nothing(archive, to):
    archive.put("/index.tab", TABLE, etag="", last_modified="")
    known = fetched(archive, to)
    before = to.stat().st_mtime_ns
    assert fetched(archive, to, known=known) is known
    assert to.stat().st_mtime_ns == before
    assert names(to) == ["index.tab", "index.tab.download.json"]


def test_what_has_changed_is_fetched_anew(archive, to):
    archive.put("/index.tab", TABLE)
    known = fetched(archive, to)
    archive.put("/index.tab", CHANGED, etag='"v2"')
    assert fetched(archive, to, known=known).etag == '"v2"'
    assert to.read_bytes() == CHANGED


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_what_is_no_longer_there_as_it_was_is_fetched_whatever_is_known(archive, to, damage):
    archive.put("/index.tab", TABLE)
    known = fetched(archive, to)
    damage(to)
    fetched(archive, to, known=known)
    assert to.read_bytes() == TABLE


def test_a_failing_update_leaves_the_old_file(archive, to):
    archive.put("/index.tab", TABLE)
    known = fetched(archive, to)
    archive.put("/index.tab", CHANGED, etag='"v2"')
    archive.behave("/index.tab", cut_short(2000))
    with pytest.raises(NetworkError):
        fetched(archive, to, known=known)
    assert to.read_bytes() == TABLE
    assert saved_at(to) == known


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_published_checksum_is_held(archive, to, algorithm):
    archive.put("/index.tab", TABLE)
    digest = hashlib.new(algorithm, TABLE).hexdigest()
    fetched(archive, to, checksum=Checksum(algorithm, f" {digest.upper()} "))
    assert to.read_bytes() == TABLE


def test_a_damaged_file_is_not_taken(archive, to):
    archive.put("/index.tab", TABLE)
    wrong = Checksum("md5", hashlib.md5(CHANGED, usedforsecurity=False).hexdigest())
    with pytest.raises(NetworkError, match="arrived damaged") as caught:
        fetched(archive, to, checksum=wrong)
    assert wrong.digest in caught.value.details
    assert names(to) == []


def test_a_checksum_nobody_knows_is_a_sentence(archive, to):
    archive.put("/index.tab", TABLE)
    with pytest.raises(PlanetaryError, match="“crc-9”"):
        fetched(archive, to, checksum=Checksum("crc-9", "00"))
    assert names(to) == []


def test_a_file_packed_against_our_wish_is_refused(archive, to):
    archive.put("/index.tab", TABLE)
    archive.behave("/index.tab", packed)
    with pytest.raises(NetworkError, match="packed as gzip"):
        fetched(archive, to)
    assert names(to) == []


def test_a_file_that_is_packed_by_itself_is_taken(archive, to):
    archive.put("/cube.gz", TABLE)
    archive.behave("/cube.gz", packed)
    fetched(archive, to, "/cube.gz")
    assert to.read_bytes()[:2] == b"\x1f\x8b"


def test_ten_gigabytes_do_not_go_onto_a_full_disk(archive, to, monkeypatch):
    free = SimpleNamespace(free=3_000_000_000)
    monkeypatch.setattr(download_parts.shutil, "disk_usage", lambda _folder: free)
    archive.behave("/index.tab", answer(200, b"", content_length=10_000_000_000, etag='"v1"'))
    with pytest.raises(PlanetaryError, match=r"10\.0 GB .* only 3\.0 GB free") as caught:
        fetched(archive, to)
    assert "Free some space" in caught.value.hint
    assert names(to) == []


def test_what_is_missing_of_a_part_has_to_fit(archive, to, monkeypatch):
    archive.put("/index.tab", TABLE)
    broken_off(archive, to)
    free = SimpleNamespace(free=download_parts._SPARE_BYTES + len(TABLE) - 4000)
    monkeypatch.setattr(download_parts.shutil, "disk_usage", lambda _folder: free)
    fetched(archive, to)
    assert to.read_bytes() == TABLE


def test_a_disk_that_fills_up_is_told(archive, to):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    archive.put("/index.tab", TABLE)
    to.parent.mkdir()
    part = to.with_name("index.tab.part")

    class Full(download_parts.Part):
        def begin(self, version):
            super().begin(version).close()
            part.unlink()
            part.symlink_to("/dev/full")
            return part.open("wb", buffering=0)

    from planetary_qgis.core import downloads

    original, downloads.Part = downloads.Part, Full
    try:
        with pytest.raises(PlanetaryError, match="The disk is full"):
            fetched(archive, to)
    finally:
        downloads.Part = original
    assert "index.tab" not in names(to)


def test_a_folder_that_cannot_be_made_is_told(archive, to):
    archive.put("/index.tab", TABLE)
    to.parent.write_text("a file where a folder should be")
    with pytest.raises(PlanetaryError, match="cannot be written"):
        fetched(archive, to)


def test_a_place_that_is_taken_keeps_the_download(archive, to):
    archive.put("/index.tab", TABLE)
    to.mkdir(parents=True)  # os.replace fails here as on Windows where a program uses the file
    with pytest.raises(PlanetaryError, match="cannot be put in its place"):
        fetched(archive, to)
    to.rmdir()
    fetched(archive, to)
    assert to.read_bytes() == TABLE
    assert archive.asked[-1].headers["range"] == f"bytes={len(TABLE)}-"


def test_two_that_download_the_same_file_share_it(archive, to):
    archive.put("/index.tab", TABLE)
    under_way, go_on = threading.Event(), threading.Event()
    results = []

    def first_progress(_done, _total):
        under_way.set()
        go_on.wait(10)

    def second_progress(_done, _total):
        go_on.set()

    first = threading.Thread(
        target=lambda: results.append(fetched(archive, to, progress=first_progress))
    )
    first.start()
    assert under_way.wait(10)
    results.append(fetched(archive, to, progress=second_progress))
    first.join(10)
    assert results[0] == results[1]
    assert to.read_bytes() == TABLE
    assert len(archive.asked) == 1
    assert names(to) == ["index.tab", "index.tab.download.json"]


def test_who_waits_for_another_can_be_cancelled(archive, to):
    with only_one(to, lambda: None), pytest.raises(StopError):
        fetched(archive, to, progress=cancel_after(0))
    assert archive.asked == []
    assert names(to) == []


def test_another_process_is_waited_for(tmp_path):
    path = tmp_path / "index.tab"
    holds = "\n".join(
        [
            "import sys, pathlib",
            "from planetary_qgis.core.exclusive import only_one",
            "with only_one(pathlib.Path(sys.argv[1]), lambda: None):",
            "    print('held', flush=True)",
            "    sys.stdin.readline()",
        ]
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holds, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert other.stdout.readline() == "held\n"
    calls = []

    def waiting() -> None:
        if not calls:
            other.stdin.write("\n")
            other.stdin.flush()
        calls.append(1)

    with only_one(path, waiting) as waited:
        assert waited
    assert calls
    assert other.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


# ---- Names ----------------------------------------------------------------------------------

RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}


@given(st.text(max_size=400))
@example("../../etc/passwd")
@example("/etc/passwd")
@example("C:\\Windows\\System32\\drivers\\etc\\hosts")
@example("CON.TAB")
@example("..")
@example("")
@example("x" * 400 + ".tab")
@example("a.part")
@example("índex.tab")
@example("name. ")
@example("\x00\ud800")
def test_a_safe_name_is_a_name_on_every_system(text):
    name = safe_name(text)
    assert 0 < len(name) <= 120
    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>|%#&;$` ')
    assert name[0] not in ".-~"
    assert name[-1] not in ". "
    assert name.split(".")[0].lower() not in RESERVED
    assert not name.lower().endswith((".part", ".part.json", ".download.json", ".lock", ".old"))
    assert safe_name(name) == name


@given(st.text(max_size=50), st.text(max_size=50))
@example("a/b.tab", "a_b.tab")
@example("ä.img", "ö.img")
@example("x" * 200, "x" * 201)
def test_different_texts_have_different_names(one, other):
    assert (safe_name(one) == safe_name(other)) == (one == other)


@pytest.mark.parametrize("name", ["cumindex.tab", "P01_001361_1750_XI_05S282W.IMG", "a+b=c@d,(1)"])
def test_a_good_name_stays(name):
    assert safe_name(name) == name


def test_an_ending_survives():
    assert safe_name("FHA/00435.IMG").endswith(".IMG")
    assert safe_name("x" * 300 + ".fits").endswith(".fits")


@given(st.lists(st.text(max_size=60), max_size=4))
def test_a_safe_path_stays_in_its_folder(parts):
    root = Path("cache").absolute()
    path = safe_path(root, *parts)
    assert path.relative_to(root).parts == tuple(safe_name(part) for part in parts)
    assert os.path.normpath(path) == str(path)


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    root = tmp_path / "cache"
    root.mkdir()
    (root / "indexes").symlink_to(tmp_path)
    with pytest.raises(PlanetaryError, match="leads out of the folder"):
        safe_path(root, "indexes", "mro.ctx.edr")


def test_notes_are_json_that_others_can_read(archive, to):
    url = archive.put("/index.tab", TABLE)
    fetched(archive, to)
    note = json.loads(to.with_name("index.tab.download.json").read_text(encoding="utf-8"))
    assert note["url"] == url
    assert set(note) == {
        "url", "final_url", "etag", "last_modified", "size", "sha256", "fetched",
    }  # fmt: skip
