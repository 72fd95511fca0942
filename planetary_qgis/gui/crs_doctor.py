"""Watches layers and project for wrong coordinate reference systems, and mends them if asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsFeedback, QgsMapLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.tasks import run_in_task

if TYPE_CHECKING:
    from planetary_qgis.gui.crs_dialog import CrsDialog
    from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding
    from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts
    from planetary_qgis.qgis_bridge.crs_doctor.project_checks import ProjectFacts

LayerKey = tuple[Any, ...]
_SETTLING_MS = 400
"""Layers come in heaps, and a project sets them one by one."""


class CrsDoctor(QObject):
    """Finds, whenever something changes, what is wrong, in a task; and mends it."""

    found = pyqtSignal(dict)
    """Findings by layer id; those of the project under the id of no layer."""

    def __init__(self, toolbox: Toolbox, window: QWidget) -> None:
        super().__init__(window)
        self._toolbox, self._project = toolbox, toolbox.project
        self._window = window
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._seen: dict[LayerKey, tuple[Finding, ...]] = {}
        self._watched: set[str] = set()
        self._dialog: CrsDialog | None = None
        self._shown_layer = ""
        self._is_checking = self._is_stale = self._is_gone = False
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLING_MS)
        self._settled.timeout.connect(self.check)

    def load(self) -> None:
        self._project.layersAdded.connect(self._watch)
        self._project.layersRemoved.connect(self._forget)
        self._project.crsChanged.connect(self._settled.start)
        self._project.ellipsoidChanged.connect(self._settled.start)
        self._watch(self._project.mapLayers().values())

    def unload(self) -> None:
        self._is_gone = True
        self._settled.stop()
        self._project.layersAdded.disconnect(self._watch)
        self._project.layersRemoved.disconnect(self._forget)
        self._project.crsChanged.disconnect(self._settled.start)
        self._project.ellipsoidChanged.disconnect(self._settled.start)
        for layer in self._project.mapLayers().values():
            if layer.id() in self._watched:
                layer.crsChanged.disconnect(self._settled.start)
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None

    def check(self) -> None:
        """Look again: at once at what is plainly right or seen before, in a task at the rest."""
        if self._is_checking:
            self._is_stale = True
            return
        project, layers = self._facts()
        doubtful = self._doubtful(project, layers)
        if not layers or (not doubtful and _is_of_earth(project)):
            self._take([])
            return
        from planetary_qgis.qgis_bridge.crs_doctor.checking import check

        keys = {each.layer_id: _key(each, project) for each in doubtful}
        unseen = [each for each in doubtful if keys[each.layer_id] not in self._seen]
        self._is_checking = True
        run_in_task(
            self.tr("Checking coordinate reference systems"),
            lambda feedback: check(project, unseen, feedback, company=layers),
            on_done=lambda found: self._on_checked(found, keys, unseen),
            on_error=self._on_failed,
            on_cancelled=self._on_over,
        )

    def show(self, layer_id: str) -> None:
        """Show what is wrong with a layer, and with the project."""
        self._shown_layer = layer_id
        if self._dialog is None:
            from planetary_qgis.gui.crs_dialog import CrsDialog

            self._dialog = CrsDialog(self._window)
            self._dialog.fix_asked.connect(lambda finding: self._fix([finding]))
            self._dialog.fix_all_asked.connect(self._fix_all)
        self._fill_dialog()
        self._dialog.show()
        self._dialog.raise_()

    def show_all(self) -> None:
        """Look at everything again, and show what is wrong anywhere."""
        self._seen.clear()
        self.show("")
        self.check()

    def _facts(self) -> tuple[ProjectFacts, list[LayerFacts]]:
        from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import facts_of_layer
        from planetary_qgis.qgis_bridge.crs_doctor.project_checks import facts_of_project

        facts = [facts_of_layer(layer) for layer in self._project.mapLayers().values()]
        return facts_of_project(self._project), [each for each in facts if each is not None]

    def _doubtful(self, project: ProjectFacts, layers: Sequence[LayerFacts]) -> list[LayerFacts]:
        from planetary_qgis.qgis_bridge.crs_doctor.layer_checks import is_plainly_right

        return [each for each in layers if not is_plainly_right(each, project.body)]

    def _watch(self, layers: Iterable[QgsMapLayer]) -> None:
        for layer in layers:
            if layer.id() not in self._watched:
                layer.crsChanged.connect(self._settled.start)
                self._watched.add(layer.id())
        self._settled.start()

    def _forget(self, layer_ids: Iterable[str]) -> None:
        self._watched.difference_update(layer_ids)
        self._settled.start()

    def _on_checked(
        self,
        found: Sequence[Finding],
        keys: dict[str, LayerKey],
        unseen: Sequence[LayerFacts],
    ) -> None:
        """Put what was found now to what is known of layers that did not change."""
        by_layer = _by_layer(found)
        for each in unseen:
            self._seen[keys[each.layer_id]] = by_layer.get(each.layer_id, ())
        # What nobody asks for any more need not be kept.
        self._seen = {key: self._seen[key] for key in keys.values()}
        of_layers = [finding for findings in self._seen.values() for finding in findings]
        self._take([*of_layers, *(each for each in found if each.layer_id not in keys)])
        self._on_over()

    def _on_failed(self, error: PlanetaryError) -> None:
        self._toolbox.reporter.failed(error)
        self._on_over()

    def _on_over(self) -> None:
        self._is_checking = False
        if self._is_stale and not self._is_gone:
            self._is_stale = False
            self._settled.start()

    def _take(self, findings: Sequence[Finding]) -> None:
        if self._is_gone:
            return
        self._findings = _by_layer(findings)
        self.found.emit(self._findings)
        if self._dialog is not None and self._dialog.isVisible():
            self._fill_dialog()

    def _fill_dialog(self) -> None:
        from planetary_qgis.qgis_bridge.crs_doctor.findings import PROJECT

        of_layer = self._findings.get(self._shown_layer, ())
        others = [
            finding
            for layer_id, findings in self._findings.items()
            if layer_id not in (self._shown_layer, PROJECT)
            for finding in findings
        ]
        self._dialog.show_findings((*of_layer, *self._findings.get(PROJECT, ()), *others))

    def _fix_all(self) -> None:
        from planetary_qgis.qgis_bridge.crs_doctor.repairs import sure_repairs

        self._fix(sure_repairs(each for found in self._findings.values() for each in found))

    def _fix(self, findings: Sequence[Finding]) -> None:
        """Mend these, and keep it beside the files where the dialog says so."""
        mended = [finding for finding in findings if self._is_mended(finding)]
        if self._dialog is not None and self._dialog.keeps_beside():
            self._keep_beside(mended)
        self._settled.start()

    def _is_mended(self, finding: Finding) -> bool:
        from planetary_qgis.qgis_bridge.crs_doctor.repairs import do_repair

        try:
            return do_repair(finding, self._project)
        except PlanetaryError as error:
            self._toolbox.reporter.failed(error)
            return False

    def _keep_beside(self, mended: Sequence[Finding]) -> None:
        from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import facts_of_layer

        layers = [self._project.mapLayer(finding.layer_id) for finding in mended]
        facts = [facts_of_layer(layer) for layer in layers if layer is not None]
        definitions = [(each, each.crs) for each in facts if each is not None]
        if definitions:
            run_in_task(
                self.tr("Keeping coordinate reference systems beside files"),
                lambda feedback: _kept(definitions, feedback),
                on_done=self._tell_kept,
                on_error=self._toolbox.reporter.failed,
            )

    def _tell_kept(self, kept: tuple[list[Path], list[str]]) -> None:
        files, problems = kept
        if not files:
            self._toolbox.reporter.warn(" ".join(problems))
            return
        names = ", ".join(path.name for path in files)
        sentence = self.tr("The repaired systems are kept in {files}.").format(files=names)
        self._toolbox.reporter.succeeded(sentence, problems)


def _key(facts: LayerFacts, project: ProjectFacts) -> LayerKey:
    """What a layer's findings depend on."""
    around = project.body.naif_id if project.body else 0
    return facts.layer_id, facts.name, facts.definition, facts.extent, facts.told, around


def _by_layer(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    by_layer: dict[str, tuple[Finding, ...]] = {}
    for finding in findings:
        by_layer[finding.layer_id] = (*by_layer.get(finding.layer_id, ()), finding)
    return by_layer


def _is_of_earth(project: ProjectFacts) -> bool:
    from planetary_qgis.qgis_bridge.crs_doctor.project_checks import is_of_earth

    return is_of_earth(project)


def _kept(layers: Sequence[tuple], feedback: QgsFeedback) -> tuple[list[Path], list[str]]:
    """The files written, and why others were not."""
    from planetary_qgis.qgis_bridge.crs_doctor.sidecars import keep_beside

    files: list[Path] = []
    problems: list[str] = []
    for facts, crs in layers:
        if feedback.isCanceled():
            break
        try:
            files += keep_beside(facts, crs)
        except PlanetaryError as error:
            problems.append(str(error))
    return files, problems
