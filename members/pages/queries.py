"""Names of those who did something, and pages of long lists."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _, pgettext

from members.choices import office_words
from members.models.member import Member, MemberQuerySet
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User


def called(user: User | None) -> str:
    """What somebody is called on pages and papers: the member's name, else the account's. Reads `user.member`."""
    if user is None:
        return ""
    return user.member.name if user.member else user.get_full_name()


def names_of(usernames: Iterable[str], *, on: date | None = None, at: Organization | None = None) -> dict[str, str]:
    """By user name: the member's name, else the account's; followed by the offices held on that day in the
    organization of the paper, never by those held elsewhere.

    Whoever has no account, like the machine itself, isn't in it. One query, two with offices.
    """
    users = User.objects.filter(username__in={*usernames} - {""})
    rows = users.values_list("username", "display_name", "member__name")
    names = {username: name or shown or username for username, shown, name in rows}
    offices = _offices(names, on, at) if on and at and names else {}
    return {username: _titled(name, offices.get(username, [])) for username, name in names.items()}


def _offices(usernames: Iterable[str], on: date, at: Organization) -> dict[str, list[str]]:
    """Each kind once."""
    held = Office.objects.holding(on).filter(organization=at)
    held = held.filter(Q(user__username__in=usernames) | Q(member__user__username__in=usernames))
    rows = held.annotate(username=Coalesce(F("user__username"), F("member__user__username")))
    found: dict[str, list[str]] = defaultdict(list)
    for username, kind in rows.order_by("kind").values_list("username", "kind"):
        found[username].append(office_words(kind, at.kind))
    return {username: list(dict.fromkeys(kinds)) for username, kinds in found.items()}


def _titled(name: str, offices: list[str]) -> str:
    if not offices:
        return name
    return pgettext("name (office)", "%(name)s (%(office)s)") % {"name": name, "office": _(", ").join(offices)}


PAGE_SIZE = 35
UNKNOWN = "-"


@dataclass(frozen=True)
class PageStart:
    """Where a page begins: behind a member, before one (`forward` is False), or at the beginning or the end."""

    key: UUID | None = None
    among_unknown: bool = False
    forward: bool = True

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "PageStart":
        """Read the address. What can't be read means the beginning."""
        if "end" in query:
            return cls(forward=False)
        for name, forward in (("after", True), ("before", False)):
            if name in query:
                return cls._beside(query[name], forward)
        return cls()

    @classmethod
    def _beside(cls, text: str, forward: bool) -> "PageStart":
        try:
            return cls(UUID(text.removeprefix(UNKNOWN)), text.startswith(UNKNOWN), forward)
        except ValueError:
            return cls()


@dataclass(frozen=True)
class Order:
    """Columns to sort by, the last of them unique. `nullable`: the first may be unknown, and those come last."""

    fields: tuple[str, ...]
    nullable: bool = False

    def parts(self) -> list[tuple[Q, tuple[str, ...], bool]]:
        """Condition, columns, and whether it is the part of the unknown ones: in order."""
        if not self.nullable:
            return [(Q(), self.fields, False)]
        unknown = Q(**{f"{self.fields[0]}__isnull": True})
        return [(~unknown, self.fields, False), (unknown, self.fields[1:], True)]

    def mark(self, row: Any) -> str:
        """How an address names the place of this row."""
        unknown = self.nullable and getattr(row, self.fields[0]) is None
        return f"{UNKNOWN if unknown else ''}{row.key}"


@dataclass
class Page:
    """Some rows of a list in order. `before` and `after` name the pages beside it; empty: there is none."""

    rows: list[Any]
    """Named tuples of the columns that were asked for."""
    before: str = ""
    after: str = ""


def page(rows: MemberQuerySet, columns: Sequence[str], order: Order, place: PageStart, size: int = PAGE_SIZE) -> Page:
    """One page, of columns that include `key` and those of the order; whole models would take twice the time."""
    return page_of(lambda place, wanted: _rows_of(rows, columns, order, place, wanted), order, place, size)


def page_of(rows: Callable[[PageStart, int], list[Any]], order: Order, place: PageStart, size: int) -> Page:
    """One page of what `rows` gives from a place on, at most so many.

    What would reach over the beginning, or begins at somebody who has gone, is the first page instead.
    """
    found = rows(place, size + 1)
    more, found = len(found) > size, found[:size]
    if place.key and not (found if place.forward else more):
        return page_of(rows, order, PageStart(), size)
    if not place.forward:
        found.reverse()
    has_before, has_after = (place.key is not None, more) if place.forward else (more, place.key is not None)
    return Page(
        rows=found,
        before=order.mark(found[0]) if found and has_before else "",
        after=order.mark(found[-1]) if found and has_after else "",
    )


def rows_from(
    rows: MemberQuerySet, columns: Sequence[str], order: Order, place: PageStart, wanted: int
) -> QuerySet[Member, Any]:
    """The same of an order whose columns are always known, as a query for tuples."""
    [(_condition, fields, _unknown)] = order.parts()
    here = rows.filter(_beyond(fields, Member.objects.filter(key=place.key), place.forward)) if place.key else rows
    return here.order_by(*_directed(fields, place)).values_list(*columns)[:wanted]


def _rows_of(rows: MemberQuerySet, columns: Sequence[str], order: Order, place: PageStart, wanted: int) -> list[Any]:
    parts = order.parts() if place.forward else order.parts()[::-1]
    found: list[Any] = []
    begun = False
    for condition, fields, unknown in parts:
        here = rows.filter(condition) if condition else rows
        if place.key and not begun:
            if unknown != place.among_unknown:
                continue
            here, begun = here.filter(_beyond(fields, Member.objects.filter(key=place.key), place.forward)), True
        ordered = here.order_by(*_directed(fields, place))
        found += ordered.values_list(*columns, named=True)[: wanted - len(found)]
        if len(found) >= wanted:
            break
    return found


def _directed(fields: tuple[str, ...], place: PageStart) -> list[str]:
    return [name if place.forward else f"-{name}" for name in fields]


def _beyond(fields: tuple[str, ...], beside: MemberQuerySet, forward: bool) -> Q:
    """Behind that member in the order, or before. The first column bounds the range that is read."""
    at = {name: Subquery(beside.values(name)) for name in fields}
    further = "gt" if forward else "lt"
    beyond = Q(**{f"{fields[-1]}__{further}": at[fields[-1]]})
    for name in reversed(fields[:-1]):
        beyond = Q(**{f"{name}__{further}": at[name]}) | (Q(**{name: at[name]}) & beyond)
    return Q(**{f"{fields[0]}__{further}e": at[fields[0]]}) & beyond
