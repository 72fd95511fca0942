"""The temporal controller plays footprints in the real QGIS, and live mode follows it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(run_in_qgis):
    outcome = run_in_qgis("live.py", seconds=300)
    outcome.expect_success()
    return outcome.results


def test_frames_show_the_footprints_of_their_time(live):
    assert all(len(shown) in (5, 6) for shown in live["played"])  # one a minute
    first, second, third = (set(shown) for shown in live["played"])
    assert not first & second
    assert not second & third
    assert "SYNTH_FRAME_CAM_2019-09-01T00:25:00.000" in first


def test_live_layers_follow_the_frames(live):
    assert [frame["time"] for frame in live["live"]] == [
        "2019-09-01T00:25:00.000Z",
        "2019-09-01T00:55:00.000Z",
        "2019-09-01T01:25:00.000Z",
    ]
    for frame in live["live"]:
        print(f"shown {frame['seconds'] * 1000:.0f} ms after the frame changed")
        assert frame["kinds"] == [
            "Boresight",
            "Field of view",
            "Limb",
            "Night side",
            "Sub-spacecraft point",
            "Subsolar point",
            "Terminator",
        ]


def test_live_layers_follow_while_the_controller_plays(live):
    for name in ("without", "smooth"):
        gap = live[name]["longest gap"] * 1000
        print(f"{name}: longest gap {gap:.0f} ms in {live[name]['beats']} beats")
    assert live["smooth"]["time"] >= "2019-09-01T01:25:00"


def test_footprints_are_coloured_from_dock_and_menu(live):
    assert "incidence_angle" in live["coloured by"]
    assert live["menu"][0] == "Incidence"
    assert live["menu"][-1] == "Plain"
    assert len(live["menu"]) == 8


def test_leaving_live_mode_leaves_nothing(live):
    assert live["left"]["layers"] == 0
    assert not any("Live" in text for text in live["left"]["messages"])
    before, after = live["before"], live["after"]
    for kind in ("docks", "toolbars", "actions", "providers", "tasks", "layers"):
        assert after[kind] == before[kind], kind
