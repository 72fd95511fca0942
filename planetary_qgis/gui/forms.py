"""Widgets that still work in a dock 300 pixels wide."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

_LETTERS_AT_LEAST = 8


def group_form(title: str, parent: QWidget) -> tuple[QGroupBox, QFormLayout]:
    """A titled group and the form inside it; a row too wide for the dock wraps."""
    group = QGroupBox(title, parent)
    form = QFormLayout(group)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return group, form


def combo(name: str, parent: QWidget, *, editable: bool = False) -> QComboBox:
    """A combo box that may get narrower than its longest entry."""
    box = QComboBox(parent)
    box.setObjectName(name)
    box.setEditable(editable)
    fit(box)
    return box


def fit(box: QComboBox) -> None:
    """Let a combo box be as narrow as a few letters."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LETTERS_AT_LEAST)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def button(name: str, text: str, parent: QWidget) -> QPushButton:
    made = QPushButton(text, parent)
    made.setObjectName(name)
    return made


def tell(label: QLabel, text: str) -> None:
    """Show a text; without one the label takes no room."""
    label.setText(text)
    label.setVisible(bool(text))


def sentence(name: str, parent: QWidget, text: str = "") -> QLabel:
    """A label that wraps, whose text can be copied, and that takes no room while empty."""
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setVisible(bool(text))
    return label


def in_scroll_area(content: QWidget, parent: QWidget) -> QScrollArea:
    """The content in an area that scrolls up and down only."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def allow(control: QWidget, reason_against: str) -> None:
    """Enable a control, or disable it and say why in its tool tip."""
    control.setEnabled(not reason_against)
    control.setToolTip(reason_against)
