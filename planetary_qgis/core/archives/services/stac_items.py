"""Items of a STAC catalogue as products.

STAC's view:incidence_angle is the angle between the vertical and the line to the spacecraft, which
planetary scientists call emission; the Sun's is 90° less view:sun_elevation (extension “view” 1.0).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.geojson_shapes import shape_of_box, shape_of_geojson
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.services.targets import is_elsewhere, target_among
from planetary_qgis.core.archives.services.values import (
    list_of,
    number_of,
    text_of,
    url_of,
    without_impossible,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import ColumnKind, Products, Schema

Object = Mapping[str, Any]

_TEXTS = (
    "title",
    "license",
    "created",
    "updated",
    "proj:code",
    "proj:epsg",
    "ssys:local_time",
    "ssys:target_class",
)
_REALS = (
    "gsd",
    "view:incidence_angle",
    "view:off_nadir",
    "view:azimuth",
    "view:sun_azimuth",
    "view:sun_elevation",
)
_KINDS: dict[str, ColumnKind] = {
    "collection": "text",
    "assets": "text",
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(_REALS, "real"),
}


def schema_of(served: Served) -> Schema:
    return Schema(body(served.body), "polygon", dict(_KINDS))


def identity_of(item: Object) -> str:
    """The id, which tells apart the items of one collection."""
    return text_of(item, "id") or json.dumps(item, default=str)


def products_of_items(served: Served, items: Sequence[Object], tally: Tally) -> Products:
    """Products of an answer's items."""
    records, shapes = [], []
    for item in items:
        record = _record(served, item, tally)
        shape, source = None, None
        if not is_elsewhere(record["target"], served.body):
            shape, source = _located(item, tally)
        record["geometry_source"] = source
        records.append(record)
        shapes.append(shape)
    return products_of(schema_of(served), records, shapes, tally)


def _located(item: Object, tally: Tally) -> tuple[Any, str | None]:
    """A shape from the item's geometry, else from its box."""
    name = [identity_of(item)[:80]]
    shape, reason = shape_of_geojson(item.get("geometry"), item.get("bbox"))
    if reason:
        tally.add(f"footprints {reason}", 1, name)
    if shape is not None:
        return shape, "service"
    shape, reason = shape_of_box(item.get("bbox"))
    if reason:
        tally.add(f"boxes {reason}", 1, name)
    return shape, None if shape is None else "service bounds"


def _record(served: Served, item: Object, tally: Tally) -> dict[str, Any]:
    said = item.get("properties")
    properties = said if isinstance(said, Mapping) else {}
    assets = _assets(item)
    record: dict[str, Any] = {name: text_of(properties, name) for name in (*_TEXTS, *_REALS)}
    record.update(
        product_id=text_of(item, "id"),
        collection=text_of(item, "collection"),
        assets=", ".join(assets) or None,
        target=target_among(_texts(properties, "ssys:targets"), served.body),
        instrument_host=_joined(properties, ("platform", "mission", "missions", "constellation")),
        instrument_id=_joined(properties, ("instruments", "instrument")),
        start_time=text_of(properties, "start_datetime") or text_of(properties, "datetime"),
        stop_time=text_of(properties, "end_datetime"),
        resolution=_resolution(properties, assets),
        label_url=_label(item, assets),
        product_url=_url(item, _image(assets)),
        browse_url=_url(item, _thumbnail(assets)),
        source=f"{served.archive}, {served.title}",
        **_light(properties),
    )
    return without_impossible(record, tally)


def _light(properties: Object) -> dict[str, Any]:
    """Angles whose meaning is certain: alone, an incidence angle may be meant as the Sun's."""
    elevation = number_of(properties, "view:sun_elevation")
    told_as_defined = any(name in properties for name in ("view:sun_elevation", "view:off_nadir"))
    return {
        "incidence_angle": None if math.isnan(elevation) else 90.0 - elevation,
        "emission_angle": properties.get("view:incidence_angle") if told_as_defined else None,
        "subsolar_azimuth": properties.get("view:sun_azimuth"),
    }


def _assets(item: Object) -> dict[str, Object]:
    assets = item.get("assets")
    known = assets.items() if isinstance(assets, Mapping) else ()
    return {str(key): asset for key, asset in known if isinstance(asset, Mapping)}


def _image(assets: Mapping[str, Object]) -> Object | None:
    """What to load: the asset called image, else a picture among the data, else data."""
    data = [asset for asset in assets.values() if "data" in _texts(asset, "roles")]
    tiffs = [asset for asset in assets.values() if _type(asset).startswith("image/tiff")]
    both = [asset for asset in data if asset in tiffs]
    return assets.get("image") or next(iter(both + tiffs + data), None)


def _thumbnail(assets: Mapping[str, Object]) -> Object | None:
    shown = ("image/jpeg", "image/png", "image/webp", "image/gif")
    by_role = [
        asset
        for role in ("thumbnail", "overview")
        for asset in assets.values()
        if role in _texts(asset, "roles") and _type(asset).startswith(shown)
    ]
    return assets.get("thumbnail") or next(iter(by_role), None)


def _label(item: Object, assets: Mapping[str, Object]) -> str | None:
    """The PDS label or other metadata where there are any, else the item itself."""
    described = [asset for asset in assets.values() if "metadata" in _texts(asset, "roles")]
    known = [asset for asset in (assets.get("pds_label"), *described) if asset is not None]
    urls = (_url(item, asset) for asset in known)
    return next((url for url in urls if url), None) or _self(item)


def _self(item: Object) -> str | None:
    links = [link for link in list_of(item.get("links")) if isinstance(link, Mapping)]
    own = (url_of(link, "href") for link in links if text_of(link, "rel") == "self")
    return next((url for url in own if url), None)


def _url(item: Object, asset: Object | None) -> str | None:
    """An asset's address; relative ones start from the item's own."""
    href = None if asset is None else text_of(asset, "href")
    return url_of({"url": urljoin(_self(item) or "", href)}, "url") if href else None


def _resolution(properties: Object, assets: Mapping[str, Object]) -> Any:
    image = _image(assets)
    return properties.get("gsd") if image is None else properties.get("gsd", image.get("gsd"))


def _type(asset: Object) -> str:
    return (text_of(asset, "type") or "").lower()


def _texts(record: Object, name: str) -> list[str]:
    return [value for value in list_of(record.get(name)) if isinstance(value, str)]


def _joined(properties: Object, names: Iterable[str]) -> str | None:
    """All that the first known property says."""
    return next((", ".join(said) for name in names if (said := _texts(properties, name))), None)
