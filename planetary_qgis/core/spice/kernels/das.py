"""How long a DAS file (DSK, EK) has to be, by its directories.

Source: NAIF DAS required reading, "The file record" and "Directory records".
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

RECORD_BYTES = 1024
_RESERVED_AT, _COMMENTS_AT, _FORMAT_AT = 68, 76, 84
_FIRST_COUNT = 9
_NEXT = 1


def das_format(record: bytes) -> str:
    """The binary format that a file record names, as LTL-IEEE; empty in very old files."""
    return record[_FORMAT_AT : _FORMAT_AT + 8].decode("ascii", "replace").strip(" \0")


def das_size_bytes(file: BinaryIO, record: bytes) -> int:
    """How many bytes the file has at least: up to its last record.

    A directory that lies outside of the file, or leads back, ends the count.

    Args:
        record: Its first record.
    """
    order = ">" if das_format(record) == "BIG-IEEE" else "<"
    reserved, comments = (
        int(np.frombuffer(record[at : at + 4], f"{order}i4")[0])
        for at in (_RESERVED_AT, _COMMENTS_AT)
    )
    last, directory = 0, 2 + reserved + comments
    while directory > last:
        file.seek((directory - 1) * RECORD_BYTES)
        words = np.frombuffer(file.read(RECORD_BYTES).ljust(RECORD_BYTES, b"\0"), f"{order}i4")
        last = directory + int(np.abs(words[_FIRST_COUNT:].astype(np.int64)).sum())
        directory = int(words[_NEXT])
    return last * RECORD_BYTES
