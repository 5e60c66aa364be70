"""Columns that several models have: sealed values, and the months or days for which something holds."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.keyring import seal, unseal


class Sealed(str):
    """An encrypted value as the database holds it. `open()` decrypts; showing it shows nothing."""

    def open(self) -> str:
        """The text. Raises SealBroken where no key of the ring fits."""
        return unseal(str.__str__(self)) if self else ""

    def __str__(self) -> str:
        return "••••••" if self else ""

    def __repr__(self) -> str:
        return f"Sealed({self!s})"


class SealedField(models.TextField):
    """Text that is stored encrypted and read as `Sealed`. Plain text assigned to it is sealed on the way in."""

    is_sealed = True
    """For `audit.keyring`, which knows no members."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return str.__str__(value if isinstance(value, Sealed) else sealed(str(value)))


def sealed(text: str) -> Sealed:
    """Encrypt a text; the empty text stays empty, so that "not recorded" can be seen without a key."""
    return Sealed(seal(text)) if text else Sealed("")


def opened(value: str) -> str:
    """The text of a private field, whether it comes from the database or was just assigned."""
    return value.open() if isinstance(value, Sealed) else value


def holding(on: date | OuterRef, prefix: str = "") -> Q:
    """Condition: the row holds on that day. A beginning that isn't known counts as past."""
    begun = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": on})
    return begun & unended_on(on, prefix)


def unended_on(day: date | OuterRef, prefix: str = "") -> Q:
    """Condition: the row hasn't ended by that day, whether it has begun or not."""
    return Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": day})


def holding_sql(table: str, day: str) -> str:
    """The same of a table and a day in SQL."""
    begun = f"({table}.valid_from IS NULL OR {table}.valid_from <= {day})"
    return f"{begun} AND ({table}.valid_until IS NULL OR {table}.valid_until > {day})"


def period_constraint(name: str) -> models.CheckConstraint:
    """The database's refusal of a row that ends before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The end lies before the beginning."),
    )
