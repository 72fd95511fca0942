"""Products of the Orbital Data Explorer as records of the shared columns and its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.values import (
    list_of,
    number_of,
    text_of,
    url_of,
    without_impossible,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.products import ColumnKind

OWN_COLUMNS: dict[str, ColumnKind] = {
    "ode_id": "text",
    "pt": "text",
    "Data_Set_Id": "text",
    "PDSVolume_Id": "text",
    "Observation_id": "text",
    "Observation_time": "datetime",
    "Start_orbit_number": "integer",
    "Stop_orbit_number": "integer",
    "Map_resolution": "real",
    "Solar_distance": "real",
    "Pole_state": "text",
    "Footprint_souce": "text",  # so spelled by ODE
    "Product_creation_time": "datetime",
    "Product_version_id": "text",
    "ProductURL": "text",
    "FilesURL": "text",
    "External_url": "text",
    "External_url2": "text",
    "External_url3": "text",
    "Comment": "text",
    "Description": "text",
    "ODE_notes": "text",
}

_SHARED = {
    "product_id": "pdsid",
    "target": "Target_name",
    "instrument_host": "ihid",
    "instrument_id": "iid",
    "start_time": "UTC_start_time",
    "stop_time": "UTC_stop_time",
    "incidence_angle": "Incidence_angle",
    "emission_angle": "Emission_angle",
    "phase_angle": "Phase_angle",
    "resolution": "Map_scale",
    "solar_longitude": "Solar_longitude",
    "local_time": "Solar_time",
}
_NOT_DATA = (".lbl", ".xml", ".fmt", ".cat", ".txt")
_IDENTIFYING = ("pdsid", "ihid", "iid", "pt", "Data_Set_Id", "PDSVolume_Id", "LabelURL")


def record_of(
    product: Mapping[str, Any], served: Served, geometry_source: str | None, tally: Tally
) -> dict[str, Any]:
    """Values by column; what the product does not say is None."""
    files = _files(product)
    named = served.parameters
    return without_impossible(
        {
            **{column: text_of(product, name) for column, name in _SHARED.items()},
            **{name: text_of(product, name) for name in OWN_COLUMNS},
            **_centre(product, tally),
            "target": (text_of(product, "Target_name") or served.body).upper(),
            "label_url": url_of(product, "LabelURL"),
            "product_url": _data_url(files, text_of(product, "pdsid") or ""),
            "browse_url": _browse_url(files),
            "geometry_source": geometry_source,
            "source": f"{served.archive}, {named['ihid']} {named['iid']} {named['pt']}",
            "ODE_notes": _notes(product),
        },
        tally,
    )


def identity_of(product: Mapping[str, Any], otherwise: str) -> str:
    """What tells the product from others; ODE's own number changes and does not serve."""
    said = [text_of(product, name) or "" for name in _IDENTIFYING]
    return "|".join(said) if text_of(product, "pdsid") else otherwise


def _centre(product: Mapping[str, Any], tally: Tally) -> dict[str, float | None]:
    lon_e, lat = number_of(product, "Center_longitude"), number_of(product, "Center_latitude")
    if -360.0 <= lon_e <= 360.0 and -90.0 <= lat <= 90.0:
        return {"center_lon_e": float(wrap_180(lon_e)), "center_lat": lat}
    if np.isfinite(lon_e) and np.isfinite(lat):
        tally.add("centres are no positions and were read as unknown", 1, [f"{lon_e} {lat}"])
    return {"center_lon_e": None, "center_lat": None}


def _files(product: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = product.get("Product_files")
    entries = list_of(listed.get("Product_file")) if isinstance(listed, Mapping) else []
    return [entry for entry in entries if isinstance(entry, Mapping) and url_of(entry, "URL")]


def _of_type(files: list[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [file for file in files if (text_of(file, "Type") or "").lower() == kind]


def _data_url(files: list[Mapping[str, Any]], product_id: str) -> str | None:
    """The file that holds the data: the one named as the product, else the first."""
    urls = [url_of(file, "URL") or "" for file in _of_type(files, "product")]
    urls = [url for url in urls if not url.lower().endswith(_NOT_DATA)]
    stem = product_id.rpartition(".")[0] or product_id
    named = [url for url in urls if stem and stem.lower() in url.rpartition("/")[2].lower()]
    return next(iter(named + urls), None)


def _browse_url(files: list[Mapping[str, Any]]) -> str | None:
    """The preview, rather a large one than the thumbnail."""
    browse = _of_type(files, "browse")
    large = [file for file in browse if "thumb" not in (text_of(file, "Description") or "").lower()]
    return next((url_of(file, "URL") for file in large + browse), None)


def _notes(product: Mapping[str, Any]) -> str | None:
    held = product.get("ODE_notes")
    notes = list_of(held.get("ODE_note")) if isinstance(held, Mapping) else []
    return "\n".join(str(note) for note in notes) or None
