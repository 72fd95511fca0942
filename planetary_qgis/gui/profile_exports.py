"""The ways out of the Terrain Profile dock: tables, pictures, layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import Profile, csv_text, write_csv
from planetary_qgis.gui.profile_view import ProfileView
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.rasters.values.profile_layers import lines_layer, points_layer
from planetary_qgis.qgis_bridge.spheres import Sphere

_NAMES_IN_TITLE = 2


class ProfileExports(QObject):
    """Keeps the profile that is shown, and hands it out."""

    def __init__(self, view: ProfileView, toolbox: Toolbox) -> None:
        super().__init__(view)
        self._view = view
        self._tools = toolbox
        self._folder = ""
        self.profile: Profile | None = None
        self.sphere: Sphere | None = None

    def take(self, profile: Profile | None, sphere: Sphere | None) -> None:
        self.profile, self.sphere = profile, sphere

    def export(self, kind: str) -> None:
        """One of the view's EXPORTS."""
        work: dict[str, Callable[[], None]] = {
            "csv": self._save_csv,
            "table": self._copy_table,
            "picture": self._save_picture,
            "points": self._show_points,
            "lines": self._show_lines,
        }
        if self.profile is None:
            return
        try:
            work[kind]()
        except PlanetaryError as error:
            self._tools.reporter.failed(error)

    def _save_csv(self) -> None:
        path = self._ask(self.tr("Save Profile"), "profile.csv", self.tr("CSV table (*.csv)"))
        if path is not None:
            write_csv(self.profile, path)
            self._say_saved(path)

    def _save_picture(self) -> None:
        kinds = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
        path = self._ask(self.tr("Save Plot"), "profile.png", kinds)
        if path is None or self._view.plot is None:
            return
        try:
            self._view.plot.save(path)
        except (OSError, ValueError) as error:
            raise PlanetaryError(
                f"The plot cannot be written to {path}.",
                details=str(error),
                hint="Choose a folder that may be written to, and .png, .svg or .pdf as ending.",
            ) from error
        self._say_saved(path)

    def _copy_table(self) -> None:
        QgsApplication.clipboard().setText(csv_text(self.profile))
        self._tools.reporter.note(self.tr("The table is in the clipboard."))

    def _show_points(self) -> None:
        self._show(points_layer(self.profile, self.sphere.crs, self._title(self.tr("points"))))

    def _show_lines(self) -> None:
        self._show(lines_layer(self.profile, self.sphere.crs, self._title(self.tr("lines"))))

    def _show(self, layer: QgsVectorLayer) -> None:
        shown = self._tools.results.show(layer)
        text = self.tr("{title} is a layer that lives in memory: save it to keep it.")
        self._tools.tell_shown(text.format(title=layer.name()), shown)

    def _title(self, what: str) -> str:
        names = [curve.name for curve in self.profile.curves]
        listed = ", ".join(names[:_NAMES_IN_TITLE]) + (", …" if names[_NAMES_IN_TITLE:] else "")
        return self.tr("Profile of {names} ({what})").format(names=listed, what=what)

    def _ask(self, title: str, name: str, kinds: str) -> Path | None:
        """Where to save; None where the user thinks better of it."""
        begin = str(Path(self._folder) / name) if self._folder else name
        chosen, kind = QFileDialog.getSaveFileName(self._view, title, begin, kinds)
        if not chosen:
            return None
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(kind.rpartition("*")[2].rstrip(")") or Path(name).suffix)
        self._folder = str(path.parent)
        return path

    def _say_saved(self, path: Path) -> None:
        self._tools.reporter.succeeded(self.tr("Saved as {path}.").format(path=path))
