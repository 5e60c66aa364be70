"""Storing a ledger: every line of it, once, all or nothing; and taking it back."""

import json
import uuid
from datetime import date

import pytest
from django.db.models import Sum

from audit.models import Entry
from dues.books.importing import LedgerContents, read_ledger
from dues.books.services import confirm_ledger, judge, keep_preview, undo_ledger
from dues.models import Allocation, Basis, Charge, ClosedMonth, LedgerImport, Payment, PaymentProposal, Receipt
from dues.payments.services import confirm_proposal, reverse_payment
from members.choices import DuesCategory, ImportState
from members.fields import opened
from members.models import Member, User
from members.refused import Refused
from tests.cast import TODAY, make_user
from tests.dues.books.ledger_files import ledger, row
from tests.dues.making import charge, every_fen_is_somewhere, fix, left_open, month, pay, settled

pytestmark = pytest.mark.django_db
SHEET = [row(1, "张英", 4000, 40, [40, 40, None], 80), row(2, "李国强", 5000, 25, [25, None, 75], 100)]


@pytest.fixture
def categories(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category=DuesCategory.EMPLOYED)
    Member.objects.filter(pk=cast.li.pk).update(dues_category=DuesCategory.RETIRED)


@pytest.fixture
def preview(cast, categories, tmp_path):
    """A looked-through ledger of the branch, of 2026."""

    def make(rows=SHEET, headings=None, year=2026, by=None):
        path = ledger(tmp_path / "ledger.xlsx", rows, **({"headings": headings} if headings else {}))
        found = read_ledger(path, organization=cast.branch, year=year, on=TODAY)
        judged = judge(found, organization=cast.branch, year=year, on=TODAY)
        return keep_preview(
            judged, key=uuid.uuid4(), organization=cast.branch, file_name="台账.xlsx", by=by or cast.officer
        )

    return make


@pytest.fixture
def store(cast, preview):
    def storing(*args, by=None, **more):
        return confirm_ledger(preview(*args, **more), by=by or cast.officer, on=TODAY)

    return storing


def sums():
    charged, paid = Charge.objects.aggregate(fen=Sum("amount_fen")), Payment.objects.aggregate(fen=Sum("amount_fen"))
    return charged["fen"] or 0, paid["fen"] or 0


def counts():
    return [model.objects.count() for model in (Basis, Charge, Payment, Allocation)]


def codes(kept):
    return [(note["row"], note["code"]) for note in kept.found["notes"]]


# --- Preview ----------------------------------------------------------------------------------------------------------
def test_a_preview_stores_nothing_and_shows_sums(preview):
    kept = preview()

    assert counts() == [0, 0, 0, 0]
    assert {name: kept.found[name] for name in ("members", "paid_total_fen", "charged_total_fen", "last_month")} == {
        "members": 2, "paid_total_fen": 18000, "charged_total_fen": 19500, "last_month": 3,
    }  # fmt: skip
    assert kept.found["new"] == {"bases": 2, "charges": 6, "payments": 4}


def test_no_base_stands_in_the_clear(preview):
    kept = preview([row(1, "张英", 4321, 41, [41])])
    kept.refresh_from_db()

    assert "4321" not in json.dumps(kept.found) + str.__str__(kept.content)
    assert "432100" in kept.content.open()


def test_the_same_form_twice_keeps_one_preview(cast, preview):
    judged_once = preview()
    again = keep_preview(
        judge(LedgerContents(), organization=cast.branch, year=2026, on=TODAY),
        key=judged_once.pk, organization=cast.branch, file_name="other.xlsx", by=cast.officer,
    )  # fmt: skip

    assert again.file_name == "台账.xlsx"
    assert LedgerImport.objects.count() == 1


