"""A map's sheet as a print layout, and its files."""

from __future__ import annotations

import itertools
import math
import os
from pathlib import Path

import pytest
from map_kit import add, map_session, save
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsProcessingContext,
    QgsProject,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNITS,
)
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.sheet.options import SheetOptions
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.mapping.map_session import session_of
from planetary_qgis.qgis_bridge.mapping.sheet import (
    export_image,
    export_pdf,
    find_sheet,
    make_sheet,
)

DEGREES, POLAR, METRES = "IAU_2015:49900", "IAU_2015:30135", "IAU_2015:49910"
HOSTILE = "Ω 'quoted' \"twice\"\n🙂 [% 1 + 1 %] <b> & NULL; DROP TABLE x; --"
RADIUS = 3_396_190.0


pytestmark = pytest.mark.filterwarnings("error:Qgs.* is deprecated:DeprecationWarning")


@pytest.fixture
def project(qgis_new_project):
    made = QgsProject()
    yield made
    made.clear()


def square(left, bottom, right, top):
    return f"POLYGON(({left} {bottom},{right} {bottom},{right} {top},{left} {top},{left} {bottom}))"


def drawn(session, left, bottom, right, top, units=4, text="Smooth plains. " * 20):
    """Stripes of units in a box, and a description of each."""
    add(session.layer(MAP_BOUNDARY), square(left, bottom, right, top))
    width = (right - left) / units
    for n in range(units):
        west = left + n * width
        add(session.layer(UNITS), square(west, bottom, west + width, top), {"Unit": f"u{n}"})
        words = {"certain": "certain", "approximate": "approximate"}
        certainty = list(words)[n % 2]
        line = f"LINESTRING({west} {bottom},{west} {top})"
        add(session.layer(CONTACTS), line, {CONTACT_CERTAINTY: certainty, "Contact_ty": "01.01.01"})
        row = {
            "Unit": f"u{n}",
            "UnitName": f"Unit {n} {text[:60]}",
            "UnitGroup": f"Group {n % 3}",
            "AgeOldest": "Early Hesperian",
            "AgeYoungest": "Late Amazonian",
            "Description": text,
            "RGB": f"{n * 5 % 256},200,100",
        }
        add(session.layer(DESCRIPTION), "", row)
    return session


def items(layout, kind):
    return [each for each in layout.items() if isinstance(each, kind)]


def the_map(layout):
    (found,) = items(layout, QgsLayoutItemMap)
    return found


def boxes(layout):
    """Page and rectangle on it of what may not lie over anything else."""
    kinds = (QgsLayoutItemMap, QgsLayoutItemLabel, QgsLayoutItemLegend, QgsLayoutItemPicture)
    for each in items(layout, kinds):
        if each.id() != "Graticule":
            size, at = each.sizeWithUnits(), each.pagePositionWithUnits()
            yield each.page(), at.x(), at.y(), size.width(), size.height()


def check_places(layout):
    pages = layout.pageCollection()
    found = list(boxes(layout))
    for page, left, top, width, height in found:
        size = pages.page(page).pageSize()
        assert min(left, top) >= 0.0
        assert left + width <= size.width() + 0.01
        assert top + height <= size.height() + 0.01
    for a, b in itertools.combinations(found, 2):
        apart = a[0] != b[0] or (
            a[1] + a[3] <= b[1] + 0.02
            or b[1] + b[3] <= a[1] + 0.02
            or a[2] + a[4] <= b[2] + 0.02
            or b[2] + b[4] <= a[2] + 0.02
        )
        assert apart, (a, b)


def labels(layout):
    return " ".join(each.text() for each in items(layout, QgsLayoutItemLabel)).replace(
        "\u00a0", " "
    )


