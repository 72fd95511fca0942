"""Wiring: what appears in QGIS, and how it leaves again."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTranslator
from qgis.PyQt.QtWidgets import QAction, QToolBar

from planetary_qgis.gui.colouring import Colourer, ColourMenu
from planetary_qgis.gui.dock import ToolDock
from planetary_qgis.gui.fittings import Fitting, fittings
from planetary_qgis.gui.icons import icon
from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.gui.results import MapResults
from planetary_qgis.gui.sample import open_sample
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.gui.tools import Tool, tools
from planetary_qgis.processing.provider import PlanetaryProvider
from planetary_qgis.qgis_bridge import expressions, tasks
from planetary_qgis.qgis_bridge.compat import vector_layer_type

_TRANSLATIONS = Path(__file__).resolve().parent / "i18n"


class PlanetaryQgisPlugin:
    """Menu, toolbar, docks and Processing provider of Planetary QGIS.

    Args:
        iface: None where QGIS runs without windows; then only initProcessing() is called.
    """

    def __init__(self, iface: QgisInterface | None) -> None:
        self._iface = iface
        self._provider: PlanetaryProvider | None = None
        self._toolbox: Toolbox | None = None
        self._toolbar: QToolBar | None = None
        self._actions: list[QAction] = []
        self._docks: dict[str, ToolDock] = {}
        self._repeat: QAction | None = None
        self._colours: ColourMenu | None = None
        self._fittings: list[Fitting] = []
        self._translator = _installed_translator()

    def initProcessing(self) -> None:  # noqa: N802 - QGIS's name
        """Offer the algorithms and the functions of expressions; all that qgis_process asks for."""
        expressions.register()
        self._provider = PlanetaryProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:  # noqa: N802 - QGIS's name
        """Offer the algorithms, and put actions and (still empty) docks into QGIS's window."""
        self.initProcessing()
        self._toolbox = self._new_toolbox()
        self._toolbar = self._iface.addToolBar(self.tr("Planetary"))
        self._toolbar.setObjectName("planetaryToolBar")
        for tool in tools():
            self._docks[tool.name] = self._add_dock(tool)
        self._add_action(
            self.tr("Open Sample Data"), "sample_data", "planetaryOpenSampleAction"
        ).triggered.connect(self._open_sample)
        self._repeat = self._add_repeat_action()
        self._colours = self._add_colour_menu()
        for fitting in fittings():
            fitting.install(self._iface, self._toolbox)
            self._fittings.append(fitting)

    def unload(self) -> None:
        """Take everything out of QGIS again."""
        for dock in self._docks.values():
            dock.tear_down()
        tasks.cancel_all()
        while self._fittings:
            self._fittings.pop().remove()
        for dock in self._docks.values():
            self._iface.removeDockWidget(dock)
            dock.deleteLater()
        self._docks.clear()
        if self._repeat is not None:
            self._iface.removeCustomActionForLayerType(self._repeat)
            self._repeat.deleteLater()
            self._repeat = None
        if self._colours is not None:
            self._iface.removeCustomActionForLayerType(self._colours.menuAction())
            self._colours.deleteLater()
            self._colours = None
        self._remove_actions()
        if self._toolbox is not None:
            self._toolbox.close()
            self._toolbox = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        expressions.unregister()
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)

    def _new_toolbox(self) -> Toolbox:
        project, canvas = QgsProject.instance(), self._iface.mapCanvas()
        return Toolbox(
            project=project,
            canvas=canvas,
            reporter=Reporter(self._iface.messageBar(), self._iface.mainWindow()),
            results=MapResults(project, canvas, self._iface.setActiveLayer),
        )

    def _add_dock(self, tool: Tool) -> ToolDock:
        window = self._iface.mainWindow()
        dock = ToolDock(
            tool.dock_name,
            tool.title,
            tool.feature,
            lambda: tool.make_controller(self._toolbox),
            window,
        )
        action = self._add_action(tool.title, tool.icon, tool.action_name)
        action.setCheckable(True)
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        for other in self._docks.values():
            window.tabifyDockWidget(other, dock)
        # QGIS shows what it adds; once all plugins are loaded, it puts back what it remembers.
        dock.hide()
        dock.setToggleVisibilityAction(action)
        dock.wake_when_seen()
        return dock

    def _add_action(self, text: str, icon_name: str, object_name: str) -> QAction:
        action = QAction(icon(icon_name), text, self._iface.mainWindow())
        action.setObjectName(object_name)
        self._iface.addPluginToMenu(self.tr("Planetary"), action)
        self._toolbar.addAction(action)
        self._actions.append(action)
        return action

    def _remove_actions(self) -> None:
        for action in self._actions:
            self._iface.removePluginMenu(self.tr("Planetary"), action)
            action.deleteLater()
        self._actions.clear()
        if self._toolbar is not None:
            self._iface.mainWindow().removeToolBar(self._toolbar)
            self._toolbar.deleteLater()
            self._toolbar = None

    def _add_repeat_action(self) -> QAction:
        """An entry in the menu of vector layers that fills the search dock again."""
        action = QAction(
            icon("pds_search"), self.tr("Repeat This Search"), self._iface.mainWindow()
        )
        action.setObjectName("planetaryRepeatAction")
        action.triggered.connect(self._repeat_search)
        self._iface.addCustomActionForLayerType(
            action, self.tr("Planetary"), vector_layer_type(), True
        )
        return action

    def _add_colour_menu(self) -> ColourMenu:
        """A submenu in the menu of vector layers that colours them by what is known."""
        colourer = Colourer(self._toolbox.reporter)  # the menu keeps it
        current_layer = self._iface.mapCanvas().currentLayer
        menu = ColourMenu(current_layer, colourer.colour, self._iface.mainWindow())
        menu.setObjectName("planetaryColourMenu")
        self._iface.addCustomActionForLayerType(
            menu.menuAction(), self.tr("Planetary"), vector_layer_type(), True
        )
        return menu

    def _repeat_search(self) -> None:
        dock = self._docks["PdsSearch"]
        dock.setUserVisible(True)
        controller = dock.build()
        if controller is not None:
            controller.repeat()

    def _open_sample(self) -> None:
        with_sample = [self._docks[name] for name in ("PdsSearch", "SpiceFootprints")]
        open_sample(self._iface, self._toolbox, with_sample)

    def tr(self, text: str) -> str:
        return QCoreApplication.translate("PlanetaryQgisPlugin", text)


def _installed_translator() -> QTranslator | None:
    """The translator of QGIS's language, installed; None where there is no translation."""
    translator = QTranslator()
    file = f"planetary_qgis_{QgsApplication.locale()}"
    if not translator.load(file, str(_TRANSLATIONS)):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
