"""What `manage.py verify` asks of the record. Each app has a module of this name with `checks()`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from audit import schema
from audit.anchors import Anchor, last_anchor
from audit.append_only import as_kept, faults, made_by, present_triggers, protections
from audit.models import Entry
from audit.queries import Break, anchor_breaks, breaks, line_breaks
from audit.row_checks import differences
from audit.watched import watched_tables
from audit.watching import trigger_names, wrong_triggers

SHOWN = 5
"""How many of the things found a check names."""


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it holds, and a sentence for the administrator."""

    name: str
    ok: bool
    detail: str


UNWATCHED = {
    "audit.Entry": "Chained, each to the one before",
    "audit.Head": "The end of the chain, compared with its entries",
    "audit.ChainCheck": "What a check found; the next one finds it again",
    "audit.RowSum": "The sums themselves, each with a keyed mark",
    "audit.TableSum": "The sums themselves, each with a keyed mark",
}


def checks() -> Iterator[Check]:
    yield _chain()
    yield _anchors()
    yield from _triggers()
    yield _named("database_definitions", schema.definition_faults(), "every table has its constraints")
    yield _named("database_references", schema.orphans(), "every reference leads to a row")
    yield _named("database_file", schema.damage(), "nothing is damaged")
    yield _named("row_triggers", wrong_triggers(watched_tables().values()), "all stand that tell of rows")
    yield _rows()


def _rows() -> Check:
    """Rows are what the program wrote."""
    found = list(differences(rounds=settings.AUDIT_ROUND))
    return _named("rows", [f"{len(found)} differ", *map(str, found)] if found else [], "as the program wrote them")


def _triggers() -> Iterator[Check]:
    """Whether the database still refuses to change the tables that are written once, and has no trigger of others."""
    wanted, there = made_by(protections()), present_triggers()
    for table, triggers in wanted.items():
        yield _named(f"append_only_{table}", faults(triggers, there), f"{table} can't be changed")
    others = as_kept(import_string(settings.OTHER_TRIGGERS)(connection.vendor))
    known = {name for triggers in (others, *wanted.values()) for name in triggers} | trigger_names()
    strange = [f"{name} doesn't belong here" for name in sorted(there.keys() - known)]
    yield _named("database_triggers", [*faults(others, there), *strange], "no trigger but those that belong here")


def _chain() -> Check:
    whole = f"{Entry.objects.count()} entries, each chained to the one before"
    return _named("audit_chain", _in_words(breaks()), whole)


def _anchors() -> Check:
    path = settings.AUDIT_ANCHORS
    last = last_anchor(path)
    whole = f"the entries are what was anchored, up to {last.number}" if last else "there are none yet"
    return _named("audit_anchors", _in_words(anchor_breaks(path)), whole)


def anchors_agree(name: str, anchors: list[Anchor]) -> Check:
    """Anchors that were kept elsewhere."""
    last = max(one.number for one in anchors)
    whole = f"the entries are what {len(anchors)} anchors say, up to {last}"
    return _named(name, _in_words(line_breaks(anchors)), whole)


def _in_words(found: Iterable[Break]) -> Iterator[str]:
    return (f"entry {gap.number}: {gap.what}" for gap in found)


def _named(name: str, found: Iterable[str], whole: str) -> Check:
    """A check that must find nothing; the first few of what it finds are told."""
    told = "; ".join(islice(found, SHOWN))
    return Check(name, not told, told or whole)
