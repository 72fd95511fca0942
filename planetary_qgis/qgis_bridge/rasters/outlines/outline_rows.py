"""Outlines of rasters as rows of a footprint layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.about import about
from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.rasters.outlines.outlines import Outline, PlacedRaster
from planetary_qgis.qgis_bridge.rasters.outlines.valid_pixels import Detail

OWN_COLUMNS: dict[str, ColumnKind] = {
    "location": "text",
    "columns": "integer",
    "rows": "integer",
    "bands": "integer",
    "data_type": "text",
    "crs": "text",
    "area_km2": "real",
    "valid_share": "real",
}


def outlines_answer(outlines: Sequence[Outline], detail: Detail, report: Report) -> Answer:
    """Footprints of one body, a row each.

    Raises:
        PlanetaryError: There are none, or they lie on several bodies.
    """
    schema = Schema(the_body([each.raster for each in outlines]), "polygon", dict(OWN_COLUMNS))
    looked_at = f"{detail.most_pixels} pixels a side" if detail.most_pixels else "every pixel"
    provenance = {
        "Rasters": str(len(outlines)),
        "Outlines": f"valid pixels of {looked_at}, simplified by {detail.tolerance:g} of them",
        "Made by": f"{about().name} {about().version}",
    }
    rows = (_row(outline, schema) for outline in outlines)
    return Answer(schema, rows, len(outlines), provenance, report)


def the_body(rasters: Sequence[PlacedRaster]) -> Body:
    """The body of them all.

    Raises:
        PlanetaryError: There are none, or several.
    """
    by_body: dict[str, list[str]] = {}
    for raster in rasters:
        by_body.setdefault(raster.body.title, []).append(raster.name)
    if not by_body:
        raise PlanetaryError(
            "No raster could be placed on a body.", hint="Choose rasters that have a CRS."
        )
    if len(by_body) > 1:
        told = "; ".join(f"{title}: {', '.join(names[:3])}" for title, names in by_body.items())
        raise PlanetaryError(
            f"The rasters lie on different bodies ({told}).", hint="Choose those of one body."
        )
    return rasters[0].body


def _row(outline: Outline, schema: Schema) -> Products:
    crs = QgsCoordinateReferenceSystem.fromWkt(outline.raster.crs)
    location = outline.raster.address
    values = {
        "product_id": Path(outline.raster.name).stem,
        "target": outline.raster.body.name,
        "center_lon_e": outline.center[0],
        "center_lat": outline.center[1],
        "resolution": outline.pixel_m,
        "product_url": location,
        "geometry_source": "valid pixels",
        "source": outline.raster.name,
        "location": location,
        "columns": outline.columns,
        "rows": outline.rows,
        "bands": outline.bands,
        "data_type": outline.data_type,
        "crs": crs.authid() or crs.description(),
        "area_km2": outline.area_km2,
        "valid_share": outline.valid_share,
    }
    table = table_of(schema, {name: [value] for name, value in values.items()}, 1)
    geometry = np.empty(1, dtype=object)
    geometry[0] = outline.shape
    return Products(table, geometry)
