"""Migrates, fills an empty database with the demo county, then serves until told to stop. Started by `scripts/run`."""

import argparse
import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import import_module
from types import FrameType
from typing import NoReturn

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from environs import EnvError

SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 15
SHORT_LIFE = 30.0
"""Seconds. Of a worker that ends sooner `MOST_SHORT_LIVES` times in a row, another start would be no better."""
MOST_SHORT_LIVES = 3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Login = dict[str, str]
Process = subprocess.Popen[bytes]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/run", description="Brings Branchweb up on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)")
    port: int = parser.parse_args().port
    refuse_taken(port)
    for number in STOP_SIGNALS:  # Ctrl-C too: a shell that starts us in the background has it ignored
        signal.signal(number, interrupt)
    os.environ["DJANGO_SETTINGS_MODULE"] = "branchweb.settings"
    if not os.environ.get("BRANCHWEB_ORIGINS"):  # links in messages lead here
        os.environ.setdefault("BRANCHWEB_PUBLIC_URL", f"http://127.0.0.1:{port}")
    try:
        django.setup()
        import_module("branchweb.start").prepare()
        return serve(port, prepare_database())
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except EnvError as error:
        return complain(str(error))
    except (ImproperlyConfigured, OperationalError, CommandError) as error:
        return complain(f"{type(error).__name__}: {error}")


def say(sentence: str) -> None:
    print(sentence, flush=True)


def complain(sentence: str) -> int:
    print(f"scripts/run: {sentence}", file=sys.stderr, flush=True)
    return 1


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            complain(f"port {port} cannot be used ({error}).")
            complain(f"stop what uses it, or choose another: scripts/run --port {port % 65000 + 1}")
            sys.exit(1)


def prepare_database() -> list[Login]:
    """Migrate and, when nobody can log in yet, make the demo county. Returns its log-ins, none for your own data."""
    call_command("migrate", verbosity=0)
    remembered = settings.DATA_DIR / "demo-logins.json"
    users = get_user_model().objects
    if not users.exists():
        say("The database is empty: making the demo county …")
        printed = io.StringIO()
        call_command("demo", "--json", stdout=printed)
        remembered.write_text(printed.getvalue(), encoding="utf-8")
        remembered.chmod(0o600)
    logins = json.loads(remembered.read_text(encoding="utf-8"))["logins"] if remembered.exists() else []
    known = set(users.filter(username__in=[login["username"] for login in logins]).values_list("username", flat=True))
    connections.close_all()
    return [login for login in logins if login["username"] in known]


def serve(port: int, logins: list[Login]) -> int:
    """Run both processes until a signal. A worker that ends is started again; returns 1 when that is of no use."""
    processes = {"web server": start(web_command(port)), "worker": start(worker_command())}
    started, lives = time.monotonic(), [SHORT_LIFE] * MOST_SHORT_LIVES
    try:
        if wait_for_answer(port, processes["web server"]):
            announce(port, logins)
        while processes["web server"].poll() is None:
            if processes["worker"].poll() is not None:
                lives = [*lives[1:], time.monotonic() - started]
                if max(lives) < SHORT_LIFE:
                    break
                tell_end("worker", processes["worker"], "It is started again.")
                end_group(processes["worker"])
                processes["worker"], started = start(worker_command()), time.monotonic()
            time.sleep(0.3)
        for name, process in processes.items():
            if process.poll() is not None:
                tell_end(name, process, "Stopping.")
        return 1
    finally:
        stop(list(processes.values()))


def tell_end(name: str, process: Process, then: str) -> None:
    complain(f"the {name} ended with exit code {process.returncode}; what it said is above. {then}")


def end_group(process: Process) -> None:
    """End what a process left behind, if it was killed itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def web_command(port: int) -> list[str]:
    options = "--worker-class gthread --workers 2 --threads 4 --timeout 60 --log-level warning --no-control-socket"
    return ["gunicorn", "branchweb.wsgi", "--bind", f"127.0.0.1:{port}", *options.split()]


def worker_command() -> list[str]:
    """One worker with the clock inside (--beat), right for one machine. Several machines run beat apart, once."""
    options = "--beat --concurrency 1 --loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
    schedule = str(settings.DATA_DIR / "celerybeat-schedule")
    return ["celery", "--quiet", "--app", "branchweb", "worker", *options.split(), "--schedule", schedule]


def start(command: list[str]) -> Process:
    # In a session of its own: Ctrl-C reaches only this process, which then stops the others in order.
    return subprocess.Popen([sys.executable, "-m", *command], cwd=settings.BASE_DIR, start_new_session=True)


def wait_for_answer(port: int, web: Process) -> bool:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True  # it answers; what it says is for the page to show
        except OSError:
            time.sleep(0.2)
    return False


def papers() -> list[dict[str, str]]:
    """What lies on paper in the demo county: it is asked for on pages of inspectors and of the custodian."""
    remembered = settings.DATA_DIR / "demo-logins.json"
    return json.loads(remembered.read_text(encoding="utf-8")).get("papers", []) if remembered.exists() else []


def announce(port: int, logins: list[Login]) -> None:
    say(f"\nBranchweb is at http://127.0.0.1:{port}/   (stop it with Ctrl-C)")
    if logins:
        say("\nLog-ins of the demo county:")
        for login in logins:
            say("  {role:<20} {username:<20} {password:<16} {organization}".format_map(login))
        for paper in papers():
            say("  {what}: {text}".format_map(paper))
    say("")


def stop(processes: list[Process]) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them running
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    for process in processes:
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            complain(f"process {process.pid} did not stop within {SECONDS_TO_STOP} s and is ended.")
        end_group(process)


if __name__ == "__main__":
    sys.exit(main())
