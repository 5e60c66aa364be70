"""Looking rules up: by words, article, subject, level, mark and day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rulebook.book import subjects
from rulebook.local import LocalRule
from rulebook.rule import Rule, Subject


@dataclass(frozen=True)
class Search:
    """Empty fields ask for nothing. `on=None` finds every version, a day only those in force.

    `words`: each is written in the rule, or names its article: 第九条, 第9条, 9.
    """

    words: str = ""
    subject: str = ""
    level: str = ""
    mark: str = ""
    on: date | None = None


def find(search: Search, local: Iterable[LocalRule] = ()) -> list[tuple[Subject, list[Rule]]]:
    """Subjects with the rules found in them, in the order of the files; local rules stand where they hold."""
    local = tuple(local)
    found = [
        (subject, [shown(one, search.on, local) for one in subject.rules if fits(one, search)])
        for subject in subjects()
    ]
    return [(subject, rules) for subject, rules in found if rules]


def fits(rule: Rule, search: Search) -> bool:
    return (
        search.subject in ("", rule.subject)
        and search.level in ("", rule.level)
        and search.mark in ("", rule.verification)
        and (search.on is None or rule.holds(search.on))
        and all(word in words_of(rule) or is_article(word, rule) for word in split(search.words))
    )


ARTICLE = re.compile(r"第?(\d{1,3})条?|第([零一二三四五六七八九十百]+)条?|([零一二三四五六七八九十百]+)条")
DIGITS, UNITS = "零一二三四五六七八九", {"十": 10, "百": 100}


def split(words: str) -> list[str]:
    """In small letters; an article is a word of its own, also where it follows a title without a space."""
    return re.sub(r"(第[\d零一二三四五六七八九十百]+条)", r" \1 ", words.lower()).split()


def is_article(word: str, rule: Rule) -> bool:
    """Whether the word is the number of the rule's article, or of one of its articles."""
    asked = ARTICLE.fullmatch(word)
    if not asked or not re.fullmatch(r"[\d,-]+", rule.article):
        return False
    spans = [part.split("-") for part in rule.article.split(",")]
    return any(int(span[0]) <= _number(asked[asked.lastindex or 1]) <= int(span[-1]) for span in spans)


def _number(written: str) -> int:
    """Of an article: in digits, or up to 199 in Chinese."""
    if written.isdecimal():
        return int(written)
    total = digit = 0
    for sign in written:
        total += UNITS.get(sign, 0) * (digit or 1)
        digit = 0 if sign in UNITS else DIGITS.index(sign)
    return total + digit


def words_of(rule: Rule) -> str:
    """Everything written about a rule in both languages, in small letters."""
    texts = [rule.title, rule.says, rule.document.title, *([rule.note] if rule.note else [])]
    written = [text.zh for text in texts] + [text.en for text in texts]
    return (
        " ".join([rule.key, rule.document.number, rule.quote, *written])
        .lower()
        .replace("共产党章程", "共产党章程 党章")
    )


def shown(rule: Rule, on: date | None, local: tuple[LocalRule, ...]) -> Rule:
    return rule.with_local(local, on) if on else rule
