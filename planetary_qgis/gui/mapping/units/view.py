"""The tab Units: build, problems, and what the map consists of."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.units.problems import ProblemsList
from planetary_qgis.gui.mapping.units.table import TotalsTable

_SPACE = 6


class UnitsTabView(QWidget):
    """A passive view."""

    shown = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = forms.sentence("unitsState", self)
        self.build = forms.button("unitsBuild", self.tr("Build Units"), self)
        self.live = QCheckBox(self.tr("Live"), self)
        self.live.setObjectName("unitsLive")
        self.result = forms.sentence("unitsResult", self)
        self.unsaved = forms.sentence("unitsUnsaved", self)
        self.save = forms.button("unitsSave", self.tr("Save"), self)
        self.save.setToolTip(self.tr("Save the edits of the units; editing goes on."))
        self.problems = ProblemsList(self)
        self.table = TotalsTable(self)
        self.describe = forms.button("unitsDescribe", "", self)
        self.describe.setToolTip(
            self.tr("Add a row to the description for each unit that it lacks.")
        )
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.build, 1)
        row.addWidget(self.live)
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.split.setObjectName("unitsSplit")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.problems)
        self.split.addWidget(_part(self.table, self.describe))
        saving = QHBoxLayout()
        saving.addWidget(self.unsaved, 1)
        saving.addWidget(self.save, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setSpacing(_SPACE)
        column.addWidget(self.state)
        column.addLayout(row)
        column.addWidget(self.result)
        column.addLayout(saving)
        column.addWidget(self.split, 1)


def _part(*widgets: QWidget) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        column.addWidget(widget)
    return part
