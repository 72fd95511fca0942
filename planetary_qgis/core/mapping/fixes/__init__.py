"""What is safe to mend on a geologic map without asking a mapper."""

from __future__ import annotations

from planetary_qgis.core.mapping.fixes.edits import Edit, Fix
from planetary_qgis.core.mapping.fixes.fixing import fix_for

__all__ = ["Edit", "Fix", "fix_for"]
