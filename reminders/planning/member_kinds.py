"""Kinds of messages to members and their group chats: meetings and dues."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import translation

from dues.arrears.queries import TAKES_DUES
from dues.ledger.queries import arrears_below, arrears_of
from dues.ledger.rules import ARREARS_STAGES, Arrears
from meetings.attendance.models import Attendance
from meetings.choices import AttendanceState
from meetings.meeting.models import Meeting
from members.choices import OfficeKind, OrganizationKind
from members.models import Member, Office, Organization
from members.paths import STEP
from reminders.channels.queries import Setups, recipients, setups_in_use
from reminders.channels.rules import SHANGHAI, recipient_for
from reminders.choices import MessageKind
from reminders.messages.models import Answer
from reminders.messages.text_rules import MeetingFacts, missed, to_come, to_study
from reminders.planning import queries
from reminders.planning.queries import (
    FAR_KINDS,
    Absence,
    Case,
    Coming,
    absences,
    as_coming,
    by_message,
    closed_lately,
    coming,
    in_situation,
    invited,
    languages_of,
    meeting_facts,
    new_batches,
    of_messages,
    reachable,
    silent,
    unexcused,
    waited_too_long,
    worth_telling,
)
from reminders.planning.rules import (
    DUES_WITHIN,
    Occasion,
    Pending,
    Stage,
    Taker,
    after_absence,
    announced,
    before_meeting,
    current_stage,
    dedupe_key,
    dues_values,
    for_dues,
    to_make_up,
)


def missed_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    rows = unexplained(closed_lately(at, path), today).exclude(in_situation(FAR_KINDS, today))
    yield from queries.occasions(MessageKind.MISSED, _missed_cases(absences(rows), at), missed, on=today)


def missed_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    asked = by_message(messages, absences(unexplained(of_messages(messages), today)))
    answered = set(Answer.objects.filter(message__in=[one.pk for one in messages]).values_list("message", flat=True))
    open_still = [
        one
        for one in messages
        if one.pk in asked
        and one.pk not in answered
        and not waited_too_long(one, after_absence(asked[one.pk].closed_at), at)
    ]
    return queries.values_now(open_still, missed)


def unexplained(rows: QuerySet[Attendance], on: date) -> QuerySet[Attendance]:
    """Absent, and neither a reason nor a line of theirs is on record."""
    return unexcused(reachable(rows.filter(state=AttendanceState.ABSENT, reason="", answer=""), on))


def _missed_cases(found: Iterator[Absence], at: datetime) -> Iterator[Case]:
    for one in found:
        if stage := current_stage(after_absence(one.closed_at), at):
            key = dedupe_key(MessageKind.MISSED, one.meeting, one.member_id, stage.step)
            yield Case(key, stage, str(one.meeting), one.organization_id, one.member_id, meeting=one.meeting)


NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE)


def make_up_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    rows = not_there(closed_lately(at, path), today).filter(in_situation(FAR_KINDS, today))
    yield from queries.occasions(MessageKind.MAKE_UP, _make_up_cases(absences(rows), at), to_study, on=today)


def make_up_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    missing = by_message(messages, absences(not_there(of_messages(messages), today)))
    open_still = [
        one
        for one in messages
        if one.pk in missing and not waited_too_long(one, to_make_up(missing[one.pk].closed_at), at)
    ]
    return queries.values_now(open_still, to_study)


def not_there(rows: QuerySet[Attendance], on: date) -> QuerySet[Attendance]:
    return reachable(rows.filter(state__in=NOT_THERE), on)


def _make_up_cases(found: Iterator[Absence], at: datetime) -> Iterator[Case]:
    for one in found:
        if stage := current_stage(to_make_up(one.closed_at), at):
            key = dedupe_key(MessageKind.MAKE_UP, one.meeting, one.member_id, stage.step)
            yield Case(key, stage, str(one.meeting), one.organization_id, one.member_id, meeting=one.meeting)


def invitation_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    cases = _invitation_cases(invited(coming(at, path), at), at)
    yield from queries.occasions(MessageKind.INVITATION, cases, to_come, on=at.astimezone(SHANGHAI).date())


def invitation_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    meetings = as_coming(worth_telling(Meeting.objects.filter(pk__in={one.about for one in messages})))
    members = {one.member_id for one in messages if one.member_id}
    asked = {(str(one.key), member): one for one, member in invited(meetings, at, members)}
    open_still = [one for one in messages if _invitation_stands(one, asked.get((one.about, one.member_id or 0)), at)]
    return queries.values_now(open_still, to_come)


def _invitation_stands(message: Pending, meeting: Coming | None, at: datetime) -> bool:
    """Whether the meeting still is when the message says, and hasn't begun."""
    if meeting is None or message.dedupe_key != _invitation_key(meeting, message.member_id or 0, message.step):
        return False
    stages = before_meeting(meeting.day, meeting.starts_at)
    return at < stages[0].expires_at and not waited_too_long(message, stages, at)


def _invitation_cases(found: Iterator[tuple[Coming, int]], at: datetime) -> Iterator[Case]:
    for one, member in found:
        if stage := current_stage(before_meeting(one.day, one.starts_at), at):
            key = _invitation_key(one, member, stage.step)
            yield Case(key, stage, str(one.key), one.organization_id, member, meeting=one.key)


