"""What can be done with the list of kernels."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from planetary_qgis.gui import forms, kernel_recent
from planetary_qgis.gui.kernel_recent import Kernels


class KernelButtons(QWidget):
    """Add, find, remove, shift; and read."""

    files_wanted = pyqtSignal()
    folder_wanted = pyqtSignal()
    recent_chosen = pyqtSignal(tuple)
    search_wanted = pyqtSignal()
    removal_wanted = pyqtSignal()
    move_wanted = pyqtSignal(int)
    read_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._recent = QMenu(self.tr("Recent"), self)
        self._add = self._add_button()
        self._find = self._tool("spiceFindKernels", "/downloading_svg.svg", self.tr("Find…"))
        self._remove = self._tool(
            "spiceRemoveKernels", "/symbologyRemove.svg", self.tr("Remove from the list")
        )
        self._up = self._tool("spiceKernelUp", "/mActionArrowUp.svg", self.tr("Load earlier"))
        self._down = self._tool("spiceKernelDown", "/mActionArrowDown.svg", self.tr("Load later"))
        self._read = forms.button("spiceReadButton", self.tr("Read Kernels"), self)
        self._lay_out()
        self._find.clicked.connect(self.search_wanted)
        self._remove.clicked.connect(self.removal_wanted)
        self._up.clicked.connect(lambda: self.move_wanted.emit(-1))
        self._down.clicked.connect(lambda: self.move_wanted.emit(1))
        self._read.clicked.connect(self.read_wanted)

    def allow_reading(self, reason_against: str) -> None:
        forms.allow(self._read, reason_against)

    def allow_changes(self, reason_against: str) -> None:
        """Let the chosen kernels be removed and shifted, or say why that cannot be."""
        for button in (self._remove, self._up, self._down):
            forms.allow(button, reason_against)
            if not reason_against:
                button.setToolTip(button.text())

    def offer_recent(self, sets: Sequence[Kernels]) -> None:
        """Offer these sets in the menu."""
        self._recent.clear()
        self._recent.setEnabled(bool(sets))
        for each in sets:
            action = self._recent.addAction(kernel_recent.title_of(each))
            action.setToolTip("\n".join(map(str, each)))
            action.triggered.connect(lambda _on, each=each: self.recent_chosen.emit(each))

    def _add_button(self) -> QToolButton:
        button = self._tool("spiceAddKernels", "/symbologyAdd.svg", self.tr("Add"))
        menu = QMenu(button)
        menu.addAction(self.tr("Files…")).triggered.connect(lambda: self.files_wanted.emit())
        menu.addAction(self.tr("Folder…")).triggered.connect(lambda: self.folder_wanted.emit())
        menu.addMenu(self._recent)
        self._recent.setToolTipsVisible(True)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(self.tr("Add metakernels, kernel files, or all kernels of a folder"))
        return button

    def _tool(self, name: str, icon: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setIcon(QgsApplication.getThemeIcon(icon))
        button.setText(text)
        button.setToolTip(text)
        button.setAutoRaise(True)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self._add, self._find, self._remove, self._up, self._down):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._read)
