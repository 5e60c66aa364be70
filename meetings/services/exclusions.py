"""Leaving a member out of those who should attend one meeting: a listed ground and both approvals, before it opens."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import MeetingState
from meetings.models import Exclusion, Meeting
from meetings.queries.roll import roll
from meetings.services.meeting import NotNow, locked, stored_already
from members.models import User
from rulebook.book import rule
from rulebook.rule import NoRule

GROUNDS_RULE = "vote.exclusion.grounds"


@dataclass(frozen=True, slots=True)
class Approvals:
    """When each of the two agreed, and the document of the level above. None: not yet."""

    superior_agreed_on: date | None = None
    superior_document: str = ""
    meeting_agreed_on: date | None = None


class WrongExclusion(Exception):
    """Nothing was stored; `field` names what is wrong, the text is a sentence for a person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def record_exclusion(
    *, key: uuid.UUID, meeting: Meeting, member_id: int, ground: str, approvals: Approvals, by: User | str
) -> Exclusion:
    """Record why a member is to be left out, and what was agreed so far; with one approval he is still counted.

    The same key again changes ground and approvals. Raises NotNow once the meeting has opened, WrongExclusion.
    """
    try:
        with transaction.atomic():
            meeting = _planned(meeting)
            _refuse_wrong(meeting, ground, approvals)
            known = stored_already(Exclusion, key, meeting=meeting)
            if known is None and member_id not in [one.member_id for one in roll(meeting)]:
                raise WrongExclusion("member", _("This member isn't expected at the meeting."))
            row = known or Exclusion(key=key, meeting=meeting, member_id=member_id)
            return _store(row, {"ground": ground, **asdict(approvals)}, by, is_new=known is None)
    except IntegrityError as error:
        raise WrongExclusion(
            "member", _("For this member an exclusion is recorded already. Change that one.")
        ) from error


@transaction.atomic
def remove_exclusion(*, exclusion: Exclusion, by: User | str) -> None:
    """Count the member again. Raises NotNow once the meeting has opened."""
    meeting = _planned(exclusion.meeting)
    row = Exclusion.objects.filter(pk=exclusion.pk).select_related("member").first()
    if row:
        record(action="remove_exclusion", by=by, subject=row, organization_code=meeting.organization.code)
        row.delete()


def _planned(meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    if meeting.state != MeetingState.PLANNED:
        raise NotNow(
            _("Who should attend was fixed when the meeting opened. Exclusions are recorded before, for each meeting.")
        )
    return meeting


def _refuse_wrong(meeting: Meeting, ground: str, approvals: Approvals) -> None:
    try:
        grounds = rule(GROUNDS_RULE, meeting.day).value
    except NoRule as none:
        raise WrongExclusion("ground", str(none)) from none
    if not isinstance(grounds, tuple) or ground not in grounds:
        raise WrongExclusion("ground", _("Only the listed grounds leave a member out. Choose one of them."))
    if approvals.superior_agreed_on and not approvals.superior_document:
        raise WrongExclusion("superior_document", _("Name the document of the level above."))
    if approvals.superior_document and not approvals.superior_agreed_on:
        raise WrongExclusion("superior_agreed_on", _("Say on which day the level above agreed."))
    for field in ("superior_agreed_on", "meeting_agreed_on"):
        if (getattr(approvals, field) or meeting.day) > meeting.day:
            raise WrongExclusion(field, _("It has to be agreed by the day of the meeting."))


def _store(row: Exclusion, fields: dict[str, object], by: User | str, *, is_new: bool) -> Exclusion:
    changes = [(name, None if is_new else getattr(row, name), value) for name, value in fields.items()]
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=is_new)
    code = row.meeting.organization.code
    record(action="record_exclusion", by=by, subject=row, organization_code=code, changes=changes)
    return row
