"""Colouring layers by what is known of their features: a menu of layers, a row of buttons."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject
from qgis.PyQt.QtWidgets import QAction, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.qgis_bridge import styles, tasks

PLAIN = ""
"""Instead of a field: no colouring."""
_AT_HAND = ("incidence_angle", "resolution")


class Colourer(QObject):
    """Colours layers, lets their files keep that, and tells what cannot be done."""

    def __init__(self, reporter: Reporter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reporter = reporter

    def colour(self, layer: QgsVectorLayer, field: str) -> None:
        """Colour by a field, or make it plain again."""
        try:
            if field == PLAIN:
                styles.plain(layer)
            else:
                styles.colour_by(layer, field)
        except PlanetaryError as error:
            self._reporter.failed(error)
            return
        self._keep(layer)

    def _keep(self, layer: QgsVectorLayer) -> None:
        """Let the layer's table keep its style, then draw the map, which reads the same file."""
        table = styles.table_of_style(layer)
        if table is None:
            layer.triggerRepaint()
            return
        qml, layer_id = styles.style_text(layer), layer.id()
        tasks.run_in_task(
            self.tr("Keeping the style of {layer}").format(layer=layer.name()),
            lambda _feedback: styles.keep_in_file(*table, qml),
            on_done=lambda _nothing: _repaint(layer_id),
            on_error=lambda error: self._tell(error, layer_id),
            unseen=True,
        )

    def _tell(self, error: PlanetaryError, layer_id: str) -> None:
        _repaint(layer_id)
        self._reporter.failed(error)


class ColourMenu(QMenu):
    """The ways to colour a layer; those that its fields do not allow are disabled.

    Args:
        current_layer: Gives the layer that the menu is about.
        colour: Gets that layer and a field, or PLAIN.
    """

    def __init__(
        self,
        current_layer: Callable[[], QgsMapLayer | None],
        colour: Callable[[QgsVectorLayer, str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Colour Footprints By…"))
        self._current_layer = current_layer
        self._colour = colour
        for field, title in _titles().items():
            self._add(field, title)
        self.addSeparator()
        self._add(PLAIN, self.tr("Plain"))
        self.aboutToShow.connect(self._allow)
        self.triggered.connect(self._choose)

    def _add(self, field: str, title: str) -> None:
        action = self.addAction(title)
        action.setObjectName(f"colour_{field or 'plain'}")
        action.setData(field)

    def _allow(self) -> None:
        layer = self._current_layer()
        known = {PLAIN}
        if isinstance(layer, QgsVectorLayer):
            known |= {each.field for each in styles.ways_to_colour(layer)}
        for action in self.actions():
            if not action.isSeparator():
                action.setEnabled(isinstance(layer, QgsVectorLayer) and action.data() in known)

    def _choose(self, action: QAction) -> None:
        layer = self._current_layer()
        if isinstance(layer, QgsVectorLayer):
            self._colour(layer, action.data())


class ColourRow(QWidget):
    """Buttons that colour the layer that came last; hidden while there is none.

    Args:
        colour: Gets that layer and a field, or PLAIN.
    """

    def __init__(self, colour: Callable[[QgsVectorLayer, str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._colour = colour
        self._layer: QgsVectorLayer | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 9, 0)
        row.setSpacing(3)
        row.addWidget(QLabel(self.tr("Colour by"), self))
        titles = _titles()
        for field in _AT_HAND:
            row.addWidget(self._button(field, titles[field]))
        more = self._button("more", self.tr("More"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(ColourMenu(lambda: self._layer, colour, more))
        row.addWidget(more)
        row.addStretch(1)
        self.hide()

    def serve(self, layer: QgsVectorLayer) -> None:
        """Colour this layer from now on."""
        self.leave()
        self._layer = layer
        layer.willBeDeleted.connect(self._lose)
        names = {each.field for each in styles.ways_to_colour(layer)}
        self.setVisible(bool(names))

    def leave(self) -> None:
        """Let go of the layer, if there is one."""
        if self._layer is not None:
            self._layer.willBeDeleted.disconnect(self._lose)
            self._lose()

    def _lose(self) -> None:
        self._layer = None
        self.hide()

    def _button(self, field: str, title: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"colourBy_{field}")
        button.setText(title)
        if field in styles.COLOURINGS:
            button.clicked.connect(lambda: self._choose(field))
        return button

    def _choose(self, field: str) -> None:
        if self._layer is not None:
            self._colour(self._layer, field)


def _titles() -> dict[str, str]:
    """What each way to colour is called, in the user's language, in the order of offering."""
    translate = QCoreApplication.translate
    return {
        "incidence_angle": translate("Colouring", "Incidence"),
        "emission_angle": translate("Colouring", "Emission"),
        "phase_angle": translate("Colouring", "Phase"),
        "resolution": translate("Colouring", "Resolution"),
        "local_time": translate("Colouring", "Local time"),
        "solar_longitude": translate("Colouring", "Solar longitude"),
        "start_time": translate("Colouring", "Time"),
    }


def _repaint(layer_id: str) -> None:
    """Draw a layer anew, unless it has left the project meanwhile."""
    layer = QgsProject.instance().mapLayer(layer_id)
    if layer is not None:
        layer.triggerRepaint()
