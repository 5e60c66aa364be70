"""Which meetings can have adopted a report."""

from datetime import date

from meetings.choices import MeetingKind
from meetings.models import Meeting
from meetings.models.meeting import MeetingQuerySet
from meetings.queries.duties import meeting_states
from members.models import Organization
from supervision.models import Report
from supervision.queries.report_figures import ABOVE, period_of


def meetings_for(report: Report, *, on: date) -> MeetingQuerySet:
    """Held after the period's end by the organization itself: of its committee, or, where it has none, of all."""
    held = Meeting.objects.held().of_kind(adopting_kind(report.organization, on=on))
    return (
        held.filter(organization=report.organization, day__range=(period_of(report).last, on))
        .select_related("organization")
        .in_order()
    )


def adopting_kind(organization: Organization, *, on: date) -> MeetingKind:
    """The committee's meeting; the general meeting of a branch that is asked for no committee meetings."""
    if organization.kind in ABOVE or _has_committee(organization, on):
        return MeetingKind.COMMITTEE_MEETING
    return MeetingKind.GENERAL_MEETING


def _has_committee(branch: Organization, on: date) -> bool:
    asked = meeting_states(branch.path, on=on)
    return any(one.kind == MeetingKind.COMMITTEE_MEETING for _place, called in asked for one, _state in called)
