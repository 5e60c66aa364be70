"""Entries on record that one may read, and what is kept how long."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Max, Model, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from audit.actions import ACTIONS, CODES, DETAILS, FIELDS, RECORDS
from audit.models import Entry, EntryQuerySet
from members.choices import Capability, OfficeKind
from members.models.files import Removal
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.pages.links import duty_display
from members.pages.queries import names_of
from members.paths import STEP
from members.regulations.queries import place_of
from members.trail.retention import RetainedKind, kinds
from rulebook.book import title_of
from rulebook.rule import Rule
from rulebook.wording import figure, period_words

PAGE_SIZE = 30
PEOPLE = ("user", "agreed_by", "asked_by")
"""Details that are user names."""
SYSTEM, MOVE = "system", "move_organization"
ROLES = {"chair": gettext_lazy("chair"), "recorder": gettext_lazy("recorder")}
FORMER_KINDS = {"meetings.Expected": "meetings.Attendance", "meetings.Mark": "meetings.AttendanceChange"}
"""What older entries call a model that has another name since."""
PERIOD = re.compile(r"\d{4}-(Q[1-4]|\d{2}(-\d{2})?)")


@dataclass(frozen=True)
class Act:
    """An entry as a person reads it. `about` is what the record is called; `fields` are names of what changed;
    `details` pairs of words."""

    entry: Entry
    about: str
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
    return any(office.kind == OfficeKind.ADMINISTRATOR and len(office.path) == STEP for office in user.access.held)


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
    names, pages = _names(rows, reader), _pages(rows, reader)
    return [
        Act(
            entry=entry,
            about=names.get(entry.subject_label, "") if _is_of(entry, User) else entry.subject_label,
            who=_who(entry.actor, names),
            what=ACTIONS.get(entry.action, entry.action),
            fields=[field_name(RECORDS.get(entry.action, entry.subject_kind), name) for name in sorted(entry.changes)],
            details=list(_details(entry, names)),
            url=pages.get((entry.subject_kind, entry.subject_id), ""),
        )
        for entry in rows
    ]


def _names(rows: list[Entry], reader: User) -> dict[str, str]:
    """Of log-ins whose they are, and of the codes of organizations that were moved what those are called."""
    logins = _of(rows, "actor") | {entry.subject_label for entry in rows if _is_of(entry, User)}
    logins |= {entry.details[key] for entry in rows for key in PEOPLE if entry.details.get(key)}
    names = names_of(logins)
    codes = {entry.details.get(end) for entry in rows if entry.action == MOVE for end in ("from", "to")}
    if codes:
        names |= Organization.objects.visible_to(reader).filter(code__in=codes).values_list("code", "name")
    return names


def _who(actor: str, names: dict[str, str]) -> str:
    """Name and user name: the trail is read for who was logged in. Empty for the program itself."""
    if actor == SYSTEM:
        return ""
    name = names.get(actor, actor)
    return name if name == actor else f"{name} · {actor}"


def _pages(rows: list[Entry], reader: User) -> dict[tuple[str, str], str]:
    """Addresses of the records that still exist and that the reader may see."""
    visible: list[Member | Organization] = [
        *Member.objects.visible_to(reader).filter(pk__in=_ids(rows, Member)),
        *Organization.objects.visible_to(reader).filter(pk__in=_ids(rows, Organization)),
    ]
    return {(row._meta.label, str(row.pk)): row.get_absolute_url() for row in visible}


def _ids(rows: list[Entry], model: type[Model]) -> set[str]:
    return {entry.subject_id for entry in rows if _is_of(entry, model)}


def _is_of(entry: Entry, model: type[Model]) -> bool:
    return entry.subject_kind == model._meta.label


def _of(rows: list[Entry], attribute: str) -> set[str]:
    return {getattr(entry, attribute) for entry in rows}


def field_name(kind: str, name: str) -> str:
    """What a field is called on pages. A relation without a name of its own is called after what stands at its end."""
    if name in FIELDS:
        return str(FIELDS[name])
    field = _field_of(kind, name)
    named = getattr(field, "verbose_name", None)
    if isinstance(named, Promise) or not getattr(field, "related_model", None):
        return str(named or name)
    end, is_many = field.related_model._meta, field.one_to_many or field.many_to_many
    return str(end.verbose_name_plural if is_many else end.verbose_name)


def _field_of(kind: str, name: str) -> Any:
    """The field of a kind of record, or None."""
    try:
        return apps.get_model(FORMER_KINDS.get(kind, kind))._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _details(entry: Entry, names: Mapping[str, str]) -> Iterator[tuple[object, object]]:
    for name, value in sorted(entry.details.items()):
        if value != "":
            yield DETAILS.get(name, name), _detail(entry, name, value, names)


def _detail(entry: Entry, name: str, value: Any, names: Mapping[str, str]) -> object:
    """A value as a person says it: codes by their words, money in yuan, days as days."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "fen":
        return _("%(yuan)s yuan") % {"yuan": f"{Decimal(value) / 100:,.2f}"}
    if name == "fields":
        return _(", ").join(field_name(Member._meta.label, one) for one in value)
    if not isinstance(value, str):
        return value
    if name == "field":
        return field_name(entry.subject_kind, value)
    if name in PEOPLE or entry.action == MOVE:
        return names.get(value, value)
    if name == "rule":
        return title_of(value)
    return _code(entry, name, value) or (period_words(value) if PERIOD.fullmatch(value) else value)


