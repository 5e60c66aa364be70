"""Occasions about meetings, and what their messages say: the words found for whoever is told, in their language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.utils import translation

from reminders.choices import MessageKind
from reminders.queries.meeting_facts import meeting_facts
from reminders.queries.planned import Case, languages_of, new_batches
from reminders.queries.recipients import recipients
from reminders.rules.links import LINK, PURPOSES, STANDS
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.routing import told_for
from reminders.rules.telling import MeetingFacts

Words = Callable[[MeetingFacts], dict[str, str]]


def occasions(kind: MessageKind, cases: Iterable[Case], words: Words, *, on: date) -> Iterator[Occasion]:
    """Those of the cases that are new, told to the member or the contact person. Some ten queries for each batch."""
    for batch in new_batches(cases):
        people = recipients({one.member_id for one in batch if one.member_id}, on=on).members
        meetings = meeting_facts({one.meeting for one in batch if one.meeting})
        for case in batch:
            member, meeting = people.get(case.member_id or 0), meetings.get(case.meeting) if case.meeting else None
            if member is None or meeting is None:
                continue
            told = told_for(member).person
            with translation.override(told.language):
                values = words(meeting)
            yield occasion(kind, case, values | _people(told.name, member.person.name) | _link(kind))


def _people(told: str, member: str) -> dict[str, str]:
    return {"name": told, "member": member}


def _link(kind: MessageKind) -> dict[str, str]:
    return {LINK: STANDS} if kind in PURPOSES else {}


def occasion(kind: MessageKind, case: Case, values: Mapping[str, str]) -> Occasion:
    rung = case.rung
    return Occasion(
        kind, rung.step, case.about, case.organization_id, case.dedupe_key, rung.due_at, rung.expires_at,
        case.member_id, case.user_id, values,
    )  # fmt: skip


def values_now(messages: Sequence[Pending], words: Words) -> dict[UUID, Mapping[str, str]]:
    """What messages about meetings say as of now; whose meeting is gone isn't among them. Five queries."""
    meetings = meeting_facts({UUID(one.about) for one in messages})
    languages = languages_of(messages) if messages else {}
    found: dict[UUID, Mapping[str, str]] = {}
    for one in messages:
        if meeting := meetings.get(UUID(one.about)):
            with translation.override(languages[one.wording_id]):
                found[one.pk] = {**one.values, **words(meeting)}
    return found
