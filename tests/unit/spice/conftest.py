"""Real cases: kernels of real images, with what CSPICE itself says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from planetary_qgis.core.spice.observations import Observation, Times, times_of_run
from planetary_qgis.core.times import parse_utc

SAMPLE = Path(__file__).resolve().parents[3] / "planetary_qgis" / "resources" / "sample"


@dataclass(frozen=True)
class Case:
    """One real image of cases.json."""

    facts: dict
    kernels: tuple[Path, ...]

    @property
    def name(self) -> str:
        return self.facts["image_id"]

    @property
    def utcs(self) -> list[str]:
        return [utc for utc in (self.facts["utc_start"], self.facts["utc_stop"]) if utc]

    def observation(self, **options) -> Observation:
        return Observation(
            kernels=self.kernels,
            target=str(self.facts["target_id"]),
            observer=str(self.facts["spacecraft_id"]),
            instrument=str(self.facts["instrument_id"]),
            **options,
        )

    def times(self) -> Times:
        stop = self.facts["utc_stop"]
        return times_of_run(parse_utc(self.utcs[0]), parse_utc(stop) if stop else None)


@pytest.fixture(scope="session")
def cases(real_data) -> list[Case]:
    """All real images."""
    folder = real_data / "spice"
    listed = json.loads((folder / "cases.json").read_text())["cases"]
    return [Case(facts, tuple(folder / name for name in facts["kernels"])) for facts in listed]


@pytest.fixture(scope="session")
def sample_kernels() -> tuple[Path, ...]:
    """The synthetic orbiter's metakernel, which ships with the plugin."""
    return (SAMPLE / "synthetic.tm",)
