"""Sets of kernels that were used lately."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsSettings

Kernels = tuple[Path, ...]
_KEY = "planetary_qgis/recent_kernels"
_MOST = 8


def sets() -> tuple[Kernels, ...]:
    """The sets, the latest first."""
    stored = QgsSettings().value(_KEY, "", type=str)
    try:
        known = json.loads(stored or "[]")
        return tuple(tuple(map(Path, each)) for each in known if each)
    except (TypeError, ValueError):  # another version's, or edited by hand
        return ()


def remember(kernels: Sequence[Path]) -> None:
    """Put a set in front; the oldest beyond eight is forgotten."""
    used = tuple(kernels)
    others = [each for each in sets() if each != used]
    kept = [[str(path) for path in each] for each in (used, *others)[:_MOST]]
    QgsSettings().setValue(_KEY, json.dumps(kept))


def title_of(kernels: Kernels) -> str:
    """The first kernel's name, its folder, and how many others there are."""
    first = kernels[0]
    more = f" + {len(kernels) - 1}" if len(kernels) > 1 else ""
    return f"{first.name}{more} ({first.parent.name})"
