"""The docks that the plugin offers, in the order of menu and toolbar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.gui.dock import Controller
from planetary_qgis.gui.toolbox import Toolbox


@dataclass(frozen=True)
class Tool:
    """A dock before it is built.

    Attributes:
        name: Stem of the object names.
        feature: What missing libraries switch off; None where nothing is needed.
    """

    name: str
    title: str
    icon: str
    feature: Feature | None
    make_controller: Callable[[Toolbox], Controller]

    @property
    def dock_name(self) -> str:
        return f"planetary{self.name}Dock"

    @property
    def action_name(self) -> str:
        return f"planetary{self.name}Action"


def tools() -> tuple[Tool, ...]:
    """All of them, titled in the user's language."""
    translate = QCoreApplication.translate
    return (
        Tool(
            name="PdsSearch",
            title=translate("Tools", "Archive Search"),
            icon="pds_search",
            feature=Feature.PDS_SEARCH,
            make_controller=_search,
        ),
        Tool(
            name="SpiceFootprints",
            title=translate("Tools", "SPICE Footprints"),
            icon="spice_footprints",
            feature=Feature.SPICE_FOOTPRINTS,
            make_controller=_footprints,
        ),
        Tool(
            name="GeologicMapping",
            title=translate("Tools", "Geologic Mapping"),
            icon="geologic_mapping",
            feature=Feature.MAPPING,
            make_controller=_mapping,
        ),
        Tool(
            name="TerrainProfile",
            title=translate("Tools", "Terrain Profile"),
            icon="terrain_profile",
            feature=Feature.RASTERS,
            make_controller=_profile,
        ),
    )


# The controllers' modules are imported when their dock is first seen: QGIS starts without them.


def _search(toolbox: Toolbox) -> Controller:
    from planetary_qgis.gui.search_controller import SearchController

    return SearchController(toolbox)


def _footprints(toolbox: Toolbox) -> Controller:
    from planetary_qgis.gui.footprints_controller import FootprintsController

    return FootprintsController(toolbox)


def _mapping(toolbox: Toolbox) -> Controller:
    from planetary_qgis.gui.mapping.mapping_controller import MappingController

    return MappingController(toolbox)


def _profile(toolbox: Toolbox) -> Controller:
    from planetary_qgis.gui.profile_controller import ProfileController

    return ProfileController(toolbox)
