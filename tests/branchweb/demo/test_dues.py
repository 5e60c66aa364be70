"""The demo's dues: a year that the program itself could have written, with something to do on every page."""

import pytest
from django.db import transaction

from audit.models import Entry
from branchweb.demo import meetings, members
from branchweb.demo.dues import fill
from dues.arrears.statement import statement
from dues.models import (
    Arrangement,
    ArrearsReason,
    Basis,
    Charge,
    Disclosure,
    DuesUse,
    LargeDues,
    Payment,
    PaymentProposal,
    Receipt,
    Relief,
    Remittance,
)
from dues.verification import checks
from meetings.choices import MeetingKind
from members.models import Member, Organization
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The county as it stands in November; made once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        fill(on=TODAY)
        yield Organization.objects.get(code="hongqi-1")
        transaction.set_rollback(True)


def test_the_ledger_adds_up(county):
    assert [check.name for check in checks() if not check.ok] == []


def test_every_branch_has_a_year_of_dues(county):
    charged = set(Charge.objects.values_list("organization__code", flat=True))

    assert charged == set(Organization.objects.branches().values_list("code", flat=True))
    assert {month.month for month in Charge.objects.values_list("month", flat=True)} == set(range(1, 12))


def test_the_officers_branch_has_receipts_without_gaps(county):
    numbers = list(Receipt.objects.filter(organization=county).order_by("number").values_list("number", flat=True))

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 100


def test_there_is_something_to_do_on_every_page(county):
    assert Arrangement.objects.count() == 2
    assert ArrearsReason.objects.count() == 1
    assert Relief.objects.waiting().count() == 1
    assert [one.is_waiting for one in Relief.objects.order_by("decided_on")].count(False) == 1
    assert PaymentProposal.objects.waiting().count() == 1
    assert Remittance.objects.unconfirmed().count() == 1
    assert Disclosure.objects.get().year == 2025
    assert LargeDues.objects.get().received_on is None


def test_somebody_is_behind_and_most_are_not(county):
    behind = statement(county.path, as_of=TODAY).in_arrears

    assert 3 <= len(behind) <= 8
    assert max(one.months for one in behind) >= 6


def test_who_has_no_base_waits_for_the_officer(county):
    without = Member.objects.below(county.path).exclude(pk__in=Basis.objects.values("member"))

    assert all(not member.dues_category or not member.dues_base for member in without)


def test_nobody_recorded_his_own_dues_alone(county):
    officer = PaymentProposal.objects.get()

    assert set(Payment.objects.filter(member=officer.member).values_list("confirmed_by", flat=True)) == {"secretary"}
    assert Entry.objects.filter(action="record_payment").count() == Receipt.objects.count()


def test_what_dues_were_spent_for_leads_to_the_meeting_that_decided(county):
    for use in DuesUse.objects.select_related("meeting"):
        assert use.meeting and use.meeting.kind == MeetingKind.COMMITTEE_MEETING
        assert use.decided_on == use.meeting.day <= use.used_on
    assert DuesUse.objects.count() == 2
