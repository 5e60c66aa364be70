"""The one statement beside the slow and obvious way: the rule, member by member, on any county."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings, strategies as st

from dues.charging.expected import suspects
from dues.charging.services import charge_month
from dues.models import Basis, Charge, Relief
from members.models import Affiliation, Member, Organization
from rulebook.dates import add_months
from rulebook.rules.dues import monthly_dues
from tests.cast import TODAY, make_member

pytestmark = pytest.mark.django_db
JUNE, LAST = date(2026, 6, 1), date(2026, 6, 30)
PLACES = ("branch", "group", "next_branch", "other_branch")

days = st.integers(min_value=-70, max_value=70).map(lambda number: JUNE + timedelta(days=number))
month_starts = st.integers(min_value=-3, max_value=3).map(lambda number: add_months(JUNE, number))
fen = st.one_of(
    st.sampled_from([0, 300_000, 300_001, 500_000, 500_001, 1_000_001, 6_000_000]), st.integers(1, 7_000_000)
)
members = st.fixed_dictionaries(
    {
        "steps": st.lists(days, unique=True, max_size=4).map(sorted),
        "places": st.lists(st.sampled_from(PLACES), min_size=5, max_size=5),
        "gone_at": st.sampled_from([None, 0, 1, 2]),
        "unknown_start": st.booleans(),
        "joined": st.none() | days,
        "category": st.sampled_from(["employed", "retired", "student"]),
        "bases": st.lists(st.tuples(month_starts, fen), max_size=2, unique_by=lambda pair: pair[0]).map(sorted),
        "relief": st.none() | st.tuples(month_starts, st.booleans(), st.booleans(), st.integers(0, 20_000)),
    }
)


def store(cast, number, facts):
    member = make_member(f"党员{number}", cast.branch)
    Affiliation.objects.filter(member=member).delete()
    Member.objects.filter(pk=member.pk).update(
        joined_on=facts["joined"], joined_precision="day" if facts["joined"] else ""
    )
    store_relations(cast, member, facts)
    store_bases(member, facts)
    if facts["relief"]:
        store_relief(member, facts)
    return member


def store_relations(cast, member, facts):
    """One after the other; in one of the gaps the member is nowhere."""
    starts = [None if facts["unknown_start"] else JUNE - timedelta(days=400), *facts["steps"]]
    for index, start in enumerate(starts):
        if index == facts["gone_at"]:
            continue
        end = starts[index + 1] if index + 1 < len(starts) else None
        because = "transferred" if end else ""
        place = getattr(cast, facts["places"][index])
        Affiliation.objects.create(
            member=member, organization=place, valid_from=start, valid_until=end, left_because=because
        )


def store_bases(member, facts):
    rows = facts["bases"]
    for index, (start, base) in enumerate(rows):
        dues = monthly_dues(facts["category"], Decimal(base) / 100, start)
        Basis.objects.create(
            member=member,
            year=start.year,
            category=facts["category"],
            base=str(base),
            amount_fen=dues.amount_fen,
            rate=dues.rate,
            capped=dues.capped,
            rules=" ".join(dues.versions),
            valid_from=start,
            valid_until=rows[index + 1][0] if index + 1 < len(rows) else None,
            fixed_by="officer",
        )


def store_relief(member, facts):
    start, approved, declined, pays = facts["relief"]
    declined = declined and not approved
    Relief.objects.create(
        member=member,
        kind="reduction" if pays else "waiver",
        pays_fen=pays,
        ground="困难",
        valid_from=start,
        valid_until=add_months(start, 2),
        decided_on=JUNE,
        needs_superior=facts["category"] != "retired",
        rule="dues.waiver.approval@2008-04-01",
        approved_on=JUNE if approved else None,
        approved_by="staff" if approved else "",
        declined_on=JUNE if declined else None,
        asked_by="officer",
    )


def slowly(places):
    """Member → branch, amount, waived: the rule written out, one member after the other."""
    found = {}
    for member in Member.objects.all():
        branch, amount = branch_of_june(member), amount_of_june(member)
        if branch in places and amount is not None:
            found[member.pk] = (branch, amount, waived_in_june(member, amount))
    return found


def branch_of_june(member):
    """Where the relation is on the first day, else where one first begins within the month; None before joining."""
    if member.joined_on and member.joined_on > LAST:
        return None
    relations = Affiliation.objects.filter(member=member, kind="formal").select_related("organization")
    begun = [one for one in relations if one.valid_from is None or one.valid_from <= LAST]
    lasting = [one for one in begun if one.valid_until is None or one.valid_until > (one.valid_from or date.min)]
    still = [one for one in lasting if one.valid_until is None or one.valid_until > JUNE]
    first = min(still, key=lambda one: one.valid_from or date.min, default=None)
    if first is None:
        return None
    path, kind = first.organization.path, first.organization.kind
    return Organization.objects.get(path=path[:-4] if kind == "group" else path).pk


def amount_of_june(member):
    """By the rates of the base's first month; None without a base."""
    held = [one for one in Basis.objects.filter(member=member) if holds_in_june(one)]
    bases = [(one.category, Decimal(one.base.open()) / 100, one.valid_from) for one in held]
    return monthly_dues(*bases[0]).amount_fen if bases else None


