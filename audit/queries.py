"""Whether the record is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.models import Entry, Head
from audit.services import digest_of


@dataclass(frozen=True)
class Break:
    """A place where the chain doesn't hold."""

    number: int
    what: str


def breaks() -> Iterator[Break]:
    """Walk the chain from the first entry to the head and name every place where it was edited, cut or filled in."""
    digest, number = "", 0
    for entry in Entry.objects.in_order().iterator():
        if entry.number != number + 1:
            yield Break(number + 1, "missing")
        if entry.previous_digest != digest or entry.digest != digest_of(entry):
            yield Break(entry.number, "edited")
        digest, number = entry.digest, entry.number
    head = Head.objects.filter(pk=1).first()
    if head and (head.number, head.digest) != (number, digest):
        yield Break(number + 1, "cut at the end")


def anchor_breaks(anchors: Path) -> Iterator[Break]:
    """Compare the entries with the heads written outside the database: finds a tail that was cut with its head."""
    for line in anchors.read_text().splitlines() if anchors.exists() else []:
        number, digest = line.split()[:2]
        if not Entry.objects.filter(number=int(number), digest=digest).exists():
            yield Break(int(number), "not what was anchored")


def write_anchor(anchors: Path) -> None:
    """Append the present head to the anchor file, once per head. Copy that file to another machine."""
    head = Head.objects.filter(pk=1).first()
    if head is None or head.number == 0:
        return
    line = f"{head.number} {head.digest}\n"
    if not anchors.exists() or not anchors.read_text().endswith(line):
        with anchors.open("a") as file:
            file.write(line)
