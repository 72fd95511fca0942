"""Maps opened: projects in place of the present one, GeoPackages beside what is open."""

from __future__ import annotations

from pathlib import Path

import qgis.utils
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.mapping.map_session import session_of

PROJECT_ENDINGS = (".qgz", ".qgs")


def open_map(toolbox: Toolbox, path: Path) -> bool:
    """Whether a project, or a map's GeoPackage, is open now.

    Raises:
        PlanetaryError: It cannot be read, or holds no map.
    """
    if path.suffix.lower() in PROJECT_ENDINGS:
        return open_project(toolbox, path)
    return _add_geopackage(toolbox, path)


def open_project(toolbox: Toolbox, path: Path) -> bool:
    """Whether the project is open; False where the user wants to keep what is not saved yet.

    Raises:
        PlanetaryError: It cannot be read.
    """
    iface = qgis.utils.iface
    if iface is not None and iface.mapCanvas() == toolbox.canvas:
        # QGIS asks about what is not saved here; opening a project by name does not.
        if not iface.newProject(True):
            return False
        opened = iface.addProject(str(path))
    else:
        opened = toolbox.project.read(str(path))
    if not opened:
        raise PlanetaryError(
            f"The project {path} cannot be opened.",
            details=toolbox.project.error(),
            hint="Check that it is a project of QGIS and can be read.",
        )
    return True


def _add_geopackage(toolbox: Toolbox, path: Path) -> bool:
    from planetary_qgis.qgis_bridge.mapping.new_maps.digitising import set_up_digitising
    from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers
    from planetary_qgis.qgis_bridge.project_body import set_project_crs

    is_first = not toolbox.project.mapLayers()
    layers = add_map_layers(toolbox.project, path)
    if CONTACTS not in layers:
        for layer in layers.values():
            toolbox.project.removeMapLayer(layer)
        text = QCoreApplication.translate("MapTabOpening", "{path} holds no geologic map.")
        raise PlanetaryError(
            text.format(path=path),
            hint=QCoreApplication.translate(
                "MapTabOpening", "Choose a project or GeoPackage that was made as a map."
            ),
        )
    if is_first:
        set_project_crs(toolbox.project, layers[CONTACTS].crs())
    set_up_digitising(toolbox.project)
    if session_of(toolbox.project) is None:
        toolbox.reporter.warn(
            QCoreApplication.translate(
                "MapTabOpening",
                "The layers are open, but their file says no title, body and scale: "
                "it was not made as a map here.",
            )
        )
    return True
