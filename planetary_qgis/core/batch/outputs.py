"""Where batch runs write: what every output does, and which one a file name or address means."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from planetary_qgis.core.batch.records import Record
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.exclusive import only_one
from planetary_qgis.core.products import Products, Schema


class Output(Protocol):
    """A table that a run fills chunk by chunk; what `add` has written stays, whatever happens.

    Attributes:
        where: What messages call it.
    """

    where: str

    def record(self) -> Record | None:
        """What it remembers of its run; None where there is none yet."""

    def begin(self, schema: Schema, record: Record) -> None:
        """Make the empty table."""

    def resume(self, schema: Schema) -> None:
        """Get ready to go on with the run of the record."""

    def add(self, products: Products, before: Record, after: Record) -> None:
        """Write a chunk and the record that counts it, both or none."""

    def finish(self, record: Record) -> None:
        """Make the table whole and say so in its record."""

    def discard(self) -> None:
        """Take away what the run has written."""


def output_to(target: str, layer: str) -> AbstractContextManager[Output]:
    """The output that a file name or address means, locked against other runs.

    Raises:
        PlanetaryError: It means none, or cannot be opened.
    """
    if target.startswith(("postgresql://", "postgres://")):
        from planetary_qgis.core.batch.postgis import open_postgis

        return open_postgis(target, layer)
    path = Path(target)
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        from planetary_qgis.core.batch.geopackages import open_geopackage

        return open_geopackage(path, layer)
    if suffix in (".parquet", ".geoparquet"):
        from planetary_qgis.core.batch.geoparquet import open_geoparquet

        return open_geoparquet(path)
    raise PlanetaryError(
        f"“{target}” names no output that this command can write.",
        hint="End it with .gpkg for a GeoPackage or .parquet for GeoParquet, or give the address "
        "of a PostGIS database, postgresql://user@host/database.",
    )


def only_run_on(path: Path) -> AbstractContextManager[bool]:
    """Keeps other runs away from a file.

    Raises:
        PlanetaryError: Another run writes there.
    """

    def busy() -> None:
        raise PlanetaryError(
            f"Another run is writing to {path}.", hint="Wait for it, or give another --out."
        )

    return only_one(path, busy)
