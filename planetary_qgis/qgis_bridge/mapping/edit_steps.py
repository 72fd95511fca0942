"""Edits of the mapper's layers: whole or not at all, and one undo step each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError


@contextmanager
def edit_step(title: str, *layers: QgsVectorLayer) -> Iterator[None]:
    """Within it, all changes of the layers become one undo step a layer; an error takes them back.

    Layers that are not being edited begin to be; what is changed is saved when the mapper saves.

    Raises:
        PlanetaryError: A layer cannot be edited; none is changed then.
    """
    for layer in layers:
        start_editing(layer)
    for layer in layers:
        layer.beginEditCommand(title)
    try:
        yield
    except BaseException:
        for layer in layers:
            layer.destroyEditCommand()
        raise
    for layer in layers:
        layer.endEditCommand()


def start_editing(layer: QgsVectorLayer) -> None:
    """Begin an edit session, where none is open.

    Raises:
        PlanetaryError: The layer's file, or the project, does not allow it.
    """
    if layer.isEditable() or layer.startEditing():
        return
    text = QCoreApplication.translate("EditSteps", "The layer “{name}” cannot be edited.")
    raise PlanetaryError(
        text.format(name=layer.name()),
        details=layer.source(),
        hint=QCoreApplication.translate(
            "EditSteps", "Check that its file may be written, and that no program locks it."
        ),
    )


def done(accepted: bool, layer: QgsVectorLayer) -> None:
    """Raise where QGIS did not accept a change of a layer, as its calls only return False."""
    if accepted:
        return
    text = QCoreApplication.translate("EditSteps", "QGIS refused a change of “{name}”.")
    raise PlanetaryError(
        text.format(name=layer.name()),
        details="\n".join(layer.dataProvider().errors() if layer.dataProvider() else []),
        hint=QCoreApplication.translate("EditSteps", "Nothing was changed; see the details."),
    )
