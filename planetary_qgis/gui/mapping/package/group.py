"""What stands behind the group Map package."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtWidgets import QApplication, QDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.package import asking
from planetary_qgis.gui.mapping.package.view import PackageView

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata
    from planetary_qgis.core.mapping.packages.package_report import PackageReport
    from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
    from planetary_qgis.qgis_bridge.mapping.packaging import PackageOptions, PackageResult


class PackageController(QObject):
    """Exports the project's map, and validates any package."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = PackageView()
        super().__init__(self.view)
        self.desk = desk
        self.report: PackageReport | None = None
        self._window: QDialog | None = None

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._follow()

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)
        if self._window is not None:
            self._window.close()
        self.report = self._window = None

    def edit_metadata(self) -> None:
        """Let the mapper say what there is to say of the map."""
        from planetary_qgis.core.mapping.packages.map_metadata import metadata_in
        from planetary_qgis.gui.mapping.package.metadata import MapMetadataDialog

        session = self.desk.session
        if session is None or self._window is not None:
            return
        try:
            known = metadata_in(session.geopackage)
        except PlanetaryError as error:
            self.desk.toolbox.reporter.failed(error)
            return
        window = MapMetadataDialog(known, self.view.window())
        window.accepted.connect(lambda: self._keep(session, window.metadata()))
        window.destroyed.connect(self._forget_window)
        self._window = window
        self.desk.toolbox.show_window(window)

    def export(self) -> None:
        """Ask where to, then pack the map."""
        session = self.desk.session
        if session is None or self.desk.jobs.busy:
            return
        place = asking.ask_destination(self.view, self._start(session))
        if place is None or not asking.may_replace(self.view, place):
            return
        try:
            self._export(session, place)
        except PlanetaryError as error:
            self.desk.toolbox.reporter.failed(error)

    def validate(self, path: Path | None) -> None:
        """Look into a package."""
        if path is None or self.desk.jobs.busy:
            return
        from planetary_qgis.core.mapping.packages.validation import validate_package

        def work(feedback):
            def told(_sentence):
                if feedback.isCanceled():
                    raise PlanetaryError(self.tr("The validation was cancelled."))

            return validate_package(path, told)

        self.desk.jobs.start(self.tr("Validating the package…"), work, self._show)

    def _export(self, session: MapSession, place: Path) -> None:
        from planetary_qgis.qgis_bridge.mapping.packaging import build_package, prepare_package

        options = self._options(session, place)
        if options is None:
            return
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            plan = prepare_package(session.geopackage, options, session.project)
        finally:
            QApplication.restoreOverrideCursor()
        self.desk.jobs.start(
            self.tr("Packing the map…"), lambda feedback: build_package(plan, feedback), self._done
        )

    def _options(self, session: MapSession, place: Path) -> PackageOptions | None:
        """What the group's boxes say; None where unsaved edits keep the mapper from exporting."""
        from planetary_qgis.qgis_bridge.mapping.packaging import PackageOptions, unsaved_layers

        project, view = session.project, self.view
        layers = unsaved_layers(project, session.geopackage)
        unsaved = [f"“{layer.name()}”" for layer in layers]
        if project.isDirty() and project.fileName():
            unsaved.append(self.tr("the project"))
        answer = asking.ask_about_unsaved(view, unsaved) if unsaved else "as saved"
        if answer is None:
            return None
        if answer == "save":
            _save_all(session, layers)
        return PackageOptions(
            destination=place,
            with_rasters=view.rasters.isChecked(),
            with_pdf=view.pdf.isChecked(),
            with_report=view.report.isChecked(),
            with_gems=view.gems.isChecked(),
            as_last_saved=answer == "as saved",
            overwrite=os.path.lexists(place),
        )

    def _done(self, result: PackageResult) -> None:
        self._show(result.report)
        text = self.tr("The map package {place} was made.").format(place=result.path)
        self.desk.toolbox.reporter.succeeded(text, result.notes)

    def _show(self, report: PackageReport) -> None:
        self.report = report
        forms.tell(self.view.result, f"{report.path.name}: {report.sentence()}")
        self.view.show_findings(report.findings, there=True)

    def _save_report(self) -> None:
        path = asking.ask_report_file(self.view) if self.report is not None else None
        if path is None or self.report is None:
            return
        try:
            path.write_text(self.report.html(), encoding="utf-8", errors="replace")
        except OSError as error:
            text = self.tr("The report {path} cannot be written.").format(path=path)
            hint = self.tr("Choose a folder that is there and writable.")
            self.desk.toolbox.reporter.failed(PlanetaryError(text, details=str(error), hint=hint))

    def _keep(self, session: MapSession, metadata: MapMetadata) -> None:
        """Write what was said into the map's file, which another program may hold for a while."""
        from planetary_qgis.core.mapping.packages.map_metadata import keep_metadata

        self.desk.jobs.start(
            self.tr("Keeping what is said of the map…"),
            lambda _feedback: keep_metadata(session.geopackage, metadata),
            partial(self._kept, metadata),
        )

    def _kept(self, metadata: MapMetadata, _nothing: None) -> None:
        self.desk.look()
        self._tell_lacking(metadata)

    def _follow(self) -> None:
        from planetary_qgis.core.mapping.packages.map_metadata import metadata_in

        self._allow()
        session = self.desk.session
        if session is None:
            forms.tell(self.view.lacking, "")
            return
        try:
            self._tell_lacking(metadata_in(session.geopackage))
        except PlanetaryError as error:
            forms.tell(self.view.lacking, str(error))

    def _tell_lacking(self, metadata: MapMetadata) -> None:
        titles = {
            "title": self.tr("title"),
            "authors": self.tr("authors"),
            "abstract": self.tr("abstract"),
            "purpose": self.tr("purpose"),
            "licence": self.tr("licence"),
            "contact": self.tr("contact"),
            "data_sources": self.tr("data sources"),
        }
        names = ", ".join(titles[name] for name in metadata.missing())
        text = self.tr("Not said yet: {names}.").format(names=names) if names else ""
        forms.tell(self.view.lacking, text)

    def _allow(self, *_: object) -> None:
        busy = self.tr("Another job is running.") if self.desk.jobs.busy else ""
        no_map = "" if self.desk.session else self.tr("The project holds no geologic map.")
        forms.allow(self.view.about, no_map or busy)
        forms.allow(self.view.export, no_map or busy)
        forms.allow(self.view.validate, busy)

    def _connections(self) -> tuple[tuple, ...]:
        view, desk = self.view, self.desk
        return (
            (desk.session_changed, self._follow),
            (desk.jobs.busy_changed, self._allow),
            (view.about.clicked, self.edit_metadata),
            (view.export.clicked, self.export),
            (view.validate_file.triggered, self._validate_file),
            (view.validate_folder.triggered, self._validate_folder),
            (view.save.clicked, self._save_report),
        )

    def _validate_file(self) -> None:
        self.validate(asking.ask_package_file(self.view))

    def _validate_folder(self) -> None:
        self.validate(asking.ask_package_folder(self.view))

    def _start(self, session: MapSession) -> Path:
        name = f"{session.geopackage.stem}_package.zip"
        return session.geopackage.parent / name

    def _forget_window(self) -> None:
        self._window = None


def _save_all(session: MapSession, layers: list) -> None:
    """Save edits, and go on editing; save the project where it has a file.

    Raises:
        PlanetaryError: A layer or the project cannot be saved.
    """
    for layer in layers:
        if not layer.commitChanges(False):
            raise PlanetaryError(
                f"The edits of “{layer.name()}” cannot be saved.",
                details="\n".join(layer.commitErrors()),
                hint="Mend what the details name, or save them by hand.",
            )
    project = session.project
    if project.fileName() and project.isDirty() and not project.write():
        raise PlanetaryError(
            f"The project {project.fileName()} cannot be saved.",
            details=project.error(),
            hint="Check that its folder is writable.",
        )
