"""The plugin's main job in the real QGIS, through the docks' own buttons."""

from __future__ import annotations

import math

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def job(run_in_qgis):
    outcome = run_in_qgis("main_job.py", seconds=240)
    outcome.expect_success()
    return outcome.results


@pytest.fixture(scope="module")
def layers(job):
    return {layer["name"]: layer for layer in job["layers"]}


def one(layers, part):
    (found,) = [layer for name, layer in layers.items() if part in name]
    return found


def test_the_index_is_imported_and_searched(job, layers):
    assert job["imported"].startswith("237 products imported")
    found = one(layers, "found")
    assert job["found"].startswith(f"{found['count']} products found")
    assert 0 < found["count"] < 237
    # Two of them look over the limb, so the index has no corners for them.
    assert found["sources"] == ["NULL", "index corners"]
    assert found["count"] - found["with geometry"] == 2


def test_footprints_and_track_are_computed(job, layers):
    footprints, track = one(layers, "footprints on"), one(layers, "ground track")
    # Every minute of a revolution, both ends included; the track has the steps between.
    assert job["footprints"].startswith(f"{footprints['count']} rows")
    assert footprints["count"] == 114
    assert track["count"] == 113
    assert footprints["sources"] == track["sources"] == ["SPICE, ellipsoid"]


def test_all_layers_lie_on_mars_play_by_time_and_say_where_they_are_from(layers):
    assert len(layers) == 4
    for layer in layers.values():
        assert layer["valid"]
        assert layer["crs"] == "IAU_2015:49900"
    for layer in (layer for layer in layers.values() if "count" in layer):
        assert layer["temporal"]
        # The style that the file keeps: translucent fills and opaque lines.
        assert layer["alpha"] == (255 if "track" in layer["name"] else 45)
        assert layer["valid geometry"]
        assert any("synthetic" in line.lower() for line in layer["provenance"])


def test_the_temporal_controller_plays_them(job):
    played = {name: count for name, count in job["played"].items() if "synth" in name.lower()}
    assert len(played) == 3
    # One frame of five minutes shows five or six of the footprints taken every minute.
    assert one_count(played, "footprints on") in (5, 6)
    assert one_count(played, "ground track") in (6, 7)


def one_count(played, part):
    (count,) = [count for name, count in played.items() if part in name]
    return count


def test_the_project_measures_on_mars(job):
    assert job["project"]["crs"] == "IAU_2015:49900"
    assert job["project"]["degree in metres"] == pytest.approx(math.radians(3396190.0), rel=1e-6)


def test_an_error_is_a_sentence_in_the_message_bar(job):
    assert any("The kernels do not tell" in text for text in job["error"])


def test_nothing_is_left_after_the_work(job):
    before, after = job["before"], job["after"]
    for kind in ("docks", "toolbars", "actions", "providers", "algorithms", "tasks", "layers"):
        assert after[kind] == before[kind], kind
