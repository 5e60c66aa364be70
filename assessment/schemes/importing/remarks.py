"""What stands around a table: bands with their points and shares, weights of the views, vetoes, year, document."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.schemes.importing.doubts import Doubt
from assessment.schemes.importing.wording import VETO, wording
from assessment.schemes.rules import BandPlan, Weights, plain

NAMES = (
    *("优秀", "良好", "较好", "先进", "示范", "达标", "不达标", "基本达标", "基本合格", "不合格", "合格", "一般"),
    *("较差", "较一般", "后进", "中等", "五星级", "四星级", "三星级", "二星级", "一星级", "好", "差", "优", "良", "中"),
)
"""Words for bands, as found in local papers; a longer one is looked for first."""
NAME = "(?:" + "|".join(sorted(NAMES, key=len, reverse=True)) + ")"
NUM = r"(\d{1,3}(?:\.\d+)?)"
FROM = (
    rf"(?:{NUM}分?(?:[(][含不][\d.]{{0,5}}分?[)])?-{NUM}分?|"
    rf"(?:达到|在|>=|≥)?{NUM}分?(?:[(]含[^)]{{0,6}}[)])?(?:及|\(含\))?以上|(?:>=|≥|不低于|达到){NUM}分?)"
)
BELOW = rf"(?:{NUM}分?(?:[(]不?含[^)]{{0,6}}[)])?以下|(?:不足|低于|小于|<|未达到?){NUM}分?)"
JOINS = (
    r"(?:\([^)]{0,8}\))?(?:的)?(?:,|:|者|支部|党支部)?"
    r"(?:为|是|定为|评为|评定为|确定为|属于?|对应|=|列为|认定为)?"
)
FORWARD = re.compile(rf"(?:{FROM}|{BELOW}){JOINS}(?P<name>{NAME})")
BACKWARD = re.compile(
    rf"(?P<name>{NAME})(?:等次|等级|档|支部|党支部)?(?:为|是|:|=|\(|,)?"
    rf"(?:得分|总分|考核得分|综合得分)?(?:为|在|:)?(?:{FROM}|{BELOW})"
)
QUOTA = re.compile(
    rf"(?P<name>{NAME})(?:等次|等级|格次|档次)?(?:的)?[^,;。\d好差优良]{{0,14}}?"
    r"(?:不超过|控制在|不高于|不得超过|不得高于|不多于|最多)[^,;。\d]{0,12}(\d{1,3})%"
)
VIEWS = (
    ("members", r"群众(?:评议|测评|评价|满意)?|党员(?:评议|测评|评价|满意)|满意度|民主测评"),
    ("peer", r"互评|互测|互查|支部(?:之间|间)|同级|其他支部|交叉"),
    ("self_view", r"自评|自查|自我评价|自测"),
    ("superior", r"上级|党委|党总支|总支|考核组|领导小组|组织(?:考核|评价|评分|部)|机关党委|考评组|综合考评"),
)
DOCUMENT = re.compile(r"[\u4e00-\u9fff]{2,10}[〔\[（(【]20\d\d[〕\]）)】]\d{1,4}号")
FULL = re.compile(r"(?:满分|总分|共计?|合计|总计)(?:为|是|:)?(\d{2,4})分|[(]?(\d{3})分制?[)]|百分制")
COMMON_NAMES = ("好", "较好", "一般", "差")
COMMON_SHARES = (90, 80, 60, 0)
"""Ours (level L, mark U): no national bands are known."""


@dataclass
class Remarks:
    bands: tuple[BandPlan, ...] = ()
    weights: Weights = Weights()
    vetoes: list[tuple[int, str]] = field(default_factory=list)
    document: str = ""
    total: Decimal | None = None
    doubts: list[Doubt] = field(default_factory=list)


def remarks_of(rows: Sequence[tuple[int, str]]) -> Remarks:
    """`rows`: the sheet's own row numbers with what is written there, above the table and below it."""
    found = Remarks()
    texts = [(row, wording(said).text) for row, said in rows]
    whole = ";".join(said for _row, said in texts)
    found.bands = _bands(whole, found.doubts)
    found.weights = _weights(whole, found.doubts)
    found.document = next((match[0] for _row, said in rows if (match := DOCUMENT.search(said))), "")
    found.total = _full(whole)
    found.vetoes = [
        (row, sentence)
        for row, said in rows
        for sentence in map(str.strip, re.split(r"[。；;\n]", said))
        if sentence and _is_veto(wording(sentence).text)
    ]
    return found


