"""Footprints on shapes of plates; truth: CSPICE, on DSKs that the tests write with it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import shapely
import spiceypy
from shape_kit import (
    BODY,
    CAMERA,
    SPACECRAFT,
    instants,
    lumpy,
    plates_of_sphere,
    world,
    write_dsk,
)

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.jobs import job_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.surfaces.dsk import dsk_shape
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import look, views_of

FRAME = "IAU_PHOBOS"
METHOD = "DSK/UNPRIORITIZED"


@pytest.fixture(scope="module")
def plates() -> tuple[np.ndarray, np.ndarray]:
    return plates_of_sphere(30)


@pytest.fixture(scope="module")
def hills(tmp_path_factory, plates) -> Path:
    units, corners = plates
    folder = tmp_path_factory.mktemp("dsk")
    return write_dsk(folder / "hills.bds", units * lumpy(units)[:, None], corners)


@pytest.fixture(scope="module")
def peanut(tmp_path_factory, plates) -> Path:
    """Two lobes that hang over their neck: lines from the centre meet it up to three times."""
    return write_dsk(
        tmp_path_factory.mktemp("dsk") / "peanut.bds", peanut_vertices(*plates), plates[1]
    )


def peanut_vertices(units: np.ndarray, _corners: np.ndarray) -> np.ndarray:
    """A long body whose lobes' inner sides lean over the waist between them."""
    x = units[:, 0]
    width = 3.0 + 6.0 * np.sin(np.pi * np.abs(x)) ** 2
    around = np.hypot(units[:, 1], units[:, 2])
    safe = np.where(around > 0.0, around, 1.0)
    # Outward in x first, then back toward the waist: an overhang.
    along = 11.0 * x - 3.5 * np.sin(2.0 * np.pi * x) * (np.abs(x) < 0.5)
    across = width * around**0.5
    return np.column_stack([along, across * units[:, 1] / safe, across * units[:, 2] / safe])


def rows_of(made, **options):
    answer = compute_footprints(made.observation(**options), instants())
    (chunk,) = list(answer.chunks)
    return chunk, answer


class TestLinesOfSight:
    @pytest.mark.parametrize("abcorr", ["NONE", "LT", "LT+S", "CN+S"])
    @pytest.mark.parametrize("which", ["hills", "peanut"])
    def test_they_meet_the_plates_where_cspice_says(self, which, abcorr, tmp_path, request):
        dsk = request.getfixturevalue(which)
        made = world(
            tmp_path, shape=(dsk,), half_angles_deg=(14.0, 14.0), velocity=(1.5, -2.0, 0.7)
        )
        times = instants(4, 600.0)
        files = expand(made.kernels)
        random = np.random.default_rng(5)
        rays = np.column_stack([random.normal(0.0, 0.12, (60, 2)), np.ones(60)])
        rays /= np.linalg.norm(rays, axis=1)[:, None]
        with furnished(files):
            job = job_of(made.observation(abcorr=abcorr), times, files)
            et = et_from_utc(times.start)
            looks = look(views_of(job.scene, et, Gaps()), rays)
            expected = np.array([[sincpt(ray, epoch, abcorr) for ray in rays] for epoch in et])
        hit = np.isfinite(expected[..., 0])
        assert 20 < hit.sum() < hit.size - 20
        np.testing.assert_array_equal(looks.hit, hit)
        assert np.nanmax(np.linalg.norm(looks.points - expected, axis=-1)) < 5e-4  # half a metre

    def test_angles_are_those_on_the_plate(self, hills, tmp_path):
        made = world(tmp_path, shape=(hills,), half_angles_deg=(2.0, 2.0))
        chunk, _ = rows_of(made)
        files = expand(made.kernels)
        with furnished(files):
            et = et_from_utc(instants().start)[0]
            axis = instrument_of(CAMERA).boresight
            found = sincpt(axis, et, "LT+S")
            _, _, phase, incidence, emission = spiceypy.illumf(
                METHOD, str(BODY), "SUN", et, FRAME, "LT+S", str(SPACECRAFT), found
            )[:5]
        row = chunk.table.iloc[0]
        angles = [row[f"{name}_angle"] for name in ("phase", "incidence", "emission")]
        assert angles == pytest.approx(np.degrees([phase, incidence, emission]), abs=2e-3)

    def test_a_dsk_in_a_frame_of_its_own_is_turned(self, plates, tmp_path):
        """The same shape, given in axes that are turned by 30 degrees about the pole."""
        units, corners = plates
        vertices = units * lumpy(units)[:, None]
        turn = np.radians(30.0)
        matrix = np.array(
            [[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]]
        )
        frame = tmp_path / "turned.tf"
        frame.write_text(TURNED_FRAME)
        plain = write_dsk(tmp_path / "plain.bds", vertices, corners)
        made = world(tmp_path / "a", shape=(plain,), half_angles_deg=(4.0, 4.0))
        with furnished(expand((*made.kernels, frame))):
            turned = write_dsk(
                tmp_path / "turned.bds", vertices @ matrix.T, corners, frame="PHOBOS_TURNED"
            )
        other = world(tmp_path / "b", shape=(frame, turned), half_angles_deg=(4.0, 4.0))
        one, two = rows_of(made)[0], rows_of(other)[0]
        assert two.table["geometry_source"][0] == "SPICE, DSK turned.bds"
        overlap = one.geometry[0].intersection(two.geometry[0]).area
        assert overlap == pytest.approx(one.geometry[0].area, rel=1e-6)
        assert overlap == pytest.approx(two.geometry[0].area, rel=1e-6)


