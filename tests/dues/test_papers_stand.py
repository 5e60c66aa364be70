"""A receipt says for ever what it said when it was issued, whatever is recorded later."""

import json
import re
import uuid
from datetime import date

import pytest
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from dues.arrears.grid import grid_rows
from dues.arrears.queries import dues_page
from dues.arrears.statement import statement
from dues.books.importing import read_ledger
from dues.books.queries import ledger_rows
from dues.books.services import confirm_ledger, judge, keep_preview, undo_ledger
from dues.charging.relief_services import NewRelief, ask_relief
from dues.choices import MonthState, ReliefKind
from dues.ledger import services
from dues.ledger.queries import arrears_below, arrears_of, in_arrears
from dues.models import Allocation, Charge, ClosedMonth, Disclosure, PassedMonth, Receipt, ReceiptLine
from dues.payments.queries import open_lines, sheets, with_payment
from dues.payments.services import reverse_payment
from dues.upwards.queries import branch_sums, corrected, year_figures
from dues.upwards.services import disclose
from members.access.queries import access_for
from members.choices import DuesCategory
from members.fields import opened
from members.models import Member, Organization, User
from tests.cast import TODAY
from tests.dues.books.ledger_files import ledger
from tests.dues.making import charge, fix, left_open, month, pay, pay_by_ledger, settled, without_stamp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
DECEMBER = date(2025, 12, 1)


def printed(payment) -> str:
    """The paper, without the stamp of a payment that was taken back."""
    receipt = with_payment(Receipt.objects.all()).get(payment=payment)
    sheet = render_to_string("dues/payments/receipts.html#sheet", {"sheet": sheets([receipt], ["data:"])[0]})
    return without_stamp(sheet)


def carry_over(cast, tmp_path, name, yuan):
    """Store a ledger that says what was open from the year before, and nothing else that is new."""
    return confirm_ledger(look_through(cast, tmp_path, name, yuan), by=cast.officer, on=TODAY)


def look_through(cast, tmp_path, name, yuan, column="上年欠交"):
    Member.objects.filter(name=name).update(dues_category=DuesCategory.EMPLOYED)
    path = ledger(tmp_path / "ledger.xlsx", [[name, 40, yuan]], headings=["姓名", "月应交", column])
    found = read_ledger(path, organization=cast.branch, year=2026, on=TODAY)
    judged = judge(found, organization=cast.branch, year=2026, on=TODAY)
    return keep_preview(judged, key=uuid.uuid4(), organization=cast.branch, file_name="台账.xlsx", by=cast.officer)


@pytest.fixture
def paid(cast):
    """September and October, each with its receipt; nothing is owed."""
    fix(cast.zhang, 4000)
    for one in ("2026-09", "2026-10"):
        charge(cast.zhang, one, 4000)
    return [pay(cast.zhang, 4000, "2026-11-20"), pay(cast.zhang, 4000, "2026-11-21")]


@pytest.fixture
def carried(cast, paid, tmp_path):
    before = [printed(one) for one in paid]
    carry_over(cast, tmp_path, "张英", 30)
    return before


def test_a_ledger_with_arrears_of_the_year_before_leaves_the_receipt_as_it_was(cast, paid, carried):
    assert [printed(one) for one in paid] == carried
    assert "2026年9月" in carried[0]
    assert settled(cast.zhang) == {"2026-09": 4000, "2026-10": 4000}


def test_the_protection_switched_off_moves_the_months_but_never_the_paper(cast, paid, tmp_path, monkeypatch):
    """The negative control: without it the ledger says something else than the paper, and the paper still stands."""
    before = [printed(one) for one in paid]
    monkeypatch.setattr(services, "_receipted", lambda members: set())

    carry_over(cast, tmp_path, "张英", 30)

    assert settled(cast.zhang)["2025-12"] == 3000
    assert [printed(one) for one in paid] == before


