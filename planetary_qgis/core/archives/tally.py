"""Counts of what went wrong row by row, told once at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from planetary_qgis.core.reports import EXAMPLES_SHOWN, Report


@dataclass
class _Count:
    rows: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """How many rows each problem met, and a few of them; takes no more room for more rows."""

    counts: dict[str, _Count] = field(default_factory=dict)

    def add(self, problem: str, rows: int, examples: Iterable[object] = ()) -> None:
        """Note that a problem met some more rows; it is told as “12 <problem>”."""
        if not rows:
            return
        count = self.counts.setdefault(problem, _Count())
        count.rows += rows
        free = EXAMPLES_SHOWN - len(count.examples)
        count.examples += [str(example) for example in islice(examples, free)]

    def tell(self, report: Report) -> None:
        """Add one sentence a problem to the report."""
        for problem, count in self.counts.items():
            shown = ", ".join(count.examples)
            report.add(f"{count.rows} {problem}" + (f", for example {shown}." if shown else "."))
