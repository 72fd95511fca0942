"""Findings as a tree for Qt: checks, and below each what it found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from qgis.PyQt.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QApplication

from planetary_qgis.core.mapping.checks.catalogue import check_named
from planetary_qgis.core.mapping.checks.finding_keys import finding_key
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.wording import area_text, length_text
from planetary_qgis.gui.mapping.check.icons import finding_icon

_NO_PARENT = QModelIndex()
_OF_NO_CHECK = 0
_LETTERS_IN_ROWS, _LETTERS_IN_TIPS = 300, 1500
_SIZE_COLUMN = 1
_SIZED_BY_AREA = frozenset({"gap", "overlap", "small-polygon", "zero-area"})
_TO_THE_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Found:
    """A finding in the list.

    Attributes:
        reason: Why it is ignored; None while it is not.
    """

    finding: Finding
    key: str
    reason: str | None = None

    @property
    def severity(self) -> Severity | None:
        """None where it is ignored."""
        return self.finding.severity if self.reason is None else None

    @property
    def size_text(self) -> str:
        """How large it is on the ground; "" where it has no size."""
        size = self.finding.size
        if not size:
            return ""
        return (area_text if self.finding.check in _SIZED_BY_AREA else length_text)(float(size))


@dataclass
class _Group:
    """The findings of a check that are shown."""

    check: str
    title: str
    found: list[Found] = field(default_factory=list)

    @property
    def severity(self) -> Severity | None:
        return next((each.severity for each in self.found if each.severity), None)


class FindingsModel(QAbstractItemModel):
    """What the checks found, less what filters hide; quick with many thousands."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Found] = []
        self._groups: list[_Group] = []
        self._severities = frozenset(Severity)
        self._shows_ignored = False

    def show(self, findings: Sequence[Finding], ignored: Mapping[str, str]) -> None:
        """List other findings.

        Args:
            ignored: Reasons by keys.
        """
        keyed = [(finding, finding_key(finding)) for finding in findings]
        self._rebuild([Found(finding, key, ignored.get(key)) for finding, key in keyed])

    def filter(self, severities: Collection[Severity], *, ignored: bool) -> None:
        """Show these severities, and what is ignored or not."""
        self._severities, self._shows_ignored = frozenset(severities), ignored
        self._rebuild(self._all)

    def remove(self, findings: Collection[Finding]) -> None:
        """Forget findings that are gone from the map."""
        gone = {id(finding) for finding in findings}
        self._rebuild([each for each in self._all if id(each.finding) not in gone])

    def mark(self, key: str, reason: str | None) -> None:
        """Ignore the findings with that key, or count them again."""
        self._rebuild(
            [replace(each, reason=reason) if each.key == key else each for each in self._all]
        )

    def all(self) -> list[Found]:
        """Those that filters hide, too."""
        return list(self._all)

    def shown(self) -> list[Found]:
        """Those that can be seen, from top to bottom."""
        return [each for group in self._groups for each in group.found]

    def count(self, severity: Severity | None) -> int:
        """How many there are of a severity; None is what is ignored."""
        return sum(each.severity is severity for each in self._all)

    def found_at(self, index: QModelIndex) -> Found | None:
        """The finding of a row; None on a check's own."""
        if not index.isValid() or index.internalId() == _OF_NO_CHECK:
            return None
        return self._groups[index.internalId() - 1].found[index.row()]

    def index_of(self, found: Found) -> QModelIndex:
        """Where a finding is listed; an invalid index where filters hide it."""
        for number, group in enumerate(self._groups):
            for row, each in enumerate(group.found):
                if each.finding is found.finding:
                    return self.createIndex(row, 0, number + 1)
        return QModelIndex()

    def check_at(self, index: QModelIndex) -> str:
        """Key of the check that a row belongs to."""
        number = index.internalId() - 1 if index.internalId() else index.row()
        return self._groups[number].check

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != _OF_NO_CHECK or parent.column() > 0:
            return 0
        return len(self._groups[parent.row()].found)

    def columnCount(self, _parent: QModelIndex = _NO_PARENT) -> int:
        return 2

    def index(self, row: int, column: int, parent: QModelIndex = _NO_PARENT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        number = parent.row() + 1 if parent.isValid() else _OF_NO_CHECK
        return self.createIndex(row, column, number)

    def parent(self, index: QModelIndex) -> QModelIndex:
        if not index.isValid() or index.internalId() == _OF_NO_CHECK:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _OF_NO_CHECK)

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        found = self.found_at(index)
        if index.column() == _SIZE_COLUMN:
            return _size_of(found, role)
        if found is not None:
            return _data_of(found, role)
        return _data_of_group(self._groups[index.row()], role) if index.isValid() else None

    def _rebuild(self, all_found: list[Found]) -> None:
        self.beginResetModel()
        self._all = all_found
        groups: dict[str, _Group] = {}
        for each in filter(self._is_shown, all_found):
            key = each.finding.check
            if key not in groups:
                check = check_named(key)
                groups[key] = _Group(key, check.title if check else self.tr("Layers not read"))
            groups[key].found.append(each)
        self._groups = list(groups.values())
        self.endResetModel()

    def _is_shown(self, found: Found) -> bool:
        if found.reason is not None:
            return self._shows_ignored
        return found.finding.severity in self._severities


def _data_of(found: Found, role: int) -> Any:
    if role == _Role.DisplayRole:
        return " ".join(found.finding.message[:_LETTERS_IN_ROWS].split())
    if role == _Role.DecorationRole:
        return finding_icon(found.severity)
    if role == _Role.ToolTipRole:
        return _tip(found)
    if found.reason is not None:
        return _look_of_ignored(role)
    return None


def _size_of(found: Found | None, role: int) -> Any:
    if role == _Role.TextAlignmentRole:
        return _TO_THE_RIGHT
    if found is None:
        return None
    if role == _Role.DisplayRole:
        return found.size_text
    return _look_of_ignored(role) if found.reason is not None else None


def _data_of_group(group: _Group, role: int) -> Any:
    if role == _Role.DisplayRole:
        return f"{group.title} ({len(group.found):,})"
    if role == _Role.DecorationRole:
        return finding_icon(group.severity)
    if role == _Role.ToolTipRole:
        check = check_named(group.check)
        return f"<p>{escape(check.explanation)}</p>" if check else None
    return None


def _tip(found: Found) -> str:
    """Rich text, so that it wraps; what mappers wrote stays text."""
    finding = found.finding
    parts = [finding.message, finding.hint, found.reason or "", found.size_text]
    return "".join(f"<p>{escape(part[:_LETTERS_IN_TIPS])}</p>" for part in parts if part)


def _look_of_ignored(role: int) -> Any:
    if role == _Role.FontRole:
        font = QApplication.font("QAbstractItemView")
        font.setStrikeOut(True)
        return font
    if role == _Role.ForegroundRole:
        disabled = QPalette.ColorGroup.Disabled
        return QApplication.palette().brush(disabled, QPalette.ColorRole.Text)
    return None
