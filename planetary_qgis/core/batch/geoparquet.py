"""GeoParquet that batch runs fill: a part a chunk, joined into one file at the end.

Source: OGC GeoParquet 1.1.0.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from planetary_qgis.core.batch.outputs import only_run_on
from planetary_qgis.core.batch.records import RECORD_NAME, Record, record_from_json
from planetary_qgis.core.batch.spheres import sphere_of
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.blobs import promoted
from planetary_qgis.core.geopackages.empty_tables import column_names
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import ColumnKind, GeometryKind, Products, Schema

GEOMETRY, BOX = "geometry", "bbox"
ROWS_A_GROUP = 50_000
_RECORD_KEY, _GEO_KEY = RECORD_NAME, "geo"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_TYPES: dict[ColumnKind, Any] = {
    "text": pa.string(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "real": pa.float64(),
    "integer": pa.int64(),
}
_GEOMETRY_NAMES: dict[GeometryKind, str] = {
    "polygon": "MultiPolygon",
    "line": "MultiLineString",
    "point": "Point",
}


@contextmanager
def open_geoparquet(path: Path) -> Iterator[GeoParquetOutput]:
    """A GeoParquet file and the folder of its parts, locked against other runs.

    Raises:
        PlanetaryError: Another run writes there, or, at the end, the disk is full or read-only.
    """
    with only_run_on(path):
        try:
            yield GeoParquetOutput(path)
        except (OSError, pa.ArrowException) as error:
            raise PlanetaryError(
                f"{path} or the parts beside it cannot be read or written.",
                details=str(error),
                hint="Check that the folder is writable and not full, and that nobody changed "
                "the parts.",
            ) from error


class GeoParquetOutput:
    """See `outputs.Output`. Until the end the parts lie in <name>.parts, each a GeoParquet file."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self._path = path
        self._parts = path.with_name(f"{path.name}.parts")
        self._schema: Schema | None = None

    def record(self) -> Record | None:
        if self._path.exists():
            record = self._record_of(self._path)
            shutil.rmtree(self._parts, ignore_errors=True)
            return record
        parts = self._written()
        if parts:
            return self._record_of(parts[-1])
        with suppress(FileNotFoundError):
            return record_from_json(self._first_record.read_text("utf-8"), self.where)
        return None

    def begin(self, schema: Schema, record: Record) -> None:
        self._schema = schema
        self._parts.mkdir(parents=True, exist_ok=True)
        with _written_whole(self._first_record) as unfinished:
            unfinished.write_text(record.to_json(), encoding="utf-8")

    def resume(self, schema: Schema) -> None:
        self._schema = schema

    def add(self, products: Products, before: Record, after: Record) -> None:
        if self._schema is None:
            raise RuntimeError("begin or resume comes first")
        table = _arrow_table(products, self._schema, after)
        with _written_whole(self._part(before.chunks + 1)) as unfinished:
            pq.write_table(table, unfinished, compression="zstd")

    def finish(self, record: Record) -> None:
        parts = self._written()
        with _written_whole(self._path) as unfinished:
            _join(parts, record, unfinished)
        shutil.rmtree(self._parts)

    def discard(self) -> None:
        shutil.rmtree(self._parts)

    @property
    def _first_record(self) -> Path:
        return self._parts / "run.json"

    def _part(self, number: int) -> Path:
        return self._parts / f"part-{number:08d}.parquet"

    def _written(self) -> list[Path]:
        return sorted(self._parts.glob("part-*.parquet"))

    def _record_of(self, file: Path) -> Record:
        metadata = pq.read_schema(file).metadata or {}
        if _RECORD_KEY.encode() not in metadata:
            raise PlanetaryError(
                f"{file} was not made by this command.", hint="Give another --out."
            )
        return record_from_json(metadata[_RECORD_KEY.encode()].decode(), self.where)


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Where to write a file that gets its name only once it is safely on disk."""
    unfinished = path.with_name(f"{path.name}.writing")
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last; Windows does so by itself and opens no folders."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _join(parts: Sequence[Path], record: Record, into: Path) -> None:
    """Write the parts' rows into one file, some tens of thousands at a time."""
    schemas = [pq.read_schema(part) for part in parts]
    geo = json.loads(schemas[0].metadata[_GEO_KEY.encode()])
    boxes = [_box_of(schema) for schema in schemas]
    _set_box(geo, _around(np.array([box for box in boxes if box], dtype=float)))
    facts = {f"planetary_qgis:{name}": value for name, value in record.provenance.items()}
    metadata = {_GEO_KEY: json.dumps(geo), _RECORD_KEY: record.to_json(), **facts}
    schema = schemas[0].with_metadata(metadata)
    with pq.ParquetWriter(into, schema, compression="zstd") as writer:
        for table in _grouped(parts):
            writer.write_table(table.replace_schema_metadata(metadata), ROWS_A_GROUP)