# --- Storing ----------------------------------------------------------------------------------------------------------
def test_a_ledger_becomes_bases_charges_and_payments(cast, store):
    kept = store()

    basis = Basis.objects.get(member=cast.zhang)
    assert (basis.amount_fen, basis.base.open(), basis.year, basis.valid_from) == (
        4000,
        "400000",
        2026,
        month("2026-01"),
    )
    assert (basis.rules, str(basis.rate), basis.category) == ("dues.rate.wage@2008-04-01", "0.01000", "employed")
    assert settled(cast.zhang) == {"2026-01": 4000, "2026-02": 4000}
    assert left_open(cast.zhang) == {"2026-03": 4000}
    assert settled(cast.li) == {"2026-01": 2500, "2026-02": 2500, "2026-03": 2500, "2026-11": 2500}
    assert kept.state == ImportState.APPLIED
    assert every_fen_is_somewhere()


def test_what_is_stored_says_where_it_comes_from(cast, store):
    kept = store()

    line, payment = Charge.objects.first(), Payment.objects.first()
    assert (line.imported_from, line.made_by, line.organization) == (kept, "officer", cast.branch)
    assert (payment.way, payment.paid_precision, payment.paid_on.day) == ("ledger", "month", 1)
    entry = Entry.objects.get(action="import_dues_ledger")
    assert entry.details == {"members": 2, "bases": 2, "charges": 6, "payments": 4}


def test_imported_payments_get_no_receipt(store):
    store()

    assert not Receipt.objects.exists()


def test_a_charge_names_its_basis_and_rule(cast, store):
    store([row(1, "张英", 4000, 41, [41])])

    line = Charge.objects.get()
    assert (line.basis.member, line.rules, line.rate) == (cast.zhang, "ledger", None)


def test_confirming_twice_stores_once(cast, preview):
    kept = preview()
    for _twice in range(2):
        confirm_ledger(kept, by=cast.officer, on=TODAY)

    assert counts() == [2, 6, 4, 6]
    assert Entry.objects.filter(action="import_dues_ledger").count() == 1


def test_the_same_file_twice_changes_nothing(store):
    store()
    before = counts()
    again = store()

    assert counts() == before
    assert again.found["new"] == {"bases": 0, "charges": 0, "payments": 0}


def test_a_later_copy_of_the_ledger_adds_only_what_is_new(store):
    store([row(1, "张英", 4000, 40, [40, 40])])
    store([row(1, "张英", 4000, 40, [40, 40, None, 80])])

    assert sums() == (16000, 16000)
    assert counts()[:3] == [1, 4, 3]


def test_private_rows_are_forgotten_once_stored(store):
    assert "lines" not in json.loads(opened(store().content))


def test_last_years_balance_is_a_charge_of_december(cast, store):
    store([["张英", 40, 120, 160]], ["姓名", "月应交", "上年欠交", "1月"])

    opening = Charge.objects.get(month=date(2025, 12, 1))
    assert (opening.amount_fen, opening.basis, opening.rules) == (12000, None, "ledger")
    assert settled(cast.zhang) == {"2025-12": 12000, "2026-01": 4000}


def test_what_a_row_says_was_paid_is_paid_and_what_it_says_is_carried_over_stays_open(cast, store):
    """Also after a receipt settles a part of it, and for a month that stands behind an open one."""
    store([["张英", 40, 20, None, 40]], ["姓名", "月应交", "上年欠交", "10月", "11月"])
    assert settled(cast.zhang) == {"2026-11": 4000}
    assert left_open(cast.zhang)["2025-12"] == 2000
    assert left_open(cast.zhang)["2026-10"] == 4000

    pay(cast.zhang, 1500, "2026-11-20", reason="补交")
    assert settled(cast.zhang) == {"2025-12": 1500, "2026-11": 4000}


def test_the_balance_of_a_year_that_is_on_record_is_left_out(cast, store):
    charge(cast.zhang, "2025-11", 4000)
    kept = store([["张英", 40, 40, 40]], ["姓名", "月应交", "上年欠交", "1月"])

    assert (3, "opening_known") in codes(kept)
    assert not Charge.objects.filter(month=date(2025, 12, 1)).exists()


def test_an_earlier_basis_ends_where_the_ledgers_begins(cast, store):
    old = fix(cast.zhang, 3000, "2025-01")
    store([row(1, "张英", 4000, 40, [40])])

    old.refresh_from_db()
    assert old.valid_until == month("2026-01")


