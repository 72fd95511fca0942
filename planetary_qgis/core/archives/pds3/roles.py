"""Which of an index's columns play which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planetary_qgis.core.archives.catalog import (
    BoundsColumns,
    Dataset,
    PointColumns,
    Spellings,
    spellings,
)
from planetary_qgis.core.products import GeometryKind


@dataclass(frozen=True)
class Roles:
    """The columns, under their own names, that say what an index row is and where it lies.

    Attributes:
        by_role: Role to column name; a role that no column plays is absent.
        corners: Four pairs in ring order, or empty.
    """

    by_role: Mapping[str, str]
    corners: tuple[PointColumns, ...] = ()
    bounds: BoundsColumns | None = None
    centre: PointColumns | None = None

    @property
    def geometry(self) -> GeometryKind:
        """What shapes the rows can have; points, all unknown, where no column says."""
        return "polygon" if self.corners or self.bounds else "point"

    def longitudes(self) -> list[str]:
        """Every column that gives a longitude of the geometry."""
        box = [self.bounds.first, self.bounds.second] if self.bounds else []
        return [*(point.longitude for point in self._points()), *box]

    def latitudes(self) -> list[str]:
        """Every column that gives a latitude of the geometry."""
        box = [self.bounds.south, self.bounds.north] if self.bounds else []
        return [*(point.latitude for point in self._points()), *box]

    def _points(self) -> list[PointColumns]:
        return [*self.corners, *([self.centre] if self.centre else [])]


def roles_of(names: Sequence[str], dataset: Dataset | None) -> Roles:
    """The roles that columns of these names play; the dataset's spellings before the generic."""
    known = spellings()
    own_name = {name.upper(): name for name in names}
    wanted = {**known.roles, **(dataset.roles if dataset else {})}
    found = {role: _first(candidates, own_name) for role, candidates in wanted.items()}
    return Roles(
        by_role={role: name for role, name in found.items() if name is not None},
        corners=_corners(known, own_name),
        bounds=_bounds(known, own_name),
        centre=_centre(known, own_name),
    )


def _first(candidates: Iterable[str], own_name: Mapping[str, str]) -> str | None:
    return next((own_name[name] for name in candidates if name in own_name), None)


def _corners(known: Spellings, own_name: Mapping[str, str]) -> tuple[PointColumns, ...]:
    for corners in known.corners:
        if all(c.longitude in own_name and c.latitude in own_name for c in corners):
            return tuple(PointColumns(own_name[c.longitude], own_name[c.latitude]) for c in corners)
    return ()


def _bounds(known: Spellings, own_name: Mapping[str, str]) -> BoundsColumns | None:
    for box in known.bounds:
        if all(name in own_name for name in (box.first, box.second, box.south, box.north)):
            return BoundsColumns(
                own_name[box.first],
                own_name[box.second],
                own_name[box.south],
                own_name[box.north],
                box.by_compass,
            )
    return None


def _centre(known: Spellings, own_name: Mapping[str, str]) -> PointColumns | None:
    for point in known.centres:
        if point.longitude in own_name and point.latitude in own_name:
            return PointColumns(own_name[point.longitude], own_name[point.latitude])
    return None
