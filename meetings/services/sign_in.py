"""Signing in with the rotating code: opened by an officer, used by members with and without an account."""

import hmac
import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.keyring import fingerprint
from audit.services import record
from meetings.choices import AttendanceState, MeetingState
from meetings.models import Expected, Meeting, SignInAttempt
from meetings.rules.sign_in import TAIL, WITHIN, WRONG_ANSWERS, WRONG_ANSWERS_FOR_ALL, is_valid
from meetings.services.attendance import Attendance, mark
from meetings.services.meeting import NotNow, locked
from members.fields import opened
from members.models import User

CAN_SIGN_IN = (AttendanceState.UNKNOWN, AttendanceState.LEAVE)
"""Whatever else an officer has recorded stands."""


@transaction.atomic
def open_sign_in(*, meeting: Meeting, by: User | str) -> Meeting:
    """Give the meeting a secret from which its codes are derived; a second time changes nothing. Raises NotNow."""
    meeting = locked(meeting)
    if meeting.state != MeetingState.OPEN:
        raise NotNow(_("People sign in while the meeting is open."))
    if not meeting.sign_in_secret:
        _set_secret(meeting, secrets.token_urlsafe(32))
        _record("open_sign_in", meeting, by)
    return meeting


@transaction.atomic
def close_sign_in(*, meeting: Meeting, by: User | str) -> Meeting:
    """Throw the secret away: no code of this evening works any more."""
    meeting = locked(meeting)
    if meeting.sign_in_secret:
        _set_secret(meeting, "")
        meeting.sign_in_attempts.all().delete()
        _record("close_sign_in", meeting, by)
    return meeting


def shows_code(meeting: Meeting, offered: str, *, now: datetime) -> bool:
    """Whether the code that somebody brings is on the wall of this open meeting."""
    is_open = meeting.state == MeetingState.OPEN
    return is_open and is_valid(offered, opened(meeting.sign_in_secret), meeting.pk, now)


@transaction.atomic
def sign_in_member(*, meeting: Meeting, member_id: int, by: User | str) -> Expected:
    """Mark a member who was here and showed it by the code. Raises NotNow, Expected.DoesNotExist."""
    meeting = locked(meeting)
    _demand_open(meeting)
    expected = Expected.objects.get(meeting=meeting, member=member_id)
    if expected.state not in CAN_SIGN_IN:
        return expected
    key = uuid.uuid5(meeting.pk, f"sign-in {expected.pk}")
    return mark(meeting=meeting, member_id=member_id, attendance=Attendance(AttendanceState.ON_SITE), key=key, by=by)


@transaction.atomic
def sign_in_by_name(*, meeting: Meeting, name: str, tail: str, address: str, now: datetime) -> bool:
    """Mark whoever has this name and these last digits of the phone. Returns False for every wrong answer alike.

    Raises NotNow when too many answers were wrong, or nobody can sign in.
    """
    meeting = locked(meeting)
    _demand_open(meeting)
    origin = fingerprint(address or "unknown", size=8)
    _demand_patience(meeting, origin, now)
    fitting = [one for one in _named(meeting, name) if _has_tail(one, tail)]
    if len(fitting) != 1:
        SignInAttempt.objects.create(meeting=meeting, address=origin, at=now)
        return False
    sign_in_member(meeting=meeting, member_id=fitting[0].member_id, by=f"{fitting[0].name} ({_('by the code')})")
    return True


def _named(meeting: Meeting, name: str) -> list[Expected]:
    return list(Expected.objects.filter(meeting=meeting, name="".join(name.split())).select_related("member"))


def _has_tail(one: Expected, tail: str) -> bool:
    phone = opened(one.member.phone)
    return len(phone) > TAIL and len(tail) == TAIL and hmac.compare_digest(phone[-TAIL:].encode(), tail.encode())


def _demand_open(meeting: Meeting) -> None:
    if meeting.state != MeetingState.OPEN or not meeting.sign_in_secret:
        raise NotNow(_("Nobody signs in with the code any more. Tell whoever records the attendance."))


def _demand_patience(meeting: Meeting, origin: str, now: datetime) -> None:
    wrong = SignInAttempt.objects.filter(meeting=meeting, at__gt=now - WITHIN)
    if wrong.filter(address=origin).count() >= WRONG_ANSWERS or wrong.count() >= WRONG_ANSWERS_FOR_ALL:
        raise NotNow(_("Too many answers were wrong. Tell whoever records the attendance, or wait ten minutes."))


def _set_secret(meeting: Meeting, secret: str) -> None:
    meeting.sign_in_secret = secret
    meeting.save(update_fields=["sign_in_secret"])


def _record(action: str, meeting: Meeting, by: User | str) -> None:
    record(action=action, by=by, subject=meeting, organization_code=meeting.organization.code)
