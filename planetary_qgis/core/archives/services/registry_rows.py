"""Products of the PDS4 Registry's answers, where every property is a list of values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.services.registry_shapes import (
    BOUNDS,
    DIRECTION,
    LATITUDE_TYPE,
    located,
)
from planetary_qgis.core.archives.services.targets import is_elsewhere, target_among
from planetary_qgis.core.archives.services.values import list_of, text_of, url_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import ColumnKind, Products, Schema

Properties = Mapping[str, Any]

_START = "pds:Time_Coordinates.pds:start_date_time"
_STOP = "pds:Time_Coordinates.pds:stop_date_time"
_FILES = "ops:Data_File_Info.ops:file_ref"
_LABELS = "ops:Label_File_Info.ops:file_ref"
_COMPONENTS = "pds:Observing_System_Component.pds:name"
_COMPONENT_TYPES = "pds:Observing_System_Component.pds:type"
_TARGET_NAMES = "pds:Target_Identification.pds:name"
_OWN_TEXTS = {
    "lid": "lid",
    "lidvid": "lidvid",
    "title": "title",
    "processing_level": "pds:Primary_Result_Summary.pds:processing_level",
    "collection": "ops:Provenance.ops:parent_collection_identifier",
    "browse_lid": "ref_lid_browse",
    "longitude_direction": DIRECTION,
    "latitude_type": LATITUDE_TYPE,
}
FIELDS = (
    *_OWN_TEXTS.values(),
    "ref_lid_target",
    "ref_lid_instrument",
    "ref_lid_instrument_host",
    _TARGET_NAMES,
    _COMPONENTS,
    _COMPONENT_TYPES,
    _START,
    _STOP,
    _FILES,
    _LABELS,
    *BOUNDS.values(),
)
"""The properties that are asked for: products have hundreds."""
_KINDS: dict[str, ColumnKind] = {
    **dict.fromkeys(_OWN_TEXTS, "text"),
    "data_urls": "text",
    **dict.fromkeys(BOUNDS, "real"),
}
_FILL_TIMES = re.compile(r"(?:0001|1965|3000)-01-01T00:00:00(?:\.0*)?Z?")
"""What the registry writes where a label says that a time is unknown."""
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp)$", re.IGNORECASE)
_HOSTS = frozenset(("host", "spacecraft", "lander", "rover", "aircraft"))


def schema_of(served: Served) -> Schema:
    return Schema(body(served.body), "polygon", dict(_KINDS))


def lidvid_of(product: Mapping[str, Any]) -> str:
    """What the registry sorts by: identifier and version."""
    known = _one(_properties(product), "lidvid") or text_of(product, "id")
    return known or json.dumps(product, default=str)


def products_of_data(served: Served, data: Sequence[Mapping[str, Any]], tally: Tally) -> Products:
    """Products of the entries of an answer."""
    records = [_record(served, product) for product in data]
    here = [not is_elsewhere(record["target"], served.body) for record in records]
    shapes = located(body(served.body), records, here, tally)
    for record, shape in zip(records, shapes):
        record["geometry_source"] = None if shape is None else "service bounds"
    return products_of(schema_of(served), records, shapes, tally)


def _record(served: Served, product: Mapping[str, Any]) -> dict[str, Any]:
    said = _properties(product)
    record: dict[str, Any] = {column: _one(said, name) for column, name in _OWN_TEXTS.items()}
    record["lidvid"] = record["lidvid"] or text_of(product, "id")
    record["lid"] = record["lid"] or (record["lidvid"] or "").partition("::")[0] or None
    record["title"] = record["title"] or text_of(product, "title")
    record.update({column: _one(said, name) for column, name in BOUNDS.items()})
    files, labels = _urls(said, _FILES), _urls(said, _LABELS)
    pictures = [url for url in files if _PICTURE.search(url)]
    others = [url for url in files if url not in pictures]
    record.update(
        product_id=(record["lid"] or "").rpartition(":")[2] or record["title"],
        target=target_among(_targets(said), served.body),
        instrument_host=_component(said, _HOSTS) or _short(said, "ref_lid_instrument_host"),
        instrument_id=_component(said, {"instrument"}) or _short(said, "ref_lid_instrument"),
        start_time=_time(said, _START),
        stop_time=_time(said, _STOP),
        label_url=next(iter(labels), None),
        product_url=next(iter(others + pictures), None),
        browse_url=next(iter(pictures), None),
        data_urls=" ".join(files) or None,
        source=f"{served.archive}, {served.title}",
    )
    return record


def _properties(product: Mapping[str, Any]) -> Properties:
    properties = product.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _all(said: Properties, name: str) -> list[str]:
    """A property's values; “null” stands for none."""
    texts = [str(value).strip() for value in list_of(said.get(name)) if value is not None]
    return [text for text in texts if text and text.lower() != "null"]


def _one(said: Properties, name: str) -> str | None:
    return next(iter(_all(said, name)), None)


def _urls(said: Properties, name: str) -> list[str]:
    return [text for text in _all(said, name) if url_of({"url": text}, "url")]


def _time(said: Properties, name: str) -> str | None:
    text = _one(said, name)
    return None if text is None or _FILL_TIMES.fullmatch(text) else text


def _targets(said: Properties) -> list[str]:
    """Names out of identifiers such as …:target:satellite.jupiter.europa, then names."""
    identified = [_last_part(lid).rpartition(".")[2] for lid in _all(said, "ref_lid_target")]
    return [name.replace("_", " ") for name in identified] + _all(said, _TARGET_NAMES)


def _component(said: Properties, kinds: set[str] | frozenset[str]) -> str | None:
    """The first name of a kind, where names and kinds are told pair by pair."""
    names, types = _all(said, _COMPONENTS), _all(said, _COMPONENT_TYPES)
    if len(names) != len(types):
        return None
    return next((name for name, kind in zip(names, types) if kind.lower() in kinds), None)


def _short(said: Properties, name: str) -> str | None:
    lid = _one(said, name)
    return None if lid is None else _last_part(lid)


def _last_part(lid: str) -> str:
    return lid.partition("::")[0].rpartition(":")[2]
