"""Branches assessed: last year's locked with grades; this year's on the way, one with an objection that waits."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from assessment.choices import AssessmentState, ClauseKind, Satisfaction, ValueState
from assessment.demo import plans
from assessment.demo.people import county, secretaries, two_of_the_county, year_assessed
from assessment.models import Assessment, Clause, ManualValue, Scheme
from assessment.rules.plan import SchemePlan
from assessment.services.assessing import begin, compute_waiting
from assessment.services.computing import store
from assessment.services.objections import raise_objection
from assessment.services.plans import store_plan
from assessment.services.publishing import publish, show_to_branch
from assessment.services.satisfaction import give_answer
from assessment.services.schemes import put_in_force, retire_scheme
from assessment.services.values import enter_value
from assessment.services.views_given import give_view
from members.demo.county import HOME_BRANCH
from members.models import Member, Organization, User

MEETING = "县委常委会"
FOUND = {"1": (15, 14, 12, 9), "2": (0, 1, 3, 7), "3": (14, 13, 11, 8), "4": (100, 98, 92, 75), "5": (28, 26, 23, 17)}
"""Indicator of last year's scheme → what was found in branches that do better or worse: points, how often, per cent."""
STANDS = (0, 1, 1, 2, 0, 1, 0, 2, 1, 0, 1, 0, 2, 1, 2, 3, 1, 2, 0, 0)
"""Which of these, in tree order."""
RESULTS = (D(14), D(12), D("12.5"), D(11), D(9), D(13))
BASIS = {"5.1": "县级部门年度考核通报，第三页", "6": "县委“两优一先”表彰决定", "1.1": "县纪委监委回复函"}
OBJECTION = "三位老同志九月里去走访过，记在走访本上，没有及时录入。请核对走访本后再算。"
SHOWN = {HOME_BRANCH: 3, "hongqi-2": 3, "retired-1": 6, "retired-2": 20, "chengguan-office": 20}
"""Branches to which theirs was shown so many days ago."""
OWN_WORDS = "组织生活按时，流动党员联系还不够；老年食堂项目按期完成。"


def fill(*, on: date) -> None:
    """The year before is closed; of this one it depends on the day how much is on record."""
    year = year_assessed(on)
    branches = list(Organization.objects.below(county().path).branches().standing_on(on).in_tree_order())
    _closed(branches, year - 1, on)
    _running(branches, year, on)


def key(name: str) -> UUID:
    """The same county has the same keys."""
    return uuid5(NAMESPACE_URL, f"demo assessment {name}")


def in_force(plan: SchemePlan, place: Organization, since: date, on: date) -> Scheme:
    """Built, adopted, and begun with by the committee's staff."""
    by, _second = two_of_the_county()
    scheme = store_plan(plan=plan, organization=place, by=by, key=key(plan.code))
    given: dict[str, Any] = {"approved_by": plan.approved_by, "document": plan.document, "since": min(since, on)}
    return put_in_force(scheme=scheme, on=on, by=by, **given)


# --- Last year's ------------------------------------------------------------------------------------------------------
def _closed(branches: list[Organization], year: int, on: date) -> None:
    """Values by two persons, points by the services; then shown, published and locked, all on the same days."""
    by, second = two_of_the_county()
    scheme = in_force(plans.last_year(year), county(), date(year, 3, 1), on)
    begin(scheme=scheme, branches=branches, on=on, by=by)
    rows = list(
        Assessment.objects.filter(scheme=scheme).select_related("organization", "scheme").order_by("organization__path")
    )
    clauses = list(Clause.objects.filter(indicator__scheme=scheme).select_related("indicator"))
    ManualValue.objects.bulk_create(
        _found(one, clause, number, by, second) for number, one in enumerate(rows) for clause in clauses
    )
    for one in rows:
        store(assessment=one, on=date(year, 12, 31), by=by)
    _lock(rows, year)
    retire_scheme(scheme=scheme, reason="今年起按新办法考核", by=by)


def _found(one: Assessment, clause: Clause, number: int, by: User, second: User) -> ManualValue:
    code = clause.indicator.code
    return ManualValue(
        key=key(f"{one.pk} {clause.pk}"), assessment=one, clause=clause, entered_by=by, decided_by=second,
        value=0 if clause.kind == ClauseKind.VETO else FOUND[code][_stands(code, number)],
        basis="年终实地考核记录",
        state=ValueState.CONFIRMED, decided_at=timezone.now(),
    )  # fmt: skip


def _stands(code: str, number: int) -> int:
    """Now and then one place worse than the branch is else."""
    return min(STANDS[number % len(STANDS)] + int((number + int(code)) % 5 == 0), 3)


