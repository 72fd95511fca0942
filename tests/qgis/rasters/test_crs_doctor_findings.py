"""Each thing that can be wrong: a wrong layer, the sentence, the repair, and where it lies then."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsFeedback,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.crs_doctor import layer_checks
from planetary_qgis.qgis_bridge.crs_doctor.checking import check
from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding
from planetary_qgis.qgis_bridge.crs_doctor.layer_checks import findings_of, is_plainly_right
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts, facts_of_layer
from planetary_qgis.qgis_bridge.crs_doctor.project_checks import facts_of_project, project_findings
from planetary_qgis.qgis_bridge.crs_doctor.repairs import do_repair, sure_repairs
from planetary_qgis.qgis_bridge.crs_doctor.sidecars import keep_beside
from planetary_qgis.qgis_bridge.measuring import measures_right

CRS = QgsCoordinateReferenceSystem
WKT2 = CRS.WktVariant.WKT2_2019
MARS, MOON = body("MARS"), body("MOON")


@pytest.fixture(autouse=True)
def _qgis(qgis_app: object) -> None:
    """A running QGIS."""


def crs_from(text: str) -> CRS:
    crs = CRS()
    assert crs.createFromUserInput(text) or crs.createFromProj(text)
    return crs


def points(crs: CRS | str, *places: tuple[float, float], name: str = "points") -> QgsVectorLayer:
    layer = QgsVectorLayer("Point", name, "memory")
    features = []
    for place in places:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*place)))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    layer.updateExtents()
    layer.setCrs(crs_from(crs) if isinstance(crs, str) else crs)
    return layer


def facts(layer: QgsMapLayer) -> LayerFacts:
    found = facts_of_layer(layer)
    assert found is not None
    return found


def found_in(layer: QgsMapLayer, **around: object) -> tuple[Finding, ...]:
    return findings_of(facts(layer), **around)


def the(findings: tuple[Finding, ...], what: str) -> Finding:
    (one,) = [each for each in findings if each.what == what]
    return one


def repaired(layer: QgsMapLayer, finding: Finding) -> QgsMapLayer:
    assert do_repair(finding, QgsProject(), layer)
    return layer


def degrees(layer: QgsMapLayer, x: float, y: float, of: str = "MARS") -> tuple[float, float]:
    way = QgsCoordinateTransform(layer.crs(), crs_of(body(of)), QgsProject().transformContext())
    assert way.isValid()
    there = way.transform(QgsPointXY(x, y))
    return there.x(), there.y()


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("IAU_2015:49900", (10, 20)),
        ("IAU_2015:30100", (10, 20)),
        ("IAU_2015:49910", (1e6, 1e6)),
        ("ESRI:104905", (10, 20)),
        ("EPSG:4326", (10, 20)),
        ("EPSG:32633", (5e5, 5e6)),
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(crs: str, place: tuple[float, float]) -> None:
    assert found_in(points(crs, place, (place[0] * 1.1, place[1] * 1.1))) == ()


def test_a_custom_sphere_of_an_unknown_body_is_left_alone() -> None:
    bennu = CRS.fromWkt(MARS.sphere_wkt.replace("Mars", "Bennu").replace("3396190.0", "268.0"))
    assert found_in(points(bennu, (10, 20), (11, 21))) == ()


def test_a_layer_without_crs_gets_that_of_the_body_its_name_tells() -> None:
    layer = points("IAU_2015:49900", (10, 20), (12, 20), name="Mars dunes")
    layer.setCrs(CRS())
    finding = the(found_in(layer), "no-crs")
    assert finding.sentence == "It has no coordinate reference system."
    assert not finding.repair.is_sure
    assert degrees(repaired(layer, finding), 10, 20) == (10, 20)


def test_an_unprojected_image_is_said_to_be_one(tmp_path: Path) -> None:
    path = str(tmp_path / "mars_image.tif")
    gdal.GetDriverByName("GTiff").Create(path, 30, 20, 1).FlushCache()
    finding = the(found_in(QgsRasterLayer(path, "mars image")), "no-crs")
    assert "not projected" in finding.sentence
    assert finding.repair is None


def test_a_proj_string_is_given_its_body() -> None:
    without = CRS.fromProj("+proj=eqc +lat_ts=15 +R=3394839.8133 +units=m +no_defs")
    layer = points(without, (1e6, 2e6), (2e6, 2e6))
    before = QgsPointXY(1e6, 2e6)
    # Newer PROJ tells the body by the radius itself: then nothing is wrong.
    if without.celestialBodyName() != "Mars":
        finding = the(found_in(layer), "no-body")
        assert "by its radius of 3394.839813 km it is Mars" in finding.sentence
        repaired(layer, finding)
    found = degrees(layer, before.x(), before.y())
    assert found[1] == pytest.approx(np.degrees(2e6 / 3394839.8133), abs=1e-9)
    assert found_in(layer) == ()


def test_radii_that_fit_several_bodies_get_a_sentence() -> None:
    finding = the(found_in(points("+proj=longlat +R=252000", (1, 2), (3, 4))), "no-body")
    assert "Enceladus, Vesta" in finding.sentence
    assert finding.repair is None


def test_earth_is_not_mars_where_name_and_project_say_mars() -> None:
    layer = points("EPSG:4326", (10, 20), (12, 22), name="MOLA contours")
    finding = the(found_in(layer, around=MARS), "earth-datum")
    assert (finding.severity, finding.repair.is_sure) == ("error", True)
    assert finding.sentence == "It says Earth, but the data are of Mars."
    assert degrees(repaired(layer, finding), 10, 20) == (10, 20)
    assert found_in(layer, around=MARS) == ()


def test_a_name_alone_makes_no_sure_repair() -> None:
    finding = the(found_in(points("EPSG:4326", (1, 2), (3, 4), name="Mars Hill")), "earth-datum")
    assert not finding.repair.is_sure
    assert sure_repairs([finding]) == []


def test_a_body_that_somebody_tells_is_sure() -> None:
    layer = points("EPSG:4326", (1, 2), (3, 4))
    assert the(found_in(layer, told=MOON), "earth-datum").repair.is_sure


def test_earth_in_a_project_of_mars_is_asked_about() -> None:
    layer = points("EPSG:4326", (10, 20), (12, 22), name="contacts")
    finding = the(found_in(layer, around=MARS), "two-bodies")
    assert "It says Earth, the project is on Mars" in finding.sentence
    assert not finding.repair.is_sure
    assert degrees(repaired(layer, finding), 10, 20) == (10, 20)


def test_another_body_than_the_projects_is_told() -> None:
    finding = the(found_in(points("IAU_2015:30100", (1, 2), (3, 4)), around=MARS), "two-bodies")
    assert "It lies on Moon, the project on Mars" in finding.sentence
    assert finding.repair is None


def test_web_mercator_of_mars_is_mended() -> None:
    layer = points("EPSG:3857", (6378137 * 0.5, 1e6), (6378137 * 0.6, 1e6), name="mars tiles")
    finding = the(found_in(layer, around=MARS), "earth-datum")
    assert degrees(repaired(layer, finding), 6378137 * 0.5, 0)[0] == pytest.approx(np.degrees(0.5))


def test_names_that_contradict_the_datum_are_a_conflict() -> None:
    finding = the(found_in(points("IAU_2015:30100", (1, 2), (3, 4), name="Mars map")), "conflict")
    assert "It says Moon, but the data say Mars" in finding.sentence
    assert finding.repair is None


def test_planetographic_codes_are_no_layers_crs() -> None:
    layer = points("IAU_2015:49901", (30, 40), (31, 41))
    findings = found_in(layer)
    assert {each.what for each in findings} == {"west", "ographic", "code-mangles"}
    found = degrees(repaired(layer, findings[0]), 30, 40)
    lat = np.degrees(np.arctan((3376.2 / 3396.19) ** 2 * np.tan(np.radians(40))))
    assert found == pytest.approx((-30, lat), abs=1e-9)
    assert found_in(layer) == ()


def test_planetocentric_degrees_on_the_ellipsoid_are_those_of_the_sphere() -> None:
    layer = points("IAU_2015:49902", (30, 40), (31, 41))
    finding = the(found_in(layer), "code-mangles")
    assert "mixes up the axes of IAU_2015:49902" in finding.sentence
    assert degrees(repaired(layer, finding), 30, 40) == (30, 40)
    assert layer.crs().authid() == "IAU_2015:49900"


def test_west_longitudes_by_wkt_are_turned() -> None:
    wkt = MARS.sphere_wkt.replace('(Lon)",east', '(Lon)",west')
    layer = points(CRS.fromWkt(wkt), (30, 40), (31, 41))
    finding = the(found_in(layer), "west")
    assert degrees(repaired(layer, finding), 30, 40) == pytest.approx((-30, 40))


def mercator(k: float) -> CRS:
    return CRS.fromWkt(
        'PROJCS["Mercator MARS",GEOGCS["GCS_MARS",DATUM["D_MARS",SPHEROID["MARS",3396190,0]],'
        'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]],'
        f'PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",{k}],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


def test_a_scale_factor_of_nothing_is_1() -> None:
    layer = points(mercator(0), (1e6, 0), (2e6, 1e5))
    finding = the(found_in(layer), "scale")
    assert "has no inverse operation" in finding.sentence
    found = degrees(repaired(layer, finding), 1e6, 0)
    assert found == pytest.approx((np.degrees(1e6 / 3396190), 0), abs=1e-9)
    assert found_in(layer) == ()


def test_scales_at_the_pole_are_noted() -> None:
    polar = "+proj=stere +lat_0=90 +k=0.994 +R=3396190 +units=m"
    finding = the(found_in(points(polar, (1e5, 1e5), (2e5, 2e5))), "scale")
    assert (finding.severity, finding.repair) == ("note", None)
    assert "0.994" in finding.sentence


def test_polar_spheres_are_told_and_led_to_the_body() -> None:
    layer = points("+proj=stere +lat_0=90 +R=3376200 +units=m", (1e5, 2e5), (2e5, 2e5))
    finding = the(found_in(layer), "sphere")
    assert "Mars's polar radius, 3376.2 km" in finding.sentence
    if finding.repair is not None:  # PROJ before 9.4 does not see Mars in such a radius
        repaired(layer, finding)
    found = degrees(layer, 0.0, -1e5)
    assert found[1] == pytest.approx(90 - np.degrees(2 * np.arctan(1e5 / 2 / 3376200)), abs=1e-9)


def test_swapped_axes_are_seen_and_turned() -> None:
    layer = points("IAU_2015:49900", (20, 137), (25, 150))
    finding = the(found_in(layer), "swapped-axes")
    assert "longitudes and latitudes are swapped" in finding.sentence
    assert degrees(repaired(layer, finding), 20, 137) == pytest.approx((137, 20))
    assert found_in(layer) == ()


def test_metres_that_claim_to_be_degrees_get_a_sentence() -> None:
    layer = points("IAU_2015:49900", (1e6, 2e5), (2e6, 3e5))
    finding = the(found_in(layer), "extent-beyond")
    assert "its coordinates run to 2e+06" in finding.sentence
    assert finding.repair is None


def test_no_body_is_offered_to_what_cannot_be_degrees() -> None:
    layer = points("EPSG:4326", (100, 4000), (3000, 200))
    assert all(each.repair is None for each in found_in(layer, around=MARS))


def test_degrees_that_claim_to_be_metres_are_asked_about() -> None:
    layer = points("IAU_2015:49910", (137, 20), (140, 25))
    finding = the(found_in(layer), "extent-degrees")
    assert not finding.repair.is_sure
    assert degrees(repaired(layer, finding), 137, 20) == (137, 20)


def test_longitudes_beyond_180_are_shifted_where_all_are() -> None:
    layer = points("IAU_2015:49900", (200, 10), (350, 20))
    finding = the(found_in(layer), "extent-360")
    assert degrees(repaired(layer, finding), 350, 20) == pytest.approx((-10, 20))
    assert found_in(layer) == ()
    both = points("IAU_2015:49900", (10, 10), (350, 20))
    assert the(found_in(both), "extent-360").repair is None


def test_what_lies_beyond_its_projection_is_told() -> None:
    layer = points("IAU_2015:49965", (9e6, 9e6), (9.1e6, 9.1e6))
    assert "cannot be turned into degrees" in the(found_in(layer), "no-inverse").sentence


def test_a_lost_definition_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = points("IAU_2015:49900", (10, 20), (11, 21))
    seen = facts(layer)
    hollow = LayerFacts(**{**vars(seen), "definition": "", "is_hollow": True})
    finding = the(findings_of(hollow), "hollow-crs")
    assert repaired(layer, finding).crs().authid() == "IAU_2015:49900"
    assert layer.crs().toWkt(WKT2)


def written(path: Path, crs: str) -> None:
    layer = points(crs, (10, 20), (11, 21))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "table"
    context = QgsProject().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0


def test_a_geopackage_that_lost_its_code_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Ärchiv.gpkg"
    written(path, "IAU_2015:49900")
    with closing(sqlite3.connect(path)) as opened, opened:
        told = opened.execute("SELECT definition FROM gpkg_spatial_ref_sys").fetchall()
    assert any('AUTHORITY["IAU"' in each for (each,) in told)
    layer = QgsVectorLayer(f"{path}|layername=table", "table", "ogr")
    if layer.crs().authid() == "IAU_2015:49900":
        pytest.skip("this QGIS reads it back")
    layer.setCrs(CRS())
    finding = the(found_in(layer), "lost-code")
    assert "GeoPackage" in finding.sentence
    assert repaired(layer, finding).crs().authid() == "IAU_2015:49900"
    assert keep_beside(facts(layer), layer.crs()) == (path,)
    again = QgsVectorLayer(f"{path}|layername=table", "table", "ogr")
    assert again.crs().authid() == "IAU_2015:49900"


@pytest.mark.parametrize("what", ["nothing", "text"])
def test_broken_geopackages_break_nothing(tmp_path: Path, what: str) -> None:
    path = tmp_path / "broken.gpkg"
    path.write_text("" if what == "nothing" else "no database at all" * 100)
    layer = points("IAU_2015:49900", (1, 2), (3, 4))
    seen = facts(layer)
    lost = LayerFacts(**{**vars(seen), "crs": CRS(), "definition": "", "path": path})
    assert the(findings_of(lost), "no-crs").repair is None


def project_of(crs: str, ellipsoid: str, *layers: QgsMapLayer) -> QgsProject:
    project = QgsProject()
    project.setCrs(crs_from(crs))
    project.setEllipsoid(ellipsoid)
    project.addMapLayers(list(layers))
    return project


def whole(project: QgsProject) -> tuple[Finding, ...]:
    layers = [facts(layer) for layer in project.mapLayers().values()]
    return tuple(check(facts_of_project(project), layers, QgsFeedback()))


def test_a_project_that_measures_nonsense_is_mended() -> None:
    project = project_of("IAU_2015:49900", "NONE")
    finding = the(whole(project), "ellipsoid")
    assert do_repair(finding, project)
    assert measures_right(project.crs(), project.ellipsoid())
    assert whole(project) == ()


def test_a_projects_crs_without_body_is_mended() -> None:
    project = project_of("+proj=longlat +R=1737400 +no_defs", "PARAMETER:1737400:1737400")
    finding = the(whole(project), "no-body")
    assert "by its radius of 1737.4 km it is Moon" in finding.sentence
    assert do_repair(finding, project)
    assert project.crs().authid() == "IAU_2015:30100"


def test_two_bodies_in_one_project_are_named_with_their_layers() -> None:
    project = project_of(
        "IAU_2015:49900",
        "PARAMETER:3396190:3396190",
        points("IAU_2015:49900", (1, 2), (3, 4), name="dunes"),
        points("IAU_2015:30100", (1, 2), (3, 4), name="maria"),
    )
    (of_project,) = [each for each in whole(project) if not each.layer_id]
    assert of_project.what == "two-bodies"
    assert "Mars: dunes" in of_project.sentence
    assert "Moon: maria" in of_project.sentence


def test_latitudes_that_a_projects_crs_loses_are_found() -> None:
    layer = points("IAU_2015:49901", (30, 40), (31, 41))
    repaired(layer, found_in(layer)[0])
    lost = project_of("ESRI:104905", "PARAMETER:3396190:3396190", layer)
    finding = the(whole(lost), "latitudes-lost")
    assert do_repair(finding, lost)
    kept = project_findings(facts_of_project(lost), [facts(layer)])
    assert "latitudes-lost" not in {each.what for each in kept}


def test_sure_repairs_set_each_layer_once() -> None:
    layer = points("IAU_2015:49901", (30, 40), (31, 41))
    findings = found_in(layer)
    assert len(findings) > 1
    assert len(sure_repairs(findings)) == 1


def test_layers_that_are_plainly_right_need_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_checks, "recognised", lambda *_: pytest.fail("that takes long"))
    assert is_plainly_right(facts(points("IAU_2015:49900", (1, 2), (3, 4))), MARS)
    assert is_plainly_right(facts(points("EPSG:32601", (5e5, 5e6), (6e5, 5e6))), None)
    for crs, name in (
        ("IAU_2015:49901", "a"),
        ("EPSG:4326", "Mars"),
        ("IAU_2015:30100", "a"),
        ("+proj=longlat +R=3396190", "a"),
    ):
        assert not is_plainly_right(facts(points(crs, (1, 2), (3, 4), name=name)), MARS)
    assert not is_plainly_right(facts(points("IAU_2015:49900", (300, 2), (3, 4))), MARS)


def test_other_layers_have_no_facts() -> None:
    assert facts_of_layer(QgsVectorLayer("None", "table", "memory")) is None
    assert facts_of_layer(QgsVectorLayer("/nowhere.gpkg", "gone", "ogr")) is None


@pytest.fixture
def geotiff(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a raster of degrees with this definition."""

    def write(definition: str) -> Path:
        path = tmp_path / "ra∅ster.tif"
        dataset = gdal.GetDriverByName("GTiff").Create(str(path), 20, 10, 1)
        dataset.SetGeoTransform((10, 0.1, 0, 20, 0, -0.1))
        dataset.SetProjection(crs_from(definition).toWkt())
        dataset.GetRasterBand(1).WriteArray(np.arange(200, dtype=np.uint8).reshape(10, 20))
        dataset.FlushCache()
        return path

    return write


