"""The entries of supervision in the navigation; `settings.NAVIGATION` names them.

From the page of a meeting to what came of it.
"""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import User
from members.pages.links import Link
from members.pages.navigation import Group, Item
from supervision.choices import ProblemSource

SUPERVISION: tuple[Item, ...] = (
    Item(
        "supervision:suggestion-list",
        _("Suggestions"),
        "lightbulb",
        Capability.COUNT_SUPERVISION,
        (
            "supervision:suggestion-below",
            "supervision:suggestion-record",
            "supervision:suggestion-detail",
            "supervision:suggestion-answer",
            "supervision:suggestion-remove",
        ),
    ),
    Item(
        "supervision:suggestion-mine",
        _("Suggestions and help"),
        "lightbulb",
        None,
        ("supervision:suggestion-new", "supervision:suggestion-help"),
        for_members=True,
    ),
    Item(
        "supervision:talk-year",
        _("Talks"),
        "chat-dots",
        (Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION),
        ("supervision:talk-list", "supervision:talk-new", "supervision:talk-detail", "supervision:self-check-shared"),
    ),
    Item(
        "supervision:checklist-list",
        _("Lists for self-checks"),
        "ui-checks",
        Capability.KEEP_CHECKLISTS,
        ("supervision:checklist-",),
    ),
    Item(
        "supervision:round-list",
        _("Democratic appraisal"),
        "patch-check",
        Capability.COUNT_SUPERVISION,
        ("supervision:round-", "supervision:appraisee-"),
    ),
    Item(
        "supervision:appraisal-mine",
        _("My appraisals"),
        "patch-check",
        None,
        ("supervision:appraisal-",),
        for_members=True,
    ),  # fmt: skip
    Item(
        "supervision:report-list",
        _("Supervision reports"),
        "file-earmark-text",
        (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS),
        ("supervision:report-",),
    ),
    Item(
        "supervision:problem-list",
        _("Problems and rectification"),
        "list-check",
        (Capability.COUNT_SUPERVISION, Capability.INSPECT),
        (
            *(f"supervision:problem-{name}" for name in ("add", "counts", "detail", "assign")),
            *(f"supervision:problem-{name}" for name in ("done", "note", "accepted", "sent_back", "moved", "dropped")),
            "supervision:inspection-",
        ),
    ),
    Item(
        "supervision:problem-mine",
        _("Problems of my branch"),
        "list-check",
        None,
        for_members=True,
        unless=Capability.COUNT_SUPERVISION,
    ),
    Item(
        "supervision:matter-list",
        _("Major matters"),
        "clipboard-check",
        Capability.COUNT_SUPERVISION,
        (
            "supervision:matter-new",
            "supervision:matter-counts",
            "supervision:matter-detail",
            "supervision:matter-edit",
            "supervision:matter-remove",
            "supervision:matter-opinion",
            "supervision:matter-decision",
            "supervision:matter-execution",
            "supervision:matter-review",
        ),
    ),
    Item(
        "supervision:matter-mine",
        _("Matters of my branch"),
        "clipboard-check",
        None,
        for_members=True,
        unless=Capability.COUNT_SUPERVISION,
    ),
)
LETTERS = (
    Item(
        "supervision:letter-list",
        _("Sealed letters"),
        "envelope",
        Capability.READ_LETTERS,
        ("supervision:letter-", "supervision:relative-"),
    ),
    Item("supervision:letter-counts", _("Counts of sealed letters"), "envelope", Capability.RECEIVE_REPORTS),
    Item("supervision:key-list", _("Inspectors' keys"), "key", Capability.APPROVE_KEYS, ("supervision:key-",)),
)
GROUPS: tuple[Group, ...] = ((_("Supervision"), (*SUPERVISION, *LETTERS)),)


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
