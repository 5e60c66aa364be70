"""A sentence of scoring: its signs made alike, its kinds of words, its pieces, and its tiers."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from assessment.choices import ClauseKind, Counted, Every
from assessment.schemes.rules import ClausePlan

DIGITS = {**dict(zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)), "两": 2}
UNITS = "个百分点|人次|学时|小时|个月|[分次份人项个件名篇天期条例处起课场%]"
POINTED = "(?P<whole>(?!百分)[零〇一二两三四五六七八九十百]+)(?:点(?P<part>[零〇一二三四五六七八九]+))?"
NUMBER = re.compile(rf"百分之(?P<share>[零〇一二两三四五六七八九十百]+)|半(?=分)|{POINTED}(?={UNITS})")
"""Numbers in words that count something; “一般”, “三会一课” and “十分重视” count nothing."""
NO_NUMBER = re.compile(
    r"三会一课|三重一大|十分(?=[\u4e00-\u9fff])|万[一二两三四五六七八九十]|一分为|(?<![扣加减得计给])一分(?=[工析类])"
)
DASHES = str.maketrans("—–－−~〜～至", "--------")
SIGNS = re.compile(r"[\s“”\"'‘’\u200b\ufeff]")
NUMBERED = re.compile(r"(?<![\d.])(\d{1,2})[.．][ \t\u3000]+(?=\d)")
"""“1. 90分以上” is no 1.90."""
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` is plain: half width, without spaces and quotes, numbers in digits; `written` as it stood."""

    written: str
    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    def written_between(self, start: int, end: int) -> str:
        """What stood there, for a place of `text`; the signs around it left out."""
        if start >= end:
            return ""
        piece = self.written[self.begins[start] : self.ends[end - 1]]
        return " ".join(piece.split()).strip(" ,，、;；。:：")


def wording(written: str) -> Wording:
    written = NUMBERED.sub("\\1、", written[:LONGEST])
    letters = [
        (plain, at, at + 1)
        for at, letter in enumerate(written)
        if not SIGNS.match(letter)
        for plain in unicodedata.normalize("NFKC", letter).translate(DASHES)
        if not SIGNS.match(plain)
    ]
    return _with_digits(written, letters)


def _with_digits(written: str, letters: list[tuple[str, int, int]]) -> Wording:
    text = "".join(letter for letter, _begin, _end in letters)
    barred = {at for found in NO_NUMBER.finditer(text) for at in range(found.start(), found.end())}
    done: list[tuple[str, int, int]] = []
    last = 0
    for found in NUMBER.finditer(text):
        if found.start() in barred:
            continue
        done += letters[last : found.start()]
        begin, end = letters[found.start()][1], letters[found.end() - 1][2]
        done += [(digit, begin, end) for digit in _digits(found)]
        last = found.end()
    done += letters[last:]
    columns = zip(*done, strict=True) if done else ((), (), ())
    plain, begins, ends = (tuple(column) for column in columns)
    return Wording(written, "".join(plain), begins, ends)


def _digits(found: re.Match[str]) -> str:
    if found["share"]:
        return f"{number(found['share'])}%"
    if not found["whole"]:
        return "0.5"
    part = "".join(str(DIGITS[letter]) for letter in found["part"] or "")
    return f"{number(found['whole'])}.{part}" if part else str(number(found["whole"]))


def number(words: str) -> int:
    """A Chinese number below a thousand: 三, 十二, 二十, 一百, 一百五十."""
    hundreds, sign, rest = words.rpartition("百")
    tens, ten_sign, ones = rest.rpartition("十")
    value = (_ones(hundreds) or 1) * 100 if sign else 0
    return value + ((_ones(tens) or 1) * 10 if ten_sign else 0) + _ones(ones)


def _ones(words: str) -> int:
    return int("".join(str(DIGITS.get(letter, "")) for letter in words)[:6] or 0)


