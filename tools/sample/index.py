"""The PDS3 index (label and table) of the images, and the tables of their times."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import spiceypy as spice

from sample import constants as c
from sample.geometry import CORNERS, Geometry, GroundPoint
from sample.observations import Shot

DATA_SET_ID = "SYNTHETIC-SAMPLE-ORBITER-CAM-V1.0"
VOLUME_ID = "SYNTH0001"
LABEL, TABLE = "index.lbl", "index.tab"
TIMES = {c.FRAME_CAM: "times_frame.csv", c.LINE_CAM: "times_line.csv"}
PREFIXES = {c.FRAME_CAM: "SFC", c.LINE_CAM: "SLC"}
LINE_END = "\r\n"
MISSING = "-1.00E+32"


@dataclass(frozen=True)
class Record:
    """One image: its number among those of its camera, how it was taken, where it lies."""

    number: int
    shot: Shot
    geometry: Geometry

    @property
    def product_id(self) -> str:
        """Prefix, number and place, e.g. SFC_0012_28S175W."""
        return f"{PREFIXES[self.shot.camera]}_{self.number:04d}_{self._place()}"

    def _place(self) -> str:
        center = self.geometry.center
        if center is None:
            return "OFFDISC"
        hemisphere = "N" if center.lat_ographic >= 0.0 else "S"
        return f"{abs(center.lat_ographic):02.0f}{hemisphere}{center.lon_w % 360.0:03.0f}W"


@dataclass(frozen=True)
class Column:
    """One column of the index.

    Attributes:
        text: Gives the field of a record, without quotes and padding.
        gap: What stands in every `gap_every`-th row instead, as archives have such rows.
    """

    name: str
    kind: str
    width: int
    description: str
    text: Callable[[Record], str]
    unit: str = ""
    constants: tuple[str, ...] = ()
    gap: str = ""
    gap_every: int = 0

    def field(self, record: Record, row: int) -> str:
        """The field as it stands in the table, quoted or padded."""
        in_gap = self.gap_every and row % self.gap_every == self.gap_every - 1
        text = self.gap if in_gap else self.text(record)
        if len(text) > self.width:
            raise ValueError(f"{text!r} is wider than the {self.width} bytes of {self.name}")
        if self.kind == "CHARACTER":
            return f'"{text:<{self.width}}"'
        return f"{text:>{self.width}}"


def write_index(folder: Path, records: Sequence[Record]) -> None:
    """Writes the label and its table."""
    columns = _columns()
    rows = [
        ",".join(column.field(record, row) for column in columns) + LINE_END
        for row, record in enumerate(records)
    ]
    (folder / TABLE).write_bytes("".join(rows).encode("ascii"))
    label = LINE_END.join(_label(columns, len(rows), len(rows[0])))
    (folder / LABEL).write_bytes(label.encode("ascii"))


def write_times(folder: Path, records: Iterable[Record]) -> None:
    """Writes product and times of each camera's images, to compute their footprints from."""
    texts = {camera: StringIO() for camera in TIMES}
    for text in texts.values():
        _csv(text).writerow(["product_id", "instrument", "start_time", "stop_time", "note"])
    for record in records:
        shot = record.shot
        row = [record.product_id, shot.camera, shot.start_utc, shot.stop_utc, c.NOTICE]
        _csv(texts[shot.camera]).writerow(row)
    for camera, text in texts.items():
        (folder / TIMES[camera]).write_bytes(text.getvalue().encode("ascii"))


def _csv(text: StringIO):
    return csv.writer(text, lineterminator="\n")


# --- Columns -------------------------------------------------------------------------------------


def _columns() -> list[Column]:
    return [*_identity(), *_times(), *_places(), *_light()]


