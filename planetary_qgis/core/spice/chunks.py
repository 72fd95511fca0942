"""Rows computed chunk by chunk while CSPICE is held: what footprints and tracks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.products import Products
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.gaps import tell_gaps
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps

Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Computed:
    """Some rows, and whether the kernels told of any of them."""

    products: Products
    any_known: bool


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
    seen_any = False
    gaps = None
    with furnished(files):
        for rows in portions:
            gaps = Gaps()
            found = computed(rows, gaps)
            seen_any |= found.any_known
            tell_gaps(gaps, report)
            if len(found.products):
                yield found.products
        if gaps is not None and not seen_any:
            raise nothing_known(gaps)
