"""A set of kernels being asked: its folders, its index, its metakernels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin

import numpy as np

from planetary_qgis.core.checksums import Checksum
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import NetworkError, Request, Transport, fetch
from planetary_qgis.core.spice.kernel_archives.indexes import (
    Indexed,
    checksums_in,
    indexed_kernels,
    names_in_metakernel,
)
from planetary_qgis.core.spice.kernel_archives.layouts import Layout, layout_of
from planetary_qgis.core.spice.kernel_archives.listings import Listed, listed_in
from planetary_qgis.core.spice.kernel_archives.name_dates import span_in_name
from planetary_qgis.core.spice.kernel_archives.remote_kernels import RemoteKernel
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.core.spice.kernels.kernel_files import (
    METAKERNEL,
    by_version,
    kind_of_name,
    load_rank,
)

_NOT_THERE = (403, 404, 410)


class Archive:
    """A set of kernels being asked; each page once."""

    def __init__(self, kernel_set: KernelSet, transport: Transport) -> None:
        self._set, self._transport = kernel_set, transport
        self._folders: dict[str, dict[str, Listed]] = {}

    def metakernels(self) -> tuple[RemoteKernel, ...]:
        folder = self._layout.metakernels
        if folder is None or not self._has_folder(folder):
            return ()
        names = [name for name in self._listing(folder) if kind_of_name(name) == METAKERNEL]
        paths = (f"{folder}/{name}" for name in sorted(names, key=by_version))
        return self.with_sizes(RemoteKernel(_last(p), self._url(p), METAKERNEL, p) for p in paths)

    def listed_by(self, metakernel: RemoteKernel) -> list[str]:
        """Paths below the set's address, of the kernels that a metakernel lists."""
        names = names_in_metakernel(self._text(metakernel.url))
        if not names:
            raise PlanetaryError(
                f"The metakernel {metakernel.url} lists no kernels.",
                hint="Choose another metakernel.",
            )
        return [self._path_of(name) for name in names]

    def all_paths(self) -> list[str]:
        """Paths of all kernels: those of the index, else those that the folders list."""
        if self._index:
            return [kernel.path for kernel in self._index.values()]
        return [
            f"{folder}/{name}"
            for folder in self._kernel_folders()
            for name in self._listing(folder)
            if kind_of_name(name) not in ("", METAKERNEL)
        ]

    def kernel(self, path: str) -> RemoteKernel:
        """What is known of the kernel there."""
        name, indexed = _last(path), self._index.get(path.lower())
        kind = indexed.kind if indexed else kind_of_name(name)
        span = span_in_name(name) if load_rank(kind, name)[0] else None
        if indexed:
            span = None if np.isnat(indexed.start) else (indexed.start, indexed.stop)
        start, stop = span or (None, None)
        checksum = self._checksums.get(path.lower())
        return RemoteKernel(name, self._url(path), kind, path, start, stop, checksum=checksum)

    def with_sizes(self, kernels: Iterable[RemoteKernel]) -> tuple[RemoteKernel, ...]:
        """The same, with the sizes that the listings of their folders tell."""
        found = []
        for kernel in kernels:
            folder = str(PurePosixPath(kernel.path).parent)
            listed = self._listing(folder).get(kernel.name) if self._has_folder(folder) else None
            found.append(replace(kernel, size_bytes=listed.size_bytes if listed else None))
        return tuple(found)

    @cached_property
    def _layout(self) -> Layout:
        names = self._listing("") if self._set.kind == "pds3" else {}
        return layout_of(self._set, names)

    @cached_property
    def _index(self) -> dict[str, Indexed]:
        """The index's kernels by path in lower case; empty where there is no index."""
        address = self._layout.index
        if address is None:
            return {}
        try:
            label, table = (
                self._text(urljoin(self._set.url, f"{address}{e}")) for e in self._layout.endings
            )
        except NetworkError as error:
            if error.status in _NOT_THERE:
                return {}
            raise
        return {kernel.path.lower(): kernel for kernel in indexed_kernels(label, table)}

    @cached_property
    def _checksums(self) -> dict[str, Checksum]:
        """Published checksums by path in lower case; empty where there are none."""
        folder = self._layout.checksums
        if folder is None or not self._has_folder(folder):
            return {}
        tables = [name for name in self._listing(folder) if self._layout.is_checksum(name)]
        if not tables:
            return {}
        newest = max(tables, key=by_version)
        return checksums_in(self._text(self._url(f"{folder}/{newest}")))

    def _kernel_folders(self) -> Sequence[str]:
        if self._set.folders:
            return self._set.folders
        return [
            name for name, each in self._listing(self._layout.kernels).items() if each.is_folder
        ]

    def _path_of(self, name: str) -> str:
        """Where what a metakernel lists lies below the set's address: behind its path symbol."""
        parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
        below = parts[1:] if parts[0].startswith("$") else parts[-2:]
        return "/".join([self._layout.kernels, *below]).lstrip("/")

    def _has_folder(self, folder: str) -> bool:
        try:
            self._listing(folder)
        except NetworkError as error:
            if error.status in _NOT_THERE:
                return False
            raise
        return True

    def _listing(self, folder: str) -> dict[str, Listed]:
        if folder not in self._folders:
            url = self._url(folder) + "/" * bool(folder)
            self._folders[folder] = {each.name: each for each in listed_in(self._text(url), url)}
        return self._folders[folder]

    def _url(self, path: str) -> str:
        return self._set.url + quote(path if path != "." else "")

    def _text(self, url: str) -> str:
        return fetch(self._transport, Request(url)).body.decode("utf-8", "replace")


def _last(path: str) -> str:
    return PurePosixPath(path).name
