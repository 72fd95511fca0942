"""A filter expression, typed or built."""

from __future__ import annotations

from qgis.core import QgsExpression, QgsVectorLayer
from qgis.gui import QgsExpressionBuilderDialog, QgsFilterLineEdit
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QToolButton, QWidget

from planetary_qgis.gui import forms


class FilterEdit(QWidget):
    """A line for an expression, and a button that asks for QGIS's expression builder."""

    builder_requested = pyqtSignal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._line = QgsFilterLineEdit(self)
        self._line.setObjectName(name)
        self._line.setShowClearButton(True)
        self._line.setPlaceholderText('"incidence_angle" < 60')
        self._build = QToolButton(self)
        self._build.setObjectName(f"{name}Build")
        self._build.setText("ε…")
        self._build.clicked.connect(self.builder_requested)
        self._line.textChanged.connect(self._mark_errors)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._build)
        self.allow_building(self.tr("Check a data set first"))

    def expression(self) -> str:
        return self._line.text().strip()

    def set_expression(self, expression: str) -> None:
        self._line.setText(expression)

    def allow_building(self, reason_against: str) -> None:
        forms.allow(self._build, reason_against)
        if not reason_against:
            self._build.setToolTip(self.tr("Build the filter from the columns"))

    def build_for(self, layer: QgsVectorLayer) -> None:
        """Let the user build the expression from the columns of a layer, which may be empty."""
        dialog = QgsExpressionBuilderDialog(layer, self.expression(), self)
        dialog.setWindowTitle(self.tr("Build a filter"))
        if dialog.exec():
            self.set_expression(dialog.expressionText())

    def _mark_errors(self) -> None:
        parsed = QgsExpression(self.expression())
        wrong = bool(self.expression()) and parsed.hasParserError()
        self._line.setStyleSheet("color: palette(link-visited);" if wrong else "")
        self._line.setToolTip(parsed.parserErrorString() if wrong else "")
