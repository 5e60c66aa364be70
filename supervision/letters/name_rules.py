"""Whom a text names, in any everyday spelling: with titles, places and brackets, traditional signs, pinyin, masks.

Certain: the whole name stands there. Doubtful: it may be meant (a surname with a title, initials, the same sound, a
name of two signs inside of something longer), and whoever writes is asked.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

from supervision.letters.calling_rules import (
    ENDS_OF_PLACES,
    HAN,
    JOINERS,
    MARKS,
    PARTS_OF_SIGNS,
    TITLE,
    Name,
    calls,
    is_everyday,
    squeezed,
)

IS_HAN = re.compile(f"[{HAN}]+")
GAP = r"(?:[^\w,;、。!?/|&+\n]|_){0,3}"
"""Inside a name: blanks, dots, brackets; nothing that separates two names."""
LATIN_GAP = r"[1-5]?(?:[^\w;、。!?/|&+\n]|_){0,3}"
"""Between syllables of pinyin, also after a tone."""
WIDE_GAP = r"[\W_]{0,6}"
COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|端木|东方|南宫|轩辕|独孤|司空|呼延|东郭|百里|钟离"
)
MASK = r"(?:[某xX×叉圈Oo0〇]|口(?=口|$)|[^\w\s,;、。!?:/|&+()\"'“”‘’《》<>…-]|_)"
MOST_WORDS = 8
"""Places in a text by which somebody is asked about one name."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Perhaps `name` is meant by `words`, as they stand in the text."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class NamesInText:
    """Names that a text has for certain, and those that it may mean."""

    certain: frozenset[str]
    doubtful: tuple[Doubt, ...]

    @property
    def all(self) -> frozenset[str]:
        return self.certain | {one.name for one in self.doubtful}


