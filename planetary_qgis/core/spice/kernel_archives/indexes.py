"""What archives say of their kernels: indexes with times, checksums, metakernels.

Source: NAIF's PDS3 volumes (index/index.tab, index/checksum.tab) and PDS4 bundles (dsindex.tab,
miscellaneous/checksum), as NAIF's PDS4 Bundler writes and tests them.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from planetary_qgis.core.checksums import Checksum
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.times import parse_utc_column

_COLUMN_NAME = re.compile(r"^\s*NAME\s*=\s*\"?(\w+)", re.MULTILINE)
_MD5 = re.compile(r"^\"?([0-9a-fA-F]{32})\"?[\s,]+\"?([^\"\r\n]+?)\"?\s*$", re.MULTILINE)
_DATA_BLOCK = re.compile(
    r"^[ \t]*\\begindata[ \t]*$(.*?)(?:^[ \t]*\\begintext[ \t]*$|\Z)", re.M | re.S
)
_LIST = r"\b{}\s*\+?=\s*\(?((?:\s*,?\s*'[^']*')+)"
_STRING = re.compile(r"'([^']*)'")
_NEEDED = ("START_TIME", "STOP_TIME", "FILE_SPECIFICATION_NAME", "KERNEL_TYPE_ID", "PRODUCT_ID")


@dataclass(frozen=True)
class Indexed:
    """A kernel as an index lists it.

    Attributes:
        path: Below the volume or bundle.
        start, stop: UTC; NaT where the index does not say.
    """

    path: str
    kind: str
    start: np.datetime64
    stop: np.datetime64


def indexed_kernels(label: str, table: str) -> tuple[Indexed, ...]:
    """The kernels of an index; its label says which column is which.

    Raises:
        PlanetaryError: The label lacks columns that such an index has.
    """
    names = _COLUMN_NAME.findall(label.replace("\r", ""))
    lacking = [name for name in _NEEDED if name not in names]
    if lacking:
        raise PlanetaryError(
            f"The archive's index has no column {', '.join(lacking)}.",
            details=label[:2000],
            hint="Choose a metakernel of the archive instead.",
        )
    rows = [row for row in csv.reader(io.StringIO(table)) if len(row) == len(names)]
    columns = {name: [row[names.index(name)].strip() for row in rows] for name in _NEEDED}
    starts, stops = (parse_utc_column(columns[name]) for name in ("START_TIME", "STOP_TIME"))
    return tuple(
        Indexed(str(PurePosixPath(label_path).parent / name), kind.upper(), start, stop)
        for label_path, name, kind, start, stop in zip(
            columns["FILE_SPECIFICATION_NAME"],
            columns["PRODUCT_ID"],
            columns["KERNEL_TYPE_ID"],
            starts,
            stops,
        )
    )


def checksums_in(table: str) -> dict[str, Checksum]:
    """MD5 sums by path below the volume or bundle, in lower case."""
    return {path.strip().lower(): Checksum("md5", digest) for digest, path in _MD5.findall(table)}


def names_in_metakernel(text: str) -> tuple[str, ...]:
    """What a metakernel lists, its path symbols left in front.

    Source: NAIF KERNEL required reading: a string that ends in "+" goes on in the next one.
    """
    data = "\n".join(_DATA_BLOCK.findall(text.replace("\r\n", "\n").replace("\r", "\n")))
    strings = [
        string
        for values in re.findall(_LIST.format("KERNELS_TO_LOAD"), data)
        for string in _STRING.findall(values)
    ]
    return (
        tuple("\0".join(s.strip() for s in strings).replace("+\0", "").split("\0"))
        if strings
        else ()
    )
