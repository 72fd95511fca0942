"""The table of units: what each is called and how much of the map it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QLocale,
    QModelIndex,
    QSignalBlocker,
    QSortFilterProxyModel,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QColor, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from planetary_qgis.core.mapping.description import rgb_of

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.units.totals import UnitTotal

UNIT, NAME, COUNT, AREA, SHARE = range(5)
_SORT_ROLE = Qt.ItemDataRole.UserRole
_M2_IN_KM2 = 1e6
_SWATCH = 12
_LEAST_WIDTH = 30
_UNKNOWN = "…"


class TotalsModel(QAbstractTableModel):
    """Units as rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._totals: tuple[UnitTotal, ...] = ()
        self._titles = (
            self.tr("Unit"),
            self.tr("Name"),
            self.tr("n"),
            self.tr("km²"),
            self.tr("%"),
        )
        self._tips = {
            COUNT: self.tr("Polygons"),
            AREA: self.tr("Area on the body's sphere"),
            SHARE: self.tr("Share of the area of all units"),
        }

    @property
    def totals(self) -> tuple[UnitTotal, ...]:
        return self._totals

    def show(self, totals: Sequence[UnitTotal]) -> None:
        """Show these in place of what was there."""
        self.beginResetModel()
        self._totals = tuple(totals)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._totals)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return self._tips.get(section) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        total, column = self._totals[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(total, column)
        if role == Qt.ItemDataRole.DecorationRole and column == UNIT:
            return swatch(total.rgb)
        if role == Qt.ItemDataRole.ToolTipRole and column in (UNIT, NAME):
            return total.name or total.unit or self._without_unit()
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= COUNT:
            return int(Qt.AlignmentFlag.AlignRight) | int(Qt.AlignmentFlag.AlignVCenter)
        if role == _SORT_ROLE:
            return (index.row(), total.name.casefold(), len(total.ids), total.area_m2, total.share)[
                column
            ]
        return None

    def _text(self, total: UnitTotal, column: int) -> str:
        if column == UNIT:
            return total.label or total.unit or self._without_unit()
        if column == NAME:
            return total.name
        if column == COUNT:
            return QLocale().toString(len(total.ids))
        if column == AREA:
            return area_text(total.area_m2)
        share = 100.0 * total.share
        return _UNKNOWN if math.isnan(share) else QLocale().toString(share, "f", 1)

    def _without_unit(self) -> str:
        return self.tr("(none)")


class TotalsTable(QTreeView):
    """Rows that stay chosen while figures change; stratigraphic order until a header is clicked."""

    units_chosen = pyqtSignal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unitsTable")
        self.setAccessibleName(self.tr("Units of the map"))
        self._model = TotalsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(_SORT_ROLE)
        self.setModel(self._sorted)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSortingEnabled(True)
        self.sortByColumn(UNIT, Qt.SortOrder.AscendingOrder)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._fit_columns()
        self.selectionModel().selectionChanged.connect(self._on_chosen)

    def show_totals(self, totals: Sequence[UnitTotal]) -> None:
        if tuple(totals) == self._model.totals:
            return
        chosen = set(self.chosen())
        with QSignalBlocker(self.selectionModel()):
            self._model.show(totals)
        selection = QItemSelection()
        for row, total in enumerate(self._model.totals):
            if total.unit in chosen:
                ends = (self._model.index(row, column) for column in (UNIT, SHARE))
                selection.select(*map(self._sorted.mapFromSource, ends))
        with QSignalBlocker(self.selectionModel()):
            self.selectionModel().select(
                selection, self.selectionModel().SelectionFlag.ClearAndSelect
            )

    def chosen(self) -> list[str]:
        """The units whose rows are chosen; "" for polygons without one."""
        rows = [self._sorted.mapToSource(each).row() for each in self._chosen_rows()]
        return [self._model.totals[row].unit for row in rows]

    def _chosen_rows(self) -> list[QModelIndex]:
        return self.selectionModel().selectedRows()

    def _on_chosen(self, *_: object) -> None:
        rows = [self._sorted.mapToSource(each).row() for each in self._chosen_rows()]
        self.units_chosen.emit([fid for row in rows for fid in self._model.totals[row].ids])

    def _fit_columns(self) -> None:
        header = self.header()
        header.setMinimumSectionSize(_LEAST_WIDTH)
        header.setStretchLastSection(False)
        modes = QHeaderView.ResizeMode
        for column in (UNIT, COUNT, AREA, SHARE):
            header.setSectionResizeMode(column, modes.ResizeToContents)
        header.setSectionResizeMode(NAME, modes.Stretch)


def swatch(rgb: str) -> QPixmap:
    """A square in a unit's colour; crossed out where it has none."""
    picture = QPixmap(_SWATCH, _SWATCH)
    colour = rgb_of(rgb)
    picture.fill(QColor(*colour) if colour else QColor("white"))
    painter = QPainter(picture)
    painter.setPen(QColor("#707070"))
    painter.drawRect(0, 0, _SWATCH - 1, _SWATCH - 1)
    if colour is None:
        painter.drawLine(0, _SWATCH - 1, _SWATCH - 1, 0)
    painter.end()
    return picture


def area_text(square_metres: float) -> str:
    """Square kilometres with three digits at least; "…" while it is not known."""
    if math.isnan(square_metres):
        return _UNKNOWN
    km2 = square_metres / _M2_IN_KM2
    if km2 >= 100.0 or km2 == 0.0:
        return QLocale().toString(round(km2))
    if km2 >= 0.01:
        return QLocale().toString(km2, "f", 2 if km2 < 10.0 else 1)
    return QLocale().toString(km2, "g", 2)
