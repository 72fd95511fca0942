"""Where PDS4 labels say that their products lie."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pds4_kit import bounds, product, read, told, vertices, write
from shapely import Point

from planetary_qgis.core.archives.pds4.places import place_of, shapes_of
from planetary_qgis.core.archives.pds4.xml import read_label
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body

MARS = body("MARS")
LONGITUDES = st.floats(-180, 360, allow_nan=False).map(lambda lon: round(lon, 6))
OCENTRIC_45 = math.degrees(math.atan((3376.2 / 3396.19) ** 2))


def located(folder, discipline="", *, mission="", about=MARS):
    path = write(folder, "label.xml", product(discipline=discipline, mission=mission))
    place = place_of(read_label(path), about)
    (shape,), (source,) = shapes_of([place], Tally())
    return place, shape, source


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("labels")


@given(west=LONGITUDES, width=st.floats(0.01, 359), south=st.floats(-90, 80), up=st.floats(0.1, 10))
def test_bounds_hold_their_own_middle_and_their_area(folder, west, width, south, up):
    """On a cylindrical map a box has the area width × height wherever the antimeridian is."""
    discipline = bounds(west, (west + width) % 360, south, south + up)
    _, shape, source = located(folder, discipline)
    middle = (west + width / 2 + 180) % 360 - 180
    assert shape.intersects(Point(middle, south + up / 2))
    assert shape.area == pytest.approx(width * up, rel=1e-6, abs=1e-6)
    assert shape.is_valid
    assert source == "label bounds"


@given(west=LONGITUDES, width=st.floats(0.01, 179))
def test_west_positive_bounds_mirror_east_positive_ones(folder, west, width):
    east_positive = located(folder, bounds(west, west + width, -10, 10))[1]
    mirrored = bounds(-west, -west - width, -10, 10, direction="Positive West")
    west_positive = located(folder, mirrored)[1]
    assert west_positive.symmetric_difference(east_positive).area < 1e-6


@pytest.mark.parametrize(
    ("edges", "area"),
    [((-180, 180, 60, 90), 360 * 30), ((0, 360, -90, 90), 360 * 180), ((-2, 358, 80, 90), 3600)],
)
def test_bounds_all_around_reach_the_poles(tmp_path, edges, area):
    for direction in ("Positive East", "Positive West"):
        shape = located(tmp_path, bounds(*edges, direction=direction))[1]
        assert shape.area == pytest.approx(area)
        assert shape.bounds[3] == 90


def test_bounds_over_the_antimeridian(tmp_path):
    shape = located(tmp_path, bounds(170, -170, -5, 5))[1]
    assert sorted(part.bounds for part in shape.geoms) == [
        (-180, -5, -170, 5), (170, -5, 180, 5),
    ]  # fmt: skip


def test_planetographic_latitudes(tmp_path):
    discipline = bounds(10, 20, 0, 45, kind="Planetographic")
    assert located(tmp_path, discipline)[1].bounds == pytest.approx((10, 0, 20, OCENTRIC_45))


def test_the_labels_own_spheroid(tmp_path):
    """On a sphere planetographic latitudes are planetocentric ones."""
    sphere = "".join(
        f'<cart:{axis}_axis_radius unit="km">3396.19</cart:{axis}_axis_radius>' for axis in "abc"
    )
    discipline = bounds(10, 20, 0, 45, kind="Planetographic", model=sphere)
    assert located(tmp_path, discipline)[1].bounds == pytest.approx((10, 0, 20, 45))


@pytest.mark.parametrize(("name", "west"), [("MARS", True), ("MOON", False), ("VENUS", False)])
def test_planetographic_longitudes_without_direction(tmp_path, name, west):
    discipline = bounds(20, 10, 0, 1, direction=None, kind="Planetographic")
    if not west:
        discipline = bounds(10, 20, 0, 1, direction=None, kind="Planetographic")
    shape = located(tmp_path, discipline, about=body(name))[1]
    assert shape.bounds[:3:2] == pytest.approx((-20, -10) if west else (10, 20))


def test_nothing_said_is_an_assumption(tmp_path):
    label = write(
        tmp_path, "a.xml", product(discipline=bounds(1, 2, 3, 4, direction=None, kind=None))
    )
    answer, _, (shape,) = read(label)
    assert shape.bounds == (1, 3, 2, 4)
    assert "east and planetocentric were assumed, for example a.xml" in told(answer)
    stated = write(tmp_path, "b.xml", product(discipline=bounds(1, 2, 3, 4)))
    assert "assumed" not in told(read(stated)[0])


@given(lon=LONGITUDES, lat=st.floats(-85, 85), radius=st.floats(0.1, 4), count=st.integers(3, 30))
def test_vertices_hold_their_own_middle(folder, lon, lat, radius, count):
    ring = [
        (
            lon + radius * math.sin(2 * math.pi * k / count) / math.cos(math.radians(lat)),
            lat + radius * math.cos(2 * math.pi * k / count),
        )
        for k in range(count)
    ]
    _, shape, source = located(folder, vertices(ring))
    assert shape.is_valid
    assert shape.intersects(Point((lon + 180) % 360 - 180, lat))
    assert source == "label vertices"


def test_vertices_around_a_pole_hold_it(tmp_path):
    ring = [(lon, 80.0) for lon in range(0, 360, 30)]
    shape = located(tmp_path, vertices(ring))[1]
    assert shape.bounds[:3:2] == (-180, 180)
    assert shape.bounds[3] == 90
    assert shape.contains(Point(15, 89.9))


def test_four_vertices_that_are_listed_crosswise_enclose_their_square(tmp_path):
    shape = located(tmp_path, vertices([(0, 0), (4, 4), (4, 0), (0, 4)]))[1]
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(16.0, rel=1e-3)


def test_vertices_come_before_bounds(tmp_path):
    both = bounds(0, 10, 0, 10) + vertices([(1, 1), (2, 1), (2, 2)])
    _, shape, source = located(tmp_path, both)
    assert source == "label vertices"
    assert shape.bounds == pytest.approx((1, 1, 2, 2))


@pytest.mark.parametrize("ring", [[(1, 1), (1, 1), (1, 1)], [(1, 1), (2, 99), (3, 1)]])
def test_bounds_where_vertices_are_none(tmp_path, ring):
    label = write(tmp_path, "a.xml", product(discipline=bounds(0, 10, 0, 10) + vertices(ring)))
    answer, table, (shape,) = read(label)
    assert shape.bounds == (0, 0, 10, 10)
    assert table.loc[0, "geometry_source"] == "label bounds"
    assert "vertices that" in told(answer)


def test_planetographic_vertices_run_west_on_mars(tmp_path):
    ring = [(10, 0), (20, 0), (20, 45), (10, 45)]
    shape = located(tmp_path, vertices(ring, system="Planetographic"))[1]
    assert shape.bounds[:3:2] == pytest.approx((-20, -10))
    assert Point(-10, OCENTRIC_45).distance(shape) < 1e-9


def test_units(tmp_path):
    ring = [(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)]
    discipline = vertices(ring).replace('unit="deg"', 'unit="rad"')
    shape = located(tmp_path, discipline)[1]
    assert shape.bounds[0] == pytest.approx(math.degrees(0.1))


def test_bounds_that_are_no_positions(tmp_path):
    answer, table, (shape,) = read(
        write(tmp_path, "a.xml", product(discipline=bounds(-9999.0, -9999.0, -9999.0, -9999.0)))
    )
    assert shape is None
    assert table.loc[0, "geometry_source"] is None
    assert "1 labels have bounds that are no positions" in told(answer)


def corners(prefix: str, shift: float) -> str:
    """As Chandrayaan-2's labels list them: the lower left before the lower right."""
    square = {
        "upper_left": (32.0, -69.0), "upper_right": (33.0, -69.0),
        "lower_left": (32.0, -70.0), "lower_right": (33.0, -70.0),
    }  # fmt: skip
    said = "".join(
        f'<isda:{name}_latitude unit="deg">{lat + shift}</isda:{name}_latitude>'
        f'<isda:{name}_longitude unit="deg">{lon + shift}</isda:{name}_longitude>'
        for name, (lon, lat) in square.items()
    )
    return f"<isda:{prefix}>{said}</isda:{prefix}>"


