"""What stands in cells: a value → the kinds of thing it can be, and of a column the share of each. Knows no headings.

A kind is named for what is written: `identity` is a number whose check digit is right, `date` a day or month that is
written as one, `loose_date` also a year or Excel's count of days, `answer` a yes or a no.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

from members.dates import PartialDate
from members.workbooks.cells import (
    FIXED,
    MOBILE,
    NO,
    YES,
    RoundedByExcel,
    UnreadableCell,
    WrongCheckDigit,
    fen,
    identity_number,
    partial_date,
    says_nothing,
    shown,
    text,
    word,
)
from members.workbooks.reading import CellError, Value
from members.workbooks.vocabulary import category_of, education_of, is_people, membership_of, sex_of

SHORT, LONG = 10, 30
LONG_DIGITS = re.compile(r"(?<![\d.])[\d-]{10,}[\dXx]")
LONGEST_SAMPLE = 40
_WORDS: dict[str, str] = tomllib.loads(Path(__file__).with_name("evidence.toml").read_text("utf-8"))
SURNAMES = "".join(_WORDS["surnames"].split())
DOUBLE_SURNAMES, UNIT_WORDS, POST_WORDS = (
    "|".join(_WORDS[key].split()) for key in ("double_surnames", "units", "posts")
)
KNOWN_PLACE = "|".join(" ".join(_WORDS[key] for key in ("provinces", "cities", "abroad")).split())
PLACE = re.compile(
    rf"(?:中国)?(?:{KNOWN_PLACE})\S{{0,12}}"
    r"|\S{1,8}(?:省|市|县|自治州|自治区|特别行政区|经济开发区)(?:\S{1,6}[市县区旗])?"
)
ADDRESS = re.compile(
    r".*(?:[路街巷弄道]\w{0,4}\d|\d+\s*(?:号|弄|栋|幢|室|单元|号楼)|小区|花园|家属[院楼区]|新村|公寓|苑\d*"
    r"|[村庄屯寨]\w{0,4}[组队]|村$|街$|路$).*"
)
NAME = re.compile(
    rf"(?:{DOUBLE_SURNAMES})[一-龥]{{1,2}}|[{SURNAMES}][一-龥]{{1,2}}|[一-龥]{{1,7}}[·•][一-龥·•]{{1,10}}"
)
ORGANIZATION = re.compile(r".*(?:支部|总支|党委|工委|支委会|党组|委员会|党小组)(?:委员会)?")
PATH = re.compile(r"(?=.*(?:支部|总支|党委|工委|委员会))[^/\\>→|]{2,}(?:\s*(?:[/\\>→|]|->)\s*[^/\\>→|]{2,})+")
GENERAL_BRANCH = re.compile(r".*总支部?(?:委员会)?")
COMMITTEE = re.compile(r"(?!.*支部).*(?:党委|工委|党组|委员会)")
BRANCH = re.compile(r"(?!.*总支部?(?:委员会)?$).*支部(?:委员会)?")
GROUP = re.compile(r".{0,20}小组|第?[一二三四五六七八九十\d]{1,3}组")
PARTY_POST = re.compile(
    r"(?:现任)?(?:党|总|支|小|组|部|委|第一|常务|专职|兼)*副?书记"
    r"|(?:支部|党支部|总支|支委|党委|党)?"
    r"(?:组织|宣传|纪检|纪律检查|统战|青年|保密|生活|群众|群工|学习|文体|监察|检查|女工)?(?:委员|支委)"
    r"|(?:党|小|第[一二三四五六]|支部)*副?组长|(?:普通)?党员|无职务"
)
UNIT = re.compile(rf"原?.{{0,24}}(?:{UNIT_WORDS})(?:\w{{1,6}}(?:科|处|部|室|系|组|中心))?(?:\(.*\))?")
POST = re.compile(rf"\S{{0,8}}(?:{POST_WORDS})(?:\(.*\))?")
UNIT_AND_POST = re.compile(
    rf".{{0,24}}(?:{UNIT_WORDS})\S{{0,8}}?[\s、,，/]*\S{{0,10}}(?:{POST_WORDS})(?:\(.*\))?|原.{{0,20}}(?:{UNIT_WORDS})"
)
STATUS = re.compile(
    r"(?:在职|在岗|退休|离休|离退休|内退|退职|失业|下岗|无业|待业|未就业|无固定职业|学生|在读|农民|务农|村民|农牧渔民?|牧民|渔民|低保"
    r"|抚恤|救济|优抚|公务员|参公|工勤|灵活就业)(?:失业|职工|人员|干部|工人|党员|对象|救济|研究生|学生)*"
    r"|(?:机关|事业|企业|社区|国企|民企|私企)(?:单位)?(?:在职|在岗|退休|管理|专业技术)?(?:工作)?(?:人员|职工|干部|者)"
)
"""How somebody is employed, and no name of a job."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LONG_NUMBER = re.compile(r"[A-Z0-9_-]{14,40}")
MARK = re.compile(r"[√✓✔×✗✘○●〇△]+")
MOMENT = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\sT]+\d{1,2}[:：]\d{2}.*")
AMOUNTS = range(100_00, 100_000_00)
"""Fen a month that somebody can earn or be given as a pension."""


