"""A package, built beside its place and put there whole; in any thread."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.packages.csdgm import csdgm
from planetary_qgis.core.mapping.packages.csdgm_names import LONG_NAMES
from planetary_qgis.core.mapping.packages.csdgm_nodes import as_text, as_xml
from planetary_qgis.core.mapping.packages.manifest import write_manifest
from planetary_qgis.core.mapping.packages.map_copy import (
    copy_map,
    keep_layer_metadata,
    rename_in_styles,
)
from planetary_qgis.core.mapping.packages.map_metadata import keep_metadata
from planetary_qgis.core.mapping.packages.package_facts import PackageFacts, crs_in, layers_in
from planetary_qgis.core.mapping.packages.package_report import PackageReport
from planetary_qgis.core.mapping.packages.qgis_metadata import qmd
from planetary_qgis.core.mapping.packages.readme import README, readme
from planetary_qgis.core.mapping.packages.validation import validate_package
from planetary_qgis.qgis_bridge.mapping.checks.checking import check, write_report
from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import TABLE as IGNORED
from planetary_qgis.qgis_bridge.mapping.packaging.packaged_project import ProjectPacking
from planetary_qgis.qgis_bridge.mapping.packaging.placing import (
    building_place,
    check_destination,
    check_room,
    put_in_place,
    zipped,
)
from planetary_qgis.qgis_bridge.mapping.packaging.preparing import PackagePlan
from planetary_qgis.qgis_bridge.mapping.packaging.raster_files import RasterCopies
from planetary_qgis.qgis_bridge.tasks import tell

_VECTOR, _DOCUMENT, _METADATA = "vector", "document", "metadata"


@dataclass(frozen=True)
class PackageResult:
    """A package that was made.

    Attributes:
        notes: Sentences about what is not in it, or not as wanted.
        report: What its own validation found.
    """

    path: Path
    notes: tuple[str, ...]
    report: PackageReport


def build_package(plan: PackagePlan, feedback: QgsFeedback | None = None) -> PackageResult:
    """Build a package and put it in its place, whole or not at all.

    Raises:
        PlanetaryError: It cannot be written, or was cancelled; nothing is left behind then.
    """
    feedback = feedback or QgsFeedback()
    options = plan.options
    with plan.scratch, building_place(options.destination) as place:
        builder = _Builder(plan, place / options.name, feedback)
        check_room(place, plan.geopackage.stat().st_size * (3 if options.with_gems else 2))
        report = builder.build()
        _step(feedback, 92, _tr("Putting the package in its place"))
        built = builder.root
        if options.is_zip:
            built = place / f"{options.name}.zip"
            zipped(builder.root, built, builder.look)
        _flush(built)
        check_destination(options.destination, options.overwrite)
        builder.look()
        put_in_place(built, options.destination)
        feedback.setProgress(100)
    return PackageResult(options.destination, tuple(builder.notes), report)


class _Builder:
    """Fills the folder of a package, step by step."""

    def __init__(self, plan: PackagePlan, root: Path, feedback: QgsFeedback) -> None:
        self.root = root
        self.notes = list(plan.notes)
        self._plan, self._feedback = plan, feedback
        self._name = plan.options.name
        self._checked: list[str] = []
        self._geopackage = root / _VECTOR / f"{self._name}.gpkg"

    def look(self, *_what: object) -> None:
        """End the work where it was cancelled."""
        if self._feedback.isCanceled():
            raise PlanetaryError(_tr("The export was cancelled; nothing was left behind."))

    def build(self) -> PackageReport:
        for folder in (_VECTOR, _DOCUMENT, _METADATA):
            (self.root / folder).mkdir(parents=True)
        self._step(0, _tr("Copying the map's layers"))
        self._copy_map()
        facts = self._facts()
        self._step(20, _tr("Checking the map"))
        self._add_documents()
        if self._plan.options.with_gems:
            self._step(35, _tr("Translating the map into GeMS tables"))
            self._add_gems(facts)
        self._step(45, _tr("Packing the project and its rasters"))
        self._add_project(facts)
        self._step(75, _tr("Writing metadata, readme and checksums"))
        facts = facts.with_notes(*self.notes)
        self._add_metadata(facts)
        (self.root / README).write_text(readme(facts, self.root, self._checked), encoding="utf-8")
        _remove_if_empty(self.root / _DOCUMENT)
        write_manifest(self.root, self.look)
        self._step(85, _tr("Validating the package"))
        return validate_package(self.root, self.look)

    def _step(self, percent: float, sentence: str) -> None:
        self.look()
        _step(self._feedback, percent, sentence)

    def _copy_map(self) -> None:
        def told(share: float) -> None:
            self.look()
            self._feedback.setProgress(20.0 * share)

        left_out = copy_map(self._plan.geopackage, self._geopackage, told, keep=(IGNORED,))
        text = _tr("The table “{name}” of the map's GeoPackage, which is not of the map")
        self.notes += [text.format(name=name) for name in left_out]
        rename_in_styles(self._geopackage, self._plan.geopackage.name)
        keep_metadata(self._geopackage, self._plan.metadata)

    def _facts(self) -> PackageFacts:
        plan = self._plan
        return PackageFacts(
            name=self._name,
            metadata=plan.metadata,
            settings=plan.settings,
            crs=crs_in(self._geopackage, CONTACTS),
            bounds=plan.bounds,
            layers=layers_in(self._geopackage),
            today=_today(),
            made_with=plan.made_with,
        )

    def _add_documents(self) -> None:
        plan, folder = self._plan, self.root / _DOCUMENT
        if plan.pdf is not None:
            shutil.copyfile(plan.pdf, folder / f"{self._name}.pdf")
        if plan.subject is None:
            self._checked.append("The map was packed without a check.")
            return
        checked = check(plan.subject)
        self.look()
        write_report(folder / f"{self._name}_check.html", checked)
        counts = ", ".join(f"{each.value}s: {checked.count(each)}" for each in Severity)
        self._checked.append(
            f"{len(checked.checks)} checks of topology, attributes and description; {counts}; "
            f"findings ignored for a reason: {len(checked.ignored)}. "
            f"All are in {_DOCUMENT}/{self._name}_check.html."
        )

    def _add_gems(self, facts: PackageFacts) -> None:
        from planetary_qgis.core.mapping.packages.gems_export import export_gems

        target = self.root / _VECTOR / f"{self._name}_gems.gpkg"
        report = export_gems(self._geopackage, target, facts)
        self.notes += report.sentences()

    def _add_project(self, facts: PackageFacts) -> None:
        plan = self._plan
        rasters = RasterCopies(self.root, self.look)
        packing = ProjectPacking(
            project=plan.project_file,
            geopackage=plan.geopackage,
            packed=f"{_VECTOR}/{self._name}.gpkg",
            tables=frozenset(layer.name.lower() for layer in facts.layers) | {IGNORED},
            copy_raster=rasters.copy if plan.options.with_rasters else None,
        )
        packing.write(self.root / f"{self._name}.qgs", qmd(facts))
        text = _tr("The project's layer {layer}")
        self.notes += [text.format(layer=note) for note in packing.notes]

    def _add_metadata(self, facts: PackageFacts) -> None:
        of_layers = {layer.name: qmd(facts, layer) for layer in facts.layers}
        keep_layer_metadata(self._geopackage, of_layers)
        folder, tree = self.root / _METADATA, csdgm(facts)
        texts = {
            f"{self._name}.qmd": qmd(facts),
            f"{self._name}_fgdc.xml": as_xml(tree),
            f"{self._name}_fgdc.txt": as_text(tree, LONG_NAMES),
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")


def _step(feedback: QgsFeedback, percent: float, sentence: str) -> None:
    feedback.setProgress(percent)
    tell(feedback, sentence)


def _flush(built: Path) -> None:
    """Have a zip file on the disk before it gets its name."""
    if built.is_file():
        with built.open("rb+") as file:
            os.fsync(file.fileno())


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapPackage", text)
