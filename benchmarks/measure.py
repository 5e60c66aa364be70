"""Interleaved loops over subjects, and what they say."""

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks.databases import ROOT

WARM_UP = 10


@dataclass
class Subject:
    """Something that is measured: a page of a running worker."""

    name: str
    worker: "Worker"
    cookie: str
    path: str
    seconds: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Seconds of processor time, in which a machine that others use as well shows less."""
    database: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0

    def once(self, keep: bool = True) -> None:
        said = self.worker.ask(f"{self.cookie} {self.path}")
        if said["status"] != 200:
            raise RuntimeError(f"{self.name}: {self.path} answered {said['status']}")
        if keep:
            self.seconds.append(said["seconds"])
            self.work.append(said["work"])
            self.database.append(said["database"])
            self.queries, self.size = said["queries"], said["bytes"]


class Worker:
    """A process of its own that answers requests (benchmarks.worker)."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, line: str) -> dict[str, float]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        answer: dict[str, float] = json.loads(self.process.stdout.readline())
        return answer


@contextlib.contextmanager
def worker(environment: Mapping[str, str]) -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.worker"], cwd=ROOT, env=dict(environment), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Worker(process)
    finally:
        process.kill()
        process.wait()


def interleave(subjects: list[Subject], rounds: int) -> None:
    """Each subject in turn, again and again, so that a slow moment of the machine meets all of them."""
    for number in range(rounds + WARM_UP):
        for subject in subjects:
            subject.once(keep=number >= WARM_UP)


def table(subjects: list[Subject], floor: Subject) -> str:
    """Milliseconds, and how many times the floor's: by the medians, and by the medians of processor time."""
    lines = [
        "| what | min | median | max | × floor | × floor, processor | in the database | queries |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for subject in subjects:
        low, middle, high = (1000 * pick(subject.seconds) for pick in (min, statistics.median, max))
        times, work = _times(subject.seconds, floor.seconds), _times(subject.work, floor.work)
        database = 1000 * statistics.median(subject.database)
        lines.append(
            f"| {subject.name} | {low:.1f} | {middle:.1f} | {high:.1f} | {times:.2f} | {work:.2f} "
            f"| {database:.2f} | {subject.queries} |"
        )
    return "\n".join(lines)


def _times(ours: list[float], floor: list[float]) -> float:
    return statistics.median(ours) / statistics.median(floor)
