"""Archives of kernels, played on loopback: found by time, and downloaded to be loaded."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import archive_server as played
import numpy as np
import pytest
import spiceypy

from planetary_qgis.core.checksums import Checksum
from planetary_qgis.core.errors import KernelError, PlanetaryError
from planetary_qgis.core.http import NetworkError
from planetary_qgis.core.spice.kernel_archives import downloading
from planetary_qgis.core.spice.kernel_archives.downloading import (
    bytes_to_download,
    download_kernels,
    on_disk,
)
from planetary_qgis.core.spice.kernel_archives.finding import (
    find_kernels,
    kernels_of_metakernel,
    metakernels,
)
from planetary_qgis.core.spice.kernel_archives.indexes import (
    checksums_in,
    indexed_kernels,
    names_in_metakernel,
)
from planetary_qgis.core.spice.kernel_archives.listings import listed_in
from planetary_qgis.core.spice.kernel_archives.name_dates import span_in_name
from planetary_qgis.core.spice.kernel_archives.sets import (
    KernelSet,
    find_kernel_set,
    kernel_sets,
)
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

LABEL = """PDS_VERSION_ID = PDS3
^INDEX_TABLE = "INDEX.TAB"
OBJECT = INDEX_TABLE
""" + "".join(
    f"  OBJECT = COLUMN\n    NAME         = {name}\n    BYTES = 23\n  END_OBJECT = COLUMN\n"
    for name in (
        "START_TIME",
        "STOP_TIME",
        "FILE_SPECIFICATION_NAME",
        "DATA_SET_ID",
        "KERNEL_TYPE_ID",
        "PRODUCT_ID",
    )
)


def row(start, stop, folder, name, kind):
    label = f"{folder}/{name.rpartition('.')[0]}.lbl"
    return f'{start:23},{stop:23},"{label:40}","X-M-SPICE-6-V1.0","{kind:4}","{name:30}"\r\n'


def text_kernel(word, content):
    return f"KPL/{word}\n\\begindata\n{content}\n\\begintext\n".encode()


FILES = {
    "lsk/naif0012.tls": text_kernel("LSK", "LEAPS = 1"),
    "pck/pck00008.tpc": text_kernel("PCK", "VALUE = 1"),
    "fk/x_v2.tf": text_kernel("FK", "VALUE = 2"),
    "sclk/x.tsc": text_kernel("SCLK", "CLOCK = 1"),
    "spk/x_2007.bsp": b"",
    "spk/x_2008.bsp": b"",
    "ck/x_sc_070101_070107.bc": b"",
    "ck/x_sc_070108_070114.bc": b"",
}
"""Paths below the folder of kernels; binary ones are filled in by the fixture."""

INDEX = "".join(
    [
        row("N/A", "N/A", "data/lsk", "naif0012.tls", "LSK"),
        row("2006-01-01T00:00:00", "2009-12-31T00:00:00", "data/pck", "pck00008.tpc", "PCK"),
        row("N/A", "N/A", "data/fk", "x_v2.tf", "FK"),
        row("2006-01-01T00:00:00", "2050-01-01T00:00:00", "data/sclk", "x.tsc", "SCLK"),
        row("2007-01-01T00:00:00", "2008-01-01T00:00:00", "data/spk", "x_2007.bsp", "SPK"),
        row("2008-01-01T00:00:00", "2009-01-01T00:00:00", "data/spk", "x_2008.bsp", "SPK"),
        row("2007-01-01T00:01:05", "2007-01-07T23:58", "data/ck", "x_sc_070101_070107.bc", "CK"),
        row("2007-01-08T00:01:05", "2007-01-14T23:58", "data/ck", "x_sc_070108_070114.bc", "CK"),
    ]
)


def metakernel(paths):
    listed = "\n".join(f"'$KERNELS/{path}'" for path in paths)
    return (
        "KPL/MK\n  Do not edit.\n\\begindata\nPATH_VALUES = ( './data' )\n"
        f"PATH_SYMBOLS = ( 'KERNELS' )\nKERNELS_TO_LOAD = (\n{listed}\n)\n\\begintext\n"
    )


def page(names):
    """A folder as Apache lists it."""
    rows = "".join(
        f'<img src="/icons/unknown.gif"> <a href="{name}">{name}</a>'
        f"   2020-01-31 12:34  {size:>5}  \n"
        for name, size in names
    )
    return (
        "<html><head><title>Index of /pub</title></head><body><h1>Index</h1><pre>"
        '<a href="?C=N;O=D">Name</a> <a href="?C=S;O=A">Size</a><hr>'
        f'<a href="/pub/naif/">Parent Directory</a>       -   \n{rows}<hr></pre></body></html>'
    ).encode()


@pytest.fixture
def archive():
    with played.archive_server() as server:
        yield server


@pytest.fixture
def files(sample_kernels):
    """The kernels of the archive: the sample's binary ones stand in for the mission's."""
    sample = {path.suffix: path.read_bytes() for path in expand(sample_kernels)}
    return {
        path: content or sample["." + path.rpartition(".")[2]] for path, content in FILES.items()
    }


@pytest.fixture
def volume(archive, files):
    """A PDS3 volume of NAIF's form."""
    put_volume(archive, files)
    return KernelSet("x.pds3", "Mission X", "X", -999, archive.url("/x/xsp_1000/"), "pds3")


