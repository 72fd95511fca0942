"""The Live tab of the SPICE Footprints dock: a time, and what is seen then."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgsDoubleSpinBox
from qgis.PyQt.QtCore import QDateTime, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDateTimeEdit,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms

_TICKS = 1000
_A_DAY_S = 86400.0
_USUAL_STEP_S = 60.0
_MS = 1000
BEGIN, MIDDLE = "begin", "middle"


class LiveTab(QWidget):
    """A switch, the time (set here or by QGIS's temporal controller), and numbers.

    `time_chosen` tells, in milliseconds since 1970, the moment that the user has chosen.
    """

    toggled = pyqtSignal(bool)
    time_chosen = pyqtSignal(object)
    frame_changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QWidget(self)
        column = QVBoxLayout(form)
        self._switch = forms.button("liveSwitch", "", form)
        self._switch.setCheckable(True)
        self._status = forms.sentence("liveStatus", form)
        for part in (self._switch, self._status, self._time_group(form), self._values_group(form)):
            column.addWidget(part)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(forms.in_scroll_area(form, self))
        self._span: tuple[int, int] | None = None
        self._switch.toggled.connect(self._name_switch)
        self._switch.toggled.connect(self.toggled)
        self._name_switch(False)
        self.set_span(None)

    def is_on(self) -> bool:
        return self._switch.isChecked()

    def switch(self, on: bool) -> None:
        self._switch.setChecked(on)

    def allow(self, reason_against: str) -> None:
        """Let live mode be switched on, or say why it cannot; it can always be left."""
        forms.allow(self._switch, "" if self.is_on() else reason_against)

    def tell(self, sentence: str) -> None:
        forms.tell(self._status, sentence)

    def frame_moment(self) -> str:
        """Which moment of a frame of the temporal controller to show."""
        return BEGIN if self._moment.currentIndex() == 0 else MIDDLE

    def time(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self._time.dateTime().toMSecsSinceEpoch()

    def set_time(self, milliseconds: int) -> None:
        """Show a time without telling that it was chosen."""
        for control in (self._time, self._slider):
            control.blockSignals(True)
        self._time.setDateTime(_utc(milliseconds))
        self._slider.setValue(self._tick(milliseconds))
        for control in (self._time, self._slider):
            control.blockSignals(False)

    def set_span(self, span: tuple[int, int] | None) -> None:
        """The times between which the slider moves; None where there are none."""
        self._span = span if span and span[1] > span[0] else None
        self._slider.setEnabled(self._span is not None and self._time.isEnabled())
        self.set_time(self.time())

    def let_choose_time(self, by_user: bool) -> None:
        """Let the user choose the time, or say that the temporal controller does."""
        for control in (self._time, self._back, self._on, self._step):
            control.setEnabled(by_user)
        self._slider.setEnabled(by_user and self._span is not None)
        text = "" if by_user else self.tr("QGIS's temporal controller sets the time.")
        forms.tell(self._follows, text)

    def show_values(self, values: dict[str, str]) -> None:
        """Fill in what is known, by the names of `_titles`; a dash for the rest."""
        for name, label in self._values.items():
            label.setText(values.get(name) or "–")

    def _time_group(self, parent: QWidget) -> QGroupBox:
        group, form = forms.group_form(self.tr("Time (UTC)"), parent)
        self._time = QDateTimeEdit(group)
        self._time.setObjectName("liveTime")
        self._time.setTimeSpec(Qt.TimeSpec.UTC)
        self._time.setDisplayFormat("yyyy-MM-dd HH:mm:ss.zzz")
        self._time.setKeyboardTracking(False)
        self._slider = QSlider(Qt.Orientation.Horizontal, group)
        self._slider.setObjectName("liveSlider")
        self._slider.setRange(0, _TICKS)
        self._slider.setToolTip(self.tr("From the start to the stop of the Observe tab"))
        self._moment = forms.combo("liveMoment", group)
        self._moment.addItems([self.tr("Begin of the frame"), self.tr("Middle of the frame")])
        self._moment.setToolTip(self.tr("Which moment of the temporal controller's frames to show"))
        self._follows = forms.sentence("liveFollows", group)
        for part in (self._time, self._slider, self._steps(group), self._follows):
            form.addRow(part)
        form.addRow(self.tr("Shows"), self._moment)
        self._time.dateTimeChanged.connect(lambda _time: self._choose(self.time()))
        self._slider.valueChanged.connect(self._take_tick)
        self._moment.currentIndexChanged.connect(lambda _index: self.frame_changed.emit())
        return group

    def _steps(self, parent: QWidget) -> QWidget:
        row = QWidget(parent)
        self._back = _arrow("liveBack", "mActionArrowLeft.svg", self.tr("A step back"), row)
        self._on = _arrow("liveForward", "mActionArrowRight.svg", self.tr("A step forward"), row)
        self._step = QgsDoubleSpinBox(row)
        self._step.setObjectName("liveStep")
        self._step.setDecimals(3)
        self._step.setRange(0.001, _A_DAY_S)
        self._step.setValue(_USUAL_STEP_S)
        self._step.setSuffix(self.tr(" s"))
        self._step.setShowClearButton(False)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._back)
        layout.addWidget(self._step, 1)
        layout.addWidget(self._on)
        self._back.clicked.connect(lambda: self._move(-self._step.value()))
        self._on.clicked.connect(lambda: self._move(self._step.value()))
        return row

    def _values_group(self, parent: QWidget) -> QGroupBox:
        group, form = forms.group_form(self.tr("At the boresight"), parent)
        self._values: dict[str, QLabel] = {}
        for name, title in self._titles().items():
            label = QLabel("–", group)
            label.setObjectName(f"live_{name}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(title, label)
            self._values[name] = label
        return group

    def _titles(self) -> dict[str, str]:
        return {
            "lon_e": self.tr("Longitude (east)"),
            "lat": self.tr("Latitude"),
            "range_km": self.tr("Range"),
            "incidence_angle": self.tr("Incidence"),
            "emission_angle": self.tr("Emission"),
            "phase_angle": self.tr("Phase"),
            "local_time": self.tr("Local time"),
            "solar_longitude": self.tr("Solar longitude"),
        }

    def _name_switch(self, on: bool) -> None:
        text = self.tr("Leave Live View") if on else self.tr("Show Field of View Now")
        self._switch.setText(text)

    def _move(self, seconds: float) -> None:
        self._choose(self.time() + round(seconds * _MS))

    def _take_tick(self, tick: int) -> None:
        if self._span is not None:
            first, last = self._span
            self._choose(first + round((last - first) * tick / _TICKS))

    def _choose(self, milliseconds: int) -> None:
        self.set_time(milliseconds)
        self.time_chosen.emit(milliseconds)

    def _tick(self, milliseconds: int) -> int:
        if self._span is None:
            return 0
        first, last = self._span
        share = (milliseconds - first) / (last - first)
        return round(_TICKS * min(max(share, 0.0), 1.0))


def _utc(milliseconds: int) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(milliseconds, Qt.TimeSpec.UTC)


def _arrow(name: str, icon: str, tip: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setIcon(QgsApplication.getThemeIcon(icon))
    button.setToolTip(tip)
    button.setAutoRepeat(True)
    return button
