"""Corrections of attendance: how they read, what waits, and which votes they put in doubt."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _, ngettext

from meetings.attendance.models import Attendance
from meetings.choices import LeaveKind, MeetingState, VoteSubject
from meetings.meeting.models import Meeting, Task
from meetings.votes.models import NOT_LISTED, AttendanceCorrection, Vote, VoteLook
from meetings.votes.rules import Figures, Heads, change_of_heads, doubt
from members.choices import AffiliationKind, Capability
from members.fields import opened
from members.models import Member, User
from members.pages.links import Link
from members.pages.queries import called
from members.paths import subtree


@dataclass(frozen=True, slots=True)
class Doubted:
    """A decided vote that has to be looked at, and why."""

    vote: Vote
    why: str
    present: int
    """With how many heads, as they are on record now."""


def correction_sentences(meeting: Meeting) -> list[str]:
    """The confirmed ones as minutes and meeting say them; none before the minutes are locked."""
    if meeting.state != MeetingState.LOCKED:
        return []
    rows = AttendanceCorrection.objects.filter(meeting=meeting).confirmed().with_people().order_by("decided_at", "key")
    sentences = [correction_sentence(one) for one in rows]
    return [*sentences, *look_sentences(vote__item__meeting=meeting)] if sentences else []


def look_sentences(**where: Model) -> list[str]:
    """Which votes in doubt somebody looked at, and why their outcome stands. One query."""
    rows = VoteLook.objects.filter(**where).select_related("vote", "by__member")
    return [_look_sentence(one) for one in rows]


def _look_sentence(one: VoteLook) -> str:
    facts = {
        "about": one.vote.about, "doubt": one.doubt, "why": one.reason, "name": called(one.by),
        "day": timezone.localdate(one.at).isoformat(),
    }  # fmt: skip
    return _("Looked at by %(name)s, %(day)s: “%(about)s”. %(doubt)s The outcome stands: %(why)s") % facts


def waiting_at(meeting: Meeting) -> list[AttendanceCorrection]:
    """Those that nobody has decided yet."""
    if meeting.state != MeetingState.LOCKED:
        return []
    return list(AttendanceCorrection.objects.filter(meeting=meeting).waiting())


def correction_sentence(one: AttendanceCorrection) -> str:
    """A confirmed correction in a sentence: the new, the old, who checked it, when and why."""
    facts = {
        "name": one.name, "becomes": corrected_to(one), "was": recorded_as(one), "first": called(one.proposed_by),
        "second": called(one.decided_by), "day": timezone.localdate(one.decided_at).isoformat(), "why": one.reason,
    }  # fmt: skip
    sentence = _(
        "Corrected: %(name)s, %(becomes)s; recorded as: %(was)s; proposed by %(first)s, checked by %(second)s, "
        "%(day)s. %(why)s"
    )
    return sentence % facts


def own_corrections(meeting: Meeting, user: User) -> list[str]:
    """What was corrected of the user's own attendance."""
    rows = AttendanceCorrection.objects.filter(meeting=meeting, member=user.member_id).confirmed()
    return [correction_sentence(one) for one in rows.with_people().order_by("decided_at", "key")]


def recorded_as(one: AttendanceCorrection) -> str:
    """The old state; where it stays, with the leave's kind."""
    if one.was == NOT_LISTED:
        return _("not on the list")
    kind = before(one).get("leave_kind", "") if one.leave_kind and one.was == one.becomes else ""
    return _of_kind(str(one.get_was_display()), kind)


def corrected_to(one: AttendanceCorrection) -> str:
    """The new state, with the leave's kind, and that the reason is another; what it is stays sealed."""
    said = _of_kind(str(one.get_becomes_display()), one.leave_kind)
    return _("%(state)s, with another reason") % {"state": said} if one.away_reason else said


def _of_kind(state: str, kind: str) -> str:
    return f"{state} · {LeaveKind(kind).label}" if kind else state


def before(one: AttendanceCorrection) -> dict[str, Any]:
    """What the attendance was when the correction was proposed, opened."""
    return dict(json.loads(opened(one.before) or "{}"))


def guests_left_out(meeting: Meeting) -> QuerySet[Member]:
    """Who takes part there, on the day or since, and isn't on the meeting's list."""
    relations = Q(
        subtree("affiliations__organization__path", [meeting.organization.path]),
        affiliations__kind=AffiliationKind.PARTICIPATION,
    )
    listed = Attendance.objects.filter(meeting=meeting).values("member")
    return Member.objects.filter(relations).exclude(pk__in=listed).distinct().order_by("name_key", "pk")


def waiting_for(user: User) -> QuerySet[AttendanceCorrection]:
    """Those of which the user may be the second person."""
    rows = AttendanceCorrection.objects.to_confirm(user).waiting().exclude(proposed_by=user)
    return rows.exclude(member=user.member_id) if user.member_id else rows


def is_second(one: AttendanceCorrection, user: User) -> bool:
    """Whether the user confirms there by office, or signed the minutes as chair or recorder."""
    signed = {one.meeting.chair_id, one.meeting.recorder_id} - {None}
    return user.member_id in signed or user.access.may(Capability.CONFIRM_ATTENDANCE, one.scope_path)