def test_the_carried_balance_is_a_line_of_its_own_and_counts_as_no_month(cast, paid, carried):
    late = arrears_of([cast.zhang.pk], on=TODAY)[cast.zhang.pk]

    assert (late.months, late.carried_fen, late.fen, late.step) == ((), 3000, 3000, 0)
    found = statement(cast.branch.path, as_of=TODAY).in_arrears
    assert [(one.member, one.fen, one.months, one.carried_fen) for one in found] == [(cast.zhang, 3000, 0, 3000)]
    cast.officer.access = access_for(cast.officer, on=TODAY)
    page = dues_page(Member.objects.get(pk=cast.zhang.pk), cast.officer, on=TODAY)
    assert [(line.month, line.open_fen) for line in page.lines if line.carried_over] == [(DECEMBER, 3000)]
    assert page.arrears.fen == 3000
    (row,) = grid_rows(cast.branch, [cast.zhang], 2026, on=TODAY)
    assert (row.months_in_arrears, row.carried_fen, row.due_fen) == (0, 3000, 3000)
    (before,) = grid_rows(cast.branch, [cast.zhang], 2025, on=TODAY)
    assert before.cells[11].state == "not_charged"
    year = {one.name: one for one in ledger_rows(cast.branch, 2026, bases=False)}
    assert year["张英"].carried_fen == 3000


def test_it_belongs_to_no_months_figures(cast, paid, carried):
    assert year_figures(cast.branch.path, 2025, on=TODAY).charged_fen == 0
    assert branch_sums(cast.branch.path, DECEMBER, DECEMBER, on=TODAY)[0].charged_fen == 0


def test_the_sheet_of_the_year_it_was_carried_into_has_lines_of_its_own(cast, paid, carried):
    def sheet():
        one = year_figures(cast.branch.path, 2026, on=TODAY)
        return one.carried_fen, one.carried_settled_fen, one.due_fen, one.settled_fen, one.paid_fen, one.owing

    assert sheet() == (3000, 0, 3000, 8000, 8000, 1)
    pay(cast.zhang, 3000, "2026-11-22", reason="补交")
    assert sheet() == (3000, 3000, 0, 8000, 11000, 0)


def test_a_sheet_from_before_such_lines_isnt_corrected_by_them(cast, paid, carried):
    facts = {"way": "meeting", "place": "党员大会", "disclosed_on": TODAY, "by": cast.secretary, "on": TODAY}
    new = disclose(organization=cast.branch, year=2026, **facts)
    of_months = year_figures(cast.branch.path, 2026, on=TODAY, carried_over=False).as_dict()
    figures = {name: fen for name, fen in of_months.items() if not name.startswith("carried")}
    old = Disclosure(organization=cast.branch, year=2026, figures=figures)

    assert (corrected(new, on=TODAY), corrected(old, on=TODAY)) == ({}, {})
    assert figures["due_fen"] == 0


def test_who_was_passed_over_is_found_by_every_list(cast, paid, carried):
    assert list(PassedMonth.objects.values_list("member", "month")) == [(cast.zhang.pk, DECEMBER)]
    assert list(in_arrears(Member.objects.all(), on=TODAY)) == [cast.zhang]
    assert arrears_below(cast.county.path, on=TODAY)[cast.zhang.pk].fen == 3000
    (line,) = [one for one in open_lines(cast.branch.path, on=TODAY) if one.member == cast.zhang]
    assert [(one.month, one.open_fen) for one in line.months] == [(DECEMBER, 3000)]


def test_new_money_settles_what_was_carried_over_and_its_receipt_says_so(cast, paid, carried):
    later = pay(cast.zhang, 3000, "2026-11-22", reason="补交")

    assert "上年结转" in printed(later)
    assert "12月" not in printed(later)
    assert left_open(cast.zhang) == {}
    assert not PassedMonth.objects.exists()


