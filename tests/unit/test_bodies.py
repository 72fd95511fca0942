"""The known bodies; PROJ's database is the truth for codes and sphere radii."""

from __future__ import annotations

import pytest
from pyproj import CRS
from pyproj.exceptions import CRSError

from planetary_qgis.core.bodies import body, find_body, known_bodies
from planetary_qgis.core.errors import PlanetaryError


def sphere_in_proj(naif_id: int) -> CRS | None:
    try:
        return CRS.from_authority("IAU_2015", naif_id * 100)
    except CRSError:
        return None


@pytest.mark.parametrize("known", known_bodies(), ids=lambda known: known.name)
def test_radii_agree_with_projs_sphere(known):
    crs = sphere_in_proj(known.naif_id)
    if crs is None:
        pytest.skip(f"PROJ has no sphere of {known.name}")
    a, b, _ = known.radii_km
    # The report's own mean radii of lumpy bodies are not those of their best ellipsoids.
    tolerance = 1e-4 if a == b else 0.05
    assert crs.ellipsoid.semi_major_metre == pytest.approx(known.sphere_radius_m, rel=tolerance)


def test_mars_and_moon_have_their_codes():
    assert body("mars").sphere_code == "IAU_2015:49900"
    assert body(301).sphere_code == "IAU_2015:30100"
    assert sphere_in_proj(499).ellipsoid.semi_major_metre == body("MARS").sphere_radius_m


@pytest.mark.parametrize("spelling", ["MARS", " mars ", "499", 499])
def test_names_and_ids_in_any_spelling(spelling):
    assert body(spelling).naif_id == 499


def test_an_unknown_body_is_a_sentence():
    assert find_body("Vulcan") is None
    with pytest.raises(PlanetaryError, match=r"“Vulcan” is not known\. Give a NAIF name"):
        body("Vulcan")
