"""Inventories of PDS4 collections, and the collections of bundles."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from planetary_qgis.core.archives.pds4.files import file_beside
from planetary_qgis.core.archives.pds4.label import Identity, identity_in
from planetary_qgis.core.archives.pds4.units import number_of
from planetary_qgis.core.archives.pds4.xml import Element
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import LabelError

_DELIMITERS = {
    "comma": ",",
    "semicolon": ";",
    "horizontal tab": "\t",
    "vertical bar": "|",
}
_STATUSES = {"P": "P", "S": "S", "PRIMARY": "P", "SECONDARY": "S"}
_LONGEST_LINE = 100_000
_BLOCK = 1 << 20
_FARTHEST_OFFSET = 1 << 40


@dataclass(frozen=True)
class Member:
    """A product of a collection, or a collection of a bundle.

    Attributes:
        status: P where this is the member's home, S where it is borrowed from another.
    """

    identity: Identity
    status: str


@dataclass(frozen=True)
class Inventory:
    """The table of a collection's members.

    Attributes:
        records: How many rows the label says it has.
        status_field, member_field: Numbers of its columns, from 0.
    """

    path: Path
    offset: int
    records: int | None
    delimiter: str
    status_field: int
    member_field: int

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self._opened() as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                digest.update(block)
        return digest.hexdigest()

    def members(self, tally: Tally) -> Iterator[Member]:
        """The rows that name a member; the others are counted."""
        with self._opened() as file:
            file.seek(self.offset)
            lines = iter(lambda: file.readline(_LONGEST_LINE), b"")
            for number, line in enumerate(lines, start=1):
                text = line.decode("utf-8", errors="replace").strip("\ufeff \r\n\x1a\x00")
                member = self._member(text)
                if member is not None:
                    yield member
                elif text:
                    where = f"line {number} of {self.path.name}"
                    tally.add("rows of inventories name no product", 1, [where])

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise LabelError(
                f"The inventory {self.path} cannot be read: {error.strerror or error}.",
                hint="Check that you may read it.",
            ) from error

    def _member(self, line: str) -> Member | None:
        try:
            fields = next(csv.reader([line], delimiter=self.delimiter))
            status = _STATUSES.get(fields[self.status_field].strip().upper())
            identity = identity_in(fields[self.member_field])
        except (csv.Error, IndexError, StopIteration):
            return None
        return Member(identity, status) if identity and status else None


def inventories_of(root: Element, label: Path) -> list[Inventory]:
    """The inventories that a collection's label names.

    Raises:
        LabelError: It names none, or one that is not there.
    """
    found = [_inventory(area, label) for area in root.all("File_Area_Inventory")]
    if not found:
        raise LabelError(
            f"The collection label {label} names no inventory (File_Area_Inventory).",
            hint="Choose the folder instead, to read every label in it.",
        )
    return found


def collections_of(root: Element) -> list[Member]:
    """The collections that a bundle's label names."""
    members = []
    for entry in root.all("Bundle_Member_Entry"):
        reference = entry.text_of("lidvid_reference") or entry.text_of("lid_reference")
        identity = identity_in(reference)
        status = (entry.text_of("member_status") or "").upper()
        if identity:
            members.append(Member(identity, _STATUSES.get(status, "P")))
    return members


def _inventory(area: Element, label: Path) -> Inventory:
    name = area.text_of("File", "file_name")
    path = file_beside(label, name, area.text_of("File", "directory_path_name"))
    if path is None:
        raise LabelError(
            f"The inventory {name or 'without a name'} of the collection {label} is not there.",
            hint="Put it beside the label, or choose the folder to read every label in it.",
        )
    table = area.first("Inventory") or area
    fields = [(field.text_of("name") or "").upper() for field in table.all("Field_Delimited")]
    delimiter = (table.text_of("field_delimiter") or "comma").lower()
    records = number_of(table.first("records"))
    return Inventory(
        path=path,
        offset=int(min(max(number_of(table.first("offset")) or 0, 0), _FARTHEST_OFFSET)),
        records=None if records is None else int(records),
        delimiter=_DELIMITERS.get(delimiter, ","),
        status_field=_position(fields, "STATUS", 0),
        member_field=_position(fields, "LID", 1),
    )


def _position(fields: list[str], word: str, usual: int) -> int:
    return next((number for number, name in enumerate(fields) if word in name), usual)
