"""Recording attendance, leave and make-ups, and signing in by a code."""

import hmac
import json
import secrets
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keyring import fingerprint
from audit.services import record
from meetings.attendance.models import Attendance, AttendanceChange, LeaveRequest, SignInAttempt
from meetings.attendance.queries import leave_fields
from meetings.attendance.rules import TAIL, WITHIN, WRONG_ANSWERS, WRONG_ANSWERS_FOR_ALL, is_valid
from meetings.choices import LATER, PRESENT, AttendanceState, MeetingState, ReasonSource, RequestState
from meetings.meeting.models import Meeting
from meetings.meeting.services import WrongState, lock_meeting
from members.fields import opened, sealed
from members.models import User


@dataclass(frozen=True, slots=True)
class AttendanceFields:
    """How somebody attended. A reason is what was said and by whom; an absence without one has none."""

    state: str
    leave_kind: str = ""
    leave_granted_by: str = ""
    reason: str = ""
    reason_source: str = ""
    made_up_on: date | None = None
    made_up_with: str = ""
    answer: str = ""
    answer_source: str = ""


@transaction.atomic
def mark(
    *, meeting: Meeting, member_id: int, attendance: AttendanceFields, key: uuid.UUID, by: User | str
) -> Attendance:
    """Record how one expected member attended. Raises WrongState, Attendance.DoesNotExist.

    Leave of which nobody said the kind has none; the same key twice changes nothing.
    """
    meeting = _running(meeting)
    expected = Attendance.objects.select_for_update().get(meeting=meeting, member=member_id)
    if not AttendanceChange.objects.filter(pk=key).exists():
        change(expected, attendance, key, by)
        turn(meeting)
    return expected


@transaction.atomic
def tap(*, meeting: Meeting, member_id: int, state: str, key: uuid.UUID, by: User | str) -> Attendance:
    """One tap on the sign-in page. A tap on the state that somebody has keeps what is known about it."""
    meeting = _running(meeting)
    expected = Attendance.objects.select_for_update().get(meeting=meeting, member=member_id)
    if expected.state != state and not AttendanceChange.objects.filter(pk=key).exists():
        change(expected, AttendanceFields(state), key, by)
        turn(meeting)
    return expected


@transaction.atomic
def follow_up(
    *,
    meeting: Meeting,
    member_id: int,
    attendance: AttendanceFields,
    key: uuid.UUID,
    is_own: bool = False,
    by: User | str,
) -> Attendance:
    """Complete what is known of somebody who wasn't there: a reason, until the minutes are locked also a visit.

    `is_own`: the member's own word, or a contact person's for them; that they made it up counts also after the minutes.
    An officer fills in then what is empty still, and proposes anything else to a second person (`propose_correction`).
    Raises WrongState before the closing, and where it would move the meeting's figures or change what is recorded.
    """
    meeting = lock_meeting(meeting)
    if meeting.state not in (MeetingState.HELD, MeetingState.LOCKED):
        raise WrongState(_("Who missed a meeting makes up for it when it is over."))
    expected = Attendance.objects.select_for_update().get(meeting=meeting, member=member_id)
    if AttendanceChange.objects.filter(pk=key).exists():
        return expected
    later = LATER if is_own or meeting.state == MeetingState.HELD else ()
    if expected.state in PRESENT or attendance.state not in (expected.state, *later):
        raise WrongState(_("The minutes are locked: attendance is put right by a correction with a second person."))
    if meeting.state == MeetingState.LOCKED and not is_own and _overwrites(expected, attendance):
        raise WrongState(_("That is recorded already: it is changed by a correction with a second person."))
    change(expected, attendance, key, by)
    turn(meeting)
    record(
        action="follow_up_attendance", by=by, subject=expected, organization_code=meeting.organization.code,
        changes=[("state", "", attendance.state)],
    )  # fmt: skip
    return expected


@transaction.atomic
def mark_rest_present(
    *, meeting: Meeting, except_for: Collection[int] = (), key: uuid.UUID, by: User | str
) -> list[Attendance]:
    """Mark everybody not recorded yet as present on site, except those members. Returns whom.

    Whoever asked for leave and has no answer stays unrecorded: that is somebody's decision, not a tap's.
    """
    meeting = _running(meeting)
    rest = (
        Attendance.objects.select_for_update()
        .filter(meeting=meeting, state=AttendanceState.UNKNOWN)
        .exclude(member__in=except_for)
        .exclude(member__in=LeaveRequest.objects.open().filter(meeting=meeting).values("member"))
        .order_by("pk")
    )
    marked = [one for one in rest if not AttendanceChange.objects.filter(pk=_own_key(key, one)).exists()]
    for one in marked:
        change(one, AttendanceFields(AttendanceState.ON_SITE), _own_key(key, one), by)
    if marked:
        turn(meeting)
        record(
            action="mark_rest_present", by=by, subject=meeting, organization_code=meeting.organization.code,
            details={"marked": len(marked)},
        )  # fmt: skip
    return marked


