"""Marks in the layer tree on layers whose coordinate reference system is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsLayerTreeNode, QgsProject
from qgis.gui import QgisInterface, QgsLayerTreeView, QgsLayerTreeViewIndicator
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer

from planetary_qgis.gui.icons import icon
from planetary_qgis.gui.toolbox import Toolbox

if TYPE_CHECKING:
    from planetary_qgis.gui.crs_doctor import CrsDoctor
    from planetary_qgis.gui.fittings import MenuEntry
    from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding

ICONS = {"error": "crs_error", "warning": "crs_warning"}
"""Notes are told in the dialog; a mark for each would hide the marks that matter."""


class CrsMarks:
    """The fitting that puts them there, keeps them true and takes them away again."""

    def __init__(self) -> None:
        self._doctor: CrsDoctor | None = None
        self._marks: TreeMarks | None = None
        self._entry: MenuEntry | None = None

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        from planetary_qgis.gui.crs_doctor import CrsDoctor
        from planetary_qgis.gui.fittings import MenuEntry

        self._doctor = CrsDoctor(toolbox, iface.mainWindow())
        self._marks = TreeMarks(iface.layerTreeView(), toolbox.project, self._doctor.show)
        self._doctor.found.connect(self._marks.show)
        self._doctor.load()
        title = QCoreApplication.translate("CrsMarks", "Check Coordinate Reference Systems…")
        self._entry = MenuEntry("CheckCrs", title, "crs_note", self._show_all)
        self._entry.install(iface, toolbox)

    def remove(self) -> None:
        self._entry.remove()
        self._doctor.unload()
        self._marks.remove()
        self._doctor.deleteLater()
        self._doctor = self._marks = self._entry = None

    def _show_all(self, _iface: QgisInterface, _toolbox: Toolbox) -> None:
        self._doctor.show_all()


class TreeMarks(QObject):
    """A mark for each layer with findings.

    Args:
        clicked: Gets the id of the layer whose mark was clicked.
    """

    def __init__(
        self, view: QgsLayerTreeView, project: QgsProject, clicked: Callable[[str], None]
    ) -> None:
        super().__init__(view)
        self._view = view
        self._root = project.layerTreeRoot()
        self._clicked = clicked
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._shown: dict[str, tuple[QgsLayerTreeLayer, QgsLayerTreeViewIndicator]] = {}
        self._moved = QTimer(self)
        self._moved.setSingleShot(True)
        self._moved.timeout.connect(self._mark_all)
        self._root.addedChildren.connect(self._mark_added)
        self._root.willRemoveChildren.connect(self._unmark_leaving)

    def show(self, found: dict[str, tuple[Finding, ...]]) -> None:
        """Mark these layers, by id, and no others."""
        self._found = found
        self._unmark_all()
        self._mark_all()

    def remove(self) -> None:
        """Take all marks away and mark no more."""
        self._root.addedChildren.disconnect(self._mark_added)
        self._root.willRemoveChildren.disconnect(self._unmark_leaving)
        self._moved.stop()
        self._unmark_all()
        self.deleteLater()

    def _mark_added(self, parent: QgsLayerTreeNode, first: int, last: int) -> None:
        for child in parent.children()[first : last + 1]:
            for node in _nodes(child):
                self._mark(node)

    def _unmark_leaving(self, parent: QgsLayerTreeNode, first: int, last: int) -> None:
        leaving = [each for child in parent.children()[first : last + 1] for each in _nodes(child)]
        for node in leaving:
            marked, _ = self._shown.get(node.layerId(), (None, None))
            if marked is node:
                self._unmark(node.layerId())
        # A layer that is moved has its new place in the tree before it leaves the old one.
        self._moved.start()

    def _mark_all(self) -> None:
        for node in _nodes(self._root):
            self._mark(node)

    def _unmark_all(self) -> None:
        for layer_id in tuple(self._shown):
            self._unmark(layer_id)

    def _mark(self, node: QgsLayerTreeLayer) -> None:
        layer_id = node.layerId()
        findings = self._found.get(layer_id, ())
        gravest = next((each for each in findings if each.severity in ICONS), None)
        if gravest is None or layer_id in self._shown:
            return
        mark = QgsLayerTreeViewIndicator(self._view)
        mark.setIcon(icon(ICONS[gravest.severity]))
        mark.setToolTip(_tip(findings))
        mark.clicked.connect(lambda _index: self._clicked(layer_id))
        self._view.addIndicator(node, mark)
        self._shown[layer_id] = (node, mark)

    def _unmark(self, layer_id: str) -> None:
        node, mark = self._shown.pop(layer_id)
        self._view.removeIndicator(node, mark)
        mark.deleteLater()


def _nodes(node: QgsLayerTreeNode) -> Iterator[QgsLayerTreeLayer]:
    """The layers at or below a node."""
    if isinstance(node, QgsLayerTreeLayer):
        yield node
    elif isinstance(node, QgsLayerTreeGroup):
        for child in node.children():
            yield from _nodes(child)


def _tip(findings: tuple[Finding, ...]) -> str:
    sentences = [finding.sentence for finding in findings if finding.severity in ICONS]
    click = QCoreApplication.translate("CrsMarks", "Click to mend it.")
    return "\n".join((*sentences, click))
