"""The window that sets the project to a body: which, in which projection, longitudes how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.longitudes import LongitudeStyle
from planetary_qgis.gui import forms
from planetary_qgis.gui.longitude_titles import style_titles

_KEY = Qt.ItemDataRole.UserRole
_SIZE = (520, 560)


class ProjectBodyDialog(QDialog):
    """A passive view; what can be chosen is put in, what is chosen is told."""

    body_chosen = pyqtSignal(int)
    projection_chosen = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Set Project to a Body"))
        self.setObjectName("planetaryProjectBody")
        self.resize(*_SIZE)
        self._filter = QgsFilterLineEdit(self)
        self._filter.setObjectName("projectBodyFilter")
        self._filter.setPlaceholderText(self.tr("Search bodies"))
        self._filter.setShowSearchIcon(True)
        self._bodies = QListWidget(self)
        self._bodies.setObjectName("projectBodyList")
        self._projection = forms.combo("projectBodyProjection", self)
        self._longitudes = forms.combo("projectBodyLongitudes", self)
        self._scale_bar = QCheckBox(self.tr("Show a scale bar in the map"), self)
        self._scale_bar.setObjectName("projectBodyScaleBar")
        self._preview = forms.sentence("projectBodyPreview", self)
        self._notes = forms.sentence("projectBodyNotes", self)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        for style, title in style_titles().items():
            self._longitudes.addItem(title, style)
        self._lay_out()
        self._filter.textChanged.connect(self._narrow)
        self._bodies.currentItemChanged.connect(self._tell_body)
        self._bodies.itemDoubleClicked.connect(lambda _item: self.accept())
        self._projection.currentIndexChanged.connect(lambda _index: self.projection_chosen.emit())
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def show_bodies(self, near: Mapping[int, str], every: Iterable[tuple[int, str]]) -> None:
        """List bodies by NAIF id: those at hand, with what is said of them, come first."""
        listed = list(every)
        titles = dict(listed)
        for naif_id, remark in near.items():
            item = self._add(naif_id, f"{titles[naif_id]} – {remark}")
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        for naif_id, title in listed:
            if naif_id not in near:
                self._add(naif_id, title)

    def choose_body(self, naif_id: int) -> None:
        for row in range(self._bodies.count()):
            if self._bodies.item(row).data(_KEY) == naif_id:
                self._bodies.setCurrentRow(row)
                self._bodies.scrollToItem(self._bodies.item(row))

    def show_projections(self, groups: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Offer keys and titles, a line between groups; keeps what was chosen if it is there."""
        before = self.projection
        self._projection.blockSignals(True)
        self._projection.clear()
        for group in groups:
            if self._projection.count():
                self._projection.insertSeparator(self._projection.count())
            for key, title in group:
                self._projection.addItem(title, key)
        self._projection.setCurrentIndex(max(self._projection.findData(before), 0))
        self._projection.blockSignals(False)

    def choose_longitudes(self, style: LongitudeStyle) -> None:
        self._longitudes.setCurrentIndex(self._longitudes.findData(style))

    def want_scale_bar(self, wanted: bool) -> None:
        self._scale_bar.setChecked(wanted)

    def preview(self, sentence: str, notes: Sequence[str], *, possible: bool) -> None:
        """Say what OK would do, and what to know of it."""
        forms.tell(self._preview, sentence)
        forms.tell(self._notes, "\n\n".join(notes))
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(possible)

    @property
    def projection(self) -> str:
        return self._projection.currentData() or ""

    @property
    def longitudes(self) -> LongitudeStyle:
        return self._longitudes.currentData()

    @property
    def wants_scale_bar(self) -> bool:
        return self._scale_bar.isChecked()

    def _add(self, naif_id: int, title: str) -> QListWidgetItem:
        item = QListWidgetItem(title, self._bodies)
        item.setData(_KEY, naif_id)
        return item

    def _narrow(self, text: str) -> None:
        """Show only bodies with this in their names, and choose the first."""
        wanted = text.strip().lower()
        items = [self._bodies.item(row) for row in range(self._bodies.count())]
        for item in items:
            item.setHidden(wanted not in item.text().lower())
        current = self._bodies.currentItem()
        left = [item for item in items if not item.isHidden()]
        if left and (current is None or current.isHidden()):
            self._bodies.setCurrentItem(left[0])

    def _tell_body(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.body_chosen.emit(item.data(_KEY))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(self._filter)
        layout.addWidget(self._bodies, 1)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Projection"), self._projection)
        form.addRow(self.tr("Longitudes"), self._longitudes)
        form.addRow("", self._scale_bar)
        layout.addLayout(form)
        layout.addWidget(self._preview)
        layout.addWidget(self._notes)
        layout.addWidget(self._buttons)
