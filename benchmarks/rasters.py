"""Opening a raster of 10 GB: the stretch's sample, against reading all of it.

The file is raw 16-bit numbers, of which every hundredth line is real and on the disk; the rest are
holes. GDAL's own statistics, exact and approximate, run over the same file for comparison, the
exact ones over a hundredth of the lines only.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

SAMPLES, LINES = 40_000, 125_000
_REAL_EACH = 100
_PART = 100


def measure() -> None:
    """Print seconds of opening, of the stretch alone, and of GDAL's statistics."""
    from osgeo import gdal
    from qgis.core import QgsApplication

    from planetary_qgis.qgis_bridge.rasters.band_facts import bands_of
    from planetary_qgis.qgis_bridge.rasters.opening import open_raster
    from planetary_qgis.qgis_bridge.rasters.stretch import stretches_of

    application = QgsApplication([], False)
    application.initQgis()
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        path = _raster(Path(folder))
        print(f"a raster of {path.stat().st_size / 1e9:.0f} GB:")
        begin = time.perf_counter()
        dataset = gdal.Open(str(path))
        stretched = stretches_of(dataset, bands_of(dataset))
        alone = time.perf_counter() - begin
        begin = time.perf_counter()
        raster = open_raster(str(path))
        opened = time.perf_counter() - begin
        begin = time.perf_counter()
        layer = raster.layer()
        made = time.perf_counter() - begin
        begin = time.perf_counter()
        lines = LINES // _PART
        part = gdal.Translate(
            "", dataset, options=gdal.TranslateOptions(format="VRT", srcWin=[0, 0, SAMPLES, lines])
        )
        part.GetRasterBand(1).ComputeStatistics(False)
        exact = (time.perf_counter() - begin) * _PART
        (stretch,) = stretched.by_band.values()
        print(f"  stretch of a sample {alone:7.2f} s ({stretched.sample.blocks} blocks: {stretch})")
        print(f"  opening in a task   {opened:7.2f} s, the layer on the main thread {made:.3f} s")
        print(f"  statistics of all   {exact:7.0f} s (reckoned from a hundredth)")
        print(f"  ratio               {exact / alone:7.0f}")
        del layer, part, dataset
    application.exitQgis()


def _raster(folder: Path) -> Path:
    """Heights as 16-bit numbers with a header of ENVI's."""
    import numpy as np

    path = folder / "large.img"
    with path.open("wb") as file:
        file.truncate(SAMPLES * LINES * 2)
    (folder / "large.hdr").write_text(
        f"ENVI\nsamples={SAMPLES}\nlines={LINES}\nbands=1\nheader offset=0\ndata type=2\n"
        "interleave=bsq\nbyte order=0\n",
        encoding="ascii",
    )
    numbers = np.memmap(path, dtype="<i2", mode="r+", shape=(LINES, SAMPLES))
    line = (3000 * np.sin(np.linspace(0, 40, SAMPLES))).astype("<i2")
    for row in range(0, LINES, _REAL_EACH):
        numbers[row] = np.roll(line, row)
    numbers.flush()
    return path


if __name__ == "__main__":
    measure()
