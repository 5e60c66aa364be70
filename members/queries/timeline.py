"""What happened to a member and with them, newest first: a page at a time, in one query over every table with a day."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate

from members.choices import ImportState, RowVerdict
from members.fields import Sealed, SealedField
from members.models import (
    Affiliation,
    Contact,
    ContactPerson,
    HelpRequest,
    Member,
    Office,
    RosterImportRow,
    Situation,
)
from members.prepared import Prepared


class Happening(IntEnum):
    """The kinds of events, in the order in which they follow each other within a day."""

    JOINED = 1
    CONFIRMED = 2
    PLACED = 3
    LEFT = 4
    OFFICE_BEGUN = 5
    OFFICE_ENDED = 6
    SITUATION_BEGUN = 7
    SITUATION_ENDED = 8
    PERSON_BEGUN = 9
    PERSON_ENDED = 10
    CONTACT = 11
    HELP_ASKED = 12
    HELP_ANSWERED = 13
    IMPORTED = 14


@dataclass(frozen=True, slots=True)
class Event:
    """One happening. `code` is the choice it belongs to (a situation's kind, a date's precision), `text` a name or
    place, `words` what was heard or answered, `ref` the key of its row."""

    day: date
    happening: Happening
    code: str
    text: str
    words: Sealed
    ref: UUID


def timeline(member: Member, *, start: int, size: int, with_contacts: bool) -> list[Event]:
    """A page of events, newest first, and one more if there are older ones. Days that aren't known are left out."""
    rows = _events(with_contacts, start, start + size + 1).rows(member=member.pk)
    return [Event(day, Happening(happening), code, text, words, ref) for day, happening, code, text, words, ref in rows]


Part = QuerySet[Any, tuple[Any, ...]]


@lru_cache(maxsize=32)
def _events(with_contacts: bool, first: int, last: int) -> Prepared:
    """The union over all tables. Where a page begins and ends is part of the statement."""

    def union(member: int) -> Part:
        somebody = Member(pk=member)
        parts = [*_belonging(somebody), *_life(somebody), *(_care(somebody) if with_contacts else [])]
        events = parts[0].union(*parts[1:], all=True)
        return events.order_by("-event_day", "-event_happening", "event_ref")[first:last]

    return Prepared(union)


def _belonging(member: Member) -> list[Part]:
    affiliations, offices = Affiliation.objects.filter(member=member), Office.objects.filter(member=member)
    place = F("organization__name")
    return [
        _part(affiliations, Happening.PLACED, "valid_from", code=F("kind"), text=place),
        _part(affiliations, Happening.LEFT, "valid_until", code=F("left_because"), text=place),
        _part(offices, Happening.OFFICE_BEGUN, "valid_from", code=F("kind"), text=place),
        _part(offices, Happening.OFFICE_ENDED, "valid_until", code=F("kind"), text=place),
    ]


def _life(member: Member) -> list[Part]:
    person = Member.objects.filter(pk=member.pk)
    situations = Situation.objects.filter(member=member)
    return [
        _part(person, Happening.JOINED, "joined_on", code=F("joined_precision")),
        _part(person, Happening.CONFIRMED, "full_on", code=F("full_precision")),
        _part(situations, Happening.SITUATION_BEGUN, "valid_from", code=F("kind"), text=F("place")),
        _part(situations, Happening.SITUATION_ENDED, "valid_until", code=F("kind"), text=F("place")),
        _imports(member),
    ]


def _care(member: Member) -> list[Part]:
    persons = ContactPerson.objects.filter(member=member)
    name = Coalesce(NullIf(F("name"), Value("")), F("person__name"))
    contacts, requests = Contact.objects.filter(member=member), HelpRequest.objects.filter(member=member)
    return [
        _part(persons, Happening.PERSON_BEGUN, "valid_from", code=F("relation"), text=name),
        _part(persons, Happening.PERSON_ENDED, "valid_until", code=F("relation"), text=name),
        _part(contacts, Happening.CONTACT, "happened_on", code=F("kind"), text=F("made_by"), words=F("needs")),
        _part(requests, Happening.HELP_ASKED, "asked_on", words=F("request")),
        _part(requests, Happening.HELP_ANSWERED, "answered_on", words=F("answer")),
    ]


def _imports(member: Member) -> Part:
    stored = RosterImportRow.objects.filter(
        member=member, verdict__in=[RowVerdict.NEW, RowVerdict.CHANGED], roster_import__state=ImportState.APPLIED
    ).annotate(applied_on=TruncDate("roster_import__applied_at"))
    file_name, ref = F("roster_import__file_name"), F("roster_import_id")
    return _part(stored, Happening.IMPORTED, "applied_on", code=F("verdict"), text=file_name, ref=ref)


def _part(rows: QuerySet[Any], happening: Happening, day: str, **columns: Any) -> Part:
    """One table's share of the union: the same six columns from each."""
    given = {
        "day": F(day),
        "happening": Value(int(happening)),
        "code": Value(""),
        "text": Value(""),
        "words": Value("", SealedField()),
        "ref": F("key"),
        **columns,
    }
    named = {f"event_{name}": column for name, column in given.items()}
    return rows.filter(**{f"{day}__isnull": False}).order_by().annotate(**named).values_list(*named)
