"""What stands behind the window of map symbols."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.mapping.symbols.window import SymbolsWindow
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.mapping import map_symbols

_SUFFIX = ".xml"


class SymbolsController(QObject):
    """Installs the symbols and writes them into a file."""

    def __init__(self, window: SymbolsWindow, toolbox: Toolbox) -> None:
        super().__init__(window)
        self._window, self._tools = window, toolbox
        window.install_requested.connect(self.install)
        window.save_requested.connect(self._ask_and_save)

    def install(self) -> None:
        """Put them into the user's style library."""
        text = self.tr(
            "{count} symbols are in QGIS's style library, under the tag “Planetary QGIS”."
        )
        self._do(map_symbols.install_style, text)

    def save(self, path: Path) -> None:
        """Write them into a file."""
        path = path if path.suffix else path.with_name(path.name + _SUFFIX)
        text = self.tr("{count} symbols were written to {path}.")
        self._do(lambda: map_symbols.write_style(path), text.replace("{path}", str(path)))

    def _ask_and_save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save map symbols"),
            "planetary_map_symbols.xml",
            self.tr("QGIS styles (*.xml)"),
        )
        if chosen:
            self.save(Path(chosen))

    def _do(self, work: Callable[[], int], text: str) -> None:
        """Symbols belong to the main thread; with all of them it takes a second or two."""
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            count = work()
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        self._tools.reporter.succeeded(text.replace("{count}", str(count)))


def open_map_symbols(iface: QgisInterface, toolbox: Toolbox) -> None:
    """Open the window."""
    window = SymbolsWindow(iface.mainWindow())
    SymbolsController(window, toolbox)
    toolbox.show_window(window)
