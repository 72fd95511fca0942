"""Files that are no kernels, or damaged ones: each gets its sentence, and the pool stays clean."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pytest
import spiceypy
from hypothesis import example, given
from hypothesis import strategies as st

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.kernel_checks import warning_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand, summarise
from planetary_qgis.core.spice.session import furnished

TEXT = "KPL/PCK\n\\begindata\nTHING = ( 1 2 )\nNAME = 'x'\n\\begintext\n"


@pytest.fixture
def clean_pool(tmp_path):
    """What somebody else has loaded must be there afterwards, and CSPICE free of errors."""
    mine = tmp_path / "mine.tpc"
    mine.write_text("KPL/PCK\n\\begindata\nMINE = 7\n\\begintext\n")
    spiceypy.kclear()
    spiceypy.furnsh(str(mine))
    yield
    try:
        assert not spiceypy.failed()
        assert spiceypy.ktotal("ALL") == 1
        assert spiceypy.gdpool("MINE", 0, 1)[0] == 7
    finally:
        spiceypy.kclear()


def refusal(path) -> str:
    """The sentence for a file that cannot be furnished, as a kernel and as a whole job."""
    with pytest.raises(KernelError) as raised, furnished([path]):
        pass
    assert raised.value.hint
    with pytest.raises(KernelError) as again:
        summarise([path])
    assert again.value.message == raised.value.message
    return str(raised.value)


@pytest.mark.usefixtures("clean_pool")
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.bsp", b"", "The kernel empty.bsp is empty"),
        ("page.bsp", b"<!DOCTYPE html>\n<html><body>404</body></html>", "is a web page"),
        ("page.tf", b"\n<html><head><title>Moved</title>", "is a web page"),
        ("paper.bc", b"%PDF-1.4\n%\xe2\xe3", "is a PDF document"),
        ("packed.bsp.gz", gzip.compress(b"DAF/SPK "), "is packed with gzip.*Unpack"),
        ("packed.zip", b"PK\x03\x04rest", "is a ZIP archive"),
        ("letter.txt", b"Dear reader,\nno kernel here.\n", "is no kernel: it has no .begindata"),
        ("upper.tf", b"FRAMES\n\\BEGINDATA\nA = 1\n", "is no kernel"),
        ("xfer.bsp", b"DAFETF NAIF DAF ENCODED TRANSFER FILE\n", "transfer format.*tobin"),
        ("xfer.bds", b"DASETF NAIF DAS ENCODED TRANSFER FILE\n", "transfer format.*tobin"),
        ("syntax.tf", b"KPL/FK\n\\begindata\nA = = 3\n", "cannot be loaded"),
        ("string.tf", TEXT.encode()[:-13], "is cut off in line 4"),
        ("bracket.tf", b"KPL/FK\n\\begindata\nA = ( 1 2\n", "is cut off in line 4"),
        ("line.tf", b"KPL/FK\n\\begindata\nA = 1\nB = 2", "ends in the middle of a line"),
        ("head.bsp", b"DAF/SPK " + bytes(90), "is cut off after 98 bytes"),
    ],
)
def test_what_is_no_whole_kernel_is_a_sentence(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    assert re.search(sentence, refusal(path))


@pytest.mark.usefixtures("clean_pool")
def test_folders_and_missing_files_are_sentences(tmp_path):
    assert "is a folder" in refusal_of_furnished(tmp_path)
    assert "is not in" in refusal_of_furnished(tmp_path / "gone.bsp")


def refusal_of_furnished(path) -> str:
    with pytest.raises(KernelError) as raised, furnished([path]):
        pass
    return str(raised.value)


@pytest.mark.usefixtures("clean_pool")
def test_metakernels_that_lead_in_circles_are_sentences(tmp_path):
    listing = "KPL/MK\n\\begindata\nKERNELS_TO_LOAD = ( '{}' )\n\\begintext\n"
    (tmp_path / "a.tm").write_text(listing.format("b.tm"))
    (tmp_path / "b.tm").write_text(listing.format("a.tm"))
    (tmp_path / "self.tm").write_text(listing.format("self.tm"))
    with pytest.raises(KernelError, match=r"lists itself: a\.tm → b\.tm → a\.tm"):
        expand([tmp_path / "a.tm"])
    with pytest.raises(KernelError, match=r"lists itself: self\.tm → self\.tm"):
        expand([tmp_path / "self.tm"])


@pytest.mark.usefixtures("clean_pool")
def test_path_symbols_that_nobody_defines_are_named(tmp_path):
    listing = tmp_path / "all.tm"
    listing.write_text("KPL/MK\n\\begindata\nKERNELS_TO_LOAD = ( '$K/lsk/x.tls' )\n\\begintext\n")
    with pytest.raises(KernelError, match=r"PATH_SYMBOLS and PATH_VALUES do not say what \$K is"):
        expand([listing])
    listing.write_text(
        "KPL/MK\n\\begindata\nPATH_SYMBOLS = ( 'K' 'L' )\nPATH_VALUES = ( '.' )\n"
        "KERNELS_TO_LOAD = ( '$K/x.tls' )\n\\begintext\n"
    )
    with pytest.raises(KernelError, match="has 2 PATH_SYMBOLS for 1 PATH_VALUES"):
        expand([listing])


@pytest.mark.usefixtures("clean_pool")
def test_paths_that_spice_cannot_take_are_sentences(tmp_path):
    folder = tmp_path.joinpath(*["a" * 60] * 5)
    folder.mkdir(parents=True)
    (folder / "x.tpc").write_text(TEXT)
    assert "of which SPICE takes 255" in refusal_of_furnished(folder / "x.tpc")


@pytest.mark.usefixtures("clean_pool")
@pytest.mark.parametrize("name", ["with space.tpc", "ümlaut.tpc", "日本.tpc", " lead.tpc"])
def test_names_that_are_merely_unusual_are_taken(tmp_path, name):
    (tmp_path / name).write_text(TEXT)
    with furnished(expand([tmp_path / name])):
        assert spiceypy.gdpool("THING", 0, 5).tolist() == [1, 2]


@pytest.mark.usefixtures("clean_pool")
@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(tmp_path, ends):
    kernel = tmp_path / "dos.tpc"
    kernel.write_bytes(TEXT.replace("\n", ends).encode())
    listing = tmp_path / "dos.tm"
    text = f"KPL/MK\n\\begindata\nKERNELS_TO_LOAD = ( '{kernel.name}' )\n\\begintext\n"
    listing.write_bytes(text.replace("\n", ends).encode())
    with furnished(expand([listing])):
        assert spiceypy.gdpool("THING", 0, 5).tolist() == [1, 2]
        assert spiceypy.gcpool("NAME", 0, 5) == ["x"]


def test_lines_that_spice_skips_are_told(tmp_path):
    kernel = tmp_path / "long.tpc"
    kernel.write_text(f"KPL/PCK\n\\begindata\nA = ( 1,{' ' * 140} 5 )\n\\begintext\n")
    assert "characters in line 3; SPICE reads 132" in warning_of(kernel)
    assert warning_of(kernel) in summarise([kernel]).remarks
    with furnished([kernel]):
        assert spiceypy.gdpool("A", 0, 5).tolist() == [1]  # so it is CSPICE that skips the 5


def test_two_leap_second_kernels_are_told(tmp_path, sample_kernels):
    (leap_seconds,) = (path for path in expand(sample_kernels) if path.suffix == ".tls")
    other = tmp_path / "other.tls"
    other.write_bytes(leap_seconds.read_bytes())
    remarks = summarise([*sample_kernels, other]).remarks
    assert any("2 leap second kernels are loaded; that of other.tls" in each for each in remarks)


@pytest.mark.usefixtures("clean_pool")
def test_more_kernels_than_spice_takes_are_a_sentence(tmp_path):
    kernel = tmp_path / "x.tpc"
    kernel.write_text(TEXT)
    with (
        pytest.raises(KernelError, match="5001 kernels are more than the 5000"),
        furnished([kernel] * 5001),
    ):
        pass


@pytest.fixture(scope="module")
def shape_kernel(tmp_path_factory):
    """A DSK of an octahedron, as CSPICE writes it."""
    corners = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    plates = [
        [1, 2, 5],
        [2, 3, 5],
        [3, 4, 5],
        [4, 1, 5],
        [2, 1, 6],
        [3, 2, 6],
        [4, 3, 6],
        [1, 4, 6],
    ]
    sides = np.array(plates, dtype=np.int32)
    path = tmp_path_factory.mktemp("shape") / "octahedron.bds"
    handle = spiceypy.dskopn(str(path), "octahedron", 200)
    index = spiceypy.dskmi2(corners, sides, 1.0, 2, 10_000, 10_000, 10_000, False, 1_000_000)
    bounds = (-np.pi, np.pi, -np.pi / 2, np.pi / 2, 0.0, 2.0, -1e10, 1e10)
    spiceypy.dskw02(handle, 499, 1, 2, "IAU_MARS", 1, np.zeros(10), *bounds, corners, sides, *index)
    spiceypy.dskcls(handle, True)
    return path


@given(share=st.floats(0.0, 1.0, exclude_max=True))
@example(share=0.9999)
def test_every_beginning_of_a_shape_kernel_is_told_as_cut_off(shape_kernel, share):
    content = shape_kernel.read_bytes()
    with furnished([shape_kernel]):
        assert spiceypy.ktotal("DSK") == 1
    path = shape_kernel.with_name("cut.bds")
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(KernelError, match=r"cut off|empty|is no kernel"), furnished([path]):
        pass
    assert not spiceypy.failed()


def binary_kernels(folder):
    """One real kernel of each kind."""
    base = folder / "spice" / "kernels"
    return {
        "SPK": base / "B10_013341_1010_XN_79S172W" / "B10_013341_1010_XN_79S172W_0.bsp",
        "CK": base / "h5270_0000_ir2" / "ATNM_MEASURED_080101_090101_V03_0_sliced_-41001.bc",
        "PCK": base / "MNA_2B2_01_04192S136E3573" / "moon_pa_de421_1900-2050.bpc",
    }


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["SPK", "CK", "PCK"])
@given(share=st.floats(0.0, 1.0, exclude_max=True))
@example(share=0.0)
@example(share=0.2)  # behind the file record, where CSPICE loads it without a word
@example(share=0.9)
def test_every_beginning_of_a_binary_kernel_is_told_as_cut_off(
    real_data, tmp_path_factory, kind, share
):
    content = binary_kernels(real_data)[kind].read_bytes()
    used = (int.from_bytes(content[84:88], "little") - 1) * 8
    path = tmp_path_factory.mktemp("cut") / "cut.bsp"
    path.write_bytes(content[: int(share * used)])
    spiceypy.kclear()
    with (
        pytest.raises(KernelError, match=r"cut off|empty|is no kernel") as raised,
        furnished([path]),
    ):
        pass
    assert raised.value.hint == "Fetch it again." or int(share * used) < 8
    assert spiceypy.ktotal("ALL") == 0
    assert not spiceypy.failed()


@pytest.mark.real_data
def test_no_real_kernel_is_refused(real_data):
    endings = {".tls", ".tpc", ".tf", ".ti", ".tsc", ".bsp", ".bc", ".bpc"}
    files = [
        path
        for path in (real_data / "spice" / "kernels").rglob("*")
        if path.suffix.lower() in endings
    ]
    assert len(files) > 100
    for path in files:
        with furnished(expand([path])):
            assert spiceypy.ktotal("ALL") == 1
        assert not warning_of(path)


@pytest.mark.real_data
def test_the_other_byte_order_is_read_all_the_same(real_data, tmp_path):
    """CSPICE translates big-endian DAFs; the check must not stand in its way."""
    source = binary_kernels(real_data)["SPK"]
    swapped = tmp_path / "big.bsp"
    swapped.write_bytes(in_other_order(source.read_bytes()))
    with furnished([source]):
        wanted = spiceypy.spkobj(str(source))
        bounds = spiceypy.spkcov(str(source), 499)
        et = float(np.mean([bounds[0], bounds[1]]))
        state = spiceypy.spkgeo(499, et, "J2000", 4)[0]
    with furnished([swapped]):
        assert list(spiceypy.spkobj(str(swapped))) == list(wanted)
        np.testing.assert_array_equal(spiceypy.spkgeo(499, et, "J2000", 4)[0], state)
    vax = tmp_path / "vax.bsp"
    vax.write_bytes(source.read_bytes().replace(b"LTL-IEEE", b"VAX-GFLT"))
    assert "VAX-GFLT machines" in refusal_of_furnished(vax)


def in_other_order(content: bytes) -> bytes:
    """A little-endian SPK's bytes as a big-endian machine would have written them."""
    head = bytearray(content[:1024])
    for begin in (8, 12, 76, 80, 84):
        head[begin : begin + 4] = head[begin : begin + 4][::-1]
    head[88:96] = b"BIG-IEEE"
    first = int.from_bytes(content[76:80], "little")
    comments = content[1024 : (first - 1) * 1024]
    summaries = content[(first - 1) * 1024 : first * 1024]
    names = content[first * 1024 : (first + 1) * 1024]
    return b"".join(
        [
            bytes(head),
            comments,
            swapped_summaries(summaries),
            names,
            swapped(content[(first + 1) * 1024 :]),
        ]
    )


def swapped_summaries(record: bytes) -> bytes:
    """Three doubles, then summaries of two doubles and six integers each."""
    count = int(np.frombuffer(record[:24], "<f8")[2])
    parts = [swapped(record[:24])]
    for begin in range(24, 24 + 40 * count, 40):
        parts.append(swapped(record[begin : begin + 16]))
        parts.append(np.frombuffer(record[begin + 16 : begin + 40], "<i4").astype(">i4").tobytes())
    parts.append(record[24 + 40 * count :])
    return b"".join(parts)


def swapped(words: bytes) -> bytes:
    return np.frombuffer(words, "<f8").astype(">f8").tobytes()
