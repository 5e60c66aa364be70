"""A generated county, the same for the same seed: organizations, people, offices."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit.keyring import fingerprint, seal
from audit.services import record
from branchweb.demo.generator.people import InventedPerson, PersonMaker
from members import bulk
from members.choices import AffiliationKind, OfficeKind, OrganizationKind, UnitKind
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.paths import STEP
from members.search import filled_at_once, name_key, search_terms

BRANCHES_A_COMMITTEE = 40
BRANCHES_A_GENERAL_BRANCH = 6
MEMBERS_AT_ONCE = 20_000
TOWN_NAMES = "城关 东山 西河 南岭 北原 青江 白水 石桥 柳林 双井 三里 大庙 高店 平安 永兴 新华 长乐 太和 红星 光明"
TOWNS = TOWN_NAMES.split()
UNITS = (
    ("社区党支部", UnitKind.COMMUNITY), ("村党支部", UnitKind.VILLAGE), ("中学党支部", UnitKind.SCHOOL),
    ("卫生院党支部", UnitKind.INSTITUTION), ("离退休党支部", UnitKind.RETIRED), ("机关党支部", UnitKind.ORGAN),
    ("工业公司党支部", UnitKind.ENTERPRISE), ("村党支部", UnitKind.VILLAGE),
)  # fmt: skip
GROUPED = 0.15
"""Share of branches with party groups."""
MEMBER_COLUMNS = (
    "id", "key", "name", "former_names", "sex", "ethnicity", "native_place", "birth_on", "birth_precision",
    "national_id", "national_id_print", "phone", "email", "address", "education", "membership",
    "joined_on", "joined_precision", "full_on", "full_precision", "work_post", "party_post", "dues_category",
    "dues_base", "reach_by", "remark", "photo", "roster_path", "name_key", "search_terms",
)  # fmt: skip
AFFILIATION_COLUMNS = ("key", "member_id", "organization_id", "kind", "valid_from", "valid_until", "left_because")
SITUATION_COLUMNS = (
    "key", "member_id", "kind", "valid_from", "valid_until", "place", "host", "able_to", "note", "recorded_at",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """What was generated, and where it stands in the tree."""

    root: Organization
    members: int
    branches: int


@transaction.atomic
def generate_county(*, members: int, branches: int, seed: int, on: date, by: str = "system") -> County:
    """Add a county with that many branches and members below a new root; about 20 members a branch look right.

    The same arguments on an empty database give the same county, keys of rows included; only ciphertexts differ.
    """
    already = Organization.objects.filter(depth=1).count()
    random = Random(f"{seed} {already}")  # noqa: S311 - invented people, no secret
    root = _plant(random, branches, f"S{seed}-{already + 1}")
    homes = _homes(root)
    wanted = _spread(random, members, [home for home in homes if home.kind == OrganizationKind.BRANCH], homes)
    _people(random, wanted, on)
    record(
        action="generate_county", by=by, subject=root, organization_code=root.code,
        details={"members": members, "branches": branches, "seed": seed},
    )  # fmt: skip
    return County(root, members, branches)


# --- The tree -------------------------------------------------------------------------------------------------------
def _plant(random: Random, branches: int, code: str) -> Organization:
    """The county's committee with committees, general branches, branches and groups below it."""
    name = f"{random.choice(('云安', '长河', '临江', '清平'))}县委"
    root: Organization = Organization.objects.add_root(
        {"code": code, "name": name, "kind": OrganizationKind.COMMITTEE, "key": _key(random)}
    )
    nodes = _Nodes(random, root)
    for first in range(0, branches, BRANCHES_A_COMMITTEE):
        nodes.committee(first // BRANCHES_A_COMMITTEE, min(BRANCHES_A_COMMITTEE, branches - first))
    Organization.objects.bulk_create(nodes.planted, batch_size=5_000)
    Organization.objects.filter(pk=root.pk).update(numchild=root.numchild)
    return root


class _Nodes:
    """Organizations in memory with their paths, in tree order."""

    def __init__(self, random: Random, root: Organization) -> None:
        self.random = random
        self.root = root
        self.planted: list[Organization] = []
        self.branches = 0

    def committee(self, number: int, branches: int) -> None:
        town = TOWNS[number % len(TOWNS)] + ("" if number < len(TOWNS) else f"{number // len(TOWNS) + 1}")
        committee = self._node(self.root, f"{town}镇党委", OrganizationKind.COMMITTEE)
        while branches > 0:
            above, below = committee, 1
            if branches >= BRANCHES_A_GENERAL_BRANCH and self.random.random() < 0.1:
                above, below = self._general_branch(committee, town), BRANCHES_A_GENERAL_BRANCH
            for _ in range(below):
                self._branch(above, town)
            branches -= below

    def _general_branch(self, committee: Organization, town: str) -> Organization:
        return self._node(committee, f"{town}第{committee.numchild + 1}党总支", OrganizationKind.GENERAL_BRANCH)

    def _branch(self, above: Organization, town: str) -> None:
        unit, unit_kind = self.random.choice(UNITS)
        self.branches += 1
        branch = self._node(above, f"{town}第{self.branches}{unit}", OrganizationKind.BRANCH, unit_kind)
        if self.random.random() < GROUPED:
            for group in ("第一党小组", "第二党小组", "第三党小组")[: self.random.randrange(2, 4)]:
                self._node(branch, group, OrganizationKind.GROUP)

    def _node(
        self, above: Organization, name: str, kind: OrganizationKind, unit_kind: UnitKind | str = ""
    ) -> Organization:
        above.numchild += 1
        path = Organization._get_path(above.path, above.depth + 1, above.numchild)
        node = Organization(
            key=_key(self.random), code=f"{self.root.code}-{len(self.planted) + 1}", name=name, kind=kind, path=path,
            depth=above.depth + 1, unit_kind=unit_kind, is_village=unit_kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY),
        )  # fmt: skip
        self.planted.append(node)
        return node


