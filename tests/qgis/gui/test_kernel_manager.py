"""The Kernels tab: what is furnished, covered and missing, and kernels from archives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from archive_server import ArchiveServer, answer, archive_server, stall
from gui_kit import click_and_wait, find, settle, spice_dock, wait_until
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QMimeData, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QDropEvent
from qgis.PyQt.QtWidgets import QTabWidget

from planetary_qgis.core.spice.kernel_archives import sets
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.gui import kernel_recent, sample
from planetary_qgis.gui.footprints_controller import FootprintsController

KINDS = {
    "synthetic.tls": "LSK",
    "synthetic.tpc": "PCK",
    "synthetic.tf": "FK",
    "synthetic.ti": "IK",
    "synthetic.tsc": "SCLK",
    "synthetic_orbiter.bsp": "SPK",
    "synthetic_orbiter.bc": "CK",
}
NAME, KIND, SIZE, COVERS = range(4)


@pytest.fixture
def controller(toolbox, store_path):
    with spice_dock(toolbox, 330, 600) as made:
        yield made


@pytest.fixture
def dock(controller):
    return controller.view


@pytest.fixture
def tree(dock):
    return find(dock, "spiceKernels")


@pytest.fixture
def asked(dock, controller):
    """The dock once the sample is read and its usual observation is asked for."""
    controller.use_sample()
    wait_until(dock.job_bar.isHidden)
    wait_for_verdict(dock)
    return dock


@pytest.fixture
def loose(sample, tmp_path) -> list[Path]:
    """Copies of the sample's kernels in a folder without metakernel, in load order."""
    folder = tmp_path / "lose Kernel"
    folder.mkdir()
    return [Path(shutil.copy(sample / name, folder)) for name in KINDS]


def wait_for_verdict(dock) -> None:
    line = find(dock, "spiceMissingLine")
    wait_until(lambda: bool(line.text()))


def missing(dock) -> str:
    return find(dock, "spiceMissing").toPlainText()


def ask(dock, *, start: str = sample.RUN.start, stop: str = sample.RUN.stop) -> None:
    dock.observation.choose(
        target=sample.TARGET, observer=sample.OBSERVER, instrument=sample.INSTRUMENT
    )
    dock.times.set_span(start, stop)


def drop(tree, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    tree.dropEvent(QDropEvent(QPointF(5, 5), copy, data, button, Qt.KeyboardModifier.NoModifier))


def top_rows(tree) -> list[str]:
    return [tree.topLevelItem(row).text(NAME) for row in range(tree.topLevelItemCount())]


def test_a_metakernel_shows_the_files_that_it_loads(asked, tree, sample):
    assert top_rows(tree) == ["synthetic.tm"]
    entry = tree.topLevelItem(0)
    children = [entry.child(row) for row in range(entry.childCount())]
    assert {child.text(NAME): child.text(KIND) for child in children} == KINDS
    assert entry.text(KIND) == "MK"
    covers = {child.text(NAME): child.text(COVERS) for child in children}
    assert covers["synthetic_orbiter.bsp"] == "2019-08-31 – 2019-09-04"
    assert covers["synthetic_orbiter.bc"] == "2019-09-01 – 2019-09-03"
    assert covers["synthetic.tls"] == ""
    assert str(sample / "synthetic.tls") in children[0].toolTip(NAME)


def test_what_is_missing_is_told_as_soon_as_it_is(asked):
    assert "All kernels for this observation are there" in missing(asked)
    assert "All kernels for this observation" in find(asked, "spiceMissingLine").text()
    find(asked, "spiceStop").setText("2019-09-03T01:00:00")
    wait_until(lambda: "No CK" in missing(asked))
    assert "SYNTH_FRAME_CAM" in missing(asked)
    assert "2019-09-03T00:00:00" in missing(asked)
    find(asked, "spiceTarget").setEditText("VENUS")
    wait_until(lambda: "VENUS" in missing(asked))
    find(asked, "spiceTarget").setEditText("")
    wait_until(lambda: "Choose target" in missing(asked))
    assert find(asked, "spiceMissingLine").isHidden()


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("synthetic.tf", "SYNTHETIC_ORBITER"),
        ("synthetic.ti", "field of view"),
        ("synthetic.tsc", "clock"),
        ("synthetic_orbiter.bsp", "No SPK"),
        ("synthetic_orbiter.bc", "No CK"),
    ],
)
def test_each_kernel_that_is_left_out_is_missed(dock, loose, left_out, told):
    dock.kernels.set_kernels([path for path in loose if path.name != left_out])
    ask(dock)
    wait_until(lambda: told in missing(dock))
    assert "Find kernels" in missing(dock)
    assert "href" in find(dock, "spiceMissingLine").text()


