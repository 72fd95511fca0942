"""Writes the synthetic sample data: kernels, a PDS3 index of images, and a shaded relief.

python tools/make_sample_data.py [--out planetary_qgis/resources/sample]

The second run writes the same bytes. Needs numpy, spiceypy and GDAL's Python bindings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spiceypy as spice
from sample import text_kernels
from sample.binary_kernels import write_ck, write_spk
from sample.geometry import measure
from sample.index import Record, write_index, write_times
from sample.observations import numbered, plan
from sample.raster import write_raster
from sample.readme import write_readme
from sample.relief import shaded_relief

SAMPLE = Path(__file__).resolve().parents[1] / "planetary_qgis" / "resources" / "sample"
RASTER = "synthetic_mars_shade.tif"
RASTER_WIDTH = 1440


def main() -> None:
    """Writes everything into the folder given on the command line."""
    parser = argparse.ArgumentParser(description="Write the synthetic sample data.")
    parser.add_argument("--out", type=Path, default=SAMPLE, help="folder to write into")
    write_sample(parser.parse_args().out)


def write_sample(folder: Path) -> None:
    """Writes every file of the sample into the folder, replacing what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    records = write_kernels_and_observe(folder)
    write_index(folder, records)
    write_times(folder, records)
    write_raster(_fresh(folder / RASTER), shaded_relief(RASTER_WIDTH))
    write_readme(folder, records)
    spice.kclear()


def write_kernels_and_observe(folder: Path) -> list[Record]:
    """Writes the kernels, leaves them loaded, and returns the images taken with them."""
    text_kernels.write_text_kernels(folder)
    spice.kclear()
    for suffix in ("tls", "tpc", "tsc", "tf", "ti"):
        spice.furnsh(str(folder / f"synthetic.{suffix}"))
    write_spk(_fresh(folder / text_kernels.SPK))
    spice.furnsh(str(folder / text_kernels.SPK))
    shots, slews = plan()
    write_ck(_fresh(folder / text_kernels.CK), slews)
    spice.furnsh(str(folder / text_kernels.CK))
    return [Record(number, shot, measure(shot)) for number, shot in numbered(shots)]


def _fresh(path: Path) -> Path:
    """The path, with nothing there: CSPICE refuses to overwrite, GDAL would reuse."""
    path.unlink(missing_ok=True)
    return path


if __name__ == "__main__":
    main()