def put_volume(archive, files, *, upper=False):
    spelled = str.upper if upper else str
    root = "/x/xsp_1000/"

    def put(path, body, **said):
        archive.put(root + spelled(path), body, **said)

    def put_page(folder, names):
        listed = [(spelled(name), size) for name, size in names]
        archive.put(root + spelled(folder), page(listed), content_type="text/html")

    put_page("", [("data/", "-"), ("extras/", "-"), ("index/", "-")])
    put_page("index/", [("index.lbl", "4K"), ("index.tab", "9K"), ("checksum.tab", "2K")])
    put("index/index.lbl", LABEL.encode())
    put("index/index.tab", spelled_index(INDEX, spelled).encode())
    sums = "".join(
        f"{hashlib.md5(body, usedforsecurity=False).hexdigest()}  {spelled('data/' + path):60}\r\n"
        for path, body in files.items()
    )
    put("index/checksum.tab", sums.encode())
    by_folder = {}
    for path, body in files.items():
        put(f"data/{path}", body)
        folder, _, name = path.rpartition("/")
        by_folder.setdefault(folder, []).append((name, f"{len(body) / 1024:.1f}K"))
    for folder, names in by_folder.items():
        put_page(f"data/{folder}/", names)
    listed = {
        "x_2007_v01.tm": ["lsk/naif0012.tls"],
        "x_2007_v02.tm": [path for path in files if "2008" not in path],
        "x_2008_v01.tm": [path for path in files if "2007" not in path and "/x_sc" not in path],
    }
    put_page("extras/mk/", [(name, "1K") for name in listed])
    for name, paths in listed.items():
        put(f"extras/mk/{name}", metakernel([spelled(path) for path in paths]).encode())


def spelled_index(index, spelled):
    return index if spelled is str else index.upper()


@pytest.fixture
def transport():
    return played.PlainTransport(timeout_s=10.0)


@pytest.fixture(autouse=True)
def no_planetarypy(monkeypatch):
    monkeypatch.setattr(downloading, "planetarypy_storage", lambda: None)


def test_kernels_of_a_time_come_in_the_metakernels_order(volume, transport, files):
    start, stop = parse_utc("2007-01-03"), parse_utc("2007-01-04")
    found = find_kernels(volume, start, stop, transport)
    assert [kernel.path for kernel in found] == [
        f"data/{path}" for path in files if "2008" not in path and "070108" not in path
    ]
    by_name = {kernel.name: kernel for kernel in found}
    ck = by_name["x_sc_070101_070107.bc"]
    assert (ck.kind, str(ck.start)) == ("CK", "2007-01-01T00:01:05.000000")
    assert ck.size_bytes == pytest.approx(len(files["ck/x_sc_070101_070107.bc"]), rel=0.01)
    assert ck.checksum.digest == hashlib.md5(files["ck/x_sc_070101_070107.bc"]).hexdigest()  # noqa: S324
    assert by_name["naif0012.tls"].start is None


def test_a_span_over_two_years_takes_both_years_metakernels(volume, transport):
    found = find_kernels(volume, parse_utc("2007-12-01"), parse_utc("2008-02-01"), transport)
    names = [kernel.name for kernel in found]
    assert names == ["naif0012.tls", "pck00008.tpc", "x_v2.tf", "x.tsc", "x_2007.bsp", "x_2008.bsp"]