def test_links_lead_from_the_sentence_to_the_list_to_the_archives(dock, loose, archive):
    dock.kernels.set_kernels(loose[:-1])
    ask(dock)
    wait_until(lambda: "No CK" in missing(dock))
    tabs, line = dock.findChild(QTabWidget), find(dock, "spiceMissingLine")
    dock.show_observation()
    line.linkActivated.emit(line.text().partition('href="')[2].partition('"')[0])
    assert tabs.currentIndex() == 0
    browser = find(dock, "spiceMissing")
    browser.anchorClicked.emit(QUrl(browser.toHtml().partition('href="')[2].partition('"')[0]))
    window = find(dock, "spiceKernelSearch")
    assert window.isVisible()
    assert find(window, "spiceFindStop").text() == f"{sample.RUN.stop}.000Z"


def test_times_that_cannot_be_read_are_told_where_they_are_typed(asked):
    find(asked, "spiceStart").setText("yesterday")
    line = find(asked, "spiceMissingLine")
    wait_until(lambda: "yesterday" in line.text())
    assert "&#x27;" not in line.text() or line.textFormat() == Qt.TextFormat.RichText


def test_reading_again_keeps_what_was_typed_as_an_id(asked):
    find(asked, "spiceInstrument").setEditText("-999002")
    click_and_wait(asked, "spiceReadButton")
    assert asked.observation.instrument() == "SYNTH_LINE_CAM"
    assert asked.observation.target() == sample.TARGET


def test_the_chart_shows_coverage_and_the_times_asked_for(asked):
    chart = find(asked, "spiceCoverageChart")
    rows = {(row.group, row.naif_id): row for row in chart.picture().rows}
    start, stop = (
        np.datetime64(day, "us").astype(np.int64) / 1e6 for day in ("2019-09-01", "2019-09-03")
    )
    assert rows["Attitude", -999000].intervals.tolist() == [[start, stop]]
    assert ("Positions", -999) in rows
    assert ("Positions", 499) in rows
    middle = chart.picture()
    assert middle.axis.start < start < stop < middle.axis.stop


def test_a_bars_span_becomes_the_observations_times(asked, messages):
    chart = find(asked, "spiceCoverageChart")
    number = next(place for place, row in enumerate(chart.picture().rows) if row.naif_id == -999000)
    chart.span_chosen.emit(*chart.picture().rows[number].span(0))
    assert find(asked, "spiceStart").text() == "2019-09-01T00:00:00.001Z"
    assert find(asked, "spiceStop").text() == "2019-09-02T23:59:59.999Z"
    assert find(asked, "spiceStep").value() == sample.RUN.step_s
    assert asked.findChild(QTabWidget).currentIndex() == 1
    find(asked, "spiceStep").setValue(3600)
    click_and_wait(asked, "spiceComputeButton")
    assert "48 rows" in find(asked, "spiceDone").text()
    assert "48 rows" in messages()
    assert "needs a look" not in messages()


def test_pointing_at_the_chart_tells_and_then_the_coverage_is_back(asked):
    words, chart = find(asked, "spiceCoverage"), find(asked, "spiceCoverageChart")
    before = words.text()
    chart.pointed.emit("here")
    assert words.text() == "here"
    chart.pointed.emit("")
    assert words.text() == before != ""