@pytest.mark.parametrize("code", ["IAU_2015:49900", "IAU_2015:49901"])
def test_a_raster_keeps_its_repair_beside_it(geotiff: Callable[[str], Path], code: str) -> None:
    path = geotiff("EPSG:4326")
    before = path.read_bytes()
    layer = QgsRasterLayer(str(path), "mars", "gdal")
    told = layer_checks.recognised(code).crs
    (beside,) = keep_beside(facts(layer), told)
    assert beside.name == f"{path.name}.aux.xml"
    assert path.read_bytes() == before
    again = QgsRasterLayer(str(path), "mars", "gdal")
    layer.setCrs(told)
    assert degrees(again, 10, 20) == pytest.approx(degrees(layer, 10, 20), abs=1e-12)


@pytest.mark.real_data
def test_where_the_label_is_all_that_gdal_believes_a_vrt_says_it(
    real_data: Path, tmp_path: Path
) -> None:
    for name in ("ESP_013951_1955_RED.LBL", "byte.tif"):
        (tmp_path / name).write_bytes((real_data / "rasters/formats/pds" / name).read_bytes())
    for image in (real_data / "rasters/formats/pds").glob("ESP_013951*"):
        (tmp_path / image.name).write_bytes(image.read_bytes())
    path = tmp_path / "ESP_013951_1955_RED.LBL"
    layer = QgsRasterLayer(str(path), "hirise", "gdal")
    assert layer.isValid()
    told = layer_checks.recognised("IAU_2015:49901").crs
    (beside,) = keep_beside(facts(layer), told)
    assert beside.suffix == ".vrt"
    assert not (tmp_path / f"{path.name}.aux.xml").exists()
    again = QgsRasterLayer(str(beside), "hirise", "gdal")
    extent = layer.extent()
    layer.setCrs(told)
    assert degrees(again, 10, 20) == pytest.approx(degrees(layer, 10, 20), abs=1e-12)
    assert again.extent() == extent


