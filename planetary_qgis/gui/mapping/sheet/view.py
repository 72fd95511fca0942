"""The group Map sheet: page, scale, parts, and the buttons."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.sheet.options import AUTO_PAGE, PAPERS, SheetOptions
from planetary_qgis.gui import forms

_LONGITUDES = ("", "east 180", "east 360", "west 360")


class SheetGroupView(QGroupBox):
    """A passive view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Map sheet"))
        self.page = forms.combo("sheetPage", self)
        self.page.addItem(self.tr("Smallest that holds the map"), AUTO_PAGE)
        for paper in PAPERS:
            self.page.addItem(paper.name, paper.name)
        self.scale = forms.combo("sheetScale", self)
        self.longitudes = forms.combo("sheetLongitudes", self)
        titles = (
            self.tr("As usual for the body"),
            self.tr("East and west, up to 180°"),
            self.tr("East, up to 360°"),
            self.tr("West, up to 360°"),
        )
        for style, title in zip(_LONGITUDES, titles):
            self.longitudes.addItem(title, style)
        self.parts = {name: self._check(name, title) for name, title in self._part_titles()}
        self.make = forms.button("sheetMake", self.tr("Make Sheet"), self)
        self.make.setToolTip(self.tr("Make the layout anew and open it in QGIS's layout window."))
        self.export = forms.button("sheetExport", self.tr("Export PDF…"), self)
        self.state = forms.sentence("sheetState", self)
        self.show_scale(None)
        self._lay_out()

    def options(self) -> SheetOptions:
        """What is chosen."""
        parts = {name: box.isChecked() for name, box in self.parts.items()}
        return SheetOptions(
            page=self.page.currentData(),
            fits_page=bool(self.scale.currentData()),
            longitudes=self.longitudes.currentData() or None,
            **parts,
        )

    def show_scale(self, scale: float | None) -> None:
        """Offer the map's own scale, as far as there is a map, and one that fits the page."""
        chosen = max(0, self.scale.currentIndex())
        own = self.tr("The map's") if scale is None else f"1:{scale:,.0f}"
        self.scale.clear()
        self.scale.addItem(own, False)
        self.scale.addItem(self.tr("As large as the page allows"), True)
        self.scale.setCurrentIndex(chosen)

    def _check(self, name: str, title: str) -> QCheckBox:
        box = QCheckBox(title, self)
        box.setObjectName(f"sheet_{name}")
        box.setChecked(True)
        return box

    def _part_titles(self) -> tuple[tuple[str, str], ...]:
        return (
            ("units", self.tr("Units")),
            ("symbols", self.tr("Symbols")),
            ("correlation", self.tr("Correlation")),
            ("description", self.tr("Description")),
            ("graticule", self.tr("Graticule")),
            ("inset", self.tr("Location")),
            ("rasters", self.tr("Rasters")),
        )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Page"), self.page)
        form.addRow(self.tr("Scale"), self.scale)
        form.addRow(self.tr("Longitudes"), self.longitudes)
        grid = QGridLayout()
        for number, box in enumerate(self.parts.values()):
            grid.addWidget(box, number // 2, number % 2)
        buttons = QHBoxLayout()
        buttons.addWidget(self.make)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addLayout(grid)
        column.addLayout(buttons)
        column.addWidget(self.state)
