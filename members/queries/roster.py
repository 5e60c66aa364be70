"""The roster as a list: who is on it, how many, and what the list shows of each. Private fields are never read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Length, Substr

from members.choices import Capability, DuesCategory, Membership, OrganizationKind, SituationKind
from members.filters import AGES, NONE, RosterFilter
from members.models import Member, Organization, Situation, User
from members.models.member import MemberQuerySet
from members.paths import STEP, subtree
from members.queries.keyset import Order, Place, page
from members.rules.dates import months_before, years_between

ORDERS = {
    "roster": Order(("roster_path", "name_key", "id")),
    "name": Order(("name_key", "id")),
    "age": Order(("birth_on", "id"), nullable=True),
    "joined": Order(("joined_on", "id"), nullable=True),
}
COUNTED = 1_000
"""The count stops beyond this: nobody reads further, and counting a county costs more than its page."""
MOST_PLACES = 120
"""Organizations offered at once; who has more narrows step by step, or by the tree."""
SHOWN_FIELDS = (
    *("key", "name", "name_key", "sex", "birth_on", "birth_precision", "membership", "full_on", "dues_category"),
    *("joined_on", "joined_precision", "reach_by", "roster_path"),
)


@dataclass(frozen=True)
class RosterRow:
    """A member as the list shows them."""

    member: Member
    on: date
    situations: list[SituationKind] = field(default_factory=list)

    @property
    def age(self) -> str:
        """Completed years; both numbers where the birth is known only to the month or year. Empty: not recorded."""
        born = self.member.born
        if born is None:
            return ""
        least, most = years_between(born.last_day, self.on), years_between(born.first_day, self.on)
        return str(most) if least == most else f"{least}–{most}"

    @property
    def branch(self) -> str:
        """The branch, and the group where the member is in one."""
        name, above = self.member.place_name, self.member.place_above  # type: ignore[attr-defined]
        return f"{above} · {name}" if self.member.place_kind == OrganizationKind.GROUP else name  # type: ignore[attr-defined]

    @property
    def membership(self) -> Membership:
        return Membership.FORMAL if self.member.is_formal(self.on) else Membership.PROBATIONARY


@dataclass(frozen=True)
class RosterPage:
    rows: list[RosterRow]
    before: str
    after: str


def roster(user: User, capability: Capability = Capability.VIEW_ROSTER) -> MemberQuerySet:
    """The rosters that the user works with: what is visible without what is merely their own row elsewhere."""
    return Member.objects.visible_to(user, capability).filter(subtree("roster_path", user.standing.paths(capability)))


def narrowed(members: MemberQuerySet, chosen: RosterFilter, *, on: date) -> MemberQuerySet:
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
        voting = members.voting(on)
        members = voting if chosen.voting == "yes" else members.exclude(pk__in=voting.values("pk"))
    return members.search(chosen.text)


def _in_situation(members: MemberQuerySet, situation: str, on: date) -> MemberQuerySet:
    if situation == NONE:
        return members.outside_situation(*SituationKind, on=on)
    return members.in_situation(SituationKind(situation), on=on)


def _of_age(band: str, on: date) -> Q:
    """Completed years by the first day that the birth can mean."""
    if band == NONE:
        return Q(birth_on__isnull=True)
    least, most = AGES[band]
    old_enough = Q(birth_on__lte=months_before(on, 12 * least))
    return old_enough & Q(birth_on__gt=months_before(on, 12 * (most + 1))) if most is not None else old_enough


def places(user: User, code: str) -> list[Organization]:
    """What the roster can be narrowed to: the chosen organization and those directly below it, in one query.

    Without a code: the organizations in which the user holds an office, and those directly below them.
    """
    mine = Organization.objects.visible_to(user, Capability.VIEW_ROSTER)
    if code:
        chosen = mine.filter(code=code)
        start, depth = Subquery(chosen.values("path")), Subquery(chosen.values("depth"))
        wanted = Q(code=code) | Q(depth=depth + 1, path__range=(start, Concat(start, Value("Z" * STEP))))
    else:
        tops = user.standing.paths(Capability.VIEW_ROSTER)
        wanted = Q(path__in=tops)
        for top in tops:
            wanted |= Q(depth=len(top) // STEP + 1) & subtree("path", [top])
    return list(mine.filter(wanted).in_tree_order().only("code", "name", "path", "depth")[:MOST_PLACES])


def count_up_to(members: MemberQuerySet, most: int = COUNTED) -> int | None:
    """How many there are; None: more than `most`."""
    counted = members.order_by()[: most + 1].count()
    return None if counted > most else counted


def roster_page(members: MemberQuerySet, *, sort: str, place: Place, on: date) -> RosterPage:
    """One page of the list with what it shows, in two queries."""
    found = page(with_places(members.only(*SHOWN_FIELDS)), ORDERS[sort], place)
    return RosterPage(list(rows_of(found.rows, on=on)), found.before, found.after)


def with_places(members: MemberQuerySet) -> MemberQuerySet:
    """Annotated with `place_name` and `place_kind` of the branch or group, and `place_above`, what it is part of."""
    place = Organization.objects.filter(path=OuterRef("roster_path"))
    above = Organization.objects.filter(path=OuterRef("path_above"))
    return members.alias(path_above=Substr("roster_path", 1, Length("roster_path") - Value(STEP))).annotate(
        place_name=Subquery(place.values("name")),
        place_kind=Subquery(place.values("kind")),
        place_above=Subquery(above.values("name")),
    )


def rows_of(members: Iterable[Member], *, on: date) -> Iterable[RosterRow]:
    """The members with their situations of that day."""
    members = list(members)
    situations = defaultdict(list)
    held = Situation.objects.holding(on).filter(member__in=[member.pk for member in members])
    for member_id, kind in held.values_list("member_id", "kind"):
        situations[member_id].append(SituationKind(kind))
    order = list(SituationKind)
    return [RosterRow(member, on, sorted(situations[member.pk], key=order.index)) for member in members]
