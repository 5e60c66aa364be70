"""What routing wants to know of a day: the tree, the offices in force, and the inspectors with a trusted key."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from members.models import Office, Organization, User
from supervision.models import DeclaredRelative
from supervision.queries.key_trust import keys_of_inspectors
from supervision.rules.routing import Facts, Holding, Reader


def routing_facts(*, on: date) -> Facts:
    """The same queries over everything: whom a letter is about doesn't show in what was asked of the database."""
    offices = list(Office.objects.holding(on).select_related("organization", "member", "user__member"))
    kinds = dict(Organization.objects.values_list("path", "kind"))
    return Facts(kinds, [_holding(office) for office in offices], readers(on=on))


def readers(*, on: date) -> list[Reader]:
    keys = keys_of_inspectors(on=on)
    relatives = _relatives(key.user_id for key in keys)
    return [as_reader(key.pk, key.organization.path, key.user, tuple(relatives[key.user_id])) for key in keys]


def _relatives(users: Iterable[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for entry in DeclaredRelative.objects.filter(user__in=set(users)):
        names[entry.user_id].append(entry.name.open())
    return names


def as_reader(key: UUID, path: str, user: User, relatives: tuple[str, ...]) -> Reader:
    return Reader(
        key=str(key),
        path=path,
        name=user.member.name if user.member else user.get_full_name(),
        user_id=user.pk,
        member_id=user.member_id,
        roster_path=user.member.roster_path if user.member else "",
        relatives=relatives,
    )


def _holding(office: Office) -> Holding:
    """An office is given to a user or to a member; the other of the two is who they also are, if known."""
    user = office.user
    member = office.member or (user.member if user else None)
    return Holding(
        path=office.organization.path,
        kind=office.kind,
        name=member.name if member else (user.get_full_name() if user else ""),
        user_id=office.user_id,
        member_id=member.pk if member else None,
        roster_path=member.roster_path if member else "",
    )