def _identity() -> list[Column]:
    host = c.SPACECRAFT.replace("_", " ")
    return [
        _text("VOLUME_ID", 9, "Volume, no more real than the spacecraft.", lambda _: VOLUME_ID),
        _text(
            "FILE_SPECIFICATION_NAME", 25, "Where the image would be.",
            lambda r: f"DATA/{r.product_id}.IMG",
        ),
        _text("PRODUCT_ID", 16, "Camera, number, latitude and longitude.", lambda r: r.product_id),
        _text("TARGET_NAME", 4, "Body in view.", lambda _: "MARS"),
        _text("INSTRUMENT_HOST_NAME", 17, "Spacecraft.", lambda _: host),
        _text("INSTRUMENT_ID", 15, "Camera, as the kernels name it.", lambda r: r.shot.camera),
        _text(
            "RATIONALE_DESC", 46, "Why the image was taken.",
            lambda r: f"{c.NOTICE}: {r.shot.campaign}",
        ),
    ]  # fmt: skip


def _times() -> list[Column]:
    return [
        _text("START_TIME", 23, "UTC when the exposure began.", lambda r: r.shot.start_utc),
        _text(
            "STOP_TIME", 23, "UTC when the exposure ended; some by calendar, some by day of year.",
            _stop_time, gap="UNK", gap_every=29,
        ),
        _text(
            "SPACECRAFT_CLOCK_START_COUNT", 18, "Clock of the spacecraft at START_TIME.",
            lambda r: spice.sce2s(c.SPACECRAFT_ID, spice.str2et(r.shot.start_utc)),
            gap="UNK", gap_every=37,
        ),
    ]  # fmt: skip


def _stop_time(record: Record) -> str:
    if record.number % 3:
        return record.shot.stop_utc
    return str(spice.et2utc(spice.str2et(record.shot.stop_utc), "ISOD", 3))


def _places() -> list[Column]:
    columns = _point("CENTER", "middle of the image", lambda r: r.geometry.center)
    for corner in CORNERS:
        columns += _point(
            corner, _CORNER_WORDS[corner], lambda r, at=corner: r.geometry.corners[at]
        )
    columns += _point(
        "SUB_SPACECRAFT", "point below the spacecraft", lambda r: r.geometry.sub_spacecraft
    )
    return columns


_CORNER_WORDS = {
    "UPPER_LEFT": "left end of a scan's first line, or left corner ahead of a frame",
    "UPPER_RIGHT": "right end of a scan's first line, or right corner ahead of a frame",
    "LOWER_LEFT": "left end of a scan's last line, or left corner astern of a frame",
    "LOWER_RIGHT": "right end of a scan's last line, or right corner astern of a frame",
}


def _point(name: str, words: str, point: Callable[[Record], GroundPoint | None]) -> list[Column]:
    """Latitude and longitude of a point that the view may miss."""
    return [
        _real(
            f"{name}_LATITUDE", 10, 5, "DEGREE", f"Planetographic latitude of the {words}.",
            lambda r: None if (at := point(r)) is None else at.lat_ographic,
        ),
        _real(
            f"{name}_LONGITUDE", 10, 5, "DEGREE", f"West longitude, 0 to 360, of the {words}.",
            lambda r: None if (at := point(r)) is None else at.lon_w,
        ),
    ]  # fmt: skip


def _light() -> list[Column]:
    at = "at the middle of the image"
    return [
        _measure("INCIDENCE_ANGLE", "incidence_angle", 4, "DEGREE", f"Incidence angle {at}."),
        _measure("EMISSION_ANGLE", "emission_angle", 4, "DEGREE", f"Emission angle {at}."),
        _measure(
            "PHASE_ANGLE", "phase_angle", 4, "DEGREE", f"Phase angle {at}.",
            gap=MISSING, gap_every=41,
        ),
        _measure(
            "SCALED_PIXEL_WIDTH", "pixel_width_m", 3, "METER",
            f"Size of a pixel {at}, across the view.",
        ),
        _measure("SLANT_DISTANCE", "slant_distance_km", 3, "KILOMETER", f"Distance to Mars {at}."),
        _measure(
            "SOLAR_LONGITUDE", "solar_longitude", 4, "DEGREE",
            "Planetocentric longitude of the Sun, without light time.",
        ),
        _measure(
            "LOCAL_TIME", "local_time_h", 4, "HOUR", f"Local true solar time {at}.",
            gap="N/A", gap_every=23,
        ),
        _measure(
            "SUB_SOLAR_AZIMUTH", "sub_solar_azimuth", 4, "DEGREE",
            f"Azimuth of the Sun {at}, clockwise from north.", gap="-999.0", gap_every=31,
        ),
    ]  # fmt: skip


