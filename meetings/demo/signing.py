"""Who signed the demo's minutes: the two whom they name, and where somebody has no account, on paper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from meetings.demo.record import BEGINS, Record, at
from members.choices import OrganizationKind
from members.models import Member, Organization, User


def sign_all(records: Iterable[Record]) -> None:
    """Sign and lock everything, the day after each meeting.

    Whoever leads or writes at a branch has an account for that; groups sign on paper, and the branch files it.
    """
    led = list(records)
    accounts = _accounts(led)
    filing: dict[str, list[str]] = defaultdict(list)
    for record in led:
        filing[_branch(record.meeting.organization)] += [accounts[one.pk] for one in _two(record) if one.pk in accounts]
    for record in led:
        sign(record, accounts, filing[_branch(record.meeting.organization)])


def accounts_known() -> dict[int, str]:
    """User names by member."""
    return dict(User.objects.filter(member__isnull=False).values_list("member_id", "username"))


def sign(record: Record, accounts: Mapping[int, str], filing: Iterable[str]) -> None:
    """A second person files a paper: neither who signs the other line, nor who filed the other paper."""
    minutes, moment = record.minutes, at(record.meeting.day + timedelta(days=1), BEGINS)
    own = [accounts.get(one.pk) for one in _two(record)]
    others = iter(dict.fromkeys(name for name in filing if name not in own))
    for role, name in zip(("chair", "recorder"), own, strict=True):
        setattr(minutes, f"{role}_signed_by", name or next(others))
        setattr(minutes, f"{role}_signed_at", moment)
        setattr(minutes, f"{role}_paper_on", None if name else moment.date())
    minutes.locked_at = moment  # type: ignore[union-attr]
    for vote in record.votes:
        vote.counted_by = own[1] or vote.counted_by


def _accounts(records: Iterable[Record]) -> dict[int, str]:
    """The same; who leads or writes at a branch without one gets an account, without a password yet."""
    known = accounts_known()
    taken = set(User.objects.values_list("username", flat=True))
    at_branches = (record for record in records if record.meeting.organization.kind == OrganizationKind.BRANCH)
    people = {one.pk: one for record in at_branches for one in _two(record) if one.pk not in known}
    for member in people.values():
        username = next(name for name in _names(member) if name not in taken)
        taken.add(username)
        known[member.pk] = username
        User.objects.create_user(username, display_name=member.name, member=member)
    return known


def _names(member: Member) -> Iterable[str]:
    name = member.name_key.replace(" ", "")
    yield name
    yield from (f"{name}{number}" for number in range(2, 100))


def _two(record: Record) -> list[Member]:
    return [one for one in (record.meeting.chair, record.meeting.recorder) if one]


def _branch(place: Organization) -> str:
    return place.parent_path if place.kind == OrganizationKind.GROUP else place.path
