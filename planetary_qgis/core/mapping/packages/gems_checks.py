"""What GeMS asks of a map's tables."""

from __future__ import annotations

from collections import Counter

from planetary_qgis.core.mapping.packages.gems_schema import (
    GEMS_TABLES,
    GLOSSARY_COLUMNS,
    SOURCE_COLUMNS,
    GemsTable,
    gems_table,
)
from planetary_qgis.core.mapping.packages.package_report import Notebook, examples
from planetary_qgis.core.mapping.packages.tables import GeoPackage, Table

_MARKS = ("ContactsAndFaults", "MapUnitPolys")
_MAY_BE_EMPTY = ("GeoMaterialDict",)


def is_gems(package: GeoPackage) -> bool:
    """Whether the GeoPackage is meant to follow GeMS."""
    return any(package.table(name) is not None for name in _MARKS)


def check_gems(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """Required tables and columns, keys that are unique, and values that lead somewhere."""
    for spec in GEMS_TABLES:
        table = package.table(spec.name)
        if table is not None:
            _check_table(package, table, spec, notebook)
        elif spec.required:
            notebook.error(
                "gems-tables", where, f"GeMS asks for the table “{spec.name}”.", "Add it."
            )
    _check_keys(package, notebook, where)
    _check_references(package, SOURCE_COLUMNS, "DataSources", "DataSources_ID", notebook)
    _check_references(package, GLOSSARY_COLUMNS, "Glossary", "Term", notebook)
    _check_references(package, ("MapUnit",), "DescriptionOfMapUnits", "MapUnit", notebook)


def _check_table(package: GeoPackage, table: Table, spec: GemsTable, notebook: Notebook) -> None:
    for name in (spec.key, *(field.name for field in spec.fields)):
        column = table.column(name)
        if column is None:
            if name != "Notes":
                notebook.error(
                    "gems-columns", table.name, f"GeMS asks for the column “{name}”.", "Add it."
                )
            continue
        field = spec.field(name)
        if field is None or field.nulls == "no":
            empty = sum(value in (None, "") for (value,) in package.values(table, column.name))
            if empty:
                notebook.error(
                    "gems-nulls",
                    table.name,
                    f"GeMS wants a value in “{name}” of every row; {empty} have none.",
                    "Fill it in; #null where nothing applies.",
                )
    if not table.rows and spec.required and spec.name not in _MAY_BE_EMPTY:
        notebook.warn("empty-layer", table.name, "The table is empty.")


def _check_keys(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """Keys must be unique within the whole database."""
    keys: Counter[str] = Counter()
    for table in package.tables.values():
        spec = gems_table(table.name)
        column = table.column(spec.key) if spec is not None else None
        if column is not None:
            keys.update(str(key) for (key,) in package.values(table, column.name) if key)
    twice = [key for key, count in keys.items() if count > 1]
    if twice:
        notebook.error(
            "gems-keys",
            where,
            f"Keys that stand in more than one row: {examples(twice)}.",
            "Give every row a key of its own.",
        )


def _check_references(
    package: GeoPackage, columns: tuple[str, ...], target: str, key: str, notebook: Notebook
) -> None:
    """That what the columns name is there in the target table."""
    table = package.table(target)
    column = table.column(key) if table is not None else None
    if table is None or column is None:
        return
    known = {str(value) for (value,) in package.values(table, column.name)}
    for each in package.tables.values():
        spec = gems_table(each.name)
        for name in columns:
            if spec is None or spec.name == target or each.column(name) is None:
                continue
            values = {str(value) for (value,) in package.values(each, name) if value}
            lost = sorted(value for value in values - known if not value.startswith("#"))
            if lost:
                notebook.error(
                    "gems-references",
                    each.name,
                    f"Values of “{name}” that {target} does not know: {examples(lost)}.",
                    f"Add them to {target}.",
                )
