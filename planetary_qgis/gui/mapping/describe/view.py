"""The tab Describe: the units in stratigraphic order, and a form for the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsColorButton
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QColor, QFocusEvent
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.description import MapUnit
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.describe.units_list import UnitList

LONGEST_TEXT = 200_000
_SHOWN_OF_LONG = 2_000
_TEXT_LINES = {"Description": 6, "Interpretation": 3, "TypeArea": 2}


class DescribeTabView(QWidget):
    """A passive view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = forms.sentence("describeState", self)
        self.units = UnitList(self)
        self.add = forms.button("describeAdd", self.tr("Add"), self)
        self.add.setToolTip(self.tr("Add a unit below the others."))
        self.remove = forms.button("describeRemove", self.tr("Remove"), self)
        self.missing = forms.button("describeMissing", "", self)
        self.missing.setToolTip(self.tr("Units of points and polygons that have no row yet."))
        self.form = UnitForm(self)
        self.behind = forms.sentence("describeBehind", self)
        self.apply = forms.button("describeApply", self.tr("Apply to the Map"), self)
        self.apply.setToolTip(
            self.tr("Write names, labels and colours to the units' polygons, and restyle them.")
        )
        self.unsaved = forms.sentence("describeUnsaved", self)
        self.save = forms.button("describeSave", self.tr("Save"), self)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.addWidget(self.state)
        column.addWidget(self.units)
        column.addLayout(buttons)
        column.addWidget(self.missing)
        column.addWidget(self.form)
        for sentence, button in ((self.behind, self.apply), (self.unsaved, self.save)):
            row = QHBoxLayout()
            row.addWidget(sentence, 1)
            row.addWidget(button)
            column.addLayout(row)
        column.addStretch(1)


class UnitForm(QWidget):
    """The columns of a unit; tells of each as soon as its widget is left."""

    changed = pyqtSignal(str, str)
    suggestion_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fid: int | None = None
        self._raw: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self.lines = {name: self._line(name) for name in ("Unit", "UnitLabel", "UnitName")}
        self.combos = {
            name: self._combo(name) for name in ("UnitGroup", "AgeOldest", "AgeYoungest")
        }
        self.texts = {name: self._text(name, lines) for name, lines in _TEXT_LINES.items()}
        self.colour = QgsColorButton(self)
        self.colour.setObjectName("describeColour")
        self.colour.setAllowOpacity(False)
        self.colour.setColorDialogTitle(self.tr("Colour of the Unit"))
        self.colour.colorChanged.connect(self._on_colour)
        self.suggest = forms.button("describeSuggest", self.tr("Suggest"), self)
        self.suggest.setToolTip(self.tr("A colour as planetary maps use it for such units."))
        self.suggest.clicked.connect(self.suggestion_wanted)
        for name in ("AgeOldest", "AgeYoungest"):
            self.combos[name].setToolTip(self.tr("A question mark behind says: not certain."))
        self._lay_out()

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the description, that have a widget for text."""
        return (*self.lines, *self.combos, *self.texts)

    def show_unit(self, unit: MapUnit | None, raw: dict[str, str]) -> None:
        """Show a row's texts; what its user is typing stays where the row says the same as before.

        Args:
            raw: By column.
        """
        self.setEnabled(unit is not None)
        fid = None if unit is None else unit.fid
        for name in self.columns:
            text = raw.get(name, "")
            if fid != self._fid or self._raw.get(name) != text:
                self._set(name, text)
        self._fid, self._raw = fid, dict(raw)
        self._show_colour(unit)

    def offer(self, name: str, choices: Sequence[str]) -> None:
        """What a combo box proposes; its text stays."""
        box = self.combos[name]
        if [box.itemText(n) for n in range(box.count())] == ["", *choices]:
            return
        text = box.currentText()
        box.blockSignals(True)
        box.clear()
        box.addItems(["", *choices])
        box.setEditText(text)
        box.blockSignals(False)

    def finish(self) -> None:
        """Tell of what was typed and not told of yet."""
        for name in self.columns:
            self._tell(name)

    def _tell(self, name: str) -> None:
        text = self._text_of(name)
        if self.isEnabled() and text != self._shown.get(name, ""):
            self._shown[name] = text
            # What the row says is shown again, whether or not it took the text.
            self._raw.pop(name, None)
            self.changed.emit(name, text)

    def _text_of(self, name: str) -> str:
        if name in self.texts:
            return self.texts[name].toPlainText().strip()
        widget = self.lines.get(name)
        text = widget.text() if widget is not None else self.combos[name].currentText()
        return text.strip()

    def _set(self, name: str, text: str) -> None:
        """Show a text; what widgets make of it, as of its line ends, is no edit."""
        if name in self.texts:
            is_short = len(text) <= LONGEST_TEXT
            self.texts[name].setPlainText(text if is_short else text[:_SHOWN_OF_LONG] + "…")
            self.texts[name].setReadOnly(not is_short)
            tip = "" if is_short else self.tr("Too long to be edited here.")
            self.texts[name].setToolTip(tip)
        elif name in self.lines:
            self.lines[name].setText(text)
            self.lines[name].setCursorPosition(0)
        else:
            self.combos[name].setEditText(text)
        self._shown[name] = self._text_of(name)

    def _show_colour(self, unit: MapUnit | None) -> None:
        self.colour.blockSignals(True)
        if unit is None or unit.rgb is None:
            self.colour.setToNull()
        else:
            self.colour.setColor(QColor(*unit.rgb))
        self.colour.blockSignals(False)

    def _on_colour(self, colour: QColor) -> None:
        self.changed.emit("RGB", f"{colour.red()},{colour.green()},{colour.blue()}")

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setObjectName(f"describe_{name}")
        line.editingFinished.connect(lambda: self._tell(name))
        return line

    def _combo(self, name: str) -> QComboBox:
        box = forms.combo(f"describe_{name}", self, editable=True)
        box.lineEdit().editingFinished.connect(lambda: self._tell(name))
        box.activated.connect(lambda *_: self._tell(name))
        return box

    def _text(self, name: str, lines: int) -> QPlainTextEdit:
        text = _LongText(self)
        text.setObjectName(f"describe_{name}")
        text.setTabChangesFocus(True)
        text.setFixedHeight(text.fontMetrics().lineSpacing() * lines + 12)
        text.left.connect(lambda: self._tell(name))
        return text

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, title in self._titles():
            if name in self.texts:
                form.addRow(QLabel(title, self))
                form.addRow(self.texts[name])
            else:
                form.addRow(title, self.lines.get(name) or self.combos[name])
            if name == "AgeYoungest":
                row = QHBoxLayout()
                row.addWidget(self.colour, 1)
                row.addWidget(self.suggest)
                form.addRow(self.tr("Colour"), row)

    def _titles(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Unit", self.tr("Unit")),
            ("UnitLabel", self.tr("Label")),
            ("UnitName", self.tr("Name")),
            ("UnitGroup", self.tr("Group")),
            ("AgeOldest", self.tr("Oldest age")),
            ("AgeYoungest", self.tr("Youngest age")),
            ("Description", self.tr("Description")),
            ("Interpretation", self.tr("Interpretation")),
            ("TypeArea", self.tr("Type area")),
        )


class _LongText(QPlainTextEdit):
    """A text of several lines that tells when it is left."""

    left = pyqtSignal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
