"""The toolbar that is there while the project holds a geologic map."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QComboBox, QLabel, QToolBar, QWidget

from planetary_qgis.core.mapping.vocabularies import Term

_UNIT_WIDTH = 120


class DigitisingToolbar(QToolBar):
    """Tools, and what the next line or point is."""

    certainty_chosen = pyqtSignal(str)
    unit_chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryMappingToolBar")
        self.setWindowTitle(self.tr("Planetary Mapping"))
        self.split = self._tool(
            "Split",
            "/mActionSplitFeatures.svg",
            self.tr("Split Units"),
            self.tr("Draw a new contact across a unit, or a closed one inside it"),
        )
        self.reshape = self._tool(
            "Reshape",
            "/mActionReshape.svg",
            self.tr("Reshape Contact"),
            self.tr("Draw a contact's new course; units along it follow"),
        )
        self.close_polygon = self._tool(
            "ClosePolygon",
            "/mActionAddPolygon.svg",
            self.tr("Close Polygon Along Contacts"),
            self.tr(
                "Draw from contact to contact; the way back follows the contacts.\n"
                "The polygon goes into the active layer: surface features, else geologic units"
            ),
        )
        self.trace = self._tool(
            "TraceEdge",
            "/mActionTracing.svg",
            self.tr("Trace Edge in Raster"),
            self.tr("Click along an edge that a raster shows; the contact follows it"),
        )
        self.flip = self._tool(
            "Flip",
            "/mActionReverseLine.svg",
            self.tr("Flip Line Direction"),
            self.tr("Click a line: its teeth and ticks change sides"),
        )
        self.addSeparator()
        self._certainty = self._choice("mappingNextCertainty", self.tr("Certainty:"))
        self._unit = self._choice("mappingNextUnit", self.tr("Unit:"))
        self._unit.setEditable(True)
        self._unit.setMinimumWidth(_UNIT_WIDTH)
        self._unit.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._unit.setToolTip(
            self.tr("The unit of points set next, and of the points and units that are selected")
        )
        self._certainty.setToolTip(
            self.tr("The certainty of lines drawn next, and of the lines that are selected")
        )
        self._certainty.activated.connect(
            lambda index: self.certainty_chosen.emit(self._certainty.itemData(index))
        )
        # What is typed is meant: completing would make “Hp” into “Hp1”, and Qt takes “Hp” for an
        # item “hp”, and for a choice from the list besides, unless it may be there twice.
        self._unit.setCompleter(None)
        self._unit.setDuplicatesEnabled(True)
        self._once = QTimer(self)  # Qt tells of Enter in an editable box twice
        self._once.setSingleShot(True)
        self._once.setInterval(0)
        self._once.timeout.connect(self._tell_unit)
        self._unit.activated.connect(lambda _index: self._once.start())
        self._unit.lineEdit().returnPressed.connect(self._once.start)

    def set_certainties(self, terms: Sequence[Term]) -> None:
        self._certainty.clear()
        for term in terms:
            self._certainty.addItem(term.label, term.code)

    def set_units(self, units: Sequence[tuple[str, str]]) -> None:
        """Offer these units, each with its name."""
        typed = self.unit()
        self._unit.clear()
        for unit, name in units:
            self._unit.addItem(f"{unit} – {name}" if name else unit, unit)
        self.show_unit(typed)

    def show_certainty(self, code: str) -> None:
        self._certainty.setCurrentIndex(self._certainty.findData(code))

    def show_unit(self, unit: str) -> None:
        index = self._unit.findData(unit)
        self._unit.setCurrentIndex(index)
        if index < 0:
            self._unit.setEditText(unit)

    def unit(self) -> str:
        """The unit that is chosen or typed."""
        text = self._unit.currentText().strip()
        index = self._unit.findText(text)
        return self._unit.itemData(index) if index >= 0 else text

    def ask_for_unit(self) -> None:
        """Let the next keys be a unit."""
        self._unit.setFocus()
        self._unit.lineEdit().selectAll()

    def _tell_unit(self) -> None:
        if self.unit():
            self.unit_chosen.emit(self.unit())

    def _tool(self, name: str, icon: str, text: str, tip: str) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(icon), text, self)
        action.setObjectName(f"planetaryMapping{name}Action")
        action.setToolTip(f"<b>{text}</b><br>{tip}")
        action.setCheckable(True)
        self.addAction(action)
        return action

    def _choice(self, name: str, title: str) -> QComboBox:
        label = QLabel(title, self)
        label.setContentsMargins(4, 0, 4, 0)
        self.addWidget(label)
        box = QComboBox(self)
        box.setObjectName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.addWidget(box)
        return box
