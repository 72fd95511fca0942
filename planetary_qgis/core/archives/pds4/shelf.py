"""Which labels lie under a folder: found by their identifiers, counted by their targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from planetary_qgis.core.archives.pds4.files import labels_under
from planetary_qgis.core.archives.pds4.label import (
    HEAD_ENDS_WITH,
    Identity,
    identity_of,
    targets_of,
)
from planetary_qgis.core.archives.pds4.xml import (
    COLLECTIONS,
    Element,
    is_product,
    read_label,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.errors import LabelError


@dataclass
class Shelf:
    """Where each identified label lies; of several versions the newest stands for the LID alone."""

    paths: dict[tuple[str, str | None], str] = field(default_factory=dict)
    newest: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)

    def put(self, identity: Identity, path: Path) -> None:
        lid, _ = identity.key
        self.paths.setdefault(identity.key, str(path))
        if lid not in self.newest or identity.newness > self.newest[lid][0]:
            self.newest[lid] = (identity.newness, str(path))

    def find(self, identity: Identity) -> Path | None:
        lid, version = identity.key
        if version is None:
            found = self.newest[lid][1] if lid in self.newest else None
        else:
            found = self.paths.get(identity.key)
        return None if found is None else Path(found)


def shelf_of(folder: Path, tally: Tally) -> Shelf:
    """The labels under a folder; those that cannot be read are counted."""
    shelf = Shelf()
    for path in labels_under(folder, tally):
        try:
            root = read_label(path, up_to=HEAD_ENDS_WITH)
        except LabelError as error:
            tally.add("labels cannot be read", 1, [error.message.rstrip(".")])
            continue
        identity = identity_of(root)
        if identity is not None and is_product(root):
            shelf.put(identity, path)
    return shelf


def most_frequent_body(labels: Iterable[Path]) -> tuple[Body | None, int]:
    """The known body that most of the labels are about, and how many product labels there are."""
    bodies: Counter[str] = Counter()
    products = 0
    for path in labels:
        root = _head(path)
        if root is not None and is_product(root) and root.name not in COLLECTIONS:
            products += 1
            bodies.update(name for name in targets_of(root) if find_body(name))
    name = next((name for name, _ in bodies.most_common(1)), "")
    return find_body(name), products


def _head(path: Path) -> Element | None:
    """A label as far as its targets; labels from before PDS4 was settled have them anywhere."""
    try:
        root = read_label(path, up_to=HEAD_ENDS_WITH)
        return root if root.first("Target_Identification") else read_label(path)
    except LabelError:
        return None  # told when the whole label is read
