"""Text made plain for reading, in which every place still knows where it stood in what was written."""

import re
import unicodedata
from dataclasses import dataclass

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
