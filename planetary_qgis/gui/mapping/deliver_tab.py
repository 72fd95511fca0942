"""The tab Deliver: the printed sheet and the map package."""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from planetary_qgis.gui.mapping.desk import MapDesk


def parts() -> tuple[Callable[[MapDesk], object], ...]:
    """What makes the controllers of the tab's groups, the topmost first."""
    from planetary_qgis.gui.mapping.package.group import PackageController
    from planetary_qgis.gui.mapping.sheet.group import SheetController

    return (SheetController, PackageController)


class DeliverController:
    """Stacks the groups; each has a controller of its own."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = QWidget()
        column = QVBoxLayout(self.view)
        self._parts = [make(desk) for make in parts()]
        for part in self._parts:
            column.addWidget(part.view)
        column.addStretch(1)

    def load(self) -> None:
        for part in self._parts:
            part.load()

    def unload(self) -> None:
        for part in self._parts:
            part.unload()
