"""Assessment's part of `manage.py generate`: a scheme in force over all branches, goals, posts, training, practices."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.db import models, transaction
from django.utils import timezone

from assessment.assessments.models import Assessment, ManualValue
from assessment.assessments.services import begin, compute_waiting
from assessment.cadres.models import CadrePost, Conditions, Training
from assessment.choices import ClauseKind, GoalState, PostShare, PracticeKind, PracticeState, ValueState
from assessment.goals.models import Goal, GoalStep
from assessment.practices.models import Adoption, Practice
from assessment.schemes.models import Clause
from assessment.schemes.services import put_in_force, store_plan
from audit.services import record
from branchweb.demo.schemes import this_year
from members.choices import OfficeKind
from members.models import Office, Organization, User

MOST_COMPUTED = 300
"""Branches whose points are computed at once; the others wait for the job, as after a new scheme."""
VALUES_OF = 3
"""Every so many branches lack the values that people enter."""
GOALS = ("降低小区纠纷", "完成年度技改", "办好老年食堂", "提高窗口满意度")
STATES = (GoalState.PLANNED, GoalState.PLANNED, GoalState.CHECKED, GoalState.REACHED)
PRACTISES = 50
"""Every so many branches have published a practice."""
BASIS = "年中实地考核记录"


@transaction.atomic
def generate_assessment(*, root: Organization, months: int, seed: int, on: date, by: str = "system") -> int:
    """Add a year's assessment; of how many branches points were computed. Needs `generate_offices` before."""
    if not months:
        return 0
    random = Random(f"{seed} assessment {root.code}")  # noqa: S311 - invented, no secret
    staff, second = _two_of(root)
    rows = [row for held in _secretaries(root) for row in _of_branch(held, random, on)]
    models_in_order: tuple[type[models.Model], ...] = (CadrePost, Training, Conditions, Goal, GoalStep)
    for model in models_in_order:
        model._base_manager.bulk_create([row for row in rows if type(row) is model], batch_size=500)
    _practices(root, on)
    computed = _assess(root, staff, second, on)
    record(
        action="generate_assessment", by=by, subject=root, organization_code=root.code, details={"branches": computed}
    )
    return computed


def _two_of(root: Organization) -> tuple[User, User]:
    kinds = (OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY)
    held = {one.kind: one.user for one in root.offices.filter(kind__in=kinds).select_related("user")}
    return held[kinds[0]], held[kinds[1]]


def _secretaries(root: Organization) -> Iterator[Office]:
    rows = Office.objects.filter(kind=OfficeKind.SECRETARY, organization__path__startswith=root.path)
    yield from rows.select_related("organization", "member__user").order_by("organization__path")


def _of_branch(held: Office, random: Random, on: date) -> Iterator[models.Model]:
    place, member = held.organization, held.member
    assert member is not None  # noqa: S101 - a branch's secretary is one of its members
    yield CadrePost(
        organization=place, member=member, post="党支部书记", share=PostShare.PART_TIME,
        percent=random.choice((20, 30, 50)), valid_from=on - timedelta(days=random.randrange(200, 1_000)),
    )  # fmt: skip
    yield Training(
        organization=place, member=member, held_on=on - timedelta(days=random.randrange(200)),
        subject="党支部书记培训班", hours=random.choice((8, 16)), recorded_by=member.user,
    )  # fmt: skip
    yield Conditions(organization=place, year=on.year, rooms=1, square_metres=60, recorded_by=member.user)
    for title in random.sample(GOALS, 2):
        yield from _goal(held, title, random.choice(STATES), on)


def _goal(held: Office, title: str, state: GoalState, on: date) -> Iterator[models.Model]:
    january, looked = date(on.year, 1, 10), min(date(on.year, 7, 1), on)
    check = {"checked_on": looked, "check_words": "进展正常。", "on_track": True} if state != GoalState.PLANNED else {}
    ending = {"ended_on": on, "result_words": "按期完成。"} if state == GoalState.REACHED else {}
    goal = Goal(
        organization=held.organization, year=on.year, title=title, target="比去年提高一成", party_work="党员包片负责",
        responsible=held.member, state=state, planned_on=min(january, on), **check, **ending,
    )  # fmt: skip
    yield goal
    if check:
        yield GoalStep(goal=goal, on=looked, text="开了协调会。", by=held.member.user)  # type: ignore[union-attr]


def _practices(root: Organization, on: date) -> None:
    """Some branches have published one, and the next branch has taken it over."""
    offices = list(_secretaries(root))
    for number in range(0, len(offices), PRACTISES):
        held = offices[number]
        practice = Practice.objects.create(
            organization=held.organization, kind=list(PracticeKind)[number // PRACTISES % len(PracticeKind)],
            title="错时开会", problem="跑运输的同志赶不回来。", solution="双月改在周六上午。",
            state=PracticeState.PUBLISHED, published_on=on, written_by=held.member.user,  # type: ignore[union-attr]
        )  # fmt: skip
        for other in offices[number + 1 : number + 2]:
            by = other.member.user  # type: ignore[union-attr]
            Adoption.objects.create(practice=practice, organization=other.organization, adopted_on=on, by=by)


def _assess(root: Organization, staff: User, second: User, on: date) -> int:
    plan = this_year(on.year)
    scheme = store_plan(plan=plan, organization=root, by=staff)
    since = min(date(on.year, 3, 1), on)
    scheme = put_in_force(
        scheme=scheme, approved_by=plan.approved_by, document=plan.document, since=since, on=on, by=staff
    )
    begin(scheme=scheme, branches=Organization.objects.below(root.path).branches().standing_on(on), on=on, by=staff)
    assessments = Assessment.objects.filter(scheme=scheme).order_by("organization__path")
    clauses = list(Clause.objects.filter(indicator__scheme=scheme, metric=""))
    ManualValue.objects.bulk_create(
        (
            ManualValue(
                assessment=one, clause=clause, value=9 if clause.kind == ClauseKind.MANUAL else 0, basis=BASIS,
                entered_by=staff, state=ValueState.CONFIRMED, decided_by=second, decided_at=timezone.now(),
            )
            for number, one in enumerate(assessments)
            if number % VALUES_OF
            for clause in clauses
        ),
        batch_size=500,
    )  # fmt: skip
    first = list(assessments.values_list("pk", flat=True)[:MOST_COMPUTED])
    return compute_waiting(on=on, among=Assessment.objects.filter(pk__in=first))
