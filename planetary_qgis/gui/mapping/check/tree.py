"""The tree of findings: where the user goes from one to the next."""

from __future__ import annotations

from collections.abc import Collection

from qgis.PyQt.QtCore import QModelIndex, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QResizeEvent
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.gui.mapping.check.model import FindingsModel, Found

_INDENT = 12
_ICON = 14
_SIZE = 1
_WIDEST_SIZE = " 12,300 km² "
_ROOM_FOR_SIZES = 400
_EXPANDED_AT_FIRST = 200
"""So many findings are unfolded at once; more are easier to survey by their checks."""


class FindingsTree(QTreeView):
    """Keeps what is open and current while findings come and go.

    N and P go to the next and the previous finding, Return goes to its place once more.
    """

    current_changed = pyqtSignal()
    place_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("checkFindings")
        self.findings = FindingsModel(self)
        self.setModel(self.findings)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().resizeSection(_SIZE, self.fontMetrics().horizontalAdvance(_WIDEST_SIZE))
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENT)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(self.tr("Findings"))
        self.selectionModel().currentChanged.connect(lambda *_: self.current_changed.emit())
        self.clicked.connect(lambda _index: self.place_wanted.emit())

    def current(self) -> Found | None:
        """The finding that the user is at."""
        return self.findings.found_at(self.currentIndex())

    def current_check(self) -> str:
        """Key of the check that the user is at; "" at none."""
        index = self.currentIndex()
        return self.findings.check_at(index) if index.isValid() else ""

    def go_to(self, found: Found | None) -> None:
        """Make a finding the current one, if it is shown."""
        index = QModelIndex() if found is None else self.findings.index_of(found)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def step(self, by: int) -> None:
        """Go to the next finding (1) or the previous one (-1), around the ends of the list."""
        shown = self.findings.shown()
        if not shown:
            return
        self.go_to(shown[self._place_after(by, shown) % len(shown)])
        self.place_wanted.emit()

    def unfold(self) -> None:
        """Open the checks of a new list, unless they hold too many findings."""
        if len(self.findings.shown()) <= _EXPANDED_AT_FIRST:
            self.expandAll()

    def after(self, gone: Collection[Finding]) -> Found | None:
        """The finding to go to when some are gone: the current one, or the next that stays."""
        shown, leaving = self.findings.shown(), {id(finding) for finding in gone}
        current = self.current()
        at = next((i for i, each in enumerate(shown) if each is current), 0)
        order = [*shown[at:], *reversed(shown[:at])]
        return next((each for each in order if id(each.finding) not in leaving), None)

    def folded(self) -> set[str]:
        """Keys of the checks that are folded, to `fold` them again."""
        rows = range(self.findings.rowCount())
        indexes = [self.findings.index(row, 0) for row in rows]
        return {self.findings.check_at(each) for each in indexes if not self.isExpanded(each)}

    def fold(self, checks: Collection[str]) -> None:
        """Fold these checks and unfold all others."""
        for row in range(self.findings.rowCount()):
            index = self.findings.index(row, 0)
            self.setExpanded(index, self.findings.check_at(index) not in checks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sizes have a column where the dock is wide; elsewhere tool tips tell them."""
        self.setColumnHidden(_SIZE, event.size().width() < _ROOM_FOR_SIZES)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        steps = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}
        if plain and event.key() in steps:
            self.step(steps[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.place_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _place_after(self, by: int, shown: list[Found]) -> int:
        current = self.current()
        if current is not None:
            return next(i for i, each in enumerate(shown) if each is current) + by
        check = self.current_check()
        first = next((i for i, each in enumerate(shown) if each.finding.check == check), 0)
        return first if by > 0 else first - 1
