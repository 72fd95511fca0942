"""What is to be said of a definition: a kind that programs know, and a sentence for people."""

from __future__ import annotations

from typing import NamedTuple


class Remark(NamedTuple):
    """One thing that a definition does not say, says wrong, or that had to be assumed.

    Attributes:
        what: no-body, earth-datum, old-code, west, ographic, scale, sphere, conflict, unreadable…
    """

    what: str
    sentence: str


OGRAPHIC = Remark("ographic", "Its latitudes are planetographic.")
WEST = Remark("west", "Its longitudes count west.")
WEST_EASTINGS = Remark("west", "Its eastings count west.")