def test_corners_of_a_mission_dictionary(tmp_path):
    mission = corners("System_Level_Coordinates", 0.5) + corners("Refined_Corner_Coordinates", 0.0)
    _, shape, source = located(tmp_path, mission=mission)
    assert source == "label vertices"
    assert shape.bounds == pytest.approx((32, -70, 33, -69), abs=1e-2)
    assert shape.area > 0.99, "the corners were joined crosswise"


def test_numbered_corners(tmp_path):
    ring = [(1, 1), (2, 1), (2, 2), (1, 2)]
    mission = "".join(
        f"<corner{k}_latitude>{lat}</corner{k}_latitude><corner{k}_longitude>{lon}</corner{k}_longitude>"
        for k, (lon, lat) in enumerate(ring, start=1)
    )
    assert located(tmp_path, mission=f"<Corners>{mission}</Corners>")[1].area == pytest.approx(
        1.0, abs=1e-3
    )


def intercept(place: str, lon: float, lat: float) -> str:
    return (
        f"<geom:Pixel_Intercept><geom:reference_pixel_location>{place}"
        "</geom:reference_pixel_location>"
        f'<geom:pixel_latitude unit="deg">{lat}</geom:pixel_latitude>'
        f'<geom:pixel_longitude unit="deg">{lon}</geom:pixel_longitude></geom:Pixel_Intercept>'
    )


