"""The menu's way to shaded terrain."""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
from gui_kit import delete_deferred
from qgis.core import QgsRasterLayer
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QDialog

from planetary_qgis.gui import shaded_terrain
from planetary_qgis.gui.reporter import Reporter

MARS = "synthetic_mars_shade.tif"


class Dialog(QDialog):
    """Stands for Processing's, which needs the whole application."""

    def __init__(self, algorithm: str, parameters: dict) -> None:
        super().__init__()
        self.algorithm, self.parameters = algorithm, parameters


@pytest.fixture
def opened(monkeypatch):
    """Dialogs that were opened."""
    dialogs = []

    def create(algorithm, parameters):
        dialogs.append(Dialog(algorithm, parameters))
        return dialogs[-1]

    fake = types.ModuleType("processing")
    fake.createAlgorithmDialog = create
    monkeypatch.setitem(sys.modules, "processing", fake)
    return dialogs


@pytest.fixture
def shade(sample: Path, tmp_path: Path, project) -> QgsRasterLayer:
    copy = tmp_path / "Höhen.tif"
    copy.write_bytes((sample / MARS).read_bytes())
    layer = QgsRasterLayer(str(copy), "Höhen von Mars")
    project.addMapLayer(layer)
    return layer


def test_the_dialog_opens_for_the_current_layer(toolbox, opened, shade, tmp_path):
    toolbox.canvas.setCurrentLayer(shade)
    shaded_terrain.open_shaded_terrain(toolbox)
    (dialog,) = opened
    assert dialog.isVisible()
    assert dialog.algorithm == "planetary:shadedterrain"
    assert dialog.parameters["INPUT"] == shade.id()
    assert dialog.parameters["RAMP"] == "Mars"
    assert dialog.parameters["FOLDER"] == str(tmp_path / "Höhen_terrain")
    dialog.close()


def test_without_a_dem_it_says_what_to_choose(toolbox, opened, messages):
    shaded_terrain.open_shaded_terrain(toolbox)
    assert not opened
    assert "Choose a DEM" in messages()


def test_the_dialog_leaves_with_the_plugin(toolbox, interface, opened, shade):
    toolbox.canvas.setCurrentLayer(shade)
    reporter = Reporter(interface.messageBar(), interface.mainWindow())
    shaded_terrain.open_shaded_terrain(replace(toolbox, reporter=reporter))
    assert opened[0].isVisible()
    reporter.deleteLater()
    delete_deferred()
    assert sip.isdeleted(opened[0]) or not opened[0].isVisible()


def test_without_processing_it_says_what_to_switch_on(toolbox, shade, messages, monkeypatch):
    monkeypatch.delitem(sys.modules, "processing", raising=False)
    toolbox.canvas.setCurrentLayer(shade)
    shaded_terrain.open_shaded_terrain(toolbox)
    assert "Processing" in messages()
