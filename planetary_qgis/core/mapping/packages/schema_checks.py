"""What PLANMAP's schema and this project's template ask of a map's layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from planetary_qgis.core.mapping.ages import age_said
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_TYPE,
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    MAP_LAYERS,
    RGB,
    SURFACE_FEATURES,
    UNIT,
    UNIT_NAME,
    UNIT_VOCABULARY,
    UNITS,
    VOCABULARIES,
    MapField,
    MapLayerSpec,
)
from planetary_qgis.core.mapping.packages.package_report import Notebook, examples
from planetary_qgis.core.mapping.packages.tables import Column, GeoPackage, Table
from planetary_qgis.core.mapping.settings_table import TABLE as SETTINGS
from planetary_qgis.core.mapping.vocabularies import AGE, vocabularies_for

_PLANMAP_LAYERS = (UNITS, CONTACTS, LINEAR_FEATURES, SURFACE_FEATURES)
_STYLES = "layer_styles"
_GEOMETRY_WORD = {"point": "POINT", "line": "LINESTRING", "polygon": "POLYGON"}
_TEXT_TYPES = ("TEXT", "VARCHAR", "CHAR", "STRING")


def check_planmap(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """PLANMAP's tasks: the layers, the columns of layers, columns that may not be empty.

    Source: planmap-eu/package_validator, json_schema, 2020.
    """
    for name in (*_PLANMAP_LAYERS, _STYLES):
        if not package.has(name):
            notebook.error(
                "planmap-layers",
                where,
                f"PLANMAP's schema asks for the layer “{name}”.",
                "Add it, or start from the template of a new map.",
            )
        elif package.table(name) is not None and package.tables.get(name) is None:
            notebook.warn(
                "planmap-layers", where, f"PLANMAP spells the layer “{name}”, in small letters."
            )
    contacts, units = package.table(CONTACTS), package.table(UNITS)
    if contacts is not None:
        _check_contacts(package, contacts, notebook)
    if units is not None:
        _check_units(units, notebook)
    for name in (UNITS, CONTACTS):
        table = package.table(name)
        if table is not None and table.rows == 0:
            notebook.warn("empty-layer", name, "The layer is empty.", "Draw the map, then export.")
    for name in (LINEAR_FEATURES, SURFACE_FEATURES):
        table = package.table(name)
        if table is not None and table.rows == 0:
            notebook.note("empty-layer", name, "The layer is empty.")


def has_planmap_layers(package: GeoPackage) -> bool:
    """Whether any of the layers is there that PLANMAP's schema asks for."""
    return any(package.table(name) is not None for name in _PLANMAP_LAYERS)


def is_of_template(package: GeoPackage) -> bool:
    """Whether a map was made with this project's template."""
    return package.has(SETTINGS)


def check_template(package: GeoPackage, notebook: Notebook, where: str) -> None:
    """The template's layers, columns, vocabularies and required values."""
    words = _words(package)
    for spec in MAP_LAYERS:
        table = package.table(spec.name)
        if table is None:
            notebook.error(
                "template-layers",
                where,
                f"The map lacks the layer “{spec.name}”.",
                "Add it from the template of a new map.",
            )
            continue
        _check_geometry(table, spec, notebook)
        for field in spec.fields:
            column = table.column(field.name)
            if column is None:
                notebook.error(
                    "template-columns",
                    spec.name,
                    f"The layer lacks the column “{field.name}”.",
                    "Add it, or copy the features into a layer of the template.",
                )
            elif spec.name != VOCABULARIES:
                _check_values(package, table, column, field, words, notebook)


