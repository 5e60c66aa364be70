import uuid
from datetime import date

import pytest

from audit.models import Entry
from dues.charging.queries import parts_of, roster_base
from dues.charging.rules import ITEMS, Effect, base_fen, items_of
from dues.charging.services import NewBasis, fix_basis, keep_basis, refix_stale
from dues.models import Basis, Charge
from members.choices import DuesCategory
from members.models import LocalRule, Member
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import charge, fix, month

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1)


def new(member, fen=490_000, **fields):
    facts = {"year": 2026, "category": "employed", "valid_from": JANUARY, "base_fen": fen} | fields
    return NewBasis(member=member, **facts)


def local_rule(place, key, value, since=JANUARY):
    return LocalRule.objects.create(
        organization=place, rule_key=key, value=value, document="通知", number="1号", approved_by="党委会",
        approved_on=since, valid_from=since,
    )  # fmt: skip


def rows(member):
    ordered = Basis.objects.filter(member=member).order_by("valid_from", "fixed_at")
    return [(row.valid_from.month, row.valid_until and row.valid_until.month, row.amount_fen) for row in ordered]


def test_a_part_of_nothing_is_a_part(cast):
    parts = {"post_pay": 400_000, "allowances": 0}
    assert fix_basis(new(cast.zhang, None, parts=parts), by=cast.officer, on=TODAY).amount_fen == 4000


def test_a_base_is_fixed_with_what_was_counted_and_stays_sealed(cast):
    parts = {"post_pay": 400_000, "allowances": 150_000, "income_tax": 10_000, "reward_performance": 300_000}
    basis = fix_basis(new(cast.zhang, None, parts=parts, decided_on=date(2026, 1, 9)), by=cast.officer, on=TODAY)

    basis.refresh_from_db()
    assert (basis.amount_fen, str(basis.rate), basis.capped) == (8100, "0.01500", False)
    assert (basis.base.open(), parts_of(basis)) == ("540000", parts)
    assert (str(basis.base), str(basis.parts)) == ("••••••", "••••••")
    assert basis.rules == "dues.rate.wage@2008-04-01"
    entry = Entry.objects.get(action="fix_basis")
    assert (entry.subject_id, entry.organization_code) == (str(cast.zhang.pk), "branch")
    assert "540000" not in str(entry.changes) + str(entry.details)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"fen": None}, "base"),
        ({"fen": 10**12}, "base"),
        ({"fen": -1}, "base"),
        ({"category": "clerk"}, "category"),
        ({"category": "farmer", "fen": None}, "category"),
        ({"parts": {"basic_pension": 100}}, "category"),
        ({"parts": {"post_pay": -5}}, "category"),
        ({"valid_from": date(2026, 3, 2)}, "valid_from"),
        ({"valid_from": date(2025, 3, 1)}, "valid_from"),
        ({"decided_on": date(2026, 11, 25)}, "decided_on"),
        ({"year": 2008, "valid_from": date(2008, 3, 1)}, "category"),
    ],
)
def test_what_cant_be_is_refused_and_nothing_is_stored(cast, fields, field):
    with pytest.raises(Refused) as refused:
        fix_basis(new(cast.zhang, **fields), by="officer", on=TODAY)

    assert refused.value.field == field
    assert (Basis.objects.count(), Entry.objects.count()) == (0, 0)


def test_the_same_form_twice_fixes_once(cast):
    once = new(cast.zhang, key=uuid.uuid4())

    assert fix_basis(once, by="officer", on=TODAY) == fix_basis(once, by="officer", on=TODAY)
    assert (Basis.objects.count(), Entry.objects.count()) == (1, 1)


def test_nothing_new_is_nothing_fixed(cast):
    first = fix_basis(new(cast.zhang), by="officer", on=TODAY)

    assert fix_basis(new(cast.zhang), by="officer", on=TODAY) == first


def test_a_change_within_the_year_needs_a_reason_and_says_the_article(cast):
    fix_basis(new(cast.zhang), by="officer", on=TODAY)
    with pytest.raises(Refused, match="一") as refused:
        fix_basis(new(cast.zhang, 600_000, valid_from=month("2026-07")), by="officer", on=TODAY)
    fix_basis(new(cast.zhang, 600_000, valid_from=month("2026-07"), reason="调动工作"), by="officer", on=TODAY)

    assert refused.value.field == "reason"
    assert rows(cast.zhang) == [(1, 7, 4900), (7, None, 9000)]


def test_no_reason_is_asked_where_the_committee_follows_each_change_of_pay(cast):
    local_rule(cast.county, "dues.base.fix", "on_change")
    fix_basis(new(cast.zhang), by="officer", on=TODAY)
    fix_basis(new(cast.zhang, 600_000, valid_from=month("2026-07")), by="officer", on=TODAY)

    assert rows(cast.zhang) == [(1, 7, 4900), (7, None, 9000)]


