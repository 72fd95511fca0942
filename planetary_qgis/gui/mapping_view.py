"""The Geologic Mapping dock's widgets."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from planetary_qgis.gui import forms


class MappingView(QWidget):
    """A sentence that says what this dock will hold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text = self.tr(
            "Tools for geologic maps are still to come: layers for contacts, units, structures and "
            "surface features, units built from contacts, topology checks, crater counts and the "
            "map package. Until then, QGIS's own editing tools work on any planetary layer."
        )
        sentence = forms.sentence("mappingSentence", self, text)
        sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.addWidget(sentence)
        layout.addStretch(1)
