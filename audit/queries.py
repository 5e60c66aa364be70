"""Whether the record is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.keyring import audit_keys
from audit.models import UNKEYED, Entry, Head


@dataclass(frozen=True)
class Break:
    """A place where the chain doesn't hold."""

    number: int
    what: str


def breaks() -> Iterator[Break]:
    """Where the record isn't whole."""
    number = _head().number
    return _walk() if not number or audit_keys() else iter([Break(number, "the key is missing")])


def _walk() -> Iterator[Break]:
    """Walk the chain from the first entry to the head and name every place where it was edited, cut or filled in.

    Keys follow each other: entries without one, then those of the oldest, to the newest at the end. So what is written
    without a key, or with one that leaked and was replaced, fits nowhere but before the entry that closed that part,
    and that entry holds the digest before it fast.

    Entries may be appended meanwhile: the head is read before and after, and the walk must end between the two.
    """
    earlier = _head()
    keys = [UNKEYED, *audit_keys()]
    digest, number = "", 0
    for entry in Entry.objects.in_order().iterator():
        if entry.number != number + 1:
            yield Break(number + 1, "missing")
        fitting = _from_the_fitting(keys, entry)
        if entry.previous_digest != digest or not fitting:
            yield Break(entry.number, "edited")
        keys = fitting or keys
        digest, number = entry.digest, entry.number
        if number == earlier.number and digest != earlier.digest:
            yield Break(number, "not what the head says")
    if number and len(keys) > 1:
        yield Break(number, "not made with the newest key")
    later = _head()
    if number < earlier.number or (number == later.number and digest != later.digest):
        yield Break(number + 1, "cut at the end")
    elif number > later.number:
        yield Break(later.number + 1, "beyond the head")


def _from_the_fitting(keys: list[bytes], entry: Entry) -> list[bytes]:
    """The keys from the one on that made the entry; none when none of them did."""
    turn = next((turn for turn, key in enumerate(keys) if entry.digest == entry.computed_digest(key)), len(keys))
    return keys[turn:]


def anchor_breaks(anchors: Path) -> Iterator[Break]:
    """Compare the entries with the heads written outside the database: finds a tail that was cut with its head."""
    for line in anchors.read_text().splitlines() if anchors.exists() else []:
        number, _, digest = line.partition(" ")
        if not (number.isdecimal() and digest):
            yield Break(0, "an anchor that can't be read")
        elif not Entry.objects.filter(number=int(number), digest=digest.strip()).exists():
            yield Break(int(number), "not what was anchored")


def row_breaks(number: int, *, differ: bool) -> Iterator[Break]:
    """Whether rows were found to be other than the program wrote them, after that entry."""
    if differ:
        yield Break(number, "rows differ")


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
