"""The demo's schemes, the branches assessed by them, and a scheme of the towns' own."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from assessment.assessments.judging_services import enter_value, give_answer, give_view, raise_objection
from assessment.assessments.models import Assessment, ManualValue
from assessment.assessments.queries import branches_of
from assessment.assessments.services import begin, compute_waiting, publish, show_to_branch, store
from assessment.choices import AssessmentState, ClauseKind, Counted, Cycle, IndicatorPart, Satisfaction, ValueState
from assessment.schemes.import_services import SAMPLES, keep_import, read_workbook
from assessment.schemes.models import Clause, Scheme
from assessment.schemes.rules import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights
from assessment.schemes.services import put_in_force, retire_scheme, store_plan
from branchweb.demo.county import COUNTY, HOME_BRANCH
from branchweb.demo.dues import account_of
from members.choices import OfficeKind
from members.models import Member, Office, Organization, User
from rulebook.dates import add_months

CLOSED_AFTER = 3
"""In the first months of a year the year before is still being assessed."""


def year_assessed(on: date) -> int:
    """The year that is being assessed on that day; the one before it is closed."""
    return add_months(on, -CLOSED_AFTER).year


def county() -> Organization:
    return Organization.objects.get(code=COUNTY)


def two_of_the_county() -> tuple[User, User]:
    """Who enters a value, and who confirms it."""
    return User.objects.get(username=OfficeKind.COMMITTEE_STAFF), User.objects.get(
        username=OfficeKind.COMMITTEE_SECRETARY
    )


def secretaries(on: date) -> dict[str, User]:
    """Code of a branch → who leads it and can log in."""
    held = Office.objects.holding(on).filter(kind=OfficeKind.SECRETARY)
    rows = held.select_related("organization", "user", "member__user").order_by("organization__path", "pk")
    return {office.organization.code: user for office in rows if (user := account_of(office))}


TITLE = "党支部工作考核办法"
BANDS = (BandPlan(1, "好", D(90), 30), BandPlan(2, "较好", D(75)), BandPlan(3, "一般", D(60)), BandPlan(4, "差", D(0)))
PER, FLAT, TIERED, RATIO = (
    ClauseKind.DEDUCT_PER_MISSING, ClauseKind.DEDUCT_FLAT, ClauseKind.TIERED, ClauseKind.RATIO_STEP
)  # fmt: skip
BONUS, MANUAL, VETO = ClauseKind.BONUS, ClauseKind.MANUAL, ClauseKind.VETO
ATTENDED = ((D(90), D(8)), (D(80), D(6)), (D(60), D(3)), (D(0), D(0)))
MONTH, QUARTER, EVENT = Cycle.MONTH, Cycle.QUARTER, Cycle.EVENT
BUSINESS = IndicatorPart.BUSINESS
VETO_WORDS = "书记或班子成员受到党纪处分，定为“差”"


def line(code: str, title: str, points: int, *clauses: ClausePlan, **more: object) -> IndicatorPlan:
    parent = code.rpartition(".")[0]
    return IndicatorPlan(code, title, D(points), parent=parent, clauses=clauses, **more)  # type: ignore[arg-type]


def per_missing(metric: str, text: str, points: str, cap: str | None = None) -> ClausePlan:
    return ClausePlan(PER, text, metric, points=D(points), cap=D(cap) if cap else None)


def once(metric: str, text: str, points: str) -> ClausePlan:
    return ClausePlan(FLAT, text, metric, points=D(points))


def by_step(metric: str, text: str, points: str, step: int, cap: str) -> ClausePlan:
    return ClausePlan(RATIO, text, metric, points=D(points), cap=D(cap), full_at=100, step=step)


def by_hand(text: str) -> ClausePlan:
    return ClausePlan(MANUAL, text)


def this_year(year: int) -> SchemePlan:
    """Counts what is on record; people enter the unit's results, honours, and whether there was a veto."""
    return SchemePlan(
        code=f"青禾-支部-{year}", title=TITLE, year=year, total=D(100), indicators=COUNTED, bands=BANDS,
        weights=Weights(self_view=10, peer=0, superior=75, members=15), document=f"青禾组〔{year}〕3号",
        approved_by="县委组织部部务会", objection_days=10,
    )  # fmt: skip


def last_year(year: int) -> SchemePlan:
    """The same in short, all of it found by people."""
    return SchemePlan(
        code=f"青禾-支部-{year}", title=TITLE, year=year, total=D(100), indicators=BY_HAND, bands=BANDS,
        document=f"青禾组〔{year}〕5号", approved_by="县委组织部部务会", objection_days=10,
    )  # fmt: skip


def communities(year: int) -> SchemePlan:
    """A town's own, for its communities, in which members say what they think of it."""
    return SchemePlan(
        code=f"城关-社区-{year}", title="社区党支部服务群众评议", year=year, total=D(100), indicators=SERVING,
        bands=(BandPlan(1, "满意", D(85)), BandPlan(2, "基本满意", D(60)), BandPlan(3, "不满意", D(0))),
        weights=Weights(self_view=10, peer=10, superior=50, members=30), unit_kind="community",
        document=f"城关委〔{year}〕12号",
        approved_by="城关镇党委会", objection_days=7,
    )  # fmt: skip


