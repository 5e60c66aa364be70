"""Minutes as composed from the record, what is missing for them, and who signs."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings.attendance.models import Attendance
from meetings.attendance.queries import Tally, tally_of
from meetings.choices import LATER, NOT_EXPECTED, PRESENT, AttendanceState, LeaveKind, MeetingState
from meetings.meeting.models import AgendaItem, Meeting, Observer
from meetings.minutes.models import Minutes
from meetings.minutes.rules import (
    Absence,
    AgendaPoint,
    Gap,
    MinutesContent,
    MinutesFacts,
    MinutesPart,
    NamedPerson,
    SpeakerPoints,
    Stood,
    Voted,
    gaps,
)
from meetings.votes.models import Candidate, Vote
from meetings.votes.queries import on_the_ballot
from members.access.queries import in_words, named_offices, whom_to_ask
from members.choices import Capability
from members.fields import opened
from members.models import Member, User
from members.pages.links import Link
from members.pages.queries import called, names_of

AT_MOST = 3
"""Minutes named on a start page."""
NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE, AttendanceState.UNKNOWN)
NO_KIND = ("", LeaveKind.OTHER)
"""Of these the minutes say only that somebody was on leave: neither is a reason."""


def evening_of(meeting: Meeting) -> MinutesContent:
    """The record of the meeting as plain values."""
    return as_evening(
        meeting,
        tally_of(meeting),
        expected=list(meeting.expected.order_by("pk")),
        items=[item_of(item) for item in meeting.agenda.prefetch_related("speeches", "votes__candidates", "tasks")],
        observers=[f"{one.name} {one.office}".strip() for one in meeting.observers.all()],
    )


def facts_in(meeting: Meeting) -> str:
    """A digest of all that minutes say of the meeting, whatever language they are written in."""
    with translation.override(settings.LANGUAGE_CODE):
        evening = asdict(evening_of(meeting))
    return sha256(json.dumps(evening, sort_keys=True).encode()).hexdigest()


def has_changed(minutes: Minutes) -> bool:
    """Whether the record says something else than when the text was composed or compared with it."""
    return bool(minutes.facts) and not minutes.is_locked and minutes.facts != facts_in(minutes.meeting)


def as_evening(
    meeting: Meeting,
    tally: Tally,
    *,
    expected: Iterable[Attendance],
    items: Sequence[AgendaPoint],
    observers: Sequence[str] = (),
) -> MinutesContent:
    """The same from rows that are in memory; nothing is read."""
    listed = list(expected)
    people = [one for one in listed if one.not_counted not in NOT_EXPECTED]
    return MinutesContent(
        organization=meeting.organization.name,
        name=meeting.name,
        when=_when(meeting),
        place=meeting.place or meeting.online_link,
        chair=str(meeting.chair or ""),
        recorder=str(meeting.recorder or ""),
        expected=tally.expected,
        present=tally.present,
        entitled=tally.entitled,
        entitled_present=tally.entitled_present,
        on_site=[one.name for one in people if one.state == AttendanceState.ON_SITE],
        online=[one.name for one in people if one.state == AttendanceState.ONLINE],
        absences=[_absence(one) for one in people if one.state in NOT_THERE],
        visited=[one.name for one in people if one.state in LATER],
        guests=[one.name for one in listed if one.is_guest and one.state in PRESENT],
        observers=observers,
        items=items,
    )


def _when(meeting: Meeting) -> str:
    hours = [f"{moment:%H:%M}" for moment in (meeting.starts_at, meeting.ends_at) if moment]
    return " ".join([meeting.day.isoformat(), "–".join(hours)]).strip()


def _absence(one: Attendance) -> Absence:
    """An attendance that nobody recorded is said to be unrecorded, not absent."""
    if one.state == AttendanceState.UNKNOWN:
        return Absence(one.name, False, _("not recorded"))
    is_leave = one.state == AttendanceState.LEAVE
    kind = str(one.get_leave_kind_display()) if is_leave and one.leave_kind not in NO_KIND else ""
    return Absence(one.name, is_leave, opened(one.reason) or kind)


def item_of(item: AgendaItem) -> AgendaPoint:
    """A point of the agenda with what hangs on it."""
    return AgendaPoint(
        title=item.title,
        presenter=item.presenter,
        report=item.report,
        speeches=[SpeakerPoints(one.speaker, one.points, one.is_dissent) for one in item.speeches.all()],
        decision=item.decision,
        votes=[voted(vote, on_the_ballot(vote)) for vote in item.votes.all() if vote.is_decided],
        tasks=[_task(one.what, one.who, one.due_on) for one in item.tasks.all()],
    )


def _task(what: str, who: str, due_on: date | None) -> str:
    return " · ".join(part for part in (what, who, due_on.isoformat() if due_on else "") if part)


def voted(vote: Vote, candidates: Iterable[Candidate] = ()) -> Voted:
    """A vote whose outcome stands, as the minutes tell it."""
    counted = None if vote.votes_for is None else (vote.votes_for, vote.votes_against or 0, vote.abstained or 0)
    papers = None if vote.issued is None else (vote.issued, vote.returned or 0, vote.void or 0)
    return Voted(
        about=vote.about,
        entitled=vote.entitled,
        present=vote.present,
        sentence=vote.sentence,
        figures=counted if vote.seats is None else None,
        written_for=vote.written_for,
        papers=papers,
        candidates=[
            Stood(one.name, one.votes_for or 0, one.votes_against, one.abstained, bool(one.is_elected))
            for one in candidates
        ],
    )


@dataclass(frozen=True, slots=True)
class Missing:
    sentence: str
    url: str


URLS: dict[MinutesPart, Callable[[Meeting, Gap], str]] = {
    MinutesPart.ABOUT: lambda meeting, _gap: reverse("meetings:meeting-edit", args=[meeting.pk]),
    MinutesPart.ATTENDANCE: lambda meeting, _gap: reverse("meetings:attendance", args=[meeting.pk]),
    MinutesPart.AGENDA: lambda meeting, _gap: f"{meeting.get_absolute_url()}#agenda",
    MinutesPart.VOTE: lambda _meeting, gap: reverse("meetings:vote-detail", args=[gap.key]),
}


def missing_in(meeting: Meeting) -> list[Missing]:
    """What the record lacks; four queries."""
    return [Missing(gap.sentence, URLS[gap.part](meeting, gap)) for gap in gaps(_facts(meeting))]


def there(meeting: Meeting) -> QuerySet[Member]:
    """Who was there: on site or online, or as a leader from above."""
    present = Attendance.objects.filter(meeting=meeting).should_attend().present()
    guests = Observer.objects.filter(meeting=meeting, is_from_above=True, member__isnull=False)
    return Member.objects.filter(Q(pk__in=present.values("member")) | Q(pk__in=guests.values("member")))


def _facts(meeting: Meeting) -> MinutesFacts:
    led = [one for one in (meeting.chair_id, meeting.recorder_id) if one]
    were_there = dict(there(meeting).filter(pk__in=led).values_list("pk", "name")) if led else {}
    tally = tally_of(meeting)
    return MinutesFacts(
        items=meeting.agenda.count(),
        expected=tally.expected,
        present=tally.present,
        place=meeting.place or meeting.online_link,
        chair=NamedPerson(str(meeting.chair), meeting.chair_id in were_there) if meeting.chair else None,
        recorder=NamedPerson(str(meeting.recorder), meeting.recorder_id in were_there) if meeting.recorder else None,
        are_one=len(led) == 2 and led[0] == led[1],
        uncounted=[(str(vote.pk), vote.about) for vote in Vote.objects.undecided().filter(item__meeting=meeting)],
    )


CHAIR, RECORDER = "chair", "recorder"
ROLES = (CHAIR, RECORDER)


@dataclass(frozen=True, slots=True)
class Signature:
    """One of the two lines below the minutes. `sentence` is empty until it is signed."""

    role: str
    label: str
    name: str
    sentence: str
    on_paper: bool
    """Nobody has signed yet, and who is named has no account to sign with."""


def role_of(meeting: Meeting, user: User) -> str | None:
    """As what the user signs: the one of the two that the record names; None for everybody else."""
    named = {meeting.chair_id: CHAIR, meeting.recorder_id: RECORDER}
    return named.get(user.member_id) if user.member_id else None


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """The minutes that wait for the user's signature; whoever has a desk finds them there. One query."""
    if user.member_id is None or user.access.may_any([Capability.SETTLE_DUTIES]):
        return
    chaired = Q(meeting__chair=user.member_id, chair_signed_at__isnull=True)
    recorded = Q(meeting__recorder=user.member_id, recorder_signed_at__isnull=True)
    rows = Minutes.objects.filter(chaired | recorded, locked_at__isnull=True, meeting__state=MeetingState.HELD)
    for one in rows.select_related("meeting__organization").order_by("meeting__day", "meeting__key")[:AT_MOST]:
        address = reverse("meetings:minutes", args=[one.meeting_id])
        yield Link("pen", _("Minutes to sign"), str(one.meeting), address)