def template_words(package: GeoPackage) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Codes, labels and definitions of each vocabulary: the map's own, else the template's."""
    words = {
        name: tuple((term.code, term.label, term.definition) for term in terms)
        for name, terms in vocabularies_for(_body(package)).items()
    }
    words.update(_own_words(package))
    words[UNIT_VOCABULARY] = tuple(_described_units(package))
    return words


def _words(package: GeoPackage) -> dict[str, set[str]]:
    return {
        name: {code for code, _label, _definition in terms}
        for name, terms in template_words(package).items()
    }


def _body(package: GeoPackage) -> str:
    if not package.has(SETTINGS):
        return ""
    found = package.rows("SELECT value FROM map_settings WHERE name = 'body'")
    return str(found[0][0]) if found else ""


def _own_words(package: GeoPackage) -> dict[str, tuple[tuple[str, str, str], ...]]:
    table = package.table(VOCABULARIES)
    wanted = ("Vocabulary", "Code", "Label", "Definition")
    if table is None or any(table.column(name) is None for name in wanted):
        return {}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for vocabulary, code, label, definition in package.values(table, *wanted):
        if vocabulary and code:
            terms = found.setdefault(str(vocabulary), [])
            terms.append((str(code), str(label or code), str(definition or "")))
    return {name: tuple(terms) for name, terms in found.items()}


def _described_units(package: GeoPackage) -> Iterator[tuple[str, str, str]]:
    table = package.table(DESCRIPTION)
    if table is None or any(table.column(name) is None for name in (UNIT, UNIT_NAME)):
        return
    for unit, name in package.values(table, UNIT, UNIT_NAME):
        if unit:
            yield str(unit), str(name or unit), ""


def _check_contacts(package: GeoPackage, contacts: Table, notebook: Notebook) -> None:
    column = contacts.column(CONTACT_TYPE)
    if column is None:
        notebook.error(
            "planmap-columns",
            contacts.name,
            f"PLANMAP's schema asks for “{CONTACT_TYPE}”.",
            "Add the column and say what kind each contact is.",
        )
    elif column.name != CONTACT_TYPE:
        notebook.warn(
            "planmap-columns",
            contacts.name,
            f"PLANMAP spells the column “{CONTACT_TYPE}”, not “{column.name}”.",
            "Rename it.",
        )
    if not contacts.geometry_column:
        notebook.error(
            "planmap-columns",
            contacts.name,
            "PLANMAP's schema asks for a geometry.",
            "Export the layer with its lines.",
        )
    if column is not None:
        empty = _count_empty(package, contacts, column)
        if empty:
            notebook.error(
                "planmap-nonempty",
                contacts.name,
                f"Contacts without “{column.name}”: {empty} of {contacts.rows}.",
                "Say what kind of contact they are.",
            )


def _check_units(units: Table, notebook: Notebook) -> None:
    for name in (UNIT, RGB):
        column = units.column(name)
        if column is not None and not column.type.startswith(_TEXT_TYPES):
            notebook.error(
                "planmap-columns",
                units.name,
                f"PLANMAP's schema asks for text in “{name}”; it is {column.type or 'untyped'}.",
                "Change the column's type to text.",
            )
    if "POLYGON" not in units.geometry_type and "SURFACE" not in units.geometry_type:
        notebook.error(
            "planmap-columns",
            units.name,
            "PLANMAP's schema asks for polygons as units; the layer has "
            f"{units.geometry_type or 'no geometry'}.",
            "Build the units from the contacts.",
        )


def _check_geometry(table: Table, spec: MapLayerSpec, notebook: Notebook) -> None:
    wanted = _GEOMETRY_WORD.get(spec.geometry, "")
    if wanted and not table.geometry_type.endswith(wanted):
        notebook.error(
            "template-geometry",
            spec.name,
            f"The layer should have {spec.geometry}s; it has "
            f"{table.geometry_type or 'no geometry'}.",
            "Copy the features into a layer of the template.",
        )


def _check_values(
    package: GeoPackage,
    table: Table,
    column: Column,
    field: MapField,
    words: dict[str, set[str]],
    notebook: Notebook,
) -> None:
    if field.required and table.rows:
        empty = _count_empty(package, table, column)
        if empty:
            notebook.warn(
                "required",
                table.name,
                f"Features without “{column.name}”: {empty}.",
                "Fill it in; the check of the map shows where they are.",
            )
    known = words.get(field.vocabulary)
    if not known:
        return
    values = Counter(str(value) for (value,) in package.values(table, column.name) if value)
    unknown = [value for value in values if value not in known]
    if field.vocabulary == AGE:
        body = _body(package)
        unknown = [value for value in unknown if age_said(body, value) is None]
    if unknown:
        what = "in no description" if field.vocabulary == UNIT_VOCABULARY else "in no vocabulary"
        notebook.warn(
            "vocabulary",
            table.name,
            f"Values of “{column.name}” that are {what}: {examples(unknown)}.",
            "Correct them, or add them there.",
        )


def _count_empty(package: GeoPackage, table: Table, column: Column) -> int:
    return sum(value in (None, "") for (value,) in package.values(table, column.name))