@transaction.atomic
def undo_mark(*, meeting: Meeting, mark_key: uuid.UUID, key: uuid.UUID, by: User | str) -> Attendance:
    """Put an attendance back to what it was before that tap, unless it was changed since. Raises WrongState."""
    meeting = _running(meeting)
    undone = AttendanceChange.objects.select_related("attendance").get(pk=mark_key, attendance__meeting=meeting)
    expected = Attendance.objects.select_for_update().get(pk=undone.attendance_id)
    if AttendanceChange.objects.filter(attendance=expected, at__gt=undone.at).exists():
        raise WrongState(_("Somebody has changed this attendance since. Look at it again."))
    change(expected, from_json(undone.before.open()), key, by)
    turn(meeting)
    return expected


@transaction.atomic
def undo_rest(*, meeting: Meeting, rest_key: uuid.UUID, key: uuid.UUID, by: User | str) -> int:
    """Take back a tap that marked everybody else, except for whom somebody has changed since. Returns the number."""
    meeting = _running(meeting)
    people = list(Attendance.objects.select_for_update().filter(meeting=meeting).order_by("pk"))
    own = {_own_key(rest_key, one): one for one in people}
    latest: dict[int, AttendanceChange] = {}
    for tapped in AttendanceChange.objects.filter(attendance__meeting=meeting).order_by("at"):
        latest[tapped.attendance_id] = tapped
    undone = [tapped for tapped in latest.values() if tapped.pk in own]
    for tapped in undone:
        one = own[tapped.pk]
        change(one, from_json(tapped.before.open()), _own_key(key, one), by)
    if undone:
        turn(meeting)
        record(
            action="undo_rest_present", by=by, subject=meeting, organization_code=meeting.organization.code,
            details={"marked": len(undone)},
        )  # fmt: skip
    return len(undone)


def attendance_of(expected: Attendance) -> AttendanceFields:
    """What is known now, with the reason opened: whoever completes it changes a part and hands all of it back."""
    fields = {name: getattr(expected, name) for name in AttendanceFields.__slots__}
    return AttendanceFields(**{**fields, "reason": opened(expected.reason)})


def can_be_filled_in(expected: Attendance) -> list[str]:
    """What an officer may still add after the minutes are locked: what is empty, and belongs to the state."""
    belongs = ["reason", "reason_source"]
    if expected.state == AttendanceState.LEAVE:
        belongs += ["leave_kind", "leave_granted_by"]
    if expected.state in LATER:
        belongs += ["made_up_on", "made_up_with", "answer", "answer_source"]
    known = attendance_of(expected)
    return [name for name in belongs if not getattr(known, name)]


def _overwrites(expected: Attendance, attendance: AttendanceFields) -> bool:
    known, open_ones = attendance_of(expected), can_be_filled_in(expected)
    return any(
        getattr(known, one) != getattr(attendance, one) for one in AttendanceFields.__slots__ if one not in open_ones
    )


def _running(meeting: Meeting) -> Meeting:
    meeting = lock_meeting(meeting)
    if not meeting.is_running:
        raise WrongState(_("Attendance is recorded while the meeting is open, and until its minutes are locked."))
    return meeting


def change(expected: Attendance, attendance: AttendanceFields, key: uuid.UUID, by: User | str) -> None:
    """Write down how somebody attended, with the mark that says what it was before. The caller holds the meeting."""
    before = sealed(to_json(attendance_of(expected)))
    for name, value in asdict(_whole(attendance)).items():
        setattr(expected, name, value)
    expected.marked_by, expected.marked_at = str(by), timezone.now()
    expected.save()
    AttendanceChange.objects.create(pk=key, attendance=expected, before=before, state=attendance.state, by=str(by))


def _whole(attendance: AttendanceFields) -> AttendanceFields:
    if attendance.state == AttendanceState.LEAVE:
        return attendance
    return replace(attendance, leave_kind="", leave_granted_by="")


def to_json(attendance: AttendanceFields) -> str:
    return json.dumps(asdict(attendance), default=str, ensure_ascii=False)


def from_json(text: str) -> AttendanceFields:
    fields = json.loads(text)
    day = fields["made_up_on"]
    return AttendanceFields(**{**fields, "made_up_on": date.fromisoformat(day) if day else None})


def _own_key(key: uuid.UUID, expected: Attendance) -> uuid.UUID:
    """The key of one person's mark within a tap that marks many."""
    return uuid.uuid5(key, str(expected.pk))


