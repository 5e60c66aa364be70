"""Whether the record is whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from audit.anchors import Anchor
from audit.keyring import audit_keys
from audit.models import UNKEYED, Entry, Head

NEWEST = 20
"""Entries of which one has to fit the key, so that it is the record's: a single one may have been edited."""
AT_ONCE = 1000
"""Anchors that are compared with one query."""


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


def key_fits() -> bool:
    """Whether a key of the ring made one of the newest entries, if there are any."""
    newest, keys = list(Entry.objects.all()[:NEWEST]), audit_keys()
    return not newest or any(_from_the_fitting(keys, entry) for entry in newest)


def anchor_breaks(anchors: Path) -> Iterator[Break]:
    """Compare the entries with the file of anchors: finds a tail that was cut with its head."""
    if anchors.exists():
        with anchors.open(errors="replace") as lines:
            yield from line_breaks(Anchor.from_line(line) for line in lines)


def line_breaks(anchors: Iterable[Anchor | None]) -> Iterator[Break]:
    """The same for anchors from anywhere. None: a line that is no anchor."""
    left = iter(anchors)
    while some := list(islice(left, AT_ONCE)):
        entries = Entry.objects.in_bulk([one.number for one in some if one])
        for anchor in some:
            if anchor is None:
                yield Break(0, "an anchor that can't be read")
            elif entries.get(anchor.number, Entry()).digest != anchor.digest:
                yield Break(anchor.number, "not what was anchored")
            elif not _vouches(anchor, entries[anchor.number]):
                yield Break(anchor.number, "an anchor that was not signed here")


def _vouches(anchor: Anchor, entry: Entry) -> bool:
    """Anchors of entries without a key had no signature."""
    return anchor.is_ours if anchor.signature else entry.digest == entry.computed_digest(UNKEYED)


def row_breaks(number: int, *, differ: bool) -> Iterator[Break]:
    """Whether rows were found to be other than the program wrote them, after that entry."""
    if differ:
        yield Break(number, "rows differ")


def _head() -> Head:
    """The end of the chain; before the first entry, and when the row was taken away, one that says zero."""
    return Head.objects.filter(pk=1).first() or Head()
