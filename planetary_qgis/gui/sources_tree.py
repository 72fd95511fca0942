"""Everything that can be searched, as a tree: body, mission, instrument, data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qgis.core import QgsSettings
from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from planetary_qgis.core.archives.sources import Source
from planetary_qgis.gui.source_actions import SourceActions
from planetary_qgis.gui.source_items import SourceItems

_CHECKED = "planetary_qgis/sources_checked"
_EXPANDED = "planetary_qgis/sources_expanded"


class SourcesTree(QWidget):
    """A filter, the tree with a check box for each data set, and what can be done with one.

    What was checked and expanded is remembered from session to session, also of sources that are
    not there for a while.
    """

    checked_changed = pyqtSignal()
    current_changed = pyqtSignal(str)
    action_requested = pyqtSignal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._filter = QgsFilterLineEdit(self)
        self._filter.setObjectName("pdsSourcesFilter")
        self._filter.setShowClearButton(True)
        self._filter.setShowSearchIcon(True)
        self._filter.setPlaceholderText(self.tr("Body, mission, instrument, archive…"))
        self._items = SourceItems(self)
        self._items.setObjectName("pdsSources")
        self._actions = SourceActions(self)
        self._busy = ""
        self._lay_out()
        self._filter.textChanged.connect(self._items.filter)
        self._items.itemChanged.connect(self._on_checked)
        self._items.currentItemChanged.connect(self._on_current)
        self._items.itemExpanded.connect(self._remember_expanded)
        self._items.itemCollapsed.connect(self._remember_expanded)
        self._items.customContextMenuRequested.connect(self._open_menu)
        self._actions.requested.connect(self._request)
        self._allow()

    def show_sources(self, sources: Sequence[Source]) -> None:
        """List these sources, keeping what is checked, expanded and current."""
        stored = QgsSettings()
        current, checked = self.current(), self.checked()
        self._items.blockSignals(True)
        self._items.fill(
            sources,
            checked=set(stored.value(_CHECKED, [], type=list)),
            expanded=set(stored.value(_EXPANDED, [], type=list)),
        )
        self._items.filter(self._filter.text())
        self._items.set_current(current)
        self._items.blockSignals(False)
        self._on_current()
        if self.checked() != checked:
            self.checked_changed.emit()

    def checked(self) -> list[str]:
        """Keys of the data sets to search, in the tree's order."""
        return self._items.checked()

    def set_checked(self, keys: Iterable[str]) -> None:
        """Check these data sets and no others; those not listed yet are checked once they are."""
        wanted = set(keys)
        before = self.checked()
        self._items.blockSignals(True)
        self._items.set_checked(wanted)
        self._items.blockSignals(False)
        QgsSettings().setValue(_CHECKED, sorted(wanted))
        if self.checked() != before:
            self.checked_changed.emit()

    def current(self) -> str:
        """Key of the data set that the actions are about, or an empty text."""
        source = self._items.current()
        return source.key if source else ""

    def set_current(self, key: str) -> None:
        """Go to a data set, opening what holds it."""
        self._items.set_current(key)

    def allow_actions(self, reason_against: str) -> None:
        """Let actions be asked for, or say why that cannot be now."""
        self._busy = reason_against
        self._allow()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(2)
        for action, name in self._actions.named():
            button = QToolButton(self)
            button.setObjectName(name)
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            bar.addWidget(button)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._filter)
        layout.addWidget(self._items, 1)
        layout.addLayout(bar)

    def _on_checked(self) -> None:
        wanted = set(QgsSettings().value(_CHECKED, [], type=list))
        wanted -= {source.key for source in self._items.sources() if source.searchable}
        QgsSettings().setValue(_CHECKED, sorted(wanted | set(self.checked())))
        self.checked_changed.emit()

    def _on_current(self) -> None:
        self._allow()
        self.current_changed.emit(self.current())

    def _remember_expanded(self) -> None:
        if not self._filter.text().strip():
            QgsSettings().setValue(_EXPANDED, self._items.expanded())

    def _allow(self) -> None:
        self._actions.allow(self._items.current(), self._busy)

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([action for action, _name in self._actions.named()])
        menu.popup(self._items.viewport().mapToGlobal(place))

    def _request(self, action: str) -> None:
        self.action_requested.emit(action, self.current())
