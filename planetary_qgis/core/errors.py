"""The errors this project raises: a sentence, what lies behind it, and what to do."""

from __future__ import annotations


class PlanetaryError(Exception):
    """Something the user can understand and mend.

    Args:
        message: One sentence: what went wrong, and where.
        details: What a developer or an archive's help desk would ask for; shown on demand.
        hint: One sentence: what to do about it.
    """

    def __init__(self, message: str, *, details: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.hint) if part)


class LabelError(PlanetaryError):
    """A label, or the table it describes, cannot be read as the label says."""


class KernelError(PlanetaryError):
    """Kernels are missing, unreadable, or lack what was asked of them."""


class CoverageError(KernelError):
    """Kernels are there but say nothing of the times asked for."""


class MissingLibraryError(PlanetaryError):
    """A Python library that a feature stands on is not installed."""
