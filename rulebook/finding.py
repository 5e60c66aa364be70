"""Looking rules up: by words, subject, level, mark and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rulebook.book import subjects
from rulebook.local import LocalRule
from rulebook.rule import Rule, Subject


@dataclass(frozen=True)
class Search:
    """Empty fields ask for nothing. `on=None` finds every version, a day only those in force."""

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
        and all(word in words_of(rule) for word in search.words.lower().split())
    )


def words_of(rule: Rule) -> str:
    """Everything written about a rule in both languages, in small letters."""
    texts = [rule.title, rule.says, rule.document.title, *([rule.note] if rule.note else [])]
    written = [text.zh for text in texts] + [text.en for text in texts]
    return " ".join([rule.key, rule.document.number, rule.quote, *written]).lower()


def shown(rule: Rule, on: date | None, local: tuple[LocalRule, ...]) -> Rule:
    return rule.with_local(local, on) if on else rule
