"""Units from contacts, against QGIS's own polygonizing and a spatial join; edits, and checks.

QGIS gets the same lines and points, as layers in memory, and cannot close the gaps between lines
that nearly meet; the plugin measures these on the ground.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

UNITS, VERTICES = 2_000, 100_000
_ROUNDS = 5
_EDITS = 15


def measure() -> None:
    """Print times of building, of QGIS, of following edits and of all checks, and their ratios."""
    from qgis.analysis import QgsNativeAlgorithms
    from qgis.core import QgsApplication

    from benchmarks.generated_map import generated_map
    from planetary_qgis.core.mapping.map_layers import CONTACTS
    from planetary_qgis.core.mapping.units import build_units

    application = QgsApplication([], False)
    application.initQgis()
    native = QgsNativeAlgorithms()
    QgsApplication.processingRegistry().addProvider(native)
    content = generated_map(UNITS, VERTICES)
    arguments, options = _arguments(content)
    vertices = sum(len(each.coords) for each in content[CONTACTS].shapes)
    print(f"Units of {len(content[CONTACTS].ids)} contacts with {vertices} vertices:")
    layers = _layers(content)
    # By turns, so that what else the machine does counts for both.
    rounds = [
        (_timed(lambda: build_units(*arguments, **options)), _timed(lambda: _by_qgis(*layers)))
        for _ in range(_ROUNDS)
    ]
    (own_s, built), (qgis_s, joined) = (min(each, key=lambda one: one[0]) for each in zip(*rounds))
    print(f"  built            {own_s:6.3f} s: {len(built.shapes)} polygons, ", end="")
    print(f"{len(built.closings)} gaps closed, {len(built.findings)} findings")
    print(f"  polygonize, join {qgis_s:6.3f} s: {joined} polygons")
    print(f"  ratio of times   {own_s / qgis_s:6.2f}")
    _follow_edits(content, arguments, options, own_s)
    _follow_edits_in_qgis(content)
    _check_all(content, arguments, built, qgis_s)


def _follow_edits(content: dict[str, Any], arguments: Any, options: Any, own_s: float) -> None:
    from benchmarks.generated_map import reshaped
    from planetary_qgis.core.mapping.map_layers import CONTACTS
    from planetary_qgis.core.mapping.units import LiveUnits

    rng = np.random.default_rng(7)
    live = LiveUnits(*arguments, **options)
    rows = rng.integers(0, len(content[CONTACTS].ids), _EDITS)
    edits = [reshaped(rng, content[CONTACTS], row) for row in rows]
    times = [_timed(lambda edit=edit: live.change(edit, ()))[0] for edit in edits]
    print(f"  after an edit    {1e3 * statistics.median(times):6.0f} ms, ", end="")
    print(
        f"at most {1e3 * max(times):.0f} ms; of building all {statistics.median(times) / own_s:.2f}"
    )


def _follow_edits_in_qgis(content: dict[str, Any]) -> None:
    """From where a mapper has changed a contact until its units are in the edit buffer."""
    from qgis.core import QgsGeometry, QgsProject
    from qgis.PyQt.QtCore import QEventLoop

    from benchmarks.generated_map import reshaped
    from planetary_qgis.core.mapping.map_layers import CONTACTS
    from planetary_qgis.qgis_bridge.mapping.map_session import session_of
    from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers
    from planetary_qgis.qgis_bridge.mapping.units.building import build_live, units_snapshot
    from planetary_qgis.qgis_bridge.mapping.units.live import LiveMap

    project = QgsProject.instance()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "map.gpkg"
        _write_map(path, content)
        opened_s, _ = _timed(lambda: add_map_layers(project, path))
        session = session_of(project)
        contacts = session.layer(CONTACTS)
        contacts.startEditing()
        made = build_live(units_snapshot(session).read())
        live = LiveMap(session, "Rebuild")
        live.start(made.inputs, made.live, "Build")
        done = QEventLoop()
        live.rebuilt.connect(done.quit)
        rng = np.random.default_rng(7)
        times = []
        for row in rng.integers(0, len(content[CONTACTS].ids), _EDITS):
            edit = reshaped(rng, content[CONTACTS], row)
            geometry = QgsGeometry.fromWkt(edit.shapes[0].wkt)
            geometry.convertToMultiType()
            contacts.changeGeometry(int(edit.ids[0]), geometry)
            done.exec()
            times.append(live.last_ms)
        live.stop()
        project.clear()
    print(
        f"  an edit in QGIS  {statistics.median(times):6.0f} ms until the units are written, ",
        end="",
    )
    print(f"at most {max(times):.0f} ms")
    print(f"  opened in QGIS   {opened_s:6.3f} s: all layers of the map")


def _write_map(path: Path, content: dict[str, Any]) -> None:
    """A map's file with contacts, boundary and unit points, made as the plugin makes it."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry

    from benchmarks.generated_map import CLOSING_M, CRS, SCALE
    from planetary_qgis.core.mapping.map_settings import MapSettings
    from planetary_qgis.qgis_bridge.layers import open_table
    from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import make_map_file

    settings = MapSettings("Generated", "MARS", SCALE, tolerance_m=CLOSING_M)
    make_map_file(path, settings, QgsCoordinateReferenceSystem(CRS), None)
    for name, each in content.items():
        layer = open_table(path, name)
        features = []
        for row, shape in enumerate(each.shapes):
            feature = QgsFeature(layer.fields())
            geometry = QgsGeometry.fromWkt(shape.wkt)
            feature.setGeometry(geometry.coerceToType(layer.wkbType())[0])
            for column in each.attributes.columns:
                feature[column] = each.attributes[column].iloc[row]
            features.append(feature)
        added, _ = layer.dataProvider().addFeatures(features)
        assert added


