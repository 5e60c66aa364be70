"""An assessment of every branch: one shown and objected to, one still put together, one published; values, views."""

from typing import TYPE_CHECKING

from django.utils import timezone

from assessment.models import (
    Assessment,
    BranchView,
    Clause,
    Indicator,
    ManualValue,
    Objection,
    SatisfactionAnswered,
    Scheme,
)
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

SHOWN = {"shown_on": TODAY, "objections_until": TODAY}


def judging(full: "FullCast") -> None:
    cast = full.cast
    clause = _clause(full)
    places = ((cast.branch, {"state": "shown", **SHOWN}), (cast.next_branch, {}),
              (cast.other_branch, {"state": "published", "published_on": TODAY, **SHOWN}))  # fmt: skip
    for place, facts in places:
        one = Assessment.objects.create(scheme=clause.indicator.scheme, organization=place, **facts)
        full.keep(one, place.code)
        full.keep(_value(full, one, clause, is_confirmed=True), place.code)
    of_branch = full.rows[Assessment]["branch"]
    full.keep(_value(full, of_branch, clause, is_confirmed=False), "branch-waiting")
    for part, code in ((cast.secretary, "branch"), (cast.other_secretary, "other-branch")):
        objection = Objection.objects.create(
            assessment=full.rows[Assessment][code], indicator=clause.indicator, text="材料已补", raised_by=part,
            raised_on=TODAY,
        )  # fmt: skip
        full.keep(objection, code)
    for place, source, user, name in (
        (cast.branch, "self", cast.secretary, "branch"),
        (cast.next_branch, "peer", cast.next_secretary, "next-branch@branch"),
    ):
        facts = {"points": 80, "words": "基本做到", "by": user, "given_on": TODAY}
        view = BranchView.objects.create(assessment=of_branch, organization=place, source=source, **facts)
        full.keep(view, name)
    full.keep(SatisfactionAnswered.objects.create(assessment=of_branch, member=cast.zhang), "zhang")


def _clause(full: "FullCast") -> Clause:
    """Of a scheme that asks for every view."""
    scheme = Scheme.objects.create(
        organization=full.cast.county, code="judged", title="支部考核办法", year=TODAY.year, state="in_force",
        in_force_since=TODAY, total=10, weight_self=10, weight_peer=10, weight_superior=60, weight_members=20,
    )  # fmt: skip
    indicator = Indicator.objects.create(scheme=scheme, position=1, code="1", title="工作计划", max_points=10)
    clause = Clause.objects.create(indicator=indicator, position=1, kind="manual", text="看计划和总结")
    for row in (scheme, indicator, clause):
        full.keep(row, "judged")
    return clause


def _value(full: "FullCast", one: Assessment, clause: Clause, *, is_confirmed: bool) -> ManualValue:
    decided = {"state": "confirmed", "decided_by": full.cast.county_staff, "decided_at": timezone.now()}
    return ManualValue.objects.create(
        assessment=one, clause=clause, value=8, basis="查阅台账", entered_by=full.cast.district_staff,
        **decided if is_confirmed else {},
    )  # fmt: skip
