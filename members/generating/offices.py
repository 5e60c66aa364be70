"""Who holds office in the generated county, each with an account whose password nobody knows."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit.services import record
from members import bulk
from members.choices import OfficeKind, OrganizationKind
from members.generating.people import People
from members.models import Member, Office, Organization, User
from members.paths import STEP

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
    holders = [*_of_branches(root, on), *_above(root, People(random, on))]
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


def _above(root: Organization, people: People) -> Iterator[Holder]:
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
