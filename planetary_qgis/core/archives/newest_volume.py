"""Indexes whose address holds the number of the newest volume: how to find it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from planetary_qgis.core.archives.catalog_entries import Dataset
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Request

_NUMBER = re.compile(r"\d+")


def listing_request(dataset: Dataset) -> Request | None:
    """The request for the listing of the dataset's volumes; None where its address is fixed."""
    return Request(dataset.volumes_url) if dataset.volumes_url else None


def newest_label_url(dataset: Dataset, listing_html: str) -> str:
    """Where the dataset's label is, now that the listing of its volumes is known.

    Raises:
        PlanetaryError: The listing names no volume of the dataset.
    """
    if not dataset.volumes_url:
        return dataset.label_url
    volume = re.compile(dataset.volume_pattern)
    matches = (volume.fullmatch(name) for name in _names_in(listing_html))
    found = {match.group(1) for match in matches if match is not None}
    if not found:
        raise PlanetaryError(
            f"The listing {dataset.volumes_url} names no volume of {dataset.title}.",
            details=f"Looked for: {dataset.volume_pattern}\n{listing_html[:1000]}",
            hint="Open the address in a browser: if the archive has moved, enter the new one in "
            f'your own catalogue under [datasets."{dataset.key}"].',
        )
    return dataset.label_url.replace("{newest}", max(found, key=_order))


def _order(number: str) -> tuple[list[int], str]:
    """By number first; LROC's volumes have a letter after it."""
    return [int(digits) for digits in _NUMBER.findall(number)], number


def _names_in(html: str) -> list[str]:
    """The files and folders that a listing links to, without slashes around them."""
    links = _Links()
    links.feed(html)
    links.close()
    return [_path(link).rstrip("/").rpartition("/")[2] for link in links.found]


def _path(link: str) -> str:
    try:
        return unquote(urlsplit(link).path)
    except ValueError:
        return ""


class _Links(HTMLParser):
    """Gathers the addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
