"""The folders that servers list as web pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

_SIZE = re.compile(r"(?<![\w.:-])(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?\s*$", re.IGNORECASE)
_FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True)
class Listed:
    """A file or folder that a listing links to.

    Attributes:
        size_bytes: About, as listings round it; None where it is not said.
    """

    name: str
    is_folder: bool
    size_bytes: int | None


def listed_in(page: str, url: str) -> tuple[Listed, ...]:
    """What a listing links to in its own folder: neither its columns' links nor folders above.

    Args:
        url: Of the page, with a slash at its end.
    """
    parser = _Links()
    parser.feed(page)
    parser.close()
    folder = unquote(urlsplit(url).path)
    found: dict[str, Listed] = {}
    for link, text in parser.links:
        parts = urlsplit(urljoin(url, link))
        path = unquote(parts.path)
        name = path[len(folder) :].rstrip("/") if path.startswith(folder) else ""
        if name and "/" not in name and not parts.query:
            found.setdefault(name, Listed(name, path.endswith("/"), _size(text)))
    return tuple(found.values())


def _size(text: str) -> int | None:
    found = _SIZE.search(text.strip())
    return round(float(found[1]) * _FACTORS[found[2].upper()]) if found else None


class _Links(HTMLParser):
    """Gathers the addresses that a page links to, each with what stands behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href")
        if tag == "a" and link:
            self.links.append((link, ""))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self.links and not self._inside and data.strip(" \r\n\t\xa0-"):
            link, text = self.links[-1]
            self.links[-1] = (link, f"{text} {data.strip()}")
