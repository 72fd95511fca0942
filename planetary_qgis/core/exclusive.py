"""One at a time: a lock on a path that holds between threads and between processes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from planetary_qgis.core.errors import PlanetaryError

T = TypeVar("T")

_WAIT_S = 0.1
_guard = threading.Lock()
_held: set[str] = set()


@contextmanager
def only_one(path: Path, waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold the path; gives whether somebody else held it before.

    Two QGIS may share a profile, so that the lock is the operating system's, on a file beside the
    path; it ends with its process, however that ends.

    Args:
        waiting: Called again and again while another holds the path; what it raises ends the wait.
    """
    name, lock = os.path.normcase(path.absolute()), path.with_name(f"{path.name}.lock")
    waited = _wait_until(lambda: _take(name) or None, waiting)[1]
    try:
        file, waited_for_process = _wait_until(lambda: _locked(lock), waiting)
        try:
            yield waited or waited_for_process
        finally:
            _unlock(file, lock)
    finally:
        with _guard:
            _held.discard(name)


def _wait_until(taken: Callable[[], T | None], waiting: Callable[[], None]) -> tuple[T, bool]:
    """What the taking gave once it gave something, and whether it did not at first."""
    pause, waited = threading.Event(), False
    while (got := taken()) is None:
        waited = True
        waiting()
        pause.wait(_WAIT_S)
    return got, waited


def _take(name: str) -> bool:
    with _guard:
        free = name not in _held
        _held.add(name)
        return free


def _locked(lock: Path) -> BinaryIO | None:
    """The file, open and locked; None where another process holds it."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("ab")
    except OSError as error:
        raise PlanetaryError(
            f"The folder {lock.parent} cannot be written to.",
            details=str(error),
            hint="Choose another folder, or ask for the right to write there.",
        ) from error
    if _lock(file) and _is_still(file, lock):
        return file
    file.close()
    return None


def _is_still(file: BinaryIO, lock: Path) -> bool:
    """Whether the path still names the file; its former holder may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except OSError:
        return False


def _lock(file: BinaryIO) -> bool:
    """Whether the file could be locked; file systems that cannot lock count as if they did."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _unlock(file: BinaryIO, lock: Path) -> None:
    if sys.platform == "win32":
        file.close()
        with suppress(OSError):  # Windows removes no file that another has opened
            lock.unlink()
    else:
        lock.unlink(missing_ok=True)
        file.close()
