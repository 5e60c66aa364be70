"""The roster, the places of a list, and people who may be on record twice."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, Subquery, Value
from django.db.models.functions import Concat

from audit.keyring import fingerprints
from members.bulk import InArray
from members.choices import (
    Capability,
    DatePrecision,
    DuesCategory,
    LeavingReason,
    Membership,
    OrganizationKind,
    SituationKind,
)
from members.dates import PartialDate, years_between
from members.fields import opened
from members.models.member import Member, MemberQuerySet, Situation
from members.models.organization import Organization
from members.models.user import User
from members.pages.queries import Order, Page, PageStart, page
from members.paths import STEP, subtree
from members.people import membership_on
from members.roster.filters import AGES, NONE, RosterFilter
from members.search import means_more, name_key
from rulebook.dates import add_years

ORDERS = {
    "": Order(("roster_path", "name_key", "id")),
    "name": Order(("name_key", "id")),
    "age": Order(("birth_on", "id"), nullable=True),
    "joined": Order(("joined_on", "id"), nullable=True),
}
COUNTED, FOUND = 600, 200
"""Where counting stops, without a filter and with one: nobody reads further, and it would cost more than the page."""
COMMON_KINDS = (SituationKind.RETIRED, SituationKind.RELOCATED, SituationKind.MOBILE, SituationKind.FRAIL)
"""Found by going through the roster; the others by going through the few to whom they apply."""
KINDS = [(kind.value, kind) for kind in SituationKind]
SHOWN_FIELDS = (
    *("id", "key", "name", "name_key", "sex", "birth_on", "birth_precision", "membership", "full_on", "dues_category"),
    *("joined_on", "joined_precision", "reach_by", "roster_path"),
)
LEAVING_FIELDS = ("left_path", "left_on", "left_because")
"""What is shown besides of whoever has left."""


@dataclass(slots=True)
class RosterRow:
    """A member as the list shows them on a day."""

    member: Any
    """Named tuple of SHOWN_FIELDS, and of LEAVING_FIELDS where somebody has left."""
    on: date
    branch: str = ""
    """The branch, and the group where the member is in one: the last, where somebody has left."""
    situations: tuple[SituationKind, ...] = ()

    @property
    def age(self) -> str:
        """Completed years; both numbers where the birth is known only to the month or year. Empty: not recorded."""
        first_day = self.member.birth_on
        if first_day is None:
            return ""
        most = years_between(first_day, self.on)
        if self.member.birth_precision == DatePrecision.DAY:
            return str(most)
        least = years_between(PartialDate(first_day, self.member.birth_precision).last_day, self.on)
        return str(most) if least == most else f"{least}–{most}"

    @property
    def joined(self) -> str:
        """The day, month or year of joining. Empty: not recorded."""
        day = self.member.joined_on
        return str(PartialDate(day, self.member.joined_precision)) if day else ""

    @property
    def left(self) -> str:
        """The day on which the member left, and why."""
        return f"{self.member.left_on} {LeavingReason(self.member.left_because).label}"

    @property
    def membership(self) -> Membership:
        return membership_on(self.on, full_on=self.member.full_on, recorded=self.member.membership)


def roster(
    user: User, code: str = "", capability: Capability = Capability.VIEW_ROSTER, *, walking: bool = False
) -> MemberQuerySet:
    """The rosters that the user works with: what is visible without what is merely their own row elsewhere.

    With the code of an organization only its subtree; nobody where the user doesn't see that organization. `walking` as
    in `visible_to`.
    """
    members = Member.objects.visible_to(user, capability, walking=walking, former=False)
    if user.access.member_id:
        members = members.filter(subtree("roster_path", user.access.paths(capability)))
    if not code:
        return members
    return members.filter(roster_path__range=_subtree_of(user, code, capability))


def former_members(user: User, code: str = "", capability: Capability = Capability.VIEW_ROSTER) -> MemberQuerySet:
    """Those who left the last of the rosters that the user works with; as `roster`, with an organization's code."""
    members = Member.objects.visible_to(user, capability).former(user.access.paths(capability))
    return members.filter(Q(left_path__range=_subtree_of(user, code, capability))) if code else members


def _subtree_of(user: User, code: str, capability: Capability) -> tuple[Subquery, Concat]:
    """First and last path below the organization of the code; nothing lies in it where the user doesn't see it."""
    start = Subquery(Organization.objects.visible_to(user, capability).filter(code=code).values("path"))
    return start, Concat(start, Value("Z" * STEP))