def waived_in_june(member, amount):
    """Above what is still paid, where the branch alone decides or the committee approved, and nobody declined."""
    held = [one for one in Relief.objects.filter(member=member) if holds_in_june(one) and not one.declined_on]
    decided = [one.pays_fen for one in held if one.approved_on or not one.needs_superior]
    return max(amount - decided[0], 0) if decided else 0


def holds_in_june(row):
    return row.valid_from <= JUNE and (row.valid_until is None or row.valid_until > JUNE)


def charged():
    """What stands: the sum of each member's lines, at the branch of the last one."""
    found = {}
    for line in Charge.objects.filter(month=JUNE).order_by("turn"):
        before = found.get(line.member_id, (0, 0, 0))
        found[line.member_id] = (line.organization_id, before[1] + line.amount_fen, before[2] + line.waived_fen)
    return {member: owed for member, owed in found.items() if owed[1] or not reversed_last(member)}


def reversed_last(member):
    return Charge.objects.filter(member=member, month=JUNE).order_by("turn").last().kind == "reversal"


def branches(cast, top):
    places = (cast.branch, cast.next_branch, cast.other_branch)
    return {place.pk for place in places if place.path.startswith(top.path)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(members, min_size=1, max_size=4), top=st.sampled_from(["county", "district", "branch"]))
def test_the_statement_charges_what_the_rule_says(cast, people, top):
    place = getattr(cast, top)
    with transaction.atomic():
        for number, facts in enumerate(people):
            store(cast, number, facts)
        wanted = slowly(branches(cast, place))
        done = charge_month(place, JUNE, by="officer", on=TODAY)
        again = charge_month(place, JUNE, by="officer", on=TODAY)
        assert charged() == wanted
        assert (done.charged, done.amount_fen) == (len(wanted), sum(amount for _, amount, _ in wanted.values()))
        assert (again.charged, again.amount_fen, again.already, again.corrected) == (0, 0, len(wanted), 0)
        transaction.set_rollback(True)


def change(cast, member, facts):
    """Other facts from the beginning, as if what was recorded had been a mistake."""
    Affiliation.objects.filter(member=member).delete()
    for rows in (Relief, Basis):
        rows.objects.filter(member=member).update(valid_until=date(2020, 1, 1), valid_from=date(2020, 1, 1))
    Member.objects.filter(pk=member.pk).update(
        joined_on=facts["joined"], joined_precision="day" if facts["joined"] else ""
    )
    store_relations(cast, member, facts)
    store_bases(member, facts)
    if facts["relief"]:
        store_relief(member, facts)


PLAIN = {"steps": [], "places": ["branch"] * 5, "gone_at": None, "unknown_start": False, "joined": None}
UNPAID = PLAIN | {"category": "employed", "bases": [(date(2026, 5, 1), 0)], "relief": None}
DECLINED = PLAIN | {"category": "retired", "bases": [(date(2026, 5, 1), 6_000_000)], "relief": (JUNE, False, True, 32)}


@example(first=UNPAID, second=DECLINED)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=members, second=members)
def test_after_any_change_of_facts_and_back_the_lines_come_to_what_the_rule_says(cast, first, second):
    with transaction.atomic():
        member = store(cast, 0, first)
        charge_month(cast.county, JUNE, by="officer", on=TODAY)
        for facts in (second, first):
            change(cast, member, facts)
            charge_month(cast.county, JUNE, by="officer", on=TODAY)
            assert charged() == slowly(branches(cast, cast.county))
        lines = Charge.objects.count()
        charge_month(cast.county, JUNE, by="officer", on=TODAY)
        assert Charge.objects.count() == lines
        transaction.set_rollback(True)


def test_suspects_are_nobody_where_everything_fits(cast):
    charge_month(cast.county, JUNE, by="officer", on=TODAY)

    assert suspects(cast.county.path, JUNE) == []
