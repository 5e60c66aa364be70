"""Entries that may be of one person, among the rosters that somebody keeps: of others nothing is ever said."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from audit.keyring import fingerprints
from members.fields import opened
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.rules.dates import PartialDate
from members.search import name_key

AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Known:
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


def possible_doubles(among: MemberQuerySet, known: Known) -> list[Double]:
    """Who has the identity number, the name with the birth date, or the phone number. Four queries at most."""
    others = among.exclude(key=known.key) if known.key else among
    found = {one.pk: one for rows in _candidates(others, known) for one in rows.order_by("pk")[:AT_MOST]}
    members = [one for one in found.values() if any(_why(one, known))]
    paths = {one.roster_path for one in members}
    places = dict(Organization.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}
    return [Double(one, *_why(one, known), places.get(one.roster_path, "")) for one in members]


def _candidates(others: MemberQuerySet, known: Known) -> Iterable[MemberQuerySet]:
    if known.national_id:
        yield others.with_prints(fingerprints(known.national_id))
    if known.born:
        yield others.filter(
            name=known.name, name_key=name_key(known.name), birth_on=known.born.first_day,
            birth_precision=known.born.precision,
        )  # fmt: skip
    if known.phone:
        yield others.search(known.phone)


def _why(member: Member, known: Known) -> tuple[bool, bool, bool]:
    """Same number, same name and birth, same phone."""
    return (
        bool(known.national_id) and opened(member.national_id) == known.national_id,
        known.born is not None and member.born == known.born and member.name == known.name,
        bool(known.phone) and opened(member.phone) == known.phone,
    )