@dataclass(frozen=True)
class Evidence:
    """What a column holds. `rows` are those looked at, `written` those in which it says something."""

    rows: int = 0
    written: int = 0
    distinct: int = 0
    shares: dict[str, float] = field(default_factory=dict)
    """Kind → share of the written cells that can be one."""
    values: tuple[Value, ...] = ()
    """Each row's cell, blank ones too."""

    def share(self, *kinds: str) -> float:
        """Of the written cells, those that can be one of the kinds (the best of them)."""
        return max((self.shares.get(kind, 0) for kind in kinds), default=0)

    @property
    def fills(self) -> float:
        """Share of the rows in which something is written."""
        return self.written / self.rows if self.rows else 0


def evidence_of(values: Sequence[Value]) -> Evidence:
    """The cells of a column, one for each row of the body."""
    written = [value for value in values if not says_nothing(value) and not isinstance(value, CellError)]
    counts: dict[str, int] = {}
    for value in written:
        for kind in kinds_of(value):
            counts[kind] = counts.get(kind, 0) + 1
    shares = {kind: count / len(written) for kind, count in counts.items()}
    if not any(re.search("正式|预备", text(value)) for value in written):
        shares.pop("membership", None)  # 中共党员 everywhere says that they are members, not of which kind
    if _counts_up(written):
        shares["serial"] = 1.0
    return Evidence(len(values), len(written), len({text(value) for value in written}), shares, tuple(values))


def kinds_of(value: Value) -> frozenset[str]:
    """Every kind the cell can be; a plain number is never a date."""
    value = shown(value)
    if value is None or isinstance(value, bool):
        return frozenset({"answer"} if value is not None else ())
    if isinstance(value, date | PartialDate):
        return frozenset({"date", "loose_date", *_with_time(value)})
    if isinstance(value, int | float):
        return _of_number(value)
    return _of_text(text(value))


def samples(values: Iterable[Value], most: int = 3) -> list[str]:
    """Different cells that say something, to show what stands in a column; long numbers keep only their ends."""
    found: list[str] = []
    for value in values:
        one = LONG_DIGITS.sub(_masked, text(shown(value)))[:LONGEST_SAMPLE]
        if not says_nothing(value) and one not in found:
            found.append(one)
        if len(found) == most:
            break
    return found


def _masked(number: re.Match[str]) -> str:
    written = number[0]
    return written[:3] + "•" * (len(written) - 5) + written[-2:]


def day_in(value: Value) -> PartialDate | None:
    """The date in a cell that can be one."""
    if "date" not in kinds_of(value):
        return None
    try:
        return partial_date(value, date.today())
    except UnreadableCell:
        return None


def _with_time(value: date | PartialDate) -> set[str]:
    return {"moment"} if isinstance(value, datetime) and value.time() != time() else set()


def _of_number(value: float) -> frozenset[str]:
    written = str(int(value)) if float(value).is_integer() and abs(value) < 10**15 else repr(value)
    kinds = set(_of_text(written))
    kinds.discard("identity" if abs(value) >= 10**14 and not written.isdecimal() else "")
    if abs(value) >= 10**14:
        kinds.add("number_of_identity")
    return frozenset({*kinds, "number"})


