"""The catalogue's tables as entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planetary_qgis.core.archives.catalog_entries import (
    BoundsColumns,
    Catalog,
    Dataset,
    PointColumns,
    Politeness,
    Served,
    Spellings,
)
from planetary_qgis.core.archives.catalog_files import Content
from planetary_qgis.core.archives.catalog_rules import ENDPOINT_FORM, Form, dataset_form
from planetary_qgis.core.bodies import body as known_body


def catalog_of(content: Content) -> Catalog:
    """The entries of content in which nothing is wrong."""
    form = dataset_form(())
    endpoints = content["endpoints"]
    return Catalog(
        datasets=tuple(_dataset(k, _filled(e, form)) for k, e in content["datasets"].items()),
        services=tuple(
            _served(key, entry, _filled(endpoints[entry["service"]], ENDPOINT_FORM))
            for key, entry in content["services"].items()
        ),
        hosts={
            name.lower(): Politeness(**{**e, "back_off_statuses": tuple(e["back_off_statuses"])})
            for name, e in content["hosts"].items()
        },
    )


def spellings_of(content: Content) -> Spellings:
    """How indexes spell their columns, as content says it."""
    return Spellings(
        roles={role: tuple(names) for role, names in content["roles"].items()},
        corners=tuple(_corners(entry) for entry in content["corners"]),
        bounds=tuple(_bounds(entry) for entry in content["bounds"]),
        centres=tuple(PointColumns(e["longitude"], e["latitude"]) for e in content["centres"]),
    )


def _filled(entry: Content, form: Form) -> dict[str, Any]:
    return {**form.defaults, **entry}


def _dataset(key: str, entry: Content) -> Dataset:
    values = dict(entry)
    for name in ("data_set_ids", "volume_ids", "label_names"):
        values[name] = tuple(values.get(name, ()))
    for name in ("body", "usual_body"):
        if name in values:
            values[name] = known_body(values[name]).name
    values["roles"] = {
        role: tuple(name.upper() for name in names)
        for role, names in values.get("roles", {}).items()
    }
    return Dataset(key=key, **values)


def _served(key: str, entry: Content, endpoint: Content) -> Served:
    values = {**endpoint, **entry}
    values["service"] = values.pop("speaks", entry["service"])
    values["body"] = known_body(values["body"]).name
    values["ranges"] = tuple(values.get("ranges", ()))
    values["verified"] = " ".join(
        each["verified"] for each in (endpoint, entry) if each.get("verified")
    )
    return Served(key=key, **values)


def _corners(entry: Mapping[str, Any]) -> tuple[PointColumns, ...]:
    return tuple(
        PointColumns(entry["longitude"].format(tag), entry["latitude"].format(tag))
        for tag in entry["tags"]
    )


def _bounds(entry: Mapping[str, str]) -> BoundsColumns:
    by_compass = "west" in entry
    first, second = ("west", "east") if by_compass else ("minimum", "maximum")
    return BoundsColumns(entry[first], entry[second], entry["south"], entry["north"], by_compass)
