"""Which libraries are missing, what that switches off, and how to get them on this build.

Nothing here imports the libraries: it only looks whether Python would find them.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from importlib.util import find_spec

from planetary_qgis.core.errors import MissingLibraryError
from planetary_qgis.core.install_commands import install_command


class Feature(Enum):
    """What a missing library can switch off, by the name that the user knows it by."""

    PDS_SEARCH = "Archive Search"
    SPICE_FOOTPRINTS = "SPICE Footprints"
    BATCH = "Batch runs"
    GEOPARQUET = "GeoParquet output"
    POSTGIS = "PostGIS output"
    DASK = "Computing on a Dask cluster"
    RASTERS = "Rasters"
    RASTER_LABELS = "Reading PDS3 and ISIS labels"
    RASTER_ZONES = "Zonal statistics"
    RASTER_OUTLINES = "Raster footprints"
    IMAGE_PROJECTION = "Project Image"
    PROFILE_PLOT = "Profile plot"
    ISIS = "Projecting images with ISIS"
    MAPPING = "Geologic Mapping"
    EDGE_TRACING = "Tracing edges in rasters"


@dataclass(frozen=True)
class Requirement:
    """A library that features stand on.

    Attributes:
        name: What pip and conda call it.
        module: What Python imports.
        minimum: The oldest version that has what the plugin uses.
        features: What does not work without it.
    """

    name: str
    module: str
    minimum: str
    features: frozenset[Feature]

    @property
    def specifier(self) -> str:
        """The requirement as pip and conda read it."""
        return f"{self.name}>={self.minimum}"


_EVERY_FEATURE = frozenset(Feature)
_SPICE = frozenset({Feature.SPICE_FOOTPRINTS, Feature.BATCH, Feature.IMAGE_PROJECTION})
_LABELS = frozenset({Feature.PDS_SEARCH, Feature.RASTER_LABELS, Feature.IMAGE_PROJECTION})
_TABLES = _EVERY_FEATURE - {
    *(Feature.RASTERS, Feature.RASTER_LABELS, Feature.PROFILE_PLOT, Feature.ISIS),
    *(Feature.RASTER_ZONES, Feature.EDGE_TRACING),
}
REQUIREMENTS = (
    Requirement("numpy", "numpy", "1.22", _EVERY_FEATURE),
    Requirement("pandas", "pandas", "2.0", _TABLES),
    Requirement("shapely", "shapely", "2.0", _TABLES | {Feature.RASTER_ZONES}),
    Requirement("pvl", "pvl", "1.3", _LABELS),
    Requirement("matplotlib", "matplotlib", "3.5", frozenset({Feature.PROFILE_PLOT})),
    Requirement("scikit-image", "skimage", "0.19", frozenset({Feature.EDGE_TRACING})),
    Requirement("kalasiris", "kalasiris", "1.9", frozenset({Feature.ISIS})),
    Requirement("spiceypy", "spiceypy", "6.0", _SPICE),
    Requirement("pyproj", "pyproj", "3.3", frozenset({Feature.BATCH})),
    Requirement("pyarrow", "pyarrow", "12.0", frozenset({Feature.GEOPARQUET})),
    Requirement("psycopg2-binary", "psycopg2", "2.8", frozenset({Feature.POSTGIS})),
    Requirement("dask", "dask", "2023.1", frozenset({Feature.DASK})),
    Requirement("distributed", "distributed", "2023.1", frozenset({Feature.DASK})),
    *(
        (Requirement("tomli", "tomli", "1.1", _EVERY_FEATURE),)
        if sys.version_info < (3, 11)
        else ()
    ),
)


def missing(feature: Feature) -> list[Requirement]:
    """What this Python lacks for a feature; looks anew at every call."""
    importlib.invalidate_caches()
    return [each for each in REQUIREMENTS if feature in each.features and not _is_there(each)]


def sentence(feature: Feature, lacking: Sequence[Requirement]) -> str:
    """What is off and why, for people; empty where nothing is lacking."""
    if not lacking:
        return ""
    names = [_described(each) for each in lacking]
    listed = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    library = "library" if len(names) == 1 else "libraries"
    return f"{feature.value} is off: this QGIS lacks the Python {library} {listed}."


def command(lacking: Sequence[Requirement]) -> str:
    """What to type to install them into this very build of QGIS."""
    return install_command([each.specifier for each in lacking], _installed_version("numpy"))


def require(feature: Feature) -> None:
    """Return where the feature can work; MissingLibraryError with the way out where it cannot."""
    lacking = missing(feature)
    if lacking:
        raise MissingLibraryError(
            sentence(feature, lacking),
            details="\n".join(each.specifier for each in lacking),
            hint=f"Install what is missing, then try again: {command(lacking)}",
        )


def _is_there(requirement: Requirement) -> bool:
    if find_spec(requirement.module) is None:
        return False
    version = _installed_version(requirement.name)
    # Some builds ship a library without its metadata; a version nobody states is taken as good.
    return version is None or _release(version) >= _release(requirement.minimum)


def _described(requirement: Requirement) -> str:
    version = _installed_version(requirement.name)
    if version is None or find_spec(requirement.module) is None:
        return f"{requirement.name} ({requirement.minimum} or newer)"
    return f"{requirement.name} ({requirement.minimum} or newer; it has {version})"


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: (2, 0) of '2.0rc1'; without trailing zeros."""
    leading = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in leading.group().split(".")] if leading else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
