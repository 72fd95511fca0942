"""The window About this map: what metadata, readme and GeMS tables say of it."""

from __future__ import annotations

from dataclasses import replace

from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata
from planetary_qgis.gui import forms

_WIDTH = 520
_PROGRESS = ("Complete", "In work", "Planned")
_TEXT_ROWS = 3


class MapMetadataDialog(QDialog):
    """A form for a map's metadata."""

    def __init__(self, metadata: MapMetadata, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mapMetadata")
        self.setWindowTitle(self.tr("About this map"))
        self.resize(_WIDTH, self.sizeHint().height())
        self._before = metadata
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._lines = {name: self._line(name, title) for name, title in self._line_titles()}
        self._texts = {name: self._text(name, title) for name, title in self._text_titles()}
        self._progress = self._progress_box()
        self._lay_out()

    def metadata(self) -> MapMetadata:
        """What the form says."""
        lines = {name: line.text().strip() for name, line in self._lines.items()}
        texts = {name: text.toPlainText().strip() for name, text in self._texts.items()}
        words, sources = lines.pop("keywords"), texts.pop("data_sources")
        return replace(
            self._before,
            **lines,
            **texts,
            keywords=tuple(word.strip() for word in words.split(",") if word.strip()),
            data_sources=tuple(line.strip() for line in sources.splitlines() if line.strip()),
            progress=_PROGRESS[self._progress.currentIndex()],
        )

    def _line_titles(self) -> tuple[tuple[str, str], ...]:
        return (
            ("title", self.tr("Title")),
            ("authors", self.tr("Authors")),
            ("version", self.tr("Version")),
            ("keywords", self.tr("Keywords")),
            ("contact", self.tr("Contact")),
            ("organization", self.tr("Organization")),
            ("email", self.tr("E-mail")),
            ("doi", self.tr("DOI")),
            ("licence", self.tr("Licence")),
        )

    def _text_titles(self) -> tuple[tuple[str, str], ...]:
        return (
            ("abstract", self.tr("Abstract")),
            ("purpose", self.tr("Purpose")),
            ("data_sources", self.tr("Data sources")),
        )

    def _line(self, name: str, title: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setObjectName(f"metadata_{name}")
        value = getattr(self._before, name)
        line.setText(", ".join(value) if name == "keywords" else value)
        line.setPlaceholderText(
            {
                "authors": self.tr("A. Mapper; B. Mapper"),
                "keywords": self.tr("volcanism, Mars"),
                "doi": "10.5066/…",
                "licence": "CC-BY 4.0",
            }.get(name, "")
        )
        line.setCursorPosition(0)
        self._form.addRow(title, line)
        return line

    def _text(self, name: str, title: str) -> QPlainTextEdit:
        text = QPlainTextEdit(self)
        text.setObjectName(f"metadata_{name}")
        value = getattr(self._before, name)
        text.setPlainText("\n".join(value) if name == "data_sources" else value)
        text.setTabChangesFocus(True)
        text.setFixedHeight(text.fontMetrics().lineSpacing() * (_TEXT_ROWS + 1))
        if name == "data_sources":
            text.setPlaceholderText(self.tr("One a line: what was mapped on, or compiled"))
        self._form.addRow(title, text)
        return text

    def _progress_box(self) -> QComboBox:
        box = forms.combo("metadata_progress", self)
        box.addItems([self.tr("Complete"), self.tr("In work"), self.tr("Planned")])
        known = self._before.progress
        box.setCurrentIndex(_PROGRESS.index(known) if known in _PROGRESS else 0)
        self._form.addRow(self.tr("Progress"), box)
        return box

    def _lay_out(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(buttons)