def test_dropped_files_are_added_and_read(dock, tree, loose):
    drop(tree, loose)
    wait_until(
        lambda: (
            dock.job_bar.isHidden()
            and "2019-09-01"
            in dock.kernels.findChild(type(find(dock, "spiceCoverage")), "spiceCoverage").text()
        )
    )
    assert dock.kernels.kernels() == tuple(loose)
    assert tree.topLevelItem(6).text(KIND) == "CK"


def test_of_a_dropped_folder_the_kernels_are_added_in_load_order(dock, tree, loose):
    drop(tree, [loose[0].parent])
    wait_until(lambda: tree.topLevelItemCount() == 7 and tree.topLevelItem(6).text(KIND) == "CK")
    names = top_rows(tree)
    assert set(names) == set(KINDS)
    assert names.index("synthetic.tls") < names.index("synthetic_orbiter.bsp")
    wait_until(dock.job_bar.isHidden)


def test_a_folder_without_kernels_is_told(dock, tree, tmp_path, messages):
    (tmp_path / "leer").mkdir()
    drop(tree, [tmp_path / "leer"])
    settle(50)
    wait_until(dock.job_bar.isHidden)
    assert "no kernels" in messages()
    assert tree.topLevelItemCount() == 0


def test_the_load_order_can_be_changed(dock, tree, loose):
    dock.kernels.set_kernels(loose)
    tree.setCurrentItem(tree.topLevelItem(2))
    find(dock, "spiceKernelUp").click()
    find(dock, "spiceKernelUp").click()
    find(dock, "spiceKernelUp").click()
    assert dock.kernels.kernels() == (loose[2], loose[0], loose[1], *loose[3:])
    find(dock, "spiceKernelDown").click()
    assert dock.kernels.kernels() == (loose[0], loose[2], loose[1], *loose[3:])
    tree.clearSelection()
    for row in (5, 6):
        tree.topLevelItem(row).setSelected(True)
    find(dock, "spiceKernelDown").click()
    assert dock.kernels.kernels()[5:] == (loose[5], loose[6])


def test_a_bad_kernel_is_marked_and_the_others_are_read(dock, tree, loose, messages):
    page = loose[0].parent / "moved.bsp"
    page.write_text("<!DOCTYPE html><html><body>404</body></html>", encoding="utf-8")
    dock.kernels.set_kernels([*loose, page, loose[0].parent / "gone.bc"])
    click_and_wait(dock, "spiceReadButton")
    assert find(dock, "spiceObserver").count() == 1
    for row, told in ((7, "web page"), (8, "gone.bc is not in")):
        assert told in tree.topLevelItem(row).toolTip(NAME)
        assert not tree.topLevelItem(row).icon(NAME).isNull()
        assert told in missing(dock)
    assert tree.topLevelItem(0).icon(NAME).isNull()
    assert "moved.bsp" in messages()


def test_a_changed_list_says_that_the_chart_is_of_another(asked, loose):
    asked.kernels.add_kernels(loose[-1:])
    assert "has changed" in find(asked, "spiceCoverage").text()
    click_and_wait(asked, "spiceReadButton")
    assert "has changed" not in find(asked, "spiceCoverage").text()


def test_sets_used_lately_are_offered(controller, dock, loose):
    QgsSettings().remove("planetary_qgis/recent_kernels")
    dock.kernels.set_kernels(loose)
    click_and_wait(dock, "spiceReadButton")
    dock.kernels.set_kernels([sample.METAKERNEL])
    click_and_wait(dock, "spiceReadButton")
    assert kernel_recent.sets() == ((sample.METAKERNEL,), tuple(loose))
    menu = find(dock, "spiceAddKernels").menu().actions()[-1].menu()
    dock.kernels.set_kernels([])
    assert [action.text() for action in menu.actions()] == [
        f"synthetic.tm ({sample.METAKERNEL.parent.name})",
        "synthetic.tls + 6 (lose Kernel)",
    ]
    menu.actions()[1].trigger()
    wait_until(lambda: not controller._jobs.busy)
    assert dock.kernels.kernels() == tuple(loose)


