"""Numbers that are no values: ISIS's special pixels, and the constants of PDS labels."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any

from planetary_qgis.core.archives.pds4.xml import Element
from planetary_qgis.core.rasters.labels.words import Words, bits_in, listed, number_in

_ISIS_NAMES = ("null", "lrs", "lis", "his", "hrs")

# Source: USGS ISIS, SpecialPixel.h.
_ISIS_NUMBERS: Mapping[str, tuple[float, ...]] = {
    "Byte": (0, 0, 0, 255, 255),
    "Int16": (-32768, -32767, -32766, -32765, -32764),
    "UInt16": (0, 1, 2, 65534, 65535),
    "Int32": tuple(range(-(2**31), -(2**31) + 5)),
    "UInt32": (0, 1, 2, 2**32 - 2, 2**32 - 1),
}
_ISIS_BITS: Mapping[str, tuple[int, ...]] = {
    "Float32": (0xFF7FFFFB, 0xFF7FFFFC, 0xFF7FFFFD, 0xFF7FFFFE, 0xFF7FFFFF),
    "Float64": tuple(range(0xFFEFFFFFFFFFFFFB, 0xFFEFFFFFFFFFFFFF + 1)),
}

_PDS3_NAMES = {
    "null": ("CORE_NULL", "NULL_CONSTANT", "NULL"),
    "missing": ("MISSING_CONSTANT", "MISSING", "MISSING_VALUE", "OUT_OF_IMAGE_BOUNDS_VALUE"),
    "invalid": ("INVALID_CONSTANT", "INVALID"),
    "unknown": ("UNKNOWN_CONSTANT",),
    "not_applicable": ("NOT_APPLICABLE_CONSTANT",),
    "lrs": ("CORE_LOW_REPR_SATURATION", "LOW_REPR_SATURATION", "BAND_LOW_REPR_SATURATION"),
    "lis": ("CORE_LOW_INSTR_SATURATION", "LOW_INSTR_SATURATION"),
    "his": ("CORE_HIGH_INSTR_SATURATION", "HIGH_INSTR_SATURATION"),
    "hrs": ("CORE_HIGH_REPR_SATURATION", "HIGH_REPR_SATURATION"),
    "saturated": ("SATURATED_CONSTANT", "SATURATION_CONSTANT", "SATURATED_PIXEL_VALUE"),
}
_PDS4_NAMES = {
    "missing_constant": "missing",
    "invalid_constant": "invalid",
    "unknown_constant": "unknown",
    "not_applicable_constant": "not_applicable",
    "error_constant": "error",
    "saturated_constant": "saturated",
    "low_representation_saturation": "lrs",
    "low_instrument_saturation": "lis",
    "high_instrument_saturation": "his",
    "high_representation_saturation": "hrs",
}
_ENDLESS = {
    "nan": math.nan,
    "inf": math.inf,
    "infinity": math.inf,
    "-inf": -math.inf,
    "-infinity": -math.inf,
}
_FLOATS = {"Float32": (">I", ">f", 32), "Float64": (">Q", ">d", 64)}
_WHOLE = {"Byte": 8, "Int8": 8, "UInt16": 16, "Int16": 16, "UInt32": 32, "Int32": 32}
_WHOLE.update({"UInt64": 64, "Int64": 64})


def isis_specials(data_type: str) -> dict[str, float]:
    """ISIS's special pixels of a type, as stored."""
    numbers = _ISIS_NUMBERS.get(data_type)
    if numbers is None:
        numbers = tuple(_of_bits(bits, data_type) for bits in _ISIS_BITS.get(data_type, ()))
    return dict(zip(_ISIS_NAMES, map(float, numbers)))


def pds3_specials(words: Words, data_type: str) -> dict[str, float]:
    """The constants that a PDS3 or ISIS2 label names, as stored."""
    found = {}
    for name, keywords in _PDS3_NAMES.items():
        number = _first_stored(words.value(*keywords), data_type)
        if number is not None and _fits(number, data_type):
            found[name] = number
    return {**_listed_invalids(words, data_type), **found}


def pds4_specials(array: Element, data_type: str) -> dict[str, float]:
    """The Special_Constants of a PDS4 array, as stored; bit patterns have their high byte first."""
    found: dict[str, float] = {}
    for constants in array.within("Special_Constants"):
        for element in constants.children:
            number = _first_stored("".join(element.pieces).strip(), data_type)
            if element.name not in _PDS4_NAMES or number is None:
                continue
            if _fits(number, data_type):
                found.setdefault(_PDS4_NAMES[element.name], number)
    return found


def _listed_invalids(words: Words, data_type: str) -> dict[str, float]:
    """Numbers that stand for a reason each: Kaguya's INVALID_VALUE, named by its INVALID_TYPE."""
    reasons = [str(reason).lower() for reason in listed(words.value("INVALID_TYPE"))]
    found = {}
    for place, value in enumerate(listed(words.value("INVALID_VALUE"))):
        number = _stored(value, data_type)
        if number is not None and _fits(number, data_type):
            reason = reasons[place] if place < len(reasons) else str(place + 1)
            found["invalid" if reason == "other" else f"invalid ({reason})"] = number
    return found


def _first_stored(value: Any, data_type: str) -> float | None:
    stored = (_stored(item, data_type) for item in listed(value))
    return next((number for number in stored if number is not None), None)


def _stored(value: Any, data_type: str) -> float | None:
    """A constant as a number of a type; bit patterns read as that type's; None if it is none."""
    if isinstance(value, str) and bits_in(value) is not None:
        return _of_bits(bits_in(value) or 0, data_type)
    if isinstance(value, str) and value.strip().lower() in _ENDLESS:
        return _ENDLESS[value.strip().lower()]
    if isinstance(value, int) and _must_be_bits(value, data_type):
        return _of_bits(value, data_type)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number: float | None = float(value) if abs(value) < 10.0**308 else None
    else:
        number = number_in(value) if value is not None else None
    return _rounded(number, data_type)


def _must_be_bits(value: int, data_type: str) -> bool:
    """Whether a whole number can only be a pattern: PVL reads 16#FF7FFFFB# as 4286578683."""
    bits = _FLOATS[data_type][2] if data_type in _FLOATS else _WHOLE.get(data_type, 0)
    if not 0 <= value < 2**bits:
        return False
    if data_type in _FLOATS:
        return value >= 2 ** (bits - 1) or not math.isfinite(_of_bits(value, data_type))
    return data_type.startswith("Int") and value >= 2 ** (bits - 1)


def _of_bits(bits: int, data_type: str) -> float:
    if data_type in _FLOATS:
        whole, real, width = _FLOATS[data_type]
        return float(struct.unpack(real, struct.pack(whole, bits % 2**width))[0])
    width = _WHOLE.get(data_type, 64)
    signed = data_type.startswith("Int") and 2 ** (width - 1) <= bits < 2**width
    return float(bits - 2**width if signed else bits)


def _fits(number: float, data_type: str) -> bool:
    """Whether the type can hold the number: labels name −9998 for images of unsigned numbers."""
    bits = _WHOLE.get(data_type)
    if bits is None:
        return True
    if not math.isfinite(number):
        return False
    least = -(2.0 ** (bits - 1)) if data_type.startswith("Int") else 0.0
    return least <= number < least + 2.0**bits


def _rounded(number: float | None, data_type: str) -> float | None:
    """The number as its type stores it: labels write -3.40282265509e+38 with fewer digits."""
    if number is None or data_type != "Float32" or not math.isfinite(number):
        return number
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return number
