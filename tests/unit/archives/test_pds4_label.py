"""Facts of PDS4 product labels in the shared columns."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from pds4_kit import product, read, write

from planetary_qgis.core.archives.pds4.label import Identity, identity_in, source_of
from planetary_qgis.core.products import SHARED_COLUMNS


def row(folder, text, **options):
    return read(write(folder, "label.xml", text), **options)[1].loc[0]


def test_columns(tmp_path):
    answer, table, _ = read(write(tmp_path, "label.xml", product()))
    assert list(table) == list(answer.schema.columns)
    assert list(table)[: len(SHARED_COLUMNS)] == list(SHARED_COLUMNS)
    assert table.loc[0, ["product_id", "version_id", "product_class"]].tolist() == [
        "image_1", "1.0", "Product_Observational",
    ]  # fmt: skip
    assert table.loc[0, "source"] == "NASA PDS, urn:nasa:pds:camera:data"
    assert answer.provenance["LIDVID"] == "urn:nasa:pds:camera:data:image_1::1.0"
    assert answer.total == 1


def test_times(tmp_path):
    times = """<start_date_time>2022-331T01:08:36.002Z</start_date_time>
      <stop_date_time xsi:nil="true" nilReason="missing"/>
      <local_mean_solar_time>Sol-00305M14:40:03</local_mean_solar_time>
      <local_true_solar_time>12:33:36</local_true_solar_time>
      <solar_longitude unit="rad">1.5707963267948966</solar_longitude>"""
    found = row(tmp_path, product(times=times))
    assert found["start_time"] == pd.Timestamp("2022-11-27T01:08:36.002")
    assert pd.isna(found["stop_time"])
    assert found["local_time"] == pytest.approx(12.56)
    assert found["solar_longitude"] == pytest.approx(90.0)
    mean_only = times.replace("12:33:36", "not applicable")
    assert row(tmp_path, product(times=mean_only))["local_time"] == pytest.approx(14.6675)


ANGLES = """<geom:Illumination_Geometry>
  <geom:Illumination_Specific>
    <geom:reference_location>Subspacecraft Point</geom:reference_location>
    <geom:incidence_angle unit="deg">11</geom:incidence_angle>
    <geom:phase_angle unit="arcmin">600</geom:phase_angle>
  </geom:Illumination_Specific>
  <geom:Illumination_Specific>
    <geom:reference_location>Boresight Intercept Point</geom:reference_location>
    <geom:incidence_angle unit="rad">0.5</geom:incidence_angle>
    <geom:emission_angle unit="deg">999</geom:emission_angle>
  </geom:Illumination_Specific>
</geom:Illumination_Geometry>"""


def test_angles(tmp_path):
    found = row(tmp_path, product(discipline=ANGLES))
    assert found["incidence_angle"] == pytest.approx(math.degrees(0.5))
    assert found["phase_angle"] == pytest.approx(10.0)
    assert pd.isna(found["emission_angle"])


def test_azimuths_from_north(tmp_path):
    """Both angles turn the same way from the image's right edge."""
    said = """<geom:north_azimuth unit="deg">270</geom:north_azimuth>
      <geom:subsolar_azimuth unit="deg">10</geom:subsolar_azimuth>"""
    assert row(tmp_path, product(discipline=said))["subsolar_azimuth"] == pytest.approx(100.0)
    alone = said.replace("north_azimuth", "east_azimuth")
    assert pd.isna(row(tmp_path, product(discipline=alone))["subsolar_azimuth"])


