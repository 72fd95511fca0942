"""The Archive Search dock's widgets."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms
from planetary_qgis.gui.index_group import IndexGroup
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.results_tab import ResultsTab
from planetary_qgis.gui.search_group import SearchGroup
from planetary_qgis.gui.sources_tree import SourcesTree

_LEAST_TREE_HEIGHT = 150


class SearchView(QWidget):
    """What to ask and whom on one tab, what was found on the other, the running job at the foot."""

    repeat_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("pdsTabs")
        self._tabs.setDocumentMode(True)
        self.sources = SourcesTree(self._tabs)
        form = QWidget(self._tabs)
        self.indexes = IndexGroup(form)
        self.indexes.hide()
        self.search = SearchGroup(form)
        self.results = ResultsTab(self._tabs)
        self._repeat = self._repeat_button()
        self._tabs.addTab(self._page(self._question(form)), self.tr("Search"))
        self._tabs.addTab(self.results, self.tr("Results"))
        self._tabs.setCornerWidget(self._repeat, Qt.Corner.TopRightCorner)
        self.job_bar = JobBar("pds", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs, 1)
        layout.addWidget(self.job_bar)

    def show_question(self) -> None:
        self._tabs.setCurrentIndex(0)

    def show_results(self, count: int) -> None:
        """Turn to what was found; the tab tells how much that is."""
        self._tabs.setTabText(1, self.tr("Results ({count})").format(count=f"{count:,}"))
        self._tabs.setCurrentIndex(1)

    def allow_repeat(self, reason_against: str) -> None:
        forms.allow(self._repeat, reason_against)
        if not reason_against:
            self._repeat.setToolTip(self.tr("Repeat the search that found the active layer"))

    def _page(self, question: QWidget) -> QWidget:
        page = QWidget(self._tabs)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(question, 1)
        layout.addWidget(self.search.foot)
        return page

    def _question(self, form: QWidget) -> QSplitter:
        column = QVBoxLayout(form)
        column.setContentsMargins(6, 0, 6, 0)
        column.addWidget(self.indexes)
        column.addWidget(self.search)
        column.addStretch(1)
        upper = QWidget(self._tabs)
        margins = QHBoxLayout(upper)
        margins.setContentsMargins(6, 6, 6, 0)
        margins.addWidget(self.sources)
        upper.setMinimumHeight(_LEAST_TREE_HEIGHT)
        split = QSplitter(Qt.Orientation.Vertical, self._tabs)
        split.setObjectName("pdsSplit")
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(forms.in_scroll_area(form, split))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        return split

    def _repeat_button(self) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName("pdsRepeatButton")
        made.setIcon(QgsApplication.getThemeIcon("/mActionRefresh.svg"))
        made.setText(self.tr("Repeat This Search"))
        made.setAutoRaise(True)
        made.clicked.connect(self.repeat_requested)
        return made
