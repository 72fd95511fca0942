"""The segments of binary kernels (SPK, CK, PCK), read from their summaries in one go.

Source: NAIF DAF required reading, "Structure".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import KernelError

RECORD_BYTES = 1024
WORD_BYTES = 8
_ORDERS = {b"LTL-IEEE": "<", b"BIG-IEEE": ">"}
_MOST_WORDS_A_SUMMARY = 125


@dataclass(frozen=True)
class DafHead:
    """What a DAF's file record says.

    Attributes:
        order: Byte order as numpy spells it, "" where the numbers are of a machine without IEEE.
        doubles, integers: How many a summary has.
        first_summaries: Number of the first summary record.
        size_bytes: What the file has at least.
    """

    order: str
    doubles: int
    integers: int
    first_summaries: int
    size_bytes: int


@dataclass(frozen=True)
class Segments:
    """The summaries of a kernel's segments, in the file's order.

    Attributes:
        times: (n, 2) begin and end; TDB seconds, of CKs clock ticks.
        ids: (n, k) integers: SPK target, centre, frame, type; CK structure, frame, type, rates;
            PCK frame, reference frame, type.
    """

    times: NDArray[np.float64]
    ids: NDArray[np.int64]


def daf_head(record: bytes) -> DafHead:
    """What the first record of a DAF says of the file.

    Args:
        record: At least its first 96 bytes.
    """
    order = _ORDERS.get(record[88:96], "" if record[88:96].strip(b" \0") else _guessed(record))
    words = np.frombuffer(record[8:16] + record[76:88], dtype=f"{order or '<'}i4")
    doubles, integers, first, _, free = (int(word) for word in words)
    return DafHead(order, doubles, integers, first, (free - 1) * WORD_BYTES)


def segments_of(path: Path) -> Segments:
    """The segments of an SPK, CK or binary PCK.

    Raises:
        KernelError: The summaries lead out of the file, or round in it.
    """
    with path.open("rb") as file:
        head = daf_head(file.read(RECORD_BYTES))
        width = head.doubles + (head.integers + 1) // 2
        if not head.order or not 0 < width <= _MOST_WORDS_A_SUMMARY or head.doubles < 2:
            raise _damaged(path, "Its file record is not that of a kernel.")
        rows = _summaries(file, head, width, path)
    words = np.frombuffer(rows, dtype=f"{head.order}f8").reshape(-1, width)
    integers = np.ascontiguousarray(words[:, head.doubles :]).view(f"{head.order}i4")
    return Segments(
        times=words[:, :2].astype(np.float64), ids=integers[:, : head.integers].astype(np.int64)
    )


def _summaries(file: BinaryIO, head: DafHead, width: int, path: Path) -> bytes:
    """The words of all summaries, from the linked records that hold them."""
    found, record, seen = b"", head.first_summaries, set()
    parts = []
    while record > 0:
        if record in seen:
            raise _damaged(path, f"Its summary record {record} leads back to itself.")
        seen.add(record)
        file.seek((record - 1) * RECORD_BYTES)
        content = file.read(RECORD_BYTES)
        if len(content) < 3 * WORD_BYTES:
            raise _damaged(path, f"Its summary record {record} lies outside of the file.")
        following, _, count = np.frombuffer(content[: 3 * WORD_BYTES], dtype=f"{head.order}f8")
        size = int(count) * width * WORD_BYTES
        if not 0 <= size <= RECORD_BYTES - 3 * WORD_BYTES:
            raise _damaged(path, f"Its summary record {record} says to hold {count:g} segments.")
        parts.append(content[3 * WORD_BYTES : 3 * WORD_BYTES + size])
        record = int(following)
    return found.join(parts)


def _guessed(record: bytes) -> str:
    """The byte order of old files, which do not say it: the one that makes sense of ND."""
    return "<" if 0 < int.from_bytes(record[8:12], "little") < _MOST_WORDS_A_SUMMARY else ">"


def _damaged(path: Path, details: str) -> KernelError:
    return KernelError(
        f"The kernel {path.name} is damaged: its list of segments cannot be read.",
        details=f"{path}\n{details}",
        hint="Fetch it again.",
    )
