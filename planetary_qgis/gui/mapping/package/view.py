"""The group Map package: what goes along, and what was found in a package."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QGroupBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.gui import forms

_LIST_HEIGHT = 180


class PackageView(QGroupBox):
    """Widgets of the group; it knows nothing of maps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Map package"))
        self.setObjectName("mapPackageGroup")
        self.about = forms.button("aboutMap", self.tr("About this map…"), self)
        self.lacking = forms.sentence("mapPackageLacking", self)
        self.pdf = self._box("packagePdf", self.tr("Sheet (PDF)"), checked=True)
        self.report = self._box("packageReport", self.tr("Check report"), checked=True)
        self.rasters = self._box("packageRasters", self.tr("Local rasters"))
        self.gems = self._box("packageGems", self.tr("GeMS tables"))
        self.export = forms.button("exportPackage", self.tr("Export package…"), self)
        self.validate = forms.button("validatePackage", self.tr("Validate a package"), self)
        menu = QMenu(self.validate)
        self.validate_file = menu.addAction(self.tr("File (.zip, .gpkg)…"))
        self.validate_folder = menu.addAction(self.tr("Folder…"))
        self.validate.setMenu(menu)
        self.result = forms.sentence("mapPackageResult", self)
        self.found = self._list()
        self.details = forms.sentence("mapPackageFinding", self)
        self.save = forms.button("savePackageReport", self.tr("Save report…"), self)
        self._lay_out()
        self.show_findings((), there=False)

    def show_findings(self, findings: Sequence[Finding], *, there: bool) -> None:
        """List what was found; without a report there is neither list nor button."""
        self.found.clear()
        for finding in findings:
            item = QTreeWidgetItem([finding.severity.value, f"{finding.layer}: {finding.message}"])
            told = f"{finding.layer}: {finding.message}\n{finding.hint}".strip()
            for column in range(item.columnCount()):
                item.setToolTip(column, told)
            self.found.addTopLevelItem(item)
        self.found.resizeColumnToContents(0)
        self.found.setVisible(bool(findings))
        self.save.setVisible(there)

    def _show_details(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        """Tell all of the finding that is chosen in the list."""
        forms.tell(self.details, item.toolTip(0) if item is not None else "")

    def _box(self, name: str, text: str, *, checked: bool = False) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        box.setChecked(checked)
        return box

    def _list(self) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setObjectName("mapPackageFindings")
        made.setHeaderLabels([self.tr("Severity"), self.tr("Finding")])
        made.setRootIsDecorated(False)
        made.setFixedHeight(_LIST_HEIGHT)
        made.currentItemChanged.connect(self._show_details)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(self.about)
        column.addWidget(self.lacking)
        column.addLayout(_row(self.pdf, self.report))
        column.addLayout(_row(self.rasters, self.gems))
        column.addWidget(self.export)
        column.addWidget(self.validate)
        column.addWidget(self.result)
        column.addWidget(self.found)
        column.addWidget(self.details)
        column.addLayout(_row(self.save))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, 1)
    if len(widgets) == 1 and isinstance(widgets[0], QPushButton):
        row.addStretch(1)
    return row
