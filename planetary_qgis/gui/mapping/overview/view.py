"""The tab Map: which map is open, what is in it, how to draw on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms

_LONG_WORD = 20


class MapTabView(QWidget):
    """A passive view; shows either that there is no map or what there is to know of one."""

    new_wanted = pyqtSignal()
    open_wanted = pyqtSignal()
    import_wanted = pyqtSignal()
    settings_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    scale_wanted = pyqtSignal()
    streaming_wanted = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nothing = forms.sentence(
            "mapTabNothing",
            self,
            self.tr(
                "No geologic map is open. Begin a new one: its layers, symbols, forms and snapping "
                "are set up for you. Or open the project or GeoPackage of one."
            ),
        )
        self._map = QWidget(self)
        self._unsaved = self._make_unsaved()
        self._facts = QFormLayout()
        self._counts = QGridLayout()
        self._lay_out_map()
        new = forms.button("mapTabNew", self.tr("New Map…"), self)
        existing = forms.button("mapTabOpen", self.tr("Open…"), self)
        new.clicked.connect(self.new_wanted)
        existing.clicked.connect(self.open_wanted)
        row = QHBoxLayout()
        row.addWidget(new)
        row.addWidget(existing)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self._nothing)
        column.addWidget(self._map)
        column.addLayout(row)
        column.addStretch(1)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Say that no map is open, and how to get one."""
        self._nothing.show()
        self._map.hide()

    def show_map(
        self, title: str, facts: Sequence[tuple[str, str]], counts: Mapping[str, str], note: str
    ) -> None:
        """Show a map: title, facts with their names, counts by layer, what is wrong with it."""
        self._title.setText(title)
        _clear(self._facts)
        for name, value in facts:
            self._facts.addRow(QLabel(name, self._map), self._value(value))
        _clear(self._counts)
        for row, (name, count) in enumerate(counts.items()):
            number = QLabel(count, self._map)
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._counts.addWidget(QLabel(name, self._map), row, 0)
            self._counts.addWidget(number, row, 1)
        self._counts.setColumnStretch(0, 1)
        forms.tell(self._note, note)
        self._nothing.hide()
        self._map.show()

    def show_guide(self, sentence: str) -> None:
        """Say how closely to draw."""
        self._guide.setText(sentence)

    def show_streaming(self, sentence: str, *, on: bool) -> None:
        """Say how streaming is set, and whether it is on."""
        self._stream.blockSignals(True)
        self._stream.setChecked(on)
        self._stream.blockSignals(False)
        forms.tell(self._streaming, sentence)

    def show_unsaved(self, sentence: str) -> None:
        """Remind of edits that are not saved; "" where there are none to speak of."""
        self._reminder.setText(sentence)
        self._unsaved.setVisible(bool(sentence))

    def _lay_out_map(self) -> None:
        self._title = QLabel(self._map)
        self._title.setObjectName("mapTabTitle")
        self._title.setWordWrap(True)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._title.setFont(font)
        self._note = forms.sentence("mapTabNote", self._map)
        self._facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        settings = forms.button("mapTabSettings", self.tr("Settings…"), self._map)
        settings.clicked.connect(self.settings_wanted)
        settings_row = QHBoxLayout()
        settings_row.addWidget(settings)
        imported = forms.button("mapTabImport", self.tr("Import…"), self._map)
        imported.setToolTip(self.tr("Bring a map made elsewhere into the layers of this one"))
        imported.clicked.connect(self.import_wanted)
        settings_row.addWidget(imported)
        settings_row.addStretch(1)
        column = QVBoxLayout(self._map)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self._unsaved)
        column.addLayout(self._facts)
        column.addWidget(self._note)
        column.addLayout(settings_row)
        column.addWidget(self._make_drawing())
        column.addWidget(self._make_content())

    def _make_unsaved(self) -> QFrame:
        frame = QFrame(self._map)
        frame.setObjectName("mapTabUnsaved")
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        self._reminder = forms.sentence("mapTabReminder", frame, " ")
        save = forms.button("mapTabSave", self.tr("Save"), frame)
        save.setToolTip(self.tr("Save the edits of all the map's layers and go on editing"))
        save.clicked.connect(self.save_wanted)
        row = QHBoxLayout(frame)
        row.addWidget(self._reminder, 1)
        row.addWidget(save, 0, Qt.AlignmentFlag.AlignTop)
        return frame

    def _make_drawing(self) -> QGroupBox:
        group = QGroupBox(self.tr("Drawing"), self._map)
        self._guide = forms.sentence("mapTabGuide", group, " ")
        zoom = forms.button("mapTabScale", self.tr("Go to This Scale"), group)
        zoom.clicked.connect(self.scale_wanted)
        self._stream = QCheckBox(self.tr("Stream digitising"), group)
        self._stream.setObjectName("mapTabStream")
        self._stream.setToolTip(
            self.tr("Lines follow the pointer, with vertices as far apart as the scale asks")
        )
        self._stream.toggled.connect(self.streaming_wanted)
        self._streaming = forms.sentence("mapTabStreaming", group)
        zoom_row = QHBoxLayout()
        zoom_row.addWidget(zoom)
        zoom_row.addStretch(1)
        column = QVBoxLayout(group)
        column.addWidget(self._guide)
        column.addLayout(zoom_row)
        column.addWidget(self._stream)
        column.addWidget(self._streaming)
        return group

    def _make_content(self) -> QGroupBox:
        group = QGroupBox(self.tr("Features"), self._map)
        group.setLayout(self._counts)
        return group

    def _value(self, text: str) -> QWidget:
        """What wraps between words, or, where there is only a long one, can be scrolled."""
        if " " not in text and len(text) > _LONG_WORD:
            word = QLineEdit(text, self._map)
            word.setReadOnly(True)
            word.setFrame(False)
            word.setStyleSheet("background: transparent")
            word.setCursorPosition(0)
            return word
        value = QLabel(text, self._map)
        value.setWordWrap(True)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return value


def _clear(layout: QFormLayout | QGridLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()
