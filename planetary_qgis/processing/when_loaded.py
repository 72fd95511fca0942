"""What is done with a result once Processing has put it into the project."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
)

_waiting: list[_WhenLoaded] = []
"""Processing keeps only the C++ half of a post-processor, and uses it after the algorithm ended."""


def when_loaded(
    written: str, context: QgsProcessingContext, work: Callable[[QgsMapLayer], None]
) -> None:
    """Have work done on a result's layer, and the layer drawn anew, if it is to be loaded at all.

    Processing gives layers that it loads a style of its own.
    """
    if context.willLoadLayerOnCompletion(written):
        waiting = _WhenLoaded(work)
        _waiting.append(waiting)
        context.layerToLoadOnCompletionDetails(written).setPostProcessor(waiting)


class _WhenLoaded(QgsProcessingLayerPostProcessorInterface):
    def __init__(self, work: Callable[[QgsMapLayer], None]) -> None:
        super().__init__()
        self._work = work

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        _context: QgsProcessingContext,
        _feedback: QgsProcessingFeedback,
    ) -> None:
        self._work(layer)
        layer.triggerRepaint()