def test_intercepts_that_say_which_pixel_they_are(tmp_path):
    listed = [
        ("Center", 5.5, 0.5), ("Upper Left Corner", 5, 1), ("Upper Right Corner", 6, 1),
        ("Lower Left Corner", 5, 0), ("Lower Right Corner", 6, 0),
    ]  # fmt: skip
    said = "".join(intercept(*one) for one in listed)
    subsolar = "<geom:subsolar_latitude>70</geom:subsolar_latitude>"
    subsolar += "<geom:subsolar_longitude>70</geom:subsolar_longitude>"
    inside = f"<geom:Surface_Geometry_Specific>{subsolar}{said}</geom:Surface_Geometry_Specific>"
    place, shape, source = located(tmp_path, inside)
    assert source == "label vertices"
    assert shape.area == pytest.approx(1.0, abs=1e-3)
    assert place.centre == (5.5, 0.5)
    named = "".join(intercept(*one) for one in listed[1:])
    framed = f"<geom:Footprint_Vertices>{named}</geom:Footprint_Vertices>"
    assert located(tmp_path, framed)[1].area == pytest.approx(1.0, abs=1e-3)


def test_positions_that_are_not_the_images_own(tmp_path):
    said = "".join(
        f"<geom:{point}_{axis}>1</geom:{point}_{axis}>"
        for point in ("subsolar", "subspacecraft")
        for axis in ("latitude", "longitude")
    )
    said += "<geom:reference_location>Target Center</geom:reference_location>"
    place, shape, _ = located(tmp_path, f"<geom:Surface_Geometry>{said}</geom:Surface_Geometry>")
    assert shape is None
    assert math.isnan(place.centre[0])


def test_least_and_greatest(tmp_path):
    said = {"minimum_latitude": -5, "maximum_latitude": 5}
    said |= {"minimum_longitude": 10, "maximum_longitude": 20}
    inside = "".join(f"<geom:{name}>{value}</geom:{name}>" for name, value in said.items())
    block = f"<geom:Surface_Geometry_Min_Max>{inside}</geom:Surface_Geometry_Min_Max>"
    assert located(tmp_path, block)[1].bounds == (10, -5, 20, 5)
    graphic = "<geom:coordinate_system_type>Planetographic</geom:coordinate_system_type>"
    assert located(tmp_path, block + graphic)[1].bounds[:3:2] == (-20, -10)


def test_geometry_of_another_target_is_left_alone(tmp_path):
    def about(name, ring):
        target = "<geom:Geometry_Target_Identification>"
        target += f"<geom:body_spice_name>{name}</geom:body_spice_name>"
        target += "</geom:Geometry_Target_Identification>"
        return vertices(ring).replace("<geom:Orbiter_Id", f"{target}<geom:Orbiter_Id", 1)

    both = about("PHOBOS", [(1, 1), (2, 1), (2, 2)]) + about("MARS", [(5, 1), (6, 1), (6, 2)])
    assert located(tmp_path, both)[1].bounds[0] == pytest.approx(5)
    assert located(tmp_path, both, about=body("PHOBOS"))[1].bounds[0] == pytest.approx(1)
