"""`python -m benchmarks`: every measurement, one after the other."""

from __future__ import annotations

from benchmarks import footprints

if __name__ == "__main__":
    footprints.measure()
