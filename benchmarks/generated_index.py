"""A PDS3 index of any number of rows, like CTX's: label and fixed-width table, made up.

Four corners in west-positive planetographic degrees, centres spread evenly over the sphere, so that
some lie over the antimeridian and around the poles; some values are unknown (UNK, -999).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.bodies import body
from planetary_qgis.core.longitudes import ographic_from_ocentric, wrap_360

FloatArray = NDArray[np.float64]
Cells = NDArray[np.uint8]
"""(n, width) characters."""

_ROWS_AT_ONCE = 100_000
_UNKNOWN_SHARE = 0.01
_CORNERS = {
    "UPPER_LEFT": (-1, 1),
    "UPPER_RIGHT": (1, 1),
    "LOWER_LEFT": (-1, -1),
    "LOWER_RIGHT": (1, -1),
}
_PHASES = ("PSP", "ESP", "CRU", "RELAY")
_NOTES = ("Valles and layered deposits", "Ride-along", "Crater with gullies", "Dunes, change check")
_LINE_END = b"\r\n"


@dataclass(frozen=True)
class Field:
    """A column of the table, quotes apart."""

    name: str
    data_type: str
    cells: Cells
    unit: str = ""

    @property
    def quoted(self) -> bool:
        return self.data_type in {"CHARACTER", "TIME"}


def write_index(folder: Path, rows: int) -> Path:
    """The label of a fresh index in a folder; its table lies beside it."""
    some = next(_chunks(1))
    lines = 0
    with (folder / "index.tab").open("wb") as table:
        for fields in _chunks(rows):
            lines += len(fields[0].cells)
            table.write(_lines(fields).tobytes())
    label = folder / "index.lbl"
    label.write_text(_label(some, rows), encoding="ascii")
    return label


def _chunks(rows: int) -> Iterator[list[Field]]:
    for first in range(0, rows, _ROWS_AT_ONCE):
        yield _fields(first, min(_ROWS_AT_ONCE, rows - first))


def _fields(first: int, rows: int) -> list[Field]:
    """The columns of some rows; the same for the same rows."""
    random = np.random.default_rng([7, first])
    number = np.arange(first, first + rows)
    lon_w, lat, positions = _positions(random, rows)
    start = np.datetime64("2006-11-01T00:00:00", "ms") + number * np.timedelta64(97_531, "ms")
    names = _product_ids(number, lon_w, lat)
    return [
        Field("VOLUME_ID", "CHARACTER", _joined("MROX_", _whole(number // 500 % 10000, 4, "0"))),
        Field("FILE_SPECIFICATION_NAME", "CHARACTER", _joined("DATA/", names, ".IMG")),
        Field("PRODUCT_ID", "CHARACTER", names),
        Field("START_TIME", "TIME", _times(start)),
        Field("STOP_TIME", "TIME", _unknown("UNK", _times(start + 4321), random)),
        Field("INSTRUMENT_ID", "CHARACTER", _picked(("CTX",), number * 0)),
        Field("TARGET_NAME", "CHARACTER", _picked(("MARS",), number * 0)),
        Field("MISSION_PHASE_NAME", "CHARACTER", _picked(_PHASES, number // 1000 % 4)),
        Field("LINE_SAMPLES", "ASCII_INTEGER", _whole(random.choice([2532, 5056], rows), 5)),
        Field("LINES", "ASCII_INTEGER", _whole(random.integers(1, 52, rows) * 1024, 6)),
        _real("SCALED_PIXEL_WIDTH", random.uniform(5.0, 6.5, rows), random, unit="METER"),
        _real("EMISSION_ANGLE", random.exponential(4.0, rows), random),
        _real("INCIDENCE_ANGLE", random.uniform(20.0, 95.0, rows), random),
        _real("PHASE_ANGLE", random.uniform(20.0, 110.0, rows), random),
        *positions,
        _real("NORTH_AZIMUTH", random.uniform(0.0, 360.0, rows), random),
        _real("SUB_SOLAR_AZIMUTH", random.uniform(0.0, 360.0, rows), random),
        _real("SOLAR_LONGITUDE", number * 5e-4 % 360.0, random),
        _real("LOCAL_TIME", random.uniform(13.5, 16.5, rows), random),
        Field("USAGE_NOTE", "CHARACTER", _picked(("N", "F"), random.integers(0, 2, rows))),
        Field("RATIONALE_DESC", "CHARACTER", _picked(_NOTES, random.integers(0, 4, rows))),
    ]


def _positions(
    random: np.random.Generator, rows: int
) -> tuple[FloatArray, FloatArray, list[Field]]:
    """Centres, and the columns of centres and corners: strips, askew as a polar orbit's are."""
    lon, z = random.uniform(-np.pi, np.pi, rows), random.uniform(-1.0, 1.0, rows)
    up = np.stack([np.sqrt(1 - z * z) * np.cos(lon), np.sqrt(1 - z * z) * np.sin(lon), z], axis=1)
    east = np.stack([-np.sin(lon), np.cos(lon), 0.0 * lon], axis=1)
    north = np.cross(up, east)
    turn = np.radians(random.choice([7.0, -7.0], rows))[:, None]
    across = np.cos(turn) * east + np.sin(turn) * north
    along = np.cos(turn) * north - np.sin(turn) * east
    half_height = np.radians(random.uniform(0.25, 1.5, rows))[:, None]
    lon_w, lat = _west_ographic(up)
    fields = [_real("CENTER_LONGITUDE", lon_w), _real("CENTER_LATITUDE", lat)]
    unknown = random.random(rows) < _UNKNOWN_SHARE
    for tag, (right, upper) in _CORNERS.items():
        corner = up + right * np.radians(0.25) * across + upper * half_height * along
        values = _west_ographic(corner)
        for what, value in zip(("LONGITUDE", "LATITUDE"), values):
            fields.append(_real(f"{tag}_{what}", np.where(unknown, -999.0, value)))
    return lon_w, lat, fields


