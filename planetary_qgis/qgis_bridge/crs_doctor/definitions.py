"""Definitions of coordinate reference systems in all their spellings, as one."""

from __future__ import annotations

import re

from osgeo import gdal, osr

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Node, parsed
from planetary_qgis.qgis_bridge.gdal_words import gdal_told

_CODE = re.compile(
    r"^(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/|crs=)?"
    r"(?P<authority>IAU(?:_IAG)?|EPSG|ESRI)[_:/]*(?P<year>(?:19|20)\d\d)?(?:[:/][\d.]*)?[:/]+"
    r"(?P<code>\d+)$",
    re.IGNORECASE,
)
# EPSG has no code as high as these; who writes them so means ESRI's.
_ESRI_CODES = range(102_000, 108_000)
_OLD_OFFSETS = {
    0: 0, 1: 1, 10: 10, 12: 15, 14: 20, 16: 25, 18: 30, 20: 35, 22: 40, 24: 45, 26: 50, 28: 55,
}  # fmt: skip
"""From the offsets of IAU2000 and IAU2009 codes to those of IAU_2015; each has an ographic twin.

Source: the tables of codes of USGS's GDAL_scripts (OGC_IAU2000_WKT_v2).
"""


def code_of(text: str) -> tuple[str, int] | None:
    """Authority (IAU_2015, IAU2000, ESRI, EPSG…) and number of a code in any of its spellings."""
    match = _CODE.match(text.strip())
    if match is None:
        return None
    authority, code = match["authority"].upper(), int(match["code"])
    if authority.startswith("IAU"):
        year = match["year"] or "2015"
        return ("IAU_2015" if year == "2015" else f"IAU{year}"), code
    if authority == "EPSG" and code in _ESRI_CODES:
        authority = "ESRI"
    return authority, code


def modern_code(authority: str, code: int) -> str:
    """The IAU_2015 code for one of an earlier report; empty where none has the same projection."""
    if authority == "IAU_2015":
        return f"{authority}:{code}"
    naif_id, offset = divmod(code, 100)
    twin = offset % 2 if offset >= 10 else 0
    new_offset = _OLD_OFFSETS.get(offset - twin)
    if not authority.startswith("IAU") or new_offset is None:
        return ""
    return f"IAU_2015:{naif_id * 100 + new_offset + twin}"


def spatial_reference(text: str) -> osr.SpatialReference:
    """What a WKT, a PROJ string or a code of PROJ's database defines.

    Raises:
        PlanetaryError: PROJ does not understand it; the details are its own words.
    """
    made = osr.SpatialReference()
    with gdal_told(
        "The definition of the coordinate reference system cannot be read.",
        "Choose the coordinate reference system anew in the layer's properties.",
    ):
        if _import(made, text.strip()) != 0:
            raise RuntimeError(gdal.GetLastErrorMsg() or text)
    return made


def tree_of(text: str) -> Node:
    """The same as a tree of WKT 2, whatever the spelling; of a bound or compound one, all of it."""
    reference = spatial_reference(text)
    with gdal_told(
        "The definition of the coordinate reference system has no WKT.",
        "Choose the coordinate reference system anew in the layer's properties.",
    ):
        wkt = reference.ExportToWkt(["FORMAT=WKT2_2019", "MULTILINE=NO"])
        if not wkt:
            raise RuntimeError(gdal.GetLastErrorMsg() or text)
    return parsed(wkt)


def horizontal(tree: Node) -> Node | None:
    """The geographic or projected system in it, without heights and transformations."""
    if tree.keyword == "BOUNDCRS":
        source = tree.child("SOURCECRS")
        return horizontal(source.nodes[0]) if source and source.nodes else None
    if tree.keyword == "COMPOUNDCRS":
        return next(filter(None, map(horizontal, tree.nodes)), None)
    system = tree.child("CS")
    if tree.keyword not in ("GEOGCRS", "GEODCRS", "PROJCRS") or system is None:
        return None
    return tree if tree.keyword == "PROJCRS" or system.word(0).lower() != "cartesian" else None


def _import(made: osr.SpatialReference, text: str) -> int:
    if "[" in text or "(" in text.partition(",")[0]:
        return made.ImportFromWkt(text)
    if "+proj" in text or "+init" in text:
        return made.ImportFromProj4(text)
    if code_of(text) is None:
        # What SetFromUserInput makes of other texts is the content of files and addresses.
        raise PlanetaryError(
            f"“{text}” is no definition of a coordinate reference system.",
            hint="Give a WKT, a PROJ string or a code such as IAU_2015:49900.",
        )
    return made.SetFromUserInput(text)