VETO = re.compile(
    r"一票否决|直接(?:定|评|确定|认定|列|判|降)(?:定|为|到)|直接为|"
    r"(?:一律|当年|年度|考核)?(?:定|确定|认定|评定|列)为"
    r"(?:最低|[较]?差|不合格|不达标|后进|末等|末位|软弱涣散|一般(?!性)|基本合格)"
)
MANUAL = re.compile(
    r"酌情|视情|视[^,;。]{0,8}(?:情况|程度|效果)|"
    r"根据[^,;。]{0,14}(?:打分|评分|赋分|计分|给分|评定|确定)|按[^,;。]{0,10}(?:打分|赋分|给分)|"
    r"综合(?:评定|评价|打分|评分)|由[^,;。]{1,12}(?:评定|评分|打分|评价|认定)"
)
EACH = re.compile(
    r"每(?!个?月|个?季|半年|年|周|一?学年|两个?月|位党员[^缺少])|"
    r"(?:[少缺漏差迟]|未)(?:开|上|交|报)?\d{1,2}(?:人?次|份|个|项|篇|期|名|件|课)|"
    r"\d{1,2}(?:人次|次|份|人|个|项|件|例|处|名|篇|起|天)(?:不|未|没|无|缺|迟|违)|"
    r"(?<![\d于足到达])\d{1,2}(?:人次|次|份|人|个|项|件|例|处|名|篇|起|天)的?,?扣|发现\d"
)
SEVERAL = re.compile(
    r"(?:每|[少缺漏差])(?:少|缺|漏|差|迟到|有|发现|超过|出现|延迟|逾期)?(?:开|报|上|交)?"
    r"(\d{1,2})(?:人次|次|份|人|个(?!百分)|项|件|例|处|名|篇|起|天|期)"
)
FEWER = re.compile(r"(?:少于|不足|不到|未达到?|达不到)(\d{1,2})次")
OTHERWISE = re.compile(r"否则|反之|其他(?:情况|情形)?$")
DEGREES = re.compile(r"较|一般|基本|差|无|^不|合格|中$|很少|偶尔|从不")


NUM = r"(\d{1,4}(?:\.\d{1,3})?)"
POINTS = rf"{NUM}(?:-{NUM})?分(?![钟析类别管组工之子布批期开解享册散点])"
ENDS = re.compile(r"[。;!?\n\r]|(?<![\d.])[(]?\d{1,2}(?:[)、]|\.(?!\d))(?=[^\d])|[①-⑳]")
"""Where a sentence ends: signs, line breaks, and numbering before the next one."""
CAP = re.compile(
    rf"(?:(?:累计|合计|总计|共|总分)?(?:加分|扣分|得分)?(?:最多|最高|至多|上限)(?:可|只|不得?超过|为)?(?:加|扣|得|计|给)?"
    rf"|"
    rf"(?:累计|合计|总计|加分|扣分|得分|总分|扣减)?(?:不得?超过|以不超过|限)(?:加|扣|得)?){NUM}分|{NUM}分封顶|以{NUM}分为限"
)
STOP = re.compile(
    r"(?:直至|直到)?扣(?:完|光|至0分?|到0分?)(?:本项分?|该项分?|该项分值|此项分)?(?:为止)?(?=$|[,;。)])|"
    r"不[计记得倒]?[计记扣]?负分|"
    r"(?:扣分)?不(?:得)?超过(?:该|本)项(?:分值|总分|满分)?|至本?该?项?(?:分值)?扣完为止"
)
"""That an indicator doesn't go below zero holds anyway."""
TAKES = rf"(?:倒?扣|减)(?:除|减|去|掉|罚)?(?:该项|本项|其|支部)?(?:[^\d,;。%分]{{0,2}}?){POINTS}|(?<![\d分%])-{POINTS}"
ADDS = rf"(?:加|奖励?)(?:计|记|给)?{POINTS}"
NONE = (
    r"(?:该项|本项|此项|均|一律|则|的)?(?:不(?:得|计|给|予|记)分|无分|"
    r"扣(?:除|完|光)?(?:该项|本项|此项)?全部(?:分值?|得分)?|(?<![健安完齐])全扣|"
    r"扣(?:除|完)(?:该项|本项|此项)(?:分值?|得分))(?!为止)"
)
HALF = r"(?:减半(?:扣|计|得)?分?|扣(?:除)?(?:该项|本项)?(?:一半|1半|50%)(?:分值?|的?分)?|得一半分)"
GIVES = rf"(?:得|计|记|给|赋|评|为|各)?{POINTS}"
FOUND = re.compile(rf"(?P<half>{HALF})|(?P<none>{NONE})|(?P<take>{TAKES})|(?P<add>{ADDS})|(?P<give>{GIVES})")


