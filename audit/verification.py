"""What `manage.py verify` asks of the record. Each app has a module of this name with `checks()`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.conf import settings

from audit.append_only import is_protected
from audit.models import Entry
from audit.queries import Break, anchor_breaks, breaks

SHOWN = 5
"""How many of the things found a check names."""


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it holds, and a sentence for the administrator."""

    name: str
    ok: bool
    detail: str


def checks() -> Iterator[Check]:
    yield _chain()
    yield _anchors()
    yield append_only("audit_entry")


def append_only(table: str) -> Check:
    """Whether the database still refuses to change the table."""
    protected = is_protected(table)
    detail = f"{table} can't be changed" if protected else f"{table} has lost a trigger: run manage.py migrate"
    return Check(f"append_only_{table}", protected, detail)


def _chain() -> Check:
    found = _named(breaks())
    return Check("audit_chain", not found, found or f"{Entry.objects.count()} entries, each chained to the one before")


def _anchors() -> Check:
    path = settings.AUDIT_ANCHORS
    found = _named(anchor_breaks(path))
    lines = len(path.read_text().splitlines()) if path.exists() else 0
    return Check("audit_anchors", not found, found or f"{lines} anchors agree with the entries")


def _named(found: Iterable[Break]) -> str:
    return "; ".join(f"entry {gap.number}: {gap.what}" for gap in islice(found, SHOWN))
