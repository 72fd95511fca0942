"""A dialog that describes an index of one's own for the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from qgis.gui import QgsFileWidget, QgsFilterLineEdit
from qgis.PyQt.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from planetary_qgis.core.bodies import known_bodies
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import forms

Entry = Mapping[str, str]
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


class OwnIndexDialog(QDialog):
    """Asks for what an index's label does not say; stays open until all of it can be used.

    Args:
        save: Takes the key and the catalogue's fields; its PlanetaryError is shown here.
    """

    def __init__(self, save: Callable[[str, Entry], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add an Index of Your Own"))
        self.setObjectName("pdsOwnIndex")
        self._save = save
        self._own_key = ""
        self._title = self._line("pdsOwnTitle", self.tr("Context camera, my selection"))
        self._key = self._line("pdsOwnKey", "my.index")
        self._label = self._label_widget()
        self._body = forms.combo("pdsOwnBody", self)
        self._only_body = QCheckBox(self.tr("All rows are about this body"), self)
        self._mission = self._line("pdsOwnMission", "MARS RECONNAISSANCE ORBITER")
        self._instrument = self._line("pdsOwnInstrument", "CTX")
        self._direction = forms.combo("pdsOwnDirection", self)
        self._latitude = forms.combo("pdsOwnLatitude", self)
        self._problem = forms.sentence("pdsOwnProblem", self)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._fill()
        self._lay_out()
        self._title.textChanged.connect(self._suggest_key)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def key(self) -> str:
        """The name under which the catalogue knows the index."""
        return self._key.text().strip()

    def label_path(self) -> Path | None:
        """The label on this computer; None where it is an address."""
        text = self._label.filePath().strip()
        return Path(text) if text and not _is_address(text) else None

    def entry(self) -> dict[str, str]:
        """The fields of the catalogue's entry; what is not known is left out."""
        label = self._label.filePath().strip()
        body = "body" if self._only_body.isChecked() else "usual_body"
        fields = {
            "title": self._title.text().strip(),
            body: self._body.currentData(),
            "mission": self._mission.text().strip(),
            "instrument": self._instrument.text().strip(),
            "label_url": label if _is_address(label) else "",
            "longitude_direction": self._direction.currentData(),
            "latitude_kind": self._latitude.currentData(),
        }
        return {name: value for name, value in fields.items() if value}

    def accept(self) -> None:
        """Save the entry and close; where it cannot be used, say why."""
        problem = self._why_not()
        if not problem:
            try:
                self._save(self.key(), self.entry())
            except PlanetaryError as error:
                problem = str(error)
        forms.tell(self._problem, problem)
        if not problem:
            super().accept()

    def _why_not(self) -> str:
        needed = (
            (self._title, self.tr("Give the index a title.")),
            (self._mission, self.tr("Name the mission, or “unknown”.")),
            (self._instrument, self.tr("Name the instrument, or “unknown”.")),
        )
        for line, sentence in needed:
            if not line.text().strip():
                return sentence
        if not _KEY.fullmatch(self.key()):
            return self.tr(
                "The key takes small letters, digits and underscores in two or more parts with"
                " dots between, as in my.index."
            )
        return self._why_no_label()

    def _why_no_label(self) -> str:
        label = self._label.filePath().strip()
        if not label:
            return self.tr("Give the address of the index's label, or its file.")
        if _is_address(label):
            return "" if _is_web_address(label) else self.tr("Addresses begin with https://.")
        if not Path(label).is_file():
            text = self.tr("There is no file “{label}”. Choose the label of the index.")
            return text.format(label=label)
        return ""

    def _suggest_key(self, title: str) -> None:
        """Follow the title until the user writes a key."""
        if self.key() == self._own_key:
            name = "_".join(re.findall(r"[a-z0-9]+", title.lower()))
            self._own_key = f"my.{name}" if name else ""
            self._key.setText(self._own_key)

    def _fill(self) -> None:
        for body in known_bodies():
            self._body.addItem(body.title, body.name)
        self._body.setCurrentIndex(self._body.findData("MARS"))
        self._only_body.setObjectName("pdsOwnOnlyBody")
        self._only_body.setChecked(True)
        self._only_body.setToolTip(
            self.tr("Otherwise rows name their target, and this body counts where they do not")
        )
        self._direction.addItem(self.tr("As the label says"), "")
        self._direction.addItem(self.tr("East-positive"), "east")
        self._direction.addItem(self.tr("West-positive"), "west")
        self._latitude.addItem(self.tr("As the label says"), "")
        self._latitude.addItem(self.tr("Planetocentric"), "ocentric")
        self._latitude.addItem(self.tr("Planetographic"), "ographic")

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Title"), self._title)
        form.addRow(self.tr("Key"), self._key)
        form.addRow(self.tr("Label"), self._label)
        form.addRow(self.tr("Body"), self._body)
        form.addRow("", self._only_body)
        form.addRow(self.tr("Mission"), self._mission)
        form.addRow(self.tr("Instrument"), self._instrument)
        form.addRow(self.tr("Longitudes"), self._direction)
        form.addRow(self.tr("Latitudes"), self._latitude)
        form.addRow(self._problem)
        form.addRow(self._buttons)

    def _line(self, name: str, example: str) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(self)
        line.setObjectName(name)
        line.setPlaceholderText(example)
        return line

    def _label_widget(self) -> QgsFileWidget:
        widget = QgsFileWidget(self)
        widget.setObjectName("pdsOwnLabel")
        widget.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        widget.setDialogTitle(self.tr("Choose the label of an index"))
        widget.setFilter(self.tr("PDS3 labels") + " (*.lbl *.LBL *.tab *.TAB);;" + "* (*)")
        widget.lineEdit().setPlaceholderText("https://…/cumindex.lbl")
        return widget


def _is_address(text: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