VIEWS = {
    "from above": {"half_angles_deg": (4.0, 4.0)},
    "the whole body": {"half_angles_deg": (20.0, 20.0)},
    "over the limb": {"half_angles_deg": (6.0, 4.0), "look_at": (3.0, 9.0, 3.0)},
    "low and slanting": {
        "half_angles_deg": (20.0, 20.0), "position": (16.0, 0.0, 12.0), "look_at": (3.0, 10.0, 3.0)
    },
    "over the pole": {"half_angles_deg": (8.0, 15.0), "position": (10.0, 3.0, 60.0)},
    "over the antimeridian": {"half_angles_deg": (1.5, 5.0), "position": (-300.0, 30.0, 60.0)},
}  # fmt: skip


class TestFootprints:
    @pytest.mark.parametrize("name", VIEWS)
    def test_what_is_in_view_and_not_hidden_is_inside(self, name, hills, plates, tmp_path):
        """By CSPICE: the field of view holds the point, and no plate stands before it."""
        made = world(tmp_path, shape=(hills,), **VIEWS[name])
        shape = rows_of(made)[0].geometry[0]
        assert shape.is_valid
        units, corners = plates
        points = drawn_on(units * lumpy(units)[:, None], corners, 1200)
        with furnished(expand(made.kernels)):
            seen = np.array([is_seen(point, et_from_utc(instants().start)[0]) for point in points])
        inside = holds(shape, points)
        clear = ~near_the_outline(shape, points, np.radians(0.6))
        agree = (inside == seen)[clear]
        wrong = points[clear][~agree]
        assert seen.sum() > 40
        assert clear.mean() > 0.95
        assert agree.mean() >= 0.99, f"{len(wrong)} of {clear.sum()}: {wrong[:5]}"

    def test_a_fine_ellipsoid_of_plates_has_the_ellipsoids_footprints(self, tmp_path):
        units, corners = plates_of_sphere(120)
        radii = np.array([13.0, 11.4, 9.1])
        dsk = write_dsk(tmp_path / "ellipsoid.bds", units * radii, corners)
        for view in ("from above", "the whole body", "over the limb"):
            made = world(tmp_path, shape=(dsk,), **VIEWS[view])
            plain = rows_of(made, surface="ellipsoid")[0].geometry[0]
            on_plates = rows_of(made, surface="DSK")[0].geometry[0]
            differing = on_sphere(plain.symmetric_difference(on_plates))
            # At the limb a plate of 1.5 degrees shows or does not.
            assert differing < 0.03 * on_sphere(plain), view

    @pytest.mark.parametrize("position", [(60, 20, 10), (5, 60, 5), (-20, 40, 40), (8, 2, 60)])
    def test_a_body_with_overhangs_gives_all_that_is_seen_and_nothing_upside_down(
        self, position, peanut, plates, tmp_path
    ):
        """Where a longitude and latitude name several places, one of them seen is enough."""
        made = world(tmp_path, shape=(peanut,), position=position, half_angles_deg=(20.0, 20.0))
        shape = rows_of(made)[0].geometry[0]
        assert shape.is_valid
        points = drawn_on(peanut_vertices(*plates), plates[1], 400)
        with furnished(expand(made.kernels)):
            et = et_from_utc(instants().start)[0]
            seen = np.array([is_seen(point, et) for point in points])
            # Of each direction from the centre, whether any of the places there is seen.
            out = points / np.linalg.norm(points, axis=1)[:, None]
            any_seen = np.array([any(is_seen(p, et) for p in all_along(u)) for u in out])
        assert 60 < seen.sum() < 340
        inside = holds(shape, points)
        clear = ~near_the_outline(shape, points, np.radians(1.5))
        assert inside[clear & seen].mean() >= 0.99
        assert (inside == any_seen)[clear].mean() >= 0.98

    def test_a_body_out_of_view_is_none(self, hills, tmp_path):
        made = world(tmp_path, shape=(hills,), look_at=(60.0, 60.0, 10.0))
        answer = compute_footprints(made.observation(), instants())
        assert list(answer.chunks) == []
        assert "misses the target" in " ".join(answer.report.sentences())

    def test_a_body_between_the_rays_of_the_outline_is_found(self, hills, tmp_path):
        """Far away, small, and nowhere near the middle of a wide field of view."""
        made = world(
            tmp_path,
            shape=(hills,),
            position=(9000.0, 0.0, 0.0),
            look_at=(0.0, 2500.0, 900.0),
            half_angles_deg=(30.0, 30.0),
        )
        chunk, _ = rows_of(made)
        assert chunk.table["view"][0] == "over the limb"
        assert 0.35 < on_sphere(chunk.geometry[0]) < 0.6


