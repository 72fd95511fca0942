"""Checks of a map: what is looked at, taken on the main thread; looked at in any other."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.checks import CHECKS, Check, check_map, finding_key
from planetary_qgis.core.mapping.checks.report import html_report
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_LAYERS, UNITS, VOCABULARIES
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.crs_doctor.geopackage_codes import lost_definition
from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import ignored_in
from planetary_qgis.qgis_bridge.mapping.map_reading import MapSnapshot, layers_of, snapshot_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, table_of


@dataclass(frozen=True)
class MapToCheck:
    """A map as it is now. Made on the main thread.

    Attributes:
        missing: Layers of the template that it lacks.
    """

    snapshot: MapSnapshot
    geopackage: Path
    settings: MapSettings
    crs: QgsCoordinateReferenceSystem
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedMap:
    """What checks found.

    Attributes:
        checks: Those that were run.
        ignored: Reasons by keys, of all findings that the map's file has one for.
        counts: Features by layer.
        made_at: UTC, as readers like it.
    """

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    ignored: Mapping[str, str]
    counts: Mapping[str, int]
    settings: MapSettings
    crs: QgsCoordinateReferenceSystem
    ground: Ground
    made_at: str
    missing: tuple[str, ...] = field(default=())

    def count(self, severity: Severity) -> int:
        """How many findings of a severity nobody has given a reason for."""
        return sum(
            finding.severity is severity and finding_key(finding) not in self.ignored
            for finding in self.findings
        )


def session_to_check(session: MapSession) -> MapToCheck:
    """A project's map, unsaved edits included.

    Raises:
        PlanetaryError: The project lacks the layer of contacts.
    """
    missing = [spec.name for spec in MAP_LAYERS if session.find_layer(spec.name) is None]
    return MapToCheck(
        snapshot_of(session),
        session.geopackage,
        session.settings,
        session.layer(CONTACTS).crs(),
        tuple(name for name in missing if name != VOCABULARIES),
    )


def file_to_check(path: Path, *, scale: float = 0.0, tolerance_m: float = 0.0) -> MapToCheck:
    """A map in a GeoPackage, also one that was made elsewhere.

    Args:
        scale: The denominator; 0 where the file says it.
        tolerance_m: Up to where lines are taken to meet; 0 where the file or the scale says.

    Raises:
        PlanetaryError: The file is no GeoPackage, holds no map, or nobody says the scale.
    """
    layers = layers_of(path)
    drawn = next((layers[name] for name in (CONTACTS, UNITS) if name in layers), None)
    if drawn is None:
        raise _no_map(path)
    for name, layer in layers.items():
        find_crs(layer, path, name)
    settings = _settings_of(path, drawn.crs(), scale, tolerance_m)
    snapshot = MapSnapshot(
        layers, drawn.crs(), settings.scale, settings.closing_distance_m, body=settings.body
    )
    missing = (spec.name for spec in MAP_LAYERS if spec.name not in layers)
    lacking = tuple(name for name in missing if name != VOCABULARIES)
    return MapToCheck(snapshot, path, settings, drawn.crs(), lacking)


def with_settings(session: MapSession, *, scale: float, tolerance_m: float) -> MapSession:
    """The session as if the map had another scale or tolerance; 0 leaves them as they are."""
    return replace(session, settings=_changed(session.settings, scale, tolerance_m))


def check(
    subject: MapToCheck,
    *,
    keys: Collection[str] | None = None,
    feedback: QgsFeedback | None = None,
) -> CheckedMap:
    """What is wrong on a map, in any thread.

    Args:
        keys: Of the checks to run; all by default.
    """
    feedback = feedback or QgsFeedback()
    content = subject.snapshot.read()
    found = check_map(
        content,
        keys=keys,
        progress=lambda share: feedback.setProgress(100.0 * share),
        cancelled=feedback.isCanceled,
    )
    return CheckedMap(
        findings=tuple(found),
        checks=tuple(each for each in CHECKS if keys is None or each.key in keys),
        ignored=ignored_in(subject.geopackage),
        counts={name: len(layer.ids) for name, layer in content.layers.items()},
        settings=subject.settings,
        crs=subject.crs,
        ground=content.ground,
        made_at=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        missing=subject.missing,
    )


def report_of(checked: CheckedMap) -> str:
    """The whole of it as a page of HTML."""
    crs = checked.crs
    named = (crs.authid(), crs.description()) if crs.isValid() else ()
    return html_report(
        checked.findings,
        settings=checked.settings,
        checks=checked.checks,
        ignored=checked.ignored,
        counts=checked.counts,
        made_at=checked.made_at,
        crs_text=" – ".join(part for part in named if part),
        ground=checked.ground,
    )


def write_report(path: Path, checked: CheckedMap) -> None:
    """Write that page, whole or not at all.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_text(report_of(checked), encoding="utf-8", errors="replace")
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise PlanetaryError(
            _tr("The report {path} cannot be written.").format(path=path),
            details=str(error),
            hint=_tr("Choose a folder that is there, writable and not full."),
        ) from error


def is_map_of(session: MapSession | None, path: Path) -> bool:
    """Whether a file is the one that a project's map is in."""
    return session is not None and session.geopackage.resolve() == path.resolve()


def _settings_of(
    path: Path, crs: QgsCoordinateReferenceSystem, scale: float, tolerance_m: float
) -> MapSettings:
    kept = settings_in(path)
    if kept is None and scale <= 0.0:
        raise PlanetaryError(
            _tr("{path} does not say at which scale its map is drawn.").format(path=path),
            hint=_tr("Give the scale of the published map, as 1000000 for 1:1,000,000."),
        )
    body = body_of(crs)
    unknown = MapSettings(path.stem, body.name if body else "", scale)
    return _changed(kept or unknown, scale, tolerance_m)


def _changed(settings: MapSettings, scale: float, tolerance_m: float) -> MapSettings:
    return replace(
        settings,
        scale=scale or settings.scale,
        tolerance_m=tolerance_m or settings.tolerance_m,
    )


def find_crs(layer: QgsVectorLayer, path: Path, table: str) -> None:
    """Give a layer the CRS that its file says.

    QGIS before 3.44 cannot read what GDAL writes of IAU's codes; later ones lose the code.
    """
    read = layer.crs()
    if not layer.isSpatial() or read.authid():
        return
    definition = lost_definition(path, table_of(layer)[1] or table)
    if not definition:
        return
    crs = QgsCoordinateReferenceSystem(definition)
    if not crs.isValid():
        crs = QgsCoordinateReferenceSystem.fromWkt(definition)
    if not read.isValid() or (crs.authid() and _coordinates_of(crs) == _coordinates_of(read)):
        layer.setCrs(crs)


def _coordinates_of(crs: QgsCoordinateReferenceSystem) -> str:
    """What the numbers mean, in PROJ's words; only CRSs without a code say that they are CRSs."""
    return crs.toProj().replace("+type=crs", "").strip()


def _no_map(path: Path) -> PlanetaryError:
    text = _tr("{path} holds neither “{contacts}” nor “{units}”.")
    return PlanetaryError(
        text.format(path=path, contacts=CONTACTS, units=UNITS),
        hint=_tr("Choose the GeoPackage of a geologic map whose layers have these names."),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapChecking", text)
