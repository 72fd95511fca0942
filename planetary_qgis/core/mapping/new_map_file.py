"""A new map's GeoPackage: where it may be, what it begins with, how it gets its name."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.empty_tables import keep_default_style
from planetary_qgis.core.mapping.map_layers import VOCABULARIES, map_layer
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.settings_table import keep_settings
from planetary_qgis.core.mapping.vocabularies import Term
from planetary_qgis.core.safe_names import safe_name

_LONGEST_NAME = 60


def check_place(path: Path) -> None:
    """Refuse to make a file where one is, or where none can be.

    Raises:
        PlanetaryError: It is there, or its folder is not there or cannot be written to.
    """
    if os.path.lexists(path):
        raise _taken(path)
    if not path.parent.is_dir():
        raise PlanetaryError(
            f"There is no folder {path.parent}.", hint="Make it first, or choose another one."
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise PlanetaryError(
            f"The folder {path.parent} cannot be written to.",
            hint="Choose another folder, or ask for the right to write there.",
        )


def fill_in(path: Path, settings: MapSettings, vocabularies: Mapping[str, Sequence[Term]]) -> None:
    """Write settings and vocabularies into a map's GeoPackage, all or nothing."""
    with geopackage.transaction(path, keep_readers=False) as cursor:
        keep_settings(cursor, settings)
        cursor.executemany(
            _insertion(VOCABULARIES),
            [
                (name, term.code, term.label, term.definition or None, order)
                for name, terms in vocabularies.items()
                for order, term in enumerate(terms, start=1)
            ],
        )


def keep_styles(path: Path, styles: Mapping[str, str]) -> None:
    """Let tables of a map open in these styles, QML by table."""
    with geopackage.transaction(path, keep_readers=False) as cursor:
        for table, qml in styles.items():
            keep_default_style(cursor, table, qml)
            if map_layer(table).geometry == "none":
                # QGIS looks for styles of tables without a geometry column under none.
                cursor.execute(
                    "UPDATE layer_styles SET f_geometry_column = '' WHERE f_table_name = ?",
                    (table,),
                )


def put_in_place(made: Path, path: Path) -> None:
    """Give a whole file its final name and place; never in part, never over another.

    Raises:
        PlanetaryError: There is a file meanwhile, the disk is full, or the folder is closed.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        _copy(made, unfinished)
        _name_if_free(unfinished, path)
    except FileExistsError as error:
        raise _taken(path) from error
    except (OSError, sqlite3.Error) as error:
        raise PlanetaryError(
            f"{path} cannot be written.",
            details=str(error),
            hint="Check that its folder is writable and its disk is not full.",
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def file_name(title: str) -> str:
    """A name for a map's files, short and of plain letters; "map" where a title has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:_LONGEST_NAME].rstrip("_")
    return name if name and safe_name(name) == name else f"{name}_map".lstrip("_")


def _insertion(table: str) -> str:
    names = [geopackage.quoted(field.name) for field in map_layer(table).fields]
    values = ", ".join("?" * len(names))
    return " ".join(
        ("INSERT INTO", geopackage.quoted(table), "(", ", ".join(names), ") VALUES (", values, ")")
    )


def _copy(made: Path, unfinished: Path) -> None:
    if made.suffix.lower() != ".gpkg":
        shutil.copyfile(made, unfinished)
        return
    # By SQLite: what was written last may still be in a journal beside the file.
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _name_if_free(unfinished: Path, path: Path) -> None:
    """Rename, but never onto another file."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(str(path)) from None
        unfinished.rename(path)


def _taken(path: Path) -> PlanetaryError:
    return PlanetaryError(
        f"There is a file {path} already.",
        hint="Choose another name or folder; maps are never overwritten.",
    )
