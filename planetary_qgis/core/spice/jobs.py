"""An observation resolved: what every chunk of its footprints is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from planetary_qgis.core.products import ColumnKind, Schema
from planetary_qgis.core.spice import carried
from planetary_qgis.core.spice.areas.framelets import interframe_of
from planetary_qgis.core.spice.instruments.instrument import Instrument, imaging_of, instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import provenance_of
from planetary_qgis.core.spice.observations import Imaging, Observation, Times
from planetary_qgis.core.spice.scene import Scene, naif_id, scene_of
from planetary_qgis.core.spice.surfaces.chosen_surface import surface_of

OWN_COLUMNS: dict[str, ColumnKind] = {
    "range_km": "real",
    "resolution_along": "real",
    "resolution_across": "real",
    "limb_distance_km": "real",
    "tangent_lon_e": "real",
    "tangent_lat": "real",
    "sub_spacecraft_lon_e": "real",
    "sub_spacecraft_lat": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
    "imaging": "text",
    "view": "text",
}


@dataclass(frozen=True)
class Job:
    """An observation with everything that the kernels resolved of it; travels to other processes.

    Attributes:
        kernels: Their names as they were given, metakernels among them.
        files: The kernel files themselves, in load order.
        interframe_s: From framelet to framelet of a push frame camera; 0 where nothing tells.
    """

    kernels: tuple[str, ...]
    files: tuple[Path, ...]
    scene: Scene
    instrument: Instrument
    imaging: Imaging
    schema: Schema
    interframe_s: float = 0.0

    @property
    def source(self) -> str:
        """What the column `source` says of every row."""
        return f"SPICE: {', '.join(self.kernels)}"

    @property
    def provenance(self) -> dict[str, str]:
        """Who looked at what and how that was computed, for the layer's metadata."""
        return {
            **self.scene.facts,
            "Instrument": f"{self.instrument.name} ({self.instrument.naif_id}), {self.imaging}"
            + (f" every {self.interframe_s:g} s" if self.interframe_s else ""),
            "Field of view": self.instrument.fov_source,
            "Kernels": provenance_of(self.files),
        }


def job_of(observation: Observation, times: Times, files: tuple[Path, ...]) -> Job:
    """The observation as these kernels, which are furnished, resolve it."""
    scene = scene_of(
        observation.target, observation.observer, observation.abcorr, observation.body_fixed_frame
    )
    instrument = instrument_of(naif_id(observation.instrument, "instrument"))
    imaging = imaging_of(instrument, observation.imaging)
    own = {**OWN_COLUMNS, **carried.own_columns(times, OWN_COLUMNS)}
    return Job(
        kernels=tuple(path.name for path in observation.kernels),
        files=files,
        scene=replace(
            scene,
            surface=surface_of(observation, scene, times, files),
            instrument_frame=instrument.frame,
        ),
        instrument=instrument,
        imaging=imaging,
        schema=Schema(scene.body, "polygon", own),
        interframe_s=interframe_of(instrument, observation) if imaging == "push frame" else 0.0,
    )