def test_volumes_in_upper_case_are_read_too(archive, transport, files):
    put_volume(archive, files, upper=True)
    volume = KernelSet("x.pds3", "X", "X", -999, archive.url("/x/xsp_1000/"), "pds3")
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    assert "DATA/CK/X_SC_070101_070107.BC" in [kernel.path for kernel in found]
    assert not any("070108" in kernel.name for kernel in found)
    assert all(kernel.checksum for kernel in found)


def test_metakernels_are_offered_newest_last_and_tell_what_they_list(volume, transport):
    offered = metakernels(volume, transport)
    assert [each.name for each in offered] == ["x_2007_v01.tm", "x_2007_v02.tm", "x_2008_v01.tm"]
    listed = kernels_of_metakernel(volume, offered[-1], transport)
    assert [each.name for each in listed][-1] == "x_2008.bsp"


def test_a_bundle_is_found_by_the_index_beside_it(archive, transport, files):
    root, names = "/m/m_spice/", [path for path in files if "x_sc" in path or "lsk" in path]
    index = "".join(
        [
            row("N/A", "N/A", "spice_kernels/lsk", "naif0012.tls", "LSK"),
            row(
                "2007-01-01T00", "2007-01-08T00", "spice_kernels/ck", "x_sc_070101_070107.bc", "CK"
            ),
            row(
                "2007-01-08T00", "2007-01-15T00", "spice_kernels/ck", "x_sc_070108_070114.bc", "CK"
            ),
        ]
    )
    archive.put("/m/dsindex.lbl", LABEL.encode())
    archive.put("/m/dsindex.tab", index.encode())
    mk = f"{root}spice_kernels/mk/"
    archive.put(mk, page([("m_v001.tm", "1K"), ("m_v012.tm", "1K")]), content_type="text/html")
    archive.put(f"{mk}m_v012.tm", metakernel(names).encode())
    bundle = KernelSet("m.pds4", "M", "M", -1, archive.url(root), "pds4")
    found = find_kernels(bundle, parse_utc("2007-01-10"), None, transport)
    assert [kernel.path for kernel in found] == [
        "spice_kernels/lsk/naif0012.tls",
        "spice_kernels/ck/x_sc_070108_070114.bc",
    ]
    assert found[1].url == archive.url(f"{root}spice_kernels/ck/x_sc_070108_070114.bc")


def test_folders_without_an_index_are_known_by_their_names(archive, transport):
    root = "/X/kernels/"
    folders = {
        "ck": ["x_sc_070101_070107.bc", "x_sc_070108_070114.bc", "x_struct.bc", "aareadme.txt"],
        "fk": ["x_v10.tf", "x_v9.tf"],
    }
    archive.put(root, page([(f"{name}/", "-") for name in folders]), content_type="text/html")
    for folder, names in folders.items():
        listed = page([(name, "1.5M") for name in names])
        archive.put(f"{root}{folder}/", listed, content_type="text/html")
    missions = KernelSet("x.naif", "X", "X", -1, archive.url(root), "operational")
    found = find_kernels(missions, parse_utc("2007-01-10"), None, transport)
    assert [kernel.path for kernel in found] == [
        "fk/x_v9.tf",
        "fk/x_v10.tf",
        "ck/x_sc_070108_070114.bc",
        "ck/x_struct.bc",
    ]
    assert found[0].size_bytes == 1.5 * 2**20
    assert metakernels(missions, transport) == ()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["MEX_OPS.TM", "MEX_PLAN.TM", "MEX_OPS_V270_20240122_001.TM"], ["x.tls"]),
        (["vesta_survey.tm", "ceres.tm"], ["y.tls", "x.tls"]),
    ],
)
def test_a_working_missions_metakernel_is_taken_where_it_is_for_all_times(
    archive, transport, offered, chosen
):
    root = "/M/kernels/"
    archive.put(root, page([("lsk/", "-"), ("mk/", "-")]), content_type="text/html")
    archive.put(f"{root}lsk/", page([("x.tls", "5K"), ("y.tls", "5K")]), content_type="text/html")
    archive.put(f"{root}mk/", page([(name, "1K") for name in offered]), content_type="text/html")
    for name in offered:
        archive.put(f"{root}mk/{name}", metakernel(["lsk/x.tls"]).encode())
    mission = KernelSet("m.esa", "M", "M", -41, archive.url(root), "operational")
    found = find_kernels(mission, parse_utc("2010-01-01"), None, transport)
    assert sorted(kernel.name for kernel in found) == sorted(chosen)


