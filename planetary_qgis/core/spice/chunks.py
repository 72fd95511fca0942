"""Rows computed chunk by chunk while CSPICE is held: what tracks and limbs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.products import Products
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.gaps import tell_gaps
from planetary_qgis.core.spice.running import Computed, products_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps

Rows = TypeVar("Rows")


def chunks(
    files: Sequence[Path],
    portions: Iterable[Rows],
    computed: Callable[[Rows, Gaps], Computed],
    report: Report,
    nothing_known: Callable[[Gaps], KernelError],
) -> Iterator[Products]:
    """The products of each portion that has any; gaps go into the report.

    Raises:
        KernelError: `nothing_known` of the last gaps, after portions of which none was known.
    """
    with furnished(files):
        results = (_telling_gaps(computed, rows) for rows in portions)
        yield from products_of(results, report, nothing_known)


def portions_of(count: int, size: int) -> Iterator[slice]:
    """So many rows, a part at once."""
    for begin in range(0, count, size):
        yield slice(begin, min(begin + size, count))


def _telling_gaps(computed: Callable[[Rows, Gaps], Computed], rows: Rows) -> Computed:
    gaps, report = Gaps(), Report()
    found = computed(rows, gaps)
    tell_gaps(gaps, report)
    return replace(found, report=report, gaps=gaps)