def asked(
    user: User,
    chosen: RosterFilter,
    *,
    on: date,
    capability: Capability = Capability.VIEW_ROSTER,
    walking: bool = False,
    whole: bool = False,
) -> MemberQuerySet:
    """Whom the filter asks for, of those with whom the user works. `whole` as in `search`."""
    if chosen.former:
        members = former_members(user, chosen.org, capability)
    else:
        members = roster(user, chosen.org, capability, walking=walking)
    return narrowed(members, chosen, on=on, whole=whole)


def narrowed(members: MemberQuerySet, chosen: RosterFilter, *, on: date, whole: bool = False) -> MemberQuerySet:
    """Those whom the filter asks for on that day."""
    if chosen.situation:
        members = _in_situation(members, chosen.situation, on)
    if chosen.category:
        members = members.filter(dues_category="" if chosen.category == NONE else DuesCategory(chosen.category))
    if chosen.membership:
        members = members.formal(on) if chosen.membership == Membership.FORMAL else members.probationary(on)
    if chosen.ages:
        members = members.filter(_of_age(chosen.ages, on))
    if chosen.voting:
        members = members.voting(on) if chosen.voting == "yes" else members.voteless(on)
    return members.search(chosen.q, whole=whole)


def _in_situation(members: MemberQuerySet, situation: str, on: date) -> MemberQuerySet:
    if situation == NONE:
        return members.outside_situation(*SituationKind, on=on)
    kind = SituationKind(situation)
    if kind in COMMON_KINDS:
        return members.in_situation(kind, on=on)
    return members.filter(pk__in=Situation.objects.of(kind).holding(on).values("member"))


def _of_age(band: str, on: date) -> Q:
    """Completed years by the first day that the birth can mean."""
    if band == NONE:
        return Q(birth_on__isnull=True)
    least, most = AGES[band]
    old_enough = Q(birth_on__lte=add_years(on, -least))
    return old_enough & Q(birth_on__gt=add_years(on, -most - 1)) if most is not None else old_enough


@dataclass(frozen=True)
class Listed:
    """Whom the list goes through, and how many they are. `count` None: more than `most`."""

    members: MemberQuerySet
    count: int | None
    most: int
    partly: bool = False
    """Whether only the first `most` are on the list."""


def roster_list(user: User, chosen: RosterFilter, *, on: date) -> Listed:
    """Those whom the filter asks for, counted as far as somebody reads.

    Of a search only the first that are found are listed, in whatever order the index gives them: a common name is never
    sorted as a whole.
    """
    if chosen.q.strip():
        return _found(user, chosen, on)
    members = asked(user, chosen, on=on)
    most = FOUND if chosen.narrows else COUNTED
    counted = members.order_by() if chosen.narrows else members.order_by("roster_path").values("roster_path")
    count = counted[: most + 1].count()  # in the order of an index that has the path, without looking at the rows
    if count <= most:
        return Listed(members, count, most)
    if chosen.sort:
        members = asked(user, chosen, on=on, walking=True)
    return Listed(members, None, most)


def _found(user: User, chosen: RosterFilter, on: date) -> Listed:
    """Whole initials first: the index has them as one list, and where they alone are too many it was asked enough."""
    found: list[int] = []
    for whole in (True, False) if means_more(chosen.q) else (False,):
        if len(found) <= FOUND:
            members = asked(user, chosen, on=on, whole=whole)
            found = list(members.order_by().values_list("pk", flat=True)[: FOUND + 1])
    count = None if len(found) > FOUND else len(found)
    narrow = members if chosen.former else Member.objects.all()
    return Listed(narrow.filter(pk__in=found[:FOUND]), count, FOUND, partly=count is None)


def page_of(members: MemberQuerySet, *, sort: str, place: PageStart, former: bool = False) -> Page:
    """One page of the list, with nothing private."""
    return page(members, SHOWN_FIELDS + (LEAVING_FIELDS if former else ()), ORDERS[sort], place)


def place_of(member: Any) -> str:
    """Path of where the member of a page belongs, or belonged last."""
    return member.roster_path or getattr(member, "left_path", "")


def rows_of(members: Sequence[Any], names: Mapping[str, str], *, on: date) -> list[RosterRow]:
    """The members with their situations of that day."""
    held = Situation.objects.holding(on).filter(InArray("member_id", [member.id for member in members]))
    situations = defaultdict(set)
    for member_id, kind in held.values_list("member_id", "kind"):
        situations[member_id].add(kind)
    return [
        RosterRow(member, on, names.get(place_of(member), ""), _in_order(situations.get(member.id, ())))
        for member in members
    ]


def _in_order(kinds: Collection[str]) -> tuple[SituationKind, ...]:
    return tuple([kind for code, kind in KINDS if code in kinds]) if kinds else ()


