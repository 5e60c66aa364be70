"""Whether the record is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.models import Entry, Head


@dataclass(frozen=True)
class Break:
    """A place where the chain doesn't hold."""

    number: int
    what: str


def breaks() -> Iterator[Break]:
    """Walk the chain from the first entry to the head and name every place where it was edited, cut or filled in.

    Entries may be appended meanwhile: the head is read before and after, and the walk must end between the two.
    """
    earlier = _head()
    digest, number = "", 0
    for entry in Entry.objects.in_order().iterator():
        if entry.number != number + 1:
            yield Break(number + 1, "missing")
        if entry.previous_digest != digest or entry.digest != entry.computed_digest():
            yield Break(entry.number, "edited")
        digest, number = entry.digest, entry.number
        if number == earlier.number and digest != earlier.digest:
            yield Break(number, "not what the head says")
    later = _head()
    if number < earlier.number or (number == later.number and digest != later.digest):
        yield Break(number + 1, "cut at the end")
    elif number > later.number:
        yield Break(later.number + 1, "beyond the head")


def anchor_breaks(anchors: Path) -> Iterator[Break]:
    """Compare the entries with the heads written outside the database: finds a tail that was cut with its head."""
    for line in anchors.read_text().splitlines() if anchors.exists() else []:
        number, _, digest = line.partition(" ")
        if not (number.isdecimal() and digest):
            yield Break(0, "an anchor that can't be read")
        elif not Entry.objects.filter(number=int(number), digest=digest.strip()).exists():
            yield Break(int(number), "not what was anchored")


def _head() -> Head:
    """The end of the chain; before the first entry, and when the row was taken away, one that says zero."""
    return Head.objects.filter(pk=1).first() or Head()


def write_anchor(anchors: Path) -> None:
    """Append the present head to the anchor file, once per head. Copy that file to another machine."""
    head = _head()
    if head.number == 0:
        return
    line = f"{head.number} {head.digest}\n"
    if not anchors.exists() or not anchors.read_text().endswith(line):
        with anchors.open("a") as file:
            file.write(line)
