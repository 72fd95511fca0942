"""The tab Check: what is wrong on the map, to go through one by one."""

from __future__ import annotations

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.check.choice import ChecksMenu
from planetary_qgis.gui.mapping.check.details import FindingDetails
from planetary_qgis.gui.mapping.check.icons import finding_icon
from planetary_qgis.gui.mapping.check.tree import FindingsTree
from planetary_qgis.qgis_bridge.mapping.checks.finding_symbols import severity_titles

_ICON = 14
_NARROW = 2


class CheckView(QWidget):
    """Widgets only; CheckController is behind them."""

    check_wanted = pyqtSignal()
    filter_changed = pyqtSignal()
    report_wanted = pyqtSignal()
    layer_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkTab")
        self.choice = ChecksMenu(self)
        self._check = forms.button("checkRun", self.tr("Check Map"), self)
        self._check.clicked.connect(self.check_wanted)
        self._choose = self._choose_button()
        self._toggles = self._filter_buttons()
        self._stale = self._stale_banner()
        self._state = forms.sentence("checkState", self)
        self.tree = FindingsTree(self)
        self.details = FindingDetails(self)
        self._report = forms.button("checkReport", self.tr("Report…"), self)
        self._report.clicked.connect(self.report_wanted)
        self._layer = forms.button("checkSave", self.tr("Save as Layer…"), self)
        self._layer.clicked.connect(self.layer_wanted)
        self._lay_out()

    def severities(self) -> set[Severity]:
        """Those that the user wants to see."""
        return {each for each, toggle in self._toggles.items() if each and toggle.isChecked()}

    def shows_ignored(self) -> bool:
        return self._toggles[None].isChecked()

    def show_counts(self, counts: dict[Severity | None, int]) -> None:
        """Say on the toggles how many there are of each; None is what is ignored."""
        titles = {**severity_titles(), None: self.tr("Ignored findings")}
        for each, toggle in self._toggles.items():
            toggle.setText(f"{counts[each]:,}")
            text = self.tr("{title}: {count}. Click to show or hide them.")
            toggle.setToolTip(text.format(title=titles[each], count=f"{counts[each]:,}"))
            toggle.setAccessibleName(f"{titles[each]}: {counts[each]:,}")

    def show_list(self, there: bool) -> None:
        """Show the list and what goes with it, or the sentence alone."""
        for toggle in self._toggles.values():
            toggle.setVisible(there)
        self._rest.setVisible(not there)
        self.tree.setVisible(there)
        self.details.setVisible(there)

    def tell_state(self, text: str) -> None:
        forms.tell(self._state, text)

    def tell_stale(self, is_stale: bool) -> None:
        """Say that the map is not what was checked, or take that back."""
        self._stale.setVisible(is_stale)

    def tell_chosen(self, count: int, all_of_them: int) -> None:
        """Say how many checks will run."""
        text = self.tr("All Checks") if count == all_of_them else self.tr("{count} of {all} Checks")
        self._choose.setText(text.format(count=count, all=all_of_them))

    def allow(self, *, check: str, results: str) -> None:
        """Enable checking and what is done with results, or disable them for the reasons given."""
        forms.allow(self._check, check)
        forms.allow(self._check_again, check)
        forms.allow(self._report, results)
        forms.allow(self._layer, results)

    def _choose_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("checkChoose")
        button.setMenu(self.choice)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(self.tr("Which checks run"))
        return button

    def _filter_buttons(self) -> dict[Severity | None, QToolButton]:
        toggles = {}
        for each in (*Severity, None):
            toggle = QToolButton(self)
            toggle.setObjectName(f"checkShow{each.name.title() if each else 'Ignored'}")
            toggle.setCheckable(True)
            toggle.setChecked(each is not None)
            toggle.setIcon(finding_icon(each))
            toggle.setIconSize(QSize(_ICON, _ICON))
            toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            toggle.toggled.connect(lambda _on: self.filter_changed.emit())
            toggles[each] = toggle
        return toggles

    def _stale_banner(self) -> QFrame:
        banner = QFrame(self)
        banner.setObjectName("checkStale")
        banner.setFrameShape(QFrame.Shape.StyledPanel)
        text = QLabel(self.tr("The map has changed since."), banner)
        text.setWordWrap(True)
        self._check_again = QPushButton(self.tr("Check Again"), banner)
        self._check_again.setObjectName("checkAgain")
        self._check_again.clicked.connect(self.check_wanted)
        row = QHBoxLayout(banner)
        row.setContentsMargins(6, _NARROW, _NARROW, _NARROW)
        row.addWidget(text, 1)
        row.addWidget(self._check_again)
        banner.hide()
        return banner

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._check, 1)
        top.addWidget(self._choose)
        self._choose.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        toggles = QHBoxLayout()
        toggles.setSpacing(_NARROW)
        for toggle in self._toggles.values():
            toggles.addWidget(toggle)
        toggles.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self._report)
        foot.addWidget(self._layer)
        column = QVBoxLayout(self)
        for part in (top, toggles):
            column.addLayout(part)
        column.addWidget(self._stale)
        column.addWidget(self._state)
        column.addWidget(self.tree, 1)
        column.addWidget(self.details)
        self._rest = QWidget(self)  # keeps the sentence at the top while there is no list
        column.addWidget(self._rest, 1)
        column.addLayout(foot)
