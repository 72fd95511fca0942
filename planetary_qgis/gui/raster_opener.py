"""Rasters onto the map: opened in a task, shown here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import work
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import tasks

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.opening import OpenRaster

Wanted = work.WantedRaster
Choose = Callable[["OpenRaster"], Sequence[int]]


def open_planetary_raster(iface: QgisInterface, toolbox: Toolbox) -> None:
    """Open the window that asks which."""
    from planetary_qgis.gui.open_raster_dialog import OpenRasterDialog

    dialog = OpenRasterDialog(iface.mainWindow())
    dialog.open_requested.connect(
        lambda addresses: open_in_task(toolbox, addresses, lambda each: _ask(each, iface))
    )
    toolbox.show_window(dialog)


def open_in_task(toolbox: Toolbox, addresses: Sequence[str], choose: Choose | None = None) -> None:
    """Open rasters in the background, and show them when they are ready.

    Args:
        choose: Asked for the numbers of the images that are wanted of a file that holds several.
    """
    _start(toolbox, [Wanted(address) for address in addresses], choose)


def show_rasters(toolbox: Toolbox, opened: work.OpenedRasters) -> None:
    """Put opened rasters on the map, below all else, and tell what there is to tell of them."""
    problems, count = list(opened.problems), 0
    for raster in opened.rasters:
        try:
            layer = raster.layer()
        except PlanetaryError as error:
            problems.append(f"{error} {error.details}".strip())
            continue
        shown = toolbox.results.show(layer, on_top=False)
        count += 1
        problems[:0] = [text for text in (shown.sentence, *raster.notes) if text]
    every = len(opened.rasters) + len(opened.problems)
    if not count:
        toolbox.reporter.failed(_nothing_opened(every, problems))
        return
    text = _tr("{count} of {all} rasters were added to the map.")
    toolbox.reporter.succeeded(text.format(count=count, all=every), problems)


def _start(toolbox: Toolbox, wanted: Sequence[Wanted], choose: Choose | None) -> None:
    text = _tr("Opening {count} rasters").format(count=len(wanted))
    tasks.run_in_task(
        text,
        lambda feedback: work.open_rasters(wanted, feedback),
        on_done=lambda opened: _show(toolbox, opened, choose),
        on_error=toolbox.reporter.failed,
        on_cancelled=lambda: toolbox.reporter.note(_tr("Opening rasters was cancelled.")),
    )


def _show(toolbox: Toolbox, opened: work.OpenedRasters, choose: Choose | None) -> None:
    """Show what was opened; where a file holds several images, open those that are wanted."""
    if choose is None:
        show_rasters(toolbox, opened)
        return
    ready, others = [], []
    for raster in opened.rasters:
        numbers = choose(raster) if raster.images else [raster.image]
        ready += [raster] if raster.image in numbers else []
        others += [Wanted(raster.address, image=n) for n in numbers if n != raster.image]
    if ready or opened.problems:
        show_rasters(toolbox, work.OpenedRasters(tuple(ready), opened.problems))
    if others:
        _start(toolbox, others, None)


def _ask(raster: OpenRaster, iface: QgisInterface) -> Sequence[int]:
    from planetary_qgis.gui.open_raster_dialog import ImagesDialog

    dialog = ImagesDialog(raster.title, raster.images, iface.mainWindow())
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    chosen = dialog.chosen() if accepted else []
    dialog.deleteLater()
    return chosen


def _nothing_opened(every: int, problems: Sequence[str]) -> PlanetaryError:
    if every == 1 and problems:
        return PlanetaryError(problems[0], details="\n".join(problems[1:]))
    text = _tr("None of {all} rasters could be opened.").format(all=every)
    return PlanetaryError(text, details="\n".join(problems))


def _tr(text: str) -> str:
    return QCoreApplication.translate("RasterOpener", text)
