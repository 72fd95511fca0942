"""What is to go into a package, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planetary_qgis.core.safe_names import safe_name


@dataclass(frozen=True)
class PackageOptions:
    """What a mapper chooses for a package.

    Attributes:
        destination: A folder that is not there yet, or a .zip file.
        with_rasters: Whether the project's local rasters are copied into it.
        with_gems: Whether a GeoPackage with the tables of GeMS goes with it.
        as_last_saved: Whether a map with unsaved edits is packed as it was last saved.
        overwrite: Whether a package that is there already is replaced.
    """

    destination: Path
    with_rasters: bool = False
    with_pdf: bool = True
    with_report: bool = True
    with_gems: bool = False
    as_last_saved: bool = False
    overwrite: bool = False

    @property
    def is_zip(self) -> bool:
        return self.destination.suffix.lower() == ".zip"

    @property
    def name(self) -> str:
        """What the package and its files are called."""
        own = self.destination.stem if self.is_zip else self.destination.name
        return safe_name(own)