def turn(meeting: Meeting) -> None:
    """Let open pages know that they are out of date."""
    Meeting.objects.filter(pk=meeting.pk).update(version=F("version") + 1)


@transaction.atomic
def ask_leave(*, meeting: Meeting, member_id: int, kind: str, reason: str, by: User) -> LeaveRequest:
    """Ask not to come, or say it differently while nobody has answered. Raises WrongState."""
    meeting = lock_meeting(meeting)
    if meeting.state not in (MeetingState.PLANNED, MeetingState.OPEN):
        raise WrongState(_("Leave is asked for before the meeting."))
    request = LeaveRequest.objects.filter(meeting=meeting, member=member_id).first()
    if request is None:
        request = LeaveRequest(meeting=meeting, member_id=member_id)
    elif request.state != RequestState.ASKED:
        raise WrongState(_("Your request has been answered. Talk to the branch secretary."))
    elif (request.kind, opened(request.reason)) == (kind, reason):
        return request
    request.kind, request.reason = kind, reason
    request.save()
    _record_leave("ask_leave", request, meeting, by)
    return request


@transaction.atomic
def take_back_leave(*, meeting: Meeting, member_id: int, by: User) -> None:
    """Come after all; only while nobody has answered. Raises WrongState."""
    request = LeaveRequest.objects.filter(meeting=lock_meeting(meeting), member=member_id).first()
    if request is None:
        return
    if request.state != RequestState.ASKED:
        raise WrongState(_("Your request has been answered. Talk to the branch secretary."))
    _record_leave("take_back_leave", request, meeting, by)
    request.delete()


@transaction.atomic
def decide_leave(*, request: LeaveRequest, granted: bool, by: User) -> LeaveRequest:
    """Answer a request; granting marks the leave, at once or when the meeting opens. Raises WrongState."""
    meeting = lock_meeting(request.meeting)
    request = LeaveRequest.objects.select_related("member").get(pk=request.pk)
    answer = RequestState.GRANTED if granted else RequestState.REFUSED
    if request.state == answer:
        return request
    if request.state != RequestState.ASKED:
        raise WrongState(_("Somebody has answered this request already."))
    if meeting.state in (MeetingState.LOCKED, MeetingState.CANCELLED):
        raise WrongState(_("This meeting is over."))
    request.state, request.decided_by = answer, by
    request.save(update_fields=["state", "decided_by"])
    _record_leave("decide_leave", request, meeting, by, granted=granted)
    if granted and meeting.is_running:
        _mark_leave(request, meeting, by)
    return request


@transaction.atomic
def note_leave(*, meeting: Meeting, member_id: int, kind: str, reason: str, by: User) -> LeaveRequest:
    """Leave that somebody asked for by word of mouth, granted by who writes it down. Raises WrongState."""
    meeting = lock_meeting(meeting)
    if meeting.state != MeetingState.PLANNED:
        raise WrongState(_("Before the meeting leave is written down here, from its opening on at the sign-in."))
    answered = LeaveRequest.objects.filter(meeting=meeting, member=member_id).exclude(state=RequestState.ASKED)
    if answered.exists():
        raise WrongState(_("Somebody has answered this request already."))
    request = ask_leave(meeting=meeting, member_id=member_id, kind=kind, reason=reason, by=by)
    return decide_leave(request=request, granted=True, by=by)


@transaction.atomic
def make_up(*, meeting: Meeting, member_id: int, study: AttendanceFields, key: uuid.UUID, by: User) -> Attendance:
    """Who missed it has read the material and answers with a line. Raises WrongState, Attendance.DoesNotExist."""
    study = replace(study, state=AttendanceState.MADE_UP, answer_source=ReasonSource.MEMBER)
    return follow_up(meeting=meeting, member_id=member_id, attendance=study, key=key, is_own=True, by=by)


@transaction.atomic
def say_why(*, meeting: Meeting, member_id: int, reason: str, by: User) -> Attendance:
    """Who was absent gives the reason; what is recorded already stays. Raises WrongState, Attendance.DoesNotExist."""
    expected = Attendance.objects.get(meeting=lock_meeting(meeting), member=member_id)
    known = attendance_of(expected)
    said = replace(known, reason=reason, reason_source=ReasonSource.MEMBER)
    if known == said:
        return expected
    if known.state != AttendanceState.ABSENT or known.reason:
        raise WrongState(_("The branch has recorded this already. If it isn't right, tell the branch secretary."))
    return follow_up(meeting=meeting, member_id=member_id, attendance=said, key=uuid.uuid4(), is_own=True, by=by)


