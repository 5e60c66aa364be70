"""Meetings as far as they can be told, read together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from meetings.choices import ON_MEMBERSHIP, MeetingState
from meetings.models import AgendaItem, Expected, Material, Meeting
from members.models import Member
from members.paths import contains, subtree
from reminders.rules.telling import MeetingFacts, naming_nobody


def meeting_facts(keys: Collection[UUID]) -> Mapping[UUID, MeetingFacts]:
    """Those of the meetings that exist, by their keys. Four queries, five where something is to be read beforehand."""
    if not keys:
        return {}
    meetings = list(Meeting.objects.filter(pk__in=keys).select_related("organization", "local_kind"))
    items, decisions = _agenda(keys)
    materials = _materials(keys)
    names = _names(keys) | _names_to_be([one for one in meetings if not one.opened_at and one.pk in materials])
    return {
        one.pk: MeetingFacts(
            branch=one.organization.name,
            title=one.title,
            kind=one.kind,
            local_kind=one.local_kind.name if one.local_kind else "",
            day=one.day,
            starts_at=one.starts_at,
            place=one.place,
            online_link=one.online_link,
            items=naming_nobody(items.get(one.pk, ()), names.get(one.pk, ())),
            decisions=naming_nobody(decisions.get(one.pk, ()), names.get(one.pk, ())),
            materials=naming_nobody(materials.get(one.pk, ()), names.get(one.pk, ())),
        )
        for one in meetings
    }


def _names(keys: Collection[UUID]) -> dict[UUID, list[str]]:
    """Everybody on the frozen lists."""
    return _by_meeting(Expected.objects.filter(meeting__in=keys).order_by().values_list("meeting", "name"))


def _names_to_be(meetings: Sequence[Meeting]) -> dict[UUID, list[str]]:
    """Everybody on the rosters of meetings whose lists aren't frozen yet."""
    paths = [one.organization.path for one in meetings]
    rows = Member.objects.filter(subtree("roster_path", paths)).order_by().values_list("roster_path", "name")
    people = list(rows) if paths else []
    return {one.pk: [name for path, name in people if contains(one.organization.path, path)] for one in meetings}


def _agenda(keys: Collection[UUID]) -> tuple[dict[UUID, list[str]], dict[UUID, list[str]]]:
    """Items, and decisions that members may read because nobody can change them any more.

    What was voted about one person is left out whole: an applicant is on no list of names.
    """
    rows = AgendaItem.objects.filter(meeting__in=keys).exclude(votes__subject__in=ON_MEMBERSHIP)
    items: dict[UUID, list[str]] = defaultdict(list)
    decisions: dict[UUID, list[str]] = defaultdict(list)
    wanted = ("meeting", "title", "decision", "is_open_to_members", "meeting__state")
    for meeting, title, decision, is_open, state in rows.order_by("meeting", "position").values_list(*wanted):
        items[meeting].append(title)
        if decision and is_open and state == MeetingState.LOCKED:
            decisions[meeting].append(decision)
    return items, decisions


def _materials(keys: Collection[UUID]) -> dict[UUID, list[str]]:
    rows = Material.objects.filter(meeting__in=keys, is_open_to_members=True).order_by("title", "key")
    return _by_meeting(rows.values_list("meeting", "title"))


def _by_meeting(rows: Any) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for meeting, text in rows:
        found[meeting].append(text)
    return found
