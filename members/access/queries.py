from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from members.choices import Capability, OfficeKind, office_words
from members.models.office import Office, OfficeQuerySet
from members.models.user import User
from members.offices import Access, HeldOffice
from members.paths import STEP

PLACE = ("organization__path", "organization__code", "organization__name", "stands_in", "organization__kind")


def access_for(user: User, *, on: date) -> Access:
    """The offices the user holds on that day, in one query."""
    held = _offices_of(on).held_by(user)
    return Access(
        on=on,
        held=tuple(HeldOffice(OfficeKind(kind), *place) for kind, *place in held.values_list("kind", *PLACE)),
        member_id=user.member_id,
    )


@lru_cache(maxsize=8)
def _offices_of(on: date) -> OfficeQuerySet:
    """Made once a day: every page asks, and making it takes longer than asking."""
    return Office.objects.holding(on).with_stand_ins(on).order_by("organization__path")


@dataclass(frozen=True, slots=True)
class NamedOffice:
    """An office in force, and who holds it."""

    office: HeldOffice
    name: str
    member_id: int | None
    """Whose person it is; None: a log-in without a member."""
    account: str = ""
    """The log-in; empty: the member has none, or it was closed."""
    email: str = ""

    def __str__(self) -> str:
        return _("%(name)s (%(office)s)") % {
            "name": self.name,
            "office": office_words(self.office.kind, self.office.place),
        }


def named_offices(paths: Iterable[str], *, on: date) -> list[NamedOffice]:
    """The offices held at these organizations and above them. One query."""
    above = {path[:end] for path in paths for end in range(STEP, len(path) + 1, STEP)}
    named = Coalesce("member__name", "user__member__name", NullIf("user__display_name", Value("")), "user__username")
    held = (
        Office.objects.holding(on)
        .filter(organization__path__in=above)
        .with_stand_ins(on)
        .annotate(named=named, person=Coalesce("member", "user__member"), account=_log_in("username"))
        .annotate(address=_log_in("email"))
    )
    rows = held.order_by("organization__path", "kind", "valid_from", "pk")
    return [
        NamedOffice(HeldOffice(OfficeKind(kind), *place), name, person, account, address)
        for name, person, account, address, kind, *place in rows.values_list(
            "named", "person", "account", "address", "kind", *PLACE
        )
    ]


def _log_in(field: str) -> Case:
    """Of the account with which the office is exercised; empty where it is closed, or there is none."""
    return Case(
        When(user__is_active=True, then=f"user__{field}"),
        When(user=None, member__user__is_active=True, then=f"member__user__{field}"),
        default=Value(""),
    )


def holders(offices: Iterable[NamedOffice], capability: Capability, path: str) -> list[NamedOffice]:
    """Those of them who may do that at the organization with that path, of the nearest that has any."""
    able = [one for one in offices if one.office.may(capability, path)]
    nearest = max((one.office.path for one in able), default="")
    return [one for one in able if one.office.path == nearest]


def in_words(offices: Iterable[NamedOffice]) -> str:
    """Their names with the offices, one after the other; empty: nobody."""
    return _(", ").join(map(str, offices))


def whom_to_ask(offices: Iterable[NamedOffice], capability: Capability, path: str) -> str:
    """Who can log in and do that there, in words: those above with organization and, where known, address."""
    able = [one for one in holders(offices, capability, path) if one.account]
    above = _("%(name)s of %(place)s")
    return _(", ").join(
        str(one)
        if one.office.path == path
        else f"{above % {'name': one, 'place': one.office.organization}} {one.email}".strip()
        for one in able
    )
