"""Finding people by characters, pinyin and initials, and the index for it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise

from django.db import connection, transaction
from pypinyin import Style, lazy_pinyin

from audit.keyring import fingerprint_each, fingerprints

TAILS = (4, 6, 8)
"""Lengths of the ends of phone and identity numbers that can be searched for."""
PRINT_SIZE = 6
"""Bytes of a tail's fingerprint."""
CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
PART = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z]+(?:[ '’-]+[a-z]+)*|\d[\dx]*")
"""What is searched for as one: characters that follow each other, pinyin with or without gaps, a number."""
SURNAMES = dict(
    re.findall(
        r"(.):(\w+)",
        "曾:zeng 单:shan 查:zha 仇:qiu 解:xie 区:ou 盖:ge 朴:piao 翟:zhai 覃:qin 乐:yue 缪:miao 折:she 召:shao "
        "黑:he 员:yun 种:chong 秘:bi 繁:po 薄:bo 隗:wei 阚:kan 祭:zhai 尉:yu 洗:xian 重:chong 藏:zang",
    )
)
"""Characters that are read differently at the head of a name."""


def name_key(name: str) -> str:
    """The name in pinyin, syllables apart: the key by which lists are sorted."""
    return " ".join(_syllables(name))[:120]


def search_terms(*, names: list[str], numbers: list[str]) -> str:
    """The words under which a member is found."""
    words = [word for name in names for word in _words_of_name(name)]
    tails = [tail.lower() for number in numbers for tail in _tails(number)]
    words += map(_number_word, fingerprint_each(tails, size=PRINT_SIZE))
    return " ".join(words)


def postgres_query(text: str, *, whole: bool = False) -> str:
    """What was typed, as a `tsquery`; empty when nothing in it can be searched for. `whole`: pinyin and initials only
    as they stand, without what begins so.
    """
    prefix = "" if whole else ":*"
    return " & ".join(_part(part, both=" & ", prefix=prefix, quote="", either=" | ") for part in _parts(text))


def sqlite_query(text: str, *, whole: bool = False) -> str:
    """The same as an FTS5 expression."""
    prefix = "" if whole else "*"
    return " AND ".join(_part(part, both=" AND ", prefix=prefix, quote='"', either=" OR ") for part in _parts(text))


def means_more(text: str) -> bool:
    """Whether something in it is found also as the beginning of a word."""
    return any(part[0].isalpha() and part.isascii() for part in _parts(text))


def _part(part: str, *, both: str, prefix: str, quote: str, either: str) -> str:
    if CHINESE.match(part):
        return both.join(quote + word + quote for word in (_pairs(part) if len(part) > 1 else part))
    if part[0].isalpha():
        return re.sub(r"[^a-z]", "", part) + prefix
    return "(" + either.join(_number_word(digest) for digest in _prints(part)) + ")"


def _parts(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text[:200]).lower().replace("ü", "v")
    return PART.findall(plain)[:8]


def _words_of_name(name: str) -> Iterator[str]:
    if not name:
        return
    characters = CHINESE.findall(name)
    yield from characters
    yield from _pairs(characters)
    syllables = _syllables(name)
    yield from _spelled(syllables)
    if name[0] in SURNAMES:  # people type either reading
        yield from _spelled([_reading(name[0]), *syllables[1:]])


def _pairs(characters: Iterable[str]) -> list[str]:
    return [first + second for first, second in pairwise(characters)]


def _spelled(syllables: list[str]) -> Iterator[str]:
    yield "".join(syllables)
    yield "".join(syllable[0] for syllable in syllables if syllable)


def _syllables(name: str) -> list[str]:
    syllables = [_reading(character) for character in name.lower() if not character.isspace()]
    if name[:1] in SURNAMES:
        syllables[0] = SURNAMES[name[0]]
    return syllables


@lru_cache(maxsize=8192)
def _reading(character: str) -> str:
    """What is left of a sign that has no reading is nothing."""
    return re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(character, style=Style.NORMAL)).replace("ü", "v"))


def _tails(number: str) -> Iterator[str]:
    for length in TAILS:
        if len(number) > length:
            yield number[-length:]
    if number:
        yield number


def _indexed_tail(digits: str) -> str:
    """The longest indexed end of what was typed; a whole number stays whole."""
    if len(digits) >= 11:
        return digits
    return digits[-max((length for length in TAILS if length <= len(digits)), default=len(digits)) :]


def _prints(digits: str) -> list[str]:
    return fingerprints(_indexed_tail(digits), size=PRINT_SIZE)


def _number_word(digest: str) -> str:
    return f"n{digest}"


TRIGGER = "members_member_search_insert"
WORTH_IT = 200
"""Below that many members the trigger costs less than putting it aside."""


@contextmanager
def filled_at_once(first: int, count: int) -> Iterator[None]:
    """The members inserted inside, with ids from `first` on, are indexed at the end. Inside a transaction."""
    if connection.vendor != "sqlite" or count < WORTH_IT:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [TRIGGER])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP TRIGGER {TRIGGER}")
        yield
        cursor.execute(
            "INSERT INTO members_member_search(rowid, search_terms) "
            "SELECT id, search_terms FROM members_member WHERE id BETWEEN %s AND %s ORDER BY id",
            [first, first + count - 1],
        )
        cursor.execute(definition)
