"""Minutes from the draft to the lock and their corrections; what of meetings is kept for good."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from audit.services import record
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from meetings.meeting.services import WrongState, lock_meeting, stored_already
from meetings.minutes.models import Correction, Minutes
from meetings.minutes.queries import (
    CHAIR,
    evening_of,
    facts_in,
    has_changed,
    may_file,
    missing_in,
    role_of,
    signs_on_paper,
)
from meetings.minutes.rules import compose
from members.models import User
from members.trail.retention import ForGood


@transaction.atomic
def draft_minutes(*, meeting: Meeting, by: User | str) -> Minutes:
    """Compose the minutes anew from the record. Raises WrongState before the closing, or once somebody signed.

    When the record has changed since, the signatures given to the old text fall away.
    """
    meeting = lock_meeting(meeting)
    if meeting.state != MeetingState.HELD:
        raise WrongState(_("Minutes are written when the meeting is closed and until they are locked."))
    minutes = Minutes.objects.filter(pk=meeting.pk).select_related("meeting__organization").first()
    if minutes and minutes.is_signed and not has_changed(minutes):
        raise WrongState(
            _("Somebody has signed these minutes. A changed text takes the signatures back; edit it first.")
        )
    minutes = minutes or Minutes(meeting=meeting)
    minutes.text, minutes.facts = compose(evening_of(meeting)), facts_in(meeting)
    _unsign(minutes)
    minutes.save()
    _record("draft_minutes", minutes, by)
    return minutes


@transaction.atomic
def edit_minutes(*, minutes: Minutes, text: str, before: str, is_compared: bool = False, by: User | str) -> Minutes:
    """Replace the text; signatures given to the old text fall away.

    `before` is the text that the writer saw; `is_compared`: it agrees with the record as that is now.
    Raises WrongState when the text has changed since, or when the minutes are locked.
    """
    minutes = _unlocked(minutes)
    if _lines(minutes.text) != _lines(before):
        raise WrongState(_("Somebody has changed these minutes while you were writing. Compare, and send yours again."))
    minutes.text = text
    if is_compared:
        minutes.facts = facts_in(minutes.meeting)
    _unsign(minutes)
    minutes.save()
    _record("edit_minutes", minutes, by)
    return minutes


@transaction.atomic
def sign_minutes(*, minutes: Minutes, seen: str, by: User) -> Minutes:
    """Sign as the one of the two whom the record names; with both signatures the minutes are locked. Raises WrongState.

    `seen` is the text that was signed. Twice is once.
    """
    role = role_of(lock_meeting(minutes.meeting), by)
    if role is None:
        raise WrongState(
            _("Minutes are signed by the chair and the recorder whom they name; nobody signs for another.")
        )
    if getattr(Minutes.objects.get(pk=minutes.pk), f"{role}_signed_by") == str(by):
        return minutes
    minutes = _signable(minutes, seen)
    return _sign(minutes, role, by)


@transaction.atomic
def file_paper_signature(*, minutes: Minutes, role: str, signed_on: date, seen: str, on: date, by: User) -> Minutes:
    """Record that somebody without an account has signed on paper. Raises WrongState.

    Whoever files it is neither of the two who sign, nor has filed the other's paper: two accounts stand behind
    every lock.
    """
    minutes = _signable(minutes, seen)
    meeting = minutes.meeting
    if not signs_on_paper(meeting.chair if role == CHAIR else meeting.recorder):
        raise WrongState(_("Who has an account signs by logging in; nobody signs for another."))
    if not may_file(meeting, by.member_id, by.username, (minutes.chair_signed_by, minutes.recorder_signed_by)):
        raise WrongState(_("A second person files the paper, who signs neither of the two lines. Ask a colleague."))
    if not meeting.day <= signed_on <= on:
        raise WrongState(_("The paper was signed on a day between the meeting and today."), "signed_on")
    setattr(minutes, f"{role}_paper_on", signed_on)
    return _sign(minutes, role, by)


@transaction.atomic
def correct_minutes(*, minutes: Minutes, key: uuid.UUID, text: str, reason: str, by: User | str) -> Correction:
    """Add a correction to locked minutes, whose text stays. The same key twice adds one. Raises WrongState."""
    if not Minutes.objects.select_for_update().get(pk=minutes.pk).is_locked:
        raise WrongState(_("These minutes aren't locked yet: change the text itself."))
    if known := stored_already(Correction, key, minutes=minutes):
        return known
    correction = Correction.objects.create(pk=key, minutes=minutes, text=text, reason=reason, by=str(by))
    _record("correct_minutes", minutes, by, reason=reason)
    return correction


def _signable(minutes: Minutes, seen: str) -> Minutes:
    """The minutes, held, where the text is the one that was read and nothing is missing in record and text."""
    minutes = _unlocked(minutes)
    if not minutes.text.strip() or _lines(minutes.text) != _lines(seen):
        raise WrongState(_("The text has changed since you opened it. Read it again before you sign."))
    if missing := missing_in(minutes.meeting):
        raise WrongState(" ".join([_("These minutes can't be signed yet."), *(one.sentence for one in missing)]))
    if has_changed(minutes):
        raise WrongState(
            _("Attendance or other records have changed since these minutes were composed. Compose them anew.")
        )
    led = (str(one) for one in (minutes.meeting.chair, minutes.meeting.recorder))
    if unnamed := [name for name in led if name not in minutes.text]:
        raise WrongState(_("The text doesn't name %(names)s. Compose it anew.") % {"names": _(", ").join(unnamed)})
    return minutes


def _unsign(minutes: Minutes) -> None:
    minutes.chair_signed_by = minutes.recorder_signed_by = ""
    minutes.chair_signed_at = minutes.recorder_signed_at = None
    minutes.chair_paper_on = minutes.recorder_paper_on = None


def _sign(minutes: Minutes, role: str, by: User) -> Minutes:
    if getattr(minutes, f"{role}_signed_at"):
        raise WrongState(_("This line is signed already."))
    if str(by) in (minutes.chair_signed_by, minutes.recorder_signed_by):
        raise WrongState(
            _(
                "You have filed the other signature, and behind every lock stand two accounts. Store the text anew: "
                "that takes the signature back, and somebody else files it."
            )
        )
    setattr(minutes, f"{role}_signed_by", str(by))
    setattr(minutes, f"{role}_signed_at", timezone.now())
    if minutes.chair_signed_at and minutes.recorder_signed_at:
        minutes.locked_at = timezone.now()
        Meeting.objects.filter(pk=minutes.pk).update(state=MeetingState.LOCKED)
    minutes.save()
    on_paper = getattr(minutes, f"{role}_paper_on") is not None
    _record("sign_minutes", minutes, by, role=role, on_paper=on_paper, locked=minutes.is_locked)
    return minutes


def _unlocked(minutes: Minutes) -> Minutes:
    lock_meeting(minutes.meeting)
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("meeting__organization").get(pk=minutes.pk)
    if minutes.is_locked:
        raise WrongState(_("These minutes are locked. Add a correction with its reason."))
    return minutes


def _lines(text: str) -> list[str]:
    """The text without what a browser does to the ends of lines."""
    return text.strip().splitlines()


def _record(action: str, minutes: Minutes, by: User | str, reason: str = "", **details: object) -> None:
    organization = minutes.meeting.organization
    record(
        action=action, by=by, subject=minutes, organization_code=organization.code, reason=reason, details=details
    )  # fmt: skip


RETAINED = (
    ForGood(
        gettext_lazy("Minutes, attendance and votes"),
        gettext_lazy("They are the record of the branch, and decisions rest on them."),
    ),
)
