"""What stands behind the Geologic Mapping dock."""

from __future__ import annotations

from planetary_qgis.gui.mapping_view import MappingView
from planetary_qgis.gui.toolbox import Toolbox


class MappingController:
    """Shows the view; there is nothing to listen to yet."""

    def __init__(self, _toolbox: Toolbox) -> None:
        self.view = MappingView()

    def load(self) -> None:
        """Nothing to fill."""

    def unload(self) -> None:
        """Nothing to undo."""

    def use_sample(self) -> None:
        """Nothing to fill in."""
