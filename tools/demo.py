"""The main job on the sample data, headless: index and kernels in, layers, project and map out.

Leaves in build/demo a GeoPackage with the layers, a project that opens with all set, and a map.
Works as a mapper's own script would: through the plugin's Processing algorithms.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo_map import export_map
from qgis.core import (
    QgsApplication,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

REPOSITORY = Path(__file__).resolve().parents[1]
BUILD = REPOSITORY / "build" / "demo"
SAMPLE = REPOSITORY / "planetary_qgis" / "resources" / "sample"
GEOPACKAGE, PROJECT, MAP = "planetary_demo.gpkg", "planetary_demo.qgz", "planetary_demo.png"
TITLE = "Planetary QGIS demo: synthetic sample"
KERNELS_AND_BODIES = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
}
RUN = {"START": "2019-09-01T00:10:00", "STOP": "2019-09-01T02:03:00"}
"""One revolution of the sample's orbiter."""


def main() -> None:
    with qgis_without_window():
        shutil.rmtree(BUILD, ignore_errors=True)
        BUILD.mkdir(parents=True)
        project = make_project(make_layers())
        export_map(project, BUILD / MAP, TITLE)
        tell(project)
        project.clear()


@contextmanager
def qgis_without_window() -> Iterator[None]:
    """QGIS with Processing and the plugin's provider, in a profile that is thrown away."""
    with tempfile.TemporaryDirectory() as profile:
        application = QgsApplication([], False, profile)
        application.initQgis()
        sys.path[:0] = [str(REPOSITORY), str(Path(QgsApplication.pkgDataPath()) / "python/plugins")]
        from processing.core.Processing import Processing

        from planetary_qgis.processing.provider import PlanetaryProvider

        Processing.initialize()
        provider = PlanetaryProvider()  # the registry keeps only its C++ half
        QgsApplication.processingRegistry().addProvider(provider)
        try:
            yield
        finally:
            application.exitQgis()


def make_layers() -> list[QgsVectorLayer]:
    """The GeoPackage's layers, topmost first."""
    index = run("importpdsindex", "index", INPUT=str(SAMPLE / "index.lbl"))
    scans = footprints("line_scans", "SYNTH_LINE_CAM", "times_line.csv")
    frames = footprints("frames", "SYNTH_FRAME_CAM", "times_frame.csv")
    track = run("groundtrack", "ground_track", STEP=30.0, **RUN, **KERNELS_AND_BODIES)
    for layer, name in (
        (track, "Ground track of one revolution (synthetic sample)"),
        (scans, "Line scans from SPICE (synthetic sample)"),
        (frames, "Frames from SPICE (synthetic sample)"),
        (index, "PDS index (synthetic sample)"),
    ):
        layer.setName(name)
    return [track, scans, frames, index]


def footprints(table: str, instrument: str, times: str) -> QgsVectorLayer:
    return run(
        "spicefootprints",
        table,
        INSTRUMENT=instrument,
        INPUT=str(SAMPLE / times),
        START_FIELD="start_time",
        STOP_FIELD="stop_time",
        **KERNELS_AND_BODIES,
    )


def run(algorithm: str, table: str, **parameters: object) -> QgsVectorLayer:
    """The layer that an algorithm of the plugin wrote into a table of the demo's GeoPackage."""
    import processing

    from planetary_qgis.qgis_bridge.store import open_table

    output = f"ogr:dbname='{BUILD / GEOPACKAGE}' table=\"{table}\" (geom)"
    processing.run(
        f"planetary:{algorithm}", {**parameters, "OUTPUT": output}, feedback=QgsProcessingFeedback()
    )
    return open_table(BUILD / GEOPACKAGE, table)


def make_project(layers: list[QgsVectorLayer]) -> QgsProject:
    """The saved project: layers over the raster, planetary CRS, ellipsoid and time."""
    from planetary_qgis.core.bodies import body
    from planetary_qgis.qgis_bridge.projects import new_project

    raster = shutil.copy(SAMPLE / "synthetic_mars_shade.tif", BUILD)
    basemap = QgsRasterLayer(str(raster), "Shaded relief (synthetic sample)")
    return new_project(BUILD / PROJECT, body("MARS"), [*layers, basemap], title=TITLE)


def tell(project: QgsProject) -> None:
    print(f"{TITLE}, in {BUILD.relative_to(REPOSITORY)}:")
    for layer in project.layerTreeRoot().layerOrder():
        size = f"{layer.featureCount()} features" if isinstance(layer, QgsVectorLayer) else "raster"
        print(f"  {layer.name():52} {size}")
    print(f"  {project.crs().authid()}, {project.crs().celestialBodyName()}; {project.ellipsoid()}")
    print(f"  {GEOPACKAGE}, {PROJECT}, {MAP}. Next: make run")


if __name__ == "__main__":
    main()