@pytest.mark.parametrize(
    ("said", "metres"),
    [
        ('<cart:pixel_resolution_x unit="m/pixel">60</cart:pixel_resolution_x>', 60.0),
        ('<cart:pixel_resolution_x unit="km/pixel">0.06</cart:pixel_resolution_x>', 60.0),
        (
            '<geom:horizontal_pixel_footprint unit="km">0.25</geom:horizontal_pixel_footprint>',
            250.0,
        ),
        ('<isda:pixel_resolution unit="m/pixel">0.24</isda:pixel_resolution>', 0.24),
        ('<cart:pixel_resolution_x unit="deg/pixel">0.5</cart:pixel_resolution_x>', None),
        ("<cart:pixel_resolution_x>60</cart:pixel_resolution_x>", None),
        ('<cart:pixel_resolution_x unit="m/pixel">0</cart:pixel_resolution_x>', None),
        ('<cart:pixel_resolution_x unit="m/pixel">1e999</cart:pixel_resolution_x>', None),
    ],
)
def test_resolution(tmp_path, said, metres):
    found = row(tmp_path, product(discipline=said))["resolution"]
    assert pd.isna(found) if metres is None else found == pytest.approx(metres)


def test_targets(tmp_path):
    def targets(*names):
        blocks = "".join(
            f"<Target_Identification><name>{name}</name></Target_Identification>" for name in names
        )
        return product(target=None).replace("<Mission_Area>", f"{blocks}<Mission_Area>")

    assert row(tmp_path, targets("Sky", "4 Vesta"))["target"] == "VESTA"
    assert row(tmp_path, targets("Mars", "Phobos"))["target"] == "MARS"
    assert row(tmp_path, targets("Mars", "Phobos"), body="phobos")["target"] == "PHOBOS"
    referred = targets("Our satellite").replace(
        "</name></Target",
        "</name><Internal_Reference><lid_reference>urn:nasa:pds:context:target:satellite.earth.moon"
        "</lid_reference></Internal_Reference></Target",
    )
    assert row(tmp_path, referred)["target"] == "MOON"


def test_observing_system(tmp_path):
    components = [("MRO", "Spacecraft"), ("CTX", "Instrument"), ("HiRISE", "Instrument")]
    said = "".join(
        f"<Observing_System_Component><name>{name}</name><type>{kind}</type>"
        "</Observing_System_Component>"
        for name, kind in components
    )
    text = product().replace(
        "<Mission_Area>", f"<Observing_System>{said}</Observing_System><Mission_Area>"
    )
    found = row(tmp_path, text)
    assert found["instrument_host"] == "MRO"
    assert found["instrument_id"] == "CTX; HiRISE"


def test_files_beside_the_label(tmp_path):
    write(tmp_path, "outside.img", "")
    folder = tmp_path / "data"
    write(folder, "IMAGE.IMG", "")
    write(folder, "image.png", "")
    found = row(folder, product(files=["image.img", "image.png"]))
    assert found["product_url"] == (folder / "IMAGE.IMG").as_uri()
    assert found["browse_url"] == (folder / "image.png").as_uri()
    assert found["label_url"] == (folder / "label.xml").as_uri()
    for name in ("../outside.img", str(tmp_path / "outside.img"), "absent.img", "C:/a.img", "."):
        assert row(folder, product(files=[name]))["product_url"] is None


def test_labels_without_identifier(tmp_path):
    answer, table, _ = read(write(tmp_path, "frame_7.xml", product("TBD", version="UNK")))
    assert table.loc[0, "product_id"] == "frame_7"
    assert table.loc[0, "logical_identifier"] is None
    assert any("frame_7.xml" in sentence for sentence in answer.report.sentences())


def test_identifiers():
    found = identity_in(" urn:esa:psa:em16_spice:spice_kernels:spk_a.bsp::10.0 ")
    assert found == Identity("urn:esa:psa:em16_spice:spice_kernels:spk_a.bsp", "10.0")
    assert found.product_id == "spk_a.bsp"
    assert found.newness > Identity("urn:a:b:c:d", "9.1").newness
    assert identity_in("urn:nasa:pds:bundle:collection") == Identity(
        "urn:nasa:pds:bundle:collection"
    )
    for text in (None, "", "P", "urn:nasa", "urn:nasa:pds:a::x", "http://nasa.gov/a:b:c:d"):
        assert identity_in(text) is None
    assert source_of(identity_in("urn:isro:isda:ch2_cho.tmc:data_raw:x::1.0")) == (
        "ISRO ISDA, urn:isro:isda:ch2_cho.tmc:data_raw"
    )
