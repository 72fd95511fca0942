"""What GDAL's own driver gets wrong in the VRT files that it writes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 - writes XML, reads none

_SRS = re.compile(r"<SRS\b.*?</SRS>\s*", re.DOTALL)


def say_crs(path: Path, wkt_2: str) -> None:
    """Let a VRT file name its CRS as WKT 2; the driver writes WKT 1.

    That has no words for bound systems, and calls the authority IAU_2015 just IAU, which QGIS
    before 3.44 reads as no CRS at all.
    """
    text = _SRS.sub("", path.read_text(encoding="utf-8"))
    head, bracket, rest = text.partition(">")
    path.write_text(f"{head}{bracket}\n  <SRS>{escape(wkt_2)}</SRS>{rest}", encoding="utf-8")
