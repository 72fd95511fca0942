"""Lists of products as text that other programs read: one entry a line, UTF-8, a newline last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from posixpath import basename
from typing import Optional
from urllib.parse import quote, unquote, urlsplit

Entries = Iterable[Optional[str]]

_WGET_SCHEMES = ("http", "https", "ftp")
_KEPT_IN_URLS = "%!$&'()*+,;=:@/?[]~-._"
"""What RFC 3986 allows; a % is taken for the beginning of an escape that is there already."""
_BREAKS_LINES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends of any script, and what is no Unicode at all."""
_SPECIAL_TO_ISIS = frozenset(",\"'")


@dataclass(frozen=True)
class ProductList:
    """A list as text, how many entries it has, and what could not be written into it."""

    text: str
    count: int
    left_out: tuple[str, ...] = ()


def plain_ids(ids: Entries) -> ProductList:
    """Each id once, in their order."""
    return _listed(ids, lambda name: name)


def plain_urls(urls: Entries) -> ProductList:
    """Each address once, as it was given."""
    return _listed(urls, lambda url: None if " " in url else url)


def wget_list(urls: Entries) -> ProductList:
    """Addresses for `wget --input-file`: http, https and ftp, percent-encoded.

    wget takes every line for an address, so that there is no room for comments. It drops
    fragments; here they are dropped before, lest the same file be fetched twice.
    """
    return _listed(urls, _for_wget)


def isis_list(names: Entries) -> ProductList:
    """File names for ISIS's `-batchlist` and `fromlist`; of an address, its last part.

    ISIS parts a line into columns at blanks, tabs and commas, takes quotes away, and skips what
    begins like a comment: names with such characters cannot be written (UserInterface, TextFile).
    """
    return _listed(names, _for_isis)


def file_name(url: str) -> str:
    """The last part of an address's path, unescaped; of a plain path, its file name."""
    path = unquote(urlsplit(url).path) if "://" in url else url
    return basename(path.replace("\\", "/"))


def _listed(entries: Entries, spelled: Callable[[str], str | None]) -> ProductList:
    """The entries that can be spelled, each once; blanks around them and empty ones go."""
    lines: dict[str, None] = {}
    left_out: dict[str, None] = {}
    for entry in entries:
        wanted = (entry or "").strip()
        line = spelled(wanted) if wanted and not _BREAKS_LINES.search(wanted) else None
        if line:
            lines[line] = None
        elif wanted:
            left_out[wanted] = None
    text = "".join(f"{line}\n" for line in lines)
    return ProductList(text, len(lines), tuple(left_out))


def _for_wget(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:  # as of a broken IPv6 host
        return None
    if parts.scheme.lower() not in _WGET_SCHEMES or not parts.netloc or " " in parts.netloc:
        return None
    return quote(parts._replace(fragment="").geturl(), safe=_KEPT_IN_URLS)


def _for_isis(name: str) -> str | None:
    file = file_name(name)
    special = any(each in _SPECIAL_TO_ISIS or each.isspace() for each in file)
    return None if special or file.startswith("#") else file
