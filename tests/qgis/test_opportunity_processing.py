"""planetary:findopportunities, and times in any system where algorithms take times."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsVectorLayer,
)

from planetary_qgis.core.spice.epochs import TIME_SYSTEMS as KNOWN_SYSTEMS
from planetary_qgis.core.spice.opportunities.finding import LIMITED_COLUMNS, SIGHTS
from planetary_qgis.processing import findopportunities, spice_inputs

START, STOP = "2019-09-01T00:10:00", "2019-09-02T23:50:00"
MARS = "IAU_2015:49900"


@pytest.fixture
def sample(request):
    import planetary_qgis

    return request.path.__class__(planetary_qgis.__file__).parent / "resources" / "sample"


@pytest.fixture
def asked(sample) -> dict:
    """A search over a box of the sample's ground."""
    return {
        "KERNELS": [str(sample / "synthetic.tm")],
        "TARGET": "MARS",
        "OBSERVER": "SYNTHETIC_ORBITER",
        "INSTRUMENT": "SYNTH_FRAME_CAM",
        "EXTENT": f"10,20,20,30 [{MARS}]",
        "START": START,
        "STOP": STOP,
        "OUTPUT": "memory:",
    }


@pytest.fixture
def find(processing, notes, geopackage):
    """A function that runs the algorithm and gives the features found."""

    def run(parameters: dict) -> list[QgsFeature]:
        results = processing.run("planetary:findopportunities", parameters, feedback=notes)
        layer = results["OUTPUT"]
        layer = layer if isinstance(layer, QgsVectorLayer) else QgsVectorLayer(layer, "", "ogr")
        return list(layer.getFeatures())

    return run


def starts(features) -> list[str]:
    return [feature["start_time"].toString("yyyy-MM-ddTHH:mm:ss") for feature in features]


def test_what_the_algorithm_spells_is_what_the_core_knows():
    assert tuple(findopportunities.SIGHTS) == SIGHTS
    assert tuple(spice_inputs.TIME_SYSTEMS) == KNOWN_SYSTEMS
    names = [name for name, _title in findopportunities.FindOpportunities()._limits()]
    assert set(names) == set(LIMITED_COLUMNS)


def test_windows_with_footprints(find, asked):
    found = find(asked)
    assert starts(found)[0] == "2019-09-01T02:31:21"
    assert all(feature["duration_s"] > 0.0 for feature in found)
    area = QgsGeometry.fromWkt("POLYGON((10 20, 20 20, 20 30, 10 30, 10 20))")
    assert all(feature.geometry().intersects(area) for feature in found)


def test_limits_narrow_the_search_and_local_time_goes_through_midnight(find, asked):
    everything = find(asked)
    day = find({**asked, "INCIDENCE_ANGLE": "0,50"})
    night = find({**asked, "LOCAL_TIME": "20,4"})
    assert 0 < len(day) < len(everything)
    assert all(feature["incidence_angle"] <= 50.0 for feature in day)
    assert len(night) > 0
    assert all(feature["local_time"] >= 20 or feature["local_time"] <= 4 for feature in night)


def test_areas_of_layers_in_any_crs_of_the_body(find, asked):
    box = QgsGeometry.fromWkt("POLYGON((10 20, 20 20, 20 30, 10 30, 10 20))")
    metres = np.radians(1.0) * 3396190.0
    for crs, scale in ((MARS, 1.0), ("IAU_2015:49910", metres)):
        layer = QgsVectorLayer("Polygon", "area", "memory")
        layer.setCrs(QgsCoordinateReferenceSystem(crs))
        feature, shape = QgsFeature(), QgsGeometry(box)
        shape.transform(_scaling(scale))
        feature.setGeometry(shape)
        layer.dataProvider().addFeature(feature)
        parameters = {name: value for name, value in asked.items() if name != "EXTENT"}
        assert starts(find({**parameters, "AREA": layer})) == starts(find(asked))


def _scaling(scale: float):
    from qgis.PyQt.QtGui import QTransform

    return QTransform.fromScale(scale, scale)


def test_the_horizon_takes_no_attitude(find, asked, sample, geopackage):
    names = ("tls", "tpc", "tsc", "tf", "ti")
    kernels = [str(sample / f"synthetic.{name}") for name in names]
    kernels.append(str(sample / "synthetic_orbiter.bsp"))
    parameters = {**asked, "KERNELS": kernels, "INSTRUMENT": "", "SIGHT": "horizon"}
    found = find({**parameters, "OUTPUT": str(geopackage)})
    assert len(found) > 5
    with pytest.raises(QgsProcessingException, match=r"No instrument is given|attitude"):
        find({**parameters, "SIGHT": "field of view"})


def test_nothing_found_is_an_empty_layer(find, asked):
    assert find({**asked, "INCIDENCE_ANGLE": "1,1.1"}) == []


def test_what_is_missing_is_said(find, asked):
    without = {name: value for name, value in asked.items() if name != "EXTENT"}
    with pytest.raises(QgsProcessingException, match="There is no area to look for"):
        find(without)
    with pytest.raises(QgsProcessingException, match="“2019” is a number alone"):
        find({**asked, "START": "2019"})


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ("2019 SEP 01 00:10:00", "+172200 s"),
        ("2019-09-01T00:11:09.184 TDB", "2019-09-02T23:51:09.184 TDB"),
        ("JD 2458727.506944444", "2019-245T23:50:00"),
        ("SCLK 1/0147183069:12059", STOP),
    ],
)
def test_times_in_any_system(find, asked, start, stop):
    assert starts(find({**asked, "START": start, "STOP": stop})) == starts(find(asked))


def test_tables_of_ephemeris_times_and_clock_readings(processing, notes, asked):
    table = QgsVectorLayer(
        "None?field=et:double&field=clock:string(30)&field=broken:string(30)", "times", "memory"
    )
    for et, clock, broken in (
        (620569269.184, "1/0147183800:0", "2019-09-01T00:20:00"),
        (620569329.184, "1/0147183860:0", "soon"),
    ):
        feature = QgsFeature(table.fields())
        feature.setAttributes([et, clock, broken])
        table.dataProvider().addFeature(feature)
    parameters = {name: value for name, value in asked.items() if name not in ("START", "STOP")}
    parameters = {**parameters, "INPUT": table}

    def run(**more):
        results = processing.run(
            "planetary:spicefootprints", {**parameters, **more}, feedback=notes
        )
        return starts(results["OUTPUT"].getFeatures())

    assert run(START_FIELD="et", TIME_SYSTEM="ET") == ["2019-09-01T00:20:00", "2019-09-01T00:21:00"]
    assert len(run(START_FIELD="clock", TIME_SYSTEM="SCLK")) == 2
    assert run(START_FIELD="broken") == ["2019-09-01T00:20:00"]
    assert any("row 2: “soon” is not a time" in warning for warning in notes.warnings)
    with pytest.raises(QgsProcessingException, match="No row has a start time"):
        run(START_FIELD="et")
