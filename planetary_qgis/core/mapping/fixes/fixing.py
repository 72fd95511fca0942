"""From a finding to what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes.edits import Fix

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.map_content import MapContent


def fix_for(finding: Finding, content: MapContent) -> Fix | None:
    """What mends a finding on the map as it is now; None where it is gone, or needs a mapper.

    The feature is looked for at the finding's place: its id may be another by now.
    """
    from planetary_qgis.core.mapping.fixes.mending import MENDS

    mend = MENDS.get(finding.fix)
    return None if mend is None else mend(finding, content)