def _grouped(parts: Sequence[Path]) -> Iterator[pa.Table]:
    """The parts' rows in tables that make good row groups."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(pq.read_table(part).replace_schema_metadata(None))
        if sum(len(table) for table in waiting) >= ROWS_A_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _arrow_table(products: Products, schema: Schema, record: Record) -> pa.Table:
    names = column_names(schema, reserved=(GEOMETRY, BOX))
    columns = {
        name: _column(products, column, kind)
        for name, (column, kind) in zip(names, schema.columns.items())
    }
    shapes, is_oriented = _shapes(products, schema.geometry)
    boxes = np.asarray(shapely.bounds(shapes), dtype=float).reshape(-1, 4)
    columns[BOX] = _box_column(boxes)
    columns[GEOMETRY] = pa.array(shapely.to_wkb(shapes, byte_order=1), type=pa.binary())
    geo = _geo(schema, is_oriented)
    _set_box(geo, _around(boxes))
    metadata = {_GEO_KEY: json.dumps(geo), _RECORD_KEY: record.to_json()}
    return pa.table(columns).replace_schema_metadata(metadata)


def _column(products: Products, name: str, kind: ColumnKind) -> pa.Array:
    column = products.table[name]
    if kind == "text":
        texts = [None if value is None else str(value) for value in column.tolist()]
        return pa.array(texts, type=_TYPES[kind])
    if kind == "datetime":
        return pa.array(column.to_numpy(dtype="datetime64[us]")).cast(_TYPES[kind])
    return pa.array(column, type=_TYPES[kind], from_pandas=True)


def _shapes(products: Products, kind: GeometryKind) -> tuple[NDArray[np.object_], bool]:
    """The geometries, all of one type, and whether their outer rings run counter-clockwise."""
    shapes = products.geometry.copy()
    there = ~shapely.is_missing(shapes)
    shapes[there] = promoted(shapes[there], kind)
    orient = getattr(shapely, "orient_polygons", None)  # shapely 2.1
    if kind != "polygon" or orient is None:
        return shapes, False
    shapes[there] = orient(shapes[there])
    return shapes, True


def _box_column(boxes: NDArray[np.float64]) -> pa.Array:
    known = np.isfinite(boxes).all(axis=1)
    fields = [pa.array(boxes[:, side]) for side in range(4)]
    return pa.StructArray.from_arrays(fields, names=list(_SIDES), mask=pa.array(~known))


def _geo(schema: Schema, is_oriented: bool) -> dict[str, Any]:
    column = {
        "encoding": "WKB",
        "geometry_types": [_GEOMETRY_NAMES[schema.geometry]],
        "crs": sphere_of(schema.body).projjson,
        "edges": "planar",
        "covering": {BOX: {side: [BOX, side] for side in _SIDES}},
    }
    if is_oriented:
        column["orientation"] = "counterclockwise"
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _set_box(geo: dict[str, Any], box: list[float] | None) -> None:
    if box:
        geo["columns"][GEOMETRY]["bbox"] = box


def _box_of(schema: pa.Schema) -> list[float] | None:
    box: list[float] | None = json.loads(schema.metadata[_GEO_KEY.encode()])["columns"][
        GEOMETRY
    ].get("bbox")
    return box


def _around(boxes: NDArray[np.float64]) -> list[float] | None:
    """The box around boxes; None where there are none."""
    known = boxes[np.isfinite(boxes).all(axis=1)] if len(boxes) else boxes
    if not len(known):
        return None
    return [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()]
