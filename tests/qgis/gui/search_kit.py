"""The Archive Search dock in tests: a label imported, sources checked, a search made."""

from __future__ import annotations

from pathlib import Path

from gui_kit import click_and_wait, find
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.gui.search_controller import SearchController
from planetary_qgis.gui.toolbox import Toolbox


def opened_dock(toolbox: Toolbox) -> SearchController:
    """The dock as the user first sees it."""
    controller = SearchController(toolbox)
    controller.view.resize(320, 800)
    controller.view.show()
    controller.load()
    return controller


def close(controller: SearchController) -> None:
    controller.unload()
    controller.view.close()
    controller.view.deleteLater()


def import_label(view: QWidget, label: Path) -> None:
    """Import an index from its label; the tree then has it checked."""
    find(view, "pdsLabelFile").setFilePath(str(label))
    click_and_wait(view, "pdsImportButton")
