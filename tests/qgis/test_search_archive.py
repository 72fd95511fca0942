"""One search over an imported index and services that a loopback server plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_server import ArchiveServer, answer, archive_server
from played_ode import OWN_CATALOG, SERVICE_PATH, own_product, play_ode, sample_products
from qgis.core import (
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProject,
    QgsVectorLayer,
)

import planetary_qgis
from planetary_qgis.core.archive_search import ArchiveSearch
from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.products import SHARED_COLUMNS
from planetary_qgis.core.query import Query, Range
from planetary_qgis.qgis_bridge import settings, store
from planetary_qgis.qgis_bridge.archives import answer_of_all
from planetary_qgis.qgis_bridge.layers import facts_of, recorded_search
from planetary_qgis.qgis_bridge.places import known_sources, places_in_use, use_own_catalog
from planetary_qgis.qgis_bridge.tasks import WorkFeedback

SAMPLE = Path(planetary_qgis.__file__).parent / "resources" / "sample"
INDEX, SERVICE = "synthetic.orbiter", "ode.mars.mro.ctx.edr"
ROWS = 237
NEW = {
    "ONLY_ODE_1": "10 10, 14 10, 14 14, 10 14, 10 10",
    "ONLY_ODE_2": "178 0, 180 0, 180 4, 178 4, 178 0",
}


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as server:
        yield server


@pytest.fixture
def played(
    archive: ArchiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qgis_app: object
) -> Iterator[ArchiveServer]:
    """A store with the sample's index, and ODE played by a server with five of its products."""
    products = sample_products(SAMPLE, archive, 5)
    products += [own_product(name, ring, archive) for name, ring in NEW.items()]
    own = tmp_path / "catalog.toml"
    own.write_text(OWN_CATALOG.format(url=play_ode(archive, products)), encoding="utf-8")
    before = settings.load()
    settings.save(settings.Settings(store_path=tmp_path / "store" / "indexes.gpkg"))
    monkeypatch.setattr(settings, "own_catalog_path", lambda: own)
    use_own_catalog()
    path = places_in_use().store
    path.parent.mkdir()
    store.write_table(path, "sample", open_index(SAMPLE / "index.lbl"))
    yield archive
    catalog.use_own(None)
    settings.save(before)


def found(query: Query, *keys: str) -> list[str]:
    places = places_in_use()
    sources = known_sources(keys, places)
    answer = answer_of_all(ArchiveSearch(query, keys), sources, places, WorkFeedback())
    return [name for chunk in answer.chunks for name in chunk.table["product_id"]]


def test_index_and_service_give_each_product_once(played) -> None:
    names = found(Query(body="MARS"), INDEX, SERVICE)
    assert len(names) == len(set(names)) == ROWS + len(NEW)
    assert names[ROWS:] == list(NEW)
    # Whoever is asked first, the products are the same.
    assert set(found(Query(body="MARS"), SERVICE, INDEX)) == set(names)


@pytest.mark.parametrize(
    ("query", "new"),
    [
        (Query(area="POLYGON((170 -1, 180 -1, 180 5, 170 5, 170 -1))"), ["ONLY_ODE_2"]),
        (Query(product_id="only*"), list(NEW)),
        (Query(product_id="only*", limit=1), ["ONLY_ODE_1"]),
        (Query(ranges={"resolution": Range(6.0, 6.2)}), list(NEW)),
        (Query(expression="\"product_id\" LIKE '%ODE_2'"), ["ONLY_ODE_2"]),
        (Query(start="2019-09-01T11:59:59", stop="2019-09-01T12:00:01"), list(NEW)),
        (Query(product_id="'; DROP TABLE sample; --"), []),
    ],
)
def test_what_the_service_ignores_is_filtered_here(query: Query, new: list[str], played) -> None:
    names = found(query, INDEX, SERVICE)
    assert [name for name in names if name.startswith("ONLY")] == new


def test_a_service_that_fails_does_not_silence_the_others(played) -> None:
    played.behave(SERVICE_PATH, answer(500, b"oops"))
    places = places_in_use()
    sources = known_sources((SERVICE, INDEX), places)
    asked = ArchiveSearch(Query(body="MARS"), (SERVICE, INDEX))
    joined = answer_of_all(asked, sources, places, WorkFeedback())
    assert sum(len(chunk) for chunk in joined.chunks) == ROWS
    (sentence,) = joined.report.sentences()
    assert sentence.startswith("Played Context Camera, EDR did not answer to the end.")
    assert "an error of its own" in sentence


