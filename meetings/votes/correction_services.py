"""Attendance of locked meetings: proposed with a reason, confirmed by a second person, the old kept beside the new.

The signed text stays as it is; what follows from the attendance is counted with what was confirmed.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from meetings.attendance.models import Attendance
from meetings.attendance.services import AttendanceFields, attendance_of, change, to_json, turn
from meetings.choices import LATER, PRESENT, AttendanceState, CorrectionState, MeetingState, NotCountedBecause
from meetings.meeting.models import Meeting
from meetings.meeting.services import WrongState, lock_meeting, stored_already
from meetings.votes.correction_queries import doubts_of, guests_left_out
from meetings.votes.models import NOT_LISTED, AttendanceCorrection, Vote, VoteLook
from meetings.votes.rules import OF_GUESTS, TRUTHS, change_of_heads, says_something
from members.fields import opened, sealed
from members.models import Member, User
from members.refused import Refused


@dataclass(frozen=True, slots=True)
class Truth:
    """How somebody attended in truth, and why the record is wrong."""

    member: Member
    becomes: str
    reason: str
    leave_kind: str = ""
    made_up_on: date | None = None
    made_up_with: str = ""
    away_reason: str = ""
    """What was said, and by whom, where that was recorded wrongly too."""
    away_source: str = ""


@transaction.atomic
def propose_correction(*, key: uuid.UUID, meeting: Meeting, truth: Truth, by: User) -> AttendanceCorrection:
    """Keep what is to be corrected until a second person confirms it. The same key twice is one. Raises Refused.

    Somebody who isn't on the list can be a guest who takes part there and was forgotten.
    """
    meeting = lock_meeting(meeting)
    if known := stored_already(AttendanceCorrection, key, meeting=meeting):
        return known
    expected = Attendance.objects.filter(meeting=meeting, member=truth.member).first()
    _refuse(meeting, truth, expected)
    correction = AttendanceCorrection.objects.create(
        key=key, meeting=meeting, member=truth.member, name=expected.name if expected else truth.member.name,
        was=expected.state if expected else NOT_LISTED, before=sealed(_before(expected)), becomes=truth.becomes,
        reason=truth.reason.strip(), proposed_by=by, **_particulars(truth),
        away_reason=sealed(truth.away_reason) if truth.away_reason else "", away_source=truth.away_source,
    )  # fmt: skip
    _record("propose_attendance_correction", correction, by)
    return correction


@transaction.atomic
def confirm_correction(*, correction: AttendanceCorrection, by: User, on: date) -> AttendanceCorrection:
    """Let it count, under both names; a second click finds it done. Raises Refused."""
    correction = _locked(correction)
    if correction.state == CorrectionState.CONFIRMED:
        return correction
    _demand_waiting(correction)
    if not may_confirm(correction, by):
        raise Refused(_("Who proposed it, or whose attendance it is, isn't the second person. Ask another officer."))
    expected = _expected(correction)
    if (expected.state if expected else NOT_LISTED, _before(expected)) != _kept(correction):
        raise WrongState(_("This attendance was changed since it was proposed. Decline this one, and propose it anew."))
    expected = expected or _forgotten(correction)
    expected.corrected_on = on
    change(expected, _attendance(correction, expected), correction.pk, by)
    turn(correction.meeting)
    _decide(correction, CorrectionState.CONFIRMED, by)
    return correction


@transaction.atomic
def decline_correction(*, correction: AttendanceCorrection, because: str, by: User) -> AttendanceCorrection:
    """Leave the record as it is, and say why; who proposed it can take it back alike. Raises Refused."""
    correction = _locked(correction)
    if correction.state == CorrectionState.DECLINED:
        return correction
    _demand_waiting(correction)
    correction.declined_because = because.strip()
    _decide(correction, CorrectionState.DECLINED, by)
    return correction


@transaction.atomic
def look_at_vote(*, key: uuid.UUID, vote: Vote, reason: str, by: User) -> VoteLook:
    """Put down that the outcome of a vote in doubt stands, and why. The same key twice is one. Raises Refused."""
    meeting = lock_meeting(vote.item.meeting)
    if known := stored_already(VoteLook, key, vote=vote):
        return known
    vote.item.meeting = meeting
    doubts = doubts_of(vote)
    if meeting.state != MeetingState.LOCKED or not doubts:
        raise WrongState(_("This vote isn't in doubt, or somebody has looked at it already."))
    if not may_look(vote, by):
        raise Refused(
            _("Who proposed the correction doesn't settle the vote that it put in doubt. Ask another officer.")
        )
    if not says_something(reason):
        raise Refused(_("Say in a sentence what you compared and why the outcome stands."), "reason")
    [doubted] = doubts
    look = VoteLook.objects.create(
        key=key, vote=vote, present=doubted.present, doubt=doubted.why[:400], reason=reason.strip(), by=by
    )
    code = meeting.organization.code
    record(action="look_at_vote", by=by, subject=look, organization_code=code, reason=look.reason)
    return look


def may_confirm(correction: AttendanceCorrection, by: User) -> bool:
    """Never who proposed it, and never whose attendance it is, under whatever user name."""
    own = {correction.member_id, correction.proposed_by.member_id} - {None}
    return by.pk != correction.proposed_by_id and by.member_id not in own


def may_look(vote: Vote, by: User) -> bool:
    """Never who proposed a correction that moved the heads of this meeting, under whatever user name."""
    own = [Q(proposed_by=by)] + ([Q(proposed_by__member=by.member_id)] if by.member_id else [])
    rows = AttendanceCorrection.objects.filter(meeting=vote.item.meeting).confirmed().filter(reduce(or_, own))
    return not any(change_of_heads(was, becomes) for was, becomes in rows.values_list("was", "becomes"))


def _particulars(truth: Truth) -> dict[str, Any]:
    """What belongs to how it was in truth; the rest is left out."""
    is_leave, is_made_up = truth.becomes == AttendanceState.LEAVE, truth.becomes in LATER
    return {
        "leave_kind": truth.leave_kind if is_leave else "",
        "made_up_on": truth.made_up_on if is_made_up else None,
        "made_up_with": truth.made_up_with if is_made_up else "",
    }


def _attendance(correction: AttendanceCorrection, expected: Attendance) -> AttendanceFields:
    """What was corrected; who was away all the same keeps the reason that is known, unless that is corrected too."""
    if correction.becomes in PRESENT:
        return AttendanceFields(correction.becomes)
    was = attendance_of(expected)
    known = AttendanceFields(correction.becomes, reason=was.reason, reason_source=was.reason_source)
    if was.state == correction.becomes or correction.becomes in LATER:
        known = replace(was, state=correction.becomes)
    given = {name: getattr(correction, name) for name in ("leave_kind", "made_up_on", "made_up_with")}
    if correction.away_reason:
        given |= {"reason": opened(correction.away_reason), "reason_source": correction.away_source}
    return replace(known, **{name: value for name, value in given.items() if value})


def _refuse(meeting: Meeting, truth: Truth, expected: Attendance | None) -> None:
    if meeting.state != MeetingState.LOCKED:
        raise WrongState(_("The minutes aren't locked yet: change the attendance itself."))
    if not says_something(truth.reason):
        raise Refused(_("Say in a sentence what was recorded wrongly and how it is known."), "reason")
    if expected is None and not guests_left_out(meeting).filter(pk=truth.member.pk).exists():
        raise Refused(_("This member is neither on the list nor a guest who takes part there."), "member")
    if truth.becomes not in (TRUTHS if expected else OF_GUESTS):
        raise Refused(_("Choose how it was in truth; a forgotten guest was there."), "becomes")
    if bool(truth.away_reason) != bool(truth.away_source) or (truth.away_reason and truth.becomes in PRESENT):
        raise Refused(_("A reason of an absence and who gave it belong together."), "away_source")
    _refuse_unchanged(truth, expected)
    if AttendanceCorrection.objects.waiting().filter(meeting=meeting, member=truth.member).exists():
        raise Refused(_("For this member a correction waits for its second person already."), "member")


def _refuse_unchanged(truth: Truth, expected: Attendance | None) -> None:
    """A make-up needs its day and its material, the same state as before something else that is new."""
    if expected is None or expected.state != truth.becomes:
        if truth.becomes in LATER and not (truth.made_up_on and truth.made_up_with):
            raise Refused(_("Say on which day and with what it was made up."), "made_up_on")
        return
    known = attendance_of(expected)
    new = {"reason": truth.away_reason, "reason_source": truth.away_source, **_particulars(truth)}
    if truth.becomes in PRESENT or not any(value and value != getattr(known, name) for name, value in new.items()):
        raise Refused(_("That is how it is recorded already."), "becomes")
    if bool(truth.made_up_on) != bool(truth.made_up_with):
        raise Refused(_("Say on which day and with what it was made up."), "made_up_on")


def _locked(correction: AttendanceCorrection) -> AttendanceCorrection:
    meeting = lock_meeting(correction.meeting)
    row = AttendanceCorrection.objects.select_for_update(of=("self",)).select_related("proposed_by", "member")
    found = row.get(pk=correction.pk)
    found.meeting = meeting
    return found


def _demand_waiting(correction: AttendanceCorrection) -> None:
    if not correction.is_waiting:
        raise WrongState(_("This correction was decided already."))


def _expected(correction: AttendanceCorrection) -> Attendance | None:
    rows = Attendance.objects.select_for_update()
    return rows.filter(meeting=correction.meeting_id, member=correction.member_id).first()


def _before(expected: Attendance | None) -> str:
    return to_json(attendance_of(expected)) if expected else ""


def _kept(correction: AttendanceCorrection) -> tuple[str, str]:
    return correction.was, opened(correction.before)


def _forgotten(correction: AttendanceCorrection) -> Attendance:
    """The line of a guest who was there and wasn't on the list."""
    return Attendance.objects.create(
        meeting=correction.meeting, member=correction.member, name=correction.name,
        is_formal=correction.member.is_formal(correction.meeting.day), not_counted=NotCountedBecause.PARTICIPANT,
    )  # fmt: skip


def _decide(correction: AttendanceCorrection, state: CorrectionState, by: User) -> None:
    correction.state, correction.decided_by, correction.decided_at = state, by, timezone.now()
    correction.save(update_fields=["state", "decided_by", "decided_at", "declined_because"])
    is_confirmed = state == CorrectionState.CONFIRMED
    _record("confirm_attendance_correction" if is_confirmed else "decline_attendance_correction", correction, by)


def _record(action: str, correction: AttendanceCorrection, by: User) -> None:
    changes = [("state", correction.was, correction.becomes)]
    reason = correction.declined_because or correction.reason
    code = correction.meeting.organization.code
    record(action=action, by=by, subject=correction, organization_code=code, reason=reason, changes=changes)
