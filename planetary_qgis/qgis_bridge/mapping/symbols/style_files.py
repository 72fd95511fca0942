"""All symbols as a style that QGIS can install."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsReadWriteContext, QgsStyle, QgsSymbolLayerUtils
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.symbols import SymbolSpec, symbol_specs
from planetary_qgis.qgis_bridge.mapping.symbols.drawing import symbol_from

TAG = "Planetary QGIS"
_KINDS = {"line": "lines", "point": "points", "area": "areas"}


def style_specs() -> tuple[SymbolSpec, ...]:
    """What a style holds: all but queried forms that the standard has no number for."""
    return tuple(
        each for each in symbol_specs().values() if not each.queried or " " not in each.code
    )


def style_name(spec: SymbolSpec) -> str:
    """What a symbol is called in a style."""
    code = spec.code.split(" ")[0]
    return f"{code} {spec.title}"


def write_style(path: Path) -> int:
    """Write the style's XML whole or not at all; how many symbols it holds.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    path, specs = Path(path), style_specs()
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".style-") as folder:
            made = Path(folder) / path.name
            made.write_bytes(_xml(specs).toByteArray(1).data())
            os.replace(made, path)
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    return len(specs)


def install_style(style: QgsStyle | None = None) -> int:
    """Put all symbols into a style, by default the user's own library; how many.

    Those that it has under the same names are replaced, others stay.

    Raises:
        PlanetaryError: The library does not take them.
    """
    library = style if style is not None else QgsStyle.defaultStyle()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "symbols.xml"
        count = write_style(path)
        # From a file it is one transaction; symbol by symbol it takes seconds.
        if not library.importXml(str(path)):
            raise PlanetaryError(
                QCoreApplication.translate("MapSymbols", "QGIS's style library takes no symbols."),
                details=library.errorString(),
                hint=QCoreApplication.translate(
                    "MapSymbols", "Look whether the profile's folder is writable and has room."
                ),
            )
    return count


def _xml(specs: tuple[SymbolSpec, ...]) -> QDomDocument:
    """A style as QGIS exports and imports it."""
    document = QDomDocument("qgis_style")
    root = document.createElement("qgis_style")
    root.setAttribute("version", "2")
    document.appendChild(root)
    symbols = document.createElement("symbols")
    root.appendChild(symbols)
    context = QgsReadWriteContext()
    for spec in specs:
        symbol = symbol_from(spec)
        element = QgsSymbolLayerUtils.saveSymbol(style_name(spec), symbol, document, context)
        element.setAttribute("tags", ",".join(_tags(spec)))
        symbols.appendChild(element)
    return document


def _tags(spec: SymbolSpec) -> Iterator[str]:
    yield TAG
    yield f"{TAG}: {_KINDS[spec.kind]}"
    yield spec.group
    if not spec.code.startswith("PQ."):
        yield "FGDC"


def _unwritable(path: Path, details: str) -> PlanetaryError:
    text = QCoreApplication.translate("MapSymbols", "The style {path} cannot be written.")
    hint = QCoreApplication.translate(
        "MapSymbols", "Choose a folder that is there, is writable and has room."
    )
    return PlanetaryError(text.format(path=path), details=details, hint=hint)