def test_a_list_of_bases_charges_nothing(cast, store):
    store([["张英", "在职", 4000], ["李国强", "退休", 5000]], ["姓名", "类别", "党费基数"])

    assert list(Basis.objects.order_by("amount_fen").values_list("member__name", "amount_fen")) == [
        ("李国强", 2500), ("张英", 4000),
    ]  # fmt: skip
    assert counts()[1:3] == [0, 0]


def test_the_basis_of_a_year_that_is_over_ends_with_it(cast, store):
    store([row(1, "张英", 4000, 40, [40])], year=2024)

    assert Basis.objects.get().valid_until == month("2025-01")


# --- Beside what is on record -----------------------------------------------------------------------------------------
def test_a_month_charged_otherwise_refuses_the_row(cast, preview):
    charge(cast.zhang, "2026-02", 5000)
    kept = preview()

    assert (3, "charged_differently") in codes(kept)
    assert kept.found["members"] == 1


def test_a_month_charged_alike_is_left_as_it_is(cast, store):
    charge(cast.zhang, "2026-02", 4000)
    store()

    assert Charge.objects.filter(member=cast.zhang).count() == 3


def test_a_basis_fixed_otherwise_refuses_the_row(cast, preview):
    fix(cast.zhang, 5000)

    assert (3, "basis_differs") in codes(preview())


def test_a_payment_recorded_by_hand_is_not_taken_twice(cast, store):
    charge(cast.zhang, "2026-01", 4000)
    pay(cast.zhang, 4000, "2026-01-20")
    kept = store([row(1, "张英", 4000, 40, [40, 40])])

    assert (3, "payment_known") in codes(kept)
    assert sums() == (8000, 8000)


def test_another_payment_of_the_month_refuses_the_row(cast, preview):
    charge(cast.zhang, "2026-01", 4000)
    pay(cast.zhang, 3000, "2026-01-20")

    assert (3, "paid_differently") in codes(preview())


def test_another_amount_in_a_later_copy_refuses_the_row(store, preview):
    store([row(1, "张英", 4000, 40, [40])])

    assert (3, "paid_differently") in codes(preview([row(1, "张英", 4000, 40, [80])]))


def test_a_closed_month_refuses_the_sheet(cast, preview):
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    kept = preview()

    assert kept.found["blocked"]
    with pytest.raises(Refused, match="2026-02"):
        confirm_ledger(kept, by=cast.officer, on=TODAY)
    assert counts() == [0, 0, 0, 0]


def test_what_changed_since_the_preview_refuses_the_whole(cast, preview):
    kept = preview()
    charge(cast.zhang, "2026-02", 5000)

    with pytest.raises(Refused):
        confirm_ledger(kept, by=cast.officer, on=TODAY)
    assert counts() == [0, 1, 0, 0]
    assert not Entry.objects.filter(action="import_dues_ledger").exists()


def test_the_same_about_many_months_is_said_once_with_its_cell(preview):
    for text in ("2026-01", "2026-02", "2026-03", "2026-05"):
        charge(Member.objects.get(name="张英"), text, 5000)
    kept = preview([row(1, "张英", 4000, 40, [40] * 5)])

    notes = [(note["code"], note["cell"], note["about"]) for note in kept.found["notes"] if note["row"] == 3]
    assert notes == [("charged_differently", "D3", {"month": "2026-01、2026-02、2026-03、2026-05"})]


def test_months_one_after_the_other_are_named_from_first_to_last(preview):
    for text in ("2026-01", "2026-02", "2026-03"):
        charge(Member.objects.get(name="张英"), text, 5000)

    assert preview().found["notes"][0]["about"] == {"month": "2026-01–2026-03"}


def test_long_cells_are_cut_before_they_are_kept(preview):
    kept = preview([row(1, "没有人" * 200, 4000, 40, [40])])

    assert len(opened(kept.content)) < 1500


