"""How long QGIS's interface is busy with one key that is typed into the Archive Search dock.

The dock as it is with an imported index checked; every key goes through Qt's event loop, as a
mapper's would. The promise is that none takes 100 ms.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

ROWS = 100_000
LINES = {
    "pdsSourcesFilter": "mars reconnaissance orbiter ctx",
    "pdsProductId": "P01_00*, ESP_0126?0_*",
    "pdsFilter": '"incidence_angle" < 60 AND "product_id" LIKE \'P01%\'',
}


def measure(rows: int = ROWS) -> None:
    """Print the longest and the median time of a key, for each line that takes text."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qgis.core import QgsApplication

    application = QgsApplication([], True)
    application.initQgis()
    print(f"Typing in the Archive Search dock, an index of {rows} rows checked:")
    try:
        with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
            _measure_in(Path(folder), rows)
    finally:
        application.exitQgis()


def _measure_in(folder: Path, rows: int) -> None:
    import numpy as np
    from qgis.core import QgsApplication, QgsProject
    from qgis.gui import QgsMapCanvas, QgsMessageBar
    from qgis.PyQt.QtTest import QTest
    from qgis.PyQt.QtWidgets import QMainWindow, QWidget

    from benchmarks.generated_index import write_index
    from planetary_qgis.core.archives.pds3.index import open_index
    from planetary_qgis.gui.reporter import Reporter
    from planetary_qgis.gui.results import MapResults
    from planetary_qgis.gui.search_controller import SearchController
    from planetary_qgis.gui.toolbox import Toolbox
    from planetary_qgis.qgis_bridge import settings, store

    before = settings.load()
    settings.save(settings.Settings(store_path=folder / "indexes.gpkg"))
    store.write_table(folder / "indexes.gpkg", "index", open_index(write_index(folder, rows)))
    window = QMainWindow()
    canvas, project = QgsMapCanvas(window), QgsProject.instance()
    results = MapResults(project, canvas, canvas.setCurrentLayer)
    reporter = Reporter(QgsMessageBar(window), window)
    controller = SearchController(Toolbox(project, canvas, reporter, results))
    controller.view.show()
    controller.load()
    sources = controller.view.sources
    sources.set_checked(["table:index"])
    for name, text in LINES.items():
        (line,) = controller.view.findChildren(QWidget, name)
        busy = []
        for letter in text:
            begin = time.perf_counter()
            QTest.keyClicks(line, letter)
            QgsApplication.processEvents()
            busy.append(1000.0 * (time.perf_counter() - begin))
        print(f"  {name:20} longest {max(busy):6.1f} ms   median {np.median(busy):6.1f} ms a key")
    controller.unload()
    settings.save(before)


if __name__ == "__main__":
    measure()
