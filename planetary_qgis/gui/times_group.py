"""The part of the SPICE Footprints dock that says when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.core import QgsMapLayerProxyModel, QgsVectorLayer
from qgis.gui import QgsDoubleSpinBox, QgsFieldComboBox, QgsFilterLineEdit, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QStackedWidget, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.spice_work import RunOfTimes

_A_YEAR_S = 366 * 86400.0


@dataclass(frozen=True)
class TimeFields:
    """A layer or table that holds the times, and its fields; "" is no field.

    Attributes:
        system: What times are that do not say it themselves.
    """

    layer: QgsVectorLayer
    start_field: str
    stop_field: str
    system: str


class TimesGroup(QWidget):
    """A run of times, or the fields of a layer that hold them."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Times"), self)
        self._source = forms.combo("spiceTimesFrom", group)
        self._source.addItems([self.tr("Start and stop"), self.tr("Layer or table")])
        self._pages = QStackedWidget(group)
        self._pages.addWidget(self._run_page())
        self._pages.addWidget(self._table_page())
        form.addRow(self._source)
        form.addRow(self._pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self._source.currentIndexChanged.connect(self._pages.setCurrentIndex)
        self._source.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def chosen(self) -> RunOfTimes | TimeFields | None:
        """The run or the table; None while there is no layer to take times from."""
        if self._pages.currentIndex() == 0:
            return self.run()
        layer = self._layer.currentLayer()
        if layer is None:
            return None
        fields = (self._start_field.currentField(), self._stop_field.currentField())
        return TimeFields(layer, *fields, self._system.currentText())

    def offer_systems(self, systems: Sequence[str]) -> None:
        """What times in a table may be; the first is usual."""
        self._system.clear()
        self._system.addItems(list(systems))

    def run(self) -> RunOfTimes:
        step = self._step.value()
        return RunOfTimes(
            start=self._start.text().strip(),
            stop=self._stop.text().strip(),
            step_s=step if step > 0 else None,
        )

    def set_run(self, run: RunOfTimes) -> None:
        self._source.setCurrentIndex(0)
        for line, text in ((self._start, run.start), (self._stop, run.stop)):
            line.setText(text)
            line.setCursorPosition(0)
        self._step.setValue(run.step_s or 0.0)

    def set_span(self, start: str, stop: str) -> None:
        """Start and stop; the step stays."""
        self.set_run(RunOfTimes(start, stop, self.run().step_s))

    def _run_page(self) -> QWidget:
        page = QWidget(self)
        self._start = self._time_line("spiceStart", page)
        self._stop = self._time_line("spiceStop", page)
        self._step = self._step_box(page)
        form = _page_form(page)
        form.addRow(self.tr("Start"), self._start)
        form.addRow(self.tr("Stop"), self._stop)
        form.addRow(self.tr("Step"), self._step)
        return page

    def _time_line(self, name: str, parent: QWidget) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(parent)
        line.setObjectName(name)
        line.setPlaceholderText("2007-01-02T22:55:54")
        line.setToolTip(
            self.tr(
                "UTC by calendar or day of year, as in 2007-002T22:55:54; TDB as in"
                " ET 221050619.184 or 2007-01-02T22:55:54 TDB; or a reading of the observer's"
                " clock, as in SCLK 1/0852157621.139"
            )
        )
        line.textChanged.connect(lambda _text: self.changed.emit())
        return line

    def _step_box(self, parent: QWidget) -> QgsDoubleSpinBox:
        box = QgsDoubleSpinBox(parent)
        box.setObjectName("spiceStep")
        box.setDecimals(3)
        box.setRange(0.0, _A_YEAR_S)
        box.setSuffix(self.tr(" s"))
        box.setSpecialValueText(self.tr("one observation"))
        box.setToolTip(self.tr("Seconds from one observation to the next"))
        # The widest value would make the dock wider than it need be.
        box.setMinimumWidth(box.fontMetrics().horizontalAdvance("00000000.000 s"))
        box.valueChanged.connect(lambda _value: self.changed.emit())
        return box

    def _table_page(self) -> QWidget:
        page = QWidget(self)
        self._layer = QgsMapLayerComboBox(page)
        self._layer.setObjectName("spiceTimesLayer")
        self._layer.setFilters(QgsMapLayerProxyModel.Filter.VectorLayer)
        self._start_field = _field_combo("spiceStartField", page)
        self._stop_field = _field_combo("spiceStopField", page)
        self._stop_field.setAllowEmptyFieldName(True)
        self._system = forms.combo("spiceTimeSystem", page)
        self._system.setToolTip(
            self.tr("What times are that do not say it: numbers of ET are seconds past J2000")
        )
        form = _page_form(page)
        form.addRow(self.tr("Layer"), self._layer)
        form.addRow(self.tr("Start field"), self._start_field)
        form.addRow(self.tr("Stop field"), self._stop_field)
        form.addRow(self.tr("Times are"), self._system)
        forms.fit(self._layer)
        self._layer.layerChanged.connect(self._offer_fields)
        self._start_field.fieldChanged.connect(lambda _field: self.changed.emit())
        self._offer_fields(self._layer.currentLayer())
        return page

    def _offer_fields(self, layer: QgsVectorLayer | None) -> None:
        for box, usual in ((self._start_field, "start_time"), (self._stop_field, "stop_time")):
            box.setLayer(layer)
            if layer is not None and layer.fields().lookupField(usual) >= 0:
                box.setField(usual)
        self.changed.emit()


def _page_form(page: QWidget) -> QFormLayout:
    form = QFormLayout(page)
    form.setContentsMargins(0, 0, 0, 0)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _field_combo(name: str, parent: QWidget) -> QgsFieldComboBox:
    box = QgsFieldComboBox(parent)
    box.setObjectName(name)
    forms.fit(box)
    return box
