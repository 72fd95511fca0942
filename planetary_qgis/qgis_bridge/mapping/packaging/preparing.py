"""What a package needs of QGIS: taken on the main thread, before it is built in any other."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from qgis.core import Qgis, QgsProject, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.about import about
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, MAP_LAYERS, UNITS
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata, metadata_in
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.qgis_bridge.mapping.checks.checking import MapToCheck, file_to_check
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of, table_of
from planetary_qgis.qgis_bridge.mapping.new_maps.digitising import set_up_digitising
from planetary_qgis.qgis_bridge.mapping.new_maps.map_boxes import box_of_extent
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers
from planetary_qgis.qgis_bridge.mapping.packaging.options import PackageOptions
from planetary_qgis.qgis_bridge.mapping.packaging.placing import check_destination
from planetary_qgis.qgis_bridge.mapping.sheet import export_pdf, find_sheet, make_sheet
from planetary_qgis.qgis_bridge.project_body import set_project_crs

_EXTENT_OF = (MAP_BOUNDARY, UNITS, CONTACTS)


@dataclass(frozen=True)
class PackagePlan:
    """All that building a package takes.

    Attributes:
        project_file: As last saved; one made for the package where the map has none.
        bounds: West, east, south, north of the map; None where it has no extent.
        pdf: The sheet, where one is wanted and could be made.
        subject: What the checks look at; None where no report is wanted.
        scratch: Holds the files made here, and takes them along when it goes.
        notes: Sentences about what is not as wanted.
    """

    geopackage: Path
    settings: MapSettings
    metadata: MapMetadata
    options: PackageOptions
    project_file: Path
    bounds: tuple[float, float, float, float] | None
    made_with: str
    pdf: Path | None
    subject: MapToCheck | None
    scratch: tempfile.TemporaryDirectory[str]
    notes: tuple[str, ...] = ()


def prepare_package(
    geopackage: Path, options: PackageOptions, project: QgsProject | None = None
) -> PackagePlan:
    """Everything that must be asked of QGIS on the main thread.

    Args:
        project: That the map is in; a project is made for the package where it is in none.

    Raises:
        PlanetaryError: The map has unsaved edits, cannot be read, or the destination is no place
            for a package.
    """
    options = replace(options, destination=Path(options.destination).absolute())
    check_destination(options.destination, options.overwrite)
    settings = settings_in(geopackage)
    if settings is None:
        raise _no_map(geopackage)
    session = _session(geopackage, project)
    if session is not None and not options.as_last_saved:
        _refuse_unsaved(session.project, geopackage)
    scratch = tempfile.TemporaryDirectory(prefix="planetary_qgis_")
    own, notes = _project_for(geopackage, session, settings, Path(scratch.name) / "map.qgs")
    pdf, why_none = _pdf(own, Path(scratch.name) / "sheet.pdf", options)
    file = own.project.fileName()
    if session is None or own.project is not session.project:
        _save(own.project, file)
    return PackagePlan(
        geopackage=geopackage,
        settings=settings,
        metadata=metadata_in(geopackage),
        options=options,
        project_file=Path(file),
        bounds=_bounds(own),
        made_with=f"{about().name} {about().version}, QGIS {Qgis.version()}",
        pdf=pdf,
        subject=file_to_check(geopackage) if options.with_report else None,
        scratch=scratch,
        notes=(*notes, *why_none),
    )


def unsaved_layers(project: QgsProject, geopackage: Path) -> list[QgsVectorLayer]:
    """The layers of a map that have edits which are not in its file yet."""
    return [
        layer
        for layer in project.mapLayers().values()
        if isinstance(layer, QgsVectorLayer)
        and layer.isModified()
        and (path := table_of(layer)[0]) is not None
        and path.resolve() == geopackage.resolve()
    ]


def _session(geopackage: Path, project: QgsProject | None) -> MapSession | None:
    session = session_of(project) if project is not None else None
    if session is None or session.geopackage.resolve() != geopackage.resolve():
        return None
    return session


def _refuse_unsaved(project: QgsProject, geopackage: Path) -> None:
    layers = unsaved_layers(project, geopackage)
    if layers:
        names = ", ".join(f"“{layer.name()}”" for layer in layers)
        raise PlanetaryError(
            _tr("The map has edits that are not saved: {names}.").format(names=names),
            hint=_tr("Save or discard them first, or pack the map as it was last saved."),
        )


def _project_for(
    geopackage: Path, session: MapSession | None, settings: MapSettings, file: Path
) -> tuple[MapSession, tuple[str, ...]]:
    """The project whose file goes into the package, and what to know of it."""
    if session is not None and Path(session.project.fileName()).is_file():
        stale = session.project.isDirty()
        note = _tr("The project has changes that were not saved; the package has it without them.")
        return session, (note,) if stale else ()
    project = QgsProject()
    project.setTitle(settings.title)
    project.setFilePathStorage(Qgis.FilePathType.Relative)
    layers = add_map_layers(project, geopackage)
    drawn = next((layers[name] for name in _EXTENT_OF if name in layers), None)
    if drawn is None:
        raise _no_map(geopackage)
    set_project_crs(project, drawn.crs())
    set_up_digitising(project)
    project.setFileName(str(file))
    return MapSession(project, geopackage, settings), ()


def _save(project: QgsProject, file: str) -> None:
    if not project.write(file):
        raise PlanetaryError(
            _tr("The project of the package cannot be written."),
            details=project.error(),
            hint=_tr("Check that there is room for temporary files."),
        )


def _pdf(
    session: MapSession, target: Path, options: PackageOptions
) -> tuple[Path | None, tuple[str, ...]]:
    """The map sheet as it is in the project; made new, and gone again, where it has none."""
    if not options.with_pdf:
        return None, ()
    known = find_sheet(session)
    was_dirty = session.project.isDirty()
    made = None
    try:
        made = known or make_sheet(session)
        export_pdf(made, target)
    except PlanetaryError as error:
        return None, (_tr("There is no PDF: {why}").format(why=error),)
    finally:
        if known is None and made is not None:
            session.project.layoutManager().removeLayout(made)
            session.project.setDirty(was_dirty)
    return target, ()


def _bounds(session: MapSession) -> tuple[float, float, float, float] | None:
    for name in _EXTENT_OF:
        layer = session.find_layer(name)
        extent = layer.extent() if layer is not None else QgsRectangle()
        if layer is None or extent.isNull() or extent.isEmpty():
            continue
        try:
            west, south, east, north = box_of_extent(extent, layer.crs())
        except PlanetaryError:
            continue
        return west, east, south, north
    return None


def _no_map(geopackage: Path) -> PlanetaryError:
    return PlanetaryError(
        _tr("{path} holds no geologic map of the template.").format(path=geopackage),
        details=", ".join(spec.name for spec in MAP_LAYERS),
        hint=_tr("Make a new map project, and bring the features into its layers."),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapPackage", text)
