"""The window that projects an image, on the synthetic sample's camera."""

from __future__ import annotations

import numpy as np
import pytest
from gui_kit import delete_deferred, find, wait_until
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QDialog, QLabel

from planetary_qgis.gui.fittings import fittings
from planetary_qgis.gui.project_image_controller import (
    ProjectImageController,
    open_project_image,
)
from planetary_qgis.gui.project_image_dialog import ProjectImageDialog
from planetary_qgis.qgis_bridge import settings

SIDE = 256


@pytest.fixture
def frame(tmp_path):
    """A GeoTIFF that says nothing of how it was taken: a frame of 4 × 4 summed pixels."""
    path = tmp_path / "frame.tif"
    made = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 1, gdal.GDT_UInt16)
    rows, columns = np.indices((SIDE, SIDE))
    made.GetRasterBand(1).WriteArray(100 + rows + columns)
    made.GetRasterBand(1).SetNoDataValue(0)
    made.FlushCache()
    return path


@pytest.fixture
def dialog(toolbox, store_path, interface):
    made = ProjectImageDialog(interface.mainWindow())
    made.controller = ProjectImageController(made, toolbox)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    delete_deferred()


def choose(dialog, path) -> None:
    dialog.choose_image(path)
    wait_until(lambda: dialog.job_bar.isHidden())


def fill_in(dialog, **values) -> None:
    for name, value in values.items():
        field = find(dialog, f"image_{name}")
        if isinstance(value, str):
            field.setText(value)
        else:
            field.setValue(value)


def of_the_sample(dialog, sample) -> None:
    dialog.kernels.set_kernels([sample / "synthetic.tm"])
    fill_in(
        dialog,
        target="MARS",
        observer="SYNTHETIC_ORBITER",
        instrument="SYNTH_FRAME_CAM",
        start="2019-09-01T00:30:00",
        exposure_s=0.01,
        sample_summing=4.0,
        line_summing=4.0,
    )


def project(dialog) -> None:
    find(dialog, "imageProject").click()
    wait_until(lambda: dialog.job_bar.isHidden())


def test_it_says_what_to_do_next(dialog, frame, sample):
    button = find(dialog, "imageProject")
    assert not button.isEnabled()
    assert "Choose an image" in button.toolTip()
    choose(dialog, frame)
    assert "kernels" in button.toolTip()
    assert "no label" in find(dialog, "imageLacking").text()
    assert "256 × 256" in find(dialog, "imageSaid").text()
    assert not dialog.fields.isCollapsed()
    dialog.kernels.set_kernels([sample / "synthetic.tm"])
    assert button.isEnabled()


def test_what_is_lacking_is_named(dialog, frame, sample, messages):
    choose(dialog, frame)
    dialog.kernels.set_kernels([sample / "synthetic.tm"])
    fill_in(dialog, target="MARS", observer="SYNTHETIC_ORBITER")
    project(dialog)
    assert "Fill in: instrument, start time, exposure." in messages()


def test_an_image_comes_onto_the_map(dialog, frame, sample, project_layers, messages):
    choose(dialog, frame)
    of_the_sample(dialog, sample)
    find(dialog, "imageOutline").setChecked(True)
    project(dialog)
    layers = project_layers()
    assert {"frame", "Footprint of frame"} <= set(layers)
    layer = layers["frame"]
    assert isinstance(layer, QgsRasterLayer)
    assert layer.crs().celestialBodyName() == "Mars"
    outline = layers["Footprint of frame"]
    assert outline.featureCount() == 1
    assert "frame" in find(dialog, "imageDone").text()
    assert "Photometry" in find(dialog, "imageDone").text()


def test_the_map_lies_within_its_footprint(dialog, frame, sample, project_layers):
    choose(dialog, frame)
    of_the_sample(dialog, sample)
    find(dialog, "imageOutline").setChecked(True)
    which = find(dialog, "imageWhichCrs")
    which.setCurrentIndex(2)
    find(dialog, "imageCrs").setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    project(dialog)
    layers = project_layers()
    one, other = layers["frame"].extent(), layers["Footprint of frame"].extent()
    pixel = layers["frame"].rasterUnitsPerPixelX()
    for name in ("xMinimum", "xMaximum", "yMinimum", "yMaximum"):
        assert abs(getattr(one, name)() - getattr(other, name)()) < 2.0 * pixel, name


def test_the_projects_crs_may_be_the_maps(dialog, frame, sample, toolbox, project_layers):
    toolbox.project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49910"))
    choose(dialog, frame)
    of_the_sample(dialog, sample)
    find(dialog, "imageWhichCrs").setCurrentIndex(1)
    find(dialog, "imageResolution").setValue(5000.0)
    project(dialog)
    layer = project_layers()["frame"]
    assert layer.crs().toProj() == toolbox.project.crs().toProj()
    assert layer.rasterUnitsPerPixelX() == pytest.approx(5000.0)


def test_kernels_of_the_footprints_dock_are_there_already(toolbox, store_path, sample, interface):
    settings.remember(kernels=(sample / "synthetic.tm",))
    made = ProjectImageDialog(interface.mainWindow())
    ProjectImageController(made, toolbox)
    assert made.kernels.kernels() == (sample / "synthetic.tm",)
    made.deleteLater()


def test_the_menu_opens_it_on_the_current_image(interface, toolbox, store_path, frame):
    layer = QgsRasterLayer(str(frame), "frame")
    toolbox.project.addMapLayer(layer)
    interface.setActiveLayer(layer)
    (entry,) = [each for each in fittings() if getattr(each, "_name", "") == "ProjectImage"]
    entry.install(interface, toolbox)
    open_project_image(interface, toolbox)
    (window,) = interface.mainWindow().findChildren(QDialog, "planetaryProjectImage")
    wait_until(lambda: window.job_bar.isHidden())
    assert window.image() == frame
    assert window.isVisible()
    window.close()
    delete_deferred()
    assert not interface.mainWindow().findChildren(QDialog, "planetaryProjectImage")
    entry.remove()


def test_nothing_is_cut_off(dialog, frame, tmp_path):
    choose(dialog, frame)
    for kind in (QComboBox, QCheckBox, QLabel):
        for widget in dialog.findChildren(kind):
            if widget.isVisible() and not widget.objectName().startswith("qt_"):
                assert widget.width() >= min(widget.minimumSizeHint().width(), 60), widget
    assert dialog.grab().save(str(tmp_path / "window.png"))


@pytest.fixture
def project_layers(toolbox):
    """A function that gives the project's layers by name."""
    return lambda: {each.name(): each for each in toolbox.project.mapLayers().values()}