def _code(entry: Entry, name: str, value: str) -> object:
    """The words of a code; nothing for what is none."""
    if name == "role":
        return ROLES.get(value)
    kind, _dot, field = CODES.get(entry.action, {}).get(name, f"{entry.subject_kind}.{name}").rpartition(".")
    words = dict(getattr(_field_of(kind, field), "flatchoices", ()))
    duty = duty_display().get(value) if name == "kind" and value not in words else None
    return duty.title if duty else words.get(value)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


READERS = (Capability.WATCH_JOBS, Capability.MANAGE_LOCAL_RULES)
NIGHTS_SHOWN = 3
LOOK_BACK = timedelta(days=92)


@dataclass
class RetentionLine:
    """A kind as its reader may see it. None: the number is not theirs to see, or told nobody."""

    kind: RetainedKind
    rule: Rule
    period: str
    kept: int | None = None
    removed: int | None = None
    """Altogether."""
    last_night: date | None = None
    """When it was last carried out, whether or not something went."""
    nights: list[Removal] = field(default_factory=list)


def kept_how_long(user: User, *, on: date) -> list[RetentionLine]:
    """Every kind with what is there below the reader's offices. What went where isn't known: that is for the top."""
    lines, paths = [_line(kind, user, on) for kind in kinds()], _paths(user)
    at_the_top = sees_all(user)
    for line in lines:
        if line.kind.kept and (line.kind.placed or at_the_top):
            line.kept = line.kind.kept(paths)
    if at_the_top:
        _add_removals({line.kind.code: line for line in lines}, on)
    return lines


def sees_all(user: User) -> bool:
    return any(user.access.may_everywhere(capability) for capability in READERS)


def _line(kind: RetainedKind, user: User, on: date) -> RetentionLine:
    held = kind.due(on).rule_at(place_of(user))
    days = kind.days
    if days is None:
        return RetentionLine(kind, held, figure(held.number, held.unit, held.policy))
    return RetentionLine(kind, held, figure(Decimal(days), "days", held.policy) if days else _("at once"))


def _paths(user: User) -> list[str]:
    return [path for capability in READERS for path in user.access.paths(capability)]


def _add_removals(lines: dict[str, RetentionLine], on: date) -> None:
    finished = Removal.objects.filter(kind__in=lines, finished_at__isnull=False).order_by()
    for code, total, last in finished.values_list("kind").annotate(Sum("removed"), Max("night")):
        lines[code].removed = total if lines[code].kind.kept else None
        lines[code].last_night = last
    for removal in finished.filter(removed__gt=0, night__gte=on - LOOK_BACK).order_by("-night"):
        if len(lines[removal.kind].nights) < NIGHTS_SHOWN:
            lines[removal.kind].nights.append(removal)