def doubted_by(one: AttendanceCorrection) -> list[Doubted]:
    """The votes that would have to be looked at once this one is confirmed, beside those that have to be already."""
    voter = Attendance.objects.filter(meeting=one.meeting_id, member=one.member_id).entitled().exists()
    known = {each.vote.pk for each in doubted_in(one.meeting)}
    more = change_of_heads(one.was, one.becomes) if voter else 0
    return [each for each in doubted_in(one.meeting, more) if each.vote.pk not in known] if more else []


def doubted_in(meeting: Meeting, more: int = 0) -> list[Doubted]:
    """The decided votes of a meeting that the list, with its corrections, no longer bears; `more` heads besides.
    Without those at which somebody has looked since.

    At most four queries, three where none is in doubt.
    """
    if meeting.state not in (MeetingState.HELD, MeetingState.LOCKED):
        return []
    votes = list(Vote.objects.filter(item__meeting=meeting).decided().select_related("item").order_by("number"))
    if not votes:
        return []
    change = more + sum(_changes(meeting))
    there = more + Attendance.objects.filter(meeting=meeting).entitled().present().count()
    heads = {vote.pk: min(max(vote.present + change, 0), vote.entitled, there) for vote in votes}
    found = [
        Doubted(vote, why, heads[vote.pk]) for vote in votes if (why := _doubt(vote, heads[vote.pk], meeting))
    ]  # fmt: skip
    looks = (
        VoteLook.objects.filter(vote__in=[one.vote for one in found]).values_list("vote", "present") if found else ()
    )
    settled = set(looks)
    return [one for one in found if (one.vote.pk, one.present) not in settled]


def doubts_of(vote: Vote) -> list[Doubted]:
    """The same of one vote."""
    return [one for one in doubted_in(vote.item.meeting) if one.vote.pk == vote.pk] if vote.is_decided else []


def _changes(meeting: Meeting) -> Iterable[int]:
    voters = Attendance.objects.filter(meeting=meeting).entitled().values("member")
    confirmed = AttendanceCorrection.objects.filter(meeting=meeting, member__in=voters).confirmed()
    return [change_of_heads(was, becomes) for was, becomes in confirmed.values_list("was", "becomes").order_by()]


def _doubt(vote: Vote, present: int, meeting: Meeting) -> str:
    """`present`: never more than the list has now."""
    figures = Figures(
        vote.votes_for or 0, vote.votes_against or 0, vote.abstained or 0, vote.written_for,
        vote.issued, vote.returned, vote.void,
    )  # fmt: skip
    heads = Heads(vote.entitled, present)
    return doubt(VoteSubject(vote.subject), figures, heads, (bool(vote.is_valid), bool(vote.is_passed)), meeting.day)


MOST_TASKS = 100


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user as the second person, by office or as who signed. One query at most."""
    asked = user.member_id or user.access.may_any([Capability.CONFIRM_ATTENDANCE])
    if asked and (count := waiting_for(user).count()):
        sentence = ngettext(
            "%(count)s correction of attendance waits for your confirmation.",
            "%(count)s corrections of attendance wait for your confirmation.",
            count,
        )
        text = sentence % {"count": count}
        yield Link("person-check", _("Corrections of attendance"), text, reverse("meetings:correction-list"))


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """The next meeting that the member is asked to, and the tasks that are the member's. Two queries."""
    if user.access.member_id is None:
        return
    yield from _tasks(user, on)
    coming = Meeting.objects.asking(user).coming(on).select_related("organization").order_by("day", "starts_at")
    if meeting := coming.first():
        yield Link("calendar-event", _said(meeting), _where(meeting), meeting.get_absolute_url())
    else:
        yield Link("calendar-event", _("My meetings"), _("No meeting is planned for you."), reverse("meetings:mine"))


def _said(meeting: Meeting) -> str:
    return _("Next meeting: %(meeting)s") % {"meeting": meeting.name}


def _where(meeting: Meeting) -> str:
    at = time_format(meeting.starts_at) if meeting.starts_at else ""
    parts = (date_format(meeting.day, "DATE_FORMAT"), at, meeting.place)
    return " ".join(str(part) for part in parts if part)


def _tasks(user: User, on: date) -> Iterator[Link]:
    """The first of one's open tasks, and how many there are."""
    mine = list(Task.objects.open().filter(owner=user.access.member_id).in_order()[:MOST_TASKS])
    if not mine:
        return
    first = mine[0]
    title = _("My tasks: %(count)s") % {"count": len(mine)}
    facts = {"what": first.what, "day": date_format(first.due_on, "DATE_FORMAT") if first.due_on else ""}
    late = first.due_on is not None and first.due_on < on
    said = _("%(what)s, was due %(day)s") if late else _("%(what)s, by %(day)s") if first.due_on else "%(what)s"
    yield Link("list-check", title, said % facts, f"{reverse('meetings:mine')}#tasks")
