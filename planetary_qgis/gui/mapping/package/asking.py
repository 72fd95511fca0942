"""What the group Map package asks the mapper."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox, QWidget

WithUnsaved = Literal["save", "as saved"]


def ask_destination(parent: QWidget, start: Path) -> Path | None:
    """Where a package is to lie: a .zip file, or a folder; None where the mapper thinks better."""
    zip_filter, folder_filter = _tr("Zip file (*.zip)"), _tr("Folder (*)")
    chosen, kind = QFileDialog.getSaveFileName(
        parent,
        _tr("Export map package"),
        str(start),
        f"{zip_filter};;{folder_filter}",
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    if not chosen:
        return None
    path = Path(chosen)
    if kind == folder_filter or path.suffix.lower() == ".zip":
        return path
    return path.with_name(f"{path.name}.zip")


def may_replace(parent: QWidget, place: Path) -> bool:
    """Whether the mapper lets a package that is there be replaced; True where none is."""
    if not os.path.lexists(place):
        return True
    buttons = QMessageBox.StandardButton
    text = _tr("There is something at {place} already. Replace it, if it is a map package?")
    answer = QMessageBox.question(
        parent, _tr("Export map package"), text.format(place=place), buttons.Yes | buttons.No
    )
    return answer == buttons.Yes


def ask_about_unsaved(parent: QWidget, what: Sequence[str]) -> WithUnsaved | None:
    """What to do with edits that are not saved; None where nothing is to be exported."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(_tr("Export map package"))
    text = _tr("These have changes that are not saved: {names}.")
    box.setText(text.format(names=", ".join(what)))
    save = box.addButton(_tr("Save and Export"), QMessageBox.ButtonRole.AcceptRole)
    as_saved = box.addButton(_tr("Export as Last Saved"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    if box.clickedButton() == save:
        return "save"
    return "as saved" if box.clickedButton() == as_saved else None


def ask_package_file(parent: QWidget) -> Path | None:
    chosen, _ = QFileDialog.getOpenFileName(
        parent, _tr("Validate a package"), "", _tr("Map packages (*.zip *.gpkg)")
    )
    return Path(chosen) if chosen else None


def ask_package_folder(parent: QWidget) -> Path | None:
    chosen = QFileDialog.getExistingDirectory(parent, _tr("Validate a package"))
    return Path(chosen) if chosen else None


def ask_report_file(parent: QWidget) -> Path | None:
    chosen, _ = QFileDialog.getSaveFileName(
        parent, _tr("Save the report"), "validation.html", _tr("Web pages (*.html)")
    )
    return Path(chosen) if chosen else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("PackageAsking", text)
