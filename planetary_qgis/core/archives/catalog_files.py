"""Files of catalogue entries: TOML text as tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planetary_qgis.core.errors import MissingLibraryError, PlanetaryError

Content = Mapping[str, Any]


def content_of_file(path: Path) -> Content:
    """The tables of a catalogue's file.

    Raises:
        PlanetaryError: The file cannot be read, or is no TOML.
    """
    return content_of_text(text_of_file(path), path)


def text_of_file(path: Path) -> str:
    """The file's text, without the mark that some editors put before it.

    Raises:
        PlanetaryError: The file cannot be read, or is no UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PlanetaryError(
            f"The catalogue {path} cannot be read.",
            details=str(error),
            hint="Check that the file is there and that you may read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise PlanetaryError(
            f"The catalogue {path} is not text in UTF-8: byte {error.start + 1} cannot be read.",
            details=str(error),
            hint="Save it in UTF-8 in your text editor.",
        ) from error


def content_of_text(text: str, path: Path) -> Content:
    """The tables of a catalogue's text; the path is for the message alone.

    Raises:
        PlanetaryError: The text is no TOML.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError as error:
            raise MissingLibraryError(
                "The catalogue of indexes cannot be read without the Python library tomli.",
                hint="Install tomli into the Python that runs QGIS.",
            ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanetaryError(
            f"The catalogue {path} is not valid TOML: {error}.",
            hint="Mend that place in a text editor; texts stand in double quotes, and an entry "
            'begins with a line such as [datasets."my.index"].',
        ) from error
