"""The rings of the house: plugin -> gui, processing -> qgis_bridge -> core <- batch."""

from __future__ import annotations

import sys

import pytest
from imports import PACKAGE, Import, all_imports, imports_of, sources

QT_BY_NAME = ("PyQt4", "PyQt5", "PyQt6", "PySide2", "PySide6", "sip")
QGIS = ("qgis", "osgeo", "processing", "console", "db_manager")
HEAVY = (
    "antimeridian", "dask", "distributed", "kalasiris", "matplotlib", "pandas", "psycopg2", "pvl",
    "pyarrow", "pyproj", "scipy", "shapely", "skimage", "spiceypy",
)  # fmt: skip
VERSION_WORDS = ("QGIS_VERSION", "QT_VERSION", "versionInt", "PYQT_VERSION")
WITH_ITS_OWN_GEOS = f"{PACKAGE}.core.geos"

FORBIDDEN = {
    "core": (*QGIS, *QT_BY_NAME, *(f"{PACKAGE}.{r}" for r in ("qgis_bridge", "gui", "processing"))),
    "qgis_bridge": (
        "qgis.gui",
        "qgis.PyQt.QtWidgets",
        f"{PACKAGE}.gui",
        f"{PACKAGE}.processing",
        f"{PACKAGE}.plugin",
    ),
    "gui": (f"{PACKAGE}.processing", f"{PACKAGE}.plugin"),
    "processing": (f"{PACKAGE}.gui", f"{PACKAGE}.plugin", "qgis.PyQt.QtWidgets"),
    "batch": (
        *QGIS,
        *QT_BY_NAME,
        *(f"{PACKAGE}.{r}" for r in ("qgis_bridge", "gui", "processing")),
    ),
}


@pytest.mark.parametrize("ring", FORBIDDEN)
def test_ring_imports_nothing_outside_it(ring):
    broken = [each for each in _of_ring(ring) if each.is_of(*FORBIDDEN[ring])]
    assert not broken, _listed(broken)


@pytest.mark.parametrize("ring", ["core", "qgis_bridge", "gui", "processing"])
def test_rings_are_there_to_be_held(ring):
    assert len(_of_ring(ring)) > 10


def test_qt_comes_through_qgis():
    broken = [each for each in all_imports() if each.is_of(*QT_BY_NAME)]
    assert not broken, _listed(broken)


def test_only_compat_asks_for_a_version():
    asking = {
        name
        for name, file in sources().items()
        if any(word in file.read_text(encoding="utf-8") for word in VERSION_WORDS)
    }
    assert asking <= {f"{PACKAGE}.qgis_bridge.compat"}


def test_shapely_comes_with_its_own_geos():
    wanted = [
        each for each in all_imports() if each.is_of("shapely") and each.by != WITH_ITS_OWN_GEOS
    ]
    assert not wanted, f"import it from {WITH_ITS_OWN_GEOS}:\n{_listed(wanted)}"


def test_loading_the_plugin_reaches_no_heavy_library():
    broken = [each for each in _reached_at_load(f"{PACKAGE}.plugin") if each.is_of(*HEAVY)]
    assert not broken, _listed(broken)


def test_every_module_of_a_known_origin():
    known = {PACKAGE, "qgis", "osgeo", "numpy", "tomli", *HEAVY} - {"antimeridian", "scipy"}
    roots = {each.name.split(".")[0] for each in all_imports()} - set(sys.stdlib_module_names)
    assert roots <= known


SOURCE = """
import os.path
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import qgis.gui
else:
    import numpy
from . import sibling
from ..core import bodies
class Late:
    import json
    def method(self):
        from shapely.geometry import orient
"""


def test_imports_are_seen_wherever_they_stand(tmp_path):
    file = tmp_path / "module.py"
    file.write_text(SOURCE)
    seen = {(each.name, each.at_load) for each in imports_of("planetary_qgis.gui.module", file)}
    assert seen == {
        ("os.path", True),
        ("typing.TYPE_CHECKING", True),
        ("numpy", True),
        ("planetary_qgis.gui.sibling", True),
        ("planetary_qgis.core.bodies", True),
        ("json", True),
        ("shapely.geometry.orient", False),
    }


def test_a_package_is_its_own_base(tmp_path):
    file = tmp_path / "__init__.py"
    file.write_text("from . import sibling\n")
    assert [each.name for each in imports_of("planetary_qgis.gui", file)] == [
        "planetary_qgis.gui.sibling"
    ]


def _of_ring(ring: str) -> list[Import]:
    root = f"{PACKAGE}.{ring}"
    return [each for each in all_imports() if each.by == root or each.by.startswith(f"{root}.")]


def _reached_at_load(start: str) -> list[Import]:
    """The imports that importing one module sets off, through all modules of the package."""
    waiting, seen, reached = [start], {start}, []
    while waiting:
        module = waiting.pop()
        for each in (i for i in all_imports() if i.by == module and i.at_load):
            reached.append(each)
            new = _modules_behind(each.name) - seen
            seen |= new
            waiting += new
    return reached


def _modules_behind(name: str) -> set[str]:
    """The package's modules that importing this name executes: it and what holds it."""
    parts = name.split(".")
    prefixes = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return prefixes & set(sources())


def _listed(imports: list[Import]) -> str:
    return "\n".join(sorted(map(str, imports)))
