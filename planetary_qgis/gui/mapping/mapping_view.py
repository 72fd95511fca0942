"""The Geologic Mapping dock's widgets: a tab for each step, the running job at the foot."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar


class MappingView(QWidget):
    """The tabs, in the order in which a map is made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("mappingTabs")
        self._tabs.setDocumentMode(True)
        self.job_bar = JobBar("mapping", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs, 1)
        layout.addWidget(self.job_bar)

    def add_tab(self, view: QWidget, title: str, *, scrolls: bool = True) -> None:
        """Put a tab at the end; content that scrolls by itself stays as it is."""
        self._tabs.addTab(forms.in_scroll_area(view, self._tabs) if scrolls else view, title)
