"""Throw-away PostgreSQL and Redis on sockets in a temporary folder, for tests, benchmarks and by hand:

python -m tests.servers --postgres --redis -- COMMAND…     runs it with DATABASE_URL and REDIS_URL set
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis

try:
    from tests import migrated_database
    from tests.machine import program
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} isn't installed, which the tests need: run scripts/setup --test, then this again.")

SECONDS_TO_START = 30
WATCH = """
import os, shutil, signal, sys, time
number, folder = int(sys.argv[1]), sys.argv[2]
sys.stdin.read()  # ends with the process that started the server, however that ends
for sign, seconds in ((signal.SIGINT, 3), (signal.SIGKILL, 0)):
    try:
        os.kill(number, sign)
    except ProcessLookupError:
        break
    time.sleep(seconds)
shutil.rmtree(folder, ignore_errors=True)
"""
"""A process of its own that ends a server, and removes its folder, when nobody is left to do so."""
POSTGRES_FOLDERS = "usr/lib/postgresql/*/bin"
# Nothing here has to survive a power cut.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "log_min_messages": "fatal",
}


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own; yields the DATABASE_URL of an empty database in it."""
    with _folder("branchweb-pg-") as folder:
        _copy(_migrated(), folder / "data")
        with _postgres_in(folder):
            _create("branchweb", folder)
            yield url_of("branchweb", folder)


def url_of(name: str, folder: Path) -> str:
    return f"postgresql://branchweb@{quote(str(folder), safe='')}/{name}"


def _migrated() -> Path:
    """The folder of a server with a migrated database in it, made once for a state of the migrations."""
    version = subprocess.run([_postgres("initdb"), "--version"], capture_output=True, text=True, check=True).stdout
    kind = f"postgresql-{version.split()[2]}-"
    return migrated_database.kept(kind, "", _make_migrated)


def _make_migrated(to: Path) -> None:
    with _folder("branchweb-pg-") as folder:
        settings = ["--auth=trust", "--username=branchweb", "--encoding=UTF8", "--no-sync", "--wal-segsize=1"]
        _run(_postgres("initdb"), "--pgdata", str(folder / "data"), *settings, at=folder)
        with _postgres_in(folder):
            name = migrated_database.name_on_server()
            _create(name, folder)
            migrated_database.migrate(url_of(name, folder))
        shutil.copytree(folder / "data", to)


def _postgres(name: str) -> str:
    return program(name, package="postgresql", folders=POSTGRES_FOLDERS)


def _postgres_in(folder: Path) -> contextlib.AbstractContextManager[None]:
    options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(folder)}
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [_postgres("postgres"), "-D", str(folder / "data"), *flags]
    return _server(folder, command, lambda: _answers_postgres(folder), signal.SIGINT)


def _copy(folder: Path, to: Path) -> None:
    """For the server's user."""
    shutil.copytree(folder, to)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for name in (to, *to.rglob("*")):
            os.chown(name, nobody.pw_uid, nobody.pw_gid)


@contextlib.contextmanager
def redis_server(*options: str) -> Iterator[str]:
    """A Redis of its own that keeps nothing on disk; yields its REDIS_URL."""
    with folder_of_redis() as folder, redis_in(folder, *options) as url:
        yield url


@contextlib.contextmanager
def redis_in(folder: Path, *options: str) -> Iterator[str]:
    """The same in a folder of the caller's: stopped and started again there, it has the same address."""
    server = program("redis-server", "valkey-server", package="redis-server")
    socket = folder / "redis.sock"
    settings = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", *options]
    with _server(folder, [server, *settings], lambda: _answers_redis(socket), signal.SIGTERM):
        yield f"unix://{socket}"


def folder_of_redis() -> contextlib.AbstractContextManager[Path]:
    return _folder("branchweb-redis-")


def _answers_postgres(folder: Path) -> bool:
    try:
        _connection(folder).close()
    except psycopg2.OperationalError:
        return False
    return True


def _create(name: str, folder: Path) -> None:
    with contextlib.closing(_connection(folder)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"CREATE DATABASE {name}")


def _connection(folder: Path) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(folder), user="branchweb", dbname="postgres")


def _answers_redis(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket)).ping())
    except redis.RedisError:
        return False


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    """A folder with a short name (socket paths are limited to 107 bytes) that the server's user may write."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(*command: str) -> list[str]:
    """PostgreSQL refuses root."""
    person = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    return _dying_with_us("INT", command, *person)


def _dying_with_us(sign: str, command: Sequence[str], *options: str) -> list[str]:
    """A run that is killed with -9 leaves nothing running behind."""
    return [program("setpriv", package="util-linux"), *options, f"--pdeathsig={sign}", *command]


def _run(*command: str, at: Path) -> None:
    done = subprocess.run(_unprivileged(*command), cwd=at, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def _server(folder: Path, command: list[str], answers: Callable[[], bool], stop: signal.Signals) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(_unprivileged(*command), cwd=folder, stdout=output, stderr=output)
    watch = _watch(process.pid, folder)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        yield
    finally:
        _end(process, stop)
        _end(watch, signal.SIGKILL)


def _watch(server: int, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-ISc", WATCH, str(server), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _end(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    process.send_signal(stop)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers", description="Runs a command with servers of its own."
    )
    parser.add_argument("--postgres", action="store_true", help="with DATABASE_URL of an empty PostgreSQL")
    parser.add_argument("--redis", action="store_true", help="with REDIS_URL of an empty Redis")
    parser.add_argument("command", nargs="+")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with contextlib.ExitStack() as servers:
        variables = dict(os.environ)
        if wanted.postgres:
            variables["DATABASE_URL"] = servers.enter_context(postgres())
        if wanted.redis:
            variables["REDIS_URL"] = servers.enter_context(redis_server())
        return subprocess.run(_dying_with_us("TERM", wanted.command), env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
