"""Numbers of PDS4 labels in the house's units, by their attribute `unit`."""

from __future__ import annotations

import math
import re

from planetary_qgis.core.archives.pds4.xml import Element

_DEGREES = {
    "deg": 1.0,
    "degree": 1.0,
    "degrees": 1.0,
    "arcmin": 1.0 / 60.0,
    "arcsec": 1.0 / 3600.0,
    "rad": math.degrees(1.0),
    "mrad": math.degrees(1e-3),
    "hr": 15.0,
}
_METRES = {
    "m": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "meters": 1.0,
    "km": 1000.0,
    "cm": 1e-2,
    "mm": 1e-3,
    "micrometer": 1e-6,
    "nm": 1e-9,
    "au": 149_597_870_700.0,
}
_CLOCK = re.compile(r"(?:^|[^\d:.])(\d{1,2}):([0-5]\d)(?::([0-5]\d(?:\.\d*)?))?$")


def number_of(element: Element | None) -> float | None:
    """The finite number that an element's text spells, whatever its unit."""
    text = element.text if element is not None else None
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def numbers_of(element: Element) -> list[float]:
    """The numbers of a list like (1.0, 2.0, 3.0); empty where the text is none."""
    parts = (element.text or "").strip("()[]{} ").replace(",", " ").split()
    try:
        return [float(part) * degrees_per_unit(element) for part in parts]
    except ValueError:
        return []


def degrees_of(element: Element | None) -> float | None:
    """An angle in degrees; without a unit it is taken to be in degrees."""
    number = number_of(element)
    if number is None or element is None:
        return None
    degrees = number * degrees_per_unit(element)
    return degrees if math.isfinite(degrees) else None


def degrees_per_unit(element: Element) -> float:
    """NaN where the unit is none of an angle."""
    return _DEGREES.get(element.unit.lower(), math.nan) if element.unit else 1.0


def metres_of(element: Element | None) -> float | None:
    """A length, or a length a pixel, in metres; None without a unit of length."""
    number = number_of(element)
    if number is None or element is None:
        return None
    unit = re.split(r"\s*/\s*|\s+per\s+", element.unit.lower())[0]
    return number * _METRES[unit] if unit in _METRES else None


def hours_of(element: Element | None) -> float | None:
    """Hours of a local time such as 13:21:49.1 or Sol-00305M14:40:03."""
    found = _CLOCK.search((element.text or "") if element is not None else "")
    if found is None:
        return None
    hours, minutes, seconds = (float(part or 0.0) for part in found.groups())
    return hours + minutes / 60.0 + seconds / 3600.0 if hours <= 24.0 else None
