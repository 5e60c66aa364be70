"""Sixteen connections at once against gunicorn: the floor list and the roster, in turns."""

import contextlib
import http.client
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.databases import FLOOR, OURS, ROOT, County

CONNECTIONS = 16
REQUESTS = 30
"""Of each connection in a round. Every request opens a connection of its own: kept-alive ones can all land in one
worker."""
GUNICORN = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "critical")


@dataclass
class Server:
    """A running gunicorn, and what was measured of it."""

    name: str
    port: int
    cookie: str
    path: str
    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    errors: int = 0

    def visit(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        started = time.perf_counter()
        try:
            connection.request("GET", self.path, headers={"Cookie": f"sessionid={self.cookie}", "Connection": "close"})
            response = connection.getresponse()
            response.read()
            self.errors += response.status != 200
        except OSError:
            self.errors += 1
        finally:
            connection.close()
        self.seconds.append(time.perf_counter() - started)

    def round(self) -> None:
        def client() -> None:
            for _ in range(REQUESTS):
                self.visit()

        threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.rates.append(CONNECTIONS * REQUESTS / (time.perf_counter() - started))

    @property
    def spread(self) -> float:
        """The slow end beside the middle: p95 / p50."""
        return statistics.quantiles(self.seconds, n=20)[-1] / statistics.median(self.seconds)


def serve(counties: list[County], rounds: int) -> str:
    """Goal 5: at least half the floor list's requests a second, no errors, p95 at most 2.2 times p50."""
    [county] = counties
    with (
        gunicorn(county.settings(FLOOR), "benchmarks.floor.wsgi") as floor_port,
        gunicorn(county.settings(OURS), "branchweb.wsgi") as our_port,
    ):
        floor = Server("floor list", floor_port, county.floor_cookie, "/list/")
        ours = Server("roster", our_port, county.cookie, "/roster/")
        for server in (floor, ours):
            server.round()
            server.seconds.clear()
            server.rates.clear()
        for _ in range(rounds):
            floor.round()
            ours.round()
    return f"{county.kind}, {county.members:,} members; {CONNECTIONS} connections\n\n{table(floor, ours)}\n"


def table(floor: Server, *servers: Server) -> str:
    lines = [
        "| what | requests/s | × floor | p50 | p95 | p95/p50 | errors |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for server in (floor, *servers):
        rate, middle = statistics.median(server.rates), statistics.median(server.seconds)
        lines.append(
            f"| {server.name} | {rate:.0f} | {rate / statistics.median(floor.rates):.2f} | {1000 * middle:.0f} "
            f"| {1000 * middle * server.spread:.0f} | {server.spread:.2f} | {server.errors} |"
        )
    return "\n".join(lines)


@contextlib.contextmanager
def gunicorn(environment: dict[str, str], module: str) -> Iterator[int]:
    """Yields the port on which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", f"{module}:application", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")
