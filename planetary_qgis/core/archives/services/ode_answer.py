"""Answers of the Orbital Data Explorer: XML turned into JSON, every value a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planetary_qgis.core.archives.services.values import list_of, text_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.http import NetworkError, Response

_SHOWN = 500
_NOTHING_FOUND = "no products found"


@dataclass(frozen=True)
class Results:
    """What an answer holds.

    Attributes:
        received: How many entries it has, readable or not; paging counts them all.
        total: How many products match, where the answer says so.
    """

    products: list[Mapping[str, Any]]
    received: int
    total: int | None


def results_of(response: Response, tally: Tally) -> Results:
    """The products of an answer; “No Products Found” is an answer without any.

    Raises:
        NetworkError: The answer is no JSON, none of ODE's, or says that something went wrong.
    """
    content = content_of(response)
    listed = content.get("Products")
    entries = list_of(listed.get("Product")) if isinstance(listed, Mapping) else []
    products = [entry for entry in entries if isinstance(entry, Mapping)]
    tally.add(
        "entries of an answer are no products and were left out", len(entries) - len(products)
    )
    count = text_of(content, "Count") or ""
    return Results(products, len(entries), int(count) if count.isdigit() else None)


def content_of(response: Response) -> Mapping[str, Any]:
    """What the answer has under its root.

    Raises:
        NetworkError: As above.
    """
    answer = response.json()
    content = answer.get("ODEResults") if isinstance(answer, Mapping) else None
    if not isinstance(content, Mapping):
        raise NetworkError(
            f"{response.head.url} gave an answer that the Orbital Data Explorer never gives.",
            details=response.body[:_SHOWN].decode("utf-8", "replace"),
            hint="The service may have changed; please report this.",
            status=response.head.status,
        )
    said = text_of(content, "Error") or ""
    failed = (text_of(content, "Status") or "").lower() == "error"
    if (failed or said) and not said.lower().startswith(_NOTHING_FOUND):
        raise NetworkError(
            f"The Orbital Data Explorer could not answer: {said or 'it gives no reason'}",
            details=response.head.url,
            hint="Change the search, or try again later.",
            status=response.head.status,
        )
    return content
