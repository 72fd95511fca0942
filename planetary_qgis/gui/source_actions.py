"""What can be done with the sources, and why some of it cannot be done now."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.core.archives.sources import Source

DOWNLOAD, REMOVE, IMPORT_LABEL, ADD_OWN = "download", "remove", "import_label", "add_own"


class SourceActions(QObject):
    """The actions, for buttons and for a menu; `requested` names the one that is wanted."""

    requested = pyqtSignal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._download = self._action(DOWNLOAD, "/downloading_svg.svg", self.tr("Download"))
        self._remove = self._action(
            REMOVE, "/mActionDeleteSelected.svg", self.tr("Remove from This Computer…")
        )
        self._import = self._action(
            IMPORT_LABEL, "/mActionFileOpen.svg", self.tr("Import a Label…")
        )
        self._add = self._action(ADD_OWN, "/symbologyAdd.svg", self.tr("Add an Index of Your Own…"))

    def named(self) -> tuple[tuple[QAction, str], ...]:
        """The actions in the order of use, and what their buttons are called."""
        return (
            (self._download, "pdsDownloadButton"),
            (self._remove, "pdsRemoveButton"),
            (self._import, "pdsImportLabelButton"),
            (self._add, "pdsAddOwnButton"),
        )

    def allow(self, source: Source | None, busy: str) -> None:
        """Enable what can be done with the source; say why the rest cannot."""
        has_copy = source is not None and source.state != "remote"
        self._download.setText(self.tr("Update") if has_copy else self.tr("Download"))
        self._permit(self._download, busy or self._why_no_download(source))
        self._permit(self._remove, busy or self._why_no_removal(source))
        self._permit(self._import, busy)
        self._permit(self._add, busy)

    def _why_no_download(self, source: Source | None) -> str:
        if source is None:
            return self.tr("Choose a data set first")
        if source.kind == "service":
            return self.tr("A service answers each search; there is nothing to download")
        if source.kind == "imported":
            return self.tr("The catalogue does not know this table; import its label again")
        if not source.url:
            return self.tr("The catalogue knows no address of this index; import its label")
        return ""

    def _why_no_removal(self, source: Source | None) -> str:
        if source is None:
            return self.tr("Choose a data set first")
        if source.kind == "service":
            return self.tr("A service takes no room on this computer")
        return "" if source.state != "remote" else self.tr("Nothing of it is on this computer")

    def _permit(self, action: QAction, reason_against: str) -> None:
        action.setEnabled(not reason_against)
        text = action.text()
        action.setToolTip(f"{text}: {reason_against}" if reason_against else text)

    def _action(self, name: str, icon: str, text: str) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(icon), text, self)
        action.triggered.connect(lambda _checked: self.requested.emit(name))
        return action
