"""How a desk speaks of meetings that are due, and of what they ask for besides; see `members.pages.links`."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.pages.forms import KINDS_OF
from members.choices import Capability, OrganizationKind
from members.pages.links import DutyDisplay, DutyLink


def _do(place: DutyLink, kind: str = "") -> str:
    """One step further the meeting is looked up, or the form to plan it is open with its kind."""
    duty = place.duty
    given = {"kind": kind or duty.kind, "period": duty.period} | ({"member": duty.member} if duty.member else {})
    return f"{reverse('meetings:duty-do', args=[place.organization.code])}?{urlencode(given)}"


def _election(place: DutyLink) -> str:
    """A branch elects in a meeting; committees elect in congresses, and only the result is recorded."""
    if MeetingKind.ELECTION in KINDS_OF[OrganizationKind(place.organization.kind)]:
        return _do(place, MeetingKind.ELECTION)
    return place.organization.get_absolute_url()


def _tasks(place: DutyLink) -> str:
    """The open tasks of the place, of the owner where one is named."""
    given = {"organization": place.organization.code} | ({"owner": str(place.member.key)} if place.member else {})
    return f"{reverse('meetings:task-list')}?{urlencode(given)}"


VIEW, RECORD = Capability.VIEW_MEETINGS, Capability.RECORD_MEETINGS
ICONS = {
    MeetingKind.GENERAL_MEETING: "people",
    MeetingKind.COMMITTEE_MEETING: "person-badge",
    MeetingKind.GROUP_MEETING: "people",
    MeetingKind.PARTY_LECTURE: "mortarboard",
    MeetingKind.THEME_DAY: "flag",
    MeetingKind.ORG_LIFE_MEETING: "chat-dots",
    MeetingKind.DEMOCRATIC_EVALUATION: "ui-checks",
}
"""Of the kinds that fall due."""
MEETINGS = {kind.value: DutyDisplay(kind.label, _("Plan it"), _do, icon, VIEW, RECORD) for kind, icon in ICONS.items()}
DISPLAY: dict[str, DutyDisplay] = {
    **MEETINGS,
    "minutes": DutyDisplay(_("Minutes to lock"), _("Go to the minutes"), _do, "journal-text", VIEW, RECORD),
    "absences": DutyDisplay(_("Absences without a reason"), _("Record the reason"), _do, "person-x", VIEW, RECORD),
    "leave_request": DutyDisplay(_("Request for leave"), _("Answer it"), _do, "hourglass-split", VIEW, RECORD),
    "task": DutyDisplay(_("Tasks of decisions"), _("Close them"), _tasks, "list-check", VIEW, RECORD),
    "term_election": DutyDisplay(
        _("Election at the end of the term"), _("Prepare the election"), _election, "ui-checks", None, RECORD
    ),
}