def _check_all(content: dict[str, Any], arguments: Any, built: Any, qgis_s: float) -> None:
    """All checks of the map with its units, in an unworn context each time."""
    import pandas as pd

    from benchmarks.generated_map import CLOSING_M, SCALE
    from planetary_qgis.core.mapping.checks import CHECKS, check_map
    from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
    from planetary_qgis.core.mapping.map_layers import DESCRIPTION, UNIT, UNITS

    table = pd.DataFrame({UNIT: built.units}, dtype=object)
    ids = np.arange(1, len(built.shapes) + 1, dtype=np.int64)
    names = pd.DataFrame({UNIT: sorted({each for each in built.units if each})}, dtype=object)
    rows, none = np.arange(1, len(names) + 1, dtype=np.int64), np.full(len(names), None, object)
    layers = {
        **content,
        UNITS: LayerContent(UNITS, ids, built.shapes, table),
        DESCRIPTION: LayerContent(DESCRIPTION, rows, none, names),
    }
    whole = MapContent(layers, arguments[3], SCALE, CLOSING_M)
    seconds, found = min((_timed(lambda: check_map(whole)) for _ in range(3)), key=lambda x: x[0])
    print(f"  {len(CHECKS)} checks        {seconds:6.3f} s: {len(found)} findings")
    print(f"  ratio to polygonize, join {seconds / qgis_s:6.2f}")


def _arguments(content: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

    from benchmarks.generated_map import CLOSING_M, CRS, SCALE
    from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNIT_POINTS
    from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of

    ground = ground_of(QgsCoordinateReferenceSystem(CRS), QgsRectangle())
    assert not ground.is_plane
    layers = tuple(content[name] for name in (CONTACTS, MAP_BOUNDARY, UNIT_POINTS))
    return (*layers, ground), {"scale": SCALE, "closing_distance_m": CLOSING_M}


def _layers(content: dict[str, Any]) -> tuple[Any, Any]:
    """The lines, with the boundary's among them, and the points, as layers in memory."""
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNIT, UNIT_POINTS

    frame = shapely.boundary(content[MAP_BOUNDARY].shapes)
    lines = np.concatenate([content[CONTACTS].shapes, frame])
    points = content[UNIT_POINTS]
    return _layer("LineString", lines), _layer("Point", points.shapes, points.column(UNIT))


def _layer(kind: str, shapes: np.ndarray, units: Any = None) -> Any:
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    layer = QgsVectorLayer(f"{kind}?field=Unit:string", kind, "memory")
    features = []
    for row, shape in enumerate(shapes):
        geometry = QgsGeometry()
        geometry.fromWkb(shape.wkb)
        feature = QgsFeature(layer.fields())
        feature.setGeometry(geometry)
        feature.setAttributes(["" if units is None else units[row]])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def _by_qgis(lines: Any, points: Any) -> int:
    """How many polygons QGIS makes of the lines, with the attributes of the points inside."""
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
    made = _run("native:polygonize", {"INPUT": lines}, context, feedback)
    joining = {"INPUT": made, "JOIN": points, "PREDICATE": [0], "METHOD": 0}
    joined = _run("native:joinattributesbylocation", joining, context, feedback)
    return joined.featureCount()


def _run(name: str, parameters: dict[str, Any], context: Any, feedback: Any) -> Any:
    from qgis.core import QgsApplication

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    results, done = algorithm.run({**parameters, "OUTPUT": "memory:"}, context, feedback)
    assert done
    return context.getMapLayer(results["OUTPUT"])


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


if __name__ == "__main__":
    measure()