def test_an_index_that_is_not_imported_is_read_from_where_it_is_published(
    played, archive: ArchiveServer, tmp_path: Path
) -> None:
    label = archive.put("/index/index.lbl", (SAMPLE / "index.lbl").read_bytes())
    archive.put("/index/index.tab", (SAMPLE / "index.tab").read_bytes())
    own = tmp_path / "more.toml"
    own.write_text(f'[datasets."{INDEX}"]\nlabel_url = "{label}"\n', encoding="utf-8")
    catalog.use_own(own)
    store.remove_table(places_in_use().store, "sample")
    assert len(found(Query(body="MARS"), INDEX)) == ROWS
    asked = len(archive.asked)
    # Once more: the server says that nothing has changed, and nothing is sent.
    assert len(found(Query(body="MARS"), INDEX)) == ROWS
    assert all("if-none-match" in each.headers for each in archive.asked[asked:])


def test_the_algorithm_writes_one_layer_that_says_where_it_came_from(
    played, processing, tmp_path: Path
) -> None:
    output = tmp_path / "found.gpkg"
    parameters = {
        "ARCHIVE": [INDEX, SERVICE],
        "EXTENT": "-180,180,-60,60 [IAU_2015:49900]",
        "FILTER": '"incidence_angle" < 60',
        "LIMIT": 0,
        "OUTPUT": str(output),
    }
    layer = QgsVectorLayer(processing.run("planetary:searcharchive", parameters)["OUTPUT"])
    names = [feature["product_id"] for feature in layer.getFeatures()]
    assert set(NEW) < set(names)
    assert len(names) == len(set(names)) < ROWS
    assert [field.name() for field in layer.fields()][1 : 1 + len(SHARED_COLUMNS)] == list(
        SHARED_COLUMNS
    )
    assert layer.crs().authid() == "IAU_2015:49900"
    kept = recorded_search(layer)
    assert kept is not None
    assert kept.sources == (INDEX, SERVICE)
    assert kept.query.expression == '"incidence_angle" < 60'
    facts = facts_of(layer)
    assert facts["Made by"].startswith("Planetary QGIS ")
    assert any(name.endswith("Table SHA-256") for name in facts)
    assert any(value.startswith("http://127.0.0.1") for value in facts.values())


def test_the_algorithm_runs_in_a_model(played, processing, tmp_path: Path) -> None:
    child = QgsProcessingModelChildAlgorithm("planetary:searcharchive")
    child.setChildId("search")
    static = QgsProcessingModelChildParameterSource.fromStaticValue
    child.addParameterSources("ARCHIVE", [static([SERVICE])])
    child.addParameterSources("LIMIT", [static(4)])
    found = QgsProcessingModelOutput("found", "found")
    found.setChildOutputName("OUTPUT")
    found.setChildId("search")
    child.setModelOutputs({"found": found})
    model = QgsProcessingModelAlgorithm()
    model.addChildAlgorithm(child)
    (output,) = model.destinationParameterDefinitions()
    results = processing.run(model, {output.name(): str(tmp_path / "model.gpkg")})
    assert QgsVectorLayer(results[output.name()]).featureCount() == 4


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ARCHIVE": []}, "ARCHIVE"),
        ({"ARCHIVE": ["ode.nibiru"]}, "ARCHIVE"),
        ({"ARCHIVE": [SERVICE], "BODY": "MOON"}, "different bodies: Moon, Mars"),
        ({"ARCHIVE": [SERVICE], "BODY": "NIBIRU"}, "NIBIRU"),
        ({"ARCHIVE": [SERVICE], "START": "yesterday"}, "not a UTC time"),
        ({"ARCHIVE": [SERVICE], "FILTER": '"no_such" = 1'}, "no_such"),
    ],
)
def test_bad_questions_are_answered_in_a_sentence(
    parameters, message, played, processing, qgis_new_project
) -> None:
    with pytest.raises(QgsProcessingException, match=message):
        processing.run("planetary:searcharchive", {**parameters, "OUTPUT": "memory:"})
    assert not QgsProject.instance().mapLayers()


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (answer(500, b"oops"), "an error of its own"),
        (answer(404), "does not exist"),
        (answer(403), "refuses to answer"),
        (answer(200, b"<html>cookies</html>", content_type="text/html"), "a web page where JSON"),
        (answer(200, b"x" * 10_000, content_length=10**10), "more than the"),
        (answer(200, b'{"ODEResults": {"Status": "ERROR", "Error": "No."}}'), "No"),
    ],
)
def test_a_service_that_fails_leaves_nothing_behind(
    behaviour, message, played, processing, tmp_path: Path
) -> None:
    played.behave(SERVICE_PATH, behaviour)
    output = tmp_path / "found.gpkg"
    told = QgsProcessingFeedback(False)
    with pytest.raises(QgsProcessingException, match=message):
        processing.run(
            "planetary:searcharchive",
            {"ARCHIVE": [SERVICE], "OUTPUT": str(output)},
            feedback=told,
        )
    assert list(tmp_path.glob("found*")) == []