def test_a_map_in_metres_has_its_scale_and_everything_in_place(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    report = Report()
    layout = make_sheet(session, SheetOptions(), report)
    shown = the_map(layout)
    assert shown.scale() == pytest.approx(session.settings.scale, rel=1e-3)
    assert "Scale 1:1,000,000 at" in labels(layout)
    assert "sphere of 3,396,190 m" in labels(layout)
    assert layout in project.layoutManager().layouts()
    assert layout.name() == session.settings.title
    check_places(layout)
    assert not report


def test_a_map_in_degrees_is_projected_and_true_where_it_says(project, tmp_path):
    session = drawn(map_session(project, tmp_path), 100, 40, 104, 44)
    layout = make_sheet(session)
    shown = the_map(layout)
    assert not shown.crs().isGeographic()
    metres_a_mm = shown.extent().height() / shown.rect().height()
    degrees = math.degrees(metres_a_mm * shown.rect().height() / RADIUS)
    assert 4.0 < degrees < 4.4
    assert metres_a_mm == pytest.approx(session.settings.scale / 1000.0, rel=2e-3)
    check_places(layout)


@pytest.mark.parametrize("box", [(178, -3, 183, 3), (-180, 75, 180, 90), (-180, -90, 180, 90)])
def test_over_the_antimeridian_around_poles_and_global(project, tmp_path, box):
    settings = MapSettings("Far", "MARS", 20_000_000.0)
    session = drawn(map_session(project, tmp_path, settings=settings), *box)
    layout = make_sheet(session)
    check_places(layout)
    assert the_map(layout).rect().width() < 1200.0


def test_the_south_pole_of_the_moon(project, tmp_path):
    settings = MapSettings("South", "MOON", 2_500_000.0)
    session = map_session(project, tmp_path, crs=POLAR, settings=settings)
    layout = make_sheet(drawn(session, -2e5, -2e5, 2e5, 2e5))
    assert "at the south pole" in labels(layout)
    assert "Geologic map of the Moon" in labels(layout)
    check_places(layout)


def test_forty_units_with_long_names_need_more_pages(project, tmp_path):
    session = map_session(project, tmp_path, crs=METRES)
    drawn(session, 0, 0, 150_000, 100_000, units=40, text="A very long text indeed. " * 40)
    layout = make_sheet(session, SheetOptions(page="A4", fits_page=True))
    assert layout.pageCollection().pageCount() > 1
    check_places(layout)


def test_legends_tell_certainties_on_the_map(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    layout = make_sheet(session)
    (legend,) = items(layout, QgsLayoutItemLegend)
    (node,) = legend.model().rootGroup().findLayers()
    shown = [each.data(0) for each in legend.model().layerLegendNodes(node)]
    assert len(shown) == 2
    assert any("approximate" in text for text in shown)


def test_a_style_of_the_mappers_own_stays(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    renderer = session.layer(CONTACTS).renderer()
    categories = renderer.categories()
    symbol = categories[0].symbol().clone()
    symbol.setWidth(3.0)
    renderer.updateCategorySymbol(0, symbol)
    before = renderer.dump()
    make_sheet(session)
    renderer = session.layer(CONTACTS).renderer()
    assert renderer.dump() == before
    categories = renderer.categories()
    assert categories[0].symbol().width() == 3.0


def test_making_again_replaces_the_sheet_and_nothing_else(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    first = make_sheet(session)
    first.setName("My sheet")
    other = first.clone()
    other.removeCustomProperty("planetary_qgis/map_sheet")
    other.setName("Mine alone")
    project.layoutManager().addLayout(other)
    again = make_sheet(session)
    assert {each.name() for each in project.layoutManager().layouts()} == {"My sheet", "Mine alone"}
    assert find_sheet(session) is again
    with pytest.raises(PlanetaryError, match="A4"):
        make_sheet(session, SheetOptions(page="A4", scale=100_000.0))
    assert find_sheet(session) is again


def test_an_empty_map_is_told(project, tmp_path):
    with pytest.raises(PlanetaryError, match="nothing to print"):
        make_sheet(map_session(project, tmp_path))


def test_hostile_texts_are_printed_and_not_evaluated(project, tmp_path):
    settings = MapSettings(HOSTILE, "MARS", 1_000_000.0, HOSTILE)
    session = map_session(project, tmp_path, crs=METRES, settings=settings)
    layout = make_sheet(drawn(session, 0, 0, 150_000, 100_000, text=HOSTILE))
    title = next(each for each in items(layout, QgsLayoutItemLabel) if each.id() == "Title")
    assert "1 + 1" in title.currentText()


def test_without_a_description_the_units_are_still_listed(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    description = session.layer(DESCRIPTION)
    description.startEditing()
    description.deleteFeatures(description.allFeatureIds())
    report = Report()
    check_places(make_sheet(session, None, report))
    assert "not in the description (4" in " ".join(report.sentences())


def test_the_sheet_goes_with_a_project_that_moves(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    make_sheet(session)
    project.write(str(tmp_path / "map.qgz"))
    project.clear()
    moved = tmp_path.parent / f"{tmp_path.name} moved"
    os.rename(tmp_path, moved)
    again = QgsProject()
    assert again.read(str(moved / "map.qgz"))
    layout = find_sheet(session_of(again))
    pictures = items(layout, QgsLayoutItemPicture)
    assert all(each.picturePath().startswith("base64:") for each in pictures)
    assert str(tmp_path) not in "".join(each.picturePath() for each in pictures)
    assert len(pictures) >= 4
    again.clear()


def test_files_are_whole_or_not_there(project, tmp_path, monkeypatch):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    layout = make_sheet(session)
    path = tmp_path / "Kärte.pdf"
    path.write_bytes(b"before")
    export_pdf(layout, path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"%%EOF" in data[-1024:]
    pages = layout.pageCollection().pageCount()
    assert len(export_image(layout, tmp_path / "sheet.png", 30.0)) == pages
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".sheet")]
    with pytest.raises(PlanetaryError, match="cannot be written"):
        export_pdf(layout, tmp_path / "no such folder" / "sheet.pdf")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(PlanetaryError, match="cannot be written") as told:
        export_pdf(layout, path)
    assert "No space left" in told.value.details
    assert path.read_bytes() == data


def test_planetary_mapsheet_of_a_project_and_of_a_file_alone(processing, project, tmp_path, notes):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    context = QgsProcessingContext()
    context.setProject(project)
    asked = {"OUTPUT": str(tmp_path / "sheet.pdf")}
    done = processing.run("planetary:mapsheet", asked, context=context, feedback=notes)
    assert Path(done["OUTPUT"]).read_bytes().startswith(b"%PDF")
    assert done["PAGES"] >= 1
    assert find_sheet(session) is not None
    for name in (MAP_BOUNDARY, CONTACTS, UNITS, DESCRIPTION):
        save(session.layer(name))
    asked = {"MAP": str(session.geopackage), "PAGE": 1, "FIT": True, "DESCRIPTION": False}
    asked["OUTPUT"] = str(tmp_path / "alone.png")
    elsewhere = QgsProcessingContext()
    empty = QgsProject()
    elsewhere.setProject(empty)
    done = processing.run("planetary:mapsheet", asked, context=elsewhere, feedback=notes)
    assert Path(done["OUTPUT"]).read_bytes().startswith(b"\x89PNG")
    assert not empty.layoutManager().layouts()
    assert not empty.mapLayers()


def test_crs_of_no_body_is_a_plane(project, tmp_path):
    session = drawn(map_session(project, tmp_path, crs=METRES), 0, 0, 150_000, 100_000)
    for layer in project.mapLayers().values():
        layer.setCrs(QgsCoordinateReferenceSystem())
    layout = make_sheet(session)
    assert "on no body" in labels(layout)
    check_places(layout)
