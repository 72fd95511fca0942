"""What stands behind the Geologic Mapping dock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.mapping_view import MappingView
from planetary_qgis.gui.toolbox import Toolbox


class TabController(Protocol):
    """What stands behind a tab."""

    view: QWidget

    def load(self) -> None:
        """Fill the widgets, listen to them and to the desk."""

    def unload(self) -> None:
        """Undo load()."""


@dataclass(frozen=True)
class Tab:
    """A tab before it is built.

    Attributes:
        scrolls: Whether it needs an area that scrolls; trees and tables have their own.
    """

    title: str
    make: Callable[[MapDesk], TabController]
    scrolls: bool = True


def tabs() -> tuple[Tab, ...]:
    """All of them, in the order in which a map is made."""
    from planetary_qgis.gui.mapping.check.tab import CheckController
    from planetary_qgis.gui.mapping.deliver_tab import DeliverController
    from planetary_qgis.gui.mapping.describe.tab import DescribeController
    from planetary_qgis.gui.mapping.overview.tab import MapTabController
    from planetary_qgis.gui.mapping.units.tab import UnitsController

    translate = QCoreApplication.translate
    return (
        Tab(translate("MappingTabs", "Map"), MapTabController),
        Tab(translate("MappingTabs", "Units"), UnitsController, scrolls=False),
        Tab(translate("MappingTabs", "Describe"), DescribeController),
        Tab(translate("MappingTabs", "Check"), CheckController, scrolls=False),
        Tab(translate("MappingTabs", "Deliver"), DeliverController),
    )


class MappingController:
    """Builds the tabs and lets them come and go with the dock."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = MappingView()
        self.desk = MapDesk(toolbox, self.view.job_bar)
        self.tabs: list[TabController] = []
        for tab in tabs():
            made = tab.make(self.desk)
            self.tabs.append(made)
            self.view.add_tab(made.view, tab.title, scrolls=tab.scrolls)

    def load(self) -> None:
        for tab in self.tabs:
            tab.load()
        self.desk.load()

    def unload(self) -> None:
        for tab in self.tabs:
            tab.unload()
        self.desk.unload()

    def use_sample(self) -> None:
        """There is no sample map: a new one is as quick."""
