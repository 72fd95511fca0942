"""The catalogue of basemaps."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.basemaps import basemap, basemaps


def test_every_basemap_has_an_id_and_a_name_of_its_own():
    assert len({each.id for each in basemaps()}) == len(basemaps())
    assert len({each.name for each in basemaps()}) == len(basemaps())


@pytest.mark.parametrize("each", basemaps(), ids=lambda each: each.id)
def test_an_entry_says_all_that_its_kind_needs(each):
    assert find_body(each.body)
    assert each.credit
    assert urlsplit(each.page).scheme == "https"
    assert urlsplit(each.url).scheme in ("http", "https")
    holes = {hole for hole in ("{z}", "{x}", "{y}") if hole in each.url}
    if each.kind == "tiles":
        assert holes == {"{z}", "{x}", "{y}"}
        assert each.grid in ("geographic", "web mercator")
        assert each.origin in ("top", "bottom")
        assert each.levels >= 1
    else:
        assert not holes
    assert bool(each.layer and each.resolution) == (each.kind == "wms")


def test_the_bodies_that_mappers_ask_for_have_basemaps():
    mapped = {each.body for each in basemaps()}
    assert {"MOON", "MARS", "MERCURY", "VENUS", "IO", "EUROPA", "GANYMEDE", "TITAN"} <= mapped


def test_an_unknown_basemap_is_named():
    with pytest.raises(PlanetaryError, match="There is no basemap “atlantis”"):
        basemap("atlantis")
