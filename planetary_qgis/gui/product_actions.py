"""What can be done with products: a tool bar, and the same as a context menu."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QMenu, QSizePolicy, QStyle, QToolBar, QToolButton, QWidget

from planetary_qgis.gui import forms


class ProductActions(QObject):
    """The actions; each says in its text which products it will take."""

    targets_wanted = pyqtSignal()
    """The menu of layers is about to be seen: show_targets()."""
    target_chosen = pyqtSignal(str)
    """Id of the layer to add to."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.add_layer = self._action("resultsAddLayer", "mActionDuplicateLayer")
        self.add_to = self._action("resultsAddTo", "mActionDuplicateFeature")
        self.open_label = self._action("resultsOpenLabel", "mActionIdentify")
        self.download = self._action("resultsDownload", "downloading_svg")
        self.load_raster = self._action("resultsLoadRaster", "mActionAddRasterLayer")
        self.copy_ids = self._action("resultsCopyIds", "mActionEditCopy")
        self.write_list = self._action("resultsWriteList", "mActionFileSaveAs")
        self._targets = QMenu(parent)
        self._targets.aboutToShow.connect(self.targets_wanted)
        self.add_to.setMenu(self._targets)
        self.word(self.tr("products"))

    def all(self) -> tuple[QAction, ...]:
        return (
            self.add_layer,
            self.add_to,
            self.open_label,
            self.download,
            self.load_raster,
            self.copy_ids,
            self.write_list,
        )

    def word(self, products: str) -> None:
        """Say in every action which products it takes: “3 selected products”."""
        texts = (
            self.tr("Add {products} as a layer"),
            self.tr("Add {products} to a layer"),
            self.tr("Open the labels of {products}"),
            self.tr("Download {products}"),
            self.tr("Load {products} as rasters"),
            self.tr("Copy the ids of {products}"),
            self.tr("Write a list of {products}…"),
        )
        for action, text in zip(self.all(), texts):
            action.setText(text.format(products=products))

    def allow_all(self, reason_against: str) -> None:
        for action in self.all():
            forms.allow(action, reason_against)

    def show_targets(self, layers: Iterable[tuple[str, str]], reason_if_none: str) -> None:
        """List layers by id and name; where there are none, why."""
        self._targets.clear()
        for layer_id, name in layers:
            action = self._targets.addAction(name.replace("&", "&&"))
            action.triggered.connect(lambda _on, key=layer_id: self.target_chosen.emit(key))
        if self._targets.isEmpty():
            self._targets.addAction(reason_if_none).setEnabled(False)

    def tool_bar(self, parent: QWidget) -> QToolBar:
        """The actions as icons."""
        bar = QToolBar(parent)
        size = parent.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        bar.setIconSize(QSize(size, size))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for action in self.all():
            bar.addAction(action)
            button = bar.widgetForAction(action)
            button.setObjectName(action.objectName())
            if action.menu() is not None:
                button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return bar

    def _action(self, name: str, theme_icon: str) -> QAction:
        action = QAction(QgsApplication.getThemeIcon(f"/{theme_icon}.svg"), "", self)
        action.setObjectName(name)
        return action
