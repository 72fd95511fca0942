"""Opening rasters from the menu and by dropping files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gui_kit import delete_deferred, find, settle, wait_until
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox
from raster_files import MOON, write_pds3, write_tiff

from planetary_qgis.gui import open_raster_dialog, raster_opener
from planetary_qgis.gui.open_raster_dialog import ImagesDialog, OpenRasterDialog
from planetary_qgis.gui.raster_drops import RasterDrops, is_product

RAMP = np.arange(1, 801, dtype="int16").reshape(1, 20, 40)
AFTER = MOON.format(samples=40, lines=20, south=-10, north=10, west=-20, east=20)


@pytest.fixture
def product(tmp_path, store_path) -> Path:
    return write_pds3(tmp_path / "in", RAMP, after=AFTER)


def tasks_are_done() -> bool:
    return QgsApplication.taskManager().countActiveTasks() == 0


def test_the_dialog_opens_what_was_chosen(interface, toolbox, project, product, messages):
    raster_opener.open_planetary_raster(interface, toolbox)
    dialog = find(interface.mainWindow(), "planetaryOpenRaster")
    buttons = dialog.findChild(QDialogButtonBox)
    open_button = buttons.button(QDialogButtonBox.StandardButton.Open)
    assert not open_button.isEnabled()
    assert open_button.toolTip()
    find(dialog, "planetaryOpenRasterFile").setFilePath(str(product))
    open_button.click()
    wait_until(lambda: bool(project.mapLayers()))
    (layer,) = project.mapLayers().values()
    assert layer.crs().celestialBodyName() == "Moon"
    assert project.crs().celestialBodyName() == "Moon"
    assert "1 of 1 rasters" in messages()
    delete_deferred()
    assert not interface.mainWindow().findChildren(QDialog, "planetaryOpenRaster")


def test_several_files_and_addresses_are_told_apart(interface, tmp_path):
    dialog = OpenRasterDialog(interface.mainWindow())
    files = find(dialog, "planetaryOpenRasterFile")
    files.setFilePath("https://example.org/a b.img")
    assert dialog.addresses() == ["https://example.org/a b.img"]
    files.setFilePath(f'"{tmp_path}/a 1.img" "{tmp_path}/b.img"')
    assert dialog.addresses() == [f"{tmp_path}/a 1.img", f"{tmp_path}/b.img"]
    files.setFilePath("  ")
    assert dialog.addresses() == []
    dialog.deleteLater()


def test_what_cannot_be_opened_is_told_and_leaves_nothing(toolbox, project, tmp_path, messages):
    noise = tmp_path / "noise.img"
    noise.write_bytes(bytes(range(200)))
    raster_opener.open_in_task(toolbox, [str(noise)])
    wait_until(tasks_are_done)
    assert "noise.img" in messages()
    assert not project.mapLayers()


def test_an_unprojected_image_is_shown_alone(toolbox, project, tmp_path, store_path, messages):
    plain = write_tiff(tmp_path / "plain.tif", RAMP)
    raster_opener.open_in_task(toolbox, [str(plain)])
    wait_until(lambda: bool(project.mapLayers()))
    shown = messages()
    assert "Some of it needs a look" in shown
    assert toolbox.canvas.extent().intersects(next(iter(project.mapLayers().values())).extent())


def test_images_of_one_file_are_a_choice(
    interface, toolbox, project, store_path, monkeypatch, real_data
):
    asked = []

    class Chosen(ImagesDialog):
        def exec(self) -> int:
            asked.extend(self._list.item(n).text() for n in range(self._list.count()))
            self._list.item(2).setCheckState(Qt.CheckState.Checked)
            return QDialog.DialogCode.Accepted

    monkeypatch.setattr(open_raster_dialog, "ImagesDialog", Chosen)
    label = real_data / "rasters/m3/forwardAscending/M3T20090630T083407_V03_L1B_cropped.LBL"
    raster_opener.open_planetary_raster(interface, toolbox)
    dialog = find(interface.mainWindow(), "planetaryOpenRaster")
    dialog.open_requested.emit([str(label)])
    dialog.close()
    wait_until(lambda: len(project.mapLayers()) == 2)
    assert asked == ["RDN_IMAGE", "LOC_IMAGE", "OBS_IMAGE"]
    names = {layer.name().rpartition(" ")[2] for layer in project.mapLayers().values()}
    assert names == {"RDN_IMAGE", "OBS_IMAGE"}


def test_products_are_taken_from_drops_and_others_left(tmp_path, product):
    assert is_product(product)
    assert is_product(product.with_suffix(".IMG"))
    assert not is_product(write_tiff(tmp_path / "a.tif", RAMP))
    erdas = tmp_path / "earth.img"
    erdas.write_bytes(b"EHFA_HEADER_TAG" + bytes(100))
    assert not is_product(erdas)
    other = tmp_path / "project.xml"
    other.write_text("<gpx>pds</gpx>")
    assert not is_product(other)
    assert not is_product(tmp_path / "absent.lbl")
    assert not is_product(tmp_path)


def test_a_dropped_product_comes_onto_the_map(interface, toolbox, project, product):
    drops = RasterDrops()
    drops.install(interface, toolbox)
    (handler,) = interface.drop_handlers
    assert not handler.handleFileDrop(str(product.with_suffix(".txt")))
    assert handler.handleFileDrop(str(product))
    wait_until(lambda: bool(project.mapLayers()))
    drops.remove()
    assert not interface.drop_handlers
    settle(1100)
