"""What a map sheet is made of: texts, flow, plan, scale, graticule, globe, drawings."""

from __future__ import annotations

import itertools
import math
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.map_areas import area_of_box
from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.correlation import correlation_chart
from planetary_qgis.core.mapping.description import MapUnit, grouped
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.sheet import scale as sheet_scale
from planetary_qgis.core.mapping.sheet.chart import chart_piece, squeezed_chart
from planetary_qgis.core.mapping.sheet.drawing import Drawing
from planetary_qgis.core.mapping.sheet.flow import Piece, Room, flow
from planetary_qgis.core.mapping.sheet.globe import globe_view
from planetary_qgis.core.mapping.sheet.graticule import (
    draw_graticule,
    graticule_lines,
    graticule_step,
    longitude_text,
)
from planetary_qgis.core.mapping.sheet.options import PAPERS, Look, SheetOptions
from planetary_qgis.core.mapping.sheet.plan import Contents, plan_sheet
from planetary_qgis.core.mapping.sheet.text import wrapped
from planetary_qgis.core.mapping.sheet.units import (
    LONGEST_TEXT,
    description_pieces,
    legend_pieces,
)

SVG = "{http://www.w3.org/2000/svg}"
RADIUS = 3_396_190.0


class Letters:
    """Every letter half as wide as the font is high."""

    def width(self, text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
        return 0.5 * size * len(text)


def look(paper: int = 0) -> Look:
    return Look.on(PAPERS[paper], "Sans", Letters())


def parsed(drawing: Drawing) -> ET.Element:
    return ET.fromstring(drawing.svg())  # noqa: S314 (what was drawn just now)


def texts(drawing: Drawing) -> list[str]:
    return [each.text or "" for each in parsed(drawing).iter(f"{SVG}text")]


def plate_carree(lon_0: float = 0.0) -> Ground:
    return Ground(RADIUS, lambda x, y: (np.asarray(x) + lon_0, np.asarray(y)))


def metres(true_lat: float = 0.0) -> Ground:
    """Equirectangular, in metres, true at a latitude."""
    across = RADIUS * math.cos(math.radians(true_lat))
    return Ground(
        RADIUS,
        lambda x, y: (np.degrees(np.asarray(x) / across), np.degrees(np.asarray(y) / RADIUS)),
    )


@given(st.text(max_size=200), st.floats(2.0, 60.0))
def test_lines_are_never_wider_than_asked_and_lose_no_letter(text: str, width: float) -> None:
    lines = wrapped(text, width, 1.0, Letters())
    assert all(Letters().width(line, 1.0) <= width or len(line) == 1 for line in lines)
    joined = "".join("".join(lines).split())
    assert joined == "".join(text.split())


def test_the_first_line_leaves_room_and_words_stay_together() -> None:
    assert wrapped("aaaa bbbb", 5.0, 1.0, Letters(), first=3.0) == ["", "aaaa bbbb"]
    assert wrapped("aaaa 1\u00a0mm\u00a0=", 4.0, 1.0, Letters()) == ["aaaa", "1\u00a0mm\u00a0="]


def test_drawings_are_well_formed_whatever_they_hold() -> None:
    drawing = Drawing(10.0, 10.0, 'A "font" & more')
    drawing.text("<&>\"' \0\x1f ]]> 🙂 \ufffe", 1.0, 1.0, 2.0)
    assert texts(drawing)[-1] == "<&>\"'  ]]> 🙂 "


@given(st.lists(st.tuples(st.floats(0.5, 30.0), st.booleans()), max_size=40), st.floats(31.0, 80.0))
def test_pieces_flow_in_order_within_their_rooms(
    heights: list[tuple[float, bool]], height: float
) -> None:
    pieces = [Piece(each, before=1.0, with_next=joined) for each, joined in heights]
    rooms = (Room(n // 2, n % 2 * 50.0, 5.0, 40.0, height) for n in itertools.count())
    placed, left = flow(pieces, rooms)
    assert not left
    assert [each.piece for each in placed] == pieces
    for each in placed:
        assert each.top >= each.room.top
        assert each.top + each.piece.height <= each.room.top + height + 1e-6
    for one, other in itertools.pairwise(placed):
        assert one.room != other.room or one.top + one.piece.height <= other.top + 1e-9


def test_a_heading_goes_with_what_follows() -> None:
    pieces = [Piece(8.0), Piece(1.0, with_next=True), Piece(5.0)]
    rooms = iter([Room(0, 0.0, 0.0, 10.0, 10.0), Room(0, 20.0, 0.0, 10.0, 10.0)])
    placed, _ = flow(pieces, rooms)
    assert [each.room.left for each in placed] == [0.0, 20.0, 20.0]


def contents(pieces: list[Piece], wide=None):
    return lambda _: Contents(lambda _width: 12.0, lambda _width: 20.0, pieces, wide)


def plan(size_m, scale, pieces=(), options=None, wide=None):
    return plan_sheet(
        size_m,
        scale,
        options or SheetOptions(),
        lambda paper: Look.on(paper, "Sans", Letters()),
        contents(list(pieces), wide),
    )


@given(
    st.floats(10e3, 900e3),
    st.floats(10e3, 900e3),
    st.integers(0, 120),
    st.booleans(),
    st.booleans(),
)
def test_all_is_on_the_page_and_nothing_over_anything(
    width: float, height: float, count: int, fits: bool, with_wide: bool
) -> None:
    def wide(most: float, _squeezed: bool) -> Piece | None:
        return Piece(30.0) if most >= 100.0 else None

    pieces = [Piece(6.0, before=1.0) for _ in range(count)]
    made = plan(
        (width, height), 1e6, pieces, SheetOptions(fits_page=fits), wide if with_wide else None
    )
    look = made.look
    boxes = [
        (0, made.title.left, made.title.top, made.title.width, made.title.height),
        (
            0,
            made.frame.left - look.label_room,
            made.frame.top - look.label_room,
            made.frame.width + 2 * look.label_room,
            made.frame.height + 2 * look.label_room,
        ),
        (0, made.strip.left, made.strip.top, made.strip.width, made.strip.height),
        *((e.room.page, e.room.left, e.top, e.room.width, e.piece.height) for e in made.placed),
    ]
    if made.wide is not None:
        room = made.wide.room
        boxes.append((room.page, room.left, room.top, room.width, room.height))
    for page, left, top, w, h in boxes:
        assert 0 <= page < made.pages
        assert min(left, top) >= 0.0
        assert left + w <= made.page[0] + 1e-6
        assert top + h <= made.page[1] + 1e-6
    for a, b in itertools.combinations(boxes, 2):
        assert not _overlap(a, b)
    assert made.frame.width / 1000.0 * made.scale == pytest.approx(width)
    assert made.frame.height / 1000.0 * made.scale == pytest.approx(height)
    assert len(made.placed) == count


def _overlap(a, b) -> bool:
    if a[0] != b[0]:
        return False
    apart_x = a[1] + a[3] <= b[1] + 1e-6 or b[1] + b[3] <= a[1] + 1e-6
    apart_y = a[2] + a[4] <= b[2] + 1e-6 or b[2] + b[4] <= a[2] + 1e-6
    return not (apart_x or apart_y)


def test_the_smallest_page_is_taken_and_one_of_its_own_beyond_a0() -> None:
    assert plan((100e3, 100e3), 1e6).paper == "A4"
    assert plan((300e3, 300e3), 1e6).paper == "A3" or plan((300e3, 300e3), 1e6).paper == "A2"
    huge = plan((3000e3, 1500e3), 1e6, [Piece(10.0)])
    assert huge.paper == "own"
    assert huge.scale == 1e6


def test_a_page_too_small_is_told_with_the_maps_size() -> None:
    with pytest.raises(PlanetaryError, match="300 × 300 mm"):
        plan((300e3, 300e3), 1e6, options=SheetOptions(page="A4"))


def test_a_scale_that_follows_from_the_page_is_round_and_the_largest() -> None:
    made = plan((300e3, 300e3), 1e6, options=SheetOptions(page="A4", fits_page=True))
    assert made.paper == "A4"
    assert made.scale in (1.5e6, 2e6, 2.5e6)
    with pytest.raises(PlanetaryError):
        plan((300e3, 300e3), made.scale * 0.6, options=SheetOptions(page="A4"))


def test_scale_is_stated_where_a_unit_is_a_metre() -> None:
    place = sheet_scale.true_place(metres(30.0), 0.0, 0.0, RADIUS * math.radians(50.0))
    assert place.lat == pytest.approx(30.0, abs=0.02)
    assert place.units_per_metre == pytest.approx(1.0, abs=1e-3)
    away = sheet_scale.true_place(metres(), 0.0, *(RADIUS * np.radians([40.0, 60.0])))
    assert away.lat == pytest.approx(50.0)
    assert away.units_per_metre == pytest.approx(1.0 / math.cos(math.radians(50.0)), rel=1e-6)
    degrees = sheet_scale.true_place(plate_carree(), 10.0, -5.0, 5.0)
    assert degrees.units_per_metre == pytest.approx(math.degrees(1.0 / RADIUS), rel=1e-5)


def test_bars_are_as_long_as_the_map_makes_them() -> None:
    place = sheet_scale.true_place(metres(), 0.0, 0.0, RADIUS * math.radians(60.0))
    lats = sheet_scale.bar_latitudes(place)
    assert {0.0, 60.0} <= set(lats)
    drawing = Drawing(200.0, 60.0, "Sans")
    sheet_scale.draw_bars(drawing, 0.0, 0.0, 200.0, 1e7, place, look())
    parts = [float(each.get("width")) for each in parsed(drawing).iter(f"{SVG}rect")]
    bars = np.array(parts).reshape(len(lats), 4).sum(axis=1)
    expected = 1.0 / np.cos(np.radians(lats))
    assert bars / bars[-1] == pytest.approx(expected / expected[-1], rel=1e-3)
    longest = next(text for text in texts(drawing) if text.endswith(" km"))
    length = float(longest.split()[0].replace(",", "")) * 1000.0
    assert bars[lats.index(0.0)] == pytest.approx(length / 1e7 * 1000.0, rel=1e-3)


def test_one_bar_where_scale_hardly_varies() -> None:
    place = sheet_scale.true_place(metres(), 0.0, -1e5, 1e5)
    assert len(sheet_scale.bar_latitudes(place)) == 1


@given(st.floats(1.0, 1e9))
def test_round_scales_are_round_and_hardly_larger(scale: float) -> None:
    found = sheet_scale.round_scale(scale)
    assert scale * (1 - 1e-6) <= found <= scale * 1.5
    assert found / 10 ** math.floor(math.log10(found * 1.0000001)) in sheet_scale._ROUND or (
        found == pytest.approx(10 ** round(math.log10(found)))
    )


@given(st.floats(1e-3, 1e9))
def test_bar_lengths_are_one_two_or_five(most: float) -> None:
    found = sheet_scale.bar_length(most)
    assert most / 2.51 <= found <= most * 1.000001


def test_words_of_scale() -> None:
    place = sheet_scale.true_place(metres(30.0), 0.0, 0.0, RADIUS * math.radians(50.0))
    text = sheet_scale.scale_text(1e6, place).replace("\u00a0", " ")
    assert text == "Scale 1:1,000,000 at latitude 30° N (1 mm = 1 km)"
    assert [sheet_scale.latitude_text(each) for each in (0.0, -4.51, 12.0)] == [
        "0°",
        "4.5° S",
        "12° N",
    ]


@pytest.mark.parametrize(
    ("lon_e", "style", "text"),
    [
        (137.0, "east 360", "137°E"),
        (-43.0, "east 360", "317°E"),
        (-43.0, "east 180", "43°W"),
        (137.0, "west 360", "223°W"),
        (0.0, "west 360", "0°"),
        (-180.0, "east 180", "180°"),
        (180.0, "east 360", "180°E"),
        (359.9999999, "east 360", "0°"),
    ],
)
def test_longitudes_are_written_in_the_bodys_convention(lon_e, style, text) -> None:
    assert longitude_text(lon_e, style) == text


@given(
    st.floats(-180.0, 179.0), st.floats(0.05, 360.0), st.floats(-89.0, 80.0), st.floats(0.05, 60.0)
)
def test_graticules_have_a_few_lines_within_their_area(west, width, south, height) -> None:
    area = area_of_box(west, west + width, south, min(89.5, south + height))
    step = graticule_step(area, 300.0, 300.0)
    lines = list(graticule_lines(area, step))
    assert len(lines) <= 60
    for line in lines:
        assert area.south - 1e-4 <= float(line.lat.min())
        assert float(line.lat.max()) <= area.north + 1e-4
        assert area.west_e - 1e-4 <= float(line.lon.min())
        assert float(line.lon.max()) <= area.east_e + 1e-4


def test_labels_stand_where_lines_meet_the_frame() -> None:
    area = area_of_box(10.0, 20.0, -5.2, 5.2)
    drawing = Drawing(110.0, 110.0, "Sans")
    draw_graticule(
        drawing,
        (5.0, 5.0, 100.0, 100.0),
        area,
        lambda lon, lat: ((lon - 10.0) * 10.0, (5.2 - lat) * 100.0 / 10.4),
        "west 360",
        look(),
    )
    found = {
        (each.text, float(each.get("x")))
        for each in parsed(drawing).iter(f"{SVG}text")
        if "rotate" not in (each.get("transform") or "")
    }
    assert ("345°W", 55.0) in found
    assert {"5°N", "0°", "5°S"} <= set(texts(drawing))


def test_polar_maps_have_circles_with_labels_inside() -> None:
    area = area_of_box(-180.0, 180.0, 60.0, 90.0)

    def from_pole(lon, lat):
        away = (90.0 - np.asarray(lat)) * 2.5
        return 50.0 + away * np.sin(np.radians(lon)), 50.0 + away * np.cos(np.radians(lon))

    drawing = Drawing(110.0, 110.0, "Sans")
    draw_graticule(drawing, (5.0, 5.0, 100.0, 100.0), area, from_pole, "east 360", look())
    assert {"0°", "90°E", "180°E", "75°N"} <= set(texts(drawing))


@given(st.floats(-180.0, 180.0), st.floats(-89.0, 89.0))
def test_the_middle_of_the_globe_is_its_centre_and_the_antipode_hidden(lon, lat) -> None:
    x, y = globe_view(np.array([lon, lon + 180.0]), np.array([lat, -lat]), (lon, lat))
    assert (x[0], y[0]) == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.0, abs=1e-9))
    assert np.isnan(x[1])
    above = globe_view(np.array([lon]), np.array([lat + 0.5]), (lon, lat))
    assert above[1][0] < 0.0


def test_descriptions_keep_all_their_words() -> None:
    unit = MapUnit(
        *(1, "Hp", "Hp", "Plains of " + "very " * 30, "Lowlands"),
        description="Smooth. " * 60 + HOSTILE,
        interpretation="Lava",
        type_area="12° N",
    )
    drawing = Drawing(60.0, 3000.0, "Sans")
    top = 0.0
    for piece in description_pieces(grouped([unit]), look()):
        assert piece.draw is not None
        piece.draw(drawing, 0.0, top)
        top += piece.height + piece.before
    words = " ".join(texts(drawing)).split()
    assert words.count("Smooth.") == 60
    assert {"Interpretation:", "Lava", "Type", "12°", "Lowlands", "DROP"} <= set(words)


HOSTILE = "Ω 'quoted' \"twice\"\n🙂 NULL; DROP TABLE x; --"


def test_ten_megabytes_of_description_are_cut_with_a_mark() -> None:
    unit = MapUnit(1, "a", description="word " * 2_000_000)
    pieces = description_pieces(grouped([unit]), look())
    letters = LONGEST_TEXT / look().column * look().size
    assert len(pieces) < 1.2 * letters


def test_units_without_names_or_colours_have_a_row_each() -> None:
    groups = grouped([MapUnit(1, ""), MapUnit(2, "b"), MapUnit(3, "c" * 300)])
    assert len(legend_pieces(groups, look())) == 3


def test_charts_are_within_their_width_or_none() -> None:
    ages = ages_of("MARS")
    units = [MapUnit(n, f"unit {n}", oldest="Hesperian", group=f"group {n % 3}") for n in range(30)]
    chart = correlation_chart([*units, MapUnit(99, "undated")], ages)
    assert chart_piece(chart, 60.0, look()) is None
    for width in (150.0, 400.0):
        piece = chart_piece(chart, width, look()) or squeezed_chart(chart, width, look())
        drawing = Drawing(width, piece.height, "Sans")
        piece.draw(drawing, 0.0, 0.0)
        root = parsed(drawing)
        right = [float(e.get("x")) + float(e.get("width")) for e in root.iter(f"{SVG}rect")]
        foot = [float(e.get("y")) + float(e.get("height")) for e in root.iter(f"{SVG}rect")]
        assert max(right) <= width
        assert max(foot) <= piece.height
        assert any("undated" in text for text in texts(drawing))
