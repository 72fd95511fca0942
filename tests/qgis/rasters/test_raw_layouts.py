"""Raw layouts: what they say of files that others wrote is what GDAL reads through their VRT."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osgeo import gdal, gdal_array

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.raster_labels import label_of
from planetary_qgis.core.rasters.raw_layouts import RawLayout, damage_of, raw_layouts_of

PDS3_TYPES = {
    "UNSIGNED_INTEGER": ("u1", "BHI"),
    "MSB_INTEGER": (">i2", ""),
    "SUN_UNSIGNED_INTEGER": (">u2", ""),
    "LSB_INTEGER": ("<i4", ""),
    "PC_UNSIGNED_INTEGER": ("<u2", ""),
    "IEEE_REAL": (">f4", ""),
    "PC_REAL": ("<f8", ""),
    "MAC_REAL": (">f8", ""),
}
PDS4_TYPES = {
    "UnsignedByte": "u1",
    "SignedMSB2": ">i2",
    "UnsignedLSB4": "<u4",
    "IEEE754LSBSingle": "<f4",
    "IEEE754MSBDouble": ">f8",
}
AXES = {"SAMPLE": 2, "LINE": 1, "BAND": 0}
"""Their places in arrays as GDAL hands them out: bands, lines, samples."""


@pytest.fixture(autouse=True)
def _gdal_raises():
    gdal.UseExceptions()
    yield
    gdal.DontUseExceptions()


def read(layout: RawLayout) -> np.ndarray:
    has_int8 = hasattr(gdal, "GDT_Int8")
    dataset = gdal.Open(layout.vrt(has_int8=has_int8))
    array = dataset.ReadAsArray()
    return array if array.ndim == 3 else array[None]


def only_layout(path: Path) -> RawLayout:
    label = label_of(path)
    assert label is not None
    (layout,) = raw_layouts_of(label)
    assert damage_of(label) == []
    return layout


def numbers(draw, shape, dtype) -> np.ndarray:
    size = int(np.prod(shape))
    values = draw(st.lists(st.integers(0, 100), min_size=size, max_size=size))
    return np.array(values).reshape(shape).astype(dtype)


@st.composite
def pds3_images(draw):
    """A PDS3 label and the bytes of its image, laid out by numpy."""
    kind = draw(st.sampled_from(sorted(PDS3_TYPES)))
    dtype = np.dtype(PDS3_TYPES[kind][0])
    shape = tuple(draw(st.integers(1, 6)) for _ in range(3))
    order = draw(st.sampled_from(["BAND_SEQUENTIAL", "LINE_INTERLEAVED", "SAMPLE_INTERLEAVED"]))
    before, after, skipped = (draw(st.integers(0, 5)) for _ in range(3))
    image = numbers(draw, shape, dtype)
    turned = {
        "BAND_SEQUENTIAL": image.reshape(-1, shape[2]),
        "LINE_INTERLEAVED": image.transpose(1, 0, 2).reshape(-1, shape[2]),
        "SAMPLE_INTERLEAVED": image.transpose(1, 2, 0).reshape(shape[1], -1),
    }[order]
    rows = [b"\xaa" * before + row.tobytes() + b"\xbb" * after for row in turned]
    label = (
        "PDS_VERSION_ID = PDS3\r\nRECORD_TYPE = UNDEFINED\r\n"
        f'^IMAGE = ("DATA.IMG", {skipped + 1} <BYTES>)\r\nOBJECT = IMAGE\r\n'
        f" LINES = {shape[1]}\r\n LINE_SAMPLES = {shape[2]}\r\n BANDS = {shape[0]}\r\n"
        f" SAMPLE_TYPE = {kind}\r\n SAMPLE_BITS = {dtype.itemsize * 8}\r\n"
        f" BAND_STORAGE_TYPE = {order}\r\n LINE_PREFIX_BYTES = {before}\r\n"
        f" LINE_SUFFIX_BYTES = {after}\r\nEND_OBJECT = IMAGE\r\nEND\r\n"
    )
    return label, b"\xcc" * skipped + b"".join(rows), image


@st.composite
def qubes(draw):
    """A QUBE with suffixes, laid out by numpy, item by item."""
    axes = draw(st.permutations(list(AXES)))
    sizes = [draw(st.integers(1, 4)) for _ in range(3)]
    first, second = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    shape = [0, 0, 0]
    for axis, size in zip(axes, sizes):
        shape[AXES[axis]] = size
    image = numbers(draw, shape, ">i2")
    stored = image.transpose([AXES[axis] for axis in axes[::-1]])
    pieces = []
    for plane in stored:
        pieces += [row.tobytes() + b"\xee" * 4 * first for row in plane]
        pieces += [b"\xdd" * 4 * (sizes[0] + first)] * second
    label = (
        '^QUBE = "DATA.IMG"\nOBJECT = QUBE\n AXES = 3\n'
        f" AXIS_NAME = ({','.join(axes)})\n CORE_ITEMS = ({','.join(map(str, sizes))})\n"
        " CORE_ITEM_BYTES = 2\n CORE_ITEM_TYPE = SUN_INTEGER\n CORE_BASE = 10.0\n"
        f" CORE_MULTIPLIER = 0.5\n SUFFIX_BYTES = 4\n SUFFIX_ITEMS = ({first},{second},0)\n"
        "END_OBJECT = QUBE\nEND\n"
    )
    return label, b"".join(pieces), image


@st.composite
def pds4_arrays(draw):
    """A PDS4 array whose axes come in any order, either end fastest."""
    kind = draw(st.sampled_from(sorted(PDS4_TYPES)))
    axes = draw(st.permutations(list(AXES)))
    shape = tuple(draw(st.integers(2, 5)) for _ in range(3))
    image = numbers(draw, shape, PDS4_TYPES[kind])
    first_fastest = draw(st.booleans())
    slow_to_fast = axes[::-1] if first_fastest else axes
    skipped = draw(st.integers(0, 9))
    content = image.transpose([AXES[axis] for axis in slow_to_fast]).tobytes()
    told = "".join(
        f"<Axis_Array><axis_name>{axis.title()}</axis_name><elements>{shape[AXES[axis]]}</elements>"
        f"<sequence_number>{number + 1}</sequence_number></Axis_Array>"
        for number, axis in enumerate(axes)
    )
    order = "First Index Fastest" if first_fastest else "Last Index Fastest"
    label = (
        '<?xml version="1.0"?><Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">'
        "<File_Area_Observational><File><file_name>data.img</file_name></File><Array_3D_Image>"
        f'<offset unit="byte">{skipped}</offset><axes>3</axes>'
        f"<axis_index_order>{order}</axis_index_order>"
        f"<Element_Array><data_type>{kind}</data_type></Element_Array>{told}</Array_3D_Image>"
        "</File_Area_Observational></Product_Observational>"
    )
    return label, b"\xcc" * skipped + content, image


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(made=st.one_of(pds3_images(), qubes()))
def test_pvl_layouts_are_read_as_they_were_written(made, tmp_path):
    label, content, image = made
    (tmp_path / "data.lbl").write_text(label, newline="")
    (tmp_path / "DATA.IMG").write_bytes(content)
    layout = only_layout(tmp_path / "data.lbl")
    assert (read(layout) == image).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(made=pds4_arrays())
def test_pds4_layouts_are_read_as_they_were_written(made, tmp_path):
    label, content, image = made
    (tmp_path / "data.xml").write_text(label)
    (tmp_path / "data.img").write_bytes(content)
    layout = only_layout(tmp_path / "data.img")
    assert (read(layout) == image).all()


@pytest.mark.parametrize(
    ("driver", "options", "ending"),
    [
        ("VICAR", [], "vic"),
        ("FITS", [], "fits"),
        ("ISIS3", [], "cub"),
        ("ISIS3", ["DATA_LOCATION=EXTERNAL"], "lbl"),
        ("PDS4", ["INTERLEAVE=BSQ"], "xml"),
        ("PDS4", ["INTERLEAVE=BIL"], "xml"),
        ("PDS4", ["INTERLEAVE=BIP"], "xml"),
    ],
)
@pytest.mark.parametrize("data_type", ["Byte", "Int16", "Float32"])
def test_what_gdal_wrote(driver, options, ending, data_type, tmp_path):
    if gdal.GetDriverByName(driver) is None:
        pytest.skip(f"this GDAL has no driver {driver}")
    image = np.arange(3 * 5 * 7).reshape(3, 5, 7)
    image = image.astype(
        gdal_array.GDALTypeCodeToNumericTypeCode(gdal.GetDataTypeByName(data_type))
    )
    path = tmp_path / f"image.{ending}"
    dataset = gdal_array.OpenArray(image)
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    written = gdal.GetDriverByName(driver).CreateCopy(str(path), dataset, options=options)
    gdal.PopErrorHandler()
    if written is None:
        pytest.skip(f"this GDAL's {driver} does not write {data_type}")
    written.FlushCache()
    del written
    assert (read(only_layout(path)) == gdal.Open(str(path)).ReadAsArray()).all()


def test_bottom_to_top_as_gdals_own_driver_shows_it(tmp_path):
    image = np.arange(20, dtype=np.uint8).reshape(4, 5)
    source = gdal_array.OpenArray(image)
    path = tmp_path / "image.xml"
    options = ["TEMPLATE=" + str(_template(tmp_path))]
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.GetDriverByName("PDS4").CreateCopy(str(path), source, options=options)
    gdal.PopErrorHandler()
    assert "Top to Bottom" in path.read_text()
    path.write_text(path.read_text().replace("Top to Bottom", "Bottom to Top"))
    assert (gdal.Open(str(path)).ReadAsArray() == image[::-1]).all()
    assert (read(only_layout(path))[0] == image[::-1]).all()


def _template(folder: Path) -> Path:
    """PDS4 as GDAL writes it, with display settings."""
    template = folder / "template.xml"
    template.write_text(
        '<?xml version="1.0"?><Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1" '
        'xmlns:disp="http://pds.nasa.gov/pds4/disp/v1"><Identification_Area><logical_identifier>'
        "urn:nasa:pds:a:b:c</logical_identifier></Identification_Area><Observation_Area>"
        "<Discipline_Area><disp:Display_Settings><Local_Internal_Reference>"
        "<local_identifier_reference>image</local_identifier_reference></Local_Internal_Reference>"
        "<disp:Display_Direction>"
        "<disp:horizontal_display_axis>Sample</disp:horizontal_display_axis>"
        "<disp:horizontal_display_direction>Left to Right</disp:horizontal_display_direction>"
        "<disp:vertical_display_axis>Line</disp:vertical_display_axis>"
        "<disp:vertical_display_direction>Top to Bottom</disp:vertical_display_direction>"
        "</disp:Display_Direction></disp:Display_Settings></Discipline_Area></Observation_Area>"
        "</Product_Observational>"
    )
    return template


def test_numbers_as_vax_computers_wrote_them(tmp_path):
    # 1.0, -2.5 and 0 as F_floating: VAX Architecture Reference Manual.
    (tmp_path / "d.img").write_bytes(bytes([0x80, 0x40, 0, 0, 0x20, 0xC1, 0, 0, 0, 0, 0, 0]))
    (tmp_path / "d.lbl").write_text(
        'PDS_VERSION_ID = PDS3\n^IMAGE = "d.img"\nOBJECT = IMAGE\nLINES = 1\nLINE_SAMPLES = 3\n'
        "SAMPLE_TYPE = VAX_REAL\nSAMPLE_BITS = 32\nEND_OBJECT\nEND\n"
    )
    assert read(only_layout(tmp_path / "d.lbl")).tolist() == [[[1.0, -2.5, 0.0]]]


def test_meaning_of_numbers_and_bands_comes_along(tmp_path):
    (tmp_path / "d.img").write_bytes(np.arange(8, dtype="<f4").tobytes())
    (tmp_path / "d.lbl").write_text(
        'PDS_VERSION_ID = PDS3\n^IMAGE = "d.img"\nOBJECT = IMAGE\nLINES = 2\nLINE_SAMPLES = 2\n'
        "BANDS = 2\nSAMPLE_TYPE = PC_REAL\nSAMPLE_BITS = 32\nSCALING_FACTOR = 0.5\nOFFSET = 3\n"
        "UNIT = METER\nMISSING_CONSTANT = 16#FF7FFFFB#\nFILTER_NAME = (RED, 'A&<B')\n"
        "CENTER_FILTER_WAVELENGTH = (600 <NM>, 0.9 <micrometer>)\nEND_OBJECT\nEND\n"
    )
    dataset = gdal.Open(only_layout(tmp_path / "d.lbl").vrt())
    bands = [dataset.GetRasterBand(number) for number in (1, 2)]
    assert [band.GetDescription() for band in bands] == ["RED", "A&<B"]
    assert [band.GetMetadataItem("wavelength") for band in bands] == ["600.0", "900.0"]
    assert {(b.GetScale(), b.GetOffset(), b.GetUnitType()) for b in bands} == {(0.5, 3.0, "METER")}
    assert {band.GetNoDataValue() for band in bands} == {-3.4028226550889045e38}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(made=pds3_images(), share=st.floats(0.0, 1.0))
def test_cut_short_it_holds_what_is_said_to_be_there(made, share, tmp_path):
    label, content, image = made
    kept = content[: int(len(content) * share)]
    (tmp_path / "data.lbl").write_text(label, newline="")
    (tmp_path / "DATA.IMG").write_bytes(kept)
    read_label = label_of(tmp_path / "data.lbl")
    (layout,) = raw_layouts_of(read_label)
    there = layout.there()
    assert (damage_of(read_label) == []) == (there == layout)
    if there is not None:
        assert there.bytes_needed <= len(kept)
        assert (read(there) == image[: there.bands, : there.lines]).all()


def test_absurd_sizes_take_no_memory(tmp_path):
    (tmp_path / "d.img").write_bytes(bytes(1000))
    (tmp_path / "d.lbl").write_text(
        'PDS_VERSION_ID = PDS3\n^IMAGE = "d.img"\nOBJECT = IMAGE\nLINES = 2147483648\n'
        "LINE_SAMPLES = 2147483648\nBANDS = 2147483648\nSAMPLE_TYPE = MSB_INTEGER\n"
        "SAMPLE_BITS = 16\nEND_OBJECT\nEND\n"
    )
    label = label_of(tmp_path / "d.lbl")
    (sentence,) = damage_of(label)
    assert "cannot have 2,147,483,648 lines" in sentence
    (layout,) = raw_layouts_of(label)
    assert layout.there() is None
    with pytest.raises(PlanetaryError, match="cannot read"):
        layout.vrt()


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name",
    [
        "formats/isis3/isis3_detached.lbl",
        "formats/pds/EN0001426030M_truncated.IMG",
        "formats/pds/fl73n003_alt_truncated.img",
        "formats/pds/fl73n003_truncated.img",
        "formats/pds/hsp00017ba0_01_ra218s_trr3_truncated.lbl",
        "formats/pds/map_000_038_truncated.lbl",
        "formats/pds/mc02_truncated.img",
        "formats/pds/pds_3177.lbl",
        "formats/pds/pds_3355.lbl",
        "formats/pds4/byte_pds4_cart_1700.xml",
        "formats/pds4/byte_pds4_cart_1b00.xml",
        "mola/megt90n000cb.lbl",
    ],
)
def test_as_gdals_own_drivers_read_real_files(name, real_data):
    path = real_data / "rasters" / name
    assert (read(only_layout(path)) == gdal.Open(str(path)).ReadAsArray()).all()


@pytest.mark.real_data
def test_real_images_that_gdal_refuses(real_data):
    m3 = real_data / "rasters/m3/forwardAscending"
    layouts = raw_layouts_of(label_of(m3 / "M3T20090630T083407_V03_L1B_cropped.LBL"))
    assert [layout.name for layout in layouts] == ["RDN_IMAGE", "LOC_IMAGE", "OBS_IMAGE"]
    longitudes, latitudes, radii = read(layouts[1])
    assert 0.0 <= longitudes.min() <= longitudes.max() <= 360.0
    assert -90.0 <= latitudes.min() <= latitudes.max() <= 90.0
    assert np.abs(radii - 1_737_400.0).max() < 11_000.0  # metres; the Moon's relief
    for path in (real_data / "rasters/cassis").glob("*.dat"):
        image = read(only_layout(path))
        assert np.isfinite(image).all()
        assert -0.5 < image.min() < image.max() < 0.5  # I/F of Mars
