"""A sentence of scoring in pieces: each ends where it gives or takes points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from assessment.importing.wording import Wording

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
