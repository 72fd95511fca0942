"""The part of the SPICE Footprints dock that says who looked at what, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.advanced_group import AdvancedGroup


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
        form.addRow(self.tr("Target"), self._target)
        form.addRow(self.tr("Observer"), self._observer)
        form.addRow(self.tr("Instrument"), self._instrument)
        form.addRow(self.tr("Imaging"), self._imaging)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self.advanced = AdvancedGroup(self)
        layout.addWidget(self.advanced)
        for box in (self._target, self._observer, self._instrument):
            box.setToolTip(self.tr("A name or a NAIF id"))
            box.currentTextChanged.connect(lambda _text: self.changed.emit())
            box.currentIndexChanged.connect(lambda _index, box=box: _show_beginning(box))
        self._imaging.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.advanced.changed.connect(self.changed)

    def target(self) -> str:
        return _spice_name(self._target)

    def observer(self) -> str:
        return _spice_name(self._observer)

    def instrument(self) -> str:
        return _spice_name(self._instrument)

    def imaging(self) -> str:
        return self._imaging.currentText()

    def show_found(
        self,
        targets: Sequence[Choice],
        observers: Sequence[Choice],
        instruments: Sequence[Choice],
    ) -> None:
        """Offer what the kernels hold, keeping what was typed or chosen where it is among it."""
        for box, choices in (
            (self._target, targets),
            (self._observer, observers),
            (self._instrument, instruments),
        ):
            blocked = box.blockSignals(True)
            _offer(box, choices)
            _show_beginning(box)
            box.blockSignals(blocked)
        self.changed.emit()

    def offer_imaging(self, modes: Sequence[str]) -> None:
        self._imaging.clear()
        self._imaging.addItems(list(modes))

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
    if found < 0:
        found = box.findText(f"({keep})", Qt.MatchFlag.MatchEndsWith)
    if found >= 0:
        box.setCurrentIndex(found)
    elif keep and not choices:
        box.setEditText(keep)


def _spice_name(box: QComboBox) -> str:
    """What the user typed, or the SPICE name behind the entry that the user chose."""
    typed = box.currentText().strip()
    index = box.findText(typed)
    return typed if index < 0 else str(box.itemData(index))
