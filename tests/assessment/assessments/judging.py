"""Assessments to test with: a scheme of the district with two parts, people's clauses and a veto."""

import uuid
from datetime import date
from decimal import Decimal

from django.urls import reverse

from assessment.assessments import computing_queries
from assessment.assessments.judging_services import confirm_values, enter_nothing_found, enter_value
from assessment.assessments.services import begin, compute_waiting, show_to_branch
from assessment.choices import ClauseKind, Counted, IndicatorPart, SchemeState
from assessment.models import Assessment, Band, Clause, Indicator, Scheme
from assessment.schemes.rules import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights
from assessment.schemes.services import store_plan
from members.access.queries import access_for
from members.choices import OfficeKind
from members.models import User
from rulebook.metric import Fact, Metric
from tests.cast import TODAY, make_user

D = Decimal
MEETINGS = "meetings.general_meeting"
URL = "/meetings/1/"
ONE, MOST = D(1), D(95)


def record_says(monkeypatch, done=(1, 1, 0)):
    """Quarters with a meeting or without: what the record says of every branch, whatever is stored."""
    facts = [
        Fact(f"meeting:{number}", f"第{number + 1}季度党员大会", date(TODAY.year, 3 * number + 3, 20), held, 1, 0, URL)
        for number, held in enumerate(done)
    ]
    metric = Metric(MEETINGS, "", "", "", "", "", "", "", facts=lambda path, first, last, on: facts)
    monkeypatch.setattr(computing_queries, "all_metrics", lambda: {MEETINGS: metric})


def plan(*, weights=Weights(), year=TODAY.year, code="shibei", total=D(100)):  # noqa: B008 - frozen
    """Meetings by the record; plans and work by people."""
    indicators = (
        IndicatorPlan("1", "党务工作", D(60)),
        IndicatorPlan(
            "1.1", "党员大会", D(40), parent="1", basis="会议记录",
            clauses=(
                ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "少开一次扣5分", metric="meetings.general_meeting",
                           points=D(5), cap=D(20)),
            ),
        ),
        IndicatorPlan(
            "1.2", "工作计划", D(20), parent="1",
            clauses=(
                ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "缺一份材料扣2分", points=D(2)),
                ClausePlan(ClauseKind.VETO, "支部书记严重违纪", band_rank=3),
            ),
        ),
        IndicatorPlan("2", "业务工作", D(40), part=IndicatorPart.BUSINESS),
        IndicatorPlan(
            "2.1", "年度目标", D(40), parent="2", part=IndicatorPart.BUSINESS,
            clauses=(
                ClausePlan(ClauseKind.TIERED, "完成目标", counted=Counted.DONE,
                           tiers=((D(90), D(40)), (D(60), D(25)), (D(0), D(0)))),
            ),
        ),
    )  # fmt: skip
    bands = (BandPlan(1, "好", D(90), 30), BandPlan(2, "较好", D(70)), BandPlan(3, "差", D(0)))
    return SchemePlan(
        code=code, title="支部考核办法", year=year, total=total, indicators=indicators, bands=bands, weights=weights
    )


def scheme_of(cast, organization=None, **facts):
    stored = store_plan(plan=plan(**facts), organization=organization or cast.district, by=cast.district_staff)
    Scheme.objects.filter(pk=stored.pk).update(state=SchemeState.IN_FORCE, in_force_since=TODAY)
    return Scheme.objects.select_related("organization").get(pk=stored.pk)


def begun(cast, *branches, scheme=None, **facts):
    """Assessments of the branches, computed; the first of them."""
    scheme = scheme or scheme_of(cast, **facts)
    places = branches or (cast.branch,)
    begin(scheme=scheme, branches=places, on=TODAY, by=cast.district_staff)
    compute_waiting(on=TODAY)
    return Assessment.objects.get(scheme=scheme, organization=places[0])


def second(cast) -> User:
    """The second person of the committee."""
    found = User.objects.filter(username="second").first()
    return by(found or make_user("second", OfficeKind.COMMITTEE_STAFF, cast.district))


def by(user):
    user.access = access_for(user, on=TODAY)
    return user


def indicator(one, code="1.2"):
    return Indicator.objects.get(scheme=one.scheme, code=code)


def clause(one, code="1.2", position=0):
    rows = Clause.objects.filter(indicator__scheme=one.scheme, indicator__code=code).order_by("position")
    return rows.select_related("indicator")[position]


def band(one, rank=1):
    return Band.objects.get(scheme=one.scheme, rank=rank)


def entered(one, user, about=None, value=ONE, **facts):
    known = {"basis": "查阅年度台账", "key": uuid.uuid4()}
    return enter_value(assessment=one, about=about or clause(one), value=value, by=user, **known | facts)


def confirmed(one, cast, about=None, value=ONE):
    made = entered(one, cast.district_staff, about, value)
    confirm_values(assessment=one, keys={made.pk}, on=TODAY, by=second(cast))
    return made


def completed(one, cast, share=MOST):
    """Everything that people enter is there: nothing found, and the tier."""
    enter_nothing_found(assessment=one, basis="未发现", key=uuid.uuid4(), by=cast.district_staff)
    entered(one, cast.district_staff, clause(one, "2.1"), share)
    keys = set(one.values.waiting().values_list("pk", flat=True))
    confirm_values(assessment=one, keys=keys, on=TODAY, by=second(cast))
    return again(one)


def shown(one, cast):
    return again(show_to_branch(assessment=one, on=TODAY, by=cast.district_staff))


def again(one):
    return Assessment.objects.select_related("organization", "scheme", "band", "veto", "decided_band").get(pk=one.pk)


def page(one, name="assessment-detail", *more):
    return reverse(f"assessment:{name}", args=[one.pk, *more])
