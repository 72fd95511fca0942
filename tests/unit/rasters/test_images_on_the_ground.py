"""Images placed by their labels alone lie where archives and other programs say that they do."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planetary_qgis.core.rasters.raster_labels import label_of
from planetary_qgis.core.rasters.raw_image_labels import raw_image_of
from planetary_qgis.core.spice.images.geolocation import geolocate
from planetary_qgis.core.spice.observations import Observation

RADII_KM = {"MOON": 1737.4, "MARS": 3396.19}


@pytest.fixture
def located(real_data):
    cases = json.loads((real_data / "spice/cases.json").read_text())["cases"]
    by_name = {case["image_id"]: case for case in cases}

    def locate(name: str, kind: str):
        case = by_name[name]
        found = raw_image_of(label_of(real_data / "spice/kernels" / name / f"{name}_{kind}.lbl"))
        kernels = tuple(real_data / "spice" / kernel for kernel in case["kernels"])
        observation = Observation(
            kernels,
            found.target,
            found.observer,
            found.instrument,
            body_fixed_frame=case["body_frame"],
        )
        grid = geolocate(observation, found.image)
        corners = [(0, 0), (0, -1), (-1, -1), (-1, 0)]
        return case, np.array([(grid.lon_e[at], grid.lat[at]) for at in corners])

    return locate


def kilometres(places: np.ndarray, truth: np.ndarray, body: str) -> np.ndarray:
    """Distances on the body's sphere between places that are near each other."""
    lon, lat = np.radians((places - truth + 180.0) % 360.0 - 180.0).T
    return RADII_KM[body] * np.hypot(lon * np.cos(np.radians(truth[..., 1])), lat)


@pytest.mark.real_data
def test_kaguya_corners_are_those_of_the_label(located):
    case, corners = located("MNA_2B2_01_04192S136E3573", "isis3")
    truth = np.array(case["truth"]["polygons"][0])
    assert (kilometres(corners, truth, "MOON") < 0.15).all()  # its pixels are 66 m


@pytest.mark.real_data
def test_lroc_middle_is_that_of_ale(located):
    case, corners = located("M103595705LE", "pds3")
    truth = np.array([case["truth"]["isd_center_pixel"]])
    assert kilometres(corners.mean(axis=0)[None], truth, "MOON")[0] < 0.015  # 10 pixels of 5064


@pytest.mark.real_data
def test_ctx_first_line_is_that_of_odes_outline(located):
    case, corners = located("B10_013341_1010_XN_79S172W", "pds3")
    outline = np.array(case["truth"]["polygons"][0])
    first_line = outline[np.argsort(outline[:, 1])[:2]][::-1]  # the southern end; 0.001 to 0.01°
    ours = corners[:2][np.argsort(corners[:2, 0])]
    truth = first_line[np.argsort(first_line[:, 0] % 360.0)]
    assert (kilometres(ours, truth, "MARS") < 0.25).all()
    middle = kilometres(ours.mean(axis=0)[None], truth.mean(axis=0)[None], "MARS")[0]
    assert middle < 0.1  # 0.2 km if the dark samples were not counted
