"""From the page of a meeting to what came of it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import User
from members.pages.links import Link
from supervision.choices import ProblemSource

ABOUT_MEMBERS = (MeetingKind.ORG_LIFE_MEETING, MeetingKind.DEMOCRATIC_EVALUATION)
"""Where problems are looked for, and members are appraised."""


def meeting_links(meeting: Meeting, user: User) -> Iterator[Link]:
    """For who reads the supervision of the meeting's branch, once it was opened. Asks no query."""
    if not meeting.opened_at or not user.access.may(Capability.VIEW_SUPERVISION, meeting.scope_path):
        return
    found = urlencode({"meeting": str(meeting.pk)})
    yield Link(
        "ui-checks",
        gettext("Problems found here"),
        gettext("What is put right after the meeting, by whom and by when."),
        f"{reverse('supervision:problem-list')}?{found}",
    )
    if user.access.may(Capability.RECORD_SUPERVISION, meeting.scope_path):
        asked = urlencode({"source": source_of(meeting), "meeting": str(meeting.pk)})
        yield Link(
            "plus-lg",
            gettext("Record a problem"),
            gettext("Problem, measure, who and by when: the desk reminds of the day."),
            f"{reverse('supervision:problem-add')}?{asked}",
        )
    if meeting.kind in ABOUT_MEMBERS:
        yield Link(
            "person-check",
            gettext("Democratic appraisals"),
            gettext("The round of the year: self-appraisal, ballot, opinion."),
            reverse("supervision:round-list"),
        )


def source_of(meeting: Meeting) -> ProblemSource:
    """What a problem found there comes from."""
    is_org_life = meeting.kind == MeetingKind.ORG_LIFE_MEETING
    return ProblemSource.ORG_LIFE_MEETING if is_org_life else ProblemSource.MEETING