@lru_cache(1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(20_000)
def simplified(sign: str) -> str:
    """One sign by itself: in a phrase the same sign could become another."""
    return str(_to_simplified().convert(sign))


def folded(text: str) -> str:
    """Without width, marks above letters and signs that nobody sees; traditional signs as simplified ones."""
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    bare = "".join(one for one in apart if unicodedata.category(one) not in ("Mn", "Cf"))
    return "".join(map(simplified, unicodedata.normalize("NFC", bare)))


def plain(name: str) -> str:
    """A name as it is compared: folded, without blanks and dots."""
    return "".join(one for one in folded(name).casefold() if one.isalnum())


def named_in(text: str, names: Iterable[str], *, is_list: bool = False) -> NamesInText:
    """Which of the names the text has. `is_list`: it consists of names, so that less is enough for a doubt."""
    certain: set[str] = set()
    doubtful: list[Doubt] = []
    for name, whole, others in _found(text, names, is_list=is_list):
        if whole:
            certain.add(name)
        else:
            doubtful += [Doubt(name, words) for words in others]
    return NamesInText(frozenset(certain), tuple(doubtful))


def names_inside(text: str, names: Iterable[str]) -> tuple[Doubt, ...]:
    """What to ask about a text: a whole name in it needn't be whom it is about; who is named twice is asked twice."""
    found = ((name, dict.fromkeys([*whole, *others])) for name, whole, others in _found(text, names, is_list=False))
    return tuple(Doubt(name, words) for name, every in found for words in every)


def _found(text: str, names: Iterable[str], *, is_list: bool) -> Iterator[tuple[str, list[str], list[str]]]:
    """Of each name the words that are the whole name, and those that may be."""
    written = folded(text)
    heard = _heard(written)
    for name in dict.fromkeys(names) if text else ():
        signs = plain(name)
        if signs and (_parts(name) or _may_be(signs, heard)):
            whole = list(dict.fromkeys(_words(match) for match in _certain(signs).finditer(written)))
            rest = _certain(signs).sub("\n", written) if whole else written
            yield name, whole[:MOST_WORDS], _doubts(name, rest, heard, is_list=is_list)


def surname(signs: str) -> str:
    return signs[:2] if len(signs) > 2 and COMPOUND.match(signs) else signs[:1]


@lru_cache(20_000)
def sound(sign: str) -> str:
    return str(lazy_pinyin(sign, style=Style.NORMAL)[0])


def _heard(written: str) -> Mapping[str, str]:
    """Sound → the signs of the text that have it; letters stand for themselves."""
    heard: dict[str, str] = defaultdict(str)
    for sign in sorted(set(written)):
        heard[sound(sign) if IS_HAN.match(sign) else sign.casefold()] += sign
    return dict(heard)


def _may_be(signs: str, heard: Mapping[str, str]) -> bool:
    """Whether looking closer can find it: the first or all given signs are heard, or the first letter stands there."""
    if not IS_HAN.fullmatch(signs):
        return True
    own = surname(signs)
    every = "".join(heard.values())
    rest = signs[len(own) :]
    given = any(one in every for one in rest) or all(sound(one) in heard for one in rest)
    parts = PARTS_OF_SIGNS.get(own, "\0")[0] in every
    letters = any(reading[0] in heard for one in signs for reading in _readings(one))
    return sound(signs[0]) in heard or given or parts or letters


@lru_cache(20_000)
def _readings(sign: str) -> tuple[str, ...]:
    return tuple(pinyin(sign, style=Style.NORMAL, heteronym=True)[0])


@lru_cache(20_000)
def _certain(signs: str) -> re.Pattern[str]:
    """The whole name; one of two signs only where nothing shows that it is a part of something else."""
    whole = GAP.join(map(re.escape, signs))
    if not IS_HAN.fullmatch(signs):
        return re.compile(rf"(?<![a-z0-9]){whole}(?![a-z0-9])" if signs[-1].isascii() else whole, re.IGNORECASE)
    if len(signs) > 2:
        return re.compile(f"{whole}|{_in_pinyin(signs)}", re.IGNORECASE)
    begins = f"(?:(?<![{HAN}])|(?<=[{JOINERS}{ENDS_OF_PLACES}]))"
    ends = f"(?=$|[^{HAN}]|[{JOINERS}的]|[{MARKS}]?(?:{TITLE}))"
    return re.compile(rf"{begins}{whole}{ends}|{_in_pinyin(signs)}(?![\s'’-]{{0,2}}[a-z])", re.IGNORECASE)


def _in_pinyin(signs: str) -> str:
    """Surname first or last, together or apart."""
    syllables = [_syllable(sign) for sign in signs]
    size = len(surname(signs))
    turned = syllables[size:] + syllables[:size]
    orders = "|".join(LATIN_GAP.join(one) for one in (syllables, turned))
    return f"(?<![a-z])(?:{orders})[1-5]?(?![a-z])"


def _syllable(sign: str) -> str:
    """Every reading; ü as people type it."""
    return "(?:" + "|".join(re.escape(one).replace("v", "(?:v|u:?|yu)") for one in _readings(sign)) + ")"


def _doubts(name: str, written: str, heard: Mapping[str, str], *, is_list: bool) -> list[str]:
    """The places in the text by which the name may be meant, each once."""
    found: dict[str, None] = {}
    for pattern in _patterns(name, heard, is_list=is_list):
        found |= dict.fromkeys(_quoted(match, plain(name), written) for match in pattern.finditer(written))
    rest = _without(written, _patterns(name, heard, is_list=is_list))
    found |= dict.fromkeys(_called(plain(name), rest, is_list=is_list))
    if is_list and _sounds_like(plain(name), written):
        found[written.strip()[:40]] = None
    return list(found)[:MOST_WORDS]


def _without(written: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        written = pattern.sub("\n", written)
    return written


def _called(signs: str, written: str, *, is_list: bool) -> Iterator[str]:
    """As people call each other, also with blanks inside; not what is an everyday word."""
    if len(signs) < 2 or not IS_HAN.fullmatch(signs):
        return
    pattern = calls(_name(signs), is_list=is_list)
    for text in dict.fromkeys((written, squeezed(written))):
        for match in pattern.finditer(text):
            if not is_everyday(text, match.start()):
                yield _words(match)


@lru_cache(20_000)
def _name(signs: str) -> Name:
    size = len(surname(signs))
    return Name(signs[:size], signs[size:], tuple(map(_syllable, signs)), tuple(map(_first_letters, signs)))


def _words(match: re.Match[str]) -> str:
    """On one line, as it goes through a form unchanged."""
    return " ".join(match[0].split())


def _quoted(match: re.Match[str], signs: str, written: str) -> str:
    """What stands there; of a name of two signs also what makes it longer."""
    words = _words(match)
    if words != signs or len(signs) > 2:
        return words
    before = written[max(match.start() - 1, 0) : match.start()]
    after = written[match.end() : match.end() + 1]
    return "".join(one for one in (before, words, after) if IS_HAN.match(one))


def _patterns(name: str, heard: Mapping[str, str], *, is_list: bool) -> Iterator[re.Pattern[str]]:
    signs = plain(name)
    yield from _parts(name)
    if IS_HAN.fullmatch(signs) and len(signs) > 1:
        yield _loose(signs, is_list=is_list)
        if (len(signs) > 2 or is_list) and all(sound(one) in heard for one in signs):
            yield re.compile(GAP.join(f"[{re.escape(heard[sound(one)])}]" for one in signs))


@lru_cache(20_000)
def _parts(name: str) -> tuple[re.Pattern[str], ...]:
    """Of 阿依古丽·买买提 the first is what people say, or half of it."""
    parts = [plain(one) for one in re.split(r"[\s·•・.]+", folded(name))]
    long = [one for one in parts if len(parts) > 1 and len(one) > 1 and IS_HAN.fullmatch(one)]
    half = [piece for one in long if len(one) > 3 for piece in (one[:2], one[-2:])]
    return tuple(re.compile(GAP.join(map(re.escape, one))) for one in [*long, *half])


@lru_cache(20_000)
def _loose(signs: str, *, is_list: bool) -> re.Pattern[str]:
    family = surname(signs)
    given = signs[len(family) :]
    ways = [
        WIDE_GAP.join(map(re.escape, signs)),
        _masked(family, given),
        _initials(signs, is_list=is_list),
        _given_alone(given) if is_list else "",
    ]
    return re.compile("|".join(one for one in ways if one))


def _masked(family: str, given: str) -> str:
    """程某杰, 程X杰, 程**, 程jun杰, cheng俊j."""
    first = f"(?:{family}|(?<![A-Za-z])(?i:{''.join(map(_syllable, family))}))"
    rest = [f"(?:{sign}|{MASK}|(?i:{_syllable(sign)}|{_first_letters(sign)}))" for sign in given]
    return f"{first}{GAP}(?:{GAP.join(rest)}|{MASK}{{1,3}})(?![A-Za-z])"


def _initials(signs: str, *, is_list: bool) -> str:
    """Two letters in a letter are a word more often than a person."""
    if len(signs) < 3 and not is_list:
        return ""
    letters = "[. ·•-]?".join(_first_letters(sign) for sign in signs)
    return rf"(?<![A-Za-z])(?i:{letters})(?![A-Za-z])"


def _first_letters(sign: str) -> str:
    return "[" + "".join(sorted({one[0] for one in _readings(sign)})) + "]"


def _given_alone(given: str) -> str:
    if len(given) < 2:
        return f"[阿小老]{given}(?![{HAN}])"
    return f"(?:(?<![{HAN}])|(?<=[{JOINERS}{ENDS_OF_PLACES}]))" + GAP.join(map(re.escape, given))


def _sounds_like(signs: str, written: str) -> bool:
    """A name that is kept in letters, and typed in signs."""
    if not signs.isascii() or not signs.isalpha() or len(signs) < 4:
        return False
    return signs in "".join(sound(one) if IS_HAN.match(one) else one.casefold() for one in written)
