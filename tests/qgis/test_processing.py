"""The algorithms through processing.run on the embedded sample; truth: its index and CSPICE."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import spiceypy
from qgis.core import (
    QgsApplication,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)
from query_kit import asked

from planetary_qgis.core import dependencies
from planetary_qgis.core.spice.observations import ABERRATION_CORRECTIONS, IMAGING_MODES
from planetary_qgis.processing import spice_inputs, spicefootprints
from planetary_qgis.qgis_bridge import store

SAMPLE = Path(store.__file__).resolve().parents[1] / "resources" / "sample"
FOOTPRINTS = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
    "INSTRUMENT": "SYNTH_FRAME_CAM",
}
TRACK = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "-999",
    "START": "2019-09-01T00:10:00",
    "STOP": "2019-09-01T02:10:00",
    "STEP": 60,
}


@pytest.fixture
def furnished(monkeypatch):
    """CSPICE with the sample's kernels."""
    monkeypatch.chdir(SAMPLE)
    spiceypy.kclear()
    spiceypy.furnsh("synthetic.tm")
    yield
    spiceypy.kclear()


def opened(result: str | QgsMapLayer) -> QgsVectorLayer:
    if isinstance(result, QgsVectorLayer):
        return result
    layer = QgsVectorLayer(result, "result", "ogr")
    assert layer.isValid()
    return layer


def rows_of_sample() -> int:
    return len((SAMPLE / "index.tab").read_text(encoding="ascii").splitlines())


def sub_spacecraft_point(utc: str) -> tuple[float, float]:
    et = spiceypy.str2et(utc)
    found = spiceypy.subpnt("INTERCEPT/ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999")
    _, lon, lat = spiceypy.reclat(found[0])
    return np.degrees(lon), np.degrees(lat)


def boresight_point(utc: str) -> tuple[float, float]:
    et = spiceypy.str2et(utc)
    _, frame, boresight, _, _ = spiceypy.getfov(spiceypy.bodn2c("SYNTH_FRAME_CAM"), 99)
    point = spiceypy.sincpt("ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "-999", frame, boresight)[
        0
    ]
    _, lon, lat = spiceypy.reclat(point)
    return np.degrees(lon), np.degrees(lat)


def test_the_provider_offers_its_algorithms(processing) -> None:
    provider = QgsApplication.processingRegistry().providerById("planetary")
    assert {algorithm.name() for algorithm in provider.algorithms()} == {
        "downloadindex",
        "importpdsindex",
        "searcharchive",
        "searchindex",
        "spicefootprints",
        "groundtrack",
        "boresighttrack",
        "limbandterminator",
        "findopportunities",
        "kernelcoverage",
        "downloadkernels",
        "openraster",
        "checkcrs",
        "setprojectbody",
        "bestprojection",
        "shadedterrain",
        "hillshade",
        "slope",
        "aspect",
        "curvature",
        "roughness",
        "contours",
        "colourrelief",
        "rasterprofile",
        "zonalstatistics",
        "rasterfootprint",
        "mosaicindex",
        "projectimage",
        "basemap",
        "newmapproject",
        "importmap",
        "mapsymbols",
        "buildunits",
        "checkmap",
        "unitstatistics",
        "mapsheet",
        "exportmappackage",
        "validatemappackage",
    }
    assert not provider.icon().isNull()
    assert provider.defaultVectorFileExtension() == "gpkg"
    for algorithm in provider.algorithms():
        assert len(algorithm.shortHelpString()) > 200
        assert algorithm.group()
        assert isinstance(algorithm.create(), QgsProcessingAlgorithm)


def test_choices_are_those_of_the_core() -> None:
    assert tuple(spice_inputs.ABERRATION_CORRECTIONS) == ABERRATION_CORRECTIONS
    assert tuple(spicefootprints.IMAGING_MODES) == IMAGING_MODES


