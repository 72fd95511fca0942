"""Kernel coverage and kernel downloads through processing.run; truth: CSPICE, a played archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import spiceypy
from archive_server import ArchiveServer, archive_server
from qgis.core import QgsFeedback, QgsProcessingContext, QgsProcessingException

from planetary_qgis.core.spice.kernel_archives import downloading, sets
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.kernels import found_kernels

SAMPLE = Path(store.__file__).resolve().parents[1] / "resources" / "sample"
METAKERNEL = SAMPLE / "synthetic.tm"


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchiveServer]:
    """A mission's folders on loopback that hold the sample's kernels, and are a known set."""
    with archive_server() as server:
        files = {path.suffix: path for path in expand([METAKERNEL])}
        folders = {"lsk": ".tls", "fk": ".tf", "ik": ".ti", "sclk": ".tsc", "ck": ".bc"}
        put_page(server, "/S/kernels/", [f"{name}/" for name in (*folders, "spk", "mk")])
        for folder, ending in folders.items():
            put(server, folder, files[ending])
        put(server, "spk", files[".bsp"])
        listed = [f"{folder}/{files[end].name}" for folder, end in folders.items()]
        put_page(server, "/S/kernels/mk/", ["synthetic_ops_v01.tm"])
        server.put("/S/kernels/mk/synthetic_ops_v01.tm", metakernel(listed))
        known = KernelSet(
            "s.naif", "Synthetic", "S", -999, server.url("/S/kernels/"), "operational"
        )
        monkeypatch.setattr(sets, "kernel_sets", lambda: (known,))
        monkeypatch.setattr(downloading, "planetarypy_storage", lambda: None)
        yield server


def put(server: ArchiveServer, folder: str, path: Path) -> None:
    put_page(server, f"/S/kernels/{folder}/", [path.name])
    server.put(f"/S/kernels/{folder}/{path.name}", path.read_bytes())


def put_page(server: ArchiveServer, path: str, names: list[str]) -> None:
    links = "".join(f'<a href="{name}">{name}</a>  2020-01-01 00:00  1K\n' for name in names)
    server.put(path, f"<html><pre>{links}</pre></html>".encode(), content_type="text/html")


def metakernel(paths: list[str]) -> bytes:
    listed = "\n".join(f"'$KERNELS/{path}'" for path in paths)
    return (
        "KPL/MK\n\\begindata\nPATH_VALUES = ( '..' )\nPATH_SYMBOLS = ( 'KERNELS' )\n"
        f"KERNELS_TO_LOAD = (\n{listed}\n)\n\\begintext\n"
    ).encode()


def test_coverage_is_a_table_of_what_cspice_says(processing, tmp_path):
    context = QgsProcessingContext()
    asked = {"KERNELS": [str(METAKERNEL)], "SHARE": 0, "OUTPUT": "TEMPORARY_OUTPUT"}
    layer = processing.run("planetary:kernelcoverage", asked, context=context)["OUTPUT"]
    rows = [feature.attributeMap() for feature in layer.getFeatures()]
    assert {row["what"] for row in rows} == {"positions", "attitude"}
    orbiter = [row for row in rows if row["naif_id"] == -999]
    spk = next(str(path) for path in expand([METAKERNEL]) if path.suffix == ".bsp")
    window = spiceypy.spkcov(spk, -999)
    hours = [
        (stop - start) / 3600.0
        for start, stop in (spiceypy.wnfetd(window, n) for n in range(spiceypy.wncard(window)))
    ]
    assert [row["hours"] for row in orbiter] == pytest.approx(hours, abs=1e-6)
    assert orbiter[0]["relative_to"] == "MARS"
    begin = orbiter[0]["start_time"]
    assert begin.toString("yyyy-MM-ddTHH:mm").startswith("2019-09-01T00:00")


def test_coverage_goes_into_a_geopackage_too(processing, tmp_path):
    path = str(tmp_path / "coverage.gpkg")
    asked = {"KERNELS": [str(METAKERNEL)], "SHARE": 5, "OUTPUT": path}
    assert processing.run("planetary:kernelcoverage", asked)["OUTPUT"]
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(path, "coverage", "ogr")
    assert layer.featureCount() >= 3
    assert not layer.isSpatial()


def test_a_missions_kernels_are_listed_then_downloaded_and_compute(
    processing, archive, tmp_path, notes
):
    asked = {"SET": "s.naif", "START": "2019-09-01", "LISTED": "", "FOLDER": str(tmp_path)}
    asked["LIST_ONLY"] = True
    listed = processing.run("planetary:downloadkernels", asked, feedback=notes)
    assert listed["COUNT"] == 5
    assert not (tmp_path / "spice_kernels").exists()
    asked["LIST_ONLY"] = False
    done = processing.run("planetary:downloadkernels", asked, feedback=notes)
    assert done["COUNT"] == 5
    names = [path.name for path in expand([Path(done["METAKERNEL"])])]
    kinds = [name.rpartition(".")[2] for name in names]
    assert kinds == ["tls", "tf", "ti", "tsc", "bc"]


def test_a_metakernel_of_the_archive_can_be_named(processing, archive, tmp_path, notes):
    asked = {"SET": "s.naif", "LISTED": "Synthetic_Ops_V01.tm", "FOLDER": str(tmp_path)}
    assert processing.run("planetary:downloadkernels", asked, feedback=notes)["COUNT"] == 5
    with pytest.raises(QgsProcessingException, match=r"has no metakernel “other\.tm”"):
        processing.run("planetary:downloadkernels", {**asked, "LISTED": "other.tm"}, feedback=notes)
    assert any("synthetic_ops_v01.tm" in text for text in notes.debug)


def test_bad_requests_are_sentences(processing, archive, tmp_path, notes):
    asked = {"SET": "nonsense", "START": "2019-09-01", "FOLDER": str(tmp_path)}
    with pytest.raises(QgsProcessingException, match="There is no set of kernels “nonsense”"):
        processing.run("planetary:downloadkernels", asked, feedback=notes)
    assert any("s.naif" in text for text in notes.debug)
    with pytest.raises(QgsProcessingException, match="There is no time to look for"):
        processing.run(
            "planetary:downloadkernels", {"SET": "s.naif", "FOLDER": str(tmp_path)}, feedback=notes
        )


def test_the_bridge_asks_politely(archive, qgis_app):
    (known,) = sets.kernel_sets()
    found = found_kernels(known, None, None, QgsFeedback())
    assert len(found) == 5
    assert all("PlanetaryQGIS" in asked.headers["x-requested-with"] for asked in archive.asked)
