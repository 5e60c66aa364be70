"""Search by characters, pinyin, initials and the tails of numbers: what is indexed, and what is asked of the index.

Chinese names are mostly two characters, too short for trigrams: every character is a word of its own, and a name is
found as a phrase. Numbers are indexed as keyed fingerprints of their tails, so that a stolen database holds none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from audit.keyring import fingerprint, fingerprints

TAILS = (4, 6, 8)
"""Lengths of the ends of phone and identity numbers that can be searched for."""
CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
PART = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z]+|\d[\dx]*")


def name_key(name: str) -> str:
    """The name in pinyin, syllables apart: the key by which lists are sorted."""
    return " ".join(_syllables(name))[:120]


def search_terms(*, names: list[str], numbers: list[str]) -> str:
    """The words under which a member is found."""
    words = [word for name in names for word in _words_of_name(name)]
    words += [_number_word(digest) for number in numbers for tail in _tails(number) for digest in [_print(tail)]]
    return " ".join(words)


def postgres_query(text: str) -> str:
    """What was typed, as a `tsquery`; empty when nothing in it can be searched for."""
    return " & ".join(_part(part, phrase=" <-> ", prefix=":*", quote="", either=" | ") for part in _parts(text))


def sqlite_query(text: str) -> str:
    """What was typed, as an FTS5 expression; empty when nothing in it can be searched for."""
    return " AND ".join(_part(part, phrase=" ", prefix="*", quote='"', either=" OR ") for part in _parts(text))


def _part(part: str, *, phrase: str, prefix: str, quote: str, either: str) -> str:
    if CHINESE.match(part):
        return quote + phrase.join(part) + quote
    if part.isalpha():
        return part + prefix
    return "(" + either.join(_number_word(digest) for digest in _prints(part)) + ")"


def _parts(text: str) -> list[str]:
    return PART.findall(text.lower().strip())[:8]


def _words_of_name(name: str) -> Iterator[str]:
    if not name:
        return
    yield from CHINESE.findall(name)
    syllables = _syllables(name)
    yield "".join(syllables)
    yield "".join(syllable[0] for syllable in syllables if syllable)


def _syllables(name: str) -> list[str]:
    return [re.sub(r"[^a-z0-9]", "", _reading(character)) for character in name.lower() if not character.isspace()]


@lru_cache(maxsize=8192)
def _reading(character: str) -> str:
    return "".join(lazy_pinyin(character, style=Style.NORMAL)).replace("ü", "v")


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


def _print(tail: str) -> str:
    return fingerprint(tail.lower(), size=6)


def _prints(digits: str) -> list[str]:
    return fingerprints(_indexed_tail(digits), size=6)


def _number_word(digest: str) -> str:
    return f"n{digest}"
