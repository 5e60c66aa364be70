"""Tasks of decisions, for those who keep them and for who has to do them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from meetings.choices import TaskEnd
from meetings.models import Task
from members.choices import Capability
from members.models import Organization, User

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
    if user.standing.member_id is None:
        return []
    return list(Task.objects.open().filter(owner=user.standing.member_id).with_place().in_order())


def may_end(task: Task, user: User) -> bool:
    """Its owner, and who records the meetings there."""
    own = task.owner_id is not None and task.owner_id == user.standing.member_id
    return own or user.standing.may(Capability.RECORD_MEETINGS, task.scope_path)


def places_with_tasks(user: User) -> QuerySet[Organization]:
    return Organization.objects.visible_to(user, Capability.VIEW_MEETINGS).in_tree_order()
