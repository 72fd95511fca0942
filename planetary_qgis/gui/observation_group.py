"""The part of the SPICE Footprints dock that says who looked at what, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from planetary_qgis.gui import forms


@dataclass(frozen=True)
class Choice:
    """An entry that a kernel names: what the user reads, and what SPICE is given."""

    title: str
    spice_name: str


class ObservationGroup(QWidget):
    """Target, observer, instrument (chosen, or typed as name or NAIF id), and the method."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Observation"), self)
        self._target = forms.combo("spiceTarget", group, editable=True)
        self._observer = forms.combo("spiceObserver", group, editable=True)
        self._instrument = forms.combo("spiceInstrument", group, editable=True)
        self._imaging = forms.combo("spiceImaging", group)
        self._abcorr = forms.combo("spiceAbcorr", group)
        form.addRow(self.tr("Target"), self._target)
        form.addRow(self.tr("Observer"), self._observer)
        form.addRow(self.tr("Instrument"), self._instrument)
        form.addRow(self.tr("Imaging"), self._imaging)
        form.addRow(self.tr("Aberration correction"), self._abcorr)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        for box in (self._target, self._observer, self._instrument):
            box.setToolTip(self.tr("A name or a NAIF id"))
            box.currentTextChanged.connect(lambda _text: self.changed.emit())
            box.currentIndexChanged.connect(lambda _index, box=box: _show_beginning(box))

    def target(self) -> str:
        return _spice_name(self._target)

    def observer(self) -> str:
        return _spice_name(self._observer)

    def instrument(self) -> str:
        return _spice_name(self._instrument)

    def imaging(self) -> str:
        return self._imaging.currentText()

    def abcorr(self) -> str:
        return self._abcorr.currentText()

    def show_found(
        self,
        targets: Sequence[Choice],
        observers: Sequence[Choice],
        instruments: Sequence[Choice],
    ) -> None:
        """Offer what the kernels hold, keeping what was typed or chosen where it is among it."""
        _offer(self._target, targets)
        _offer(self._observer, observers)
        _offer(self._instrument, instruments)

    def offer_methods(self, imaging: Sequence[str], abcorr: Sequence[str], chosen: str) -> None:
        self._imaging.clear()
        self._imaging.addItems(list(imaging))
        self._abcorr.clear()
        self._abcorr.addItems(list(abcorr))
        self._abcorr.setCurrentText(chosen)

    def choose(self, *, target: str, observer: str, instrument: str) -> None:
        for box, name in (
            (self._target, target),
            (self._observer, observer),
            (self._instrument, instrument),
        ):
            found = box.findData(name)
            if found >= 0:
                box.setCurrentIndex(found)
            else:
                box.setEditText(name)
            _show_beginning(box)


def _show_beginning(box: QComboBox) -> None:
    """Show the beginning of a name that is too long for the box; by itself it shows the end."""
    box.lineEdit().setCursorPosition(0)


def _offer(box: QComboBox, choices: Sequence[Choice]) -> None:
    keep = _spice_name(box)
    box.clear()
    for choice in choices:
        box.addItem(choice.title, choice.spice_name)
    found = box.findData(keep)
    if found >= 0:
        box.setCurrentIndex(found)
    elif keep and not choices:
        box.setEditText(keep)


def _spice_name(box: QComboBox) -> str:
    """What the user typed, or the SPICE name behind the entry that the user chose."""
    typed = box.currentText().strip()
    index = box.findText(typed)
    return typed if index < 0 else str(box.itemData(index))