def test_a_shapefile_keeps_its_repair_and_its_older_prj(tmp_path: Path) -> None:
    path = tmp_path / "contacts.shp"
    layer = points("EPSG:4326", (10, 20), (11, 21))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "ESRI Shapefile"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsProject().transformContext(), options
    )
    before = path.with_suffix(".prj").read_text()
    wrong = facts(QgsVectorLayer(str(path), "contacts", "ogr"))
    assert keep_beside(wrong, crs_of(MARS)) == (path.with_suffix(".prj"),)
    assert (tmp_path / "contacts.prj.before").read_text() == before
    again = QgsVectorLayer(str(path), "contacts", "ogr")
    assert again.crs().celestialBodyName() == "Mars"
    assert degrees(again, 10, 20) == pytest.approx((10, 20))
    west = layer_checks.recognised("IAU_2015:49901").crs
    with pytest.raises(PlanetaryError, match="cannot say"):
        keep_beside(wrong, west)


@pytest.mark.real_data
def test_the_mapping_demo_that_says_earth(real_data: Path) -> None:
    path = real_data / "vectors/planmap_mappy/contacts/contacts.shp"
    layer = QgsVectorLayer(str(path), "contacts", "ogr")
    findings = found_in(layer, around=MARS)
    assert {each.what for each in findings} == {"two-bodies", "extent-beyond"}
    assert "4279.83" in the(findings, "extent-beyond").sentence


@pytest.mark.real_data
def test_usgs_mercator_gets_an_inverse(real_data: Path) -> None:
    path = real_data / "rasters/usgs/Mars_MGS_MOLA_ClrShade_MAP2_0.0N0.0_MERC.tif"
    layer = QgsRasterLayer(str(path), path.stem, "gdal")
    finding = the(found_in(layer, around=MARS), "scale")
    repaired(layer, finding)
    xmin, xmax = layer.extent().xMinimum(), layer.extent().xMaximum()
    # The map is 0° to 180° wide, by its name and its width of π · 3396.19 km.
    assert degrees(layer, xmin, 0)[0] == pytest.approx(0.0, abs=0.08)
    assert abs(degrees(layer, xmax, 0)[0]) == pytest.approx(180.0, abs=0.08)
