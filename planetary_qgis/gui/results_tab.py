"""The widgets that show what a search found."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QSizePolicy, QSplitter, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.product_actions import ProductActions
from planetary_qgis.gui.product_pane import ProductPane
from planetary_qgis.gui.results_table import ResultsTable

_SHARES = (3, 1)
_FIRST_PANE_HEIGHT = 130


class ResultsTab(QWidget):
    """Actions above, then the table, below it the product that the table is at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.product_actions = ProductActions(self)
        self._count = forms.sentence("resultsCount", self)
        self._split = QSplitter(Qt.Orientation.Vertical, self)
        self.table = ResultsTable(self._split)
        self.product = ProductPane(self._split)
        self._set_up_split()
        self.table.addActions(self.product_actions.all())
        self.job_bar = JobBar("results", self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.product_actions.tool_bar(self))
        layout.addWidget(self._count)
        layout.addWidget(self._split, 1)
        layout.addWidget(self.job_bar)

    def tell_count(self, sentence: str) -> None:
        forms.tell(self._count, sentence)

    def _set_up_split(self) -> None:
        self._split.setObjectName("resultsSplit")
        self._split.setChildrenCollapsible(True)
        self._split.setCollapsible(0, False)
        self._split.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        for position, share in enumerate(_SHARES):
            self._split.setStretchFactor(position, share)
        self._split.setSizes([_SHARES[0] * _FIRST_PANE_HEIGHT, _FIRST_PANE_HEIGHT])
