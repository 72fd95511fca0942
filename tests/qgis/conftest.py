"""Fixtures for tests that need QGIS: answers made by hand, and the provider."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsProcessingFeedback
from query_kit import Footprints


@pytest.fixture
def footprints() -> Footprints:
    return Footprints()


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    """Where a GeoPackage may be; its name is none that ASCII could spell."""
    return tmp_path / "Ärchiv ∅.gpkg"


class Notes(QgsProcessingFeedback):
    """A feedback that keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(False)
        self.warnings: list[str] = []
        self.debug: list[str] = []

    def pushWarning(self, text: str) -> None:
        self.warnings.append(text)

    def pushDebugInfo(self, text: str) -> None:
        self.debug.append(text)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def processing(qgis_processing: None) -> Iterator[Any]:
    """Processing with the provider registered; gone again afterwards."""
    from planetary_qgis.processing.provider import PlanetaryProvider

    provider = PlanetaryProvider()
    registry = QgsApplication.processingRegistry()
    assert registry.addProvider(provider)
    yield sys.modules["processing"]
    registry.removeProvider(provider)
