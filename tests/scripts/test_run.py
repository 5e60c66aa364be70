"""The whole program as `make run` starts it, on data of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from scripts import serve

SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Run:
    """`scripts/run` after its set-up, with its output in a file."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.log = folder / "run.log"
        environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(folder / "data")}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scripts.serve", "--port", str(port)],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def says(self, sentence: str) -> None:
        deadline = time.monotonic() + SECONDS
        while sentence not in (said := self.log.read_text()):
            assert time.monotonic() < deadline and self.process.poll() is None, said
            time.sleep(0.05)

    def children(self) -> dict[str, int]:
        """The processes it started, by the name of their module."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {Path(f"/proc/{pid}/cmdline").read_text().split("\0")[2]: int(pid) for pid in pids}


def all_gone(groups: dict[str, int]) -> bool:
    """Whether these processes and all that they started are gone; the kernel may need a moment to sweep up."""
    deadline = time.monotonic() + 5
    while any(alive(group) for group in groups.values()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: the demo county is made once."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    run = Run(folder, free_port())
    yield run
    run.process.terminate()
    run.process.wait(30)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_shows_how_to_log_in_and_stops_everything_when_told_to(number, run):
    run.says("Log-ins of the demo county:")
    run.says("secretary")
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/health/") as answer:
        assert answer.status == 200
    children = run.children()
    assert set(children) == {"gunicorn", "celery"}
    run.process.send_signal(number)
    assert run.process.wait(30) == 0
    assert all_gone(children)


@pytest.mark.slow
def test_a_worker_that_dies_is_started_again_and_a_web_server_that_dies_stops_everything(run):
    run.says("Branchweb is at")
    before = run.children()
    os.kill(before["celery"], signal.SIGKILL)
    run.says("the worker ended with exit code -9; what it said is above. It is started again.")
    assert all_gone({"celery": before["celery"]})
    now = run.children()
    assert (now["gunicorn"], set(now)) == (before["gunicorn"], {"gunicorn", "celery"})

    os.kill(now["gunicorn"], signal.SIGKILL)
    assert run.process.wait(30) == 1
    assert "the web server ended with exit code -9" in run.log.read_text()
    assert all_gone(now)


def test_a_worker_that_never_lives_long_is_given_up(monkeypatch, capsys):
    dying, lasting = [sys.executable, "-c", "raise SystemExit(3)"], [sys.executable, "-c", "input()"]
    options = {"stdin": subprocess.PIPE, "start_new_session": True}
    monkeypatch.setattr(serve, "start", lambda command: subprocess.Popen(command, **options))
    monkeypatch.setattr(serve, "worker_command", lambda: dying)
    monkeypatch.setattr(serve, "web_command", lambda port: lasting)
    monkeypatch.setattr(serve, "wait_for_answer", lambda port, web: False)
    monkeypatch.setattr(serve, "STOP_SIGNALS", ())

    assert serve.serve(1, []) == 1
    assert capsys.readouterr().err.count("the worker ended with exit code 3") == serve.MOST_SHORT_LIVES


def test_what_may_not_start_says_why_in_a_sentence(tmp_path):
    (tmp_path / "restore-broken-off").touch()
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "scripts.serve", "--port", str(free_port())]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("scripts/run: ImproperlyConfigured: A restore was broken off")
    assert tmp_path.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_refused_with_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(tmp_path, port)
        assert run.process.wait(30) == 1
    assert f"port {port} cannot be used" in run.log.read_text()
    assert f"scripts/run --port {port % 65000 + 1}" in run.log.read_text()


def test_a_setting_that_cannot_be_meant_is_told_in_a_sentence(tmp_path, monkeypatch):
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path), "REDIS_URL": "localhost"}
    command = [sys.executable, "-m", "scripts.serve", "--port", str(free_port())]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith('scripts/run: Environment variable "REDIS_URL" invalid: write redis://')
    assert "Traceback" not in done.stderr
