"""What can be wrong on a geologic map, looked for on the body.

Nothing heavy is imported until a map is checked: titles are shown while QGIS loads the plugin.
"""

from __future__ import annotations

from planetary_qgis.core.mapping.checks.catalogue import CHECKS, Check, check_named
from planetary_qgis.core.mapping.checks.finding_keys import finding_key
from planetary_qgis.core.mapping.checks.running import check_map

__all__ = ["CHECKS", "Check", "check_map", "check_named", "finding_key"]