def test_a_reversal_and_a_new_receipt_settle_it_and_both_are_there(cast, paid, carried):
    reverse_payment(paid[0], key=uuid.uuid4(), reason="先补上年", by="officer", on=TODAY)
    again = pay(cast.zhang, 4000, "2026-11-20", reason="重开")

    assert [printed(one) for one in paid] == carried
    assert [(one.month, one.amount_fen) for one in ReceiptLine.objects.filter(receipt=again.pk).order_by("month")] == [
        (DECEMBER, 3000), (month("2026-09"), 1000),
    ]  # fmt: skip
    assert left_open(cast.zhang) == {"2026-09": 3000}


def test_taking_the_ledger_back_leaves_everything_as_it_was(cast, paid, tmp_path):
    before = settled(cast.zhang)
    undo_ledger(carry_over(cast, tmp_path, "张英", 30), by=cast.officer, on=TODAY)

    assert (settled(cast.zhang), left_open(cast.zhang)) == (before, {})
    assert not PassedMonth.objects.exists()
    assert dict(Charge.objects.filter(carried_over=True).values_list("turn", "amount_fen")) == {0: 3000, 1: -3000}


def test_before_a_ledger_is_taken_back_the_page_names_what_was_paid_on_it(cast, paid, tmp_path, as_user):
    client, stored = as_user(cast.officer), carry_over(cast, tmp_path, "张英", 30)
    page = reverse("dues:ledger-detail", args=[stored.pk])
    assert "resting" not in client.get(page).text
    receipt = pay(cast.zhang, 3000, "2026-11-22", reason="补交").receipt
    text = client.get(page).text

    assert f'href="{reverse("dues:receipt-detail", args=[receipt.pk])}"' in text
    assert f"{receipt}" in re.search(r'data-confirm="([^"]*)"', text)[1]
    client.post(reverse("dues:ledger-undo", args=[stored.pk]))
    cast.officer.access = access_for(cast.officer, on=TODAY)
    lines = {one.month: one for one in dues_page(Member.objects.get(pk=cast.zhang.pk), cast.officer, on=TODAY).lines}
    assert (lines[DECEMBER].state, lines[DECEMBER].settled_fen) == (MonthState.AHEAD, 3000)
    assert "上年结转" in printed(receipt.payment)
    assert lines[DECEMBER].carried_over
    own = client.get(reverse("dues:member-detail", args=[cast.zhang.key])).text
    listed = client.get(reverse("dues:payment-list"), {"org": "branch"}).text
    assert all("上年结转（2025年及以前）" in text and "2025年12月" not in text for text in (own, listed))


def test_before_a_ledger_is_taken_back_the_page_names_the_published_year_it_changes(cast, paid, tmp_path, as_user):
    client, stored = as_user(cast.officer), carry_over(cast, tmp_path, "张英", 30)
    page = reverse("dues:ledger-detail", args=[stored.pk])
    assert "已公布的数字" not in client.get(page).text
    for year in (2025, 2026):
        Disclosure.objects.create(organization=cast.branch, year=year, disclosed_on=TODAY, way="meeting", figures={})

    answer = client.get(page)
    told = answer.context["published"]
    assert "红旗社区第一党支部 2026" in told and "2025" not in told
    assert f'<p class="mb-0">{told}</p>' in answer.text
    assert told in re.search(r'data-confirm="([^"]*)"', answer.text)[1]


def test_a_waiver_afterwards_leaves_the_months_of_the_receipt(cast, paid):
    before = [printed(one) for one in paid]
    relief = NewRelief(
        key=uuid.uuid4(), member=cast.zhang, kind=ReliefKind.WAIVER, ground="大病", decided_on=TODAY,
        valid_from=month("2026-09"), valid_until=month("2026-10"),
    )  # fmt: skip
    ask_relief(relief, category="retired", by="officer", on=TODAY)

    assert [printed(one) for one in paid] == before
    assert settled(cast.zhang) == {"2026-09": 4000, "2026-10": 4000}


def test_names_on_a_receipt_are_those_of_its_day(cast, paid):
    before = printed(paid[0])
    Member.objects.filter(pk=cast.zhang.pk).update(name="张颖")
    Organization.objects.filter(pk=cast.branch.pk).update(name=F("code"))
    User.objects.filter(username="officer").update(display_name="某某")

    assert printed(paid[0]) == before
    assert "张英" in before