def test_what_is_downloaded_loads_from_anywhere_in_the_right_order(
    volume, transport, files, tmp_path, monkeypatch
):
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    told = []
    root = tmp_path / "cache"
    done = download_kernels(
        volume, found, root, transport, progress=lambda *state: told.append(state)
    )
    assert done.metakernel.parent == root / "spice_kernels" / "x.pds3"
    assert expand([done.metakernel]) == tuple(path.resolve() for path in done.files)
    assert [path.read_bytes() for path in done.files] == [
        files[kernel.path.removeprefix("data/")] for kernel in found
    ]
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1]
    with furnished(expand([done.metakernel])):
        assert spiceypy.gdpool("VALUE", 0, 1)[0] == 2  # the frames kernel came after the PCK
    monkeypatch.chdir(done.metakernel.parent)
    spiceypy.furnsh(done.metakernel.name)  # other programs read it in its folder
    try:
        assert spiceypy.ktotal("ALL") == len(found) + 1
    finally:
        spiceypy.kclear()


def test_what_is_there_is_not_asked_for_again(volume, transport, tmp_path, archive):
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    assert bytes_to_download(volume, found, tmp_path)[0] > 0
    assert on_disk(volume, found[0], tmp_path) is None
    first = download_kernels(volume, found, tmp_path, transport)
    asked = len(archive.asked)
    again = download_kernels(volume, found, tmp_path, transport)
    assert (again, len(archive.asked)) == (first, asked)
    assert bytes_to_download(volume, found, tmp_path) == (0, 0)
    assert on_disk(volume, found[0], tmp_path) == first.files[0]


def test_what_breaks_off_goes_on(volume, transport, tmp_path, archive, files):
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    (big,) = (kernel for kernel in found if kernel.kind == "SPK")
    path = f"/x/xsp_1000/{big.path}"
    archive.behave(path, played.cut_short(5_000), played.serve)
    with pytest.raises(NetworkError, match="broke off"):
        download_kernels(volume, found, tmp_path, transport)
    assert not list((tmp_path / "spice_kernels" / "x.pds3").glob("*.tm"))
    done = download_kernels(volume, found, tmp_path, transport)
    assert done.files[found.index(big)].read_bytes() == files["spk/x_2007.bsp"]
    ranges = [a.headers["range"] for a in archive.asked if a.path == path and "range" in a.headers]
    assert ranges == ["bytes=5000-"]


def test_damage_is_told_by_the_archives_checksum(volume, transport, tmp_path):
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    wrong = replace(found[0], checksum=Checksum("md5", "0" * 32))
    with pytest.raises(NetworkError, match="does not have the checksum"):
        download_kernels(volume, [wrong], tmp_path, transport)


def test_what_is_no_kernel_is_told(archive, transport, tmp_path):
    missions = KernelSet("x.naif", "X", "X", -1, archive.url("/X/"), "operational")
    archive.put("/X/", page([("fk/", "-")]), content_type="text/html")
    archive.put("/X/fk/", page([("x.tf", "1K")]), content_type="text/html")
    archive.put("/X/fk/x.tf", b"just some words\n")
    found = find_kernels(missions, None, None, transport)
    with pytest.raises(KernelError, match="is no kernel"):
        download_kernels(missions, found, tmp_path, transport)


def test_a_disk_that_is_too_small_is_told_beforehand(volume, transport, tmp_path, archive):
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    huge = [replace(kernel, size_bytes=10**18) for kernel in found]
    asked = len(archive.asked)
    with pytest.raises(PlanetaryError, match=r"has only .* free"):
        download_kernels(volume, huge, tmp_path, transport)
    assert len(archive.asked) == asked
    with pytest.raises(PlanetaryError, match="There are no kernels"):
        download_kernels(volume, [], tmp_path, transport)


def test_planetarypys_kernels_are_used_where_they_are(
    volume, transport, tmp_path, files, monkeypatch, archive
):
    storage = tmp_path / "planetarypy"
    own = storage / "spice_kernels" / "x" / "fk" / "x_v2.tf"
    own.parent.mkdir(parents=True)
    own.write_bytes(files["fk/x_v2.tf"])
    monkeypatch.setattr(downloading, "planetarypy_storage", lambda: storage)
    found = find_kernels(volume, parse_utc("2007-01-03"), None, transport)
    done = download_kernels(volume, found, tmp_path / "cache", transport)
    assert own in done.files
    assert own.resolve() in expand([done.metakernel])
    assert "/x/xsp_1000/data/fk/x_v2.tf" not in archive.paths()


