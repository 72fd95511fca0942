"""The tab of the SPICE Footprints dock that asks when an area is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.gui import QgsDoubleSpinBox, QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QGroupBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.query import RANGED_COLUMNS
from planetary_qgis.gui import forms
from planetary_qgis.gui.area_group import AreaGroup, AreaKind
from planetary_qgis.gui.ranges_group import RangesGroup

USUAL_LOOK_S = 10.0
_A_DAY_S = 86400.0
_LINES_SHOWN = 6


@dataclass(frozen=True)
class FoundWindow:
    """A window of time as the tab lists it.

    Attributes:
        start, stop: UTC texts.
        incidence, emission: Degrees at the best moment; None where unknown.
    """

    start: str
    stop: str
    duration_s: float
    incidence: float | None
    emission: float | None


class WhenTab(QWidget):
    """Area, time and light that are wanted; below them the windows that were found."""

    find_requested = pyqtSignal()
    window_chosen = pyqtSignal(str, str)
    """Start and stop of a window that is to be observed."""
    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._windows: list[FoundWindow] = []
        form = QWidget(self)
        column = QVBoxLayout(form)
        for part in (self._area_group(form), self._time_group(form), self._ranges(form)):
            column.addWidget(part)
        column.addWidget(self._found_group(form))
        column.addStretch(1)
        self._find = forms.button("whenFindButton", self.tr("Find Opportunities"), self)
        foot = QVBoxLayout()
        foot.setContentsMargins(9, 6, 9, 6)
        foot.addWidget(self._find)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._scroll = forms.in_scroll_area(form, self)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)
        self._find.clicked.connect(self.find_requested)
        self._sight.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.show_windows(())

    def start(self) -> str:
        return self._start.text().strip()

    def stop(self) -> str:
        return self._stop.text().strip()

    def set_span(self, start: str, stop: str) -> None:
        for line, text in ((self._start, start), (self._stop, stop)):
            line.setText(text)
            line.setCursorPosition(0)

    def sight(self) -> str:
        """One of `opportunities.SIGHTS`."""
        return str(self._sight.currentData())

    def look_s(self) -> float:
        return float(self._look.value())

    def allow(self, reason_against: str) -> None:
        forms.allow(self._find, reason_against)

    def show_windows(self, windows: Sequence[FoundWindow], more: int = 0) -> None:
        """List what was found, and how many there are besides."""
        self._windows = list(windows)
        self._table.setRowCount(len(self._windows))
        for row, window in enumerate(self._windows):
            texts = (
                window.start[:16].replace("T", " "),
                _duration(window.duration_s),
                _degrees(window.emission),
                _degrees(window.incidence),
            )
            for number, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if number:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                item.setToolTip(self.tr("{start} to {stop}").format(**vars(window)))
                self._table.setItem(row, number, item)
        forms.tell(self._more, self.tr("{n} more are in the layer.").format(n=more) if more else "")
        self._found.setVisible(bool(self._windows))
        self._allow_use()
        # The group gets its place only once the event loop has laid it out.
        QTimer.singleShot(0, self._show_found)

    def _show_found(self) -> None:
        if self._windows:
            self._scroll.ensureWidgetVisible(self._found)

    def _area_group(self, parent: QWidget) -> QGroupBox:
        group = QGroupBox(self.tr("Area"), parent)
        self.area = AreaGroup(group, "when")
        self.area.set_kind(AreaKind.MAP_VIEW)
        layout = QVBoxLayout(group)
        layout.addWidget(self.area)
        return group

    def _time_group(self, parent: QWidget) -> QGroupBox:
        group, form = forms.group_form(self.tr("Search"), parent)
        self._start = self._time_line("whenStart", self._times_tip(), group)
        self._stop = self._time_line("whenStop", self.tr("Or how much later: +30 d"), group)
        self._sight = forms.combo("whenSight", group)
        self._sight.addItem(self.tr("In the field of view"), "field of view")
        self._sight.addItem(self.tr("Above the horizon"), "horizon")
        self._sight.setToolTip(
            self.tr(
                "When the instrument's field of view meets the area, or, without an attitude, when"
                " the observer stands above its horizon"
            )
        )
        self._look = self._look_box(group)
        form.addRow(self.tr("From"), self._start)
        form.addRow(self.tr("To"), self._stop)
        form.addRow(self.tr("Sight"), self._sight)
        form.addRow(self.tr("Step"), self._look)
        return group

    def _times_tip(self) -> str:
        return self.tr(
            "UTC by calendar or day of year, as in 2007-002T22:55:54; TDB as in ET 221050619.184;"
            " or a reading of the observer's clock, as in SCLK 1/0852157621.139"
        )

    def _time_line(self, name: str, tip: str, parent: QWidget) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(parent)
        line.setObjectName(name)
        line.setPlaceholderText("2007-01-02T22:55:54")
        line.setToolTip(tip)
        line.textChanged.connect(lambda _text: self.changed.emit())
        return line

    def _look_box(self, parent: QWidget) -> QgsDoubleSpinBox:
        box = QgsDoubleSpinBox(parent)
        box.setObjectName("whenLook")
        box.setDecimals(1)
        box.setRange(0.1, _A_DAY_S)
        box.setSuffix(self.tr(" s"))
        box.setClearValue(USUAL_LOOK_S)
        box.setValue(USUAL_LOOK_S)
        box.setMinimumWidth(box.fontMetrics().horizontalAdvance("00000.0 s"))
        box.setToolTip(
            self.tr(
                "Seconds between looks at the attitude: an instrument that turns to the area and"
                " away again in less may be missed"
            )
        )
        return box

    def _ranges(self, parent: QWidget) -> QWidget:
        self.ranges = RangesGroup(parent, "when")
        self.ranges.offer(RANGED_COLUMNS)
        return self.ranges

    def _found_group(self, parent: QWidget) -> QGroupBox:
        self._found, form = forms.group_form(self.tr("Found"), parent)
        self._table = self._window_table(self._found)
        self._more = forms.sentence("whenMore", self._found)
        self._use = forms.button("whenUseButton", self.tr("Observe This Window"), self._found)
        for part in (self._table, self._more, self._use):
            form.addRow(part)
        self._table.itemSelectionChanged.connect(self._allow_use)
        self._table.itemDoubleClicked.connect(lambda _item: self._choose())
        self._use.clicked.connect(self._choose)
        return self._found

    def _window_table(self, parent: QWidget) -> QTableWidget:
        table = QTableWidget(0, 4, parent)
        table.setObjectName("whenWindows")
        titles = (
            (self.tr("Start (UTC)"), self.tr("When the window begins")),
            (self.tr("Lasts"), self.tr("From start to stop")),
            (self.tr("e"), self.tr("Emission angle at the best moment, the one of least emission")),
            (self.tr("i"), self.tr("Incidence angle at that moment")),
        )
        for number, (title, tip) in enumerate(titles):
            table.setHorizontalHeaderItem(number, QTableWidgetItem(title))
            table.horizontalHeaderItem(number).setToolTip(tip)
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        lines = (_LINES_SHOWN + 1) * (table.fontMetrics().height() + 10)
        table.setMinimumHeight(lines)
        return table

    def _choose(self) -> None:
        row = self._table.currentRow()
        if 0 <= row < len(self._windows):
            self.window_chosen.emit(self._windows[row].start, self._windows[row].stop)

    def _allow_use(self) -> None:
        chosen = bool(self._table.selectedItems())
        forms.allow(self._use, "" if chosen else self.tr("Choose a window in the table first"))


def _duration(seconds: float) -> str:
    """A few letters: 12.3 s, 4.97 min, 3.33 h."""
    for unit, length in (("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}°"
