"""Major matters: proposed, and then step by step; whatever stands can be corrected with a reason."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from meetings.votes.models import Vote
from members.models import User
from members.refused import Refused
from supervision.choices import MatterKind
from supervision.matters.models import Matter
from supervision.matters.queries import kinds_of
from supervision.matters.rules import contradiction, through_general_meeting

Values = Mapping[str, Any]
STEPS = {"opinion": "opinion_on", "decision": "decided_on", "execution": "executed_on", "review": "reviewed_on"}
"""Step → the field that says that it was taken."""
ACTIONS = {
    "opinion": ("record_matter_opinion", "correct_matter_opinion"),
    "decision": ("record_matter_decision", "correct_matter_decision"),
    "execution": ("record_matter_execution", "correct_matter_execution"),
    "review": ("record_matter_review", "correct_matter_review"),
}
"""Step → what the trail calls taking and correcting it."""


def propose_matter(matter: Matter, *, by: User | str, on: date) -> Matter:
    """Store what was proposed. The same key twice stores it once. Raises Refused."""
    if known := Matter.objects.filter(pk=matter.pk, organization=matter.organization).first():
        return known
    _demand_possible(matter, on)
    try:
        with transaction.atomic():
            matter.save(force_insert=True)
            _record("propose_matter", matter, by)
    except IntegrityError:
        known = Matter.objects.filter(pk=matter.pk, organization=matter.organization).first()
        if known is None:
            raise
        return known
    return matter


@transaction.atomic
def correct_matter(*, matter: Matter, values: Values, reason: str, by: User | str, on: date) -> list[str]:
    """The names of what changed in the proposal. Raises Refused."""
    return _change(matter, values, action="correct_matter", reason=reason, by=by, on=on, needs_reason=True)


@transaction.atomic
def take_step(*, matter: Matter, step: str, values: Values, reason: str = "", by: User | str, on: date) -> list[str]:
    """Put down opinion, decision, execution or review; what stands there is corrected with a reason. Raises Refused.

    Sent twice, the second changes nothing.
    """
    field, (recorded, corrected) = STEPS[step], ACTIONS[step]
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    stands = getattr(held, field) is not None
    if step == "opinion":
        values = {**values, "opinion_on": _day_of_opinion(held, values, on)}
    action = corrected if stands else recorded
    return _change(matter, values, action=action, reason=reason, by=by, on=on, needs_reason=stands)


@transaction.atomic
def remove_matter(matter: Matter, *, reason: str, by: User | str) -> None:
    """Take out what was recorded by mistake; the trail keeps that it was there. A decided one stays. Raises Refused."""
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    if held.decided_on:
        raise Refused(_("A matter that was decided stays in the register: correct what is wrong."), "reason")
    if not reason.strip():
        raise Refused(_("Say why it is taken out."), "reason")
    _record("remove_matter", held, by, reason=reason.strip())
    held.delete()


def _change(
    matter: Matter, values: Values, *, action: str, reason: str, by: User | str, on: date, needs_reason: bool
) -> list[str]:
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    changes = [(name, old, new) for name, new in values.items() if (old := getattr(held, name)) != new]
    if not changes:
        return []
    if needs_reason and not reason.strip():
        raise Refused(_("Say why it is corrected."), "reason")
    for name, _old, new in changes:
        setattr(held, name, new)
    _demand_possible(held, on)
    held.save(update_fields=[name for name, _old, _new in changes])
    _record(action, held, by, reason=reason.strip(), changes=changes)
    return [name for name, _old, _new in changes]


def _demand_possible(matter: Matter, on: date) -> None:
    """Facts that contradict each other are refused; an opinion that is missing or late is none of these."""
    if found := contradiction(matter.course, on):
        raise Refused(found.sentence, found.field)
    if matter.kind == MatterKind.VILLAGE and matter.opinion_meeting:
        way = through_general_meeting(kinds_of(matter.opinion_meeting), on)
        if not way:
            raise Refused(f"{way.reason} {way.citations[-1]}", "opinion_meeting")


def _day_of_opinion(matter: Matter, values: Values, on: date) -> date:
    """The meeting's day: it was held by the same organization, and the vote is one of its own."""
    meeting: Meeting | None = values.get("opinion_meeting")
    vote: Vote | None = values.get("opinion_vote")
    if meeting is None:
        raise Refused(_("Choose the meeting in which the opinion was given."), "opinion_meeting")
    if meeting.organization_id != matter.organization_id:
        raise Refused(_("That is a meeting of another organization."), "opinion_meeting")
    if meeting.state not in (MeetingState.HELD, MeetingState.LOCKED) or meeting.day > on:
        raise Refused(_("That meeting wasn't held yet: the opinion comes out of a meeting."), "opinion_meeting")
    if meeting.day < matter.proposed_on:
        sentence = _("The matter was only proposed on %(day)s, after that.")
        raise Refused(sentence % {"day": matter.proposed_on.isoformat()}, "opinion_meeting")
    if vote and vote.item.meeting_id != meeting.pk:
        raise Refused(_("That vote was taken in another meeting."), "opinion_vote")
    return meeting.day


def _record(
    action: str, matter: Matter, by: User | str, *, reason: str = "", changes: list[Change] | None = None
) -> None:
    record(
        action=action,
        by=by,
        subject=matter,
        organization_code=matter.organization.code,
        reason=reason,
        changes=changes or (),
        details={"kind": matter.kind},
    )
