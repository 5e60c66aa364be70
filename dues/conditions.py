"""What rows of dues have in common: who sees them, and months as the database checks them."""

from functools import reduce
from operator import and_
from typing import Any

from django.db import models
from django.db.models import F, Func, Q

from members.choices import Capability
from members.models import Merge, User
from members.paths import subtree


def own(user: User, field: str = "member") -> Q:
    """Of oneself, also what stays on record under an entry that was merged into one's own."""
    mine = user.access.member_id
    return Q(**{field: mine}) | Q(**{f"{field}__in": Merge.objects.into(mine)}) if mine else Q(pk__in=[])


def own_or_in_branch(user: User, capability: Capability) -> Q:
    return subtree("member__roster_path", user.access.paths(capability)) | own(user)


def own_or_at_organization(user: User, capability: Capability) -> Q:
    """Rows that stay with the branch in which they were made, wherever the member moved since."""
    return subtree("organization__path", user.access.paths(capability)) | own(user)


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
