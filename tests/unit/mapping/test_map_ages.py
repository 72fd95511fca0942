"""Time scales of bodies."""

from __future__ import annotations

import pytest

from planetary_qgis.core.bodies import known_bodies
from planetary_qgis.core.mapping.ages import age_called, ages_of
from planetary_qgis.core.mapping.unit_colours import rgb_of
from planetary_qgis.core.mapping.vocabularies import vocabularies_for

BODIES = ("MARS", "MOON", "MERCURY", "VENUS", "VESTA")


@pytest.mark.parametrize("body", BODIES)
def test_ages_go_back_in_time_without_gaps(body):
    ages = ages_of(body)
    assert [age.rank for age in ages] == list(range(1, len(ages) + 1))
    parents = {age.parent for age in ages}
    finest = [age for age in ages if age.code not in parents]
    for young, old in zip(finest, finest[1:]):
        assert young.oldest_ma == old.youngest_ma
    for age in ages:
        if age.oldest_ma is not None:
            assert age.oldest_ma > age.youngest_ma >= 0


@pytest.mark.parametrize("body", BODIES)
def test_periods_are_what_their_epochs_cover(body):
    ages = ages_of(body)
    for period in ages:
        epochs = [age for age in ages if age.parent == period.code]
        if epochs:
            assert epochs[0].youngest_ma == period.youngest_ma
            assert epochs[-1].oldest_ma == period.oldest_ma
            assert epochs[0].rank == period.rank + 1


@pytest.mark.parametrize("body", BODIES)
def test_every_age_has_a_colour_and_a_source(body):
    for age in ages_of(body):
        assert rgb_of(age.colour) is not None
        assert age.source
        assert age.count == len(ages_of(body))


# Michael 2013 (Neukum's chronology) and Wilhelms 1987.
@pytest.mark.parametrize(
    ("body", "name", "oldest"),
    [
        ("Mars", "Amazonian", 3370),
        ("Mars", "eH", 3710),
        ("Mars", "Middle Noachian", 3960),
        ("Moon", "Copernican", 1100),
        ("Moon", "Imbrian", 3850),
        ("Moon", "nectarian", 3920),
        ("Moon", "pre-Nectarian", None),
    ],
)
def test_boundaries_are_those_of_the_papers(body, name, oldest):
    assert age_called(body, name).oldest_ma == oldest


def test_bodies_without_a_time_scale_have_no_ages():
    with_scale = {body.name for body in known_bodies() if ages_of(body.name)}
    assert with_scale == set(BODIES)
    assert vocabularies_for("67P") == {**vocabularies_for("EUROPA"), "age": ()}
    assert age_called("EUROPA", "Amazonian") is None
    assert age_called("MARS", None) is None