def _mark_leave(request: LeaveRequest, meeting: Meeting, by: User) -> None:
    """Only of somebody who isn't recorded yet."""
    waiting = Attendance.objects.filter(meeting=meeting, member=request.member_id, state=AttendanceState.UNKNOWN)
    if waiting.exists():
        key = uuid.uuid5(request.pk, "granted")
        mark(
            meeting=meeting,
            member_id=request.member_id,
            attendance=AttendanceFields(**leave_fields(request)),
            key=key,
            by=by,
        )


def _record_leave(action: str, request: LeaveRequest, meeting: Meeting, by: User, **details: object) -> None:
    record(action=action, by=by, subject=request, organization_code=meeting.organization.code, details=details)


CAN_SIGN_IN = (AttendanceState.UNKNOWN, AttendanceState.LEAVE)
"""Whatever else an officer has recorded stands."""


@transaction.atomic
def open_sign_in(*, meeting: Meeting, by: User | str) -> Meeting:
    """Give the meeting a secret from which its codes are derived; a second time changes nothing. Raises WrongState."""
    meeting = lock_meeting(meeting)
    if meeting.state != MeetingState.OPEN:
        raise WrongState(_("People sign in while the meeting is open."))
    if not meeting.sign_in_secret:
        _set_secret(meeting, secrets.token_urlsafe(32))
        _record_code("open_sign_in", meeting, by)
    return meeting


@transaction.atomic
def close_sign_in(*, meeting: Meeting, by: User | str) -> Meeting:
    """Throw the secret away: no code of this evening works any more."""
    meeting = lock_meeting(meeting)
    if meeting.sign_in_secret:
        _set_secret(meeting, "")
        meeting.sign_in_attempts.all().delete()
        _record_code("close_sign_in", meeting, by)
    return meeting


def shows_code(meeting: Meeting, offered: str, *, now: datetime) -> bool:
    """Whether the code that somebody brings is on the wall of this open meeting."""
    is_open = meeting.state == MeetingState.OPEN
    return is_open and is_valid(offered, opened(meeting.sign_in_secret), meeting.pk, now)


@transaction.atomic
def sign_in_member(*, meeting: Meeting, member_id: int, by: User | str) -> Attendance:
    """Mark a member who was here and showed it by the code. Raises WrongState, Attendance.DoesNotExist."""
    meeting = lock_meeting(meeting)
    _demand_open(meeting)
    expected = Attendance.objects.get(meeting=meeting, member=member_id)
    if expected.state not in CAN_SIGN_IN:
        return expected
    key = uuid.uuid5(meeting.pk, f"sign-in {expected.pk}")
    return mark(
        meeting=meeting, member_id=member_id, attendance=AttendanceFields(AttendanceState.ON_SITE), key=key, by=by
    )


@transaction.atomic
def sign_in_by_name(*, meeting: Meeting, name: str, tail: str, address: str, now: datetime) -> bool:
    """Mark whoever has this name and these last digits of the phone. Returns False for every wrong answer alike.

    Raises WrongState when too many answers were wrong, or nobody can sign in.
    """
    meeting = lock_meeting(meeting)
    _demand_open(meeting)
    origin = fingerprint(address or "unknown", size=8)
    _demand_patience(meeting, origin, now)
    named = Attendance.objects.filter(meeting=meeting, name="".join(name.split())).select_related("member")
    fitting = [one for one in named if _has_tail(one, tail)]
    if len(fitting) != 1:
        SignInAttempt.objects.create(meeting=meeting, address=origin, at=now)
        return False
    sign_in_member(meeting=meeting, member_id=fitting[0].member_id, by=f"{fitting[0].name} ({_('by the code')})")
    return True


def _has_tail(one: Attendance, tail: str) -> bool:
    phone = opened(one.member.phone)
    return len(phone) > TAIL and len(tail) == TAIL and hmac.compare_digest(phone[-TAIL:].encode(), tail.encode())


def _demand_open(meeting: Meeting) -> None:
    if meeting.state != MeetingState.OPEN or not meeting.sign_in_secret:
        raise WrongState(_("Nobody signs in with the code any more. Tell whoever records the attendance."))


def _demand_patience(meeting: Meeting, origin: str, now: datetime) -> None:
    wrong = SignInAttempt.objects.filter(meeting=meeting, at__gt=now - WITHIN)
    if wrong.filter(address=origin).count() >= WRONG_ANSWERS or wrong.count() >= WRONG_ANSWERS_FOR_ALL:
        raise WrongState(_("Too many answers were wrong. Tell whoever records the attendance, or wait ten minutes."))


def _set_secret(meeting: Meeting, secret: str) -> None:
    meeting.sign_in_secret = secret
    meeting.save(update_fields=["sign_in_secret"])


def _record_code(action: str, meeting: Meeting, by: User | str) -> None:
    record(action=action, by=by, subject=meeting, organization_code=meeting.organization.code)
