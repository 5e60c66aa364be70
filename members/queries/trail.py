"""The audit trail as its readers may see it: the organizations below their offices, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone

from audit.actions import ACTIONS, DETAILS, FIELDS
from audit.models import Entry, EntryQuerySet
from members.choices import AffiliationKind, Capability, LeavingReason, OfficeKind
from members.models import Member, Organization, User
from members.paths import STEP

PAGE_SIZE = 60
SYSTEM = "system"
WORDS: dict[str, dict[Any, Any]] = {
    "because": dict(LeavingReason.choices),
    "kind": dict(OfficeKind.choices) | dict(AffiliationKind.choices),
}
"""Details whose values are codes."""


@dataclass(frozen=True)
class Act:
    """An entry as a person reads it. `fields` are names of what changed; `details` pairs of words."""

    entry: Entry
    who: str
    what: object
    fields: list[str]
    details: list[tuple[object, object]]
    url: str
    """Where the record can be seen now; empty when it can't, or not by this reader."""


@dataclass(frozen=True)
class TrailPage:
    """Newest first. `newer` goes into `after=`, `older` into `before=`; None: there is no such page."""

    acts: list[Act]
    newer: int | None
    older: int | None


def visible_entries(user: User) -> EntryQuerySet:
    """Entries of the organizations where the user reads the trail; without an organization, only for the root's
    administrators."""
    codes = Organization.objects.visible_to(user, Capability.VIEW_AUDIT).values("code")
    entries = Entry.objects.within(codes)
    return entries | Entry.objects.within([""]) if administers_the_root(user) else entries


def administers_the_root(user: User) -> bool:
    return any(office.kind == OfficeKind.ADMINISTRATOR and len(office.path) == STEP for office in user.standing.held)


def between(entries: EntryQuerySet, first: date | None, last: date | None) -> EntryQuerySet:
    """Entries from the beginning of one day to the end of another."""
    if first:
        entries = entries.filter(at__gte=_begins(first))
    if last:
        entries = entries.filter(at__lt=_begins(last + timedelta(days=1)))
    return entries


def trail_page(
    entries: EntryQuerySet, *, reader: User, before: int | None = None, after: int | None = None
) -> TrailPage:
    """The page that ends just before an entry (older ones), or begins just after one (newer ones)."""
    if after is not None:
        rows = list(entries.filter(number__gt=after).order_by("number")[: PAGE_SIZE + 1])
        further, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE][::-1]
        has_newer, has_older = further, bool(rows)
    else:
        rows = list(
            (entries if before is None else entries.filter(number__lt=before)).order_by("-number")[: PAGE_SIZE + 1]
        )
        has_newer, has_older = before is not None and bool(rows), len(rows) > PAGE_SIZE
        rows = rows[:PAGE_SIZE]
    return TrailPage(
        acts=_in_words(rows, reader),
        newer=rows[0].number if has_newer else None,
        older=rows[-1].number if has_older else None,
    )


def _in_words(rows: list[Entry], reader: User) -> list[Act]:
    names = {user.username: user.get_full_name() for user in User.objects.filter(username__in=_of(rows, "actor"))}
    pages = _pages(rows, reader)
    return [
        Act(
            entry=entry,
            who=names.get(entry.actor, "" if entry.actor == SYSTEM else entry.actor),
            what=ACTIONS.get(entry.action, entry.action),
            fields=[_field(entry.subject_kind, name) for name in sorted(entry.changes)],
            details=list(_details(entry)),
            url=pages.get((entry.subject_kind, entry.subject_id), ""),
        )
        for entry in rows
    ]


def _pages(rows: list[Entry], reader: User) -> dict[tuple[str, str], str]:
    """Addresses of the records that still exist and that the reader may see."""
    visible: list[Member | Organization] = [
        *Member.objects.visible_to(reader).filter(pk__in=_ids(rows, Member)),
        *Organization.objects.visible_to(reader).filter(pk__in=_ids(rows, Organization)),
    ]
    return {(row._meta.label, str(row.pk)): row.get_absolute_url() for row in visible}


def _ids(rows: list[Entry], model: type[Model]) -> set[str]:
    return {entry.subject_id for entry in rows if entry.subject_kind == model._meta.label}


def _of(rows: list[Entry], attribute: str) -> set[str]:
    return {getattr(entry, attribute) for entry in rows}


def _field(kind: str, name: str) -> str:
    """What a field is called on pages."""
    if name in FIELDS:
        return str(FIELDS[name])
    try:
        return str(apps.get_model(kind)._meta.get_field(name).verbose_name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return name


def _details(entry: Entry) -> Iterator[tuple[object, object]]:
    for name, value in sorted(entry.details.items()):
        if name == "field":
            yield DETAILS[name], _field(entry.subject_kind, value)
        elif value != "":
            yield DETAILS.get(name, name), WORDS.get(name, {}).get(value, value)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