class TestChoice:
    def test_auto_takes_the_dsk_and_says_so(self, hills, tmp_path):
        chunk, answer = rows_of(world(tmp_path, shape=(hills,)))
        assert chunk.table["geometry_source"][0] == "SPICE, DSK hills.bds"
        assert answer.provenance["Surface"] == "DSK hills.bds"
        plain, _ = rows_of(world(tmp_path, shape=(hills,)), surface="ellipsoid")
        assert plain.table["geometry_source"][0] == "SPICE, ellipsoid"

    def test_shapes_of_other_bodies_and_of_other_times_do_not_count(self, plates, tmp_path):
        units, corners = plates
        deimos = write_dsk(
            tmp_path / "deimos.bds", units * 6.0, corners, body=402, frame="IAU_DEIMOS"
        )
        later = write_dsk(tmp_path / "later.bds", units * 11.0, corners, span=(9e8, 1e9))
        made = world(tmp_path, shape=(deimos, later))
        assert rows_of(made)[0].table["geometry_source"][0] == "SPICE, ellipsoid"
        with pytest.raises(CoverageError, match=r"later.bds tells the shape of PHOBOS from 2028"):
            rows_of(made, surface="DSK")
        only_deimos = world(tmp_path, shape=(deimos,))
        with pytest.raises(KernelError, match="no shape \\(DSK\\) of PHOBOS"):
            rows_of(only_deimos, surface="DSK")

    def test_each_time_has_its_own_shape(self, plates, tmp_path):
        """A body that shrinks: two segments, one after the other."""
        units, corners = plates
        middle = 6.3635e8 + 300.0
        early = write_dsk(tmp_path / "early.bds", units * 11.0, corners, span=(6e8, middle))
        late = write_dsk(tmp_path / "late.bds", units * 9.0, corners, span=(middle, 7e8))
        made = world(tmp_path, shape=(early, late), half_angles_deg=(1.0, 1.0))
        start = np.datetime64("2000-01-01T12:00:00", "us") + np.timedelta64(int(6.3635e8), "s")
        times = instants(5, 150.0)
        times = type(times)(times.start - times.start[0] + start, times.stop)
        (chunk,) = list(compute_footprints(made.observation(), times).chunks)
        far = np.linalg.norm([60.0, 20.0, 10.0])
        altitude = np.array(chunk.table["range_km"])
        expected = np.where(et_of(times, made) < middle, far - 11.0, far - 9.0)
        assert altitude == pytest.approx(expected, abs=0.1)

    def test_a_patch_stands_for_the_body_only_where_it_is_asked_for(self, plates, tmp_path):
        units, corners = plates
        vertices = units * 11.0
        with_lon = np.degrees(np.arctan2(units[:, 1], units[:, 0]))
        kept = (np.abs(with_lon[corners - 1]) < 60.0).all(axis=1)
        patch = write_patch(tmp_path / "patch.bds", vertices, corners[kept])
        made = world(tmp_path, shape=(patch,))
        assert rows_of(made)[0].table["geometry_source"][0] == "SPICE, ellipsoid"
        asked = rows_of(made, surface="DSK")[0]
        assert asked.table["geometry_source"][0] == "SPICE, DSK patch.bds"

    def test_an_unknown_surface_is_refused(self, tmp_path):
        with pytest.raises(PlanetaryError, match="“cube” is not a surface"):
            world(tmp_path).observation(surface="cube")

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
    def test_a_damaged_dsk_gets_its_sentence(self, share, hills, tmp_path):
        cut, whole = tmp_path / "cut.bds", hills.read_bytes()
        cut.write_bytes(whole[: int(share * len(whole))])
        made = world(tmp_path, shape=(cut,))
        with pytest.raises(KernelError, match=r"cut\.bds"):
            rows_of(made)
        assert spiceypy.ktotal("ALL") == 0

    def test_shapes_travel_to_other_processes(self, hills, tmp_path):
        made = world(tmp_path, shape=(hills,))
        files = expand(made.kernels)
        with furnished(files):
            shape = dsk_shape(BODY, FRAME, files)
            again = pickle.loads(pickle.dumps(shape))  # noqa: S301
            ray = np.array([[-1.0, 0.05, 0.02]])
            origin = np.array([[50.0, 0.0, 0.0]])
            np.testing.assert_array_equal(
                again.intercept(origin, ray), shape.intercept(origin, ray)
            )