def _measure(
    name: str, attribute: str, decimals: int, unit: str, description: str, **gap: str | int
) -> Column:
    """A column that holds one of the geometry's numbers."""

    def value(record: Record) -> float | None:
        return getattr(record.geometry, attribute)

    return _real(name, 9, decimals, unit, description, value, **gap)


def _text(
    name: str, width: int, description: str, text: Callable[[Record], str], **gap: str | int
) -> Column:
    constants = ('UNKNOWN_CONSTANT = "UNK"',) if gap else ()
    return Column(name, "CHARACTER", width, description, text, constants=constants, **gap)


def _real(
    name: str,
    width: int,
    decimals: int,
    unit: str,
    description: str,
    value: Callable[[Record], float | None],
    **gap: str | int,
) -> Column:
    def text(record: Record) -> str:
        number = value(record)
        return MISSING if number is None else f"{number:.{decimals}f}"

    constants = (
        "MISSING_CONSTANT = -1.0E+32",
        "UNKNOWN_CONSTANT = -999.0",
        'NOT_APPLICABLE_CONSTANT = "N/A"',
    )
    return Column(name, "ASCII_REAL", width, description, text, unit, constants, **gap)


# --- Label ---------------------------------------------------------------------------------------


def _label(columns: Sequence[Column], rows: int, row_bytes: int) -> list[str]:
    lines = [
        "PDS_VERSION_ID       = PDS3",
        f"/* {c.NOTICE}: images of a spacecraft that never flew */",
        "RECORD_TYPE          = FIXED_LENGTH",
        f"RECORD_BYTES         = {row_bytes}",
        f"FILE_RECORDS         = {rows}",
        f'^INDEX_TABLE         = "{TABLE.upper()}"',
        f'DATA_SET_ID          = "{DATA_SET_ID}"',
        f'VOLUME_ID            = "{VOLUME_ID}"',
        f'INSTRUMENT_HOST_NAME = "{c.SPACECRAFT.replace("_", " ")}"',
        f'INSTRUMENT_ID        = {{"{c.FRAME_CAM}", "{c.LINE_CAM}"}}',
        "TARGET_NAME          = MARS",
        f'NOTE                 = "{c.NOTICE}"',
        "",
        "OBJECT               = INDEX_TABLE",
        "  INTERCHANGE_FORMAT = ASCII",
        f"  ROWS               = {rows}",
        f"  COLUMNS            = {len(columns)}",
        f"  ROW_BYTES          = {row_bytes}",
        "  INDEX_TYPE         = SINGLE",
    ]
    at = 1
    for number, column in enumerate(columns, start=1):
        quote = int(column.kind == "CHARACTER")
        lines += _column_label(column, number, at + quote)
        at += column.width + 2 * quote + 1
    return [*lines, "END_OBJECT           = INDEX_TABLE", "END", ""]


def _column_label(column: Column, number: int, start_byte: int) -> list[str]:
    unit = [f"    UNIT             = {column.unit}"] if column.unit else []
    return [
        "",
        "  OBJECT             = COLUMN",
        f"    NAME             = {column.name}",
        f"    COLUMN_NUMBER    = {number}",
        f"    DATA_TYPE        = {column.kind}",
        f"    START_BYTE       = {start_byte}",
        f"    BYTES            = {column.width}",
        *unit,
        *(f"    {constant}" for constant in column.constants),
        f'    DESCRIPTION      = "{column.description}"',
        "  END_OBJECT         = COLUMN",
    ]