# --- Two persons ------------------------------------------------------------------------------------------------------
@pytest.fixture
def own(cast):
    """The officer is Zhang."""
    User.objects.filter(pk=cast.member.pk).update(member=None)
    cast.officer.member = cast.zhang
    cast.officer.save()
    return cast.officer


def test_an_officers_own_payments_wait_for_a_second_person(own, cast, store):
    store()

    assert not Payment.objects.filter(member=cast.zhang).exists()
    assert list(PaymentProposal.objects.values_list("member__name", "amount_fen")) == [("张英", 4000)] * 2
    assert Charge.objects.filter(member=cast.zhang).count() == 3


def test_the_preview_says_that_own_payments_wait(own, preview):
    assert [note["row"] for note in preview().found["notes"] if note["code"] == "own_payments"] == [3]


def test_own_payments_are_proposed_once_and_counted_once(own, cast, store):
    store()
    second = make_user("second")
    for proposal in PaymentProposal.objects.all():
        confirm_proposal(proposal, by=second, on=TODAY)
    store()

    assert PaymentProposal.objects.count() == 2
    assert Payment.objects.filter(member=cast.zhang).count() == 2


# --- Taking it back ---------------------------------------------------------------------------------------------------
def test_undoing_reverses_every_line_with_the_reason(cast, store):
    kept = undo_ledger(store(), by=cast.officer, on=TODAY)

    assert sums() == (0, 0)
    assert counts()[1:3] == [12, 8]
    assert all("台账.xlsx" in one.reason for one in Charge.objects.filter(kind="reversal"))
    assert Allocation.objects.aggregate(fen=Sum("amount_fen"))["fen"] == 0
    assert kept.state == ImportState.UNDONE
    assert Entry.objects.get(action="undo_dues_ledger").details == {"charges": 6, "payments": 4}


def test_undoing_lets_the_earlier_basis_hold_again(cast, store):
    old = fix(cast.zhang, 3000, "2025-01")
    undo_ledger(store([row(1, "张英", 4000, 40, [40])]), by=cast.officer, on=TODAY)

    old.refresh_from_db()
    assert old.valid_until is None
    assert list(Basis.objects.holding(month("2026-03"))) == [old]


def test_a_ledger_can_be_imported_again_after_undoing(cast, store):
    undo_ledger(store(), by=cast.officer, on=TODAY)
    store()

    assert sums() == (19500, 18000)
    assert settled(cast.zhang) == {"2026-01": 4000, "2026-02": 4000}
    assert every_fen_is_somewhere()


def test_a_payment_taken_back_by_hand_is_not_taken_back_twice(cast, store):
    kept = store()
    reverse_payment(
        Payment.objects.filter(member=cast.zhang).first(), key=uuid.uuid4(), reason="重复", by=cast.officer, on=TODAY
    )
    undo_ledger(kept, by=cast.officer, on=TODAY)

    assert sums() == (0, 0)


def test_undoing_own_payments_takes_the_waiting_ones_away(own, cast, store):
    undo_ledger(store(), by=cast.officer, on=TODAY)

    assert not PaymentProposal.objects.exists()
    assert sums() == (0, 0)


def test_a_preview_cannot_be_undone(cast, preview):
    with pytest.raises(Refused):
        undo_ledger(preview(), by=cast.officer, on=TODAY)


def test_nothing_is_taken_back_in_a_closed_month(cast, store):
    kept = store()
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")

    with pytest.raises(Refused, match="2026-02"):
        undo_ledger(kept, by=cast.officer, on=TODAY)
    assert sums() == (19500, 18000)


def test_bases_by_which_months_were_charged_since_stay(cast, store):
    kept = store()
    charge(cast.zhang, "2026-04", 4000, basis=Basis.objects.get(member=cast.zhang))

    with pytest.raises(Refused):
        undo_ledger(kept, by=cast.officer, on=TODAY)


def test_bases_fixed_since_keep_the_import(cast, store):
    kept = store()
    Basis.objects.filter(member=cast.zhang).update(valid_until=month("2026-07"))
    fix(cast.zhang, 5000, "2026-07")

    with pytest.raises(Refused):
        undo_ledger(kept, by=cast.officer, on=TODAY)
