"""Modules of tools/, which is no package."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from imports import REPOSITORY


def tool(name: str) -> ModuleType:
    """The module tools/<name>.py, imported as when it runs: with its neighbours in reach."""
    folder = str(REPOSITORY / "tools")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)