COUNTED = (
    line("1", "班子和队伍", 20),
    line(
        "1.1", "班子健全，按期换届", 8,
        once("members.terms", "任期届满未换届，扣3分", "3"),
        once("members.committee", "正式党员7人以上未设支委会，扣2分", "2"),
        once("members.secretary", "没有书记，扣3分", "3"),
        ClausePlan(VETO, VETO_WORDS, band_rank=4),
        basis="选举结果报告和批复",
    ),
    line("1.2", "联系不易参加活动的党员", 12, by_step("members.contact", "按时联系每少10%，扣2分", "2", 10, "12")),
    line("2", "组织生活", 30),
    line(
        "2.1", "三会一课和主题党日", 16,
        per_missing("meetings.general_meeting", "党员大会每缺一次，扣2分", "2", "8"),
        per_missing("meetings.committee_meeting", "支委会每缺一次，扣0.5分", "0.5", "4"),
        per_missing("meetings.party_lecture", "党课每缺一次，扣1分", "1", "4"),
        per_missing("meetings.theme_day", "主题党日每缺一次，扣0.5分", "0.5", "4"),
        cycle=MONTH, basis="会议记录和签到",
    ),
    line(
        "2.2", "到会情况", 8,
        ClausePlan(TIERED, "到会率90%以上8分，80%以上6分，60%以上3分", "meetings.attendance",
                   counted=Counted.SHARE, tiers=ATTENDED),
        cycle=QUARTER,
    ),
    line("2.3", "会议记录定稿", 6, per_missing("meetings.minutes", "记录未定稿每次扣0.5分", "0.5", "6")),
    line("3", "党费", 12),
    line("3.1", "按月交纳", 8, by_step("dues.paid", "按月交齐每少5%，扣1分", "1", 5, "8"), cycle=MONTH),
    line("3.2", "向党员公布", 4, once("dues.disclosure", "一年未公布，扣4分", "4")),
    line("4", "监督和整改", 14),
    line("4.1", "谈心谈话", 4, once("supervision.talks", "应谈未谈，扣2分", "2")),
    line("4.2", "问题整改", 6, per_missing("supervision.problems", "到期未整改每项扣1分", "1", "6")),
    line("4.3", "答复意见建议", 4, per_missing("supervision.suggestions", "逾期未答复每条扣1分", "1", "4")),
    line("5", "本单位工作", 24, part=BUSINESS),
    line("5.1", "完成年度目标任务", 14, by_hand("按单位年度考核结果给分"), part=BUSINESS, basis="单位年度考核通报"),
    line(
        "5.2", "党建业务共同目标", 10, by_step("assessment.goals", "到期目标未实现每20%，扣2分", "2", 20, "10"),
        part=BUSINESS, basis="共同目标和年中检查",
    ),
    line(
        "6", "表彰加分", 5, ClausePlan(BONUS, "县级以上表彰每项加2分，最多5分", points=D(2), cap=D(5)),
        cycle=EVENT, basis="表彰文件",
    ),
)  # fmt: skip
BY_HAND = (
    line("1", "班子健全，按期换届", 15, by_hand("查阅选举材料给分"), ClausePlan(VETO, VETO_WORDS, band_rank=4)),
    line("2", "三会一课", 30, ClausePlan(PER, "每缺一次扣2分", points=D(2), cap=D(30)), basis="会议记录本"),
    line("3", "党员教育管理", 15, by_hand("查阅学习记录、联系记录给分")),
    line("4", "党费收缴", 10, ClausePlan(RATIO, "收缴率每少5%扣1分", points=D(1), cap=D(10), full_at=100, step=5)),
    line("5", "本单位工作", 30, by_hand("按单位年度考核结果给分"), part=BUSINESS, basis="单位年度考核通报"),
)
SERVING = (
    line("1", "群众诉求办理", 60, ClausePlan(PER, "超期未办每件扣3分", points=D(3), cap=D(60)), cycle=QUARTER),
    line("2", "走访居民", 40, by_hand("按走访记录给分"), basis="走访记录"),
)


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
    scheme = in_force(last_year(year), county(), date(year, 3, 1), on)
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
    scheme = in_force(this_year(year), county(), date(year, 3, 1), on)
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


TOWN = "chengguan"


def fill_communities(*, on: date) -> None:
    year = year_assessed(on)
    town = Organization.objects.get(code=TOWN)
    by, _second = two_of_the_county()
    scheme = in_force(communities(year), town, date(year, 4, 1), on)
    begin(scheme=scheme, branches=branches_of(scheme, on=on), on=on, by=by)
    for number, one in enumerate(Assessment.objects.filter(scheme=scheme).select_related("organization")):
        answers(one, 4 + number)
    _upload(town, year, by)
    compute_waiting(on=on, among=Assessment.objects.filter(scheme=scheme))


def _upload(town: Organization, year: int, by: User) -> None:
    sample = SAMPLES[0]
    found = read_workbook(sample.path, name=sample.name, organization=town, year=year)
    keep_import(found, key=key("upload"), organization=town, by=by)
