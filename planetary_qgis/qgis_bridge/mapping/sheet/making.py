"""A map's sheet as a print layout of its project."""

from __future__ import annotations

from functools import partial

from qgis.core import (
    QgsLayoutItemMap,
    QgsLayoutMeasurement,
    QgsPrintLayout,
    QgsProject,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.sheet.drawing import Drawing
from planetary_qgis.core.mapping.sheet.flow import Placed
from planetary_qgis.core.mapping.sheet.graticule import draw_graticule
from planetary_qgis.core.mapping.sheet.options import Look, SheetOptions
from planetary_qgis.core.mapping.sheet.plan import Box, Plan, plan_sheet
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.sheet.fonts import FontSizes, sheet_family
from planetary_qgis.qgis_bridge.mapping.sheet.items import add_label, add_page, add_picture, put
from planetary_qgis.qgis_bridge.mapping.sheet.legends import add_legend
from planetary_qgis.qgis_bridge.mapping.sheet.parts import SheetParts, read_parts
from planetary_qgis.qgis_bridge.mapping.sheet.texts import BELOW_TITLE, TITLE, title_lines

MADE_HERE = "planetary_qgis/map_sheet"
_FRAME_MM = 0.3
_HAIR = 0.2


def make_sheet(
    session: MapSession, options: SheetOptions | None = None, report: Report | None = None
) -> QgsPrintLayout:
    """The sheet of a map among its project's layouts, in place of the one made before.

    A sheet that cannot be made leaves the one before as it is. Made on the main thread.

    Raises:
        PlanetaryError: Nothing is drawn yet, or the map is larger than the page.
    """
    report = Report() if report is None else report
    parts = read_parts(session, options or SheetOptions(), report)
    plan = plan_sheet(
        parts.view.size_m,
        parts.options.scale or session.settings.scale,
        parts.options,
        partial(Look.on, family=sheet_family(), sizes=FontSizes()),
        parts.contents_on,
    )
    layout = _laid_out(parts, plan)
    manager = session.project.layoutManager()
    before = find_sheet(session)
    name = before.name() if before is not None else _free_name(session)
    if before is not None:
        manager.removeLayout(before)
    layout.setName(name)
    manager.addLayout(layout)
    return layout


def find_sheet(session: MapSession) -> QgsPrintLayout | None:
    """The project's layout that was made as this map's sheet; None where there is none."""
    for layout in session.project.layoutManager().printLayouts():
        if layout.customProperty(MADE_HERE, "") == _mark(session):
            return layout
    return None


def _mark(session: MapSession) -> str:
    # Not its path: a project may move with its map.
    return session.geopackage.name


def _free_name(session: MapSession) -> str:
    """The map's title; with a number where the mapper has a layout of that name."""
    taken = {layout.name() for layout in session.project.layoutManager().layouts()}
    title = session.settings.title or _tr("Map sheet")
    number, name = 1, title
    while name in taken:
        number += 1
        name = f"{title} {number}"
    return name


def _laid_out(parts: SheetParts, plan: Plan) -> QgsPrintLayout:
    project: QgsProject = parts.session.project
    layout = QgsPrintLayout(project)
    layout.setCustomProperty(MADE_HERE, _mark(parts.session))
    layout.setUnits(QgsUnitTypes.LayoutUnit.LayoutMillimeters)
    for _ in range(plan.pages):
        add_page(layout, plan.page)
    shown = _add_map(layout, parts, plan)
    layout.setReferenceMap(shown)
    if parts.options.graticule and parts.view.area is not None:
        _add_graticule(layout, parts, plan)
    _add_title(layout, parts, plan)
    parts.strip.add_to(layout, plan.strip, plan.scale, plan.look)
    _add_columns(layout, parts, plan)
    if plan.wide is not None:
        room = plan.wide.room
        box = Box(room.left, room.top, room.width, room.height)
        _add_drawn(layout, _tr("Correlation of map units"), [plan.wide], box, room.page, plan.look)
    return layout


def _add_map(layout: QgsPrintLayout, parts: SheetParts, plan: Plan) -> QgsLayoutItemMap:
    shown = QgsLayoutItemMap(layout)
    layout.addLayoutItem(shown)
    put(shown, _tr("Map"), plan.frame)
    shown.setCrs(parts.view.crs)
    shown.setLayers(parts.layers())
    shown.setKeepLayerSet(True)
    shown.setExtent(parts.view.extent)
    shown.setFrameEnabled(True)
    shown.setFrameStrokeWidth(QgsLayoutMeasurement(_FRAME_MM))
    # Setting an extent may bend the frame by its last digits.
    put(shown, _tr("Map"), plan.frame)
    shown.setLocked(True)
    return shown


def _add_graticule(layout: QgsPrintLayout, parts: SheetParts, plan: Plan) -> None:
    room, frame = plan.look.label_room, plan.frame
    box = Box(
        frame.left - room, frame.top - room, frame.width + 2.0 * room, frame.height + 2.0 * room
    )
    drawing = Drawing(box.width, box.height, plan.look.family)
    draw_graticule(
        drawing,
        (room, room, frame.width, frame.height),
        parts.view.area,
        partial(parts.view.to_page, width=frame.width, height=frame.height),
        parts.style,
        plan.look,
    )
    add_picture(layout, _tr("Graticule"), drawing, box, 0)


def _add_title(layout: QgsPrintLayout, parts: SheetParts, plan: Plan) -> None:
    look, box = plan.look, plan.title
    lines = title_lines(parts.session.settings, plan.scale, box.width, look)
    title = Box(box.left, box.top, box.width, lines.title_height)
    below = Box(box.left, title.bottom, box.width, lines.below_height)
    add_label(layout, _tr("Title"), lines.title, title, TITLE * look.points, bold=True)
    add_label(layout, _tr("Subtitle"), lines.below, below, BELOW_TITLE * look.points)


def _add_columns(layout: QgsPrintLayout, parts: SheetParts, plan: Plan) -> None:
    """A picture for what is drawn in a row in a column, legends between them."""
    legends = {part.key: part for part in parts.legends}
    together: list[Placed] = []
    for placed in plan.placed:
        if placed.piece.item:
            _add_run(layout, together, plan)
            together = []
            legend = add_legend(layout, legends[placed.piece.item], plan.look)
            box = Box(placed.room.left, placed.top, placed.room.width, placed.piece.height)
            put(legend, legend.id() or placed.piece.item, box, placed.room.page)
            continue
        if together and together[-1].room != placed.room:
            _add_run(layout, together, plan)
            together = []
        together.append(placed)
    _add_run(layout, together, plan)


def _add_run(layout: QgsPrintLayout, run: list[Placed], plan: Plan) -> None:
    if not run:
        return
    first, last = run[0], run[-1]
    height = last.top + last.piece.height - first.top
    box = Box(first.room.left, first.top, first.room.width, height)
    _add_drawn(layout, _tr("Column"), run, box, first.room.page, plan.look)


def _add_drawn(
    layout: QgsPrintLayout, name: str, run: list[Placed], box: Box, page: int, look: Look
) -> None:
    drawing = Drawing(box.width, box.height, look.family)
    for placed in run:
        if placed.piece.draw is not None:
            placed.piece.draw(drawing, 0.0, placed.top - box.top)
    add_picture(layout, name, drawing, box, page)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapSheet", text)
