"""planetary:importpdsindex on PDS4 labels, through processing.run."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

from planetary_qgis.qgis_bridge import store

LID = "urn:nasa:pds:camera:data"
LABEL = """<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1"
  xmlns:cart="http://pds.nasa.gov/pds4/cart/v1">
  <Identification_Area><logical_identifier>{lid}</logical_identifier>
    <version_id>1.0</version_id><title>{lid}</title></Identification_Area>
  <Observation_Area>
    <Time_Coordinates><start_date_time>2020-01-01T00:00:00Z</start_date_time></Time_Coordinates>
    <Target_Identification><name>{target}</name></Target_Identification>
    <Discipline_Area><cart:Cartography><cart:Bounding_Coordinates>
      <cart:west_bounding_coordinate unit="deg">{west}</cart:west_bounding_coordinate>
      <cart:east_bounding_coordinate unit="deg">{east}</cart:east_bounding_coordinate>
      <cart:north_bounding_coordinate unit="deg">10</cart:north_bounding_coordinate>
      <cart:south_bounding_coordinate unit="deg">0</cart:south_bounding_coordinate>
      </cart:Bounding_Coordinates>
      <cart:Geodetic_Model><cart:latitude_type>Planetocentric</cart:latitude_type>
      <cart:longitude_direction>Positive East</cart:longitude_direction></cart:Geodetic_Model>
    </cart:Cartography></Discipline_Area>
  </Observation_Area>
</Product_Observational>"""
COLLECTION = f"""<Product_Collection xmlns="http://pds.nasa.gov/pds4/pds/v1">
  <Identification_Area><logical_identifier>{LID}</logical_identifier>
    <version_id>1.0</version_id></Identification_Area>
  <File_Area_Inventory><File><file_name>inventory.csv</file_name></File>
  <Inventory><records>4</records><field_delimiter>Comma</field_delimiter></Inventory>
  </File_Area_Inventory>
</Product_Collection>"""


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Two products on Mars, one of which crosses the antimeridian, one on the Moon, one absent."""
    folder = tmp_path / "collection"
    folder.mkdir()
    products = {"a": ("Mars", 10, 20), "b": ("Mars", 175, -175), "c": ("Moon", 30, 40)}
    for name, (target, west, east) in products.items():
        text = LABEL.format(lid=f"{LID}:{name}", target=target, west=west, east=east)
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    rows = "".join(f"P,{LID}:{name}::1.0\r\n" for name in (*products, "d"))
    (folder / "inventory.csv").write_text(rows, encoding="utf-8")
    (folder / "collection.xml").write_text(COLLECTION, encoding="utf-8")
    return folder / "collection.xml"


def layer_of(result) -> QgsVectorLayer:
    layer = result if isinstance(result, QgsVectorLayer) else QgsVectorLayer(result, "r", "ogr")
    assert layer.isValid()
    return layer


@pytest.mark.parametrize("output", ["memory:", "geopackage"])
def test_a_collection(output, processing, notes, collection, geopackage) -> None:
    output = str(geopackage) if output == "geopackage" else output
    results = processing.run(
        "planetary:importpdsindex", {"INPUT": str(collection), "OUTPUT": output}, feedback=notes
    )
    layer = layer_of(results["OUTPUT"])
    assert layer.crs().authid() == "IAU_2015:49900"
    found = {feature["product_id"]: feature for feature in layer.getFeatures()}
    assert set(found) == {"a", "b", "c", "d"}
    assert found["a"].geometry().boundingBox().toString(0) == "10,0 : 20,10"
    assert found["b"].geometry().isMultipart()
    assert len(found["b"].geometry().asGeometryCollection()) == 2
    assert not found["c"].hasGeometry() or found["c"].geometry().isNull()
    assert found["d"]["logical_identifier"] == f"{LID}:d"
    assert found["a"]["start_time"].toString("yyyy-MM-dd") == "2020-01-01"
    assert any("1 members have no label" in warning for warning in notes.warnings)
    assert any("other bodies than MARS" in warning for warning in notes.warnings)


def test_the_body_of_ones_choice(processing, collection) -> None:
    results = processing.run(
        "planetary:importpdsindex",
        {"INPUT": str(collection), "BODY": "moon", "OUTPUT": "memory:"},
    )
    layer = results["OUTPUT"]
    assert layer.crs().authid() == "IAU_2015:30100"
    shown = {f["product_id"] for f in layer.getFeatures() if not f.geometry().isNull()}
    assert shown == {"c"}


def test_a_label_and_a_folder(processing, collection, tmp_path) -> None:
    for source, count in ((collection.parent / "a.xml", 1), (collection.parent, 3)):
        results = processing.run(
            "planetary:importpdsindex", {"INPUT": str(source), "OUTPUT": "memory:"}
        )
        assert results["OUTPUT"].featureCount() == count


def test_a_data_set_is_not_for_pds4(processing, notes, collection) -> None:
    parameters = {"INPUT": str(collection), "DATASET": "mro.ctx.edr", "OUTPUT": "memory:"}
    processing.run("planetary:importpdsindex", parameters, feedback=notes)
    assert any("mro.ctx.edr" in warning for warning in notes.warnings)


def test_the_body_of_an_index(processing) -> None:
    sample = Path(store.__file__).resolve().parents[1] / "resources" / "sample" / "index.lbl"
    results = processing.run(
        "planetary:importpdsindex", {"INPUT": str(sample), "BODY": "PHOBOS", "OUTPUT": "memory:"}
    )
    assert all(f.geometry().isNull() for f in results["OUTPUT"].getFeatures())


def test_bad_labels_get_a_sentence(processing, tmp_path) -> None:
    label = tmp_path / "label.xml"
    for text, message in (
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "DOCTYPE"),
        ("<Product_Observational>", "line 1"),
        (LABEL.format(lid=LID, target="Vulcan", west=0, east=1), "Vulcan"),
    ):
        label.write_text(text, encoding="utf-8")
        output = tmp_path / "out.gpkg"
        with pytest.raises(QgsProcessingException, match=message):
            processing.run("planetary:importpdsindex", {"INPUT": str(label), "OUTPUT": str(output)})
        assert not output.exists()
