"""From which fact of the record a sentence can be computed: the words for it, and what is said about it.

Only what the program knows: that a meeting wasn't held it knows, that it was held carelessly it doesn't.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assessment.choices import Every

LACKING = (
    r"(?:未|没有?|不)(?:能)?(?:按[时期规月季年照要求定]{1,4}|及时|如期|正常|定期)?"
    r"(?:召开|开展|举行|举办|组织|进行|安排|落实|执行|完成|讲|上(?!报|级|交|缴)|开(?!具)|做|搞|参加)|"
    r"(?:少|缺|漏|差)(?:召?开|上|讲|做|搞|于|组织)?[1-9]|(?:少于|不足|不到|未达到?|达不到)\d|每(?:少|缺|漏)|缺项|得分"
)
"""What says that something wasn't done at all. "得分" for “不得分”, and for tiers, which say how often it was."""
CARELESS = re.compile(
    r"不规范|不认真|不到位|不严肃|不严格|不扎实|程序|流于形式|走过场|质量|效果|不够|不高|不符|结果|弄虚|材料"
)
KEPT_LATE = (
    r"(?:未|没有?|不)(?:能)?(?:按[时期规月]|及时|足额|如期|全额|缴|交|收)|不足额|欠[缴交]|拖欠|漏[缴交]|"
    r"收[缴交]率|[缴交]纳率"
)


@dataclass(frozen=True, slots=True)
class MetricWords:
    """A metric, the words for it, and what a sentence must say for the metric to be about it. Without a metric the
    record doesn't hold it, and words that name it name nothing else.

    `by_rule`: how often the regulations ask for it; empty where they give no number. `counts`: whether a scheme may
    ask for another number of it.
    """

    metric: str
    words: str
    lacking: str = LACKING
    by_rule: str = ""
    counts: bool = False
    is_whole: bool = False
    """It says once whether all is done, not how many are missing."""
    careless: bool = False
    """Whether it holds also where the sentence speaks of how it was done."""

    unless: str = ""
    """Words of something else that is called the same."""

    def named(self, text: str) -> bool:
        return re.search(self.words, text) is not None and not (self.unless and re.search(self.unless, text))

    def holds(self, text: str) -> bool:
        if not self.metric or (not self.careless and CARELESS.search(text)):
            return False
        return re.search(self.lacking, text) is not None


