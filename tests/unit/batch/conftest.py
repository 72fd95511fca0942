"""Fixtures of batch runs: a PostgreSQL server, and a Dask cluster, each started by the tests."""

from __future__ import annotations

import getpass
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from batch_kit import environment

SERVER_USER = "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with PostGIS on loopback; skips where they are not installed."""
    programs = _folder_of_postgresql()
    folder = Path(tempfile.mkdtemp(prefix="planetary_qgis_"))
    try:
        if SERVER_USER:
            shutil.chown(folder, SERVER_USER)
        server = Server(programs, folder / "data", _free_port())
        server.create()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres) -> Iterator[str]:
    """The address of a fresh database with PostGIS."""
    psycopg2 = pytest.importorskip("psycopg2")
    name = f"planets_{os.urandom(4).hex()}"
    with closing(psycopg2.connect(postgres.address("postgres"))) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    with closing(psycopg2.connect(postgres.address(name))) as connection, connection:
        connection.cursor().execute("CREATE EXTENSION postgis")
    return postgres.address(name)


class Server:
    """A PostgreSQL server of the tests' own."""

    def __init__(self, programs: Path, data: Path, port: int) -> None:
        self._programs, self._data, self._port = programs, data, port

    def address(self, database: str) -> str:
        return f"postgresql://tester@127.0.0.1:{self._port}/{database}"

    def create(self) -> None:
        self._run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
            "-c max_connections=20"
        )
        self._run("pg_ctl", "-w", "-l", f"{self._data}.log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, "-D", self._data, *arguments],
            user=SERVER_USER,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a server that inherits a pipe keeps it open
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=120,
        )
        if done.returncode:
            log = Path(f"{self._data}.log")
            pytest.fail(f"{program} failed: {log.read_text() if log.is_file() else 'no log'}")


class Cluster:
    """A Dask scheduler and workers as processes, which can be killed."""

    def __init__(self, folder: Path, **more_environment: str) -> None:
        self._folder, self._environment = folder, environment(**more_environment)
        self._port = _free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_scheduler(self) -> None:
        options = ["--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard", "--no-show"]
        self.scheduler = self._dask("scheduler", *options)

    def start_worker(self) -> None:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        options += ["--death-timeout", "60", "--local-directory", str(self._folder)]
        self.workers.append(self._dask("worker", self.address, *options))

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    """A scheduler with two workers on loopback; skips where Dask is not installed."""
    pytest.importorskip("distributed")
    with _closing(Cluster(tmp_path_factory.mktemp("dask"))) as started:
        started.start_worker()
        yield started


@pytest.fixture
def foreign_cluster(tmp_path_factory) -> Iterator[Cluster]:
    """One whose Python knows nothing of the plugin."""
    pytest.importorskip("distributed")
    with _closing(Cluster(tmp_path_factory.mktemp("dask"), PYTHONPATH="")) as started:
        yield started


@contextmanager
def _closing(cluster: Cluster) -> Iterator[Cluster]:
    try:
        cluster.start_scheduler()
        cluster.start_worker()
        yield cluster
    finally:
        cluster.close()


def _folder_of_postgresql() -> Path:
    """Where initdb and pg_ctl are, of an installation that has PostGIS."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [Path(name) for name in sorted(glob.glob("/usr/lib/postgresql/*/bin"))]
    for folder in folders:
        extensions = subprocess.run(
            [folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
        )
        shared = [Path(extensions.stdout.strip()), Path("/usr/share/postgresql", folder.parts[-2])]
        if any((each / "extension" / "postgis.control").is_file() for each in shared):
            return folder
    pytest.skip(
        f"no PostgreSQL with PostGIS for {getpass.getuser()}: install Debian's postgresql-postgis"
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
