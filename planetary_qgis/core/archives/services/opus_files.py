"""Files of OPUS's observations: those whose addresses are known, and how to ask for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.opus_request import api_url
from planetary_qgis.core.http import NetworkError, Request, Response

_CASSINI_IMAGE = re.compile(r"(?P<stem>COISS_(?P<series>[12])\d{3}/data/\S+)\.IMG")


def files_request(served: Served, opusid: str) -> Request:
    """What to ask for the addresses of all files of one observation."""
    return Request(api_url(served, f"files/{quote(opusid, safe='')}.json"))


def parse_files(response: Response, opusid: str) -> dict[str, list[str]]:
    """The addresses of an observation's files by OPUS's product type, such as coiss_raw.

    Raises:
        NetworkError: The answer is not such a list.
    """
    answer = response.json()
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping):
        raise NetworkError(
            f"{response.head.url} gave an answer that is no list of files.",
            details=response.body[:500].decode("utf-8", "replace"),
            hint="The service may have changed; please report this.",
            status=response.head.status,
        )
    listed = data.get(opusid)
    kinds = listed if isinstance(listed, Mapping) else {}
    return {
        str(kind): [url for url in urls if isinstance(url, str)]
        for kind, urls in kinds.items()
        if isinstance(urls, list)
    }


def known_urls(primary_file: str | None, served: Served) -> dict[str, str]:
    """Product, label and preview of a Cassini image; nothing of others, whose names vary."""
    found = _CASSINI_IMAGE.fullmatch(primary_file or "")
    if found is None or ".." in found["stem"]:
        return {}
    volumes = f"COISS_{found['series']}xxx"
    stem = quote(found["stem"])
    return {
        "product_url": _holdings(served, f"volumes/{volumes}/{stem}.IMG"),
        "label_url": _holdings(served, f"volumes/{volumes}/{stem}.LBL"),
        "browse_url": _holdings(served, f"previews/{volumes}/{stem}_med.jpg"),
    }


def _holdings(served: Served, path: str) -> str:
    parts = urlsplit(served.url)
    return urlunsplit(parts._replace(path=f"/holdings/{path}", query="", fragment=""))
