"""Results of the checks as files: a page that a browser shows, a layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.errors import PlanetaryError

if TYPE_CHECKING:
    from planetary_qgis.gui.mapping.check.tab import CheckController
    from planetary_qgis.qgis_bridge.mapping.checks.checking import CheckedMap


class FindingSaving(QObject):
    """The buttons Report and Save as Layer."""

    def __init__(self, tab: CheckController) -> None:
        super().__init__(tab)
        self._tab = tab

    def connections(self) -> tuple[tuple, ...]:
        view = self._tab.view
        return ((view.report_wanted, self._report), (view.layer_wanted, self._layer))

    def _report(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.checks.checking import write_report

        path = self._asked(self.tr("Save Report"), "HTML (*.html)", ".html", overwrite=True)
        if path is None:
            return
        try:
            write_report(path, self._as_listed())
        except PlanetaryError as error:
            self._tab.desk.toolbox.reporter.failed(error)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _layer(self) -> None:
        from planetary_qgis.gui.work import unused_name
        from planetary_qgis.qgis_bridge.mapping.checks.finding_layers import save_findings

        kind = self.tr("GeoPackages (*.gpkg)")
        path = self._asked(self.tr("Save Findings"), kind, ".gpkg", overwrite=False)
        if path is None:
            return
        checked, tools = self._as_listed(), self._tab.desk.toolbox
        try:
            # Other tables of the file stay, also findings of an earlier day.
            table = unused_name(path, "findings")
            layer = save_findings(checked.findings, checked.ignored, checked.crs, path, table)
        except PlanetaryError as error:
            tools.reporter.failed(error)
            return
        layer.setName(self.tr("Findings of {map}").format(map=checked.settings.title))
        tools.tell_shown(self.tr("The findings are a layer now."), tools.results.show(layer))

    def _as_listed(self) -> CheckedMap:
        """The results less what has been fixed since."""
        findings = tuple(each.finding for each in self._tab.view.tree.findings.all())
        return replace(self._tab.checked, findings=findings)

    def _asked(self, title: str, kind: str, suffix: str, *, overwrite: bool) -> Path | None:
        """Where the user wants a file; None where nowhere."""
        if self._tab.checked is None or self._tab.session is None:
            return None
        folder, stem = self._tab.session.geopackage.parent, self._tab.session.geopackage.stem
        proposal = str(folder / f"{stem} checks{suffix}")
        if overwrite:
            chosen, _kind = QFileDialog.getSaveFileName(self._tab.view, title, proposal, kind)
        else:
            chosen, _kind = QFileDialog.getSaveFileName(
                self._tab.view,
                title,
                proposal,
                kind,
                "",
                QFileDialog.Option.DontConfirmOverwrite,
            )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(suffix)
