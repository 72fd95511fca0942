"""The catalogue: every entry well-formed, and labels recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.catalog_rules import FURTHER_PARAMETERS, PARAMETERS
from planetary_qgis.core.archives.services import asking as services
from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import RANGED_COLUMNS

ROLES = {
    "product_id", "volume_id", "file", "folder", "file_name", "target", "instrument_host",
    "instrument_id", "start_time", "stop_time", "incidence_angle", "emission_angle", "phase_angle",
    "resolution", "solar_longitude", "local_time", "image_north_azimuth", "image_subsolar_azimuth",
    "image_subspacecraft_azimuth",
}  # fmt: skip
ASKED_FOR = {
    "synthetic.orbiter", "mro.ctx.edr", "mro.hirise.edr", "mro.hirise.rdr", "mro.hirise.dtm",
    "mro.crism.mtrdr", "mgs.moc.edr", "mgs.moc.rdr", "odyssey.themis.ir", "odyssey.themis.vis",
    "lro.lroc.edr", "messenger.mdis.edr", "messenger.mdis.cdr", "viking.vis.edr", "cassini.iss",
    "cassini.iss.index", "cassini.iss.moon_summary", "cassini.iss.saturn_summary",
    "cassini.iss.ring_summary", "cassini.iss.cruise_index", "go.ssi", "go.ssi.index",
    "go.ssi.body_summary", "go.ssi.moon_summary", "voyager1.iss", "voyager1.iss.index",
    "voyager2.iss", "voyager2.iss.index", "dawn.fc", "juno.junocam", "new_horizons.lorri",
    "new_horizons.lorri.edr", "new_horizons.lorri.rdr",
}  # fmt: skip


@dataclass
class Keywords:
    data_set_id: str = ""
    volume_id: str = ""
    called: list[str] = field(default_factory=list)

    def texts(self, keyword):
        value = getattr(self, keyword.lower())
        return [value] if value else []

    def names(self):
        return self.called


def by_key(entry):
    return entry.key


def is_address(url):
    parts = urlsplit(url)
    return parts.scheme == "https" and "." in parts.netloc and not re.search(r"\s|@", url)


@pytest.mark.parametrize("dataset", catalog.datasets(), ids=by_key)
def test_index_is_well_formed(dataset):
    assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", dataset.key)
    for text in (dataset.title, dataset.archive, dataset.mission, dataset.instrument):
        assert text.strip() == text != ""
    assert dataset.verified.endswith(".")
    assert dataset.data_set_ids or dataset.volume_ids
    assert bool(dataset.body) != bool(dataset.usual_body)
    assert find_body(dataset.body or dataset.usual_body) is not None
    assert dataset.longitude_direction in {"east", "west", None}
    assert dataset.latitude_kind in {"ocentric", "ographic", None}
    assert (dataset.longitude_direction is None) == (dataset.latitude_kind is None)
    assert set(dataset.roles) <= ROLES
    assert set(dataset.units) <= {"resolution"}
    assert set(dataset.units.values()) <= {"m", "km"}


@pytest.mark.parametrize("dataset", catalog.datasets(), ids=by_key)
def test_addresses_of_an_index(dataset):
    for url in (dataset.label_url, dataset.volumes_url):
        assert url == "" or is_address(url)
    for template in (dataset.product_url, dataset.product_label_url):
        assert template == "" or is_address(template)
        names = re.findall(r"{(.*?)}", template)
        assert {name.replace("_lower", "") for name in names} <= {"volume", "file", "name", "stem"}
    dynamic = "{newest}" in dataset.label_url
    assert re.findall(r"{.*?}", dataset.label_url) == ["{newest}"] * dynamic
    assert bool(dataset.volumes_url) == bool(dataset.volume_pattern) == dynamic
    if dynamic:
        assert re.compile(dataset.volume_pattern).groups == 1
        assert dataset.label_url.startswith(dataset.volumes_url)


@pytest.mark.parametrize("served", catalog.services(), ids=by_key)
def test_data_set_of_a_service_is_well_formed(served):
    assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+){2,}", served.key)
    assert served.key.split(".")[:2] == [served.service, served.body.lower()]
    assert served.service in services.MODULES
    for text in (served.title, served.archive, served.mission, served.instrument):
        assert text.strip() == text != ""
    assert served.verified.endswith(".")
    assert find_body(served.body).name == served.body
    assert is_address(served.url)
    assert set(served.ranges) <= set(RANGED_COLUMNS)
    needed = set(PARAMETERS[served.service])
    known = needed | set(FURTHER_PARAMETERS[served.service])
    assert needed <= set(served.parameters) <= known
    assert served.parameters
    assert all(value.strip() == value != "" for value in served.parameters.values())


def test_no_two_data_sets_of_a_service_ask_the_same():
    asked = [(s.service, s.body, tuple(sorted(s.parameters.items()))) for s in catalog.services()]
    assert len(asked) == len(set(asked))


def test_every_service_has_data_sets_and_a_list_of_parameters():
    assert {served.service for served in catalog.services()} == set(services.MODULES)
    assert set(PARAMETERS) == set(FURTHER_PARAMETERS) == set(services.MODULES)


def test_bodies_that_services_were_asked_for():
    ode = {served.body for served in catalog.services() if served.service == "ode"}
    assert ode == {"MARS", "MOON", "MERCURY", "VENUS"}


def test_catalogue_has_the_indexes_that_were_asked_for():
    keys = [dataset.key for dataset in catalog.datasets()]
    assert set(keys) >= ASKED_FOR
    assert len(keys) == len(set(keys))


def test_spellings_are_well_formed():
    spellings = catalog.spellings()
    assert set(spellings.roles) == ROLES
    assert all(len(set(corners)) == 4 for corners in spellings.corners)
    names = [name for candidates in spellings.roles.values() for name in candidates]
    assert all(name == name.upper() for name in names)


def sample(pattern):
    """A name that a shell pattern goes with."""
    return re.sub(r"\[(.).*?\]", r"\1", pattern.replace("?", "9")).replace("*", "9")


@pytest.mark.parametrize("dataset", catalog.datasets(), ids=by_key)
def test_every_index_is_recognised_as_itself(dataset):
    called = [PurePosixPath(dataset.label_url).stem] if dataset.label_names else ["label"]
    labels = [Keywords(sample(pattern), called=called) for pattern in dataset.data_set_ids]
    labels += [Keywords("", sample(pattern), called) for pattern in dataset.volume_ids]
    assert [catalog.recognise(label).key for label in labels] == [dataset.key] * len(labels)


@pytest.mark.parametrize(
    ("data_set_id", "key"),
    [
        ("MRO-M-CTX-2-EDR-L0-V1.0", "mro.ctx.edr"),
        ("MRO-M-HIRISE-2-EDR-V1.0", "mro.hirise.edr"),
        ("MRO-M-HIRISE-3-RDR-V1.1", "mro.hirise.rdr"),
        ("MGS-M-MOC-NA/WA-2-DSDP-L0-V1.0", "mgs.moc.edr"),
        ("ODY-M-THM-3-IRGEO-V2.0", "odyssey.themis.ir"),
        ("ODY-M-THM-2-VISEDR-V1.0", "odyssey.themis.vis"),
        ("LRO-L-LROC-2-EDR-V1.0", "lro.lroc.edr"),
        ("MESS-E/V/H-MDIS-4-CDR-CALDATA-V1.0", "messenger.mdis.cdr"),
        ("CO-S-ISSNA/ISSWA-2-EDR-V1.0", "cassini.iss"),
        ("GO-J/JSA-SSI-2-REDR-V1.0", "go.ssi"),
        ("NH-J-LORRI-2-JUPITER-V3.0", "new_horizons.lorri"),
        ("SYNTHETIC-SAMPLE-ORBITER-CAM-V1.0", "synthetic.orbiter"),
        ("mro-m-ctx-2-edr-l0-v1.0", "mro.ctx.edr"),
    ],
)
def test_recognised_by_data_set_id(data_set_id, key):
    found = catalog.recognise(Keywords(data_set_id))
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("volume_id", "key"),
    [
        ("COISS_2001", "cassini.iss"),
        ("GO_0017", "go.ssi"),
        ("VGISS_5101", "voyager1.iss"),
        ("VGISS_6205", "voyager2.iss"),
        ("MGSCIM_1578", "mgs.moc.rdr"),
    ],
)
def test_recognised_by_volume_id_alone(volume_id, key):
    found = catalog.recognise(Keywords(volume_id=volume_id))
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("volume_id", "name", "key"),
    [
        ("COISS_2001", "COISS_2001_index", "cassini.iss.index"),
        ("COISS_2999", "COISS_2999_moon_summary", "cassini.iss.moon_summary"),
        ("COISS_1001", "coiss_1001_index", "cassini.iss.cruise_index"),
        ("COISS_2001", "COISS_2001_inventory", "cassini.iss"),
        ("GO_0017", "GO_0017_index", "go.ssi.index"),
        ("GO_0999", "GO_0999_supplemental_index", "go.ssi.supplemental_index"),
        ("VGISS_5101", "VGISS_5101_raw_image_index", "voyager1.iss.raw_image_index"),
        ("VGISS_6999", "VGISS_6999_index", "voyager2.iss.index"),
    ],
)
def test_indexes_of_one_volume_are_told_apart_by_name(volume_id, name, key):
    found = catalog.recognise(Keywords(volume_id=volume_id, called=["label", name]))
    assert found.key == key


def test_data_set_id_of_rows_counts_where_the_label_has_none():
    found = catalog.recognise(Keywords(), Keywords("CO-S-ISSNA/ISSWA-2-EDR-V1.0"))
    assert found is not None
    assert found.key == "cassini.iss"


@pytest.mark.parametrize("data_set_id", ["", "MER1-M-DESCAM-2-EDR-OPS-V1.0", "MRO-M-MARCI-2-EDR"])
def test_unknown_indexes_are_not_recognised(data_set_id):
    assert catalog.recognise(Keywords(data_set_id)) is None


def test_find():
    assert catalog.find(" MRO.CTX.EDR ").instrument == "CTX"
    with pytest.raises(PlanetaryError, match="no such") as caught:
        catalog.find("no such")
    assert "mro.ctx.edr" in caught.value.details


def test_find_service():
    served = catalog.find_service(" ODE.mars.mro.CTX.edr ")
    assert served.url == "https://oderest.rsl.wustl.edu/live2"
    assert served.parameters == {"ihid": "MRO", "iid": "CTX", "pt": "EDR"}
    assert "incidence_angle" in served.ranges
    with pytest.raises(PlanetaryError, match="no such") as caught:
        catalog.find_service("no such")
    assert served.key in caught.value.details


def test_politeness():
    ode = catalog.politeness_of("ODEREST.rsl.wustl.edu")
    assert (ode.gap_s, ode.at_once, ode.back_off_s) == (3.0, 2, 300.0)
    assert ode.back_off_statuses == (403, 429, 503)
    other = catalog.politeness_of("archive.example")
    assert (other.at_once, other.back_off_s, other.back_off_statuses) == (2, 30.0, (429, 503))
    assert 0.0 <= other.gap_s < ode.gap_s
