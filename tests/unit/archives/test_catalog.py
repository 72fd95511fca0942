"""The catalogue: every entry well-formed, and labels recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.errors import PlanetaryError

ROLES = {
    "product_id", "volume_id", "file", "folder", "file_name", "target", "instrument_host",
    "instrument_id", "start_time", "stop_time", "incidence_angle", "emission_angle", "phase_angle",
    "resolution", "solar_longitude", "local_time", "image_north_azimuth", "image_subsolar_azimuth",
    "image_subspacecraft_azimuth",
}  # fmt: skip
ASKED_FOR = {
    "synthetic.orbiter", "mro.ctx.edr", "mro.hirise.edr", "mro.hirise.rdr", "mro.hirise.dtm",
    "mro.crism.mtrdr", "mgs.moc.edr", "odyssey.themis.ir", "odyssey.themis.vis", "lro.lroc.edr",
    "messenger.mdis.edr", "messenger.mdis.cdr", "viking.vis.edr", "cassini.iss", "go.ssi",
    "voyager1.iss", "voyager2.iss", "dawn.fc", "juno.junocam", "new_horizons.lorri",
}  # fmt: skip


@dataclass
class Keywords:
    data_set_id: str = ""
    volume_id: str = ""

    def texts(self, keyword):
        value = getattr(self, keyword.lower())
        return [value] if value else []


@pytest.mark.parametrize("dataset", catalog.datasets(), ids=lambda dataset: dataset.key)
def test_entry_is_well_formed(dataset):
    assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", dataset.key)
    for text in (dataset.title, dataset.archive, dataset.mission, dataset.instrument):
        assert text.strip() == text != ""
    assert dataset.verified.endswith(".")
    assert dataset.data_set_ids
    assert bool(dataset.body) != bool(dataset.usual_body)
    assert find_body(dataset.body or dataset.usual_body) is not None
    assert dataset.longitude_direction in {"east", "west", None}
    assert dataset.latitude_kind in {"ocentric", "ographic", None}
    assert set(dataset.roles) <= ROLES
    assert set(dataset.units) <= {"resolution"}
    assert set(dataset.units.values()) <= {"m", "km"}
    for url in (dataset.label_url, dataset.product_url, dataset.product_label_url):
        assert url == "" or url.startswith("https://")
    for template in (dataset.product_url, dataset.product_label_url):
        names = re.findall(r"{(.*?)}", template)
        assert {name.replace("_lower", "") for name in names} <= {"volume", "file", "stem"}


def test_catalogue_has_the_indexes_that_were_asked_for():
    assert {dataset.key for dataset in catalog.datasets()} >= ASKED_FOR


def test_spellings_are_well_formed():
    spellings = catalog.spellings()
    assert set(spellings.roles) == ROLES
    assert all(len(set(corners)) == 4 for corners in spellings.corners)
    names = [name for candidates in spellings.roles.values() for name in candidates]
    assert all(name == name.upper() for name in names)


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
    [("COISS_2001", "cassini.iss"), ("GO_0017", "go.ssi"), ("VGISS_5101", "voyager1.iss")],
)
def test_recognised_by_volume_id_alone(volume_id, key):
    found = catalog.recognise(Keywords(volume_id=volume_id))
    assert found is not None
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
