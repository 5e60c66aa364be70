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

HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
IS_HAN = re.compile(f"[{HAN}]+")
GAP = r"(?:[^\w,;、。!?/|&+\n]|_){0,3}"
"""Inside a name: blanks, dots, brackets; nothing that separates two names."""
LATIN_GAP = r"[1-5]?(?:[^\w;、。!?/|&+\n]|_){0,3}"
"""Between syllables of pinyin, also after a tone."""
WIDE_GAP = r"[\W_]{0,6}"
COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|端木|东方|南宫|轩辕|独孤|司空|呼延|东郭|百里|钟离"
)
TITLE = (
    "同志|书记|支书|主任|主席|主委|局长|科长|处长|厅长|部长|院长|校长|所长|站长|队长|组长|组织员|委员|常委|干事|镇长|乡长|"
    "县长|区长|市长|村长|股长|会长|行长|厂长|经理|董事|总监|秘书|检察|警官|法官|教授|老师|医生|律师|会计|师傅|先生|女士|"
    "领导|纪检|总"
)
CALLS = (
    "哥|姐|叔|伯|姨|嫂|爷|老板|老大|老弟|大哥|大姐|大人|头儿|头子|长官|先森|太太|夫人|"
    "队|董|局|秘(?![密诀书])|科(?![技学研普目])|处(?![理于在分所罚置境])|(?i:sir)"
)
"""How people call somebody by the surname; what makes another word of it is left out."""
FAMILIAR = "哥|姐|叔|伯|姨|嫂|爷|总|董|老板|大哥|大姐|(?i:sir)"
SHORT_CALLS = "头|所|组|副|老|主|委|书"
"""The same in one sign that begins many other words: only at the end, or before what follows a name."""
TOGETHER = "(?=两人|二人|俩|两位|二位|都)"
"""Said after one sign of a given name as well."""
SAYS = "说收给在也是和让拿跟要叫的"
"""Signs that follow a short name in a sentence."""
BEFORE_TITLE = "[副原前代正]?"
JOINERS = "和与及跟同等或"
ENDS_OF_PLACES = "省市县区乡镇村组部委办局处科院校所站队厂司会室长员记任志的是"
"""Signs that end a place, a title or a joint, so that a name can begin after them."""
MASK = r"[某xX×*○〇□●?_]"
NO_NAMES = "(?!师|康|时|学|说|区|组|麦)"
"""What follows 老 or 小 in everyday words."""
MOST_WORDS = 8
"""Places in a text by which somebody is asked about one name."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Perhaps `name` is meant by `words`, as they stand in the text."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Named:
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


def named_in(text: str, names: Iterable[str], *, is_list: bool = False) -> Named:
    """Which of the names the text has. `is_list`: it consists of names, so that less is enough for a doubt."""
    certain: set[str] = set()
    doubtful: list[Doubt] = []
    for name, whole, others in _found(text, names, is_list=is_list):
        if whole:
            certain.add(name)
        else:
            doubtful += [Doubt(name, words) for words in others]
    return Named(frozenset(certain), tuple(doubtful))


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
    given = [sound(one) in heard for one in signs[len(surname(signs)) :]]
    rest = all(given) or (any(given) and any(one in "".join(heard.values()) for one in "哥姐叔伯姨嫂爷总董s"))
    return sound(signs[0]) in heard or rest or any(reading[0] in heard for reading in _readings(signs[0]))


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
    ends = f"(?=$|[^{HAN}]|[{JOINERS}的]|{BEFORE_TITLE}(?:{TITLE}))"
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
    if is_list and _sounds_like(plain(name), written):
        found[written.strip()[:40]] = None
    return list(found)[:MOST_WORDS]


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
    """Of 阿依古丽·买买提 the first is what people say."""
    parts = [plain(one) for one in re.split(r"[\s·•・.]+", folded(name))]
    long = [one for one in parts if len(parts) > 1 and len(one) > 1 and IS_HAN.fullmatch(one)]
    return tuple(re.compile(GAP.join(map(re.escape, one))) for one in long)


@lru_cache(20_000)
def _loose(signs: str, *, is_list: bool) -> re.Pattern[str]:
    family = surname(signs)
    given = signs[len(family) :]
    ways = [
        WIDE_GAP.join(map(re.escape, signs)),
        f"{family}{GAP}(?:某某?|{BEFORE_TITLE}(?:{TITLE})|[老工](?![{HAN}]))",
        f"[老小]{NO_NAMES}{family}(?!序)",
        *_called(family, given, is_list=is_list),
        _masked(family, given),
        f"{given}{GAP}{BEFORE_TITLE}(?:{TITLE})" if len(given) > 1 else "",
        _initials(signs, is_list=is_list),
        _given_alone(given) if is_list else "",
    ]
    return re.compile("|".join(one for one in ways if one))


def _called(family: str, given: str, *, is_list: bool) -> Iterator[str]:
    """程哥, 程头, 姓程的, 那个程, 纪委的程, 程、杜两人, 大程, 程俊, 杰哥, J. Cheng, Mr Cheng; of a list also 程家."""
    ends = f"(?=$|[^{HAN}])" if is_list else f"(?=$|[^{HAN}]|[{SAYS}])"
    yield f"(?<!工){family}{GAP}(?:{SHORT_CALLS}){ends}"
    yield f"纪委的?{family}(?:{ends}|(?=来))|{family}[、和跟][{HAN}]{{1,2}}{TOGETHER}|[、和跟]{family}{TOGETHER}"
    yield f"(?<!工){family}{GAP}(?:{CALLS}{'|家|氏' if is_list else ''})"
    yield f"[大阿]{family}" if is_list else f"[大阿]{family}{ends}"
    yield f"姓{family}|{family}姓|那个?{family}(?![{HAN}])"
    yield f"[{given}](?:{FAMILIAR})"
    if len(given) > 1:
        yield f"{family}{GAP}{given[0]}" if is_list else f"{family}{GAP}{given[0]}{ends}"
        yield f"(?<![{HAN}]){given}{ends}"
    else:
        yield f"阿{given}"
    letters = "".join(f"(?:{_first_letters(sign)}[. ]{{0,2}})?" for sign in given[1:])
    first = f"{_first_letters(given[0])}[. ]{{0,2}}{letters}"
    spoken = "".join(map(_syllable, family))
    yield f"(?i:(?<![a-z])(?:(?:mr|ms|mrs)[. ]{{1,2}}{spoken}|{spoken}[. ]{{1,2}}sir)(?![a-z]))"
    yield f"(?i:(?<![a-z]){first}(?<=[. ]){spoken}(?![a-z])|(?<![a-z]){spoken}[. ,]{{1,2}}{first}(?![a-z]))"


def _masked(family: str, given: str) -> str:
    """程某杰, 程X杰, 程**, 程jun杰, cheng俊j."""
    first = f"(?:{family}|(?<![A-Za-z])(?i:{''.join(map(_syllable, family))}))"
    rest = [f"(?:{sign}|{MASK}|(?i:{_syllable(sign)}|{_first_letters(sign)}))" for sign in given]
    return f"{first}{GAP}(?:{GAP.join(rest)}|{MASK}{{1,3}})(?![A-Za-z])"


def _initials(signs: str, *, is_list: bool) -> str:
    """Two letters in a letter are a word more often than a person."""
    if len(signs) < 3 and not is_list:
        return ""
    letters = "[. ]?".join(_first_letters(sign) for sign in signs)
    return rf"(?<![A-Za-z])(?{'i' if is_list else '-i'}:{letters if is_list else letters.upper()})(?![A-Za-z])"


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