@lru_cache(maxsize=2048)
def _of_text(written: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKC", written).strip()
    if not plain:
        return frozenset()
    found = {kind for kind, holds in TESTS if holds(plain)}
    if found & NOT_NAMES:
        found.discard("name")
    return frozenset(found or {"words"})


def _identity(plain: str) -> bool:
    try:
        return identity_number(plain) is not None
    except UnreadableCell:
        return False


def _like_identity(plain: str) -> bool:
    try:
        identity_number(plain)
    except (RoundedByExcel, WrongCheckDigit):
        return True
    except UnreadableCell:
        return re.fullmatch(r"\d{14,17}[\dXx*]{1,4}", plain) is not None
    return re.fullmatch(r"[\dX]{15,18}", re.sub(r"\s", "", plain).upper()) is not None


def _mobile(plain: str) -> bool:
    return any(MOBILE.fullmatch(re.sub(r"[\s()-]", "", part)) for part in re.split(r"[,，;；/、]", plain))


def _landline(plain: str) -> bool:
    bare = re.sub(r"[\s()-]", "", plain)
    marked = plain.startswith(("0", "(0")) or "-" in plain
    return marked and FIXED.fullmatch(bare) is not None and not _date(plain)


def _date(plain: str) -> bool:
    if re.fullmatch(r"\d{1,5}|\d{9,}|\d+\.\d{3,}|\d{2}[-./年]\d{1,2}", plain):
        return False
    try:
        found = partial_date(plain, date.today())
    except UnreadableCell:
        return False
    return found is not None and 1900 <= found.first_day.year <= 2100 and found.precision != "year"


def _loose_date(plain: str) -> bool:
    try:
        return partial_date(float(plain) if plain.isdecimal() else plain, date.today()) is not None
    except UnreadableCell:
        return False


def _amount(plain: str) -> bool:
    if re.fullmatch(r"(19|20)\d{4}|(19|20)\d{6}", plain):
        return False  # 195811 is a month rather than an amount
    try:
        return fen(plain) in AMOUNTS
    except UnreadableCell:
        return False


def _money(plain: str) -> bool:
    try:
        return fen(plain) is not None and len(plain) < 14
    except UnreadableCell:
        return False


def _short_word(meaning: Callable[[Value], object], longest: int) -> Callable[[str], bool]:
    return lambda plain: len(plain) <= longest and meaning(plain) is not None


def _fits(pattern: re.Pattern[str], longest: int) -> Callable[[str], bool]:
    return lambda plain: len(plain) <= longest and pattern.fullmatch(plain) is not None


TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("identity", _identity),
    ("number_of_identity", _like_identity),
    ("mobile", _mobile),
    ("landline", _landline),
    ("date", _date),
    ("loose_date", _loose_date),
    ("moment", _fits(MOMENT, LONG)),
    ("sex", _short_word(sex_of, 4)),
    ("people", lambda plain: is_people(word(plain))),
    ("education", _short_word(education_of, SHORT)),
    ("membership", _short_word(membership_of, SHORT)),
    ("member", lambda plain: word(plain) in ("党员", "中共党员", "共产党员")),
    ("category", _fits(STATUS, SHORT)),
    ("broad_category", _short_word(category_of, SHORT)),
    ("answer", lambda plain: word(plain) in YES | NO),
    ("mark", _fits(MARK, 4)),
    ("place", _fits(PLACE, 20)),
    ("address", _fits(ADDRESS, 80)),
    ("path", _fits(PATH, 200)),
    ("organization", _fits(ORGANIZATION, 80)),
    ("committee", _fits(COMMITTEE, 60)),
    ("general_branch", _fits(GENERAL_BRANCH, 60)),
    ("branch", _fits(BRANCH, 80)),
    ("group", _fits(GROUP, 24)),
    ("party_post", _fits(PARTY_POST, 12)),
    ("unit", _fits(UNIT, 40)),
    ("post", _fits(POST, 16)),
    ("unit_and_post", _fits(UNIT_AND_POST, 60)),
    ("name", lambda plain: NAME.fullmatch(re.sub(r"\s", "", plain)) is not None),
    ("email", _fits(EMAIL, 254)),
    ("amount", _amount),
    ("money", _money),
    ("whole", lambda plain: plain.isdecimal() and len(plain) < 9),
    ("long_number", lambda plain: LONG_NUMBER.fullmatch(plain.upper()) is not None),
)
NOT_NAMES = frozenset(
    ["sex", "people", "education", "membership", "category", "place", "address", "group", "party_post"]
)


def _counts_up(written: Sequence[Value]) -> bool:
    """1, 2, 3 … with a gap here and there."""
    numbers = [int(text(value)) for value in written if text(value).isdecimal() and len(text(value)) < 6]
    if len(numbers) < 3 or len(numbers) < 0.9 * len(written) or numbers[0] > 1000:
        return False
    steps = [after - before for before, after in zip(numbers, numbers[1:], strict=False)]
    return sum(1 <= step <= 3 for step in steps) >= 0.9 * len(steps)
