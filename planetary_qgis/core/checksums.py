"""Checksums that are computed while the bytes pass."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from planetary_qgis.core.errors import PlanetaryError


@dataclass(frozen=True)
class Checksum:
    """What an archive publishes of a file.

    Attributes:
        algorithm: As hashlib spells it, e.g. md5.
        digest: Hexadecimal.
    """

    algorithm: str
    digest: str


class Digests:
    """The SHA-256 of what it was fed, and the published kind of checksum where there is one."""

    def __init__(self, published: Checksum | None) -> None:
        self._published = published
        self._hashes = {"sha256": hashlib.sha256()}
        if published is not None and published.algorithm != "sha256":
            self._hashes[published.algorithm] = _hash(published.algorithm)

    def update(self, chunk: bytes) -> None:
        for each in self._hashes.values():
            each.update(chunk)

    @property
    def sha256(self) -> str:
        return self._hashes["sha256"].hexdigest()

    def difference(self) -> str:
        """How the published checksum is not that of the bytes; empty where it is."""
        if self._published is None:
            return ""
        wanted = self._published.digest.strip().lower()
        found = self._hashes[self._published.algorithm].hexdigest()
        name = self._published.algorithm
        return "" if found == wanted else f"{name}: published {wanted}, found {found}"


def _hash(algorithm: str) -> hashlib._Hash:
    try:
        # A published checksum finds damage, not malice.
        return hashlib.new(algorithm, usedforsecurity=False)
    except ValueError as error:
        raise PlanetaryError(
            f"Checksums of the kind “{algorithm}” cannot be computed here.",
            hint="Download without a checksum.",
        ) from error
