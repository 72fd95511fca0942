"""Keys for certainty and unit, which QGIS's own window of shortcuts can change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.core.mapping.vocabularies import Term

_KEYS_OF_CERTAINTIES = 9
_KEY_OF_UNIT = "Alt+U"


class Shortcuts:
    """Alt+1, Alt+2 … for certainties in the order of their menu, Alt+U for the unit."""

    def __init__(
        self,
        iface: QgisInterface,
        certainties: Sequence[Term],
        set_certainty: Callable[[str], None],
        ask_for_unit: Callable[[], None],
    ) -> None:
        self._iface = iface
        self._actions: list[QAction] = []
        for number, term in enumerate(certainties[:_KEYS_OF_CERTAINTIES], start=1):
            text = _tr("Certainty: {label}").format(label=term.label)
            self._register(
                f"planetaryCertainty{number}Action",
                text,
                f"Alt+{number}",
                lambda _checked=False, code=term.code: set_certainty(code),
            )
        self._register(
            "planetaryUnitAction",
            _tr("Unit of the Next Point"),
            _KEY_OF_UNIT,
            lambda _checked=False: ask_for_unit(),
        )

    def enable(self, wanted: bool) -> None:
        for action in self._actions:
            action.setEnabled(wanted)

    def remove(self) -> None:
        for action in self._actions:
            self._iface.unregisterMainWindowAction(action)
            action.deleteLater()
        self._actions = []

    def _register(self, name: str, text: str, keys: str, work: Callable[[bool], None]) -> None:
        action = QAction(text, self._iface.mainWindow())
        action.setObjectName(name)
        action.triggered.connect(work)
        self._iface.registerMainWindowAction(action, keys)
        self._actions.append(action)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MappingShortcuts", text)
