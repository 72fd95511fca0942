"""Text of a PDS3 label as keywords and objects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds3.pvl_parts import (
    LexerError,
    OmniParser,
    ParseError,
    QuantityError,
)
from planetary_qgis.core.errors import LabelError

_MOST_LABEL_BYTES = 16 * 1024 * 1024
_END_STATEMENT = re.compile(r"^[ \t]*END[ \t]*\r?$", re.MULTILINE)


def parsed_label(path: Path) -> Any:
    """A multi-valued mapping of keyword to value, objects being such mappings themselves.

    Raises:
        LabelError: The file cannot be read, or is no PVL.
    """
    return parsed_text(_label_text(path), path)


def parsed_text(text: str, path: Path) -> Any:
    """The same of a label's text; the path is what messages call it.

    Raises:
        LabelError: It is no PVL.
    """
    try:
        module = _Parser().parse(text)
    except LexerError as error:
        raise _not_parsed(path, f"line {error.lineno}, column {error.colno}", error) from error
    except (ParseError, QuantityError, ValueError) as error:
        raise _not_parsed(path, "a place that the parser does not name", error) from error
    except StopIteration as error:
        raise _not_parsed(path, "its end: an OBJECT is not closed", error) from error
    if not module:
        raise _not_parsed(path, "its start: it has no keywords", None)
    return module


class _Parser(OmniParser):  # type: ignore[misc]  # pvl has no types
    """pvl's permissive parser; pvl 1.3.2 never ends where “=” follows what can be no keyword."""

    def parse_module_post_hook(self, module: Any, tokens: Any) -> tuple[Any, bool]:
        items = len(module.items())
        module, goes_on = super().parse_module_post_hook(module, tokens)
        if goes_on and len(module.items()) == items:
            raise ParseError("no keyword before “=”")
        return module, goes_on


def _label_text(path: Path) -> str:
    """The label's text up to its END statement; what follows may be a table."""
    try:
        with path.open("rb") as file:
            start = file.read(_MOST_LABEL_BYTES)
    except OSError as error:
        raise LabelError(
            f"The label {path} cannot be read.",
            details=str(error),
            hint="Check that the file exists and that you may read it.",
        ) from error
    text = start.decode("utf-8-sig", errors="replace")
    if b"\x00" in start[:256]:
        raise LabelError(
            f"{path} is not a PDS3 label: it holds binary data.", hint="Give the .lbl file."
        )
    for end in _END_STATEMENT.finditer(text):
        if text.count('"', 0, end.start()) % 2 == 0:
            return text[: end.end()]
    return text


def _not_parsed(path: Path, place: str, error: BaseException | None) -> LabelError:
    return LabelError(
        f"The label {path} cannot be parsed at {place}.",
        details=str(error or ""),
        hint="Give the index's label (.lbl), not its table; fetch it again if it was cut short.",
    )