def _is_veto(sentence: str) -> bool:
    """That points lead to a band is no veto, nor is a heading."""
    decides = VETO.search(sentence) and not FORWARD.search(sentence) and not BACKWARD.search(sentence)
    return bool(decides) and len(sentence) > 8 and not sentence.endswith((":", "情形", "情形的", "之一的", "之1的"))


def _full(whole: str) -> Decimal | None:
    found = FULL.search(whole)
    if found is None:
        return None
    return Decimal(found[1] or found[2] or 100)


# Bands


def _bands(whole: str, doubts: list[Doubt]) -> tuple[BandPlan, ...]:
    starts: dict[str, Decimal] = {}
    for part in re.split(r"[;,。、\n]", whole):
        if match := FORWARD.search(part) or BACKWARD.search(part):
            starts.setdefault(match["name"], ZERO if re.search(BELOW, match[0]) else min(_numbers(match)))
    if len(starts) < 2:
        return ()
    ordered = sorted(starts.items(), key=lambda one: -one[1])
    if ordered[-1][1] > 0:
        doubts.append(Doubt("bands_leave_gap", {"points": plain(ordered[-1][1])}))
        ordered.append(("未定等次", ZERO))
    quotas = {match["name"]: int(match[2]) for match in QUOTA.finditer(whole) if 1 <= int(match[2]) <= 100}
    distinct = [one for at, one in enumerate(ordered) if at == 0 or one[1] < ordered[at - 1][1]][:5]
    return tuple(BandPlan(rank, name, at_least, quotas.get(name)) for rank, (name, at_least) in enumerate(distinct, 1))


ZERO = Decimal(0)


def _numbers(match: re.Match[str]) -> list[Decimal]:
    return [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", match[0])] or [ZERO]


def proposed_bands(total: Decimal) -> tuple[BandPlan, ...]:
    """Of a sheet that names none: shares of its points."""
    pairs = zip(COMMON_NAMES, COMMON_SHARES, strict=True)
    return tuple(
        BandPlan(rank, name, (total * share / 100).quantize(Decimal("0.01")))
        for rank, (name, share) in enumerate(pairs, 1)
    )


# Weights


def _weights(whole: str, doubts: list[Doubt]) -> Weights:
    found: dict[str, int] = {}
    for part in re.split(r"[;,。、+＋\n]", whole):
        share = re.search(r"(\d{1,3})%", part)
        if share is None or re.search(r"率|不超过|控制在|不得|扣|以上|以下|低于", part):
            continue
        view = next((name for name, words in VIEWS if re.search(words, part)), None)
        if view and re.search(r"占|权重|按|[*×]|:|分|评|考核", part):
            found.setdefault(view, int(share[1]))
    if not found:
        return Weights()
    if sum(found.values()) != 100:
        doubts.append(Doubt("weights_dont_fit", {"sum": sum(found.values())}))
        return Weights()
    return Weights(**{"superior": 0, **found})


def year_in(texts: Iterable[str]) -> int | None:
    """The last year that the first text with one speaks of: “2015-2016年度” is about 2016."""
    for said in texts:
        plain_text = wording(DOCUMENT.sub("", said)).text
        if found := re.findall(r"(?<!\d)(20\d\d)(?!\d)", plain_text):
            return int(found[-1])
    return None
