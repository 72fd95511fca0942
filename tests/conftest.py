"""Fixtures for every test."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# No deadline: how long an example takes says how busy the machine is. Where a run decides whether a
# change lands, it is the same run every time; elsewhere each run looks for new examples.
hypothesis.settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("tests")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of real kernels, indexes and rasters; skips the test where it is absent.

    Links to its files, in folders of the tests' own: GDAL writes statistics beside rasters.
    """
    folder = Path(os.environ.get("PLANETARY_QGIS_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "MANIFEST.md").is_file():
        pytest.skip(f"no real data at {folder} (set PLANETARY_QGIS_REAL_DATA to their folder)")
    linked = tmp_path_factory.mktemp("real") / "data"
    shutil.copytree(folder.resolve(), linked, copy_function=os.symlink)
    return linked


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_gdal_outlives_it(qgis_app: object) -> Iterator[None]:
    """Collect what cycles keep before QGIS ends, and nothing afterwards.

    QGIS takes GDAL's drivers with it; a data set that is collected later crashes. QGIS never lets
    go of exceptions that algorithms raise, nor do these of the frames that called the algorithm:
    layers that were handed to one that failed are deleted here.
    """
    yield
    from qgis.core import QgsMapLayer
    from qgis.PyQt import sip

    gc.collect()
    for each in gc.get_objects():
        if isinstance(each, QgsMapLayer) and not sip.isdeleted(each) and sip.ispyowned(each):
            sip.delete(each)
    gc.freeze()
