"""Lists of products as files: which kind, and where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from planetary_qgis.core import product_lists
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.product_lists import Entries, ProductList


@dataclass(frozen=True)
class ListKind:
    """A kind of list.

    Attributes:
        title: As the dialog offers it.
        columns: Where its entries come from: the first of these that a product has.
        suffix: Of its files.
        advice: What to do with the file; {file} is its name.
    """

    title: str
    columns: tuple[str, ...]
    suffix: str
    make: Callable[[Entries], ProductList]
    advice: str = ""


def list_kinds() -> tuple[ListKind, ...]:
    """Ids, addresses, wget's and ISIS's lists, in the user's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("ListKinds", text)

    return (
        ListKind(tr("Product ids"), ("product_id",), ".txt", product_lists.plain_ids),
        ListKind(tr("Addresses of products"), ("product_url",), ".txt", product_lists.plain_urls),
        ListKind(
            tr("Addresses for wget"),
            ("product_url",),
            ".txt",
            product_lists.wget_list,
            tr("Fetch them with: wget --continue --force-directories --input-file={file}"),
        ),
        ListKind(
            tr("File names for ISIS"),
            ("product_url", "product_id"),
            ".lis",
            product_lists.isis_list,
            tr("Give it to an ISIS program as: -batchlist={file}"),
        ),
    )


def ask_for_list(parent: QWidget) -> tuple[Path, ListKind] | None:
    """The file to write and its kind, as the user chose; None if not."""
    kinds = {f"{kind.title} (*{kind.suffix})": kind for kind in list_kinds()}
    title = QCoreApplication.translate("ListKinds", "Write a list of products")
    chosen, chosen_filter = QFileDialog.getSaveFileName(parent, title, "", ";;".join(kinds))
    if not chosen:
        return None
    kind, path = kinds[chosen_filter], Path(chosen)
    return (path if path.suffix else path.with_name(path.name + kind.suffix)), kind


def write_list(path: Path, made: ProductList) -> None:
    """Write a list as UTF-8 with the line ends of Unix, which wget and ISIS want everywhere.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    try:
        path.write_bytes(made.text.encode("utf-8"))
    except OSError as error:
        raise PlanetaryError(
            f"The list {path} cannot be written.",
            details=str(error),
            hint="Choose a folder that is there and writable.",
        ) from error