MINUTES = (
    r"(?:未|没有?|无|缺|少|漏)(?:做|作|有|形成|建立)?[^,;。]{0,8}(?:会议记录|记录|纪要)|"
    r"记录[^,;。]{0,4}(?:缺|少|不全|不齐)"
)
UNEXCUSED = r"无故|缺席|缺勤|旷会|不请假|未请假|未履行请假"
KNOWN = (
    MetricWords(
        "meetings.minutes",
        r"会议记录|[会议]纪要|记录",
        f"{MINUTES}|完整率|缺[1-9]|每(?:少|缺)",
        careless=True,
        unless=r"谈[心话]|学习|走访|培训|慰问|联系|自学|考勤|签到",
    ),
    MetricWords("meetings.explained", UNEXCUSED, UNEXCUSED, careless=True),
    MetricWords("meetings.attendance", r"(?:到会|参会|出勤|到课|参学|参与|参加|到场)率", r"率"),
    MetricWords(
        "meetings.general_meeting",
        r"支部党员大会|党员大会|支部大会|(?<!代表)党员会议",
        by_rule=Every.QUARTER,
        counts=True,
    ),
    MetricWords("meetings.committee_meeting", r"支委会|支部委员会", by_rule=Every.MONTH, counts=True),
    MetricWords("meetings.group_meeting", r"党小组会|小组会", by_rule=Every.MONTH, counts=True),
    MetricWords("meetings.theme_day", r"主题党日|党日活动|党员活动日|组织活动日", by_rule=Every.MONTH, counts=True),
    MetricWords(
        "", r"书记[^,;。]{0,8}(?:讲|上|授)[^,;。]{0,4}党?课|书记[^,;。]{0,4}党课",
        by_rule=Every.YEAR, counts=True,
    ),
    MetricWords("meetings.party_lecture", r"党课", counts=True),
    MetricWords("meetings.org_life_meeting", r"(?<!双重)组织生活会", by_rule=Every.YEAR, counts=True),
    MetricWords("meetings.democratic_evaluation", r"民主评议", by_rule=Every.YEAR, counts=True),
    MetricWords("dues.disclosure", r"党费[^,;。]{0,10}(?:公示|公布|公开)|(?:公示|公布|公开)[^,;。]{0,8}党费",
          r"(?:未|没有?|不)[^,;。]{0,10}(?:公示|公布|公开)"),
    MetricWords(
        "dues.remitted",
        r"上[缴交][^,;。]{0,6}党费|党费[^,;。]{0,8}上[缴交]",
        r"(?:未|没有?|不)[^,;。]{0,14}上[缴交]",
    ),
    MetricWords("dues.paid", r"党费", KEPT_LATE),
    MetricWords(
        "members.terms",
        r"换届",
        r"(?:未|没有?|不)(?:能)?(?:按[时期规]|及时|如期|进行|完成)?[^,;。]{0,6}换届|换届[^,;。]{0,6}不及时",
    ),
    MetricWords("members.committee", r"支部委员会|支委会|支委班子", r"(?:未|没有?|不)(?:设立?|建立|成立|选举产生)"),
    MetricWords(
        "members.secretary",
        r"书记",
        r"(?:未|没有?)(?:配备|配齐|选配|设)|书记(?:空缺|缺位|缺配)|(?:无|缺)(?:支部)?书记",
    ),
    MetricWords(
        "members.contact",
        r"联系|走访",
        r"(?:未|没有?|不)(?:按[时期规]|及时|定期)?(?:联系|走访)|失去联系|(?:联系|走访)率|缺[1-9]",
    ),
    MetricWords("members.transfers", r"组织关系", r"(?:未|没有?|不)(?:能)?(?:按[时期规]|及时)|转接率|不及时"),
    MetricWords("supervision.talks", r"谈心谈话|谈心|谈话", is_whole=True),
    MetricWords(
        "supervision.problems",
        r"整改",
        r"(?:未|没有?|不)[^,;。]{0,6}(?:整改|到位|完成)|整改[^,;。]{0,6}(?:不到位|未完成|不及时|率)",
        careless=True,
    ),
    MetricWords(
        "supervision.suggestions",
        r"意见建议|意见和建议|党员意见",
        r"(?:未|没有?|不)[^,;。]{0,6}(?:答复|回复|办理|反馈)|答复率",
    ),
    MetricWords("supervision.matters_studied", r"三重一大|重大事项|重大问题", counts=True,
          lacking=rf"{LACKING}|(?:未|没有?|不)[^,;。]{{0,8}}(?:研究|讨论|决定)"),
    MetricWords(
        "assessment.training",
        r"(?:党务|书记|委员|干部|骨干)[^,;。]{0,12}(?:培训|学时)",
        r"(?:未|没有?|不)(?:达到?|完成|满|足)[^,;。]{0,6}(?:学时|\d)|(?:少于|不足|不到)\d|达标率|未达标|不达标",
    ),
    MetricWords(
        "assessment.goals",
        r"(?:融合|共同|联合)目标",
        r"(?:未|没有?|不)[^,;。]{0,4}(?:完成|达到|实现)|完成率|达成率",
    ),
    MetricWords(
        "assessment.posts_filled",
        r"党务(?:工作者|干部|人员|专干)",
        r"(?:未|没有?|不)(?:按[规要求定]{1,3})?(?:配备|配齐|设)|缺[1-9]",
    ),
    MetricWords("assessment.full_time", r"专职党务[^,;。]{0,6}(?:比例|占比|率)", r"比例|占比|率"),
)  # fmt: skip
BY_METRIC = {known.metric: known for known in KNOWN}
ALL_THREE = re.compile(r"三会一课")
OF_ALL_THREE = tuple(
    f"meetings.{name}" for name in ("general_meeting", "committee_meeting", "group_meeting", "party_lecture")
)
OVER_ALL = ("meetings.minutes", "meetings.attendance", "meetings.explained")
HIDES = {
    "": ("meetings.party_lecture", "members.secretary"),
    "meetings.minutes": tuple(known.metric for known in KNOWN if known.counts or known.metric == "members.committee"),
    "meetings.attendance": tuple(known.metric for known in KNOWN if known.counts),
    "meetings.explained": tuple(known.metric for known in KNOWN if known.counts),
    "dues.disclosure": ("dues.paid", "dues.remitted"),
    "dues.remitted": ("dues.paid",),
}
"""A sentence about the first that also names the others is about the first."""