def test_a_base_for_earlier_months_holds_until_the_next_one(cast):
    fix_basis(new(cast.zhang, valid_from=month("2026-07")), by="officer", on=TODAY)
    fix_basis(new(cast.zhang, 300_000, reason="补定上半年"), by="officer", on=TODAY)

    assert rows(cast.zhang) == [(1, 7, 1500), (7, None, 4900)]


def test_a_mistake_in_the_same_month_leaves_no_month_twice(cast):
    fix_basis(new(cast.zhang), by="officer", on=TODAY)
    fix_basis(new(cast.zhang, 300_000, reason="录入有误"), by="officer", on=TODAY)

    assert Basis.objects.filter(member=cast.zhang).holding(JANUARY).get().amount_fen == 1500
    assert Basis.objects.filter(member=cast.zhang).count() == 2


def test_what_was_charged_follows_the_new_base(cast):
    basis = fix_basis(new(cast.zhang), by="officer", on=TODAY)
    for text in ("2026-06", "2026-07"):
        charge(cast.zhang, text, 4900, basis=basis)
    fix_basis(new(cast.zhang, 600_000, valid_from=month("2026-07"), reason="调资"), by="officer", on=TODAY)

    lines = Charge.objects.filter(member=cast.zhang).order_by("month", "turn")
    assert [line.amount_fen for line in lines] == [4900, 4900, -4900, 9000]


def test_keeping_takes_last_years_base_by_this_years_rules(cast):
    fix(cast.zhang, 4900, since="2025-01", base=490_000)
    kept = keep_basis(cast.zhang, 2026, by=cast.officer, on=TODAY)
    kept.refresh_from_db()

    assert (kept.year, kept.valid_from, kept.amount_fen, kept.base.open()) == (2026, JANUARY, 4900, "490000")
    assert keep_basis(cast.zhang, 2026, by=cast.officer, on=TODAY) == kept


@pytest.mark.parametrize("fields", [None, {"rules": "ledger"}])
def test_what_has_no_base_cant_be_kept(cast, fields):
    if fields:
        fix(cast.zhang, 4900, since="2025-01", **fields)
    with pytest.raises(Refused):
        keep_basis(cast.zhang, 2026, by="officer", on=TODAY)


def test_a_flat_amount_is_kept_without_a_base(cast):
    fix(cast.zhang, 20, since="2025-01", category="student", rules="dues.flat.low_income@2008-04-01")

    assert keep_basis(cast.zhang, 2026, by="officer", on=TODAY).amount_fen == 20


def test_rounding_set_by_a_committee_below_touches_only_its_own(cast):
    for member in (cast.zhang, cast.zhao):
        fix_basis(new(member, 490_550), by="officer", on=TODAY)
    local_rule(cast.other_district, "dues.rounding", "yuan", since=month("2026-05"))

    assert refix_stale(cast.county, month("2026-04"), by="system", on=TODAY) == 0
    assert refix_stale(cast.county, month("2026-05"), by="system", on=TODAY) == 1
    assert refix_stale(cast.county, month("2026-05"), by="system", on=TODAY) == 0
    assert rows(cast.zhao) == [(1, 5, 4906), (5, None, 4900)]


def test_a_ledgers_amount_isnt_computed_anew(cast):
    fix(cast.zhang, 4321, rules="ledger")

    assert refix_stale(cast.county, month("2026-05"), by="system", on=TODAY) == 0


def test_what_the_roster_says_is_only_offered(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_base="512345")
    cast.zhang.refresh_from_db()

    assert (roster_base(cast.zhang), roster_base(cast.li), Basis.objects.count()) == (512_345, None, 0)


@pytest.mark.parametrize(
    ("parts", "fen"),
    [
        ({}, 0),
        ({"post_pay": 100, "grade_pay": 50}, 150),
        ({"post_pay": 100, "income_tax": 30}, 70),
        ({"post_pay": 100, "reward_performance": 900, "reform_subsidies": 5, "irregular_bonus": 1}, 100),
        ({"income_tax": 30}, 0),
        ({"basic_pension": 300, "pension_allowances": 70}, 300),
    ],
)
def test_the_base_is_what_counts_less_what_is_taken_off(parts, fen):
    assert base_fen(parts) == fen


def test_every_item_names_its_article_and_flat_amounts_have_none():
    assert all(item.citation(TODAY).article for item in ITEMS)
    assert [category for category in DuesCategory.values if items_of(category)] == ["employed", "retired"]
    assert {item.effect for item in items_of("employed")} == set(Effect)