class Sign(Enum):
    TAKE = "take"
    ADD = "add"
    NONE = "none"
    HALF = "half"
    GIVE = "give"


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` plain, `written` as it stood, both with the points at their end; `to` where a range is given."""

    sign: Sign
    text: str
    written: str
    words: str
    """What stands before the points, plain."""
    points: Decimal | None = None
    to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """`rest`: what stands behind the last points, where it says something. `cap`: at most so many points in all."""

    text: str
    written: str
    pieces: tuple[Piece, ...]
    rest: str = ""
    cap: Decimal | None = None


def sentences_of(said: Wording) -> Iterator[Sentence]:
    """Those in which something is written."""
    start = 0
    for end in [*(found.start() for found in ENDS.finditer(said.text)), len(said.text)]:
        found = ENDS.match(said.text, start)
        begin = found.end() if found and found.end() <= end else start
        if text := said.text[begin:end].strip(",:、"):
            yield _sentence(said, said.text.index(text, begin), text)
        start = end


def _sentence(said: Wording, start: int, text: str) -> Sentence:
    caps = list(CAP.finditer(text))
    out_of_the_way = [found.span() for found in (*caps, *STOP.finditer(text))]
    masked = _masked(text, out_of_the_way)
    pieces, last = [], 0
    for found in FOUND.finditer(masked):
        pieces.append(_piece(said, start, text, last, found))
        last = found.end()
    cap = next((Decimal(number) for found in caps for number in found.groups() if number), None)
    rest = masked[last:].strip("\0,、:()") if pieces or not caps else ""
    written = said.written_between(start, start + len(text))
    return Sentence(text, written, tuple(pieces), rest.replace("\0", ""), cap if cap else None)


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    for begin, end in spans:
        text = f"{text[:begin]}{chr(0) * (end - begin)}{text[end:]}"
    return text


def _piece(said: Wording, start: int, text: str, last: int, found: re.Match[str]) -> Piece:
    sign = next(sign for sign in Sign if found[sign.value] is not None)
    numbers = re.findall(NUM, found[0])
    is_counted = sign in {Sign.TAKE, Sign.ADD, Sign.GIVE} and numbers
    words = text[last : found.start()].strip(",、:()的\0")
    return Piece(
        sign,
        text[last : found.end()].strip(",、:()"),
        said.written_between(start + last, start + found.end()).lstrip(")） "),
        words,
        Decimal(numbers[0]) if is_counted else None,
        Decimal(numbers[1]) if is_counted and len(numbers) > 1 else None,
    )


HUNDRED, ONE, ZERO = Decimal(100), Decimal(1), Decimal(0)
A_YEAR = (
    (52, "", r"每周|每个?星期"),
    (12, Every.MONTH, r"每个?月(?!\d)|月月|按月|每月"),
    (6, "", r"每两个?月|每2个?月|双月"),
    (4, Every.QUARTER, r"每个?季|按季|季度"),
    (2, Every.HALF, r"半年"),
    (1, Every.YEAR, r"每年|全年|一年|1年|年度|按年"),
)
"""How often in a year, the period, the words; the longer period is looked for first."""
SELDOM = re.compile(r"很少|极少|较少|偶尔|不经常|不定期|少数")
NEVER = re.compile(
    r"从不|从未|从没|没有|未(?!到|满)|^无|无记录|不(?:开展|召开|组织|参加|进行|讲|上|做)|^0次|全年无|没(?:开|做|上)"
)
SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?:-(\d{1,3}(?:\.\d+)?)%)?(?P<below>以下|及以下)?")
UNDER = re.compile(r"(?:不足|低于|不到|小于|未达到?)\d")
TIMES = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?(?:人?次|个|份|篇|期|项|人|场|名)(?P<below>以下|及以下)?")
LONGEST_STEP = 12
QUALITY = re.compile(
    r"规范|完整|健全|及时|认真|齐全|好|良|优|差|一般|到位|明显|较|很|基本|有|无|合格|满意|扎实|详实|清晰|突出|高|低|A|B|C|D|是|否"
)


@dataclass(frozen=True, slots=True)
class Tiers:
    """`often`: the period of the best tier, where the tiers say how often; `in_words`: no numbers at all."""

    counted: Counted
    tiers: tuple[tuple[Decimal, Decimal], ...]
    often: str = ""
    in_words: bool = False
    overlap: bool = False


def tiers_of(pieces: Sequence[Piece]) -> Tiers | None:
    """Points that go down from piece to piece, each for what its words say; None where these are no tiers."""
    points = [piece.points for piece in pieces]
    if len(pieces) < 2 or None in points or any(piece.to for piece in pieces):
        return None
    given = [one for one in points if one is not None]
    if any(lower >= higher for higher, lower in zip(given, given[1:], strict=False)):
        return None
    return (
        _by_share(pieces, given) or _by_times(pieces, given) or _by_frequency(pieces, given) or _in_words(pieces, given)
    )


def clause_of(found: Tiers, text: str, metric: str = "", expected: tuple[int, str] | None = None) -> ClausePlan:
    """`expected` only where a metric is counted by another number than the regulations'."""
    count, every = expected or (None, "")
    return ClausePlan(
        ClauseKind.TIERED, text, metric, expected=count, every=every, counted=found.counted, tiers=found.tiers
    )


def measured_by_person(found: Tiers, pieces: Sequence[Piece]) -> Tiers:
    """Without a fact of the record nobody knows a share of what is due: a person counts how often in a year."""
    if not found.often:
        return found
    rows = [(Decimal(_a_year(piece.words) or 0), piece.points or ZERO) for piece in pieces]
    return _ordered(Counted.DONE, rows, often=found.often)


def _by_share(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    rows = []
    for piece, given in zip(pieces, points, strict=True):
        found = SHARE.search(piece.words)
        if found is None and not NEVER.search(piece.words):
            return None
        below = found is None or found["below"] or UNDER.search(piece.words)
        rows.append((ZERO if below or found is None else min(Decimal(found[1]), HUNDRED), given))
    return _ordered(Counted.SHARE, rows) if any(bound for bound, _points in rows) else None


def _by_times(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    rows = []
    for piece, given in zip(pieces, points, strict=True):
        found = TIMES.search(piece.words)
        if found is None and not NEVER.search(piece.words):
            return None
        below = found is None or found["below"] or UNDER.search(piece.words)
        rows.append((ZERO if below or found is None else Decimal(found[1]), given))
    return _ordered(Counted.DONE, rows) if any(bound for bound, _points in rows) and not _frequency(pieces[0]) else None


def _by_frequency(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    """As shares of what the best tier asks for: so they hold for a part of the year as well."""
    best = _frequency(pieces[0])
    often = [_a_year(piece.words) for piece in pieces]
    if best is None or None in often:
        return None
    rows = [
        (min(HUNDRED, max(ONE if times else ZERO, Decimal(int(100 * (times or 0) / best[0])))), given)
        for times, given in zip(often, points, strict=True)
    ]
    return _ordered(Counted.SHARE, rows, often=best[1])


def _in_words(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    """“规范3分、较规范2分、较差1分、无0分”: which tier fits a person says, by its points."""
    if any(len(piece.words) > LONGEST_STEP for piece in pieces[1:]) or not all(
        QUALITY.search(piece.words) for piece in pieces
    ):
        return None
    return _ordered(Counted.DONE, [(given, given) for given in points], in_words=True)


def _frequency(piece: Piece) -> tuple[int, str] | None:
    found = next(((times, every) for times, every, words in reversed(A_YEAR) if re.search(words, piece.words)), None)
    return found if found and found[1] else None


def _a_year(words: str) -> float | None:
    """How often in a year the words say; half a time for “rarely”, None where they don't say."""
    if SELDOM.search(words):
        return 0.5
    if NEVER.search(words):
        return 0
    return next((times for times, _every, pattern in reversed(A_YEAR) if re.search(pattern, words)), None)


def _ordered(
    counted: Counted, rows: list[tuple[Decimal, Decimal]], *, often: str = "", in_words: bool = False
) -> Tiers:
    """The highest first, each bound once, the last from 0."""
    best: dict[Decimal, Decimal] = {}
    for bound, points in rows:
        best.setdefault(bound, points)
    overlap = len(best) < len(rows)
    if ZERO not in best:
        best[ZERO] = ZERO
    return Tiers(counted, tuple(sorted(best.items(), reverse=True)), often, in_words, overlap)
