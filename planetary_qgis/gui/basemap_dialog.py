"""The window in which a basemap is chosen."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.rasters.basemaps import Basemap
from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar

_SIZE = (640, 520)
_LETTERS_OF_SERVICE = 20
_WHICH = Qt.ItemDataRole.UserRole


class BasemapDialog(QDialog):
    """Basemaps by body, a filter, what is known of the current one, and Add."""

    add_requested = pyqtSignal(object)
    """A Basemap."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryBasemaps")
        self.setWindowTitle(self.tr("Basemaps"))
        self.resize(*_SIZE)
        self._filter = QgsFilterLineEdit(self)
        self._tree = QTreeWidget(self)
        self._about = forms.sentence("basemapAbout", self)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._add = self._buttons.addButton(
            self.tr("Add to Map"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.job_bar = JobBar("basemap", self)
        self._busy = ""
        self._dress()
        self._lay_out()
        self._filter.textChanged.connect(self._narrow)
        self._tree.currentItemChanged.connect(self._tell)
        self._tree.itemDoubleClicked.connect(self._request)
        self._add.clicked.connect(self._request)
        self._buttons.rejected.connect(self.reject)

    def show_basemaps(self, basemaps: Iterable[Basemap]) -> None:
        """List these."""
        self._tree.clear()
        of_body: dict[str, QTreeWidgetItem] = {}
        for each in basemaps:
            title = body(each.body).title
            if title not in of_body:
                of_body[title] = QTreeWidgetItem(self._tree, [title])
                of_body[title].setFlags(Qt.ItemFlag.ItemIsEnabled)
            item = QTreeWidgetItem(of_body[title], [each.title, each.provider])
            item.setData(0, _WHICH, each)
            item.setToolTip(0, each.name)
        self._tell()

    def open_body(self, title: str) -> None:
        """Open the maps of a body and close the others; all are closed where it has none."""
        for row in range(self._tree.topLevelItemCount()):
            item = self._tree.topLevelItem(row)
            item.setExpanded(item.text(0) == title)
            if item.isExpanded():
                self._tree.setCurrentItem(item.child(0))
                self._tree.scrollToItem(item, QTreeWidget.ScrollHint.PositionAtTop)

    def current(self) -> Basemap | None:
        """The basemap that is chosen."""
        item = self._tree.currentItem()
        return item.data(0, _WHICH) if item is not None and not item.isHidden() else None

    def allow(self, reason_against: str) -> None:
        """Let basemaps be added, or say why that cannot be now."""
        self._busy = reason_against
        self._tell()

    def _dress(self) -> None:
        self._filter.setObjectName("basemapFilter")
        self._filter.setShowSearchIcon(True)
        self._filter.setPlaceholderText(self.tr("Body, instrument, service…"))
        self._tree.setObjectName("basemapTree")
        self._tree.setHeaderLabels([self.tr("Basemap"), self.tr("Service")])
        self._tree.header().setStretchLastSection(False)
        self._tree.header().setSectionResizeMode(0, self._tree.header().ResizeMode.Stretch)
        self._tree.setColumnWidth(1, self.fontMetrics().averageCharWidth() * _LETTERS_OF_SERVICE)
        self._add.setObjectName("basemapAdd")
        self._add.setDefault(True)
        self._about.setTextFormat(Qt.TextFormat.RichText)
        self._about.setOpenExternalLinks(True)
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        for part in (self._filter, self._tree, self._about, self.job_bar, self._buttons):
            layout.addWidget(part, 1 if part is self._tree else 0)

    def _narrow(self, text: str) -> None:
        """Show what holds all the words, and open every body that holds such."""
        words = text.lower().split()
        for row in range(self._tree.topLevelItemCount()):
            parent = self._tree.topLevelItem(row)
            shown = 0
            for each in (parent.child(index) for index in range(parent.childCount())):
                name = each.data(0, _WHICH).name.lower()
                each.setHidden(not all(word in name for word in words))
                shown += not each.isHidden()
            parent.setHidden(not shown)
            if words:
                parent.setExpanded(True)
        self._tell()

    def _tell(self) -> None:
        chosen = self.current()
        nothing = "" if chosen else self.tr("Choose a basemap in the list")
        forms.allow(self._add, self._busy or nothing)
        text = self.tr('Credit: {credit}. More at <a href="{page}">{page}</a>')
        forms.tell(
            self._about, text.format(credit=chosen.credit, page=chosen.page) if chosen else ""
        )

    def _request(self) -> None:
        chosen = self.current()
        if chosen is not None and not self._busy:
            self.add_requested.emit(chosen)
