"""Name, version and addresses of the plugin, as metadata.txt has them."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class About:
    """What the plugin says of itself."""

    name: str
    version: str
    homepage: str
    repository: str
    tracker: str
    changelog: str


@lru_cache(maxsize=1)
def about() -> About:
    """What metadata.txt says: beside the package's files where installed, above them in a clone."""
    for folder in (_PACKAGE, _PACKAGE.parent):
        if (folder / "metadata.txt").is_file():
            return read(folder / "metadata.txt")
    raise PlanetaryError(
        f"metadata.txt is neither in {_PACKAGE} nor above it.",
        hint="Install the plugin again, or stage it with `make zip` or `make deploy`.",
    )


def read(metadata: Path) -> About:
    """What this metadata.txt says; PlanetaryError where a key is missing."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(metadata, encoding="utf-8")
    try:
        return About(**{key: parser["general"][key] for key in About.__dataclass_fields__})
    except KeyError as error:
        raise PlanetaryError(
            f"{metadata} lacks {error}.", hint="Install the plugin again."
        ) from error
