"""How many tasks that do nothing our workers take in a second, with a Redis of their own.

The tasks are in the broker before the workers begin; the rate is taken from the tenth part on. Also the app that these
workers run: `celery --app benchmarks.noop worker`.
"""

import os
import signal
import subprocess
import sys
import time

import redis

from benchmarks.databases import ROOT
from branchweb.celery import app
from tests import servers
from tests.processes import tasks_sent_to

QUEUE = "celery"
WORKER = ["celery", "--quiet", "--app", "benchmarks.noop", "worker", "--concurrency", "2", "--loglevel", "ERROR"]


@app.task(name="benchmarks.nothing")
def nothing() -> None:
    """What it says."""


def rate(tasks: int, environment: dict[str, str]) -> float:
    """Tasks a second, two processes."""
    with servers.redis_server() as url, tasks_sent_to(url):
        for _ in range(tasks):
            nothing.delay()
        worker = subprocess.Popen(
            [sys.executable, "-m", *WORKER], cwd=ROOT, env={**environment, "REDIS_URL": url},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            return _drained(redis.Redis.from_url(url), tasks)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def _drained(broker: redis.Redis, tasks: int) -> float:
    began, first = 0.0, 0
    while True:
        left = int(broker.llen(QUEUE)) + int(broker.hlen("unacked"))  # type: ignore[arg-type]
        if not began and left <= tasks * 9 // 10:
            began, first = time.perf_counter(), left
        if not left:
            return first / (time.perf_counter() - began)
        time.sleep(0.002)


if __name__ == "__main__":
    print(rate(int(sys.argv[1]), dict(os.environ)))
