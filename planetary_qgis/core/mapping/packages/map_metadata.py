"""What a mapper says of a map for those who get it, in the map's own GeoPackage."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.settings_table import keep_settings, settings_in

TABLE = "map_metadata"

_LISTS = ("keywords", "data_sources")


@dataclass(frozen=True)
class MapMetadata:
    """What the metadata, the readme and the GeMS tables of a package say of a map.

    Attributes:
        title, authors: Also the settings' of the map; authors are parted by semicolons.
        data_sources: One a line: what the map was drawn on or compiled from.
        progress: Complete, In work or Planned, as CSDGM spells it.
    """

    title: str = ""
    authors: str = ""
    abstract: str = ""
    purpose: str = ""
    keywords: tuple[str, ...] = ()
    licence: str = ""
    contact: str = ""
    organization: str = ""
    email: str = ""
    doi: str = ""
    version: str = "1.0"
    progress: str = "Complete"
    data_sources: tuple[str, ...] = ()

    @property
    def author_list(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.authors.split(";") if name.strip())

    @property
    def doi_address(self) -> str:
        """The DOI as an address; "" where the map has none."""
        is_address = self.doi.startswith(("http://", "https://"))
        return self.doi if is_address or not self.doi else f"https://doi.org/{self.doi}"

    def missing(self) -> tuple[str, ...]:
        """Names of what a published map should not leave empty."""
        wanted = ("title", "authors", "abstract", "purpose", "licence", "contact", "data_sources")
        return tuple(name for name in wanted if not getattr(self, name))


def metadata_in(path: Path) -> MapMetadata:
    """What a GeoPackage holds; title and authors are those of the map's settings.

    Raises:
        PlanetaryError: The file cannot be read.
    """
    with geopackage.reader(path) as cursor:
        found: dict[str, str] = {}
        if geopackage.has_table(cursor, TABLE):
            found = dict(cursor.execute("SELECT name, value FROM map_metadata").fetchall())
    settings = settings_in(path)
    if settings is not None:
        found.update(title=settings.title, authors=settings.authors)
    known = {each.name for each in fields(MapMetadata)}
    return MapMetadata(
        **{name: _value(name, text) for name, text in found.items() if name in known}  # type: ignore[arg-type]
    )


def keep_metadata(path: Path, metadata: MapMetadata) -> None:
    """Write what is said of a map into its GeoPackage, in place of what was said before.

    Raises:
        PlanetaryError: The file cannot be written; it is as it was then.
    """
    settings = settings_in(path)
    with geopackage.transaction(path) as cursor:
        if not geopackage.has_table(cursor, TABLE):
            cursor.execute(
                "CREATE TABLE map_metadata (fid INTEGER PRIMARY KEY, name TEXT, value TEXT)"
            )
            cursor.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
                "VALUES (?, 'attributes', ?, 0)",
                (TABLE, TABLE),
            )
        cursor.execute("DELETE FROM map_metadata")
        cursor.executemany("INSERT INTO map_metadata (name, value) VALUES (?, ?)", _rows(metadata))
        if settings is not None:
            named = replace(settings, title=metadata.title, authors=metadata.authors)
            keep_settings(cursor, named)


def _rows(metadata: MapMetadata) -> list[tuple[str, str]]:
    rows = []
    for each in fields(metadata):
        value = getattr(metadata, each.name)
        rows.append((each.name, "\n".join(value) if each.name in _LISTS else value))
    return rows


def _value(name: str, text: str | None) -> str | tuple[str, ...]:
    if name in _LISTS:
        return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
    return text or ""
