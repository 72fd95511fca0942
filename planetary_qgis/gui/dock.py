"""A dock that costs nothing until it is seen, and steps back while libraries are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qgis.core import QgsMessageLog
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtWidgets import QStackedWidget, QWidget

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import Feature
from planetary_qgis.gui.missing_libraries import MissingLibrariesPanel
from planetary_qgis.gui.reporter import LOG_TAG


class Controller(Protocol):
    """What stands behind a dock's widgets."""

    view: QWidget

    def load(self) -> None:
        """Fill the widgets and listen to them."""

    def unload(self) -> None:
        """Undo load(): stop jobs and listen to nothing any more."""

    def use_sample(self) -> None:
        """Fill in the sample data that ship with the plugin."""


class ToolDock(QgsDockWidget):
    """A dock whose widgets and controller are made when it is first seen.

    Args:
        object_name: Stable, as QGIS remembers where the dock was by it.
        feature: What missing libraries switch off; None where nothing is needed.
        make_controller: Makes the controller and its view.
    """

    def __init__(
        self,
        object_name: str,
        title: str,
        feature: Feature | None,
        make_controller: Callable[[], Controller],
        parent: QWidget,
    ) -> None:
        super().__init__(title, parent)
        self.setObjectName(object_name)
        self._feature = feature
        self._make_controller = make_controller
        self._controller: Controller | None = None
        self._panel: MissingLibrariesPanel | None = None
        self._pages = QStackedWidget(self)
        self.setWidget(self._pages)

    def wake_when_seen(self) -> None:
        """From now on, build the dock's content when it is shown."""
        self.visibilityChanged.connect(self._on_visibility)
        if self.isVisible():
            self.build()

    def build(self) -> Controller | None:
        """The dock's controller, made if need be; None while libraries are missing."""
        if self._controller is None and not self._show_missing():
            self._controller = self._make_controller()
            self._pages.addWidget(self._controller.view)
            self._pages.setCurrentWidget(self._controller.view)
            self._controller.load()
        return self._controller

    def tear_down(self) -> None:
        """Undo build()."""
        if self._controller is not None:
            self._controller.unload()
            self._controller = None

    def _on_visibility(self, visible: bool) -> None:
        if visible:
            self.build()

    def _show_missing(self) -> bool:
        """Whether libraries are missing; if so, the dock says which."""
        lacking = [] if self._feature is None else dependencies.missing(self._feature)
        if not lacking:
            return False
        if self._panel is None:
            self._panel = MissingLibrariesPanel(self)
            self._panel.check_requested.connect(self.build)
            self._pages.addWidget(self._panel)
        sentence = dependencies.sentence(self._feature, lacking)
        self._panel.tell(sentence, dependencies.command(lacking))
        QgsMessageLog.logMessage(sentence, LOG_TAG, notifyUser=False)
        return True
