"""The PDS Search dock's widgets."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.index_group import IndexGroup
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.search_group import SearchGroup


class SearchView(QWidget):
    """Import above, search below, and the running job at the foot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QWidget(self)
        self.indexes = IndexGroup(form)
        self.search = SearchGroup(form)
        self.job_bar = JobBar("pds", self)
        column = QVBoxLayout(form)
        column.addWidget(self.indexes)
        column.addWidget(self.search)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(forms.in_scroll_area(form, self), 1)
        layout.addWidget(self.job_bar)
