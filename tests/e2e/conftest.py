"""One display and one staged plugin for all end-to-end tests."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis_session import HERE, Outcome, QgisSession, virtual_display

REPOSITORY = HERE.parents[1]


@pytest.fixture(scope="session")
def staged_plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the plugin as `make zip` would package it."""
    spec = importlib.util.spec_from_file_location("package", REPOSITORY / "tools" / "package.py")
    package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package.stage(tmp_path_factory.mktemp("plugins")).parent


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X display; skips where the application or Xvfb is not installed."""
    missing = [program for program in ("qgis", "Xvfb") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    with virtual_display() as name:
        yield name


@pytest.fixture(scope="session")
def run_in_qgis(
    display: str, staged_plugins: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Outcome]:
    """A function that runs one file of tests/e2e/steps in a new QGIS, with the plugin in reach."""
    session = QgisSession(display, staged_plugins)

    def run(steps: str, **options: Any) -> Outcome:
        folder = tmp_path_factory.mktemp(Path(steps).stem)
        return session.run(HERE / "steps" / steps, folder, **options)

    return run