MOST_OFFERED = 120
"""Organizations offered directly below one; who has more finds the others by the tree."""
LAST_OFFERED = Organization._get_path("", 1, MOST_OFFERED)
"""The end of the path of the last one offered."""


class OrganizationRead(NamedTuple):
    """What is read of an organization."""

    code: str
    name: str
    path: str
    kind: str

    @property
    def above(self) -> str:
        """The path of the organization above."""
        return self.path[:-STEP]


@dataclass(frozen=True)
class Places:
    names: dict[str, str]
    """Path → what a page calls it: a group stands behind its branch."""
    offered: list[tuple[str, str]]
    """Codes and names, indented, of the organization chosen and of those directly below it."""
    chosen: OrganizationRead | None
    """None: none was asked for, or none that the user sees."""


def places_of(user: User, code: str, paths: Iterable[str]) -> Places:
    """In one query: the names of the paths, and where the roster can be narrowed to from the organization of the code.

    Without a code: from the organizations in which the user holds an office.
    """
    paths, offices = set(paths), user.access.paths(Capability.VIEW_ROSTER)
    named = Q(path__in=paths | {path[:-STEP] for path in paths})
    near = (_from_code(code) if code else _from_offices(offices)) & subtree("path", offices)
    rows = Organization.objects.filter(named | near).in_tree_order().values_list("code", "name", "path", "kind")
    found = [OrganizationRead(*row) for row in rows]
    by_path = {place.path: place for place in found}
    starts = [place for place in found if (place.code == code if code else place.path in offices)]
    return Places(
        names={path: _called(by_path[path], by_path) for path in paths & by_path.keys()},
        offered=_offered(found, {start.path for start in starts}),
        chosen=starts[0] if code and starts else None,
    )


def _from_code(code: str) -> Q:
    chosen = Organization.objects.filter(code=code)
    start, depth = Subquery(chosen.values("path")), Subquery(chosen.values("depth"))
    return Q(code=code) | Q(depth=depth + 1, path__range=(start, Concat(start, Value(LAST_OFFERED))))


def _from_offices(paths: Iterable[str]) -> Q:
    near = Q(path__in=paths)
    for path in paths:
        near |= Q(depth=len(path) // STEP + 1, path__range=(path, path + LAST_OFFERED))
    return near


def _called(place: OrganizationRead, by_path: dict[str, OrganizationRead]) -> str:
    above = by_path.get(place.above)
    return f"{above.name} · {place.name}" if place.kind == OrganizationKind.GROUP and above else place.name


def _offered(found: list[OrganizationRead], starts: set[str]) -> list[tuple[str, str]]:
    near = [place for place in found if place.path in starts or place.above in starts]
    return [(place.code, "\u3000" * (place.above in starts) + place.name) for place in near[: MOST_OFFERED + 1]]


AT_MOST = 5


@dataclass(frozen=True, slots=True)
class PersonEntered:
    """What is said of a person who is being entered; `key` is the row's own, which is no double of itself."""

    name: str
    born: PartialDate | None = None
    phone: str = ""
    national_id: str = ""
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Double:
    """Somebody on record, and by what it may be the same person."""

    member: Member
    same_number: bool
    same_birth: bool
    same_phone: bool
    place: str
    """Name of the branch or group; empty: on no roster."""


def possible_doubles(among: MemberQuerySet, known: PersonEntered) -> list[Double]:
    """Who has the identity number, the name with the birth date, or the phone number. Four queries at most."""
    others = among.exclude(key=known.key) if known.key else among
    found = {one.pk: one for rows in _candidates(others, known) for one in rows.order_by("pk")[:AT_MOST]}
    members = [one for one in found.values() if any(_why(one, known))]
    paths = {one.roster_path for one in members}
    places = dict(Organization.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
    return [Double(one, *_why(one, known), places.get(one.roster_path, "")) for one in members]


def _candidates(others: MemberQuerySet, known: PersonEntered) -> Iterable[MemberQuerySet]:
    if known.national_id:
        yield others.with_prints(fingerprints(known.national_id))
    if known.born:
        yield others.filter(
            name=known.name, name_key=name_key(known.name), birth_on=known.born.first_day,
            birth_precision=known.born.precision,
        )  # fmt: skip
    if known.phone:
        yield others.search(known.phone)


def _why(member: Member, known: PersonEntered) -> tuple[bool, bool, bool]:
    """Same number, same name and birth, same phone."""
    return (
        bool(known.national_id) and opened(member.national_id) == known.national_id,
        known.born is not None and member.born == known.born and member.name == known.name,
        bool(known.phone) and opened(member.phone) == known.phone,
    )
