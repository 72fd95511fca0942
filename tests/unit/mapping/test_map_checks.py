"""Each check finds what it is for, at any latitude and in any plane, and nothing else."""

from __future__ import annotations

import pytest
from map_checks_cases import CASES
from map_checks_kit import STAGES, clean_map

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import CHECKS, check_map
from planetary_qgis.core.mapping.checks.looking import LOOKS

STAGE_NAMES = [stage.name for stage in STAGES]
ON_STAGES = [(key, stage) for key, case in CASES.items() for stage in case.stages]
NAMES = [f"{key}, {stage.name}" for key, stage in ON_STAGES]


def test_each_check_has_a_function_and_a_case():
    keys = [check.key for check in CHECKS]
    assert len(set(keys)) == len(keys)
    assert set(keys) == set(LOOKS) == set(CASES)


@pytest.mark.parametrize("stage", STAGES, ids=STAGE_NAMES)
def test_nothing_is_wrong_with_a_clean_map(stage):
    assert check_map(clean_map().content(stage)) == []


@pytest.mark.parametrize(("key", "stage"), ON_STAGES, ids=NAMES)
def test_what_a_check_is_for_is_found(key, stage):
    draft = clean_map()
    CASES[key].trigger(draft)
    found = check_map(draft.content(stage), keys=[key])
    assert found
    assert {each.check for each in found} == {key}
    for each in found:
        assert each.message.endswith(".")
        assert each.message[0].isupper() or each.message[0].isdigit()
        assert each.hint
        assert each.place is None or not shapely.is_empty(each.place)


@pytest.mark.parametrize(("key", "stage"), ON_STAGES, ids=NAMES)
def test_what_is_just_not_it_is_not_found(key, stage):
    draft = clean_map()
    CASES[key].near_miss(draft)
    assert check_map(draft.content(stage), keys=[key]) == []
