"""What is shown of the way from a vote to somebody's membership, and what the rules need to know about a person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.choices import ON_MEMBERSHIP, ON_PROBATION, StepState, VoteSubject
from meetings.models import MembershipStep, Vote
from meetings.models.membership import MembershipStepQuerySet
from meetings.rules.membership import Person, approval_by, holds_from, probation_ends
from members.choices import Capability, OrganizationKind
from members.links import Link
from members.models import Member, Organization, User
from members.paths import STEP, subtree
from members.rules.dates import PartialDate


def people(members: Iterable[Member]) -> dict[int, Person]:
    """What the rules look at, by member; one query for all of them."""
    members = list(members)
    extended: dict[int | None, list[int]] = defaultdict(list)
    rows = MembershipStep.objects.filter(
        member__in=members, state=StepState.APPROVED, vote__subject=VoteSubject.EXTENSION, months__isnull=False
    )
    for member_id, months in rows.values_list("member", "months"):
        extended[member_id].append(months or 0)
    return {one.pk: Person(one.born, one.joined, tuple(extended[one.pk])) for one in members}


def person_in(vote: Vote) -> Person:
    """The member or the applicant whom a vote is about."""
    if vote.about_member:
        return people([vote.about_member])[vote.about_member.pk]
    born = PartialDate(vote.applicant_born_on) if vote.applicant_born_on else None
    return Person(born=born)


def probations(members: Iterable[Member], on: date) -> dict[int, PartialDate | None]:
    """When the probation of each of them ends; None: nobody recorded when it began."""
    return {pk: probation_ends(person, on) for pk, person in people(members).items()}


def step_of(vote: Vote) -> MembershipStep | None:
    """The step that this vote led to and that wasn't taken back."""
    return MembershipStep.objects.standing().filter(vote=vote).select_related("member").first()


def asks_for_step(vote: Vote) -> bool:
    """Whether something follows from the vote for somebody's membership."""
    named = vote.subject == VoteSubject.ADMISSION or (vote.subject in ON_PROBATION and vote.about_member_id)
    return bool(named and vote.is_passed)


def step_section(vote: Vote, user: User) -> dict[str, Any]:
    """What `meetings/parts/membership.html` needs; empty for a vote on something else."""
    if vote.subject not in ON_MEMBERSHIP or not vote.is_decided:
        return {}
    step = step_of(vote)
    organization = vote.item.meeting.organization
    may_ask = user.standing.may(Capability.EDIT_ROSTER, organization.path)
    until = approval_by(vote.item.meeting.day)
    approved = step.member if step and step.state == StepState.APPROVED else None
    return {
        "step": step,
        "may_open_member": approved is not None and Member.objects.visible_to(user).filter(pk=approved.pk).exists(),
        "may_take_step": may_ask and step is None and asks_for_step(vote),
        "may_take_back": may_ask and step is not None and step.state == StepState.WAITING,
        "step_until": until[0] if until else None,
        "step_source": list(until[1].citations) if until else [],
        "committee": committee_above(organization),
    }


def what_follows(vote: Vote) -> dict[str, Any]:
    """The facts of the step as they will be stored, for who looks at them before."""
    meeting = vote.item.meeting
    return {
        "vote": vote,
        "meeting": meeting,
        "name": vote.about_member.name if vote.about_member else vote.applicant,
        "holds_from": holds_from(VoteSubject(vote.subject), person_in(vote), day=meeting.day),
        "committee": committee_above(meeting.organization),
    }


def committee_above(organization: Organization) -> Organization | None:
    """The nearest committee above: a general branch approves nobody."""
    path = organization.path
    above = [path[:length] for length in range(STEP, len(path), STEP)]
    return Organization.objects.filter(path__in=above, kind=OrganizationKind.COMMITTEE).order_by("-path").first()


def to_decide(user: User) -> MembershipStepQuerySet:
    """What branches below the viewer's committees have asked for, the oldest meeting first."""
    found = MembershipStep.objects.visible_to(user, Capability.APPROVE_MEMBERSHIP).standing().with_place()
    if user.standing.member_id:
        found = found.exclude(member=user.standing.member_id)
    return found.order_by("vote__item__meeting__day", "pk")


def to_take_back(user: User) -> QuerySet[MembershipStep]:
    """What the viewer's branch has asked for, and what the viewer's committee has decided."""
    place = "vote__item__meeting__organization__path"
    asked = subtree(place, user.standing.paths(Capability.EDIT_ROSTER)) & Q(state=StepState.WAITING)
    above = subtree(place, user.standing.paths(Capability.APPROVE_MEMBERSHIP)) & Q(state=StepState.APPROVED)
    return MembershipStep.objects.filter(asked | above).with_place()


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """How many steps wait for the committee's approval. One query for who may approve, none for others."""
    if not user.standing.may_any([Capability.APPROVE_MEMBERSHIP]):
        return
    if waiting := to_decide(user).waiting().count():
        yield Link(
            "person-check", _("Admissions and confirmations"),
            _("%(count)s wait for the committee's approval.") % {"count": waiting}, reverse("meetings:membership-list"),
        )  # fmt: skip


def member_links(member: Member, user: User) -> Iterator[Link]:
    """The meetings and votes that decided about the membership, for who may read them. One query."""
    paths = user.standing.paths(Capability.VIEW_MEETINGS)
    if not paths:
        return
    here = subtree("vote__item__meeting__organization__path", paths)
    steps = MembershipStep.objects.standing().filter(here, member=member).with_place()
    for step in steps.order_by("vote__item__meeting__day"):
        yield Link("clipboard-check", str(step.vote.get_subject_display()), said(step), step.get_absolute_url())


def said(step: MembershipStep) -> str:
    """The meeting, and what became of it above."""
    meeting = step.vote.item.meeting
    facts = {
        "day": date_format(meeting.day, "DATE_FORMAT"),
        "meeting": meeting.name,
        "state": step.get_state_display(),
        "on": date_format(step.decided_on, "DATE_FORMAT") if step.decided_on else "",
    }
    if step.decided_on:
        return _("%(meeting)s of %(day)s; %(state)s on %(on)s") % facts
    return _("%(meeting)s of %(day)s; %(state)s") % facts
