"""What the project itself knows of instruments, beyond their kernels: instruments.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.spice.observations import Imaging


@dataclass(frozen=True)
class PublishedCamera:
    """A focal length and a detector that no kernel holds.

    Attributes:
        source: Where they are published.
        pixel_mm: Pitch along samples and along lines; negative where the frame's axis runs against.
        size: Samples and lines.
        boresight: Sample and line of the pixel on the optical axis, the first one being 1.
        scanned: First and number of the lines that scans or framelets are taken with, None for all.
    """

    source: str
    focal_length_mm: float
    pixel_mm: tuple[float, float]
    size: tuple[float, float]
    boresight: tuple[float, float]
    scanned: tuple[int, int] | None


@dataclass(frozen=True)
class Facts:
    """What instruments.toml says of one instrument.

    Attributes:
        imaging: None where the shape of the field of view tells.
        interframe_s: The usual time from framelet to framelet, None where it is not known.
        whole: The instrument whose lens it shares, 0 where its number tells.
        frame: In which its pixels' directions count, "" where kernels name it.
    """

    imaging: Imaging | None = None
    interframe_s: float | None = None
    camera: PublishedCamera | None = None
    whole: int = 0
    frame: str = ""


def facts_of(naif_id: int) -> Facts:
    """What is listed of an instrument; nothing for one that is not listed."""
    return _listed().get(naif_id, Facts())


def ids_with_listed_camera() -> list[int]:
    """The instruments whose focal length and detector are listed, or whose lens is."""
    return [naif_id for naif_id, facts in _listed().items() if facts.camera or facts.whole]


@lru_cache(maxsize=1)
def _listed() -> dict[int, Facts]:
    tables = read_toml(Path(__file__).with_name("instruments.toml"))
    cameras = {entry["naif_id"]: _camera(entry) for entry in tables["camera"]}
    parts = {naif_id: entry for entry in tables["parts"] for naif_id in entry["naif_ids"]}
    return {
        naif_id: Facts(
            entry["imaging"],
            entry.get("interframe_s"),
            cameras.get(naif_id),
            parts.get(naif_id, {}).get("whole", 0),
            parts.get(naif_id, {}).get("frame", ""),
        )
        for entry in tables["instrument"]
        for naif_id in entry["naif_ids"]
    }


def _camera(entry: dict[str, Any]) -> PublishedCamera:
    scanned = entry.get("scanned_lines")
    return PublishedCamera(
        source=entry["source"],
        focal_length_mm=entry["focal_length_mm"],
        pixel_mm=_pair(entry["pixel_mm"]),
        size=_pair(entry["size"]),
        boresight=_pair(entry["boresight"]),
        scanned=(int(scanned[0]), int(scanned[1])) if scanned else None,
    )


def _pair(values: list[float]) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)
