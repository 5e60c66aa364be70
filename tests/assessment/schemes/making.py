"""Schemes to test with."""

from dataclasses import replace
from decimal import Decimal

from assessment.choices import ClauseKind, Counted, Cycle, Every, IndicatorPart
from assessment.schemes.rules import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights

METRICS = frozenset({"meetings.general_meeting", "meetings.attendance", "dues.paid"})


def points(text: str) -> Decimal:
    return Decimal(text)


def missing(**facts) -> ClausePlan:
    known = {"points": points("1"), "cap": points("4"), "metric": "meetings.general_meeting"}
    return ClausePlan(ClauseKind.DEDUCT_PER_MISSING, **{"text": "党员大会每少一次扣1分"} | known | facts)


def tiered(**facts) -> ClausePlan:
    tiers = ((points("90"), points("10")), (points("75.5"), points("6")), (points("0"), points("0")))
    known = {"text": "出勤率分档", "metric": "meetings.attendance", "counted": Counted.SHARE, "tiers": tiers}
    return ClausePlan(ClauseKind.TIERED, **known | facts)


def flat(**facts) -> ClausePlan:
    return ClausePlan(ClauseKind.DEDUCT_FLAT, **{"text": "党费未公示的扣2分", "points": points("2")} | facts)


def ratio(**facts) -> ClausePlan:
    known = {"metric": "dues.paid", "points": points("0.5"), "cap": points("5"), "full_at": 95, "step": 5}
    return ClausePlan(ClauseKind.RATIO_STEP, **{"text": "党费收缴率每低5%扣0.5分"} | known | facts)


def bonus(**facts) -> ClausePlan:
    return ClausePlan(
        ClauseKind.BONUS, **{"text": "获上级表彰每次加2分", "points": points("2"), "cap": points("4")} | facts
    )


def manual(**facts) -> ClausePlan:
    return ClausePlan(ClauseKind.MANUAL, **{"text": "业务工作完成情况由考核组评分"} | facts)


def veto(**facts) -> ClausePlan:
    return ClausePlan(ClauseKind.VETO, **{"text": "班子成员受党纪处分的定为较差", "band_rank": 3} | facts)


def line(code: str, max_points: str, parent: str = "", *clauses: ClausePlan, **facts) -> IndicatorPlan:
    known = {"title": f"指标{code}", "clauses": clauses}
    return IndicatorPlan(code=code, max_points=points(max_points), parent=parent, **known | facts)


LINES = (
    line("1", "60", title="组织生活", cycle=Cycle.QUARTER, basis="会议记录"),
    line("1.1", "50", "1", missing(expected=1, every=Every.QUARTER), flat(), ratio(), cycle=Cycle.MONTH),
    line("1.2", "10", "1", tiered()),
    line("2", "40", title="业务工作", part=IndicatorPart.BUSINESS),
    line("2.1", "40", "2", manual(), part=IndicatorPart.BUSINESS),
    line("3", "4", "", bonus(), title="加分项", cycle=Cycle.EVENT),
    line("4", "0", "", veto(), title="一票否决", cycle=Cycle.EVENT),
)
BANDS = (
    BandPlan(1, "好", points("90"), 30),
    BandPlan(2, "较好", points("75")),
    BandPlan(3, "较差", points("0")),
)
PLAN = SchemePlan(
    code="district-2026",
    title="党支部工作考核办法",
    year=2026,
    total=points("100"),
    indicators=LINES,
    bands=BANDS,
    weights=Weights(10, 10, 70, 10),
    unit_kind="community",
    document="城党〔2026〕3号",
    approved_by="镇党委会",
    objection_days=7,
)


def with_line(number: str, **facts) -> SchemePlan:
    return replace(PLAN, indicators=tuple(replace(one, **facts) if one.code == number else one for one in LINES))


def with_clause(clause: ClausePlan, code: str = "2.1") -> SchemePlan:
    return with_line(code, clauses=(clause,))
