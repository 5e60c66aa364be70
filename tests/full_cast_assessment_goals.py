"""Joint goals, posts of party work, class hours and conditions of the full cast, in every place."""

from typing import TYPE_CHECKING

from assessment.models import CadrePost, Conditions, Goal, GoalStep, Training
from members.models import Organization, User
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

SPRING = TODAY.replace(month=4, day=8)


def goals_and_cadres(full: "FullCast") -> None:
    cast = full.cast
    for place, by in (
        (cast.branch, cast.secretary),
        (cast.next_branch, cast.next_secretary),
        (cast.other_branch, cast.other_secretary),
    ):
        _goal(full, place, by)
    for place, member, name in (
        (cast.county, cast.zhao, "zhao-county"),
        (cast.branch, cast.zhang, "zhang"),
        (cast.next_branch, cast.wang, "wang"),
    ):
        post = CadrePost.objects.create(
            organization=place, member=member, post="党务干事", share="part_time", percent=30, valid_from=SPRING
        )
        full.keep(post, name)
    for place, member, name in (
        (cast.branch, cast.zhang, "zhang"),
        (cast.branch, cast.li, "li-without-post"),
        (cast.next_branch, cast.wang, "wang"),
        (cast.county, cast.zhao, "zhao-county"),
    ):
        training = Training.objects.create(
            organization=place, member=member, held_on=SPRING, subject="支部书记培训班", hours=16,
            recorded_by=cast.secretary,
        )  # fmt: skip
        full.keep(training, name)
    for place in (cast.county, cast.district, cast.branch, cast.next_branch, cast.other_branch):
        kept = Conditions.objects.create(organization=place, year=2026, rooms=1, recorded_by=cast.county_staff)
        full.keep(kept, place.code)


def _goal(full: "FullCast", place: Organization, by: User) -> None:
    goal = Goal.objects.create(
        organization=place, year=2026, title="装上电梯", target="装好六部", party_work="党员楼长上门",
        responsible_name="周主任", planned_on=SPRING,
    )  # fmt: skip
    full.keep(goal, place.code)
    full.keep(GoalStep.objects.create(goal=goal, on=SPRING, text="签了协议", by=by), place.code)
