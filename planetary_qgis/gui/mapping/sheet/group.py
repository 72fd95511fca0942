"""What stands behind the group Map sheet of the tab Deliver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qgis.utils
from qgis.core import QgsPrintLayout
from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.sheet.view import SheetGroupView


class SheetController(QObject):
    """Makes and exports the sheet of the desk's map. Layouts live on the main thread."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = SheetGroupView()
        super().__init__(self.view)
        self._desk = desk

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._on_session()

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def _connections(self) -> tuple[tuple[Any, Any], ...]:
        manager = self._desk.toolbox.project.layoutManager()
        return (
            (self._desk.session_changed, self._on_session),
            (manager.layoutAdded, self._show_state),
            (manager.layoutRemoved, self._show_state),
            (manager.layoutRenamed, self._show_state),
            (self.view.make.clicked, self._make),
            (self.view.export.clicked, self._export),
        )

    def _on_session(self) -> None:
        session = self._desk.session
        self.view.show_scale(None if session is None else session.settings.scale)
        reason = "" if session is not None else _tr("The project holds no geologic map.")
        forms.allow(self.view.make, reason)
        forms.allow(self.view.export, reason)
        if session is not None:
            self.view.make.setToolTip(
                _tr("Make the layout anew and open it in QGIS's layout window.")
            )
        self._show_state()

    def _show_state(self, *_: object) -> None:
        layout = self._layout()
        text = ""
        if layout is not None:
            text = _tr(
                "The layout “{name}” is in the project. Export writes it as it is now, with what "
                "you changed in its window."
            ).format(name=layout.name())
        forms.tell(self.view.state, text)

    def _make(self) -> None:
        before = self._layout()
        if before is not None and not self._may_replace(before.name()):
            return
        layout = self._made()
        if layout is not None:
            _open_window(layout)

    def _export(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.sheet import export_pdf

        layout = self._layout() or self._made()
        if layout is None:
            return
        proposal = self._desk.session.geopackage.with_suffix(".pdf")
        chosen, _ = QFileDialog.getSaveFileName(
            self.view, _tr("Export Map Sheet"), str(proposal), "PDF (*.pdf)"
        )
        if not chosen:
            return
        path = Path(chosen) if chosen.lower().endswith(".pdf") else Path(f"{chosen}.pdf")
        try:
            with _Waiting():
                export_pdf(layout, path)
        except PlanetaryError as error:
            self._desk.toolbox.reporter.failed(error)
            return
        pages = layout.pageCollection().pageCount()
        self._desk.toolbox.reporter.succeeded(
            _tr("{path} has been written, pages: {count}.").format(path=path, count=pages)
        )

    def _made(self) -> QgsPrintLayout | None:
        from planetary_qgis.qgis_bridge.mapping.sheet import make_sheet

        report = Report()
        try:
            with _Waiting():
                layout = make_sheet(self._desk.session, self.view.options(), report)
        except PlanetaryError as error:
            self._desk.toolbox.reporter.failed(error)
            return None
        sentence = _tr("The map sheet “{name}” has been made, pages: {count}.").format(
            name=layout.name(), count=layout.pageCollection().pageCount()
        )
        self._desk.toolbox.reporter.succeeded(sentence, report.sentences())
        return layout

    def _layout(self) -> QgsPrintLayout | None:
        from planetary_qgis.qgis_bridge.mapping.sheet import find_sheet

        session = self._desk.session
        return None if session is None else find_sheet(session)

    def _may_replace(self, name: str) -> bool:
        answer = QMessageBox.question(
            self.view,
            _tr("Map Sheet"),
            _tr(
                "The layout “{name}” is made anew. What you changed in its window is lost. Go on?"
            ).format(name=name),
        )
        return answer == QMessageBox.StandardButton.Yes


class _Waiting:
    """A cursor that says so."""

    def __enter__(self) -> None:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)

    def __exit__(self, *_: object) -> None:
        QGuiApplication.restoreOverrideCursor()


def _open_window(layout: QgsPrintLayout) -> None:
    """Show a layout in QGIS's layout window, where QGIS has windows."""
    if qgis.utils.iface is not None:
        qgis.utils.iface.openLayoutDesigner(layout)


def _tr(text: str) -> str:
    return QCoreApplication.translate("SheetGroup", text)
