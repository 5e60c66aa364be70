"""A committee's own rule: it may fill in or tighten what is held, never loosen it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from rulebook.values import Citation, Level, Mark, Text, Value

DIRECTIONS = ("none", "lower", "higher", "range", "options")


class Loosening(ValueError):
    """The local rule would loosen the rule or has no place there. Its text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class LocalRule:
    """A local rule as a value: `value` is a Decimal or a word, `until` is exclusive and None while it holds."""

    key: str
    value: Decimal | str
    document: str
    number: str
    approved_by: str
    approved_on: date
    organization: str
    starts: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.starts <= on and (self.until is None or on < self.until)

    @property
    def citation(self) -> Citation:
        """Local documents are vouched for by who approved them; the mark says that we have not read them."""
        return Citation(self.document, self.number, "none", Level.LOCAL, Mark.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class LocalPolicy:
    """What a local rule may do to a key.

    `lower` and `higher`: not above, not below the rule's own figure. `range`: within minimum and maximum.
    `options`: one of the words. `none`: nothing. `required`: without a local rule there is no figure.
    """

    direction: str = "none"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    whole: bool = False
    options: Mapping[str, Text] = field(default_factory=dict)
    required: bool = False

    def read(self, text: str) -> Decimal | str:
        """A value as a person writes it; raises Loosening when it isn't one."""
        if self.direction == "options":
            return text.strip()
        try:
            number = Decimal(text.strip())
        except InvalidOperation as error:
            raise Loosening(_("“%(value)s” is not a number.") % {"value": text}) from error
        if not number.is_finite():
            raise Loosening(_("“%(value)s” is not a number.") % {"value": text})
        return number

    def objection(self, value: Decimal | str, national: Value) -> str:
        """Why the value may not stand, as a sentence; empty when it may."""
        if self.direction == "none":
            return _("This rule leaves nothing to decide locally.")
        if self.direction == "options":
            return "" if value in self.options else self._not_an_option(value)
        if not isinstance(value, Decimal):
            return _("“%(value)s” is not a number.") % {"value": value}
        return (
            self._whole(value) or self._below(value, self._floor(national)) or self._above(value, self._roof(national))
        )

    def _floor(self, national: Value) -> Decimal | None:
        return national if self.direction == "higher" and isinstance(national, Decimal) else self.minimum

    def _roof(self, national: Value) -> Decimal | None:
        return national if self.direction == "lower" and isinstance(national, Decimal) else self.maximum

    def _whole(self, value: Decimal) -> str:
        broken = self.whole and value != value.to_integral_value()
        return _("“%(value)s” is not a whole number.") % {"value": value} if broken else ""

    def _below(self, value: Decimal, floor: Decimal | None) -> str:
        if floor is None or value >= floor:
            return ""
        if self.direction == "higher":
            return _("A local rule may ask for more, not for less: %(value)s is below %(limit)s.") % {
                "value": value,
                "limit": floor,
            }
        return _("%(value)s is below the least that is allowed, %(limit)s.") % {"value": value, "limit": floor}

    def _above(self, value: Decimal, roof: Decimal | None) -> str:
        if roof is None or value <= roof:
            return ""
        if self.direction == "lower":
            return _("A local rule may be stricter, not looser: %(value)s is above %(limit)s.") % {
                "value": value,
                "limit": roof,
            }
        return _("%(value)s is above the most that is allowed, %(limit)s.") % {"value": value, "limit": roof}

    def _not_an_option(self, value: Decimal | str) -> str:
        return _("“%(value)s” is none of the choices: %(options)s.") % {
            "value": value,
            "options": ", ".join(str(text) for text in self.options.values()),
        }
