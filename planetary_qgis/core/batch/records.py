"""What an output remembers of the run that fills it, so that the run can go on another day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report

RECORD_NAME = "urn:planetary-qgis:batch-run:1"
"""Under which outputs keep the record."""
_NAMES_KEPT = 100
"""Of the items that met a problem; all are counted."""


@dataclass(frozen=True)
class Problems:
    """How many items met each problem, and the first of them: no larger for larger runs."""

    counts: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, list[str]] = field(default_factory=dict)

    def with_those_of(self, report: Report) -> Problems:
        """The same and what one more report tells."""
        counts, names = dict(self.counts), dict(self.names)
        for problem, items in report.items_by_problem.items():
            counts[problem] = counts.get(problem, 0) + len(items)
            names[problem] = [*names.get(problem, []), *items][:_NAMES_KEPT]
        return Problems(counts, names)

    def sentences(self) -> list[str]:
        """One line a problem, with how often it occurred and a few examples."""
        return [self._sentence(problem) for problem in self.counts]

    def _sentence(self, problem: str) -> str:
        count, shown = self.counts[problem], self.names[problem][:3]
        if not count:
            return problem
        more = ", …" if count > len(shown) else ""
        return f"{problem} ({count}: {', '.join(shown)}{more})"


@dataclass(frozen=True)
class Record:
    """How far a run is, and what it is.

    Attributes:
        question: What was asked, by name: only a run that asks the same may go on.
        provenance: Facts for whoever reads the output.
        chunks: How many parts of the times are done.
        observations: How many of the times these held.
        rows: How many rows they gave.
        any_known: Whether the kernels told of any of them.
    """

    question: Mapping[str, str]
    provenance: Mapping[str, str]
    chunks: int = 0
    observations: int = 0
    rows: int = 0
    any_known: bool = False
    problems: Problems = field(default_factory=Problems)
    finished: bool = False

    def after(self, *, observations: int, rows: int, any_known: bool, report: Report) -> Record:
        """The record once one more chunk is done."""
        return replace(
            self,
            chunks=self.chunks + 1,
            observations=self.observations + observations,
            rows=self.rows + rows,
            any_known=self.any_known or any_known,
            problems=self.problems.with_those_of(report),
        )

    def completed(self) -> Record:
        return replace(self, finished=True)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def check_goes_on(self, question: Mapping[str, str], where: str) -> None:
        """Return where the output's run asked the same.

        Raises:
            PlanetaryError: It asked something else; says what.
        """
        names = [*question, *(name for name in self.question if name not in question)]
        others = [name for name in names if self.question.get(name) != question.get(name)]
        if others:
            raise PlanetaryError(
                f"{where} holds another run: {_difference(others, self.question, question)}.",
                details="\n".join(
                    f"{name}: {self.question.get(name)} there, {question.get(name)} asked"
                    for name in others
                ),
                hint="Give the command of that run to go on with it, or another --out or --layer.",
            )


def record_from_json(text: str, where: str) -> Record:
    """The record that an output keeps.

    Raises:
        PlanetaryError: It cannot be read.
    """
    try:
        content: dict[str, Any] = json.loads(text)
        return Record(**{**content, "problems": Problems(**content["problems"])})
    except (ValueError, KeyError, TypeError) as error:
        raise PlanetaryError(
            f"What {where} says of its run cannot be read.",
            details=f"{error!r}\n{text[:1000]}",
            hint="It may come from another version of the plugin: give another --out or --layer.",
        ) from error


def _difference(names: list[str], there: Mapping[str, str], asked: Mapping[str, str]) -> str:
    first = names[0]
    told = f"its {first} is {_short(there.get(first))}, not {_short(asked.get(first))}"
    return told if len(names) == 1 else f"{told}, and its {', '.join(names[1:])} differ too"


def _short(value: str | None) -> str:
    if not value:
        return "none"
    return value if len(value) <= 80 else f"{value[:77]}…"
