"""Map packages: a map, its project, rasters and documents in one folder or zip file."""

from planetary_qgis.qgis_bridge.mapping.packaging.building import PackageResult, build_package
from planetary_qgis.qgis_bridge.mapping.packaging.options import PackageOptions
from planetary_qgis.qgis_bridge.mapping.packaging.preparing import (
    PackagePlan,
    prepare_package,
    unsaved_layers,
)

__all__ = [
    "PackageOptions",
    "PackagePlan",
    "PackageResult",
    "build_package",
    "prepare_package",
    "unsaved_layers",
]
