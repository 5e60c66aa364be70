"""Minutes: composed, edited, signed by two, locked; afterwards only corrections."""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import MeetingState
from meetings.models import Correction, Meeting, Minutes
from meetings.queries.minutes import evening_of
from meetings.rules.minutes import compose
from meetings.services.meeting import NotNow, locked, stored_already
from members.models import User

CHAIR, RECORDER = "chair", "recorder"


@transaction.atomic
def draft_minutes(*, meeting: Meeting, by: User | str) -> Minutes:
    """Compose the minutes anew from the record. Raises NotNow before the closing, or once somebody signed."""
    meeting = locked(meeting)
    if meeting.state != MeetingState.HELD:
        raise NotNow(_("Minutes are written when the meeting is closed and until they are locked."))
    minutes = Minutes.objects.filter(pk=meeting.pk).first()
    if minutes and minutes.is_signed:
        raise NotNow(_("Somebody has signed these minutes. A changed text takes the signatures back; edit it first."))
    minutes = minutes or Minutes(meeting=meeting)
    minutes.text = compose(evening_of(meeting))
    minutes.save()
    _record("draft_minutes", minutes, by)
    return minutes


@transaction.atomic
def edit_minutes(*, minutes: Minutes, text: str, before: str, by: User | str) -> Minutes:
    """Replace the text; signatures given to the old text fall away.

    `before` is the text that the writer saw. Raises NotNow when it has changed since, or when the minutes are locked.
    """
    minutes = _unlocked(minutes)
    if _lines(minutes.text) != _lines(before):
        raise NotNow(_("Somebody has changed these minutes while you were writing. Compare, and send yours again."))
    minutes.text = text
    minutes.chair_signed_by = minutes.recorder_signed_by = ""
    minutes.chair_signed_at = minutes.recorder_signed_at = None
    minutes.save()
    _record("edit_minutes", minutes, by)
    return minutes


@transaction.atomic
def sign_minutes(*, minutes: Minutes, role: str, seen: str, by: User) -> Minutes:
    """Sign as chair or recorder; with both signatures the minutes are locked. Raises NotNow.

    `seen` is the text that was signed. Chair and recorder are two people.
    """
    minutes = _unlocked(minutes)
    if _lines(minutes.text) != _lines(seen):
        raise NotNow(_("The text has changed since you opened it. Read it again before you sign."))
    other = minutes.recorder_signed_by if role == CHAIR else minutes.chair_signed_by
    if other == str(by):
        raise NotNow(_("Chair and recorder sign as two people; you have signed already."))
    setattr(minutes, f"{role}_signed_by", str(by))
    setattr(minutes, f"{role}_signed_at", timezone.now())
    if minutes.chair_signed_at and minutes.recorder_signed_at:
        minutes.locked_at = timezone.now()
        Meeting.objects.filter(pk=minutes.pk).update(state=MeetingState.LOCKED)
    minutes.save()
    _record("sign_minutes", minutes, by, role=role, locked=minutes.is_locked)
    return minutes


@transaction.atomic
def correct_minutes(*, minutes: Minutes, key: uuid.UUID, text: str, reason: str, by: User | str) -> Correction:
    """Add a correction to locked minutes, whose text stays. The same key twice adds one. Raises NotNow."""
    if not Minutes.objects.select_for_update().get(pk=minutes.pk).is_locked:
        raise NotNow(_("These minutes aren't locked yet: change the text itself."))
    if known := stored_already(Correction, key, minutes=minutes):
        return known
    correction = Correction.objects.create(pk=key, minutes=minutes, text=text, reason=reason, by=str(by))
    _record("correct_minutes", minutes, by, reason=reason)
    return correction


def _unlocked(minutes: Minutes) -> Minutes:
    locked(minutes.meeting)
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("meeting__organization").get(pk=minutes.pk)
    if minutes.is_locked:
        raise NotNow(_("These minutes are locked. Add a correction with its reason."))
    return minutes


def _lines(text: str) -> list[str]:
    """The text without what a browser does to the ends of lines."""
    return text.strip().splitlines()


def _record(action: str, minutes: Minutes, by: User | str, reason: str = "", **details: object) -> None:
    organization = minutes.meeting.organization
    record(
        action=action, by=by, subject=minutes, organization_code=organization.code, reason=reason, details=details
    )  # fmt: skip
