"""The tree of sources: what is listed, filtered, checked, remembered and asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gui_kit import find, settle
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QTreeWidgetItem, QTreeWidgetItemIterator, QWidget

from planetary_qgis.core.archives.sources import Source
from planetary_qgis.gui.sources_tree import SourcesTree

CTX, HIRISE, LROC = "mro.ctx.edr", "mro.hirise.rdr", "ode.moon.lro.lroc.edrnac"
SOURCES = [
    Source(
        CTX,
        "index",
        "Context Camera, EDR",
        "MARS",
        "MRO",
        "CTX",
        "PDS Imaging Node",
        "Measured <here> & there.",
        "https://example.org/cumindex.lbl",
        table="ctx",
        rows=1234567,
        state="imported",
        note="45.2 MB",
    ),
    Source(HIRISE, "index", "HiRISE, RDR", "MARS", "MRO", "HIRISE", "HiRISE Node", url="https://x"),
    Source(LROC, "service", "LROC NAC, EDR", "MOON", "LRO", "LROC", "ODE", url="https://y"),
    Source("table:own", "imported", "own craters", "MOON", table="own", rows=3, state="imported"),
    Source("odd", "index", "Odd index", "", "CASSINI", "ISS", "Rings Node", state="cached"),
]
BUTTONS = ("pdsDownloadButton", "pdsRemoveButton", "pdsImportLabelButton", "pdsAddOwnButton")


@pytest.fixture(autouse=True)
def nothing_remembered(qgis_app) -> Iterator[None]:
    keys = ("planetary_qgis/sources_checked", "planetary_qgis/sources_expanded")
    for key in keys:
        QgsSettings().remove(key)
    yield
    for key in keys:
        QgsSettings().remove(key)


@pytest.fixture
def window(interface) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(320, 500)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def tree(window) -> SourcesTree:
    made = SourcesTree(window)
    made.show_sources(SOURCES)
    return made


def items(tree: SourcesTree) -> list[QTreeWidgetItem]:
    walk = QTreeWidgetItemIterator(find(tree, "pdsSources"))
    found = []
    while walk.value() is not None:
        found.append(walk.value())
        walk += 1
    return found


def item(tree: SourcesTree, title: str) -> QTreeWidgetItem:
    (found,) = (each for each in items(tree) if each.text(0).partition("\n")[0] == title)
    return found


def in_sight(tree: SourcesTree) -> list[str]:
    return [each.text(0).partition("\n")[0] for each in items(tree) if not each.isHidden()]


def test_bodies_hold_missions_that_hold_instruments_that_hold_data_sets(tree):
    found = item(tree, "Context Camera, EDR")
    path = []
    while found is not None:
        path.append(found.text(0).partition("\n")[0])
        found = found.parent()
    assert path == ["Context Camera, EDR", "CTX", "MRO", "Mars"]
    assert item(tree, "own craters").parent().text(0) == "Moon"
    assert item(tree, "CASSINI").parent().text(0) == "Several bodies"


def test_the_state_of_each_data_set_is_read_off(tree):
    assert item(tree, "Context Camera, EDR").text(0).endswith("1,234,567 rows, 45.2 MB")
    assert "service" in item(tree, "LROC NAC, EDR").text(0)
    assert "online" in item(tree, "HiRISE, RDR").text(0)
    assert "in the cache" in item(tree, "Odd index").text(0)
    assert all(not item(tree, source.title).icon(0).isNull() for source in SOURCES)
    tip = item(tree, "Context Camera, EDR").toolTip(0)
    assert "PDS Imaging Node" in tip
    assert "Measured &lt;here&gt; &amp; there." in tip


def test_only_what_can_be_searched_has_a_check_box(tree):
    boxed = {
        source.key
        for source in SOURCES
        if item(tree, source.title).data(0, Qt.ItemDataRole.CheckStateRole) is not None
    }
    assert boxed == {CTX, LROC, "table:own"}


def test_checking_is_told_and_read_back(tree):
    told = []
    tree.checked_changed.connect(lambda: told.append(tree.checked()))
    item(tree, "LROC NAC, EDR").setCheckState(0, Qt.CheckState.Checked)
    item(tree, "Context Camera, EDR").setCheckState(0, Qt.CheckState.Checked)
    assert told == [[LROC], [LROC, CTX]]
    tree.set_checked([CTX, HIRISE, "nothing"])
    assert tree.checked() == [CTX]
    assert told[-1] == [CTX]
    tree.set_checked([CTX])
    assert len(told) == 3


def test_what_was_checked_and_open_is_there_again_in_the_next_session(tree, window):
    tree.set_checked([LROC])
    item(tree, "Mars").setExpanded(True)
    settle()
    second = SourcesTree(window)
    second.show_sources(SOURCES)
    assert second.checked() == [LROC]
    assert item(second, "Mars").isExpanded()
    assert not item(second, "Moon").isExpanded()


def test_a_source_that_was_away_for_a_while_is_checked_again(tree):
    tree.set_checked([CTX, LROC])
    told = []
    tree.checked_changed.connect(lambda: told.append(tree.checked()))
    tree.show_sources([source for source in SOURCES if source.key != CTX])
    item(tree, "own craters").setCheckState(0, Qt.CheckState.Checked)
    tree.show_sources(SOURCES)
    assert set(tree.checked()) == {CTX, LROC, "table:own"}
    assert [set(each) for each in told] == [
        {LROC},
        {LROC, "table:own"},
        {CTX, LROC, "table:own"},
    ]


def test_unchecking_is_remembered_too(tree, window):
    tree.set_checked([CTX, LROC])
    item(tree, "LROC NAC, EDR").setCheckState(0, Qt.CheckState.Unchecked)
    second = SourcesTree(window)
    second.show_sources(SOURCES)
    assert second.checked() == [CTX]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("mro rdr", ["HiRISE, RDR"]),
        ("MOON", ["LROC NAC, EDR", "own craters"]),
        ("rings node", ["Odd index"]),
        ("ctx.edr", ["Context Camera, EDR"]),
        ("no such thing", []),
    ],
)
def test_a_filter_leaves_what_every_word_fits(tree, text, titles):
    find(tree, "pdsSourcesFilter").setText(text)
    leaves = [source.title for source in SOURCES]
    assert [title for title in in_sight(tree) if title in leaves] == titles
    assert bool(in_sight(tree)) == bool(titles)
    for title in titles:
        parent = item(tree, title).parent()
        while parent is not None:
            assert parent.isExpanded()
            parent = parent.parent()


def test_after_the_filter_all_is_as_it_was(tree):
    item(tree, "Moon").setExpanded(True)
    settle()
    tree.set_checked([CTX])
    line = find(tree, "pdsSourcesFilter")
    line.setText("hirise")
    item(tree, "Mars").setExpanded(False)
    line.setText("")
    assert len(in_sight(tree)) == len(items(tree))
    assert item(tree, "Moon").isExpanded()
    assert not item(tree, "Mars").isExpanded()
    assert tree.checked() == [CTX]


@pytest.mark.parametrize(
    ("key", "download", "remove"),
    [
        ("", "Choose a data set first", "Choose a data set first"),
        (CTX, "", ""),
        (HIRISE, "", "Nothing of it is on this computer"),
        (LROC, "nothing to download", "no room"),
        ("table:own", "import its label", ""),
        ("odd", "no address", ""),
    ],
)
def test_actions_are_there_where_they_can_be_done_and_say_why_not(tree, key, download, remove):
    tree.set_current(key)
    assert tree.current() == key
    for name, reason in ((BUTTONS[0], download), (BUTTONS[1], remove)):
        button = find(tree, name)
        assert button.isEnabled() == (not reason)
        assert reason in button.toolTip()
    assert find(tree, BUTTONS[2]).isEnabled()
    assert find(tree, BUTTONS[3]).isEnabled()


def test_buttons_ask_for_an_action_on_the_current_data_set(tree):
    asked = []
    tree.action_requested.connect(lambda action, key: asked.append((action, key)))
    tree.set_current(CTX)
    for name in BUTTONS:
        find(tree, name).click()
    assert asked == [(each, CTX) for each in ("download", "remove", "import_label", "add_own")]


def test_while_a_job_runs_nothing_is_asked_for(tree):
    tree.set_current(CTX)
    tree.allow_actions("Wait")
    for name in BUTTONS:
        assert not find(tree, name).isEnabled()
        assert "Wait" in find(tree, name).toolTip()
    tree.allow_actions("")
    assert all(find(tree, name).isEnabled() for name in BUTTONS)


def test_the_current_data_set_stays_when_the_list_is_made_anew(tree):
    told = []
    tree.current_changed.connect(told.append)
    tree.set_current(CTX)
    tree.show_sources(SOURCES)
    assert tree.current() == CTX
    tree.show_sources([])
    assert tree.current() == ""
    assert told[0] == CTX
    assert told[-1] == ""
