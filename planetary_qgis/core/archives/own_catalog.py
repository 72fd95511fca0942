"""A user's own catalogue: entries made in a dialog, written into its TOML file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.catalog import check_own
from planetary_qgis.core.archives.catalog_files import content_of_text, text_of_file
from planetary_qgis.core.errors import PlanetaryError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def add_dataset(path: Path, key: str, entry: Mapping[str, Any]) -> None:
    """Append an index to the user's own catalogue, which is made where there is none yet.

    What the file holds stays as it is, comments included. Fields without a value are left out.

    Args:
        entry: Fields of `Dataset` but for the key: texts, sequences of texts, mappings of these.

    Raises:
        PlanetaryError: The file has such an entry already, a field cannot be used, or the file
            cannot be written; it is then as it was.
    """
    text = text_of_file(path) if path.exists() else ""
    content = content_of_text(text, path)
    check_own(path, content)
    if key in content.get("datasets", {}):
        raise PlanetaryError(
            f"The catalogue {path} has an index “{key}” already.",
            hint="Choose another name, or change that entry in a text editor.",
        )
    longer = _appended(text, f"[datasets.{_string(key)}]\n{_fields(entry)}")
    check_own(path, content_of_text(longer, path))
    _write_whole(path, longer)


def _appended(text: str, block: str) -> str:
    """The text with a block after an empty line, in the text's own line ends."""
    between = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    line_end = "\r\n" if "\r\n" in text else "\n"
    return text + (between + block).replace("\n", line_end)


def _fields(entry: Mapping[str, Any]) -> str:
    known = {name: value for name, value in entry.items() if value not in (None, "", (), [], {})}
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in known.items())


def _value(value: Any) -> str:
    """A text, a sequence or a mapping as TOML spells it."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    raise PlanetaryError(
        f"{value!r} cannot be written into a catalogue.", hint="Give texts and lists of texts."
    )


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """The text in double quotes; what TOML does not allow in them is escaped."""
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    is_control = ord(character) < 0x20 or ord(character) == 0x7F
    return f"\\u{ord(character):04X}" if is_control else character


def _write_whole(path: Path, text: str) -> None:
    """Put the text in the file's place at once, so that no reader meets half of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(text.encode("utf-8"))
        os.replace(part, path)
    except (OSError, UnicodeEncodeError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise PlanetaryError(
            f"The catalogue {path} cannot be written.",
            details=str(error),
            hint="Check that there is room on the disk and that you may write to its folder.",
        ) from error
