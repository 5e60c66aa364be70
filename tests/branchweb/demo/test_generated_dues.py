"""The generated county's dues: the same rows for the same seed, and a ledger that adds up."""

import json
from datetime import date
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command

from audit.models import Entry
from branchweb.demo.generator.dues import adopt_farmers_amount, generate_dues
from branchweb.demo.generator.members import generate_county
from dues.charging.queries import stale_bases
from dues.charging.services import charge_month
from dues.models import Allocation, Basis, Charge, Payment
from dues.verification import checks
from members import bulk
from members.models import LocalRule, Member, Organization
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    root = generate_county(members=120, branches=6, seed=3, on=TODAY).root
    adopt_farmers_amount(root, on=TODAY)
    return root


def generate(root, months=12, seed=3, **given):
    return generate_dues(root=root, months=months, seed=seed, on=TODAY, **given)


def rows():
    payments = list(Payment.objects.order_by("key").values_list("key", "member", "amount_fen", "paid_on", "way"))
    return payments, list(Allocation.objects.order_by("payment", "month").values_list("payment", "month", "amount_fen"))


def test_everybody_with_a_category_has_a_basis_and_a_charge_a_month(county):
    made = generate(county)

    charged = Member.objects.exclude(dues_category="").exclude(roster_path="")
    assert Basis.objects.count() == charged.count()
    assert made.charges == Charge.objects.count()
    assert made.payments == Payment.objects.count()
    assert max(Charge.objects.values_list("month", flat=True)) == date(2026, 11, 1)


def test_the_ledger_adds_up(county):
    generate(county)

    assert [check.name for check in checks() if not check.ok] == []


def test_the_program_itself_would_charge_the_same(county):
    """A run over a month that was generated finds nothing to add, to correct or to compute anew."""
    generate(county)
    again = charge_month(county, date(2026, 11, 1), by="system", on=TODAY)

    assert (again.charged, again.corrected) == (0, 0)
    assert not stale_bases(county.path, date(2026, 11, 1)).exists()


def test_some_are_behind_and_most_are_not(county):
    generate(county)
    settled = set(Allocation.objects.filter(month=date(2026, 11, 1)).values_list("member", flat=True))
    charged = set(Charge.objects.filter(month=date(2026, 11, 1)).values_list("member", flat=True))

    assert 0.02 < len(charged - settled) / len(charged) < 0.35


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(county):
    generate(county)
    first = rows()
    other = generate_county(members=120, branches=6, seed=4, on=TODAY).root
    generate(other, seed=4)

    assert rows() != first
    assert set(first[0]) <= set(rows()[0])


def test_a_branch_can_be_left_out(county):
    code = Organization.objects.below(county.path).branches().first().code
    generate(county, leave_out=[code])

    assert not Charge.objects.filter(organization__code=code).exists()


def test_the_database_looks_at_what_is_new_once(county):
    with mock.patch.object(bulk, "refresh_statistics") as looked:
        generate(county)

    looked.assert_called_once_with(Basis, Charge, Payment, Allocation)


def test_no_months_are_nothing(county):
    assert generate(county, months=0).charges == Entry.objects.filter(action="generate_dues").count() == 0


def test_the_farmers_amount_is_adopted_once(county):
    adopt_farmers_amount(county, on=TODAY)

    assert LocalRule.objects.filter(rule_key="dues.flat.farmer").count() == 1


def test_the_command_counts_charges_and_payments():
    out = StringIO()
    call_command("generate", "--members", "40", "--branches", "2", "--months", "3", "--json", stdout=out)
    answer = json.loads(out.getvalue())

    assert (answer["charges"], answer["payments"]) == (Charge.objects.count(), Payment.objects.count())
    assert answer["payments"] > 0
