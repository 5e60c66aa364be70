"""The way back of a whole county: how long a backup, a restore and what verifies it take, each as its command."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.databases import ROOT, County, execute

EMPTY = "benchmark_empty"
KEYS = ("field_keys", "audit_keys", "secret_key")


def way_back(counties: list[County], rounds: int) -> str:
    """Sealed, into an empty database of the same kind. Once: nothing here varies but the machine."""
    return "\n".join(_measured(county) for county in counties)


def _measured(county: County) -> str:
    with tempfile.TemporaryDirectory(dir=county.environment["BRANCHWEB_DATA"]) as name:
        folder = Path(name)
        pair = json.loads(_command(county.environment, "backup_key")[0])
        (folder / "key").write_text(pair["private_key"])
        made, _seconds = _command(county.environment, "backup", str(folder / "backup"), "--to", pair["public_key"])
        elsewhere = _elsewhere(county, folder)
        restored, whole = _command(elsewhere, "restore", str(folder / "backup"), "--key", str(folder / "key"))
    made, restored = json.loads(made), json.loads(restored)
    return (
        f"{county.kind}, {county.size}: backup {made['seconds']} s, {made['bytes'] / 2**20:,.0f} MiB; restore "
        f"{restored['seconds']} s, verified {whole:.0f} s after it was begun"
    )


def _elsewhere(county: County, folder: Path) -> dict[str, str]:
    """The environment of an empty installation that has the keys."""
    data = folder / "data"
    data.mkdir()
    for name in KEYS:
        if (Path(county.environment["BRANCHWEB_DATA"]) / name).exists():
            shutil.copy(Path(county.environment["BRANCHWEB_DATA"]) / name, data)
    url = f"sqlite:///{data}/empty.sqlite3"
    if county.kind == "postgres":
        there = urlsplit(county.environment["DATABASE_URL"])
        execute(there._replace(path="/postgres").geturl(), f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")
        execute(there._replace(path="/postgres").geturl(), f"CREATE DATABASE {EMPTY}")
        url = there._replace(path=f"/{EMPTY}").geturl()
    return {**county.environment, "DATABASE_URL": url, "BRANCHWEB_DATA": str(data)}


def _command(environment: dict[str, str], *arguments: str) -> tuple[str, float]:
    """What a command prints as JSON, and its seconds. Raises CalledProcessError where it ends with anything but 0."""
    started = time.monotonic()
    command = [sys.executable, "manage.py", *arguments, "--json"]
    told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    return told, time.monotonic() - started