@pytest.mark.parametrize("output", ["memory:", "{}/out.gpkg"])
def test_import_an_index(output, processing, notes, tmp_path) -> None:
    label = str(SAMPLE / "index.lbl")
    results = processing.run(
        "planetary:importpdsindex",
        {"INPUT": label, "OUTPUT": output.format(tmp_path)},
        feedback=notes,
    )
    layer = opened(results["OUTPUT"])
    with (SAMPLE / "index.tab").open(encoding="ascii", newline="") as table:
        expected = {row[1].strip() for row in csv.reader(table)}
    assert layer.featureCount() == len(expected)
    assert layer.crs().authid() == "IAU_2015:49900"
    found = {feature["product_id"] for feature in layer.getFeatures()}
    assert len(found) == len(expected)


def test_import_into_a_geopackage_keeps_other_tables(processing, footprints, geopackage) -> None:
    store.write_table(geopackage, "other", footprints.answer())
    results = processing.run(
        "planetary:importpdsindex",
        {
            "INPUT": str(SAMPLE / "index.lbl"),
            "OUTPUT": f"ogr:dbname='{geopackage}' table=\"sample\" (geom)",
        },
    )
    assert store.table_names(geopackage) == ["other", "sample"]
    assert opened(results["OUTPUT"]).featureCount() == rows_of_sample()


def test_search_finds_what_the_store_finds(processing, tmp_path) -> None:
    path = tmp_path / "index.gpkg"
    processing.run(
        "planetary:importpdsindex", {"INPUT": str(SAMPLE / "index.lbl"), "OUTPUT": str(path)}
    )
    extent, start, stop = (170.0, -60.0, 190.0, 60.0), "2019-09-01", "2019-245T00:00:00"
    expression = '"instrument_id" = \'SYNTH_LINE_CAM\' AND "emission_angle" < 20'
    query = asked(extent=extent, start=start, stop=stop, expression=expression)
    by_store = store.search_layer(path, "index", query)
    expected = {feature["product_id"] for feature in by_store.getFeatures()}
    everything = store.open_table(path, "index").featureCount()
    assert 0 < len(expected) < everything
    for source in (str(path), by_store, "memory"):
        index = source
        if source == "memory":
            index = processing.run(
                "planetary:importpdsindex",
                {"INPUT": str(SAMPLE / "index.lbl"), "OUTPUT": "memory:"},
            )["OUTPUT"]
        results = processing.run(
            "planetary:searchindex",
            {
                "INPUT": index,
                "EXTENT": "170,190,-60,60 [IAU_2015:49900]",
                "START": start,
                "STOP": stop,
                "FILTER": expression,
                "OUTPUT": str(tmp_path / "found.gpkg"),
            },
        )
        layer = opened(results["OUTPUT"])
        assert {feature["product_id"] for feature in layer.getFeatures()} == expected
        assert layer.crs().authid() == "IAU_2015:49900"
        assert layer.metadata().title()
        del layer


def test_search_by_an_area_over_the_pole(processing) -> None:
    """A square in polar stereographic metres holds all longitudes."""
    index = processing.run(
        "planetary:importpdsindex", {"INPUT": str(SAMPLE / "index.lbl"), "OUTPUT": "memory:"}
    )["OUTPUT"]
    results = processing.run(
        "planetary:searchindex",
        {
            "INPUT": index,
            "EXTENT": "-200000,200000,-200000,200000 [IAU_2015:49930]",
            "OUTPUT": "memory:",
        },
    )
    found = {feature["product_id"] for feature in results["OUTPUT"].getFeatures()}
    inside = {
        feature["product_id"]
        for feature in index.getFeatures()
        if isinstance(feature["center_lat"], float) and feature["center_lat"] > 87
    }
    assert inside
    assert inside <= found
    assert len(found) < index.featureCount()


def test_search_on_another_body_says_so(processing) -> None:
    with pytest.raises(QgsProcessingException, match=r"Moon.*Mars"):
        processing.run(
            "planetary:searchindex",
            {
                "INPUT": processing.run(
                    "planetary:importpdsindex",
                    {"INPUT": str(SAMPLE / "index.lbl"), "OUTPUT": "memory:"},
                )["OUTPUT"],
                "EXTENT": "0,10,0,10 [IAU_2015:30100]",
                "OUTPUT": "memory:",
            },
        )