def test_settings_that_another_version_wrote_are_no_obstacle():
    for strange in ("{", "[1, 2]", '{"a": 1}', "null"):
        QgsSettings().setValue("planetary_qgis/recent_kernels", strange)
        kernel_recent.remember([Path("a.tls")])
        assert (Path("a.tls"),) in kernel_recent.sets()
    QgsSettings().remove("planetary_qgis/recent_kernels")


def test_closing_while_a_look_runs_lets_no_answer_come(toolbox, store_path, project):
    controller = FootprintsController(toolbox)
    controller.load()
    controller.use_sample()
    controller.unload()
    controller.view.deleteLater()
    settle(1500)


FOLDERS = {"LSK": "lsk", "PCK": "pck", "FK": "fk", "IK": "ik", "SCLK": "sclk", "SPK": "spk"}


def played(archive: ArchiveServer, folder: Path) -> KernelSet:
    """A mission's folders with the sample's kernels in them, and two metakernels."""
    places = {name: f"{FOLDERS.get(kind, 'ck')}/{name}" for name, kind in KINDS.items()}
    for name, place in places.items():
        archive.put(f"/craft/{place}", (folder / name).read_bytes())
    for name, listed in (("all_v1.tm", list(KINDS)), ("small_v1.tm", list(KINDS)[:2])):
        archive.put(f"/craft/mk/{name}", metakernel([places[each] for each in listed]))
    folders = (*FOLDERS.values(), "ck", "mk")
    archive.put("/craft/", listing([f"{each}/" for each in folders]), content_type="text/html")
    for each in folders:
        names = [path.rpartition("/")[2] for path in archive.documents if f"/{each}/" in path]
        archive.put(f"/craft/{each}/", listing(names), content_type="text/html")
    return KernelSet(
        "craft.test", "Test craft", "Test", -999, archive.url("/craft/"), "operational"
    )


def metakernel(places: list[str]) -> bytes:
    listed = "\n".join(f"  '$K/{place}'" for place in places)
    text = "KPL/MK\n\\begindata\nPATH_VALUES=('..')\nPATH_SYMBOLS=('K')\nKERNELS_TO_LOAD=(\n"
    return f"{text}{listed}\n)\n\\begintext\n".encode("ascii")


def listing(names: list[str]) -> bytes:
    rows = "".join(f'<a href="{name}">{name}</a> 2019-09-01 00:00  12K\n' for name in names)
    return f"<html><body><pre>{rows}</pre></body></html>".encode("ascii")


@pytest.fixture
def archive(monkeypatch, sample) -> Iterator[ArchiveServer]:
    with archive_server() as server:
        known = (KernelSet("other", "Other", "Other", -1, "", "pds3"), played(server, sample))
        monkeypatch.setattr(sets, "kernel_sets", lambda: known)
        yield server


@pytest.fixture
def window(asked, archive):
    """The window that finds kernels, opened on the sample's spacecraft and times."""
    find(asked, "spiceFindKernels").click()
    return find(asked, "spiceKernelSearch")


def test_times_in_other_systems_are_understood(asked, archive):
    asked.times.set_span("2019-09-01T00:10:00 TDB", "+2 min")
    wait_until(lambda: find(asked, "spiceMissingLine").text() != "")
    settle(1200)
    assert "All kernels" in missing(asked)
    find(asked, "spiceFindKernels").click()
    # TDB was 69.184 s ahead of UTC, and never more than two milliseconds off that.
    assert find(asked, "spiceFindStart").text().startswith("2019-09-01T00:08:50.81")
    assert find(asked, "spiceFindStop").text().startswith("2019-09-01T00:10:50.81")