def signs_on_paper(member: Member | None) -> bool:
    """Whether somebody named in the minutes has no account to log in with."""
    return member is not None and not User.objects.filter(member=member, is_active=True).exists()


def signatures_of(minutes: Minutes) -> list[Signature]:
    """Both lines, the chair's first; at most four queries."""
    return list(_lines(minutes))


@dataclass(frozen=True, slots=True)
class Filing:
    """The signatures on paper that are still to be filed, and who can: behind every lock stand two accounts."""

    missing: list[Signature]
    may: bool
    """The viewer: neither one of the two who sign, nor who filed the other paper."""
    others: str
    """Who else can; empty: the viewer's is the only account of the place."""
    asked: str
    """Who makes another account."""
    own: str
    """The missing name that is also what the viewer, whose account stands for nobody on the roster, is called."""

    @property
    def takes_another(self) -> bool:
        return not self.may or len(self.missing) > 1

    @property
    def names(self) -> str:
        """Of the missing ones those of others."""
        return _(", ").join(one.name for one in self.missing if one.name != self.own)


def filing_of(minutes: Minutes, signatures: Iterable[Signature], user: User, *, on: date) -> Filing | None:
    """None where nothing is left to file. One query."""
    missing, meeting = [one for one in signatures if one.on_paper], minutes.meeting
    if not missing or minutes.is_locked:
        return None
    filed, path = (minutes.chair_signed_by, minutes.recorder_signed_by, ""), meeting.organization.path
    offices = named_offices([path], on=on)
    able = {
        one.account: one
        for one in offices
        if one.office.may(Capability.RECORD_MEETINGS, path) and may_file(meeting, one.member_id, one.account, filed)
    }
    return Filing(
        missing=missing,
        may=may_file(meeting, user.member_id, user.username, filed),
        others=in_words(one for account, one in able.items() if account != user.username),
        asked=whom_to_ask(offices, Capability.MANAGE_USERS, path),
        own=next((one.name for one in missing if user.member_id is None and one.name == called(user)), ""),
    )