@pytest.mark.usefixtures("furnished")
def test_footprints_every_so_many_seconds(processing, notes) -> None:
    times = {"START": "2019-09-01T10:00:00", "STOP": "2019-244T10:10:00", "STEP": 120}
    results = processing.run(
        "planetary:spicefootprints",
        {**FOOTPRINTS, **times, "IMAGING": "frame", "ABCORR": "LT+S", "OUTPUT": "memory:"},
        feedback=notes,
    )
    layer = results["OUTPUT"]
    found = {f["start_time"].toString("HH:mm:ss"): f for f in layer.getFeatures()}
    assert sorted(found) == [f"10:{minute:02}:00" for minute in range(0, 11, 2)]
    for clock, feature in found.items():
        lon, lat = boresight_point(f"2019-09-01T{clock}")
        assert feature["center_lon_e"] == pytest.approx(lon, abs=1e-4)
        assert feature["center_lat"] == pytest.approx(lat, abs=1e-4)
        assert feature.geometry().contains(QgsPointXY(lon, lat))
    assert layer.temporalProperties().isActive()


@pytest.mark.usefixtures("furnished")
def test_footprints_of_a_table(processing, notes, tmp_path) -> None:
    output = str(tmp_path / "footprints.gpkg")
    table = QgsVectorLayer(str(SAMPLE / "times_frame.csv"), "times", "ogr")
    results = processing.run(
        "planetary:spicefootprints",
        {
            **FOOTPRINTS,
            "INPUT": table,
            "START_FIELD": "start_time",
            "STOP_FIELD": "stop_time",
            "OUTPUT": output,
        },
        feedback=notes,
    )
    layer = opened(results["OUTPUT"])
    found = {feature["product_id"]: feature for feature in layer.getFeatures()}
    expected = {feature["product_id"] for feature in table.getFeatures()}
    assert set(found) == expected
    assert {feature["note"] for feature in found.values()} == {"synthetic sample"}
    # The sample's second image looks at the pole, the third along the antimeridian's side.
    product = found["SFC_0003_87N164W"]
    lon, lat = boresight_point("2019-09-01T02:12:10.005")
    assert product["center_lon_e"] == pytest.approx(lon, abs=1e-4)
    assert product["center_lat"] == pytest.approx(lat, abs=1e-4)


@pytest.mark.usefixtures("furnished")
def test_one_observation_without_step(processing) -> None:
    results = processing.run(
        "planetary:spicefootprints",
        {
            **FOOTPRINTS,
            "INSTRUMENT": "SYNTH_LINE_CAM",
            "START": "2019-09-01T03:36:00",
            "STOP": "2019-09-01T03:37:20",
            "IMAGING": "line scan",
            "OUTPUT": "memory:",
        },
    )
    (feature,) = results["OUTPUT"].getFeatures()
    for second in (10, 40, 70):
        lon, lat = sub_spacecraft_point(
            f"2019-09-01T03:36:{second}" if second < 60 else "2019-09-01T03:37:10"
        )
        assert feature.geometry().distance(QgsGeometry.fromPointXY(QgsPointXY(lon, lat))) < 1


@pytest.mark.usefixtures("furnished")
def test_ground_track(processing) -> None:
    layer = processing.run("planetary:groundtrack", {**TRACK, "OUTPUT": "memory:"})["OUTPUT"]
    assert layer.featureCount() == 120
    assert layer.temporalProperties().isActive()
    first = next(layer.getFeatures())
    start = next(first.geometry().vertices())
    lon, lat = sub_spacecraft_point("2019-09-01T00:10:00")
    assert start.x() == pytest.approx(lon, abs=1e-4)
    assert start.y() == pytest.approx(lat, abs=1e-4)


@pytest.mark.parametrize(
    ("algorithm", "changes", "message"),
    [
        ("spicefootprints", {}, "no times"),
        ("spicefootprints", {"START": "soon"}, "“soon” is not a time"),
        ("spicefootprints", {"START": "1999-01-01"}, "1999|cover"),
        ("spicefootprints", {"START": "2019-09-01", "INSTRUMENT": "NO_SUCH"}, "NO_SUCH"),
        ("groundtrack", {"TARGET": "NOWHERE"}, "NOWHERE"),
        ("importpdsindex", {"INPUT": str(SAMPLE / "synthetic.tm")}, "synthetic.tm"),
        ("importpdsindex", {"DATASET": "no.such.key"}, "no.such.key"),
    ],
)
def test_bad_input_gets_a_sentence(algorithm, changes, message, processing, tmp_path) -> None:
    parameters = {
        "spicefootprints": FOOTPRINTS,
        "groundtrack": TRACK,
        "importpdsindex": {"INPUT": str(SAMPLE / "index.lbl")},
    }[algorithm]
    output = tmp_path / "out.gpkg"
    with pytest.raises(QgsProcessingException, match=message):
        processing.run(f"planetary:{algorithm}", {**parameters, **changes, "OUTPUT": str(output)})
    assert list(tmp_path.iterdir()) == []


