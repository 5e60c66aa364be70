"""What the pages about problems and inspections show."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import ngettext

from members.choices import Capability
from members.links import Link
from members.models import Member, Organization, User
from members.models.member import MemberQuerySet
from supervision.choices import ProblemSource
from supervision.models import Problem
from supervision.models.scope import of_member
from supervision.rules.problems import Part, possible


def parts_of(problem: Problem, user: User) -> set[Part]:
    """Who the user is to the problem. No query."""
    standing, path = user.standing, problem.organization.path
    settles = Capability.RECORD_SUPERVISION
    if problem.problem_list.source == ProblemSource.INSPECTION:
        settles = Capability.INSPECT
    parts = {Part.RESPONSIBLE} if is_responsible(problem, user) else set()
    parts |= {Part.RECORDER} if standing.may(Capability.RECORD_SUPERVISION, path) else set()
    return parts | ({Part.SETTLER} if standing.may(settles, path) else set())


def is_responsible(problem: Problem, user: User) -> bool:
    """The user stands behind the responsible member, or is called like whom the list names."""
    if problem.responsible_id:
        return problem.responsible_id == user.standing.member_id
    return bool(user.member and user.member.name == problem.responsible_name)


def possible_steps(problem: Problem, user: User) -> list[str]:
    return possible(problem.state, parts_of(problem, user))


def people_of(branch: Organization) -> MemberQuerySet:
    """Who can be made responsible."""
    return Member.objects.below(branch.path).in_roster_order()


def inspecting(user: User, organization: Organization) -> Organization | None:
    """The committee in whose name somebody visits a branch: the nearest above it. One query."""
    above = [
        path
        for path in user.standing.paths(Capability.INSPECT)
        if organization.path.startswith(path) and path != organization.path
    ]
    return Organization.objects.filter(path=max(above, key=len)).first() if above else None


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member has to put right. One query."""
    if user.standing.member_id is None:
        return
    rows = Problem.objects.handed_over().filter(of_member(user, "responsible"), state="open")
    due = sorted(rows.values_list("due_on", flat=True))
    if due:
        sentence = ngettext(
            "%(count)s to put right, by %(day)s", "%(count)s to put right, the first by %(day)s", len(due)
        )
        words = {"count": len(due), "day": due[0].isoformat()}
        title = ngettext("A problem to put right", "Problems to put right", len(due))
        yield Link("list-check", title, sentence % words, reverse("supervision:problem-mine"))