def _west_ographic(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    equatorial, _, polar = body("MARS").radii_km
    lat = np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1])))
    lon_w = wrap_360(-np.degrees(np.arctan2(points[:, 1], points[:, 0])))
    return lon_w, ographic_from_ocentric(lat, equatorial=equatorial, polar=polar)


def _product_ids(number: NDArray[np.int64], lon_w: FloatArray, lat: FloatArray) -> Cells:
    """Such as P03_002023_1278_XI_52S055W."""
    return _joined(
        "P",
        _whole(number // 20000 % 100, 2, "0"),
        "_",
        _whole(number, 7, "0"),
        "_XI_",
        _whole(np.abs(lat).astype(int), 2, "0"),
        _picked(("S", "N"), (lat >= 0.0).astype(int)),
        _whole(lon_w.astype(int), 3, "0"),
        "W",
    )


def _real(
    name: str, values: FloatArray, random: np.random.Generator | None = None, unit: str = "DEGREE"
) -> Field:
    """Three decimals; -999 here and there where there are random numbers for it."""
    if random is not None:
        values = np.where(random.random(len(values)) < _UNKNOWN_SHARE, -999.0, values)
    return Field(name, "ASCII_REAL", _decimal(values, 8), unit)


def _decimal(values: FloatArray, width: int) -> Cells:
    thousandths = np.rint(values * 1000.0).astype(np.int64)
    whole, rest = np.divmod(np.abs(thousandths), 1000)
    signs = _picked(("", "-"), (thousandths < 0).astype(int))
    cells = _joined(_whole(whole, width - 4), ".", _whole(rest, 3, "0"))
    place = width - 5 - np.searchsorted([10, 100, 1000], whole, side="right")
    negative = np.flatnonzero(thousandths < 0)
    cells[negative, place[negative] - 1] = signs[negative, 0]
    return cells


def _whole(values: NDArray[np.int64], width: int, fill: str = " ") -> Cells:
    """Digits of whole numbers from 0, to the right of their cells."""
    rest = values.astype(np.int64)
    cells = np.empty((len(values), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        blank = (rest == 0) & (place < width - 1)
        cells[:, place] = np.where(blank, ord(fill), ord("0") + rest % 10)
        rest = rest // 10
    return cells


def _times(times: NDArray[np.datetime64]) -> Cells:
    return _cells_of(np.datetime_as_string(times, unit="ms").astype("S23"))


def _unknown(word: str, cells: Cells, random: np.random.Generator) -> Cells:
    blank = np.frombuffer(word.encode().ljust(cells.shape[1]), dtype=np.uint8)
    return np.where(random.random((len(cells), 1)) < _UNKNOWN_SHARE, blank, cells)


def _picked(words: tuple[str, ...], which: NDArray[np.int64]) -> Cells:
    width = max(map(len, words))
    return _cells_of(np.array([word.ljust(width) for word in words], dtype=f"S{width}"))[which]


def _joined(*parts: str | Cells) -> Cells:
    rows = next(len(part) for part in parts if not isinstance(part, str))
    return np.hstack(
        [
            np.tile(np.frombuffer(part.encode(), dtype=np.uint8), (rows, 1))
            if isinstance(part, str)
            else part
            for part in parts
        ]
    )


def _cells_of(texts: NDArray[np.bytes_]) -> Cells:
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)


def _lines(fields: list[Field]) -> Cells:
    parts: list[str | Cells] = []
    for field in fields:
        quote = '"' if field.quoted else ""
        parts += [quote, field.cells, quote, ","]
    return _joined(*parts[:-1], _LINE_END.decode())


def _label(fields: list[Field], rows: int) -> str:
    row_bytes = _lines(fields).shape[1]
    columns, position = [], 1
    for field in fields:
        width = field.cells.shape[1]
        columns.append(
            f"  OBJECT = COLUMN\n    NAME = {field.name}\n    DATA_TYPE = {field.data_type}\n"
            f"    START_BYTE = {position + field.quoted}\n    BYTES = {width}\n"
            + (f'    UNIT = "{field.unit}"\n' if field.unit else "")
            + "  END_OBJECT = COLUMN\n"
        )
        position += width + 2 * field.quoted + 1
    return (
        "PDS_VERSION_ID = PDS3\nRECORD_TYPE = FIXED_LENGTH\n"
        f"RECORD_BYTES = {row_bytes}\nFILE_RECORDS = {rows}\n"
        '^INDEX_TABLE = "index.tab"\nTARGET_NAME = MARS\n'
        "POSITIVE_LONGITUDE_DIRECTION = WEST\nCOORDINATE_SYSTEM_NAME = PLANETOGRAPHIC\n"
        f"OBJECT = INDEX_TABLE\n  INTERCHANGE_FORMAT = ASCII\n  ROWS = {rows}\n"
        f"  COLUMNS = {len(fields)}\n  ROW_BYTES = {row_bytes}\n"
        f"{''.join(columns)}END_OBJECT = INDEX_TABLE\nEND\n"
    )
