"""Fixtures for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real kernels, indexes and rasters; skips the test where it is absent."""
    folder = Path(os.environ.get("PLANETARY_QGIS_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "MANIFEST.md").is_file():
        pytest.skip(f"no real data at {folder} (set PLANETARY_QGIS_REAL_DATA to their folder)")
    return folder
