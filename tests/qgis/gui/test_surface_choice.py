"""The SPICE Footprints dock's surface: the ellipsoid, or a DEM of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gui_kit import click_and_wait, find, wait_until
from osgeo import gdal, osr
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsMapLayerComboBox

from planetary_qgis.gui.footprints_controller import FootprintsController


@pytest.fixture
def dock(toolbox, store_path, sample):
    controller = FootprintsController(toolbox)
    controller.view.resize(330, 900)
    controller.view.show()
    controller.load()
    dock = controller.view
    dock.kernels.set_kernels([sample / "synthetic.tm"])
    click_and_wait(dock, "spiceReadButton")
    dock.observation.choose(
        target="MARS", observer="SYNTHETIC_ORBITER", instrument="SYNTH_FRAME_CAM"
    )
    find(dock, "spiceStart").setText("2019-09-01T00:10:00")
    find(dock, "spiceStop").setText("2019-09-01T00:20:00")
    find(dock, "spiceStep").setValue(120.0)
    yield dock
    controller.unload()
    dock.close()
    dock.deleteLater()


def dem_layer(path: Path, code: str) -> QgsRasterLayer:
    """A flat plateau of 10 km on a whole body, in the project."""
    srs = osr.SpatialReference()
    assert srs.SetFromUserInput(code) == 0
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 72, 36, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((-180.0, 5.0, 0.0, 90.0, 0.0, -5.0))
    dataset.SetProjection(srs.ExportToWkt())
    dataset.GetRasterBand(1).WriteArray(np.full((36, 72), 10_000.0, np.float32))
    dataset = None
    layer = QgsRasterLayer(str(path), path.stem)
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    return layer


def computed(dock) -> QgsVectorLayer:
    before = set(QgsProject.instance().mapLayers())
    click_and_wait(dock, "spiceComputeButton")
    layers = QgsProject.instance().mapLayers()
    wait_until(lambda: len(QgsProject.instance().mapLayers()) > len(before))
    (new,) = [layer for key, layer in layers.items() if key not in before]
    return new


def sources(layer: QgsVectorLayer) -> set[str]:
    return {row["geometry_source"] for row in layer.getFeatures()}


def test_footprints_lie_on_the_chosen_dem(dock, tmp_path, project):
    assert sources(computed(dock)) == {"SPICE, ellipsoid"}
    combo = dock.findChild(QgsMapLayerComboBox, "spiceDem")
    assert combo.currentLayer() is None
    combo.setLayer(dem_layer(tmp_path / "plateau.tif", "IAU_2015:49900"))
    assert sources(computed(dock)) == {"SPICE, DEM plateau"}


def test_a_dem_of_another_body_is_told_in_a_sentence(dock, tmp_path, project, messages):
    combo = dock.findChild(QgsMapLayerComboBox, "spiceDem")
    combo.setLayer(dem_layer(tmp_path / "moon.tif", "IAU_2015:30100"))
    click_and_wait(dock, "spiceComputeButton")
    assert "The DEM moon lies on MOON, not on MARS" in messages()


def test_the_rows_fit_into_a_narrow_dock(dock):
    group = dock.findChild(QgsCollapsibleGroupBox, "spiceAdvanced")
    group.setCollapsed(False)
    for name in ("spiceSurface", "spiceDem"):
        box = find(dock, name)
        assert box.minimumSizeHint().width() < 200
        assert box.toolTip()
    assert [find(dock, "spiceSurface").itemText(row) for row in range(3)] == [
        "auto",
        "ellipsoid",
        "DSK",
    ]
