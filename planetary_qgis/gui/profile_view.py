"""The Terrain Profile dock's widgets."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgsDoubleSpinBox
from qgis.PyQt.QtCore import QEvent, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAction,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.rasters.profiles import Profile
from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.profile_rasters import RasterList
from planetary_qgis.gui.profile_texts import reading, summary

_WIDE = 1.3
_WIDE_AT_LEAST = 620
_TALL_SIZES, _WIDE_SIZES = [250, 1000], [280, 1000]
_MOST_SPACING_M = 1e7
EXPORTS = ("csv", "table", "picture", "points", "lines")


class ProfileView(QWidget):
    """Which rasters, along what, how; the plot; and what it says at the cursor.

    `export_requested` tells one of EXPORTS, `seen` whether the dock is to be seen.
    """

    draw_requested = pyqtSignal()
    selection_requested = pyqtSignal()
    cleared = pyqtSignal()
    options_changed = pyqtSignal()
    export_requested = pyqtSignal(str)
    pointed = pyqtSignal(int)
    seen = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: Profile | None = None
        self.job_bar = JobBar("profile", self)
        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.setObjectName("profileSplitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._controls())
        self._splitter.addWidget(self._results())
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes(_TALL_SIZES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.job_bar)
        self.plot: QWidget | None = None
        self.show_profile(None)
        self.show_drawing(False)

    def set_plot(self, plot: QWidget | None, sentence: str) -> None:
        """Put the plot in its place, or say why there is none."""
        self.plot = plot
        forms.tell(self._no_plot, sentence)
        if plot is not None:
            self._plot_place.insertWidget(0, plot, 1)
            plot.pointed.connect(self._point_at)

    def show_profile(self, profile: Profile | None) -> None:
        self._profile = profile
        if self.plot is not None:
            self.plot.show_profile(profile)
        self._export.setEnabled(profile is not None)
        self._clear.setEnabled(profile is not None)
        invitation = self.tr("Tick rasters, then draw a line on the map or take a selected one.")
        self._summary.setText(invitation if profile is None else summary(profile))
        self._say_undrawn()
        self._point_at(-1)

    def show_drawing(self, active: bool) -> None:
        """Say on the button whether a line is being drawn."""
        self._draw.setChecked(active)
        text = self.tr("Click vertices; right click or Enter ends, Esc cancels.")
        forms.tell(self._how, text if active else "")

    def edges(self) -> str:
        return self._edges.currentData()

    def spacing_m(self) -> float | None:
        return self._spacing.value() or None

    def bilinear(self) -> bool:
        return self._values.currentIndex() == 0

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() > max(_WIDE * self.height(), _WIDE_AT_LEAST)
        way = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if way != self._splitter.orientation():
            self._splitter.setOrientation(way)
            self._splitter.setSizes(_WIDE_SIZES if wide else _TALL_SIZES)

    def _controls(self) -> QWidget:
        from planetary_qgis.qgis_bridge.rasters.values.profiles import AS_DRAWN, GREAT_CIRCLES

        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        self.rasters = RasterList(content)
        self._how = forms.sentence("profileHow", content)
        group, form = forms.group_form(self.tr("Sampling"), content)
        self._edges = forms.combo("profileEdges", group)
        self._edges.addItem(self.tr("Great circles"), GREAT_CIRCLES)
        self._edges.addItem(self.tr("Straight on the map"), AS_DRAWN)
        self._edges.setToolTip(self.tr("What the line is between its vertices"))
        self._spacing = QgsDoubleSpinBox(group)
        self._spacing.setObjectName("profileSpacing")
        self._spacing.setRange(0.0, _MOST_SPACING_M)
        self._spacing.setDecimals(2)
        self._spacing.setSuffix(" m")
        self._spacing.setSpecialValueText(self.tr("finest pixel"))
        self._spacing.setKeyboardTracking(False)
        self._values = forms.combo("profileValues", group)
        self._values.addItems([self.tr("Between pixels"), self.tr("Of the nearest pixel")])
        form.addRow(self.tr("Edges"), self._edges)
        form.addRow(self.tr("Spacing"), self._spacing)
        form.addRow(self.tr("Values"), self._values)
        for part in (self._buttons(content), self._how, self.rasters, group):
            column.addWidget(part)
        column.addStretch(1)
        self._edges.currentIndexChanged.connect(lambda _index: self.options_changed.emit())
        self._values.currentIndexChanged.connect(lambda _index: self.options_changed.emit())
        self._spacing.valueChanged.connect(lambda _value: self.options_changed.emit())
        return forms.in_scroll_area(content, self)

    def _buttons(self, parent: QWidget) -> QWidget:
        row = QWidget(parent)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        self._draw = forms.button("profileDraw", self.tr("Draw Line"), row)
        self._draw.setCheckable(True)
        self._draw.clicked.connect(lambda _on: self.draw_requested.emit())
        self._take = forms.button("profileTakeSelected", self.tr("Use Selected"), row)
        self._take.setToolTip(self.tr("The selected lines of the current layer"))
        self._take.clicked.connect(lambda _on: self.selection_requested.emit())
        self._clear = _tool("profileClear", "mActionDeleteSelected.svg", self.tr("Clear"), row)
        self._clear.clicked.connect(lambda _on: self.cleared.emit())
        self._export = _tool("profileExport", "mActionFileSave.svg", self.tr("Export"), row)
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._export.setMenu(self._export_menu(row))
        for widget, stretch in ((self._draw, 1), (self._take, 1), (self._export, 0)):
            layout.addWidget(widget, stretch)
        layout.addWidget(self._clear)
        return row

    def _export_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        titles = (
            self.tr("Save Table as CSV…"),
            self.tr("Copy Table"),
            self.tr("Save Plot as Picture…"),
            self.tr("Points as Layer"),
            self.tr("3D Lines as Layer"),
        )
        self._export_actions: dict[str, QAction] = {}
        for kind, title in zip(EXPORTS, titles):
            action = menu.addAction(title)
            action.setObjectName(f"profileExport_{kind}")
            action.triggered.connect(lambda _on, kind=kind: self.export_requested.emit(kind))
            self._export_actions[kind] = action
        return menu

    def allow_pictures(self, allowed: bool) -> None:
        self._export_actions["picture"].setEnabled(allowed)

    def _results(self) -> QWidget:
        content = QWidget(self)
        self._plot_place = QVBoxLayout(content)
        self._plot_place.setContentsMargins(0, 0, 0, 0)
        self._no_plot = forms.sentence("profileNoPlot", content)
        self._reading = forms.sentence("profileReading", content)
        self._undrawn = forms.sentence("profileUndrawn", content)
        self._summary: QLabel = forms.sentence("profileSummary", content)
        self._summary.setVisible(True)
        for part in (self._no_plot, self._reading, self._undrawn, self._summary):
            self._plot_place.addWidget(part)
        return content

    def _say_undrawn(self) -> None:
        undrawn = [] if self.plot is None else [curve.name for curve in self.plot.undrawn()]
        text = self.tr("Not plotted, as there are axes for two units only: {names}.")
        forms.tell(self._undrawn, text.format(names=", ".join(undrawn)) if undrawn else "")

    def _point_at(self, place: int) -> None:
        """Say what is known of a place; the room for it stays, so that the plot does not jump."""
        if self._profile is None:
            forms.tell(self._reading, "")
        elif place >= 0:
            forms.tell(self._reading, reading(self._profile, place))
        else:
            forms.tell(self._reading, self.tr("Point at the plot to read it."))
        self.pointed.emit(place)


def _tool(name: str, icon_name: str, text: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setIcon(QgsApplication.getThemeIcon(icon_name))
    button.setToolTip(text)
    button.setAutoRaise(True)
    return button
