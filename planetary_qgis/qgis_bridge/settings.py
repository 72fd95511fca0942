"""What the plugin remembers between sessions, in QGIS's own settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings

_GROUP = "planetary_qgis"


@dataclass(frozen=True)
class Settings:
    """Choices of the user.

    Attributes:
        store_path: The GeoPackage that indexes are imported into.
        kernels: Kernels used last, in load order.
        label: The index label used last, if any.
        download_folder: Where products went last, if anywhere.
    """

    store_path: Path
    kernels: tuple[Path, ...] = ()
    label: Path | None = None
    download_folder: Path | None = None

    @property
    def results_path(self) -> Path:
        """The GeoPackage that answers of services are kept in, beside the store."""
        return self.store_path.with_name(f"{self.store_path.stem}_searches.gpkg")

    @property
    def cache_path(self) -> Path:
        """The folder of downloads, beside the store."""
        return self.store_path.parent / "cache"


def default_store_path() -> Path:
    """Where indexes go unless the user chooses otherwise: in the QGIS profile."""
    return _profile_folder() / "indexes.gpkg"


def own_catalog_path() -> Path:
    """The TOML file in which users describe indexes and services of their own."""
    return _profile_folder() / "catalog.toml"


def _profile_folder() -> Path:
    return Path(QgsApplication.qgisSettingsDirPath()) / "planetary_qgis"


def load() -> Settings:
    """The settings, with defaults for what was never set."""
    stored = QgsSettings()
    store_path = stored.value(f"{_GROUP}/store_path", "", type=str)
    label = stored.value(f"{_GROUP}/label", "", type=str)
    folder = stored.value(f"{_GROUP}/download_folder", "", type=str)
    kernels = stored.value(f"{_GROUP}/kernels", [], type=list)
    return Settings(
        store_path=Path(store_path) if store_path else default_store_path(),
        kernels=tuple(Path(kernel) for kernel in kernels),
        label=Path(label) if label else None,
        download_folder=Path(folder) if folder else None,
    )


def save(settings: Settings) -> None:
    """Remember the settings; a default store path is not pinned down."""
    is_default = settings.store_path == default_store_path()
    stored = QgsSettings()
    stored.setValue(f"{_GROUP}/store_path", "" if is_default else str(settings.store_path))
    stored.setValue(f"{_GROUP}/label", str(settings.label) if settings.label else "")
    stored.setValue(f"{_GROUP}/download_folder", str(settings.download_folder or ""))
    stored.setValue(f"{_GROUP}/kernels", [str(kernel) for kernel in settings.kernels])


def remember(**changes: object) -> Settings:
    """The settings with some of them changed and saved."""
    changed = replace(load(), **changes)
    save(changed)
    return changed
