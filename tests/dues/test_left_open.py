"""Who left what open: the quick way against the slow and obvious one, over random ledgers."""

from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest

from dues import duties as quick
from dues.ledger.queries import arrears_of, completed, months_of
from dues.ledger.rules import OpenMonth
from dues.models import Charge
from dues.units import months_between
from members.choices import LeavingReason
from members.models import Affiliation, Member
from tests.cast import TODAY, make_member, make_organization
from tests.dues.making import charge, month, pay

pytestmark = pytest.mark.django_db
MONTHS = [f"{one:%Y-%m}" for one in months_between(month("2025-11"), month("2026-11"))]


def reverse(line):
    line.pk, line.turn, line.kind, line.reason = None, line.turn + 1, "reversal", "算错"
    line.amount_fen, line.waived_fen = -line.amount_fen, -line.waived_fen
    line.save(force_insert=True)


def charge_again(member, of, fen):
    return charge(member, of, fen, turn=2)


def leave(member, to=None):
    """Off to another branch, or off every roster."""
    member.affiliations.update(valid_until=date(2026, 11, 1), left_because=LeavingReason.TRANSFERRED)
    member.roster_path = to.path if to else ""
    member.save()
    if to:
        Affiliation.objects.create(member=member, organization=to, valid_from=date(2026, 11, 1))


def fill(member, rng):
    for one in MONTHS[rng.randrange(len(MONTHS)) :]:
        if rng.random() < 0.15:
            continue
        fen = rng.choice([0, 1000, 4000])
        line = charge(member, one, fen, waived=rng.choice([0, 0, fen, fen // 2]))
        if rng.random() < 0.15:
            reverse(line)
            if rng.random() < 0.5:
                charge_again(member, one, 2000)
    for _payment in range(rng.randrange(3)):
        if owed := sum(one.open_fen for one in months_of(member.pk)):
            pay(member, rng.randint(1, owed), "2026-11-20", reason="补交")


def slowly(path):
    """Branch → month → members who left something open, from every line of the ledger."""
    found = defaultdict(Counter)
    for line in Charge.objects.filter(organization__path__startswith=path, month__year=2026, kind="charge"):
        if not Charge.objects.filter(member=line.member_id, month=line.month, turn=line.turn + 1).exists():
            balance = next(one for one in months_of(line.member_id) if one.month == line.month)
            found[line.organization_id][line.month] += balance.open_fen > 0
    return {branch: dict(months) for branch, months in found.items()}


@pytest.fixture(params=range(6))
def ledgers(request, cast):
    rng = Random(request.param)
    people = [
        make_member(f"党员{number}", rng.choice([cast.branch, cast.group, cast.next_branch])) for number in range(10)
    ]
    for member in people:
        fill(member, rng)
    leave(people[0])
    leave(people[1], to=cast.other_branch)
    leave(people[2], to=cast.next_branch)
    return cast


@pytest.mark.parametrize("place", ["county", "district", "branch", "other_district"])
def test_every_month_is_counted_as_the_ledger_says(ledgers, place):
    path = getattr(ledgers, place).path
    found = quick.left_open(path, quick.open_members(path, on=TODAY), on=TODAY)

    assert {branch: months for branch, months in found.items() if months} == slowly(path)


def test_who_is_late_is_among_those_who_left_something_open(ledgers):
    path = ledgers.district.path
    members = Member.objects.below(path)

    assert quick.arrears_on_rosters(quick.open_members(path, on=TODAY), on=TODAY) == arrears_of(
        list(members.values_list("pk", flat=True)), on=TODAY
    )


def test_more_members_than_one_query_names_are_asked_for_in_portions(ledgers, monkeypatch):
    path = ledgers.county.path
    at_once = quick.left_open(path, quick.open_members(path, on=TODAY), on=TODAY)
    monkeypatch.setattr(quick, "AT_ONCE", 2)

    assert quick.left_open(path, quick.open_members(path, on=TODAY), on=TODAY) == at_once


def test_a_month_that_was_wholly_reversed_was_not_charged(cast):
    reverse(charge(cast.zhang, "2026-03", 4000))
    charge(cast.zhang, "2026-04", 4000)

    assert quick.left_open(cast.branch.path, quick.open_members(cast.branch.path, on=TODAY), on=TODAY) == {
        cast.branch.pk: {month("2026-04"): 1}
    }


def test_who_left_with_a_month_open_still_counts_for_the_branch_of_that_month(cast):
    charge(cast.zhang, "2026-09", 4000)
    leave(cast.zhang, to=cast.other_branch)
    here, there = (
        quick.left_open(place.path, quick.open_members(place.path, on=TODAY), on=TODAY)
        for place in (cast.branch, cast.other_branch)
    )

    assert (here, there) == ({cast.branch.pk: {month("2026-09"): 1}}, {cast.other_branch.pk: {}})


def test_this_months_dues_are_open_before_anybody_is_behind(cast):
    make_organization("empty", "新党支部", "branch", cast.district)
    charge(cast.zhang, "2026-11", 4000)
    members = quick.open_members(cast.branch.path, on=TODAY)

    assert members.on_rosters == [(cast.zhang.pk, cast.branch.path)]
    assert quick.arrears_on_rosters(members, on=TODAY) == {}


def test_whoever_left_the_whole_window_open_is_asked_for_what_is_before_it(cast):
    for one in MONTHS:
        charge(cast.zhang, one, 1000)

    everything = months_of(cast.zhang.pk)
    recent = {cast.zhang.pk: [OpenMonth(one.month, one.open_fen) for one in everything[-12:]]}

    assert len(completed(recent, on=TODAY, passed=())[cast.zhang.pk]) == len(everything) == 13
