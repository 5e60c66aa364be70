"""Who can lead or be given a task, open tasks, whether the agenda can be changed, and where a meeting leads on to."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from meetings.choices import MeetingState, TaskEnd
from meetings.meeting.models import Meeting, Task
from members.choices import Capability, OfficeKind, OrganizationKind
from members.models import Member, Office, Organization, User
from members.models.member import MemberQuerySet
from members.pages.links import Link

OPEN, OVERDUE, ENDED = "open", "overdue", "ended"


def tasks_shown(user: User, given: dict[str, Any], *, on: date) -> QuerySet[Task]:
    """The tasks of the viewer's places: open ones by their day, ended ones the latest first."""
    found = Task.objects.visible_to(user).with_place()
    if given.get("organization"):
        found = found.filter(item__meeting__organization=given["organization"])
    if given.get("owner"):
        found = found.filter(owner__key=given["owner"])
    if given.get("state") == ENDED:
        return found.exclude(ended=TaskEnd.OPEN).order_by("-done_on", "key")
    return (found.overdue(on) if given.get("state") == OVERDUE else found.open()).in_order()


def own_tasks(user: User) -> list[Task]:
    """What the member has to do, open ones only."""
    if user.access.member_id is None:
        return []
    return list(Task.objects.open().filter(owner=user.access.member_id).with_place().in_order())


def may_end(task: Task, user: User) -> bool:
    """Its owner, and who records the meetings there."""
    own = task.owner_id is not None and task.owner_id == user.access.member_id
    return own or user.access.may(Capability.RECORD_MEETINGS, task.scope_path)


def places_with_tasks(user: User) -> QuerySet[Organization]:
    return Organization.objects.visible_to(user, Capability.VIEW_MEETINGS).in_tree_order()


def agenda_is_open(meeting: Meeting) -> bool:
    """Items can be changed until the minutes are locked."""
    return meeting.state == MeetingState.PLANNED or meeting.is_running


def people_of(organization: Organization, *, on: date, with_staff: bool = True) -> MemberQuerySet:
    """Who can lead or write there, or be given a task: the roster; of a committee, its seats and its staff."""
    people = Member.objects.order_by("name_key", "pk")
    if organization.kind not in ABOVE:
        return people.below(organization.path)
    offices = Office.objects.holding(on).filter(organization=organization).select_related("user")
    held = offices if with_staff else offices.filter(kind__in=SEATS)
    return people.filter(pk__in=[holder for office in held if (holder := holder_of(office))])


def speakers_of(meeting: Meeting) -> list[str]:
    """Names offered for who presents or speaks: the people of the place, and who came from elsewhere."""
    people = people_of(meeting.organization, on=meeting.day).values_list("name", flat=True)
    return [*dict.fromkeys([*people, *meeting.observers.values_list("name", flat=True)])]


def holder_of(office: Office) -> int | None:
    return office.member_id or (office.user.member_id if office.user else None)


COMMITTEE_OFFICES = (
    OfficeKind.SECRETARY,
    OfficeKind.DEPUTY_SECRETARY,
    OfficeKind.ORGANIZATION_OFFICER,
    OfficeKind.PUBLICITY_OFFICER,
    OfficeKind.DISCIPLINE_OFFICER,
    OfficeKind.COMMITTEE_MEMBER,
)
SEATS = (*COMMITTEE_OFFICES, OfficeKind.COMMITTEE_SECRETARY)
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
"""Whatever meets there is the committee, wherever its members have their branch; its staff has no seat."""


def meeting_links(meeting: Meeting, user: User) -> list[Link]:
    """Other apps' pages about a meeting that the user may open; `settings.MEETING_LINKS` ask no query."""
    return [link for name in settings.MEETING_LINKS for link in import_string(name)(meeting, user)]
