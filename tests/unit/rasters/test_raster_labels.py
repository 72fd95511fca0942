"""Labels of rasters: what they say, wherever they are, and what broken ones get."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import Feature, Requirement
from planetary_qgis.core.errors import LabelError, MissingLibraryError, PlanetaryError
from planetary_qgis.core.rasters.raster_labels import label_from_text, label_of
from planetary_qgis.core.rasters.raw_layouts import damage_of, raw_layouts_of

# Values read from the labels by eye: kind, target, samples, lines, bands, type, scale, offset,
# unit, no-data, first band's name and wavelength.
REAL = {
    "mola/megt90n000cb.img": (
        *("PDS3", "MARS", 1440, 720, 1, "Int16", 1.0, 0.0, "METER", None),
        ("", None),
    ),
    "lola/ldem_4.cub": (
        *("ISIS3", "MOON", 1440, 720, 1, "Int16", 0.5, 1737400.0, "", -32768.0),
        ("", None),
    ),
    "formats/isis3/isis3_unit_test.cub": (
        *("ISIS3", "MARS", 150, 50, 1, "Int16", 0.25006486667989, 8190.1245134999, "", -32768.0),
        ("Red", 700.0),
    ),
    "formats/isis3/FC21B0037339_15142232818F1C_3bands_truncated.cub": (
        *("ISIS3", "CERES", 1, 1, 3, "Float32", 1.0, 0.0, "", -3.4028226550889045e38),
        ("Clear_F1", 700.0),
    ),
    "formats/isis3/isis3_detached.cub": (
        *("ISIS3", "MARS", 317, 30, 1, "Byte", 1.0, 0.0, "", 0.0),
        ("", 1000.0),
    ),
    "formats/pds/ESP_013951_1955_RED.LBL": (
        *("PDS3", "MARS", 19243, 67395, 1, "UInt16", 1.07543902665525e-04, 0.081203337858079),
        *("", 0.0, ("RED", 700.0)),
    ),
    "formats/pds/BIBQH03N123_D101_T020S03_V03_truncated.IMG": (
        *("PDS3", "TITAN", 7552, 10752, 1, "Byte", 1.0000012e-01, -2.0100010e01, "", 0.0),
        ("", None),
    ),
    "formats/pds/CE_LAMO_Q_00N_036E_MER_CLR_truncated.IMG": (
        *("PDS3", "CERES", 16443, 10305, 1, "Byte", 1.0, 0.0, "", 0.0),
        ("", 732.0),
    ),
    "formats/pds/fl73n003_truncated.img": (
        *("PDS3", "VENUS", 3184, 1, 1, "Byte", 0.2, -20.2, "", 7.0),
        ("", None),
    ),
    "formats/pds/hsp00017ba0_01_ra218s_trr3_truncated.img": (
        *("PDS3", "MARS", 64, 2, 107, "Float32", 1.0, 0.0, "W / (m**2 micrometer sr)", None),
        ("", None),
    ),
    "formats/pds/LDEM_4.IMG": (
        *("PDS3", "MOON", 1440, 720, 1, "Int16", 0.5, 1737400.0, "METER", None),
        ("", None),
    ),
    "formats/pds/PDS_WITH_ZIP_IMG.ZIP": (
        *("PDS3", "", 1, 1, 1, "Float32", 1.0, 0.0, "", -3.4028226550889045e38),
        ("", None),
    ),
    "formats/pds/fake_hirise.jp2": (
        *("PDS3", "", 1, 1, 1, "Byte", 1.5, 0.5, "", 0.0),
        ("", None),
    ),
    "formats/pds4/byte_pds4_cart_1700.img": (
        *("PDS4", "EARTH", 20, 20, 1, "Byte", 1.0, 0.0, "", 74.0),
        ("", None),
    ),
    "formats/pds4/missing_constant_hexadecimal_double.xml": (
        *("PDS4", "EARTH", 20, 20, 1, "Float64", 1.0, 0.0, "", -1.7976931348623157e308),
        ("", None),
    ),
    "formats/pds4/missing_constant_hexadecimal_float.xml": (
        *("PDS4", "EARTH", 20, 20, 1, "Float32", 1.0, 0.0, "", -3.4028226550889045e38),
        ("", None),
    ),
    "formats/pds4/oblique_cylindrical.IMG": (
        *("PDS4", "TITAN", 1, 1, 1, "Float32", 1.0, 0.0, "", float("-inf")),
        ("", None),
    ),
    "formats/pds4/template_with_sp.xml": (
        *("PDS4", "EUROPA", 20, 70, 126, "Float32", 1.0, 0.0, "", -3.4028226550889045e38),
        ("", None),
    ),
    "cassis/CAS-MCO-2016-11-26T22.50.27.381-PAN-00005-B1.dat": (
        *("PDS4", "MARS", 2048, 280, 1, "Float32", 1.0, 0.0, "DN", None),
        ("", None),
    ),
    "m3/forwardAscending/M3T20090630T083407_V03_LOC_cropped.IMG": (
        *("PDS3", "MOON", 608, 5, 3, "Float64", 1.0, 0.0, "", None),
        ("Longitude", None),
    ),
    "m3/forwardAscending/M3T20090630T083407_V03_OBS_cropped.IMG": (
        *("PDS3", "MOON", 608, 5, 10, "Float32", 1.0, 0.0, "", None),
        ("To-Sun AZM", None),
    ),
}
IMAGE = (
    "OBJECT = IMAGE\r\n LINES = 2\r\n LINE_SAMPLES = 3\r\n SAMPLE_TYPE = MSB_INTEGER\r\n"
    " SAMPLE_BITS = 16\r\nEND_OBJECT = IMAGE\r\n"
)
PDS3 = f'PDS_VERSION_ID = PDS3\r\nTARGET_NAME = "4 VESTA"\r\n^IMAGE = "DATA.IMG"\r\n{IMAGE}END\r\n'


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL)
def test_real_labels(name, real_data):
    label = label_of(real_data / "rasters" / name)
    image = label.image
    band = label.bands[0] if label.bands else None
    assert (
        *(label.kind, label.target, image.samples, image.lines, image.bands, image.data_type),
        *(image.scale, image.offset, image.unit, image.no_data),
        (band.name, band.wavelength_nm) if band else ("", None),
    ) == REAL[name]


@pytest.mark.real_data
def test_rasters_without_labels_have_none(real_data):
    rasters = [
        *(real_data / "rasters/iau").glob("*.tif"),
        *(real_data / "rasters/usgs").glob("*.tif"),
        real_data / "rasters/formats/pds/byte.tif",
    ]
    assert rasters
    assert [label_of(path) for path in rasters] == [None] * len(rasters)


@pytest.mark.real_data
def test_facts_with_their_units_in_reading_order(real_data):
    cassis = "rasters/cassis/CAS-MCO-2016-11-26T22.50.27.381-NIR-02005-B1.xml"
    facts = label_of(real_data / cassis).facts
    assert list(facts)[:3] == ["Title", "Target", "Spacecraft"]
    assert facts["Incidence angle"] == "44.995 deg"
    assert facts["Resolution"] == "6.9906 m/px"
    assert (facts["Target"], facts["Instrument"], facts["Filter"]) == ("Mars", "CaSSIS", "NIR")
    assert facts["Start"] == "2016-11-26T22:50:27.381"
    messenger = label_of(real_data / "spice/kernels/EN1072174528M/EN1072174528M_pds3.lbl").facts
    assert messenger["Exposure"] == "1 MS"
    assert messenger["Start"] == "2015-04-24T04:42:19.666463"
    assert messenger["Made with"] == "MDIS2EDR 1.1"


@pytest.mark.real_data
def test_saturations_beside_no_data(real_data):
    hirise = label_of(real_data / "rasters/formats/pds/ESP_013951_1955_RED.LBL").image
    assert hirise.other_no_data == (1.0, 2.0, 1022.0, 1023.0)
    themis = label_of(real_data / "spice/kernels/I74199019RDR/I74199019RDR_pds3.lbl")
    assert themis.image.other_no_data == (-32767.0, -32766.0, -32765.0, -32764.0)
    assert themis.bands[9].wavelength_nm == pytest.approx(14880.0)
    assert themis.bands[9].width_nm == pytest.approx(870.0)
    assert (themis.bands[9].scale, themis.bands[9].offset) == (5.076229437e-10, 0.0001305179321)


@pytest.mark.parametrize(
    ("data", "label"),
    [("data.img", "data.lbl"), ("DATA.IMG", "DATA.LBL"), ("Data.Img", "data.LBL")],
)
def test_detached_label_whatever_the_case(data, label, tmp_path):
    (tmp_path / label).write_text(PDS3, newline="")
    (tmp_path / data).write_bytes(bytes(12))
    for path in (tmp_path / data, tmp_path / label):
        found = label_of(path)
        assert (found.path, found.target) == (tmp_path / label, "VESTA")
        (layout,) = raw_layouts_of(found)
        assert layout.file == tmp_path / data
        assert damage_of(found) == []


def test_the_file_that_was_asked_for_comes_first_of_several(tmp_path):
    images = [IMAGE.replace("IMAGE", f"{name}_IMAGE") for name in ("A", "B")]
    pointers = "".join(f'^{name}_IMAGE = "X1_{name}.IMG"\r\n' for name in ("A", "B"))
    label = f"PDS_VERSION_ID = PDS3\r\n{pointers}{''.join(images)}END\r\n"
    (tmp_path / "X1_LABEL_OF_BOTH.LBL").write_text(label, newline="")
    for name in ("A", "B"):
        (tmp_path / f"X1_{name}.IMG").write_bytes(bytes(12))
    assert [image.name for image in label_of(tmp_path / "X1_B.IMG").objects] == [
        "B_IMAGE",
        "A_IMAGE",
    ]


def test_a_label_of_another_file_is_not_taken(tmp_path):
    (tmp_path / "data.lbl").write_text(PDS3.replace("DATA.IMG", "OTHER.IMG"), newline="")
    (tmp_path / "other.img").write_bytes(bytes(12))
    (tmp_path / "data.tif").write_bytes(b"II*\x00" + bytes(20))
    assert label_of(tmp_path / "data.tif") is None


def test_attached_label_before_binary_data(tmp_path):
    label = PDS3.replace('"DATA.IMG"', "3").replace("^IMAGE", "RECORD_BYTES = 300\r\n^IMAGE")
    path = tmp_path / "attached.img"
    path.write_bytes(label.encode().ljust(600) + bytes(range(12)))
    (layout,) = raw_layouts_of(label_of(path))
    assert (layout.file, layout.image_offset, layout.byte_order) == (path, 600, "MSB")


def test_only_the_start_of_a_large_file_is_read(tmp_path):
    label = PDS3.replace('"DATA.IMG"', "1001 <BYTES>").encode().ljust(1000)
    path = tmp_path / "large.img"
    with path.open("wb") as file:
        file.write(label)
        file.truncate(20_000_000_000)
    assert label_of(path).image.samples == 3


def test_vicar_header_with_its_end(tmp_path):
    head = (
        "LBLSIZE=200     FORMAT='HALF'  TYPE='IMAGE'  ORG='BSQ'  NL=2  NS=3  NB=1  N1=3  N2=2  "
        "N3=1  RECSIZE=10  NBB=4  NLB=1  INTFMT='HIGH'  REALFMT='VAX'  EOL=1  "
    )
    end = "LBLSIZE=40      TARGET_NAME='MARS'  "
    path = tmp_path / "image.vic"
    rows = b"".join(b"\xee" * 4 + struct.pack(">3h", *row) for row in ((1, 2, 3), (4, 5, 6)))
    path.write_bytes(head.encode().ljust(200, b"\0") + b"\xdd" * 10 + rows + end.encode())
    label = label_of(path)
    assert (label.kind, label.target) == ("VICAR", "MARS")
    (layout,) = raw_layouts_of(label)
    assert (layout.image_offset, layout.line_offset, layout.data_type) == (214, 10, "Int16")
    assert layout.bytes_needed == 230
    assert damage_of(label) == []


def test_compressed_vicar_is_named(tmp_path):
    path = tmp_path / "image.vic"
    path.write_bytes(
        b"LBLSIZE=80 FORMAT='BYTE' ORG='BSQ' NL=2 NS=3 NB=1 COMPRESS='BASIC2'".ljust(99)
    )
    assert raw_layouts_of(label_of(path)) == ()
    assert any("BASIC2" in sentence for sentence in damage_of(label_of(path)))


def test_compressed_pds3_is_named(tmp_path):
    label = PDS3.replace(" LINES", " ENCODING_TYPE = CLEM-JPEG-1\r\n LINES")
    (tmp_path / "data.lbl").write_text(label, newline="")
    (tmp_path / "data.img").write_bytes(bytes(12))
    assert raw_layouts_of(label_of(tmp_path / "data.img")) == ()
    (sentence,) = damage_of(label_of(tmp_path / "data.img"))
    assert "CLEM-JPEG-1" in sentence


def test_missing_data_is_named_with_what_looks_like_it(tmp_path):
    (tmp_path / "product.lbl").write_text(PDS3, newline="")
    (tmp_path / "data.tif").write_bytes(b"x")
    assert raw_layouts_of(label_of(tmp_path / "product.lbl")) == ()
    (sentence,) = damage_of(label_of(tmp_path / "product.lbl"))
    assert "DATA.IMG" in sentence
    assert "data.tif" in sentence


def test_text_from_an_address():
    label = label_from_text(PDS3, "data.lbl")
    assert (label.kind, label.target, label.image.samples) == ("PDS3", "VESTA", 3)
    assert label_from_text("<html><body>Not here</body></html>", "data.lbl") is None
    assert label_from_text(b"\x89PNG\r\n", "data.img") is None


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.lbl", PDS3.replace("END_OBJECT = IMAGE", "END_OBJECT")[:-60]),
        ("a.xml", '<?xml version="1.0"?><Product_Observational><A></Product_Observational>'),
        ("a.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Product_Observational/>'),
        ("a.vic", "LBLSIZE=99999999999 FORMAT='BYTE'"),
        ("a.fits", "SIMPLE  =                    T".ljust(2880)),
    ],
)
def test_broken_labels_say_so(file, content, tmp_path):
    (tmp_path / file).write_text(content, newline="")
    with pytest.raises(LabelError, match=file):
        label_of(tmp_path / file)


def test_what_is_no_file(tmp_path):
    for path in (tmp_path, tmp_path / "absent.img"):
        with pytest.raises(LabelError, match="cannot be read"):
            label_of(path)


def test_without_the_library_that_reads_pvl_other_labels_are_read(monkeypatch):
    absent = Requirement("no-such", "no_such", "1", frozenset({Feature.RASTER_LABELS}))
    monkeypatch.setattr(dependencies, "REQUIREMENTS", (absent,))
    with pytest.raises(MissingLibraryError, match="Reading PDS3 and ISIS labels is off"):
        label_from_text(PDS3, "data.lbl")
    assert label_from_text("LBLSIZE=40 FORMAT='BYTE' NL=1 NS=1 NB=1", "a.vic").kind == "VICAR"


def test_odd_but_real_ways_of_writing():
    label = label_from_text(
        "CCSD3ZF0000100000001NJPL3IF0PDSX00000001\r\nPDS_VERSION_ID = PDS3\r\n"
        '/* 5" disk */\r\nTARGET_NAME = MARS\r\nNOTE = "Größe\r\nEND\r\n of a note"\r\n'
        f"RECORD_BYTES = 10 <BYTES>\r\n^IMAGE = 4\r\n{IMAGE}END\r\nnot a label = (".encode(
            "latin-1"
        ),
        "odd.img",
    )
    assert (label.target, label.objects[0].strides.image) == ("MARS", 30)


@pytest.mark.parametrize(
    "filler",
    [
        b"\n" * 8,
        b" " * 8,
        b"/* a */\n",
        b"/*",
        b'"',
        b"A\n",
        b"A = 1\n",
        b"END_OBJECT\n",
        b"OBJECT=X\n",
    ],
)
@pytest.mark.parametrize(
    "start", [b"", b"PDS_VERSION_ID = PDS3\n^IMAGE = 3\n", b"Object = IsisCube\n"]
)
def test_long_files_of_nothing_much_are_soon_done_with(start, filler, tmp_path):
    path = tmp_path / "long.img"
    path.write_bytes(start + filler * (3_000_000 // len(filler)))
    try:
        label = label_of(path)
    except LabelError:
        label = None
    assert label is None or label.objects == ()


REAL_TEXTS = (
    "formats/isis3/isis3_detached.lbl",
    "formats/pds/pds_3355.lbl",
    "formats/pds/fake_hirise.lbl",
    "formats/pds4/byte_pds4_cart_1700.xml",
)


@pytest.mark.real_data
@settings(max_examples=60)
@given(
    name=st.sampled_from(REAL_TEXTS),
    share=st.floats(0.0, 1.0),
    wrong=st.binary(max_size=3),
    cut=st.booleans(),
)
def test_labels_cut_or_changed_anywhere_end_in_a_label_or_a_sentence(
    name, share, wrong, cut, real_data
):
    text = (real_data / "rasters" / name).read_bytes()
    place = int(len(text) * share)
    changed = text[:place] + wrong + (b"" if cut else text[place + len(wrong) :])
    label, sentence = None, name
    try:
        label = label_from_text(changed, name)
    except PlanetaryError as error:
        sentence = str(error)
    assert Path(name).name in sentence
    if label is not None:
        assert all(isinstance(fact, str) and fact for fact in label.facts.values())
        assert raw_layouts_of(label) == ()
        assert damage_of(label)