def test_results_are_dressed_when_loaded(processing, tmp_path) -> None:
    """As in the toolbox: the output is to be loaded into the project."""
    project = QgsProject()
    context = QgsProcessingContext()
    context.setProject(project)
    for path in (str(tmp_path / "track.gpkg"), "TEMPORARY_OUTPUT"):
        output = QgsProcessingOutputLayerDefinition(path, project)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("planetary:groundtrack")
        feedback = QgsProcessingFeedback(False)
        results, ok = algorithm.run({**TRACK, "OUTPUT": output}, context, feedback)
        assert ok
        details = context.layerToLoadOnCompletionDetails(results["OUTPUT"])
        layer = context.takeResultLayer(results["OUTPUT"]) or opened(results["OUTPUT"])
        layer.setName("as Processing names it")
        details.postProcessor().postProcessLayer(layer, context, feedback)
        assert layer.name() == "-999 ground track on MARS"
        assert layer.temporalProperties().isActive()
        del layer


def test_in_a_model(processing) -> None:
    """Import, then search what was imported."""
    model = QgsProcessingModelAlgorithm("import and search")
    first = QgsProcessingModelChildAlgorithm("planetary:importpdsindex")
    first.setChildId("import")
    static = QgsProcessingModelChildParameterSource.fromStaticValue
    first.addParameterSources("INPUT", [static(str(SAMPLE / "index.lbl"))])
    model.addChildAlgorithm(first)
    second = QgsProcessingModelChildAlgorithm("planetary:searchindex")
    second.setChildId("search")
    imported = QgsProcessingModelChildParameterSource.fromChildOutput("import", "OUTPUT")
    second.addParameterSources("INPUT", [imported])
    second.addParameterSources("FILTER", [static("\"instrument_id\" = 'SYNTH_LINE_CAM'")])
    found = QgsProcessingModelOutput("found")
    found.setChildOutputName("OUTPUT")
    second.setModelOutputs({"found": found})
    model.addChildAlgorithm(second)
    results = processing.run(model, {"search:found": "memory:"})
    assert results["search:found"].featureCount() == 97


def test_search_again_into_the_same_table(processing, footprints, geopackage) -> None:
    """The style of what was there before is replaced, and the other table stays."""
    store.write_table(geopackage, "index", footprints.answer())
    for expression, found in (('"ORBIT" = 1', {"equator"}), ('"ORBIT" = 5', {"instant"})):
        processing.run(
            "planetary:searchindex",
            {
                "INPUT": f"{geopackage}|layername=index",
                "FILTER": expression,
                "OUTPUT": f"ogr:dbname='{geopackage}' table=\"found\" (geom)",
            },
        )
        layer = store.open_table(geopackage, "found")
        assert {feature["product_id"] for feature in layer.getFeatures()} == found
        assert layer.temporalProperties().isActive()
        assert expression in " ".join(layer.metadata().history())
        del layer
    assert store.table_names(geopackage) == ["found", "index"]


def test_a_missing_library_is_named(processing, monkeypatch, tmp_path) -> None:
    real = dependencies.find_spec
    monkeypatch.setattr(
        dependencies, "find_spec", lambda name: None if name == "spiceypy" else real(name)
    )
    output = str(tmp_path / "out.gpkg")
    with pytest.raises(QgsProcessingException, match=r"spiceypy.*[Ii]nstall"):
        processing.run("planetary:groundtrack", {**TRACK, "OUTPUT": output})
    results = processing.run(
        "planetary:importpdsindex", {"INPUT": str(SAMPLE / "index.lbl"), "OUTPUT": output}
    )
    assert opened(results["OUTPUT"]).isValid()
