"""What every controller is given: the project, the map, and ways to tell and to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.core import QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialog

from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.gui.results import MapResults, Shown


@dataclass(frozen=True)
class Toolbox:
    """The application around a dock."""

    project: QgsProject
    canvas: QgsMapCanvas
    reporter: Reporter
    results: MapResults

    def tell_shown(self, sentence: str, shown: Shown, problems: Sequence[str] = ()) -> None:
        """Report a result that came onto the map, or lies elsewhere."""
        whole = " ".join(part for part in (sentence, shown.sentence) if part)
        if shown.in_place:
            self.reporter.succeeded(whole, problems)
        else:
            self.reporter.warn(whole, "\n".join(problems))

    def show_window(self, window: QDialog) -> None:
        """Show a window that goes when it is closed, and with the plugin."""
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.reporter.destroyed.connect(window.close)
        window.show()

    def close(self) -> None:
        """Take back messages that are still shown, and let go of QGIS's widgets."""
        self.reporter.close()
        self.reporter.deleteLater()
        self.results.deleteLater()
