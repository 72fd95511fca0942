"""A new geologic map: its GeoPackage, its layers in a project, the project's file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping import new_map_file
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_LAYERS, VOCABULARIES, map_layer
from planetary_qgis.core.mapping.map_settings import MapSettings, check_settings
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.core.mapping.vocabularies import vocabularies_for
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.mapping.new_maps.digitising import set_up_digitising
from planetary_qgis.qgis_bridge.mapping.new_maps.forms import dress_map_layer, link_choices
from planetary_qgis.qgis_bridge.mapping.new_maps.map_tables import make_tables
from planetary_qgis.qgis_bridge.project_body import set_project_crs
from planetary_qgis.qgis_bridge.styles import style_text

_MARGIN = 1.05


@dataclass(frozen=True)
class NewMap:
    """A map that was made."""

    geopackage: Path
    project_file: Path


def new_map_project(
    folder: Path,
    name: str,
    settings: MapSettings,
    crs: QgsCoordinateReferenceSystem,
    area: QgsGeometry | None,
) -> NewMap:
    """Make NAME.gpkg and NAME.qgz in a folder, both or none.

    Args:
        area: In the map's CRS; it becomes the map's boundary.

    Raises:
        PlanetaryError: One of them is there already, or cannot be written.
    """
    made = NewMap(Path(folder) / f"{name}.gpkg", Path(folder) / f"{name}.qgz")
    for path in (made.geopackage, made.project_file):
        new_map_file.check_place(path)
    with _scratch_folder() as scratch:
        drafts = NewMap(scratch / made.geopackage.name, scratch / made.project_file.name)
        _make_tables(drafts.geopackage, settings, crs, area)
        _make_project(drafts, settings, area)
        new_map_file.put_in_place(drafts.geopackage, made.geopackage)
        try:
            new_map_file.put_in_place(drafts.project_file, made.project_file)
        except PlanetaryError:
            made.geopackage.unlink()
            raise
    return made


def make_map_file(
    path: Path,
    settings: MapSettings,
    crs: QgsCoordinateReferenceSystem,
    area: QgsGeometry | None,
) -> None:
    """Make a map's GeoPackage with all tables, vocabularies and styles, whole or not at all.

    Raises:
        PlanetaryError: The file is there already or cannot be written, or no map can be so.
    """
    new_map_file.check_place(path)
    with _scratch_folder() as scratch:
        _make_tables(scratch / path.name, settings, crs, area)
        new_map_file.put_in_place(scratch / path.name, path)


def add_map_layers(project: QgsProject, path: Path) -> dict[str, QgsVectorLayer]:
    """Put a map's layers into a project, in a group of their own; gives them by their tables.

    Tables of the template that the file lacks are passed over; styles that it keeps are worn.
    """
    settings = settings_in(path)
    layers = _layers_of(path)
    for name, layer in layers.items():
        if geopackage.default_style(path, name):
            link_choices(layer, layers)
        else:
            dress_map_layer(layer, map_layer(name), layers)
    group = project.layerTreeRoot().insertGroup(0, settings.title if settings else path.stem)
    for name, layer in layers.items():
        project.addMapLayer(layer, False)
        _show(group, layer, hidden=name == VOCABULARIES)
    return layers


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder for drafts; what Windows still holds open in it stays in the folder for such."""
    folder = Path(tempfile.mkdtemp(prefix="planetary_qgis_"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_tables(
    path: Path,
    settings: MapSettings,
    crs: QgsCoordinateReferenceSystem,
    area: QgsGeometry | None,
) -> None:
    check_settings(settings)
    make_tables(path, settings.title, crs, area)
    new_map_file.fill_in(path, settings, vocabularies_for(settings.body))
    layers = _layers_of(path)
    for name, layer in layers.items():
        dress_map_layer(layer, map_layer(name), layers)
    new_map_file.keep_styles(path, {name: style_text(layer) for name, layer in layers.items()})


def _layers_of(path: Path) -> dict[str, QgsVectorLayer]:
    with geopackage.reader(path) as cursor:
        names = [spec.name for spec in MAP_LAYERS if geopackage.has_table(cursor, spec.name)]
    layers = {name: open_table(path, name) for name in names}
    for name, layer in layers.items():
        layer.setName(map_layer(name).title)
    return layers


def _show(group: QgsLayerTreeGroup, layer: QgsVectorLayer, *, hidden: bool) -> None:
    if hidden:
        layer.setFlags(layer.flags() | QgsMapLayer.LayerFlag.Private)
    node = group.addLayer(layer)
    node.setExpanded(False)


def _make_project(made: NewMap, settings: MapSettings, area: QgsGeometry | None) -> None:
    project = QgsProject()
    try:
        project.setTitle(settings.title)
        project.setFilePathStorage(Qgis.FilePathType.Relative)
        layers = add_map_layers(project, made.geopackage)
        # As the file has it: a transform between two spellings of a CRS would move what snapped.
        set_project_crs(project, layers[CONTACTS].crs())
        set_up_digitising(project)
        if area is not None:
            _set_view(project, QgsRectangle(area.boundingBox()))
        _save(project, made.project_file)
    finally:
        project.clear()


def _set_view(project: QgsProject, view: QgsRectangle) -> None:
    view.scale(_MARGIN)
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(view, project.crs()))


def _save(project: QgsProject, path: Path) -> None:
    if not project.write(str(path)):
        raise PlanetaryError(
            f"The project {path} cannot be saved.",
            details=project.error(),
            hint="Check that its folder is writable and its disk is not full.",
        )
