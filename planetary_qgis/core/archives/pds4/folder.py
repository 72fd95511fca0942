"""PDS4 on disk as a stream of products: a label, a collection, a bundle, or a folder of labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from planetary_qgis.core.archives.pds4.files import labels_under
from planetary_qgis.core.archives.pds4.inventory import (
    Inventory,
    Member,
    collections_of,
    inventories_of,
)
from planetary_qgis.core.archives.pds4.label import OWN_COLUMNS, identity_of, targets_of
from planetary_qgis.core.archives.pds4.rows import Item, chunks_of
from planetary_qgis.core.archives.pds4.shelf import Shelf, most_frequent_body, shelf_of
from planetary_qgis.core.archives.pds4.xml import (
    COLLECTIONS,
    LABEL_SUFFIXES,
    Element,
    is_product,
    read_label,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.products import Answer, ColumnKind, Schema
from planetary_qgis.core.reports import Report

_MEMBER_COLUMNS: dict[str, ColumnKind] = {"member_status": "text"}


def is_pds4(path: Path) -> bool:
    """Whether a path is what `open_pds4` opens: a folder, or a file named like a PDS4 label."""
    return path.is_dir() or path.suffix.lower() in LABEL_SUFFIXES


def open_pds4(path: Path, *, body: str | None = None, chunk_rows: int = 5_000) -> Answer:
    """The products of a PDS4 label, a collection, a bundle, or all labels under a folder.

    Labels are read while the chunks are. Beforehand, those under a folder are read as far as their
    identity and targets: to find a collection's members, and the body that most are about.

    Args:
        path: A label (.xml, .lblx) or a folder.
        body: The body whose rows get geometry; the one that most labels are about if not given.
        chunk_rows: How many rows a chunk holds at most.

    Raises:
        LabelError: The label cannot be read, or says of no known body.
        PlanetaryError: The body is not known.
    """
    asked = known_body(body) if body else None
    source = _source(Path(path), asked)
    about = asked or source.body
    if about is None:
        raise _no_body(source)
    own = {**OWN_COLUMNS, **(_MEMBER_COLUMNS if source.has_members else {})}
    schema = Schema(about, "polygon", own)
    report = Report()
    return Answer(
        schema=schema,
        chunks=chunks_of(source.items, schema, chunk_rows, source.tally, report),
        total=source.total,
        provenance={**source.facts, "Body": about.title},
        report=report,
    )


@dataclass
class _Source:
    """What is known before the rows are read.

    Attributes:
        body: The one that most labels are about.
        tally: What has already gone wrong, told with the rest.
    """

    path: Path
    items: Iterable[Item]
    body: Body | None
    targets: list[str] = field(default_factory=list)
    total: int | None = None
    has_members: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


def _source(path: Path, asked: Body | None) -> _Source:
    if path.is_dir():
        return _folder(path, asked)
    root = read_label(path)
    if not is_product(root):
        raise LabelError(
            f"The file {path} is XML but no PDS4 label: its root element is {root.name}.",
            hint="Choose a label whose root element is called Product_…, or a folder of labels.",
        )
    if root.name in COLLECTIONS:
        return _with_members(path, root, asked)
    targets = targets_of(root)
    return _Source(path, [Item(path)], _first_known(targets), targets, 1, facts=_facts(path, root))


def _folder(path: Path, asked: Body | None) -> _Source:
    if next(labels_under(path, Tally()), None) is None:
        raise LabelError(
            f"There are no PDS4 labels (.xml, .lblx) under the folder {path}.",
            hint="Choose the folder that holds the labels, or a PDS3 label (.lbl).",
        )
    source = _Source(path, [], asked, facts={"Folder": str(path)})
    source.items = (Item(label) for label in labels_under(path, source.tally))
    if asked is None:
        source.body, source.total = most_frequent_body(labels_under(path, Tally()))
    return source


def _with_members(path: Path, root: Element, asked: Body | None) -> _Source:
    targets = targets_of(root)
    source = _Source(path, [], asked, targets, has_members=True, facts=_facts(path, root))
    shelf = shelf_of(path.parent, source.tally)
    inventories = _inventories(path, root, shelf, source.tally)
    source.facts["Inventory"] = ", ".join(str(inventory.path) for inventory in inventories)
    hashes = [inventory.sha256() for inventory in inventories]
    source.facts["Inventory SHA-256"] = ", ".join(hashes)
    counts = Tally()
    source.total = sum(1 for _ in _members(inventories, counts))
    _compare_counts(inventories, source)
    source.items = (
        Item(shelf.find(member.identity), member) for member in _members(inventories, source.tally)
    )
    if asked is None:
        labels = (shelf.find(member.identity) for member in _members(inventories, Tally()))
        source.body, _ = most_frequent_body(label for label in labels if label is not None)
        source.body = source.body or _first_known(targets)
    return source


def _inventories(path: Path, root: Element, shelf: Shelf, tally: Tally) -> list[Inventory]:
    """The inventories of a collection, or of all of a bundle's collections that are there."""
    if root.name == "Product_Collection":
        return inventories_of(root, path)
    inventories = []
    for member in collections_of(root):
        label = shelf.find(member.identity)
        if label is None:
            tally.add("collections of the bundle are not there", 1, [member.identity])
            continue
        try:
            inventories += inventories_of(read_label(label), label)
        except LabelError as error:
            tally.add("collections of the bundle cannot be read", 1, [error.message.rstrip(".")])
    return inventories


def _members(inventories: Iterable[Inventory], tally: Tally) -> Iterator[Member]:
    """Every member once, whichever inventories list it."""
    seen = set()
    for inventory in inventories:
        for member in inventory.members(tally):
            if member.identity.key not in seen:
                seen.add(member.identity.key)
                yield member


def _compare_counts(inventories: Iterable[Inventory], source: _Source) -> None:
    for inventory in inventories:
        found = sum(1 for _ in inventory.members(Tally()))
        if inventory.records not in (None, found):
            what = f"{inventory.path.name}: {found}, where its label says {inventory.records}"
            source.tally.add(
                "inventories have another number of members than they should", 1, [what]
            )


def _first_known(targets: Iterable[str]) -> Body | None:
    return next((found for found in map(find_body, targets) if found is not None), None)


def _facts(path: Path, root: Element) -> dict[str, str]:
    identity = identity_of(root)
    facts = {
        "Label": str(path),
        "LIDVID": str(identity) if identity else "",
        "Title": root.text_of("Identification_Area", "title") or "",
        "Information model": root.text_of("Identification_Area", "information_model_version") or "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _no_body(source: _Source) -> LabelError:
    named = ", ".join(source.targets) or "not given"
    return LabelError(
        f"Nothing says which known body {source.path} is about: its target is {named}.",
        hint="Choose the body that the products are to be mapped on.",
    )
