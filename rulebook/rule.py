"""One rule as it is held: its value, its source, its days, and what may be decided locally."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from rulebook.local import LocalPolicy, LocalRule
from rulebook.values import Bracket, Citation, Level, Mark, Share, Text, Value


class NoRule(LookupError):
    """No rule, or no figure, is held for that key on that day. Its text is a sentence for a person."""


class LocalChoiceRequired(NoRule):
    """The rule leaves its figure to a local rule, and none was given."""

    def __init__(self, rule: "Rule") -> None:
        super().__init__(_("%(rule)s: the figure is set locally, and no local rule is held.") % {"rule": rule.title})
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Document:
    key: str
    title: Text
    number: str
    starts: date
    dates: str
    """How sure `starts` is: day, month, year or unverified."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule: it holds from `starts` until the day before `until`."""

    key: str
    title: Text
    says: Text
    value: Value
    unit: str
    applies_to: tuple[str, ...]
    subject: str
    level: Level
    document: Document
    article: str
    quote: str
    verification: Mark
    starts: date
    dates: str
    until: date | None
    until_dates: str
    strength: str
    note: Text | None
    supersedes: str
    policy: LocalPolicy
    adopted: LocalRule | None = None

    @property
    def version(self) -> str:
        """Stored on every computed record. A local rule that stands here is named after a plus sign."""
        national = f"{self.key}@{self.starts.isoformat()}"
        return f"{national}+{self.adopted.number or self.adopted.document}" if self.adopted else national

    @property
    def citation(self) -> Citation:
        """A national document by its official title; what is only local practice, in the language of who reads it."""
        title = str(self.document.title) if self.level == Level.LOCAL else self.document.title.zh
        return Citation(title, self.document.number, self.article, self.level, self.verification)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The rule's own, and that of the local rule that fills it in."""
        return (self.citation, self.adopted.citation) if self.adopted else (self.citation,)

    @property
    def generally(self) -> bool:
        """The text says 一般: the program warns, it does not refuse."""
        return self.strength == "generally"

    @property
    def number(self) -> Decimal:
        if not isinstance(self.value, Decimal):
            raise LocalChoiceRequired(self)
        return self.value

    @property
    def whole(self) -> int:
        return int(self.number)

    @property
    def share(self) -> Share:
        if not isinstance(self.value, Share):
            raise TypeError(f"{self.key} is not a share")
        return self.value

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        if not isinstance(self.value, tuple) or not all(isinstance(item, Bracket) for item in self.value):
            raise TypeError(f"{self.key} has no brackets")
        return tuple(item for item in self.value if isinstance(item, Bracket))

    @property
    def table(self) -> dict[str, Decimal]:
        if not isinstance(self.value, dict):
            raise TypeError(f"{self.key} is not a table")
        return self.value

    def holds(self, on: date) -> bool:
        return self.starts <= on and (self.until is None or on < self.until)

    def uncertain(self, on: date) -> bool:
        """Whether the day falls where we only know the year or month in which the rule begins."""
        same_year = on.year == self.starts.year
        return (self.dates == "year" and same_year) or (
            self.dates == "month" and same_year and on.month == self.starts.month
        )

    def with_local(self, local: Iterable[LocalRule], on: date) -> "Rule":
        """The rule as a committee fills it in or tightens it, outermost first; what would loosen is left aside."""
        standing = self
        for one in local:
            if one.key == self.key and one.holds(on) and not standing.objection(one):
                standing = replace(standing, value=one.value, adopted=one)
        return standing

    def objection(self, local: LocalRule) -> str:
        """Why the local rule may not stand beside this one, as a sentence; empty when it may."""
        return self.policy.objection(local.value, self.value)


@dataclass(frozen=True)
class Subject:
    key: str
    title: Text
    order: int
    rules: tuple[Rule, ...]
