"""Fixtures for tests of docks: a window like QGIS's, a project, a store of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gui_kit import delete_deferred, settle
from qgis.core import QgsLayerTreeModel, QgsMapLayer, QgsProject, QgsSettings, QgsVectorLayer
from qgis.gui import (
    QgsAdvancedDigitizingDockWidget,
    QgsLayerTreeView,
    QgsMapCanvas,
    QgsMessageBar,
    QgsStatusBar,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QMainWindow, QMenu, QToolBar

from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.gui.results import MapResults
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings


class Interface:
    """What the plugin uses of QgisInterface, on a plain main window."""

    def __init__(self) -> None:
        self._window = QMainWindow()
        self._canvas = QgsMapCanvas(self._window)
        self._bar = QgsMessageBar(self._window)
        self._tree = QgsLayerTreeView(self._window)
        self._tree.setModel(QgsLayerTreeModel(QgsProject.instance().layerTreeRoot(), self._tree))
        self._status_bar = QgsStatusBar(self._window)
        self._window.statusBar().addPermanentWidget(self._status_bar, 10)
        self._menu = self._window.menuBar().addMenu("Plugins")
        self._submenus: dict[str, QMenu] = {}
        self.projects_made = 0
        self.layer_actions: list[QAction] = []
        self.drop_handlers: list[object] = []
        self.window_actions: list[QAction] = []
        self._cad: QgsAdvancedDigitizingDockWidget | None = None
        self._window.setCentralWidget(self._canvas)

    def mainWindow(self) -> QMainWindow:
        return self._window

    def mapCanvas(self) -> QgsMapCanvas:
        return self._canvas

    def layerTreeView(self) -> QgsLayerTreeView:
        return self._tree

    def setActiveLayer(self, layer: QgsMapLayer) -> bool:
        self._canvas.setCurrentLayer(layer)
        return True

    def messageBar(self) -> QgsMessageBar:
        return self._bar

    def statusBarIface(self) -> QgsStatusBar:
        return self._status_bar

    def addToolBar(self, bar: str | QToolBar) -> QToolBar | None:
        return self._window.addToolBar(bar)

    def cadDockWidget(self) -> QgsAdvancedDigitizingDockWidget:
        if self._cad is None:
            self._cad = QgsAdvancedDigitizingDockWidget(self._canvas, self._window)
        return self._cad

    def registerMainWindowAction(self, action: QAction, keys: str) -> bool:
        action.setShortcut(keys)
        self.window_actions.append(action)
        self._window.addAction(action)
        return True

    def unregisterMainWindowAction(self, action: QAction) -> bool:
        self.window_actions.remove(action)
        self._window.removeAction(action)
        return True

    def addDockWidget(self, area: Qt.DockWidgetArea, dock: QDockWidget) -> None:
        self._window.addDockWidget(area, dock)
        dock.show()

    def removeDockWidget(self, dock: QDockWidget) -> None:
        self._window.removeDockWidget(dock)

    def addPluginToMenu(self, name: str, action: QAction) -> None:
        if name not in self._submenus:
            self._submenus[name] = self._menu.addMenu(name)
        self._submenus[name].addAction(action)

    def removePluginMenu(self, name: str, action: QAction) -> None:
        self._submenus[name].removeAction(action)
        if not self._submenus[name].actions():
            self._submenus.pop(name).deleteLater()

    def addCustomActionForLayerType(
        self, action: QAction, _menu: str, _kind: object, _all_layers: bool
    ) -> None:
        self.layer_actions.append(action)

    def removeCustomActionForLayerType(self, action: QAction) -> bool:
        self.layer_actions.remove(action)
        return True

    def registerCustomDropHandler(self, handler: object) -> None:
        self.drop_handlers.append(handler)

    def unregisterCustomDropHandler(self, handler: object) -> None:
        self.drop_handlers.remove(handler)

    def newProject(self, _ask_to_save: bool = False) -> bool:
        self.projects_made += 1
        QgsProject.instance().clear()
        return True


@pytest.fixture
def interface(qgis_app: object) -> Iterator[Interface]:
    made = Interface()
    made.mainWindow().resize(1000, 800)
    made.mainWindow().show()
    yield made
    made.mainWindow().close()
    made.mainWindow().deleteLater()
    delete_deferred()


@pytest.fixture
def project(qgis_new_project: None) -> QgsProject:
    return QgsProject.instance()


@pytest.fixture
def toolbox(interface: Interface, project: QgsProject) -> Iterator[Toolbox]:
    made = Toolbox(
        project=project,
        canvas=interface.mapCanvas(),
        reporter=Reporter(interface.messageBar(), interface.mainWindow()),
        results=MapResults(project, interface.mapCanvas(), interface.setActiveLayer),
    )
    yield made
    made.close()


@pytest.fixture
def store_path(tmp_path: Path) -> Iterator[Path]:
    """Where the docks keep their indexes during the test."""
    before = settings.load()
    path = tmp_path / "Ärchiv" / "indexes.gpkg"
    settings.save(settings.Settings(store_path=path))
    for remembered in ("sources_checked", "sources_expanded"):
        QgsSettings().remove(f"planetary_qgis/{remembered}")
    yield path
    settings.save(before)


@pytest.fixture
def sample() -> Path:
    """The synthetic sample's folder."""
    import planetary_qgis

    return Path(planetary_qgis.__file__).parent / "resources" / "sample"


@pytest.fixture
def layer_on() -> Callable[[str], QgsVectorLayer]:
    """A function that makes an empty layer of points in a CRS."""
    return lambda authid: QgsVectorLayer(f"Point?crs={authid}", authid, "memory")


@pytest.fixture
def messages(interface: Interface) -> Callable[[], str]:
    """A function that gives all that the message bar shows, once it has settled."""

    def shown() -> str:
        settle(1100)
        return "\n".join(item.text() for item in interface.messageBar().items())

    return shown


@pytest.fixture(autouse=True)
def no_error_is_swallowed() -> Iterator[None]:
    """Errors in slots reach sys.excepthook only; let them fail the test."""
    caught: list[str] = []
    before = sys.excepthook
    sys.excepthook = lambda kind, error, _trace: caught.append(f"{kind.__name__}: {error}")
    yield
    sys.excepthook = before
    assert not caught