TURNED_FRAME = """KPL/FK
\\begindata
FRAME_PHOBOS_TURNED = 1402001
FRAME_1402001_NAME = 'PHOBOS_TURNED'
FRAME_1402001_CLASS = 4
FRAME_1402001_CLASS_ID = 1402001
FRAME_1402001_CENTER = 401
TKFRAME_1402001_RELATIVE = 'IAU_PHOBOS'
TKFRAME_1402001_SPEC = 'ANGLES'
TKFRAME_1402001_UNITS = 'DEGREES'
TKFRAME_1402001_AXES = ( 3, 2, 3 )
TKFRAME_1402001_ANGLES = ( -30, 0, 0 )
\\begintext
"""


def sincpt(ray, et: float, abcorr: str) -> np.ndarray:
    try:
        return spiceypy.sincpt(
            METHOD, str(BODY), et, FRAME, abcorr, str(SPACECRAFT), "TESTCAM", ray
        )[0]
    except spiceypy.utils.exceptions.NotFoundError:
        return np.full(3, np.nan)


def et_of(times, made) -> np.ndarray:
    with furnished(expand(made.kernels)):
        return et_from_utc(times.start)


def drawn_on(vertices: np.ndarray, corners: np.ndarray, count: int) -> np.ndarray:
    """Points spread evenly over the plates."""
    random = np.random.default_rng(11)
    a, b, c = (vertices[corners[:, side] - 1] for side in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    plate = random.choice(len(corners), count, p=areas / areas.sum())
    shares = random.dirichlet([1.0, 1.0, 1.0], count)
    return shares[:, :1] * a[plate] + shares[:, 1:2] * b[plate] + shares[:, 2:] * c[plate]


def is_seen(point: np.ndarray, et: float) -> bool:
    """By FOVRAY and DSKXV."""
    asked = (point, str(BODY), FRAME, et, "J2000", "TARGET")
    apparent, light_time = spiceypy.spkcpt(*asked, "LT+S", str(SPACECRAFT))
    if not spiceypy.fovray("TESTCAM", apparent[:3], "J2000", "NONE", str(SPACECRAFT), et):
        return False
    geometric, _ = spiceypy.spkcpt(*asked, "LT", str(SPACECRAFT))
    to_fixed = spiceypy.pxform("J2000", FRAME, et - light_time)
    eye = point - to_fixed @ geometric[:3]
    met, _ = spiceypy.dskxv(False, str(BODY), [], et, FRAME, [eye], [point - eye])
    return bool(np.linalg.norm(met[0] - point) < 2e-3)


def all_along(unit: np.ndarray) -> list[np.ndarray]:
    """Every point of the plates in a direction from the centre, from the outside inward."""
    found, start = [], 40.0 * unit
    while True:
        met, hit = spiceypy.dskxv(False, str(BODY), [], 0.0, FRAME, [start], [-unit])
        if not hit[0] or met[0] @ unit <= 0.0:
            return found
        found.append(met[0])
        start = met[0] - 1e-6 * unit


def lon_lat(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, z = points.T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def holds(shape, points: np.ndarray) -> np.ndarray:
    return shapely.contains_xy(shape, *lon_lat(points))


def near_the_outline(shape, points: np.ndarray, angle: float) -> np.ndarray:
    """Where going so far in some direction changes whether a point is inside."""
    random = np.random.default_rng(2)
    units = points / np.linalg.norm(points, axis=1)[:, None]
    inside, near = holds(shape, points), np.zeros(len(points), dtype=bool)
    for _ in range(16):
        aside = np.cross(units, random.normal(size=units.shape))
        aside /= np.linalg.norm(aside, axis=1)[:, None]
        near |= holds(shape, units + angle * aside) != inside
    return near


def on_sphere(shape) -> float:
    """The share of a sphere that a lon/lat shape covers."""
    lon, z = np.meshgrid(np.linspace(-179.75, 179.75, 720), np.linspace(-0.998, 0.998, 500))
    return float(shapely.contains_xy(shape, lon, np.degrees(np.arcsin(z))).mean())


def write_patch(path: Path, vertices: np.ndarray, corners: np.ndarray) -> Path:
    """A DSK that says something of 120 degrees of longitude only."""
    path.unlink(missing_ok=True)
    doubles, integers = spiceypy.dskmi2(
        vertices, corners, 3.0, 4, 400_000, 200_000, 1_000_000, True, 4_000_000
    )
    handle = spiceypy.dskopn(str(path), "test", 0)
    third = np.pi / 3.0
    spiceypy.dskw02(
        handle, BODY, 1, 1, FRAME, 1, np.zeros(10), -third, third, -np.pi / 2, np.pi / 2,
        10.0, 12.0, -1e10, 1e10, vertices, corners, doubles, integers,
    )  # fmt: skip
    spiceypy.dskcls(handle, True)
    return path
