"""Handing dues up, spending them, publishing them: what services store, and what they refuse."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Entry
from dues.ledger.queries import arrears_below
from dues.models import Disclosure, DuesUse, LargeDues, Remittance
from dues.payments.services import reverse_payment
from dues.upwards import services as giving
from dues.upwards.queries import branch_sums, corrected, needing_disclosure, next_period, year_figures
from dues.upwards.services import (
    confirm_remittance,
    disclose,
    hand_up,
    is_large,
    record_use,
    remove_use,
    share_of,
    take_back_remittance,
)
from members.models import LocalRule
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import charge, month, pay

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER = month("2026-09"), month("2026-10")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def ratio(cast):
    return LocalRule.objects.create(
        organization=cast.district, rule_key="dues.remit.ratio", value="0.2", document="镇委〔2026〕3号",
        approved_by="镇党委", approved_on=date(2026, 1, 5), valid_from=date(2026, 1, 1),
    )  # fmt: skip


@pytest.fixture
def paid(cast, ratio):
    """The branch collected 100.05 yuan in September and October."""
    for one, fen in ((cast.zhang, 5005), (cast.li, 5000)):
        charge(one, "2026-09", fen)
        pay(one, fen, "2026-09-15" if one == cast.zhang else "2026-10-15")
    return cast


def send(cast, **changes):
    facts = {"key": uuid.uuid4(), "branch": cast.branch, "first": SEPTEMBER, "last": OCTOBER, "sent_on": TODAY}
    return hand_up(**{**facts, "by": cast.officer, "on": TODAY, **changes})


@pytest.mark.parametrize(
    ("collected", "ratio", "fen"),
    [
        (10000, "0.2", 2000), (10005, "0.2", 2001), (10002, "0.2", 2000), (10003, "0.5", 5002), (1, "0.5", 1),
        (10000, "0", 0), (10000, "1", 10000), (-500, "0.2", 0), (0, "1", 0),
    ],
)  # fmt: skip
def test_the_share_is_rounded_half_up_to_the_fen(collected, ratio, fen):
    assert share_of(collected, Decimal(ratio)) == fen


@pytest.mark.parametrize(("fen", "large"), [(99_999, False), (100_000, True), (100_001, True)])
def test_a_thousand_yuan_is_large(fen, large):
    assert is_large(fen, TODAY) is large


def test_a_batch_holds_what_came_in_and_hands_up_the_committees_share(paid):
    sent = send(paid)

    assert (sent.collected_fen, sent.amount_fen, sent.ratio) == (10005, 2001, Decimal("0.2"))
    assert (sent.receiver, sent.lines.count(), sent.sent_by) == (paid.district, 2, "officer")
    assert sent.rule.startswith("dues.remit.ratio@")
    assert Entry.objects.get(action="hand_up_dues").details == {"fen": 2001, "payments": 2}


def test_a_month_can_be_handed_up_from_its_first_day_on(paid):
    assert send(paid, last=month("2026-11"), sent_on=date(2026, 11, 1), first=SEPTEMBER).collected_fen == 10005
    with pytest.raises(Refused) as refused:
        send(paid, first=month("2026-12"), last=month("2026-12"))
    assert list(refused.value.fields) == ["first"]
    with pytest.raises(Refused) as refused:
        send(paid, first=month("2026-11"), last=month("2026-11"), sent_on=date(2026, 11, 1))
    assert "first" not in refused.value.fields  # only that nothing came in


def test_no_payment_is_handed_up_twice(paid):
    send(paid, last=SEPTEMBER)

    assert send(paid).collected_fen == 5000
    with pytest.raises(Refused):
        send(paid)


def test_the_same_form_twice_is_one_batch(paid):
    key = uuid.uuid4()

    assert send(paid, key=key) == send(paid, key=key)
    assert Remittance.objects.count() == 1


def test_what_was_taken_back_is_taken_off_the_next_batch(paid):
    send(paid, last=SEPTEMBER)
    payment = paid.zhang.payments.get()
    reverse_payment(payment, key=uuid.uuid4(), reason="记错了人", by=paid.officer, on=TODAY)

    with pytest.raises(Refused):
        send(paid, last=SEPTEMBER)
    assert not Remittance.objects.exclude(collected_fen=5005).exists()


def test_money_taken_back_after_it_was_handed_up_lessens_the_next_batch_of_later_months(paid):
    send(paid, last=SEPTEMBER)
    charge(paid.li, "2026-10", 3000)
    pay(paid.li, 3000, "2026-10-20")
    reverse_payment(paid.zhang.payments.get(), key=uuid.uuid4(), reason="记错了人", by=paid.officer, on=TODAY)

    assert send(paid, first=OCTOBER).collected_fen == 5000 + 3000 - 5005


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first": OCTOBER, "last": SEPTEMBER}, "last"),
        ({"sent_on": TOMORROW}, "sent_on"),
        ({"first": month("2026-12"), "last": month("2026-12")}, "first"),
        ({"first": month("2026-01"), "last": month("2026-03")}, "last"),
    ],
)
def test_a_batch_that_cant_be_is_refused(paid, changes, field):
    with pytest.raises(Refused) as refused:
        send(paid, **changes)

    assert (refused.value.field, Remittance.objects.count()) == (field, 0)


def test_without_the_committees_ratio_nothing_is_handed_up(paid, ratio):
    ratio.delete()

    with pytest.raises(Refused):
        send(paid)
    assert Remittance.objects.count() == 0


def test_the_committee_confirms_once_and_not_he_who_sent_it(paid):
    sent = send(paid)

    with pytest.raises(Refused):
        confirm_remittance(sent, received_on=TODAY, by=paid.officer, on=TODAY)
    confirm_remittance(sent, received_on=TODAY, by=paid.district_staff, on=TODAY)
    confirm_remittance(sent, received_on=TODAY, by=paid.county_staff, on=TODAY)
    sent.refresh_from_db()
    assert (sent.received_by, Entry.objects.filter(action="confirm_remittance").count()) == ("district_staff", 1)


@pytest.mark.parametrize("day", [TOMORROW, TODAY - timedelta(days=1)])
def test_money_arrives_after_it_was_sent_and_not_tomorrow(paid, day):
    with pytest.raises(Refused):
        confirm_remittance(send(paid), received_on=day, by=paid.district_staff, on=TODAY)


def test_an_unconfirmed_batch_can_be_taken_back(paid):
    take_back_remittance(send(paid), reason="月份选错", by=paid.officer)

    assert Remittance.objects.count() == 0
    assert send(paid).collected_fen == 10005
    assert Entry.objects.get(action="take_back_remittance").reason == "月份选错"


def test_a_confirmed_batch_stays(paid):
    sent = send(paid)
    confirm_remittance(sent, received_on=TODAY, by=paid.district_staff, on=TODAY)

    for reason in ("月份选错", " "):
        with pytest.raises(Refused):
            take_back_remittance(sent, reason=reason, by=paid.officer)
    assert Remittance.objects.count() == 1


def test_the_next_months_to_hand_up_follow_the_last_batch(paid):
    assert next_period(paid.branch, TODAY) == (month("2026-01"), OCTOBER)
    send(paid, last=SEPTEMBER)
    assert next_period(paid.branch, TODAY) == (OCTOBER, OCTOBER)


def use(cast, **changes):
    facts = {"kind": "training", "amount_fen": 3000, "used_on": TODAY, "purpose": "购书", "decided_on": TODAY}
    return DuesUse(organization=cast.branch, **{**facts, "decided_by": "支委会", **changes})


def test_a_use_is_stored_once_with_its_decision(cast):
    one = use(cast)
    for _ in range(2):
        record_use(one, by=cast.officer, on=TODAY)

    assert (DuesUse.objects.get().recorded_by, Entry.objects.count()) == ("officer", 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"used_on": TOMORROW}, "used_on"), ({"used_on": TODAY - timedelta(days=3)}, "decided_on")],
)
def test_money_is_spent_after_the_decision_and_not_tomorrow(cast, changes, field):
    with pytest.raises(Refused) as refused:
        record_use(use(cast, **changes), by=cast.officer, on=TODAY)

    assert (refused.value.field, DuesUse.objects.count()) == (field, 0)


def test_a_use_recorded_by_mistake_is_taken_out_with_a_reason(cast):
    one = record_use(use(cast), by=cast.officer, on=TODAY)

    with pytest.raises(Refused):
        remove_use(one, reason=" ", by=cast.officer)
    remove_use(one, reason="录错支部", by=cast.officer)
    assert (DuesUse.objects.count(), Entry.objects.get(action="remove_dues_use").reason) == (0, "录错支部")


def test_the_figures_of_a_year_without_anything_are_noughts(cast):
    figures = year_figures(cast.next_branch.path, 2026, on=TODAY)
    assert (figures.paid_fen, figures.voluntary_fen, figures.remitted_fen, figures.used_fen) == (0, 0, 0, 0)


def test_the_years_figures_are_sums_and_name_nobody(paid):
    record_use(use(paid), by=paid.officer, on=TODAY)
    send(paid)
    charge(paid.wang, "2026-09", 7000)

    figures = year_figures(paid.branch.path, 2026, on=TODAY)
    assert (figures.charged_fen, figures.paid_fen, figures.remitted_fen) == (10005, 10005, 2001)
    assert (figures.members, figures.payers, figures.owing, figures.due_fen) == (2, 2, 0, 0)
    assert figures.by_kind == {"training": 3000}
    assert year_figures(paid.district.path, 2026, on=TODAY).due_fen == 7000


def test_a_publication_keeps_the_figures_of_its_day(paid):
    facts = {"organization": paid.branch, "year": 2026, "disclosed_on": TODAY, "by": paid.secretary, "on": TODAY}
    first = disclose(way="meeting", place="党员大会", **facts)
    pay(paid.zhang, 1000, "2026-11-20", voluntary_fen=1000)
    again = disclose(way="board", place="公开栏", **facts)

    assert (first, again.figures["paid_fen"], again.way) == (again, 10005, "meeting")
    assert list(needing_disclosure(paid.district.path, 2026)) == [paid.next_branch]


@pytest.mark.parametrize(("year", "day"), [(2026, TOMORROW), (2027, TODAY)])
def test_a_year_is_published_when_it_has_begun_and_not_tomorrow(cast, year, day):
    with pytest.raises(Refused):
        disclose(
            organization=cast.branch,
            year=year,
            way="meeting",
            place="党员大会",
            disclosed_on=day,
            by=cast.secretary,
            on=TODAY,
        )
    assert Disclosure.objects.count() == 0


def test_where_it_was_published_is_said(cast):
    facts = {"organization": cast.branch, "year": 2026, "way": "meeting", "disclosed_on": TODAY}
    with pytest.raises(Refused) as refused:
        disclose(place=" ", by=cast.secretary, on=TODAY, **facts)

    assert (refused.value.field, Disclosure.objects.count()) == ("place", 0)


def test_the_overview_puts_first_who_needs_help(paid):
    charge(paid.wang, "2026-09", 7000)
    lines = branch_sums(paid.district.path, SEPTEMBER, OCTOBER, on=TODAY)

    assert [(line.branch.code, line.due_fen, line.settled_fen) for line in lines] == [
        ("next-branch", 7000, 0), ("branch", 0, 10005),
    ]  # fmt: skip


def test_a_month_counts_where_it_was_charged_whoever_received_the_money(cast):
    charge(cast.zhang, "2026-09", 4000, organization=cast.next_branch)
    pay(cast.zhang, 4000, "2026-11-20", organization=cast.branch)
    sums = {line.branch.code: line for line in branch_sums(cast.district.path, SEPTEMBER, SEPTEMBER, on=TODAY)}

    assert (sums["next-branch"].due_fen, sums["branch"].settled_fen) == (0, 0)


def test_the_overview_takes_as_many_queries_for_one_branch_as_for_two(cast, django_assert_num_queries):
    charge(cast.zhang, "2026-09", 4000)
    for path in (cast.branch.path, cast.county.path):
        with django_assert_num_queries(6):
            branch_sums(path, SEPTEMBER, OCTOBER, on=TODAY)


def large(cast, **changes):
    facts = {"organization": cast.branch, "member": cast.zhang, "amount_fen": 200_000, "given_on": TODAY}
    return LargeDues(**{**facts, **changes})


def test_large_dues_go_up_step_by_step(cast):
    one = giving.record_large(large(cast), by=cast.officer, on=TODAY)
    take_every_step(one, cast, "中组收 88")

    one.refresh_from_db()
    assert (one.received_by, one.centre_receipt, one.handed_over_on) == ("district_staff", "中组收 88", TODAY)
    assert Entry.objects.count() == 5


def take_every_step(one, cast, number):
    giving.send_up(one, sent_up_on=TODAY, profile="退休教师，党龄五十年", by=cast.officer, on=TODAY)
    giving.take_in(one, received_on=TODAY, by=cast.district_staff, on=TODAY)
    giving.note_receipt(one, number=number, by=cast.district_staff)
    giving.hand_over(one, handed_over_on=TODAY, by=cast.officer, on=TODAY)


def test_a_step_taken_twice_changes_nothing_the_second_time(cast):
    one = giving.record_large(large(cast), by=cast.officer, on=TODAY)
    for number in ("中组收 88", "中组收 99"):
        take_every_step(one, cast, number)

    one.refresh_from_db()
    assert (one.centre_receipt, Entry.objects.count()) == ("中组收 88", 5)


@pytest.mark.parametrize(
    "step",
    [
        lambda one, cast: giving.take_in(one, received_on=TODAY, by=cast.district_staff, on=TODAY),
        lambda one, cast: giving.note_receipt(one, number="8", by=cast.district_staff),
        lambda one, cast: giving.hand_over(one, handed_over_on=TODAY, by=cast.officer, on=TODAY),
        lambda one, cast: giving.send_up(one, sent_up_on=TODAY, profile=" ", by=cast.officer, on=TODAY),
        lambda one, cast: giving.send_up(one, sent_up_on=TOMORROW, profile="教师", by=cast.officer, on=TODAY),
        lambda one, cast: giving.send_up(one, sent_up_on=date(2026, 1, 1), profile="教师", by=cast.officer, on=TODAY),
    ],
)
def test_no_step_is_skipped(cast, step):
    one = giving.record_large(large(cast), by=cast.officer, on=TODAY)

    with pytest.raises(Refused):
        step(one, cast)
    assert Entry.objects.count() == 1


def test_whoever_took_the_money_doesnt_confirm_that_it_arrived(cast):
    one = giving.record_large(large(cast), by=cast.officer, on=TODAY)
    giving.send_up(one, sent_up_on=TODAY, profile="教师", by=cast.officer, on=TODAY)

    with pytest.raises(Refused):
        giving.take_in(one, received_on=TODAY, by=cast.officer, on=TODAY)


@pytest.mark.parametrize(
    ("changes", "field"), [({"amount_fen": 99_999}, "amount_fen"), ({"given_on": TOMORROW}, "given_on")]
)
def test_large_dues_that_cant_be_are_refused(cast, changes, field):
    with pytest.raises(Refused) as refused:
        giving.record_large(large(cast, **changes), by=cast.officer, on=TODAY)

    assert (refused.value.field, LargeDues.objects.count()) == (field, 0)


def test_months_open_in_earlier_years_are_a_figure_of_their_own_that_agrees_with_arrears(cast):
    for text in ("2024-11", "2025-12", "2026-02"):
        charge(cast.zhang, text, 4000)
    charge(cast.li, "2025-12", 3000, carried_over=True)
    figures = year_figures(cast.branch.path, 2026, on=TODAY)
    (line,) = branch_sums(cast.branch.path, date(2026, 1, 1), date(2026, 12, 1), on=TODAY)
    owed = sum(one.fen for one in arrears_below(cast.branch.path, on=TODAY).values())

    assert (figures.due_fen, figures.earlier_fen) == (7000, 8000)
    assert (line.due_fen, line.earlier_fen) == (7000, 8000)
    assert figures.due_fen + figures.earlier_fen == owed == 15000
    assert figures.settled_fen == 0
    pay(cast.zhang, 4000, "2026-11-20", reason="补交")
    assert year_figures(cast.branch.path, 2026, on=TODAY).earlier_fen == 4000


def test_a_sheet_published_before_such_a_figure_isnt_corrected_by_it(cast):
    charge(cast.zhang, "2026-02", 4000)
    figures = year_figures(cast.branch.path, 2026, on=TODAY).as_dict()
    old = Disclosure(
        organization=cast.branch, year=2026, figures={k: v for k, v in figures.items() if k != "earlier_fen"}
    )
    new = Disclosure(organization=cast.branch, year=2026, figures=figures)
    charge(cast.zhang, "2025-02", 4000)

    assert corrected(old, on=TODAY) == {}
    assert corrected(new, on=TODAY) == {"earlier_fen": 4000}
