"""What every map's GeoPackage must have: readable tables, geometries, a CRS on a body."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from planetary_qgis.core.mapping.packages.package_report import Notebook, examples
from planetary_qgis.core.mapping.packages.package_xml import XmlError, parsed_xml
from planetary_qgis.core.mapping.packages.style_files import missing_files
from planetary_qgis.core.mapping.packages.tables import (
    GeoPackage,
    Table,
    geometry_of_head,
    says_geopackage,
)

_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FAMILIES = ("POINT", "LINESTRING", "POLYGON")


def check_file(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """That the file is a whole GeoPackage which nobody is still writing."""
    if not says_geopackage(package):
        notebook.warn(
            "geopackage",
            where,
            "The file does not say that it is a GeoPackage.",
            "Save its layers into a new GeoPackage.",
        )
    damage = [str(row[0]) for row in package.rows("PRAGMA quick_check(5)")]
    if damage != ["ok"]:
        notebook.error(
            "geopackage",
            where,
            f"The GeoPackage is damaged: {'; '.join(damage)[:500]}.",
            "Copy or export it again.",
        )
    journals = [suffix for suffix in ("-wal", "-journal") if _has_journal(package.path, suffix)]
    if journals:
        notebook.error(
            "journal",
            where,
            "Beside the GeoPackage lies a journal with changes that are not in it: "
            f"{', '.join(package.path.name + suffix for suffix in journals)}.",
            "Close the programs that use the file, or export the package again.",
        )


def check_tables(package: GeoPackage, notebook: Notebook) -> None:
    """Names, geometries and emptiness of all tables."""
    for row in package.rows("SELECT table_name FROM gpkg_contents"):
        if not package.has(str(row[0])):
            notebook.error(
                "tables",
                str(row[0]),
                "The GeoPackage tells of a table that is not there.",
                "Export it again.",
            )
    for table in package.tables.values():
        if not _LAYER_NAME.fullmatch(table.name):
            notebook.warn(
                "layer-name",
                table.name,
                "The layer's name has other signs than letters, digits and underscores, or starts "
                "with none of the letters.",
                "Rename the layer, as PLANMAP's schema asks.",
            )
        if table.geometry_column:
            check_geometries(package, table, notebook)


def check_geometries(package: GeoPackage, table: Table, notebook: Notebook) -> None:
    """That the geometries are those that the table declares, and none is missing."""
    if table.column(table.geometry_column) is None:
        notebook.error(
            "geometry",
            table.name,
            f"The layer lacks its column of geometries, “{table.geometry_column}”.",
            "Export it again.",
        )
        return
    kinds: Counter[str] = Counter()
    for _rowid, head in package.geometry_heads(table):
        kinds[_told_of(head, table)] += 1
    for what, sentence in _WRONG_GEOMETRIES.items():
        if kinds[what]:
            notebook.error("geometry", table.name, sentence.format(count=kinds[what]), _REDRAW)
    if kinds["none"]:
        notebook.warn(
            "geometry",
            table.name,
            f"Features without a geometry: {kinds['none']}.",
            "Draw or delete them.",
        )


def check_reference_systems(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """That all layers lie on one body, in the same CRS."""
    used: dict[int | None, list[str]] = {}
    for table in package.tables.values():
        if table.geometry_column:
            used.setdefault(table.srs_id, []).append(table.name)
    for srs_id, names in used.items():
        _check_reference_system(package, srs_id, names, notebook)
    if len(used) > 1:
        listed = "; ".join(f"{srs_id}: {', '.join(names)}" for srs_id, names in used.items())
        notebook.error(
            "crs",
            where,
            f"The layers are in different reference systems ({listed}).",
            "Reproject them all to the map's.",
        )


def check_styles(package: GeoPackage, notebook: Notebook) -> None:
    """That the stored styles belong to layers, can be read, and need no file that is not there."""
    if not package.has("layer_styles"):
        return
    for name, qml in package.rows("SELECT f_table_name, styleQML FROM layer_styles"):
        where = str(name or "layer_styles")
        if package.table(where) is None:
            notebook.warn("styles", where, "A style is stored for a layer that is not there.")
        if not qml:
            continue
        try:
            root = parsed_xml(str(qml).encode("utf-8", "replace"))
        except XmlError as error:
            notebook.error(
                "styles", where, f"The stored style cannot be read: {error}.", "Store it again."
            )
            continue
        lost = missing_files(root, package.path.parent)
        if lost:
            notebook.error(
                "styles",
                where,
                f"The style needs files that are not in the package: {examples(lost)}.",
                "Embed the pictures in the style, then store it again.",
            )


def _check_reference_system(
    package: GeoPackage, srs_id: int | None, names: list[str], notebook: Notebook
) -> None:
    where = ", ".join(names)
    facts = None if srs_id is None else package.crs(srs_id)
    if facts is None:
        notebook.error(
            "crs",
            where,
            "The layers have no coordinate reference system that can be read.",
            "Give them that of the map's body, then export again.",
        )
    elif facts.is_on_earth:
        notebook.error(
            "crs",
            where,
            f"The layers lie on the Earth: {facts.name}.",
            "Give them the coordinate reference system of the body that was mapped.",
        )
    elif facts.body is None:
        notebook.warn(
            "crs",
            where,
            f"The reference system “{facts.name}” names no body that is known, only an ellipsoid "
            f"of {facts.semi_major_m:,.0f} m.",
            "Choose the body's own from the IAU_2015 list.",
        )


def _told_of(head: bytes | None, table: Table) -> str:
    """What is to be said of a geometry: none, empty, broken, elsewhere, other, or ok."""
    if head is None:
        return "none"
    told = geometry_of_head(bytes(head))
    if told is None:
        return "broken"
    kind, srs_id, is_empty = told
    if is_empty:
        return "none"
    if srs_id != table.srs_id:
        return "elsewhere"
    return "ok" if _fits(kind, table.geometry_type) else "other"


def _fits(kind: str, declared: str) -> bool:
    """Whether a geometry may be in a column; several parts in a column for one are let pass."""
    family = next((each for each in _FAMILIES if declared.endswith(each)), None)
    if family is None:
        return True
    curves = {"LINESTRING": ("CURVE", "CIRCULARSTRING"), "POLYGON": ("CURVEPOLYGON", "SURFACE")}
    return kind.endswith((family, *curves.get(family, ())))


def _has_journal(path: Path, suffix: str) -> bool:
    journal = Path(f"{path}{suffix}")
    return journal.is_file() and journal.stat().st_size > 0


_REDRAW = "Export the layer again; where that does not help, draw these features anew."
_WRONG_GEOMETRIES = {
    "broken": "Geometries that cannot be read: {count}.",
    "elsewhere": "Geometries in another reference system than their layer's: {count}.",
    "other": "Geometries of another kind than their layer's: {count}.",
}


def unreadable(error: Exception, notebook: Notebook, where: str) -> None:
    """Note that a GeoPackage cannot be read."""
    notebook.error(
        "geopackage",
        where,
        f"The file cannot be read as a GeoPackage: {error}.",
        "Check that it is one, and copy or export it again.",
    )
