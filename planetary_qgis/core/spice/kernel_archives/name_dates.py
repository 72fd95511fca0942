"""The times that kernels tell in their names, where no index says more.

NAIF and ESA write from which day to which a kernel holds: mro_sc_psp_070102_070108.bc,
em16_tgo_sc_ssm_20190101_20200101_s20191109_v01.bc, 04135_04171ra.bc (by day of year).
"""

from __future__ import annotations

import re

import numpy as np

from planetary_qgis.core.times import parse_utc_column

Span = tuple[np.datetime64, np.datetime64]
_PAIRS = (
    re.compile(r"(?<![A-Za-z0-9])(\d{8})_(\d{8})(?!\d)"),
    re.compile(r"(?<![A-Za-z0-9])(\d{7})_(\d{7})(?!\d)"),
    re.compile(r"(?<![A-Za-z0-9])(\d{6})_(\d{6})(?!\d)"),
    re.compile(r"(?<![A-Za-z0-9])(\d{5})_(\d{5})(?!\d)"),
)
_FIRST_YEAR = 1960
_DAY = np.timedelta64(1, "D")


def span_in_name(name: str) -> Span | None:
    """From the first day to the end of the last, UTC; None where the name has no two days."""
    for pattern in _PAIRS:
        for first, last in pattern.findall(name):
            start, stop = parse_utc_column([_iso(first), _iso(last)])
            if start <= stop:
                return start, stop + _DAY
    return None


def _iso(digits: str) -> str:
    """YYYYMMDD, YYYYDDD, YYMMDD or YYDDD as ISO 8601 knows it."""
    if len(digits) in (5, 6):
        century = 1900 if 1900 + int(digits[:2]) >= _FIRST_YEAR else 2000
        digits = f"{century + int(digits[:2])}{digits[2:]}"
    year, rest = digits[:4], digits[4:]
    return f"{year}-{rest}" if len(rest) == 3 else f"{year}-{rest[:2]}-{rest[2:]}"
