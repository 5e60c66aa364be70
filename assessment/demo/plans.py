"""The demo's schemes: last year's, when everything was entered by hand, and this year's, which counts the record.

Indicators and points are invented; a county's own come from its document.
"""

from decimal import Decimal as D

from assessment.choices import ClauseKind, Counted, Cycle, Part
from assessment.rules.plan import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights

TITLE = "党支部工作考核办法"
BANDS = (BandPlan(1, "好", D(90), 30), BandPlan(2, "较好", D(75)), BandPlan(3, "一般", D(60)), BandPlan(4, "差", D(0)))
TOP = (("1", "班子和队伍", Part.PARTY), ("2", "组织生活", Part.PARTY), ("3", "党费", Part.PARTY))
PER, FLAT, TIERED, RATIO = (
    ClauseKind.DEDUCT_PER_MISSING, ClauseKind.DEDUCT_FLAT, ClauseKind.TIERED, ClauseKind.RATIO_STEP
)  # fmt: skip
BONUS, MANUAL, VETO = ClauseKind.BONUS, ClauseKind.MANUAL, ClauseKind.VETO
ATTENDED = ((D(90), D(8)), (D(80), D(6)), (D(60), D(3)), (D(0), D(0)))
MONTH, QUARTER, EVENT = Cycle.MONTH, Cycle.QUARTER, Cycle.EVENT
BUSINESS = Part.BUSINESS
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