def _invitation_key(meeting: Coming, member: int, step: int) -> str:
    return dedupe_key(MessageKind.INVITATION, meeting.key, meeting.stamp, member, step)


def announcement_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    setups = setups_in_use()
    if not setups.at:
        return
    for batch in new_batches(_announcement_cases(coming(at, path), setups, at)):
        meetings = meeting_facts({one.meeting for one in batch if one.meeting})
        with translation.override(settings.LANGUAGE_CODE):
            words = {str(key): said(meeting) for key, meeting in meetings.items()}
        yield from (
            queries.occasion(MessageKind.ANNOUNCEMENT, case, words[case.about]) for case in batch if case.about in words
        )


def announcement_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    rows = as_coming(worth_telling(Meeting.objects.filter(pk__in={one.about for one in messages})))
    planned = {str(one.key): one for one in rows}
    open_still = [one for one in messages if _announcement_stands(one, planned.get(one.about), at)]
    return queries.values_now(open_still, said)


def said(meeting: MeetingFacts) -> dict[str, str]:
    return to_come(meeting, openly=True)


def _announcement_stands(message: Pending, meeting: Coming | None, at: datetime) -> bool:
    if meeting is None or message.dedupe_key != _announcement_key(meeting):
        return False
    stages = announced(meeting.day, meeting.starts_at)
    return at < stages[0].expires_at and not waited_too_long(message, stages, at)


def _announcement_cases(meetings: Sequence[Coming], setups: Setups, at: datetime) -> Iterator[Case]:
    """On behalf of the branch whose chat it is; a group's meeting is announced in its branch's."""
    ids = dict(Organization.objects.filter(path__in=list(setups.at)).values_list("path", "pk"))
    for one in meetings:
        stage = current_stage(announced(one.day, one.starts_at), at)
        if stage and setups.group_chat_of(one.branch_path):
            yield Case(_announcement_key(one), stage, str(one.key), ids[one.branch_path], meeting=one.key)


def _announcement_key(meeting: Coming) -> str:
    return dedupe_key(MessageKind.ANNOUNCEMENT, meeting.key, meeting.stamp)


def dues_takers(organization_ids: Collection[int], *, on: date) -> Mapping[int, Taker]:
    """Organization → who is asked about dues there, where somebody is. One query."""
    held = Office.objects.holding(on).filter(organization__in=organization_ids, kind__in=TAKES_DUES)
    name = Coalesce("member__name", "user__member__name", NullIf("user__display_name", Value("")), "user__username")
    rows = held.annotate(name=name).order_by("valid_from", "pk").values_list("organization", "kind", "name")
    ranked = sorted(rows, key=lambda row: TAKES_DUES.index(OfficeKind(row[1])), reverse=True)
    return {place: Taker(OfficeKind(kind), name) for place, kind, name in ranked}


def dues_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    if today.day > DUES_WITHIN.days + 1:
        return
    late = arrears_below(path, on=today)
    for batch in new_batches(_dues_cases(late, at, today)):
        yield from _told(batch, late, today)


def dues_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    """A message stands until its last month is paid: payments settle the oldest first."""
    today = at.astimezone(SHANGHAI).date()
    members = {one.member_id for one in messages if one.member_id} - silent(today)
    late = arrears_of(members, on=today)
    open_still = [one for one in messages if _dues_stand(one, late.get(one.member_id or 0), at)]
    takers = dues_takers({one.organization_id for one in open_still}, on=today)
    languages = languages_of(open_still)
    found: dict[UUID, Mapping[str, str]] = {}
    for one in open_still:
        with translation.override(languages[one.wording_id]):
            now = dues_values(late[one.member_id or 0], takers.get(one.organization_id))
        found[one.pk] = {**one.values, **now}
    return found


def stages_of(arrears: Arrears) -> list[Stage]:
    month = arrears.reached_with
    return for_dues(month, arrears.step) if month else []


def _dues_cases(late: Mapping[int, Arrears], at: datetime, on: date) -> Iterator[Case]:
    on_turn = {member: stage for member, one in late.items() if (stage := current_stage(stages_of(one), at))}
    asked = set(on_turn) - (silent(on) if on_turn else set())
    for member, branch in _branches(asked).items():
        month = f"{late[member].reached_with:%Y-%m}"
        yield Case(dedupe_key(MessageKind.DUES, member, month), on_turn[member], month, branch, member)


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
        told = recipient_for(member).person
        with translation.override(told.language):
            values = dues_values(late[case.member_id or 0], takers.get(case.organization_id))
        values |= {"name": told.name, "member": member.person.name, "branch": names[case.organization_id]}
        yield queries.occasion(MessageKind.DUES, case, values)


def _dues_stand(message: Pending, arrears: Arrears | None, at: datetime) -> bool:
    if arrears is None or message.about not in {f"{month:%Y-%m}" for month in arrears.counted}:
        return False
    month = date.fromisoformat(f"{message.about}-01")
    return not waited_too_long(message, for_dues(month, ARREARS_STAGES[message.step - 1]), at)
