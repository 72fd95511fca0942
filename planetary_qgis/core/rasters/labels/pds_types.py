"""The number types that labels name, as GDAL names them."""

from __future__ import annotations

import re

_LITTLE = ("LSB", "PC", "VAX")
_BIG = ("MSB", "SUN", "MAC", "IEEE")
_WHOLE = {8: "Byte", 16: "Int16", 32: "Int32", 64: "Int64"}
_UNSIGNED = {8: "Byte", 16: "UInt16", 32: "UInt32", 64: "UInt64"}
_REAL = {32: "Float32", 64: "Float64"}
_COMPLEX = {64: "CFloat32", 128: "CFloat64"}
_PDS4 = re.compile(
    r"(?P<kind>Unsigned|Signed)(?:(?P<byte>Byte)|(?P<end>[LM]SB)(?P<bytes>[248]))"
    r"|IEEE754(?P<real_end>[LM]SB)(?P<real>Single|Double)"
    r"|Complex(?P<complex_end>[LM]SB)(?P<complex>8|16)"
)


def pds3_type(sample_type: str, bits: int) -> tuple[str, str]:
    """GDAL's type and the byte order, LSB, MSB or VAX, of a SAMPLE_TYPE; empty if there is none.

    Numbers of 8 bits are unsigned, whatever they are called, or not called at all: LROC's images
    say LSB_INTEGER and hold 0 to 255.

    Source: PDS3 Standards Reference, chapter 3 and appendix C.
    """
    words = sample_type.strip().upper().replace(" ", "_")
    machine = words.split("_")[0]
    order = "LSB" if machine in _LITTLE else "MSB"
    if "COMPLEX" in words:
        return ("", "") if machine == "VAX" else (_COMPLEX.get(bits, ""), order)
    if any(word in words for word in ("REAL", "FLOAT", "DOUBLE")):
        if machine.startswith("VAX"):
            return ("Float32", "VAX") if bits == 32 and machine == "VAX" else ("", "")
        return _REAL.get(bits, ""), order
    if bits == 8 or "INTEGER" in words:
        kinds = _UNSIGNED if "UNSIGNED" in words else _WHOLE
        return kinds.get(bits, ""), order
    return "", ""


def pds4_type(data_type: str) -> tuple[str, str]:
    """The same of a PDS4 data_type.

    Source: PDS4 Data Dictionary, Element_Array.data_type.
    """
    found = _PDS4.fullmatch(data_type.strip())
    if found is None:
        return "", ""
    if found["byte"]:
        return ("Byte" if found["kind"] == "Unsigned" else "Int8"), "LSB"
    if found["kind"]:
        prefix = "U" if found["kind"] == "Unsigned" else ""
        return f"{prefix}Int{int(found['bytes']) * 8}", found["end"]
    if found["real"]:
        return ("Float32" if found["real"] == "Single" else "Float64"), found["real_end"]
    return ("CFloat32" if found["complex"] == "8" else "CFloat64"), found["complex_end"]


def isis_type(pixel_type: str) -> str:
    """GDAL's type of an ISIS3 pixel type; empty if there is none.

    Source: USGS ISIS, PixelType.h.
    """
    return {
        "unsignedbyte": "Byte",
        "signedbyte": "Int8",
        "unsignedword": "UInt16",
        "signedword": "Int16",
        "unsignedinteger": "UInt32",
        "signedinteger": "Int32",
        "real": "Float32",
        "double": "Float64",
    }.get(pixel_type.strip().lower(), "")
