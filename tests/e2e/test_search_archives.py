"""Archives asked in the real QGIS: an imported index and a service that a loopback server plays."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_server import archive_server
from played_ode import OWN_CATALOG, own_product, play_ode, sample_products

import planetary_qgis

pytestmark = pytest.mark.e2e

SAMPLE = Path(planetary_qgis.__file__).parent / "resources" / "sample"
SAMPLE_TITLE = "Synthetic sample: images of an orbiter at Mars"
ROWS = 237
NEW = {
    "ONLY_ODE_1": "10 10, 14 10, 14 14, 10 14, 10 10",
    "ONLY_ODE_2": "178 0, 180 0, 180 4, 178 4, 178 0",
}


@pytest.fixture(scope="module")
def job(run_in_qgis, tmp_path_factory):
    folder = tmp_path_factory.mktemp("products")
    with archive_server() as archive:
        products = sample_products(SAMPLE, archive, 5)
        products += [own_product(name, ring, archive) for name, ring in NEW.items()]
        url = play_ode(archive, products)
        outcome = run_in_qgis(
            "search_archives.py",
            seconds=240,
            PLAYED_CATALOG=OWN_CATALOG.format(url=url),
            PLAYED_PRODUCT="ONLY_ODE_1",
            PLAYED_PRODUCT_URL=archive.url("/products/ONLY_ODE_1.IMG"),
            PLAYED_FOLDER=str(folder),
        )
        asked = archive.paths()
    outcome.expect_success()
    return {**outcome.results, "asked": asked}


@pytest.fixture(scope="module")
def joined(job):
    ending = f"Played Context Camera, EDR: {ROWS + len(NEW)} found"
    (layer,) = [each for each in job["layers"] if each["name"] == f"{SAMPLE_TITLE} + {ending}"]
    return layer


def test_one_search_yields_one_layer_with_each_product_once(job, joined):
    assert job["joined"].startswith(f"{ROWS + len(NEW)} products found")
    assert len(joined["ids"]) == len(set(joined["ids"])) == ROWS + len(NEW)
    assert set(NEW) <= set(joined["ids"])
    assert joined["crs"] == "IAU_2015:49900"
    assert joined["temporal"]
    # The shared columns come first, then those of both sources.
    assert joined["fields"][:3] == ["fid", "product_id", "target"]
    assert {"RATIONALE_DESC", "ode_id"} <= set(joined["fields"])


def test_the_service_was_asked_page_by_page(job):
    asked = [path for path in job["asked"] if path.startswith("/live2?")]
    # Seven products, three a page; the second search asks anew.
    assert len(asked) >= 3
    assert any("offset=3" in path for path in asked)


def test_browse_image_and_facts_of_a_product_are_shown(job):
    assert "40.5" in job["thumbnail"]
    assert any(path.startswith("/browse/ONLY_ODE_1") for path in job["asked"])


def test_table_and_map_select_in_step(job):
    assert job["selected on the map"] == 3
    assert job["selected in the table"] == 7
    assert job["added"] == 7


def test_a_layer_brings_its_search_back(job, joined):
    keys, product_id = job["asked again"]
    assert sorted(keys) == ["ode.mars.mro.ctx.edr", "synthetic.orbiter"]
    assert product_id == ""
    history = "\n".join(joined["history"])
    for fact in ("Search: {", "Searched: ", "Request 1: http", "Table SHA-256", "Planetary QGIS"):
        assert fact in history


def test_products_come_onto_the_disk(job):
    assert "ONLY_ODE_1.IMG" in job["downloaded"]
    assert not [name for name in job["downloaded"] if name.endswith(".part")]


def test_ranges_and_names_hold_for_whoever_answers(job):
    assert job["narrowed"].startswith("2 products found")
