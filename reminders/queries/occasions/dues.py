"""Who left dues open for one, three or five months is told how much, and how to pay; at six people look at the case.

In the first days of the month, at most once a month and member. Months with a reason on record don't count, and who is
suspended or lost isn't asked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import translation

from dues.queries.arrears import arrears_below, arrears_of
from dues.rules.arrears import Arrears
from members.choices import OrganizationKind
from members.models import Member, Organization
from members.paths import STEP
from reminders.choices import MessageKind
from reminders.queries import about_meetings
from reminders.queries.absences import silent
from reminders.queries.dues_takers import dues_takers
from reminders.queries.planned import Case, languages_of, new_batches, waited_too_long
from reminders.queries.recipients import recipients
from reminders.rules.dedupe import made
from reminders.rules.dues_words import dues_values
from reminders.rules.ladder import DUES_MONTHS, DUES_WITHIN, Rung, for_dues, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.routing import told_for


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    if today.day > DUES_WITHIN.days + 1:
        return
    late = arrears_below(path, on=today)
    for batch in new_batches(_cases(late, at, today)):
        yield from _told(batch, late, today)


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    """A message stands until its last month is paid: payments settle the oldest first."""
    today = at.astimezone(SHANGHAI).date()
    members = {one.member_id for one in messages if one.member_id} - silent(today)
    late = arrears_of(members, on=today)
    open_still = [one for one in messages if _stands(one, late.get(one.member_id or 0), at)]
    takers = dues_takers({one.organization_id for one in open_still}, on=today)
    languages = languages_of(open_still)
    found: dict[UUID, Mapping[str, str]] = {}
    for one in open_still:
        with translation.override(languages[one.wording_id]):
            now = dues_values(late[one.member_id or 0], takers.get(one.organization_id))
        found[one.pk] = {**one.values, **now}
    return found


def rungs_of(arrears: Arrears) -> list[Rung]:
    month = arrears.reached_with
    return for_dues(month, arrears.step) if month else []


def _cases(late: Mapping[int, Arrears], at: datetime, on: date) -> Iterator[Case]:
    on_turn = {member: rung for member, one in late.items() if (rung := turn(rungs_of(one), at))}
    asked = set(on_turn) - (silent(on) if on_turn else set())
    for member, branch in _branches(asked).items():
        month = f"{late[member].reached_with:%Y-%m}"
        yield Case(made(MessageKind.DUES, member, month), on_turn[member], month, branch, member)


def _branches(members: Collection[int]) -> dict[int, int]:
    """Member → the branch on whose roster they stand, never a group of it."""
    if not members:
        return {}
    standing_at = dict(Member.objects.filter(pk__in=members).in_roster_order().values_list("pk", "roster_path"))
    paths = {path[:end] for path in standing_at.values() for end in (len(path), len(path) - STEP)}
    places = Organization.objects.filter(path__in=paths).exclude(kind=OrganizationKind.GROUP)
    ids = dict(places.values_list("path", "pk"))
    found = {member: ids.get(path) or ids.get(path[:-STEP]) for member, path in standing_at.items()}
    return {member: branch for member, branch in found.items() if branch}


def _told(batch: Sequence[Case], late: Mapping[int, Arrears], on: date) -> Iterator[Occasion]:
    people = recipients({one.member_id for one in batch if one.member_id}, on=on).members
    takers = dues_takers({one.organization_id for one in batch}, on=on)
    names = dict(Organization.objects.filter(pk__in={one.organization_id for one in batch}).values_list("pk", "name"))
    for case in batch:
        member = people[case.member_id or 0]
        told = told_for(member).person
        with translation.override(told.language):
            values = dues_values(late[case.member_id or 0], takers.get(case.organization_id))
        values |= {"name": told.name, "member": member.person.name, "branch": names[case.organization_id]}
        yield about_meetings.occasion(MessageKind.DUES, case, values)


def _stands(message: Pending, arrears: Arrears | None, at: datetime) -> bool:
    if arrears is None or message.about not in {f"{month:%Y-%m}" for month in arrears.counted}:
        return False
    month = date.fromisoformat(f"{message.about}-01")
    return not waited_too_long(message, for_dues(month, DUES_MONTHS[message.step - 1]), at)
