"""From the page of a meeting to what came of it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from meetings.choices import MeetingKind
from meetings.models import Meeting
from members.choices import Capability
from members.links import Link
from members.models import User
from supervision.choices import ProblemSource

ABOUT_MEMBERS = (MeetingKind.ORG_LIFE_MEETING, MeetingKind.DEMOCRATIC_EVALUATION)
"""Where problems are looked for, and members are appraised."""


def meeting_links(meeting: Meeting, user: User) -> Iterator[Link]:
    """For who reads the supervision of the meeting's branch, once it was opened. Asks no query."""
    if not meeting.opened_at or not user.standing.may(Capability.VIEW_SUPERVISION, meeting.scope_path):
        return
    found = urlencode({"meeting": str(meeting.pk)})
    yield Link(
        "ui-checks",
        _("Problems found here"),
        _("What is put right after the meeting, by whom and by when."),
        f"{reverse('supervision:problem-list')}?{found}",
    )
    if user.standing.may(Capability.RECORD_SUPERVISION, meeting.scope_path):
        asked = urlencode({"source": source_of(meeting), "meeting": str(meeting.pk)})
        yield Link(
            "plus-lg",
            _("Record a problem"),
            _("Problem, measure, who and by when: the desk reminds of the day."),
            f"{reverse('supervision:problem-add')}?{asked}",
        )
    if meeting.kind in ABOUT_MEMBERS:
        yield Link(
            "person-check",
            _("Democratic appraisals"),
            _("The round of the year: self-appraisal, ballot, opinion."),
            reverse("supervision:round-list"),
        )


def source_of(meeting: Meeting) -> ProblemSource:
    """What a problem found there comes from."""
    is_org_life = meeting.kind == MeetingKind.ORG_LIFE_MEETING
    return ProblemSource.ORG_LIFE_MEETING if is_org_life else ProblemSource.MEETING