def test_the_search_opens_on_the_observations_spacecraft_and_times(window):
    assert find(window, "spiceFindSet").currentText() == "Test craft"
    assert find(window, "spiceFindStart").text() == f"{sample.RUN.start}.000Z"
    assert find(window, "spiceFindStop").text() == f"{sample.RUN.stop}.000Z"


def test_found_kernels_are_listed_chosen_and_summed_up(window):
    click_and_wait(window, "spiceFindButton")
    rows = find(window, "spiceRemoteKernels")
    names = [rows.topLevelItem(row).text(NAME) for row in range(rows.topLevelItemCount())]
    assert set(names) == set(KINDS) or set(names) == set(list(KINDS)[:2])
    total = find(window, "spiceFindSum")
    assert total.text().startswith(f"{len(names)} kernels; to be downloaded: {len(names)}")
    for row in range(len(names)):
        rows.topLevelItem(row).setCheckState(NAME, Qt.CheckState.Unchecked)
    assert not find(window, "spiceDownloadButton").isEnabled()
    rows.topLevelItem(1).setCheckState(NAME, Qt.CheckState.Checked)
    assert "to be downloaded: 1, 12.3 kB" in total.text()


def choose_metakernel(window, name: str) -> None:
    choice = find(window, "spiceFindMetakernel")
    choice.setCurrentText(name)
    choice.activated.emit(choice.currentIndex())
    settle(50)
    wait_until(window.job_bar.isHidden)


def test_an_archives_metakernel_may_choose(window):
    click_and_wait(window, "spiceFindButton")
    rows = find(window, "spiceRemoteKernels")
    choose_metakernel(window, "small_v1.tm")
    assert rows.topLevelItemCount() == 2
    choose_metakernel(window, "all_v1.tm")
    assert rows.topLevelItemCount() == 7


def test_what_was_downloaded_is_added_read_and_of_use(window, asked, tree, archive):
    asked.kernels.set_kernels([])
    click_and_wait(window, "spiceFindButton")
    choose_metakernel(window, "all_v1.tm")
    click_and_wait(window, "spiceDownloadButton")
    assert "to be downloaded: 0" in find(window, "spiceFindSum").text()
    wait_until(lambda: tree.topLevelItemCount() == 1 and tree.topLevelItem(0).childCount() == 7)
    wait_until(asked.job_bar.isHidden)
    assert top_rows(tree)[0].endswith(".tm")
    wait_until(lambda: "All kernels for this observation" in missing(asked))
    fetched = [path for path in archive.paths() if path.endswith((".bsp", ".bc"))]
    click_and_wait(window, "spiceFindButton")
    choose_metakernel(window, "all_v1.tm")
    assert find(window, "spiceRemoteKernels").topLevelItem(0).text(SIZE) == "is here"
    assert "to be downloaded: 0" in find(window, "spiceFindSum").text()
    assert len(fetched) == 2


def test_a_download_that_is_cancelled_adds_nothing(window, asked, archive):
    listed = asked.kernels.kernels()
    click_and_wait(window, "spiceFindButton")
    choose_metakernel(window, "all_v1.tm")
    archive.behave("/craft/ck/synthetic_orbiter.bc", stall(1000))
    find(window, "spiceDownloadButton").click()
    settle(300)
    find(window, "spiceFindCancel").click()
    wait_until(window.job_bar.isHidden)
    assert asked.kernels.kernels() == listed


def test_an_archive_that_does_not_answer_is_told(window, archive, messages):
    archive.behave("/craft/mk/", answer(404))
    click_and_wait(window, "spiceFindButton")
    assert "404" in messages()
    assert find(window, "spiceRemoteKernels").topLevelItemCount() == 0


def test_a_time_or_an_archive_that_is_none_is_told(window, archive, messages):
    find(window, "spiceFindStart").setText("soon")
    find(window, "spiceFindButton").click()
    assert "soon" in messages()
    find(window, "spiceFindSet").setEditText("no such mission")
    find(window, "spiceFindButton").click()
    assert "Choose one of the archives" in messages()
    assert archive.paths() == []