def test_money_of_a_ledger_stays_with_its_month_and_the_balance_stays_open(cast, tmp_path):
    charge(cast.zhang, "2026-01", 4000)
    pay_by_ledger(cast.zhang, 4000, "2026-01-01")
    carry_over(cast, tmp_path, "张英", 30)

    assert (settled(cast.zhang), left_open(cast.zhang)) == ({"2026-01": 4000}, {"2025-12": 3000})


@pytest.fixture
def from_ledger(cast):
    """February, settled by money that a ledger has for March: where an older month is charged, it moves there."""
    charge(cast.zhang, "2026-02", 4000)
    pay_by_ledger(cast.zhang, 4000, "2026-03-05")


# --- A preview names what storing would touch -----------------------------------------------------------------------


def named(preview) -> dict:
    return json.loads(opened(preview.content))["touched"]


def test_the_preview_says_that_no_receipt_is_touched_and_stores_nothing(cast, paid, tmp_path):
    before = [model.objects.count() for model in (Charge, Allocation, PassedMonth)]

    assert named(look_through(cast, tmp_path, "张英", 30)) == {
        "receipts": [], "months": [], "closed": [], "published": [],
    }  # fmt: skip
    assert [model.objects.count() for model in (Charge, Allocation, PassedMonth)] == before


def test_the_preview_names_every_month_and_closed_month_that_storing_would_move(cast, from_ledger, tmp_path):
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-02"), closed_by="officer")
    disclose(
        organization=cast.branch, year=2026, way="board", place="公示栏", disclosed_on=TODAY, by=cast.officer, on=TODAY
    )

    found = named(look_through(cast, tmp_path, "张英", 10, "1月"))

    assert [(one["name"], one["month"], one["settled_fen"], one["would_settle_fen"]) for one in found["months"]] == [
        ("张英", "2026-02-01", 4000, 1000)
    ]
    assert (found["receipts"], found["closed"]) == ([], ["2026-02-01"])
    assert found["published"] == [str(Disclosure.objects.get())]


def test_the_preview_would_name_a_receipt_whose_months_moved(cast, paid, tmp_path, monkeypatch):
    """The negative control: with the protection off it says which."""
    monkeypatch.setattr(services, "_receipted", lambda members: set())

    assert named(look_through(cast, tmp_path, "张英", 30))["receipts"] == ["2026-0001", "2026-0002"]


def test_the_page_of_the_preview_says_so(cast, from_ledger, tmp_path, as_user):
    kept = look_through(cast, tmp_path, "张英", 10, "1月")
    page = as_user(cast.officer).get(reverse("dues:ledger-detail", args=[kept.pk]))

    assert "张英，2026年2月" in page.content.decode()


def test_the_payment_page_names_what_taking_it_back_touches(cast, paid, as_user):
    disclose(
        organization=cast.branch, year=2026, way="board", place="公示栏", disclosed_on=TODAY, by=cast.officer, on=TODAY
    )
    page = as_user(cast.officer).get(reverse("dues:payment-detail", args=[paid[0].pk])).content.decode()

    for word in ("2026-0001", "2026年9月", cast.branch.name):
        assert word in page.partition("data-confirm")[2], word


def test_a_publication_keeps_its_figures_and_shows_the_correction_beside(cast, paid, as_user):
    disclose(
        organization=cast.branch, year=2026, way="board", place="公示栏", disclosed_on=TODAY, by=cast.officer, on=TODAY
    )
    found = Disclosure.objects.get()
    address = reverse("dues:disclosure-detail", args=[found.pk])
    assert as_user(cast.officer).get(address).context["corrected"] == []

    reverse_payment(paid[0], key=uuid.uuid4(), reason="记错", by="officer", on=TODAY)

    page = as_user(cast.officer).get(address)
    assert page.context["figures"] == found.figures
    assert {(said, today) for _name, said, today in page.context["corrected"]} >= {(8000, 4000), (0, 4000)}
