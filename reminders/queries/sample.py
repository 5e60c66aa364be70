"""What a wording looks like with a branch's own data, without showing a committee what it may not read.

Which meetings are held, and when, a committee sees; who missed one, what was said and what anybody owes it doesn't. So
branch and meeting are real where there are any, and people, amounts and answers are invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.models.meeting import MeetingQuerySet
from members.models import Organization
from reminders.choices import MessageKind
from reminders.queries.wordings import Slot
from reminders.rules.placeholders import DAY, MEETING, PLACEHOLDERS, TIME, examples
from reminders.rules.telling import MeetingFacts, to_come

BEFORE = (MessageKind.INVITATION, MessageKind.ANNOUNCEMENT)
"""Kinds that speak of a meeting to come."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values for a preview. `branch`: whose data they are; "": everything is invented."""

    values: Mapping[str, str]
    branch: str = ""
    has_meeting: bool = False


def sample(slot: Slot, organization: Organization, *, on: date) -> Sample:
    """Two queries at most."""
    kind = MessageKind(slot.kind)
    invented = examples(kind, slot.language)
    meeting = _meeting(kind, organization, on) if MEETING in PLACEHOLDERS[kind] else None
    if meeting:
        real = _of_meeting(meeting, slot.language)
        return Sample(invented | {name: real[name] for name in real if name in invented}, real["branch"], True)
    branch = Organization.objects.below(organization.path).branches().standing_on(on).first()
    return Sample(invented | {"branch": branch.name}, branch.name) if branch else Sample(invented)


def _of_meeting(meeting: Meeting, language: str) -> dict[str, str]:
    """Named by its kind: a title may name somebody."""
    facts = MeetingFacts(
        branch=meeting.organization.name,
        title="",
        kind=meeting.kind,
        local_kind=meeting.local_kind.name if meeting.local_kind else "",
        day=meeting.day,
        starts_at=meeting.starts_at,
        place="",
        online_link="",
    )
    with translation.override(language):
        told = to_come(facts, openly=True)
    return {name: told[name] for name in ("branch", MEETING.name, DAY.name, TIME.name)}


def _meeting(kind: MessageKind, organization: Organization, on: date) -> Meeting | None:
    """The next one for what is told before, else the last one; of what there is."""
    meetings = Meeting.objects.within(organization.path).select_related("organization", "local_kind")
    coming = meetings.coming(on).order_by("day", "key")
    past = meetings.exclude(state=MeetingState.CANCELLED).filter(day__lte=on).in_order()
    wanted: tuple[MeetingQuerySet, ...] = (coming, past) if kind in BEFORE else (past, coming)
    return next((found for rows in wanted if (found := rows.first())), None)


def source_of(sample: Sample) -> str:
    """A sentence that says what of the preview is real."""
    if not sample.branch:
        return _("There is no branch below yet: everything in this preview is invented.")
    if sample.has_meeting:
        return _(
            "Branch, meeting, day and hour are real, of %(branch)s. People, places and answers are invented: what is "
            "written to members is read in the branch only."
        ) % {"branch": sample.branch}
    return _(
        "The branch is real: %(branch)s. Everything else is invented: what is written to members is read in the branch "
        "only."
    ) % {"branch": sample.branch}
