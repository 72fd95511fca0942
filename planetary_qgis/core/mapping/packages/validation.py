"""Map packages, made here or elsewhere, held to what those who get them need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planetary_qgis.core.mapping.packages import (
    file_checks,
    gems_checks,
    project_checks,
    schema_checks,
    table_checks,
)
from planetary_qgis.core.mapping.packages.manifest import files_below
from planetary_qgis.core.mapping.packages.package_report import Notebook, PackageReport
from planetary_qgis.core.mapping.packages.tables import UNREADABLE, GeoPackage, opened_geopackage
from planetary_qgis.core.mapping.packages.unpacking import OpenPackage, opened_package

_PROJECTS = (".qgs", ".qgz")

Told = Callable[[str], None]
"""Gets what is looked at next; what it raises ends the work."""


def _silent(_sentence: str) -> None:
    return None


def validate_package(path: Path, told: Told = _silent) -> PackageReport:
    """What is wrong with a folder, a .zip or a .gpkg; it stays as it is.

    Raises:
        PlanetaryError: It is not there, or is nothing that can be looked into.
    """
    notebook = Notebook()
    with opened_package(path) as package:
        if package.geopackage is not None:
            told(package.geopackage.name)
            _check_geopackage(package.geopackage, package.geopackage.name, notebook)
        else:
            _check_folder(package, notebook, told)
    return PackageReport(path, package.kind, notebook.in_order(), tuple(notebook.looked_at))


def _check_folder(package: OpenPackage, notebook: Notebook, told: Told) -> None:
    root = package.root
    for name in package.skipped:
        notebook.error(
            "zip",
            name,
            "The zip file holds a name that leads out of its folder.",
            "Do not unpack it with other programs unless you trust where it comes from.",
        )
    files = list(files_below(root))
    geopackages = [path for path in files if path.suffix.lower() == ".gpkg"]
    if not geopackages:
        notebook.error(
            "geopackage", root.name, "The package has no GeoPackage.", "Put the map's into it."
        )
    maps = [path for path in geopackages if _holds_map(path)]
    for path in geopackages:
        told(path.name)
        beside_a_map = bool(maps) and path not in maps
        _check_geopackage(path, path.relative_to(root).as_posix(), notebook, beside_a_map)
    told("project, documents, checksums")
    projects = [path for path in files if path.suffix.lower() in _PROJECTS]
    for path in projects:
        project_checks.check_project(path, notebook)
    if not projects:
        notebook.warn("project", root.name, "The package has no QGIS project.")
    file_checks.check_metadata(root, files, notebook)
    file_checks.check_pdfs(root, files, notebook)
    file_checks.check_rasters(root, files, notebook)
    file_checks.check_readme(files, notebook)
    file_checks.check_checksums(root, notebook)
    notebook.looked_at += [
        f"{len(projects)} QGIS project(s): paths, tables, pictures",
        "Metadata, PDF, readme, rasters and their sidecars",
        f"Checksums of {len(files)} files",
    ]


def _holds_map(path: Path) -> bool:
    """Whether a GeoPackage has layers of a map, not of something else that goes with one."""
    try:
        with opened_geopackage(path) as package:
            return schema_checks.has_planmap_layers(package) or gems_checks.is_gems(package)
    except UNREADABLE:
        return False


def _check_geopackage(
    path: Path, where: str, notebook: Notebook, beside_a_map: bool = False
) -> None:
    try:
        with opened_geopackage(path) as package:
            table_checks.check_file(package, notebook, where)
            table_checks.check_tables(package, notebook)
            table_checks.check_reference_systems(package, notebook, where)
            table_checks.check_styles(package, notebook)
            schema = "" if beside_a_map else _check_schema(package, notebook, where)
            looked = ", ".join(filter(None, ("tables, geometries, reference systems", schema)))
            notebook.looked_at.append(f"{where}: {looked}")
    except UNREADABLE as error:
        table_checks.unreadable(error, notebook, where)


def _check_schema(package: GeoPackage, notebook: Notebook, where: str) -> str:
    """Hold the file to the schema that it follows; gives what that was."""
    if gems_checks.is_gems(package):
        gems_checks.check_gems(package, notebook, where)
        return "GeMS"
    schema_checks.check_planmap(package, notebook, where)
    if not schema_checks.is_of_template(package):
        return "PLANMAP's layer schema"
    schema_checks.check_template(package, notebook, where)
    _check_body(package, notebook, where)
    return "PLANMAP's layer schema, the template's"


def _check_body(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """That the layers lie on the body that the map's settings name."""
    settings = dict(package.rows("SELECT name, value FROM map_settings"))
    wanted = str(settings.get("body") or "").upper()
    for srs_id in {each.srs_id for each in package.tables.values() if each.srs_id is not None}:
        facts = package.crs(srs_id)
        body = facts.body if facts is not None else None
        if wanted and body is not None and body.name != wanted:
            notebook.error(
                "crs",
                where,
                f"The map is of {wanted.title()}, but layers lie on {body.title}.",
                "Give the layers the coordinate reference system of the map's body.",
            )