def may_file(meeting: Meeting, member_id: int | None, account: str, filed: Iterable[str]) -> bool:
    """Whether that account may file a paper: it is neither of the two who sign, nor among those who signed or filed."""
    return account not in filed and (member_id is None or member_id not in (meeting.chair_id, meeting.recorder_id))


def minutes_page(minutes: Minutes, user: User, *, on: date) -> dict[str, Any]:
    """The page of the minutes: their lines, what was corrected by whom, and as what the viewer still signs."""
    signatures, corrections, meeting = signatures_of(minutes), list(minutes.corrections.all()), minutes.meeting
    role = role_of(meeting, user)
    return {
        "minutes": minutes,
        "signatures": signatures,
        "corrections": corrections,
        "names": names_of((one.by for one in corrections), on=meeting.day, at=meeting.organization),
        "mine": next((one for one in signatures if one.role == role and not one.sentence), None),
        "gaps": [] if minutes.is_locked else missing_in(meeting),
        "has_changed": has_changed(minutes),
        "filing": filing_of(minutes, signatures, user, on=on),
    }


def _lines(minutes: Minutes) -> Iterator[Signature]:
    meeting = minutes.meeting
    names = names_of([minutes.chair_signed_by, minutes.recorder_signed_by], on=meeting.day, at=meeting.organization)
    for role, label in ((CHAIR, _("Chair")), (RECORDER, _("Recorder"))):
        member = meeting.chair if role == CHAIR else meeting.recorder
        signed_at = getattr(minutes, f"{role}_signed_at")
        sentence = _sentence(minutes, role, names) if signed_at else ""
        yield Signature(role, label, str(member or ""), sentence, not signed_at and signs_on_paper(member))


def _sentence(minutes: Minutes, role: str, names: dict[str, str]) -> str:
    by, at = getattr(minutes, f"{role}_signed_by"), getattr(minutes, f"{role}_signed_at")
    said = {"name": names.get(by, by), "moment": _moment(at), "day": getattr(minutes, f"{role}_paper_on")}
    if said["day"]:
        return _("signed on paper on %(day)s, filed by %(name)s on %(moment)s") % said
    return _("signed by %(name)s on %(moment)s") % said


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
