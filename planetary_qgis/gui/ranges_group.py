"""Light, resolution, season and time of day as ranges, as far as the sources have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from qgis.gui import QgsCollapsibleGroupBox, QgsDoubleSpinBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from planetary_qgis.core.query import CIRCULAR_COLUMNS, Range
from planetary_qgis.gui import forms

_COARSEST_M = 1e7


@dataclass(frozen=True)
class _Row:
    """How a column is asked for; an end at a limit is open."""

    column: str
    title: str
    limits: tuple[float, float]
    shown: tuple[float, float]
    unit: str
    decimals: int
    through: str = ""


class RangesGroup(QWidget):
    """A row for each column that the sources offer: a check box, from, and to."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget, prefix: str = "pds") -> None:
        super().__init__(parent)
        self._box = QgsCollapsibleGroupBox(self)
        self._box.setObjectName(f"{prefix}Ranges")
        column = QVBoxLayout(self._box)
        self._rows = {row.column: _RangeRow(row, self._box, prefix) for row in self._kinds()}
        for row in self._rows.values():
            column.addWidget(row)
            row.changed.connect(self._on_change)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._offered: frozenset[str] = frozenset()
        self.offer(())

    def offer(self, columns: Collection[str]) -> None:
        """Show rows for these columns; what is not offered is not asked."""
        self._offered = frozenset(columns) & self._rows.keys()
        for column, row in self._rows.items():
            row.setVisible(column in self._offered)
        self.setVisible(bool(self._offered))
        self._on_change()

    def ranges(self) -> dict[str, Range]:
        """The ranges that are asked, by column."""
        return {
            column: row.range()
            for column, row in self._rows.items()
            if column in self._offered and row.asked()
        }

    def set_ranges(self, ranges: Mapping[str, Range]) -> None:
        """Ask these ranges and no others; those that are not offered wait until they are."""
        for column, row in self._rows.items():
            row.set_range(ranges.get(column))

    def _on_change(self) -> None:
        count = len(self.ranges())
        title = self.tr("Light and resolution")
        # Collapsed, the group still says that it narrows the search.
        self._box.setTitle(f"{title} ({count})" if count else title)
        self.changed.emit()

    def _kinds(self) -> tuple[_Row, ...]:
        around = self.tr("through 360°")
        night = self.tr("through midnight")
        angle = ((0.0, 180.0), (0.0, 180.0), "°", 2)
        return (
            _Row("incidence_angle", self.tr("Incidence angle"), *angle),
            _Row("emission_angle", self.tr("Emission angle"), *angle),
            _Row("phase_angle", self.tr("Phase angle"), *angle),
            _Row(
                "resolution",
                self.tr("Resolution (m/pixel)"),
                (0.0, _COARSEST_M),
                (0.0, 100.0),
                self.tr(" m"),
                3,
            ),
            _Row(
                "solar_longitude",
                self.tr("Solar longitude"),
                (0.0, 360.0),
                (0.0, 360.0),
                "°",
                2,
                around,
            ),
            _Row(
                "local_time",
                self.tr("Local time"),
                (0.0, 24.0),
                (0.0, 24.0),
                self.tr(" h"),
                2,
                night,
            ),
        )


class _RangeRow(QWidget):
    """One range: a check box, and two ends that are there while it is ticked."""

    changed = pyqtSignal()

    def __init__(self, row: _Row, parent: QWidget, prefix: str) -> None:
        super().__init__(parent)
        self._row = row
        name = f"{prefix}Range_{row.column}"
        self._on = QCheckBox(row.title, self)
        self._on.setObjectName(f"{name}On")
        self._ends = QWidget(self)
        self._from = self._end(f"{name}From", row.shown[0], self.tr("From"))
        self._to = self._end(f"{name}To", row.shown[1], self.tr("To"))
        self._note = forms.sentence(f"{name}Note", self)
        self._lay_out()
        self._ends.setVisible(False)
        self._on.toggled.connect(self._ends.setVisible)
        self._on.toggled.connect(self._on_change)
        self._from.valueChanged.connect(self._on_change)
        self._to.valueChanged.connect(self._on_change)

    def asked(self) -> bool:
        return self._on.isChecked()

    def range(self) -> Range:
        """From and to; an end at its limit is open."""
        (lowest, highest), low, high = self._row.limits, self._from.value(), self._to.value()
        return Range(None if low == lowest else low, None if high == highest else high)

    def set_range(self, asked: Range | None) -> None:
        self._on.setChecked(asked is not None)
        if asked is not None:
            lowest, highest = self._row.limits
            self._from.setValue(lowest if asked.low is None else asked.low)
            self._to.setValue(highest if asked.high is None else asked.high)

    def _on_change(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        """Say what a lower end above the upper one means."""
        turned = self.asked() and self._from.value() > self._to.value()
        nothing = self.tr("Nothing lies in this range: exchange its ends.")
        around = self._row.through if self._row.column in CIRCULAR_COLUMNS else nothing
        forms.tell(self._note, around if turned else "")

    def _end(self, name: str, value: float, tip: str) -> QgsDoubleSpinBox:
        end = QgsDoubleSpinBox(self._ends)
        end.setObjectName(name)
        end.setRange(*self._row.limits)
        end.setDecimals(self._row.decimals)
        end.setSuffix(self._row.unit)
        end.setShowClearButton(False)
        end.setToolTip(tip)
        end.setMinimumWidth(end.fontMetrics().horizontalAdvance(f"000.000{self._row.unit}  "))
        end.setValue(value)
        return end

    def _lay_out(self) -> None:
        ends = QHBoxLayout(self._ends)
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self._from, 1)
        ends.addWidget(QLabel("–", self._ends))
        ends.addWidget(self._to, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._on)
        column.addWidget(self._ends)
        column.addWidget(self._note)
