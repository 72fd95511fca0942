"""Whole answers over a transport: good ones, and every kind of bad one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from archive_server import (
    ArchiveServer,
    PlainTransport,
    answer,
    archive_server,
    cut_short,
    redirect,
    silent,
    stall,
)

from planetary_qgis.core.http import NetworkError, Request, Response, fetch


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as server:
        yield server


def fetched(url: str) -> Response:
    return fetch(PlainTransport(), Request(url))


def test_an_answer_comes_whole(archive: ArchiveServer) -> None:
    url = archive.put("/answer", b'{"Count": "1"}', content_type="application/json")
    response = fetched(url)
    assert response.json() == {"Count": "1"}
    assert response.head.header("Content-Type") == "application/json"


def test_a_redirect_is_followed(archive: ArchiveServer) -> None:
    there = archive.put("/new", b"[]")
    response = fetched(archive.behave("/old", redirect(there, 307)))
    assert response.json() == []
    assert response.head.url == there


def test_a_question_with_a_body_arrives(archive: ArchiveServer) -> None:
    url = archive.put("/search", b"{}")
    headers = {"Content-Type": "application/json"}
    fetch(PlainTransport(), Request(url, "POST", headers, b'{"limit": 10}'))
    (asked,) = archive.asked
    assert (asked.method, asked.body) == ("POST", b'{"limit": 10}')


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "does not understand"),
        (403, "refuses to answer"),
        (404, "does not exist"),
        (429, "asked less often"),
        (500, "an error of its own"),
        (503, "not available"),
        (418, "answered with an error"),
    ],
)
def test_a_status_is_a_sentence(status: int, words: str, archive: ArchiveServer) -> None:
    url = archive.behave("/x", answer(status, b"why not"))
    with pytest.raises(NetworkError, match=words) as raised:
        fetched(url)
    assert url in raised.value.message
    assert f"HTTP {status}" in raised.value.message
    assert raised.value.details == "why not"
    assert raised.value.hint
    assert raised.value.status == status


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html>Log in</html>", b"<HTML>cookies, please</HTML>"]
)
def test_a_web_page_where_json_should_be(page: bytes, archive: ArchiveServer) -> None:
    url = archive.behave("/x", answer(200, page, content_type="text/html"))
    with pytest.raises(NetworkError, match="a web page where JSON was expected") as raised:
        fetched(url).json()
    assert "text/html" in raised.value.details


def test_a_cookie_wall(archive: ArchiveServer) -> None:
    archive.behave("/login", answer(200, b"<html>Log in</html>", content_type="text/html"))
    url = archive.behave("/x", redirect(archive.url("/login")))
    with pytest.raises(NetworkError, match=r"/login answered with a web page"):
        fetched(url).json()


def test_text_that_is_cut_off_is_no_json(archive: ArchiveServer) -> None:
    url = archive.put("/x", b'{"Count": ')
    with pytest.raises(NetworkError, match="something else where JSON was expected"):
        fetched(url).json()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_cut_short(chunked: bool, archive: ArchiveServer) -> None:
    url = archive.put("/x", b"1234567890" * 100)
    archive.behave("/x", cut_short(500, chunked=chunked))
    with pytest.raises(NetworkError, match="broke off"):
        fetched(url)


def test_ten_gigabytes_are_refused_before_they_come(archive: ArchiveServer) -> None:
    archive.put("/x", b"")
    url = archive.behave("/x", answer(200, b"", content_length=10**10))
    with pytest.raises(NetworkError, match="10000000000 bytes, more than"):
        fetched(url)


def test_more_bytes_than_allowed(archive: ArchiveServer) -> None:
    url = archive.put("/x", b"12345" * 1000)
    with pytest.raises(NetworkError, match="more than the 100"):
        fetch(PlainTransport(), Request(url), most_bytes=100)


@pytest.mark.parametrize("behaviour", [silent, stall(3)])
def test_a_server_that_falls_silent(behaviour, archive: ArchiveServer) -> None:
    archive.put("/x", b"1234567890")
    with pytest.raises(NetworkError, match="broke off"):
        fetched(archive.behave("/x", behaviour))