def _homes(root: Organization) -> list[Organization]:
    """Branches and groups of the county in tree order, with their ids."""
    kinds = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
    return list(Organization.objects.below(root.path).filter(kind__in=kinds).in_tree_order())


def _spread(
    random: Random, members: int, branches: list[Organization], homes: list[Organization]
) -> Iterator[Organization]:
    """Where each member belongs, in the order of the tree; branches have between half and twice the usual size."""
    weights = [random.uniform(0.5, 2.0) for _ in branches]
    below: dict[str, list[Organization]] = {branch.path: [] for branch in branches}
    for home in homes:
        below[home.path if home.kind == OrganizationKind.BRANCH else home.parent_path].append(home)
    total, done, share = sum(weights), 0, 0.0
    for branch, weight in zip(branches, weights, strict=True):
        share += weight
        here = round(members * share / total) - done
        done += here
        places = below[branch.path]
        for number in range(here):
            yield places[number * len(places) // here]


# --- The people -----------------------------------------------------------------------------------------------------
def _people(random: Random, homes: Iterator[Organization], on: date) -> None:
    invented = PersonMaker(random, on)
    sealed = _Sealed(random)
    next_id = bulk.first_free_id(Member)
    while part := list(islice(homes, MEMBERS_AT_ONCE)):
        people = [(number, home, invented.person(number)) for number, home in enumerate(part, next_id)]
        with filled_at_once(next_id, len(part)):
            bulk.insert(Member, MEMBER_COLUMNS, (_member_row(random, sealed, *one) for one in people))
        bulk.insert(Affiliation, AFFILIATION_COLUMNS, (_affiliation_row(random, *one, on) for one in people))
        bulk.insert(Situation, SITUATION_COLUMNS, _situation_rows(random, people, on))
        next_id += len(part)
    bulk.follow_ids(Member)
    bulk.refresh_statistics(Organization, Member, Affiliation, Situation)


class _Sealed:
    """Sealed addresses and dues bases: few different ones, each sealed once."""

    def __init__(self, random: Random) -> None:
        self.addresses = [seal(f"{random.choice(TOWNS)}路{random.randrange(1, 300)}号") for _ in range(500)]
        self.bases: dict[int, str] = {}

    def base(self, fen: int) -> str:
        if fen not in self.bases:
            self.bases[fen] = seal(str(fen))
        return self.bases[fen]


def _member_row(
    random: Random, sealed: _Sealed, number: int, home: Organization, who: InventedPerson
) -> tuple[object, ...]:
    return (
        number, _key(random), who.name, "", who.sex, who.ethnicity, who.native_place, who.born, "day",
        seal(who.national_id), fingerprint(who.national_id), seal(who.phone), "", random.choice(sealed.addresses),
        who.education, who.membership,
        who.joined, who.joined_precision, who.full, who.joined_precision if who.full else "",
        who.work_post, "", who.category, sealed.base(who.base_fen), who.reach_by, "", "", home.path, name_key(who.name),
        search_terms(names=[who.name], numbers=[who.phone, who.national_id]),
    )  # fmt: skip


def _affiliation_row(
    random: Random, number: int, home: Organization, who: InventedPerson, on: date
) -> tuple[object, ...]:
    since = min(who.joined + timedelta(days=random.randrange(0, 30)), on) if random.random() < 0.5 else None
    return _key(random), number, home.pk, AffiliationKind.FORMAL, since, None, ""


def _situation_rows(
    random: Random, people: Iterable[tuple[int, Organization, InventedPerson]], on: date
) -> Iterator[tuple[object, ...]]:
    recorded = datetime(on.year, on.month, on.day, tzinfo=UTC)
    for number, _, who in people:
        for kind, since, place in who.situations:
            yield _key(random), number, kind, since, None, place, "", "", "", recorded


def _key(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


OFFICER_FROM = 7
"""Members from which on a branch has an organization officer."""
ABOVE_BRANCHES = (OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY)
AT_THE_ROOT = (*ABOVE_BRANCHES, OfficeKind.INSPECTOR, OfficeKind.INSPECTOR, OfficeKind.ADMINISTRATOR)
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Holder:
    """An office with its holder: a member of the branch, or in a committee somebody who is on no roster here."""

    kind: OfficeKind
    place: Organization
    username: str
    name: str
    member_id: int | None


@transaction.atomic
def generate_offices(*, root: Organization, seed: int, on: date, by: str = "system") -> int:
    """Give every branch a secretary and the larger ones an officer, and committees their staff; how many offices."""
    random = Random(f"{seed} offices {root.code}")  # noqa: S311 - invented people, no secret
    holders = [*_of_branches(root, on), *_above(root, PersonMaker(random, on))]
    password = make_password(secrets.token_urlsafe())
    User.objects.bulk_create((_account(one, password) for one in holders), batch_size=ROWS_AT_ONCE)
    ids = dict(User.objects.filter(username__startswith=f"{root.code}-").values_list("username", "pk"))
    since = [on - timedelta(days=random.randrange(200, 1_000)) for _ in holders]
    offices = (_office(one, ids[one.username], day) for one, day in zip(holders, since, strict=True))
    Office.objects.bulk_create(offices, batch_size=ROWS_AT_ONCE)
    bulk.refresh_statistics(User, Office)
    details = {"offices": len(holders)}
    record(action="generate_offices", by=by, subject=root, organization_code=root.code, details=details)
    return len(holders)


def _of_branches(root: Organization, on: date) -> Iterator[Holder]:
    for branch, members in residents(root, on):
        kinds = (OfficeKind.SECRETARY, OfficeKind.ORGANIZATION_OFFICER)[: 2 if len(members) >= OFFICER_FROM else 1]
        for kind, (member_id, name) in zip(kinds, members, strict=False):
            yield Holder(kind, branch, f"{branch.code}-{kind}", name, member_id)


def residents(root: Organization, on: date) -> Iterator[tuple[Organization, list[tuple[int, str]]]]:
    """Each branch in tree order with the numbers and names of its formal members, those of its groups included."""
    kinds = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
    places = Organization.objects.below(root.path).filter(kind__in=kinds).in_tree_order()
    branch_of = {one.path: one.path if one.kind == OrganizationKind.BRANCH else one.path[:-STEP] for one in places}
    found: dict[str, list[tuple[int, str]]] = {}
    rows = Member.objects.below(root.path).formal(on).order_by("roster_path", "pk")
    for path, member_id, name in rows.values_list("roster_path", "pk", "name").iterator(ROWS_AT_ONCE):
        found.setdefault(branch_of[path], []).append((member_id, name))
    return ((one, found[one.path]) for one in places if one.path in found)


def _above(root: Organization, people: PersonMaker) -> Iterator[Holder]:
    committees: Iterable[Organization] = Organization.objects.below(root.path).filter(kind=OrganizationKind.COMMITTEE)
    for place in committees:
        for number, kind in enumerate(AT_THE_ROOT if place.pk == root.pk else ABOVE_BRANCHES):
            yield Holder(kind, place, f"{place.code}-{kind}-{number}", people.person(place.pk).name, None)


def _account(one: Holder, password: str) -> User:
    name = "" if one.member_id else one.name
    return User(username=one.username, display_name=name, member_id=one.member_id, password=password)


def _office(one: Holder, user_id: int, since: date) -> Office:
    held_by = {"member_id": one.member_id} if one.member_id else {"user_id": user_id}
    return Office(kind=one.kind, organization=one.place, valid_from=since, decided_by="选举产生", **held_by)
