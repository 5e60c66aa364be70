from functools import reduce
from operator import and_
from typing import Any

from django.db import models
from django.db.models import F, Func, Q


class IsFirstOfMonth(Func):
    """Whether a date is the first of its month, in words that each database knows without our functions."""

    output_field = models.BooleanField()
    template = "EXTRACT(DAY FROM %(expressions)s) = 1"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 9, 2) = '01'", **extra)


def first_of_month(name: str, *fields: str) -> models.CheckConstraint:
    """The database's refusal of a month that isn't written as its first day."""
    each = [Q(**{f"{field}__isnull": True}) | Q(IsFirstOfMonth(F(field))) for field in fields]
    return models.CheckConstraint(condition=reduce(and_, each), name=name)
