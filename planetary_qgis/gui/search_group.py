"""The part of the Archive Search dock that says what to look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from qgis.gui import QgsFilterLineEdit, QgsSpinBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from planetary_qgis.core.query import Range
from planetary_qgis.gui import forms
from planetary_qgis.gui.area_group import AreaGroup
from planetary_qgis.gui.filter_edit import FilterEdit
from planetary_qgis.gui.ranges_group import RangesGroup
from planetary_qgis.gui.time_limit import TimeLimit

USUAL_LIMIT = 1000
_GREATEST_LIMIT = 1_000_000
_FIRST_SHOWN_START = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class SearchTerms:
    """What to look for, apart from the area; what is empty is not asked.

    Attributes:
        product_id: Names with wildcards, as `Query.product_id` takes them.
        limit: At most so many products, where services are asked.
    """

    start: datetime | None = None
    stop: datetime | None = None
    ranges: Mapping[str, Range] = field(default_factory=dict)
    product_id: str = ""
    expression: str = ""
    limit: int = USUAL_LIMIT


class SearchGroup(QWidget):
    """Area, time, names, ranges and filter.

    Attributes:
        foot: The button that searches and what the last search found; it stands outside the form,
            so that it is in reach however far the form is scrolled.
    """

    search_requested = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.foot = QWidget(parent)
        group, form = forms.group_form(self.tr("What to look for"), self)
        self.area = AreaGroup(group)
        now = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0)
        self._start = TimeLimit("pdsStart", self.tr("From (UTC)"), _FIRST_SHOWN_START, group)
        self._stop = TimeLimit("pdsStop", self.tr("To (UTC)"), now, group)
        self._product_id = self._product_id_line(group)
        self.ranges = RangesGroup(group)
        self.filter = FilterEdit("pdsFilter", group)
        self._limit = self._limit_box(group)
        self._search = forms.button("pdsSearchButton", self.tr("Search"), self.foot)
        self._found = forms.sentence("pdsFound", self.foot)
        form.addRow(self.tr("Area"), self.area)
        form.addRow(self._start)
        form.addRow(self._stop)
        form.addRow(self.tr("Product ids"), self._product_id)
        form.addRow(self.ranges)
        form.addRow(self.tr("Filter"), self.filter)
        form.addRow(self.tr("At most"), self._limit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        foot = QVBoxLayout(self.foot)
        foot.setContentsMargins(6, 0, 6, 6)
        foot.addWidget(self._search)
        foot.addWidget(self._found)
        self._search.clicked.connect(self.search_requested)

    def terms(self) -> SearchTerms:
        return SearchTerms(
            start=self._start.time(),
            stop=self._stop.time(),
            ranges=self.ranges.ranges(),
            product_id=self._product_id.text().strip(),
            expression=self.filter.expression(),
            limit=self._limit.value(),
        )

    def set_terms(self, terms: SearchTerms) -> None:
        """Show terms that were asked before."""
        self._start.set_time(terms.start)
        self._stop.set_time(terms.stop)
        self.ranges.set_ranges(terms.ranges)
        self._product_id.setText(terms.product_id)
        self.filter.set_expression(terms.expression)
        self._limit.setValue(terms.limit)

    def tell_found(self, sentence: str) -> None:
        forms.tell(self._found, sentence)

    def allow_search(self, reason_against: str) -> None:
        forms.allow(self._search, reason_against)

    def _product_id_line(self, parent: QWidget) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(parent)
        line.setObjectName("pdsProductId")
        line.setShowClearButton(True)
        line.setPlaceholderText("P01_*, ESP_012600_*")
        line.setToolTip(self.tr("Any of these names; * is any text and ? is any character"))
        return line

    def _limit_box(self, parent: QWidget) -> QgsSpinBox:
        box = QgsSpinBox(parent)
        box.setObjectName("pdsLimit")
        box.setRange(1, _GREATEST_LIMIT)
        box.setSuffix(self.tr(" products"))
        box.setClearValue(USUAL_LIMIT)
        box.setValue(USUAL_LIMIT)
        box.setToolTip(self.tr("No more than so many products where services are asked"))
        # The widest value would make the dock wider than it need be.
        box.setMinimumWidth(box.fontMetrics().horizontalAdvance("1000 products    "))
        return box
