"""What the pages of the year's talks show: names for the branch, counts for who stands above it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization, User
from supervision.queries.talk_years import BranchYear, branch_years
from supervision.rules.talks import partners, told_above


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of pair is called, and what stands there when nothing of it is missing."""

    title: Promise | str
    none_left: Promise | str


PARTS = {
    "committee": Words(_("Between members of the committee"), _("Everybody in the committee talked with each other.")),
    "with-committee": Words(_("Members and the committee"), _("The committee talked with every member.")),
    "members": Words(_("Members among each other"), _("Every member talked with another.")),
}
"""The kinds of article 19, by their name in the address."""


@dataclass(frozen=True, slots=True)
class Line:
    """A talk that is missing: who, and with whom; None: with anybody. `url` records it with both names filled in."""

    part: str
    first: Member | None
    second: Member | None
    url: str

    @property
    def is_pair(self) -> bool:
        """Whether just these two are asked to talk; else the second is a proposal."""
        return self.part == "committee"


@dataclass(frozen=True, slots=True)
class Below:
    """A branch as a committee sees it: counts, and none below three."""

    branch: Organization
    members: int
    talks: int | None
    missing: int | None
    is_done: bool


def missing_lines(found: BranchYear, part: str, user: User) -> list[Line]:
    """What is missing of one kind, with a proposal for the second where any would do. One query."""
    pairs = list(_pairs(found, part, user.standing.member_id))
    people = Member.objects.in_bulk({one for pair in pairs for one in pair if one})
    return [_line(found, part, people.get(first), people.get(second or 0)) for first, second in pairs]


def below_lines(path: str, *, on: date) -> list[Below]:
    """Every branch at the path and below it that is asked for talks. Six queries."""
    return [
        Below(
            one.branch, len(one.members) + one.lost, told_above(one.talks), told_above(one.year.missing),
            not one.year.missing,
        )
        for one in branch_years(path, on=on)
        if one.year.due
    ]  # fmt: skip


def _pairs(found: BranchYear, part: str, me: int | None) -> Iterator[tuple[int, int | None]]:
    """With the committee: the reader proposes themself where they sit in it."""
    if part == "committee":
        yield from found.year.committee_pairs
    elif part == "with-committee":
        proposed = me if me in found.committee else next(iter(found.committee), None)
        yield from ((member, proposed) for member in found.year.without_committee)
    else:
        ordinary = [one for one in found.members if one not in found.committee]
        yield from partners(found.year.without_member, ordinary)


def _line(found: BranchYear, part: str, first: Member | None, second: Member | None) -> Line:
    keys = {"org": found.branch.code, "first": first.key if first else "", "second": second.key if second else ""}
    return Line(part, first, second, f"{reverse('supervision:talk-new')}?{urlencode(keys)}")
