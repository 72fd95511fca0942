"""The items of the tree of sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from planetary_qgis.core.archives.sources import Source, grouped
from planetary_qgis.core.bodies import find_body

_SOURCE = Qt.ItemDataRole.UserRole
_PATH = Qt.ItemDataRole.UserRole + 1
_WORDS = Qt.ItemDataRole.UserRole + 2
_TITLE = 0
_INDENT = 12
_ICONS = {
    "service": "/mIconWfs.svg",
    "imported": "/mIconTableLayer.svg",
    "cached": "/mIconFolder.svg",
    "remote": "/downloading_svg.svg",
}


class SourceItems(QTreeWidget):
    """Body, mission and instrument hold data sets; those that can be searched have check boxes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setIndentation(_INDENT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._expanded: set[str] = set()

    def fill(self, sources: Sequence[Source], *, checked: set[str], expanded: set[str]) -> None:
        """List sources anew."""
        self.clear()
        self._expanded = expanded
        for body, missions in grouped(sources).items():
            body_item = self._group(self.invisibleRootItem(), body, self._body_title(body))
            for mission, instruments in missions.items():
                mission_item = self._group(body_item, mission, mission)
                for instrument, members in instruments.items():
                    instrument_item = self._group(mission_item, instrument, instrument)
                    for source in members:
                        self._add(instrument_item, source, checked)

    def filter(self, text: str) -> None:
        """Show the data sets that every word of a text fits, and what holds them."""
        words = text.casefold().split()
        self.setUpdatesEnabled(False)
        blocked = self.blockSignals(True)
        root = self.invisibleRootItem()
        for number in range(root.childCount()):
            self._sift(root.child(number), words)
        self.blockSignals(blocked)
        self.setUpdatesEnabled(True)

    def sources(self) -> list[Source]:
        """All sources, in the tree's order."""
        return [item.data(_TITLE, _SOURCE) for item in self._leaves()]

    def checked(self) -> list[str]:
        on = Qt.CheckState.Checked
        return [
            item.data(_TITLE, _SOURCE).key
            for item in self._leaves()
            if item.data(_TITLE, _SOURCE).searchable and item.checkState(_TITLE) == on
        ]

    def set_checked(self, keys: set[str]) -> None:
        for item in self._leaves():
            _check(item, item.data(_TITLE, _SOURCE), keys)

    def expanded(self) -> list[str]:
        """The groups that stand open."""
        opened = (item for item in self._groups() if item.isExpanded())
        self._expanded = {item.data(_TITLE, _PATH) for item in opened}
        return sorted(self._expanded)

    def current(self) -> Source | None:
        item = self.currentItem()
        return item.data(_TITLE, _SOURCE) if item is not None else None

    def set_current(self, key: str) -> None:
        for item in self._leaves():
            if item.data(_TITLE, _SOURCE).key == key:
                self.setCurrentItem(item)
                self.scrollToItem(item)

    def _group(self, parent: QTreeWidgetItem, name: str, title: str) -> QTreeWidgetItem:
        """The item of a group; what has no name of that kind hangs on the item above."""
        if not title:
            return parent
        item = QTreeWidgetItem(parent, [title])
        path = f"{parent.data(_TITLE, _PATH) or ''}/{name}"
        item.setData(_TITLE, _PATH, path)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return item

    def _add(self, parent: QTreeWidgetItem, source: Source, checked: set[str]) -> None:
        # Below each other, as a dock is too narrow for a title and a state side by side.
        item = QTreeWidgetItem(parent, [f"{source.title}\n{self._state(source)}"])
        item.setData(_TITLE, _SOURCE, source)
        item.setData(_TITLE, _WORDS, _words(source, self._body_title(source.body)))
        look = "service" if source.kind == "service" else source.state
        item.setIcon(_TITLE, QgsApplication.getThemeIcon(_ICONS[look]))
        item.setToolTip(_TITLE, self._tip(source))
        _check(item, source, checked)

    def _sift(self, item: QTreeWidgetItem, words: list[str]) -> bool:
        """Whether an item stays in sight."""
        source = item.data(_TITLE, _SOURCE)
        if source is not None:
            seen = all(word in item.data(_TITLE, _WORDS) for word in words)
        else:
            below = [self._sift(item.child(n), words) for n in range(item.childCount())]
            seen = any(below)
            item.setExpanded(bool(words) or item.data(_TITLE, _PATH) in self._expanded)
        item.setHidden(not seen)
        return seen

    def _items(self, parent: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
        for number in range(parent.childCount()):
            yield parent.child(number)
            yield from self._items(parent.child(number))

    def _leaves(self) -> list[QTreeWidgetItem]:
        every = self._items(self.invisibleRootItem())
        return [item for item in every if item.data(_TITLE, _SOURCE) is not None]

    def _groups(self) -> list[QTreeWidgetItem]:
        every = self._items(self.invisibleRootItem())
        return [item for item in every if item.data(_TITLE, _SOURCE) is None]

    def _body_title(self, name: str) -> str:
        if not name:
            return self.tr("Several bodies")
        known = find_body(name)
        return known.title if known else name.title()

    def _state(self, source: Source) -> str:
        if source.kind == "service":
            return ", ".join((self.tr("service"), source.archive))
        if source.state == "imported":
            state = self.tr("{rows} rows").format(rows=f"{source.rows:,}")
        else:
            state = self.tr("in the cache") if source.state == "cached" else self.tr("online")
        return ", ".join(part for part in (state, source.note) if part)

    def _tip(self, source: Source) -> str:
        """What is known of a source; what cannot be searched yet says why."""
        lines = [f"<b>{escape(source.title)}</b>", escape(source.archive)]
        lines += [escape(source.note), escape(source.verified), escape(source.url)]
        if not source.searchable:
            lines.append(self.tr("Download it to search it."))
        return "<br>".join(line for line in lines if line)


def _check(item: QTreeWidgetItem, source: Source, keys: set[str]) -> None:
    if source.searchable:
        on = source.key in keys
        item.setCheckState(_TITLE, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def _words(source: Source, body_title: str) -> str:
    parts = (source.title, source.key, source.mission, source.instrument, source.archive)
    return " ".join((body_title, *parts, source.table)).casefold()
