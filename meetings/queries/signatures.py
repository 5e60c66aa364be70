"""Who signs a meeting's minutes, who has, and how that is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Meeting, Minutes
from meetings.queries.gaps import missing_in
from meetings.queries.minutes import has_changed
from members.models import Member, User
from members.queries.names import names_of

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


def signs_on_paper(member: Member | None) -> bool:
    """Whether somebody named in the minutes has no account to log in with."""
    return member is not None and not User.objects.filter(member=member, is_active=True).exists()


def signatures_of(minutes: Minutes) -> list[Signature]:
    """Both lines, the chair's first; at most four queries."""
    return list(_lines(minutes))


def minutes_page(minutes: Minutes, user: User) -> dict[str, Any]:
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