def test_an_archive_that_is_not_there_is_a_sentence(archive, transport):
    nowhere = KernelSet("x.pds3", "X", "X", -1, archive.url("/nowhere/"), "pds3")
    with pytest.raises(NetworkError, match="does not exist"):
        find_kernels(nowhere, None, None, transport)


def test_an_index_of_another_form_is_a_sentence():
    with pytest.raises(PlanetaryError, match="no column KERNEL_TYPE_ID"):
        indexed_kernels(LABEL.replace("KERNEL_TYPE_ID", "OTHER"), INDEX)


def test_listings_of_other_servers_are_read():
    table = (
        '<table><tr><td><a href="/pub/">Parent Directory</a></td><td>&nbsp;</td></tr>'
        '<tr><td><a href="a%20b.bsp">a b.bsp</a></td><td align="right">2019-01-01 10:00  </td>'
        '<td align="right">2.5G</td></tr>'
        '<tr><td><a href="ck/">ck/</a></td><td>2019-01-01 10:00</td><td>  - </td></tr></table>'
    )
    bare = '<a href="../">../</a>\n<a href="x.bc">x.bc</a>   01-Jan-2019 10:00   123456\n'
    whole = '<a href="/pub/x/ck/">ck</a> <a href="/pub/x/y.tf">y.tf</a> <a href="/pub/x/?C=N">N</a>'
    url = "https://host/pub/x/"
    assert [(e.name, e.is_folder, e.size_bytes) for e in listed_in(table, url)] == [
        ("a b.bsp", False, round(2.5 * 2**30)),
        ("ck", True, None),
    ]
    assert [(e.name, e.size_bytes) for e in listed_in(bare, url)] == [("x.bc", 123456)]
    assert [(e.name, e.is_folder) for e in listed_in(whole, url)] == [("ck", True), ("y.tf", False)]


def test_checksums_are_read_by_path():
    table = "d41d8cd98f00b204e9800998ecf8427e  data/ck/ckinfo.txt      \r\n"
    assert checksums_in(table)["data/ck/ckinfo.txt"].digest.startswith("d41d8cd9")


def test_metakernels_are_read_as_cspice_reads_them(tmp_path):
    text = (
        "KPL/MK\n KERNELS_TO_LOAD = ( 'not this' )\n\\begindata\n"
        "PATH_VALUES = ( '..' )\nPATH_SYMBOLS = ( 'KERNELS' )\n"
        "KERNELS_TO_LOAD = ( '$KERNELS/lsk/a.tls',\n  '$KERNELS/ck/very_long_+'\n"
        "  'name.bc' )\n\\begintext\n\\begindata\nKERNELS_TO_LOAD += '$KERNELS/spk/z.bsp'\n"
    )
    path = tmp_path / "x.tm"
    path.write_text(text)
    spiceypy.ldpool(str(path))
    try:
        said = [str(each) for each in spiceypy.gcpool("KERNELS_TO_LOAD", 0, 20)]
    finally:
        spiceypy.kclear()
    joined = "\n".join(said).replace("+\n", "").split("\n")
    assert list(names_in_metakernel(text)) == joined


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("mro_sc_psp_070102_070108.bc", "2007-01-02", "2007-01-09"),
        ("em16_tgo_sc_ssm_20190101_20200101_s20191109_v01.bc", "2019-01-01", "2020-01-02"),
        ("04135_04171ra.bc", "2004-05-14", "2004-06-20"),
        ("s980326a.bsp", None, None),
        ("em16_tgo_step_20190823.tsc", None, None),
        ("de432s.bsp", None, None),
        ("x_999999_999999.bc", None, None),
        ("x_070108_070102.bc", None, None),
    ],
)
def test_days_in_names_are_read(name, first, last):
    span = span_in_name(name)
    assert (span is None) == (first is None)
    if span is not None:
        assert span == (np.datetime64(first), np.datetime64(last))


def test_the_known_sets_are_whole():
    sets = kernel_sets()
    assert len({each.key for each in sets}) == len(sets) > 30
    for each in sets:
        assert each.url.startswith("https://")
        assert each.url.endswith("/")
        assert each.kind in ("pds3", "pds4", "operational", "generic")
        assert each.naif_id < 0 or each.kind == "generic"
        assert each.key == each.key.lower()
    assert find_kernel_set(" MRO.pds3 ").naif_id == -74
    with pytest.raises(PlanetaryError, match="no set of kernels"):
        find_kernel_set("nonsense")