def named_in(text: str, holds: Callable[[MetricWords], bool] = lambda _known: True) -> list[MetricWords]:
    """What of the record a text names, in the order of the table."""
    found = [known for known in KNOWN if known.named(text) and holds(known)]
    if ALL_THREE.search(text):
        found += [one for one in map(BY_METRIC.__getitem__, OF_ALL_THREE) if one not in found and holds(one)]
    return _unhidden(found)


def _unhidden(found: list[MetricWords]) -> list[MetricWords]:
    hidden = {name for one in found for name in HIDES.get(one.metric, ())}
    return [one for one in found if one.metric not in hidden]


def facts_of(piece: str, around: Iterable[str], also: str = "") -> list[MetricWords]:
    """What a piece with points is computed from: what it names itself, else what the words around it name.

    `around`: what stands before it, the nearest first, the title of the indicator last. `also`: what else is
    said by the kind of the clause.
    """
    own = named_in(piece)
    if own:
        return [one for one in own if one.holds(piece + also)]
    if len(BARE.sub("", piece)) > FEW:
        return []
    for text in around:
        if found := named_in(text):
            return [one for one in found if one.holds(piece + also)]
    return []


WITHOUT_NUMBER = {"supervision.matters_studied": "supervision.matters", "meetings.party_lecture": ""}
"""No rule says how many of these there must be; where a scheme doesn't either, another fact stands for it, or none."""
FEW = 2
BARE = re.compile(
    r"未|没有?|不|能|按[时期规月季年照要求定]+|及时|如期|正常|定期|召开|开展|举行|举办|组织|进行|参加|"
    r"落实|完成|少于|不足|每|少|缺|漏|"
    r"[\d.]+|[人次个项件份的者扣得分一开讲上率%()、,:;/]|全年|年内|本年度?|半年|月|季度?|年度?|该项|本项|"
    r"至少|活动|会议|工作|要求|规定|"
    r"含|寒?暑?假期?|达到|百分点|低于?|下降|以下|以上|从|很少"
)
"""What a piece without a name of its own may say and still be about what stands before it."""


def is_broader(found: list[MetricWords], *texts: str) -> bool:
    """Whether the record counts it over all meetings, while the text speaks of one kind of them."""
    if not any(one.metric in OVER_ALL for one in found):
        return False
    kinds = [[known for known in KNOWN if known.counts and known.named(text)] for text in texts]
    return any(len(one) == 1 and one[0].metric.startswith("meetings.") for one in kinds)


OFTEN = re.compile(
    r"每周|(?P<month>每个?月|月度|按月)|(?P<quarter>每个?季度?|季度|按季)|(?P<half>每?半年)|"
    r"(?P<year>每年|全年|每一?学年|一年|年内|年度)"
)
TIMES = re.compile(
    r"(?:至少|不少于|不低于|应)?(?:召开|开展|组织|举行|举办|上|讲|进行|研究)?(?:至少|不少于|少于|不足)?(\d{1,2})次"
)


def how_often(text: str) -> tuple[int, str] | None:
    """How often something is asked for: a number in a period. None where the text doesn't say."""
    found = OFTEN.search(text)
    if found is None or not found.lastgroup:
        return None
    times = TIMES.match(text, found.end()) or re.search(r"(?:少于|不少于|至少|不足)(\d{1,2})次", text)
    return (int(times[1]) if times and int(times[1]) else 1), str(Every(found.lastgroup))


def asked_for(known: MetricWords, texts: Iterable[str]) -> tuple[int, str] | None:
    """How often these texts ask for it, where that is another number than the regulations'."""
    if not known.counts:
        return None
    for text in texts:
        for part in re.split(r"[,;。、:]", text):
            if known.named(part) and (found := how_often(part)):
                return None if found == (1, known.by_rule) else found
    found = next((found for text in texts if (found := how_often(text))), None)
    return None if found == (1, known.by_rule) else found