def _lock(rows: list[Assessment], year: int) -> None:
    """A meeting decided the grade by the points, but for the best ones beyond the quota."""
    locked = list(
        Assessment.objects.filter(pk__in=[one.pk for one in rows])
        .select_related("band")
        .order_by("-total", "organization__path")
    )
    bands = {band.rank: band for band in locked[0].scheme.bands.all()}
    most = len(locked) * (bands[1].quota_percent or 100) // 100
    for number, one in enumerate(locked):
        rank = one.band.rank if one.band else 4
        one.decided_band = bands[2 if rank == 1 and number >= most else rank]
        one.state, one.decided_with, one.decided_on = AssessmentState.LOCKED, MEETING, date(year + 1, 2, 6)
        one.shown_on, one.objections_until = date(year + 1, 1, 12), date(year + 1, 1, 22)
        one.published_on, one.locked_on = date(year + 1, 2, 9), date(year + 1, 2, 27)
    fields = ("decided_band", "state", "decided_with", "decided_on", "shown_on", "objections_until", "published_on")
    Assessment.objects.bulk_update(locked, [*fields, "locked_on"])


# --- This year's ------------------------------------------------------------------------------------------------------
def _running(branches: list[Organization], year: int, on: date) -> None:
    by, _second = two_of_the_county()
    scheme = in_force(plans.this_year(year), county(), date(year, 3, 1), on)
    begin(scheme=scheme, branches=branches, on=on, by=by)
    rows = {one.organization.code: one for one in _rows(scheme)}
    for number, one in enumerate(rows.values()):
        _enter(one, number)
    _views(rows, on)
    for code, days in SHOWN.items():
        _show(rows[code], on - timedelta(days=days), on)
    _object(rows[HOME_BRANCH], on)
    compute_waiting(on=on, among=Assessment.objects.filter(scheme=scheme))


def _rows(scheme: Scheme) -> list[Assessment]:
    found = Assessment.objects.filter(scheme=scheme).select_related("organization", "scheme")
    return list(found.order_by("organization__path"))


def _enter(one: Assessment, number: int) -> None:
    """What people found: of every fourth branch nobody has looked yet, of some it waits for the second person."""
    if number % 4 == 3:
        return
    by, second = two_of_the_county()
    waits = one.organization.code != HOME_BRANCH and number % 6 == 2
    decided = {} if waits else {"state": ValueState.CONFIRMED, "decided_by": second, "decided_at": timezone.now()}
    clauses = Clause.objects.filter(indicator__scheme=one.scheme, metric="").select_related("indicator")
    ManualValue.objects.bulk_create(
        ManualValue(
            key=key(f"{one.pk} {clause.pk}"), assessment=one, clause=clause, value=_value(clause, number),
            basis=BASIS[clause.indicator.code], entered_by=by, **decided,
        )
        for clause in clauses
    )  # fmt: skip


def _value(clause: Clause, number: int) -> D:
    """The unit's own result, now and then an honour, and no veto."""
    if clause.kind == ClauseKind.MANUAL:
        return RESULTS[number % len(RESULTS)]
    return D(int(clause.kind == ClauseKind.BONUS and number % 5 == 0))


def _views(rows: dict[str, Assessment], on: date) -> None:
    """The first branches say what they think of themselves, and what their members think."""
    leaders = secretaries(on)
    for number, (code, one) in enumerate(list(rows.items())[:8]):
        if code in leaders:
            give_view(
                assessment=one, organization=one.organization, points=D(86 + number), words=OWN_WORDS,
                key=key(f"view {code}"), on=on, by=leaders[code],
            )  # fmt: skip
        answers(one, 9 + number)


def answers(one: Assessment, most: int) -> None:
    """Not of those who can log in: they find the question open."""
    members = Member.objects.below(one.organization.path).filter(user__isnull=True).order_by("pk")[:most]
    for number, member in enumerate(members.values_list("pk", flat=True)):
        answer = Satisfaction.FAIRLY if number % 4 == 1 else Satisfaction.NOT if number == 6 else Satisfaction.SATISFIED
        give_answer(assessment=one, member_id=member, answer=answer)


def _show(one: Assessment, day: date, on: date) -> None:
    """To the branch; published where the days for objections are over."""
    by, second = two_of_the_county()
    shown = show_to_branch(assessment=one, on=day, by=second)
    if shown.objections_until and shown.objections_until < on - timedelta(days=5):
        publish(assessment=shown, on=on - timedelta(days=5), by=by)


def _object(home: Assessment, on: date) -> None:
    """The branch of who tries the demo disagrees, and a value waits for the second person."""
    by, _second = two_of_the_county()
    lines = {one.code: one for one in home.scheme.indicators.all()}
    raise_objection(
        assessment=home, indicator=lines["1.2"], text=OBJECTION, key=key("objection"), on=on - timedelta(days=1),
        by=secretaries(on)[HOME_BRANCH],
    )  # fmt: skip
    bonus = Clause.objects.get(indicator=lines["6"])
    enter_value(
        assessment=home, about=bonus, value=D(2), basis="补交：市级“最美食堂”表彰文件，9月", key=key("waiting"), by=by
    )
