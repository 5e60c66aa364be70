"""The fields of an import, and how much a heading says for each of them. Knows no cells.

A heading is known as a whole, or without what says nothing (所在, 党员, 的, a unit, a format), or in pinyin, in
initials, or as several known ones joined. What only resembles a known one is never enough to read a column.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from string import ascii_uppercase

from pypinyin import Style, lazy_pinyin

from members.workbooks.cells import BRACKETED

PUNCTUATION = re.compile(r"[\s*＊:：、,，.。/\\|·_\-—~“”\"'‘’?？!！]+")
BRACKETS = re.compile(r"[()（）\[\]【】〔〕<>《》]")
KNOWN = 0.85
"""From here on a heading is known; below it only resembles one."""
LESS_FOR_SKELETON, LESS_FOR_PINYIN, LESS_FOR_INITIALS = 0.01, 0.02, 0.03
LIKELY = 0.7
"""What leads to a question, never to reading: a wage isn't a base by itself."""
RESEMBLES = 0.75
LONGEST_HEADING = 60
SURELY_KNOWN = 0.9
"""From here on a word for another thing in the heading doesn't matter: it stands in the known one too."""
MOST_REMEMBERED = 2_000

JOINED = re.compile(r"[/／、|]|(?<=.)(?:以及|及|和|与|或)(?=.)")
REMARKS = re.compile(r"^\d+[.、]?|必填项?$|选填$|^请?(?:您)?(?:填写|输入|选择)(?:您的)?")
FORMATS = re.compile(
    r"元(?:每)?月?|月|人民币|是否|有无|男女|年月日?|年月|年|日|必填项?|选填|可选|下拉|单选|公历|阳历|周岁|\d{1,2}位|格式.*|如.*|例.*|按.*|请.*|yyyy.*|"
    r"文本|数字|全称|简称|与?身份证.*一致|没有?填.*|\d+|yuan|rmb|cny"
)
"""What a bracket behind a heading says about how to fill the column, not about what it is."""
NEUTRAL = re.compile(
    r"^(?:现|是否为?|是否属于|您的?|本人|本)|的|具体|详细|全称|(?<![号户])名称|本人|填写|党员|同志|员工|职工|学生|教师|教职工?|职员|个人|人员(?!类)|基本|目前|当前|有效|所在|所属|所处|隶属|"
    r"情况|信息|登记|居民|公民|中国|共产党|中共|批准|通过|栏$|项$|一栏|如有|若有|具有|经常|常用"
)
SAME = (
    (re.compile(r"(?:加入|参加|入)(?:中国共产党|中共党?组织|中共|党组织|共产党|党|组织)"), "入党"),
    (re.compile(r"(?:转为|转|成为|转成)(?:中共)?正式(?:党员)?|转正(?:式)?"), "转正"),
    (re.compile(r"日期|时间|年月日|年月|日子|月份|何时|之日"), "时"),
    (re.compile(r"号码|编号|证号|号"), "号"),
    (re.compile(r"缴纳|交纳|缴费|交费|缴|交"), "交"),
    (re.compile(r"手机电话|移动电话|手提电话|移动号|手机"), "手机"),
    (re.compile(r"住址|地址|住处|住所"), "址"),
    (re.compile(r"居住|常住|现住"), "居"),
    (re.compile(r"文化水平|受教育程度|教育水平|文化层次"), "文化程度"),
    (re.compile(r"种类|类型|分类|类别"), "类别"),
)
OTHERS = re.compile(
    r"配偶|爱人|妻子|丈夫|子女|儿子|女儿|孩子|父亲|母亲|父母|家长|亲属|家属(?!楼|院)|家庭成员|监护|介绍人|联系人|联络员|紧急|担保|推荐人|培养人|考察人|谈话人|"
    r"经办|填表|审核|帮扶|包保|申请|积极分子|发展对象|志愿书|参加工作|毕业|专业|学位|院校|学校|转入|转出|应[交缴]|实[交缴]|已[交缴]|[交缴]至|欠[交缴]|微信|qq|工号|学号|"
    r"党龄|工龄|年龄|岁数|档案|入伍|退伍|入团|入职|离职|任职时|任职日|任现职|退休时|退休日|离休时|到期|有效期|入会|签订|合同|结婚|政审|培训|奖惩|处分|表彰|万元|千元|年薪|"
    r"年收入|车牌|银行|卡号|开户|邮编|转移|迁入|迁出|接转|上级|审批|发放|到账|补贴|津贴|奖金|公积金|社保|医保|流出时|外出时|返乡|失联时|失去联系日|失去联系时|"
    r"spouse|father|mother|parent|child|emergency|introducer|referee|guarantor|wechat|graduat|applied|application|major|school"
)
"""Of another person, or of another thing that looks the same: what stands below is no proof of anything then."""
NEUTRAL_HEADING = re.compile(
    r"(?:列|字段|项目|栏目?|column|col|field|unnamed|f|c|var|数据|内容|未命名|标题|x|v|a)?\d{0,3}|[a-z]{1,2}|[一二三四五六七八九十]{1,3}"
    r"|第[一二三四五六七八九十\d]+列|甲|乙|丙|丁|戊|己|庚|辛|壬|癸|[?？…#xX×*]+|待定|无标题|无|空"
)
"""A heading that nobody thought about: neither for nor against anything."""
ENGLISH_NEUTRAL = frozenset(
    [
        "of",
        "the",
        "your",
        "a",
        "an",
        "employee",
        "no",
        "number",
        "num",
        "full",
        "please",
        "enter",
        "is",
        "in",
        "at",
        "to",
    ]
)
ENGLISH_SAME = {
    word: same
    for same, words in {
        "date": "time day", "mobile": "cell cellphone", "phone": "tel telephone", "join": "joining joined admission",
        "sex": "gender", "remark": "remarks comments notes note", "birth": "birthday dob born birthdate",
        "email": "mail", "department": "dept", "address": "addr", "education": "edu degree",
        "ethnicity": "ethnic nationality", "post": "position job title",
    }.items()
    for word in words.split()
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """Something an import can read from a column.

    `headings` are the words for it, the usual one first; `likely` those that only lead to a question. `patterns` match
    headings that vary, like months; such a field may have many columns where `repeats`.
    """

    name: str
    headings: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    repeats: bool = False
    family: str = ""
    """Fields of one family are headed with one another's words: what stands below decides."""
    likely: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """What stands in its cells (`evidence`). The first is the telling one, that proves."""
    alone: float = 0
    """From which share the kinds are a proof without any heading, where no other column holds them; above 1 only of a
    question; 0 of nothing."""
    anywhere: bool = False
    """Whether that proof holds under a heading that says something else, too."""
    strict: bool = False
    """Whether a heading is contradicted by cells of other kinds; else only by cells that plainly are something else."""


@dataclass(frozen=True)
class Heading:
    """What a heading says: the strength for each field, 0 to 1, best first, and what keeps it from being guessed."""

    text: str
    strengths: Mapping[str, float]
    is_blocked: bool = False
    """It speaks of another person or thing."""
    is_neutral: bool = False
    """It says nothing at all: blank, 列1, a letter."""

    @property
    def known(self) -> list[str]:
        """The fields it names, best first."""
        return [name for name, strength in self.strengths.items() if strength >= KNOWN]


@dataclass(frozen=True)
class Catalogue:
    """The fields of an import. A row of headings has at least one of `required`."""

    fields: tuple[Field, ...]
    required: tuple[str, ...] = ("name",)
    serial: str = "serial"
    pinyin: bool = False
    """Whether headings may be in pinyin or its initials."""
    by_name: dict[str, Field] = field(default_factory=dict, compare=False, repr=False)
    named: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.by_name.update((known.name, known) for known in self.fields)

    def __hash__(self) -> int:
        return id(self)

    def field(self, name: str) -> Field:
        return self.by_name[name]

    def candidates(self, heading: str) -> list[tuple[float, Field]]:
        """Fields that a heading names with how well it fits, best first."""
        return [(strength, self.field(name)) for name, strength in self.names(heading).items()]

    def names(self, lower: str, upper: str = "") -> dict[str, float]:
        """The fields that a heading names, with how well; `upper` is the line above it where it has two."""
        if (lower, upper) not in self.named:
            if len(self.named) > MOST_REMEMBERED:
                self.named.clear()
            self.named[lower, upper] = self._names(lower, upper)
        return self.named[lower, upper]

    def _names(self, lower: str, upper: str) -> dict[str, float]:
        strengths: dict[str, float] = {}
        for written, less in _together(lower, upper):
            for name, strength in self._strengths(written).items():
                strengths[name] = max(strengths.get(name, 0), strength - less)
        if _others(upper) or (max(strengths.values(), default=0) < SURELY_KNOWN and _others(lower)):
            return {}
        return dict(sorted(strengths.items(), key=lambda item: -item[1]))

    def heading(self, lower: str, upper: str = "") -> Heading:
        """All that a heading says."""
        shown = f"{upper}\n{lower}" if upper else lower
        named = self.names(lower, upper)
        if named and next(iter(named.values())) >= KNOWN:
            return Heading(shown, named)
        blocked = _others(shown)
        strengths = dict(named)
        for written, less in [] if blocked else _together(lower, upper):
            for name, strength in self._resembling(written).items():
                strengths[name] = max(strengths.get(name, 0), strength - less)
        ordered = dict(sorted(strengths.items(), key=lambda item: -item[1]))
        return Heading(shown, ordered, blocked, not ordered and NEUTRAL_HEADING.fullmatch(normal(shown)) is not None)

    def _strengths(self, written: str) -> dict[str, float]:
        """For each field that the heading names how well it fits it."""
        if len(written) > LONGEST_HEADING:
            return self._by_pattern(normal(written))
        if found := self.skeletons.get(english(written)):
            return {name: strength - LESS_FOR_SKELETON for name, strength in found.items()}
        for plain, less in spellings(written):
            if found := self._exact(plain):
                return {name: strength - less for name, strength in found.items()}
        return self._by_parts(written) if JOINED.search(written) else {}

    def _exact(self, plain: str) -> dict[str, float]:
        found = self.words.get(plain) or self._by_pattern(plain)
        if found:
            return found
        if alike := self.skeletons.get(skeleton(plain)):
            return {name: strength - LESS_FOR_SKELETON for name, strength in alike.items()}
        return self.spelled.get(plain, {}) if self.pinyin and plain.isascii() else {}

    def _by_pattern(self, plain: str) -> dict[str, float]:
        return {
            known.name: 0.9 for known in self.fields if any(re.fullmatch(pattern, plain) for pattern in known.patterns)
        }

    def _by_parts(self, written: str) -> dict[str, float]:
        """手机/电话: each part is known for one field."""
        parts = [self._exact(normal(part)) for part in JOINED.split(BRACKETED.sub("", written)) if normal(part)]
        shared = set.intersection(*(set(part) for part in parts)) if len(parts) > 1 else set()
        return {name: min(part[name] for part in parts) - LESS_FOR_SKELETON for name in shared}

    def _resembling(self, written: str) -> dict[str, float]:
        bare = skeleton(normal(BRACKETED.sub("", written)))
        found = {known.name: LIKELY for known in self.fields if any(word in normal(written) for word in known.likely)}
        if len(bare) < 2 or bare.isascii():
            return found
        for key, fields in self.skeletons.items():
            if len(key) > 1 and (alike := _alike(bare, key)) >= 0.35:
                for name in fields:
                    found[name] = max(found.get(name, 0), alike)
        return found

    @cached_property
    def words(self) -> dict[str, dict[str, float]]:
        """Heading as it is compared → field → strength."""
        found: dict[str, dict[str, float]] = {}
        for known in self.fields:
            for rank, heading in enumerate(known.headings):
                found.setdefault(normal(heading), {}).setdefault(known.name, 1 - rank / 1000)
        return found

    @cached_property
    def skeletons(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for known in self.fields:
            for rank, heading in enumerate(known.headings):
                for key in filter(lambda key: len(key) > 1, {skeleton(normal(heading)), english(heading)}):
                    found.setdefault(key, {}).setdefault(known.name, 1 - rank / 1000)
        return found

    @cached_property
    def spelled(self) -> dict[str, dict[str, float]]:
        """Pinyin and initials of every heading → field → strength."""
        found: dict[str, dict[str, float]] = {}
        for plain, fields in self.words.items():
            if not plain.isascii():
                whole, initials = (
                    "".join(lazy_pinyin(list(plain), style=style)) for style in (Style.NORMAL, Style.FIRST_LETTER)
                )
                for key, less in ((whole, LESS_FOR_PINYIN), (initials, LESS_FOR_INITIALS)):
                    for name, strength in fields.items():
                        at = found.setdefault(key, {})
                        at[name] = max(at.get(name, 0), strength - less)
        return {key: fields for key, fields in found.items() if len(key) > 1}


@dataclass(frozen=True)
class Column:
    """A column with its heading. `field` is the name of the field it is read as, or "". `doubt` is a code.

    `proposal`: the field to ask about, where the column isn't read without an answer; `reason` says why, as a code.
    """

    index: int
    heading: str
    field: str = ""
    score: float = 0
    doubt: str = ""
    proposal: str = ""
    reason: str = ""

    @property
    def letter(self) -> str:
        return letter_of(self.index)


def normal(heading: str) -> str:
    """A heading for comparison: half width, lower case, without spaces, line breaks, punctuation and brackets."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return PUNCTUATION.sub("", BRACKETS.sub("", plain))


def spellings(heading: str) -> Iterator[tuple[str, float]]:
    """A heading as a whole, with what stands in brackets on the other side, and without it; each with what it costs.

    A bracket that says how to fill the column is dropped; one that means something may change what the column is.
    """
    plain = unicodedata.normalize("NFKC", heading).lower()
    outside = normal(BRACKETED.sub("", plain))
    inside = [normal(part) for part in BRACKETED.findall(plain)]
    telling = "".join(part for part in inside if not FORMATS.fullmatch(part))
    yield normal(plain), 0
    if telling and outside:
        yield telling + outside, 0
    if outside and not _others(telling):
        yield outside, 0.04 if telling else 0
        yield REMARKS.sub("", outside), 0.04 if telling else 0


def skeleton(plain: str) -> str:
    """A heading without what says nothing, different words for one thing made the same."""
    if plain.isascii():
        return ""
    bare = plain
    for pattern, same in SAME[:2]:
        bare = pattern.sub(same, bare)
    bare = NEUTRAL.sub("", NEUTRAL.sub("", bare))
    for pattern, same in SAME[2:]:
        bare = pattern.sub(same, bare)
    return bare


def english(heading: str) -> str:
    """The words of an English heading in any order; empty for others. Written apart, with _ or as joinDate."""
    plain = BRACKETED.sub("", unicodedata.normalize("NFKC", heading))
    if not plain.isascii():
        return ""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).lower())
    told = sorted({ENGLISH_SAME.get(word, word) for word in words} - ENGLISH_NEUTRAL)
    return " ".join(told) if told else ""


def letter_of(index: int) -> str:
    """0 is "A", 26 is "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


def _together(lower: str, upper: str) -> Iterable[tuple[str, float]]:
    """The ways to read two lines: the upper one before the lower one, behind it, and each alone."""
    if not upper:
        return [(lower, 0.0)]
    if not lower:
        return [(upper, 0.0)]
    return [(upper + lower, 0.0), (lower + upper, 0.02), (lower, 0.005), (upper, 0.3)]


def _others(written: str) -> bool:
    return OTHERS.search(normal(written)) is not None


def _alike(bare: str, key: str) -> float:
    """Resemblance of two headings by pairs of signs, 0 to 0.75."""
    ours, theirs = set(pairwise(bare)), set(pairwise(key))
    return RESEMBLES * 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0
