"""The part of the PDS Search dock that asks an imported index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.area_group import AreaGroup
from planetary_qgis.gui.filter_edit import FilterEdit
from planetary_qgis.gui.time_limit import TimeLimit

_FIRST_SHOWN_START = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class SearchTerms:
    """What to look for in an index, apart from the area."""

    index: str
    start: datetime | None
    stop: datetime | None
    expression: str


class SearchGroup(QWidget):
    """Index, area, time and filter, and a button that searches."""

    search_requested = pyqtSignal()
    remove_requested = pyqtSignal()
    index_changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Search"), self)
        self._index = forms.combo("pdsIndex", group)
        self._remove = self._remove_button(group)
        self.area = AreaGroup(group)
        now = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0)
        self._start = TimeLimit("pdsStart", self.tr("From (UTC)"), _FIRST_SHOWN_START, group)
        self._stop = TimeLimit("pdsStop", self.tr("To (UTC)"), now, group)
        self.filter = FilterEdit("pdsFilter", group)
        self._search = forms.button("pdsSearchButton", self.tr("Search"), group)
        self._found = forms.sentence("pdsFound", group)
        form.addRow(self.tr("Index"), self._index_row(group))
        form.addRow(self.tr("Area"), self.area)
        form.addRow(self._start)
        form.addRow(self._stop)
        form.addRow(self.tr("Filter"), self.filter)
        form.addRow(self._search)
        form.addRow(self._found)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self._index.currentIndexChanged.connect(lambda _index: self.index_changed.emit())
        self._search.clicked.connect(self.search_requested)
        self._remove.clicked.connect(self.remove_requested)

    def terms(self) -> SearchTerms:
        return SearchTerms(
            index=self.index(),
            start=self._start.time(),
            stop=self._stop.time(),
            expression=self.filter.expression(),
        )

    def index(self) -> str:
        """Table name of the chosen index, or an empty text."""
        return self._index.currentData() or ""

    def show_indexes(self, names: Sequence[str], chosen: str = "") -> None:
        """List the imported indexes, keeping the choice where it is still there."""
        keep = chosen or self.index()
        self._index.blockSignals(True)
        self._index.clear()
        for name in names:
            self._index.addItem(name, name)
        self._index.setCurrentIndex(max(self._index.findData(keep), 0 if names else -1))
        self._index.blockSignals(False)
        self.index_changed.emit()

    def tell_found(self, sentence: str) -> None:
        forms.tell(self._found, sentence)

    def allow_search(self, reason_against: str) -> None:
        forms.allow(self._search, reason_against)
        self._remove.setEnabled(not reason_against)
        self.filter.allow_building(reason_against)

    def _index_row(self, parent: QWidget) -> QWidget:
        row = QWidget(parent)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._index, 1)
        layout.addWidget(self._remove)
        return row

    def _remove_button(self, parent: QWidget) -> QToolButton:
        made = QToolButton(parent)
        made.setObjectName("pdsRemoveButton")
        made.setIcon(QgsApplication.getThemeIcon("/mActionDeleteSelected.svg"))
        made.setText(self.tr("Remove"))
        made.setToolTip(self.tr("Remove this index from the store…"))
        return made
