"""What went wrong with single items of a run that went on all the same."""

from __future__ import annotations

from dataclasses import dataclass, field

EXAMPLES_SHOWN = 3


@dataclass
class Report:
    """Problems, each with the items it met, in the order they were first seen."""

    items_by_problem: dict[str, list[str]] = field(default_factory=dict)

    def add(self, problem: str, item: str = "") -> None:
        """Note one item's problem; the same sentence for the same kind of problem."""
        items = self.items_by_problem.setdefault(problem, [])
        if item:
            items.append(item)

    def merge(self, other: Report) -> None:
        for problem, items in other.items_by_problem.items():
            self.items_by_problem.setdefault(problem, []).extend(items)

    def __bool__(self) -> bool:
        return bool(self.items_by_problem)

    def sentences(self) -> list[str]:
        """One line a problem, with how often it occurred and a few examples."""
        return [_sentence(problem, items) for problem, items in self.items_by_problem.items()]


def _sentence(problem: str, items: list[str]) -> str:
    if not items:
        return problem
    shown = ", ".join(items[:EXAMPLES_SHOWN])
    more = ", …" if len(items) > EXAMPLES_SHOWN else ""
    return f"{problem} ({len(items)}: {shown}{more})"
