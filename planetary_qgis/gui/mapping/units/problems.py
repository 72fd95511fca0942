"""The list of what a build of units found: a sign and a sentence each, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAbstractItemView, QListView, QWidget

from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.gui.mapping.check.icons import finding_icon

_ICON = 14
_BATCH = 200
_GRAVITY = {severity: place for place, severity in enumerate(Severity)}


class ProblemsModel(QAbstractListModel):
    """Findings as rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self._findings

    def show(self, findings: Sequence[Finding]) -> None:
        """Show these in place of what was there."""
        self.beginResetModel()
        self._findings = tuple(sorted(findings, key=lambda each: _GRAVITY[each.severity]))
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._findings)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        finding = self._findings[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return finding.message
        if role == Qt.ItemDataRole.DecorationRole:
            return finding_icon(finding.severity)
        if role == Qt.ItemDataRole.ToolTipRole:
            return finding.hint or None
        return None


class ProblemsList(QListView):
    """Problems to click, or to step through with the arrow keys."""

    place_wanted = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unitsProblems")
        self.setAccessibleName(self.tr("Problems of the units"))
        self._model = ProblemsModel(self)
        self.setModel(self._model)
        self.setWordWrap(True)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        # Many sentences are broken into lines a part at a time.
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._is_filling = False
        self.selectionModel().currentChanged.connect(self._on_moved)
        self.clicked.connect(self._ask_for)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these; where the list was scrolled to, and what was chosen, stay if they can."""
        if tuple(findings) == self._model.findings:
            return
        before, place = self._current(), self.verticalScrollBar().value()
        self._is_filling = True
        self._model.show(findings)
        if before in self._model.findings:
            self.setCurrentIndex(self._model.index(self._model.findings.index(before)))
        self.verticalScrollBar().setValue(place)
        self._is_filling = False

    def _current(self) -> Finding | None:
        index = self.currentIndex()
        return self._model.findings[index.row()] if index.isValid() else None

    def _on_moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        if self.hasFocus() and not self._is_filling:
            self._ask_for(index)

    def _ask_for(self, index: QModelIndex) -> None:
        if index.isValid():
            self.place_wanted.emit(self._model.findings[index.row()])
