"""The few value types that every app shares: what was decided, by which article, and what is due."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import get_language, gettext as _

UNVERIFIED, NO_ARTICLE = "unverified", "none"


class Level(StrEnum):
    """How far a rule reaches. A local one is never shown as national."""

    NATIONAL = "N"
    SYSTEM = "S"
    LOCAL = "L"


class Mark(StrEnum):
    """How a clause was read: on an official page, on a reprint, only paraphrased, or not verified at all."""

    OFFICIAL = "V1"
    REPRINT = "V2"
    PARAPHRASE = "V3"
    UNVERIFIED = "U"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in both languages; as a string it speaks the language of the person served."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule stands. `document` is the official title, `number` is empty when the document has none."""

    document: str
    number: str
    article: str
    level: str
    verification: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @property
    def article_text(self) -> str:
        """The article in words; says so when its number could not be verified."""
        if self.article == UNVERIFIED:
            return _("article number not verified")
        if self.article == NO_ARTICLE:
            return ""
        return _("Article %(number)s") % {"number": self.article} if self.article[0].isdigit() else self.article

    @property
    def in_full(self) -> str:
        """For who asks for the source: also how surely the clause is known."""
        return self._said(self.article_text, f"[{self.verification}]")

    def __str__(self) -> str:
        """Document and article, as an ordinary page, a form or a paper says it."""
        return self._said("" if self.article == UNVERIFIED else self.article_text)

    def _said(self, *more: str) -> str:
        title = self.document if self.level == Level.LOCAL else f"《{self.document}》"
        return " ".join(part for part in (title, self.number, *more) if part)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no, the reason as a sentence, and the articles that say so."""

    holds: bool
    reason: str
    citations: tuple[Citation, ...] = ()

    def __bool__(self) -> bool:
        return self.holds


class DutyState(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Duty:
    """What is asked of a branch or a member, computed from facts and never typed.

    `organization` is its code, `member` a primary key or None when the duty is the organization's, `period` is
    `2026`, `2026-Q3` or `2026-07`. `stays`: what is asked for follows from a record and not from the calendar, so that
    it has to be done also where it was recorded of a time before the organization's first day.
    """

    kind: str
    organization: str
    member: str | None
    period: str
    due_on: date
    state: DutyState
    citation: Citation
    stays: bool = False


def duty_state(*, due_on: date, done: bool, on: date) -> DutyState:
    """A duty is overdue from the day after it fell due."""
    if done:
        return DutyState.DONE
    return DutyState.OVERDUE if on > due_on else DutyState.OPEN


@dataclass(frozen=True, slots=True)
class Bracket:
    """A base up to and including `up_to` (None: any) takes `rate` as a whole."""

    up_to: Decimal | None
    rate: Decimal

    def holds(self, base: Decimal) -> bool:
        return self.up_to is None or base <= self.up_to


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `of`; `inclusive` says whether exactly the share is enough."""

    fraction: Fraction
    inclusive: bool
    of: str

    def needed(self, whole: int) -> int:
        """The smallest count of people that reaches the share of the whole."""
        exact = self.fraction * whole
        floor = exact.numerator // exact.denominator
        return floor if self.inclusive and exact == floor else floor + 1


Value = Decimal | bool | str | tuple[str, ...] | tuple[Bracket, ...] | Share | dict[str, Decimal] | None
