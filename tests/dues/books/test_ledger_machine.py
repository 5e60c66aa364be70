"""Anything in any order: whatever the officers do one after the other, the ledger adds up after every step.

A machine plays a branch, its group and the neighbour through a year. What it expects is worked out anew from the sums
of charges and from the payments that it remembers itself, never by the code that is tried.
"""

import os
import uuid
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from itertools import count

import pytest
from django.db import transaction
from django.db.models import Q, Sum
from django.template.loader import render_to_string
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dues import verification
from dues.arrears.statement import statement
from dues.books import services as books_services
from dues.books.importing import LEDGER_RULE, LedgerContents, LedgerLine
from dues.charging import relief_services, services as charging_services
from dues.charging.services import close_month
from dues.choices import ReliefKind
from dues.ledger import services as ledger_services
from dues.ledger.queries import leaving_open, months_of, settled_by
from dues.models import Allocation, Basis, Charge, ClosedMonth, LedgerImport, Payment, Receipt, ReceiptLine, Relief
from dues.payments import services as payments_services
from dues.payments.queries import sheets, with_payment
from members.choices import DuesCategory, ImportState
from members.models import LocalRule, Member, Organization
from members.refused import Refused
from members.roster.move_services import move_member
from rulebook.dates import add_months
from tests.dues.making import new_payment, without_stamp

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 1)
PEOPLE = ("zhang", "li", "wang")
PLACES = ("branch", "group", "next_branch")
BRANCHES = ("branch", "next_branch")
LEDGERS = (Basis, Charge, Payment, Allocation, Receipt, ClosedMonth, Relief)

people = st.sampled_from(PEOPLE)
back = st.integers(min_value=0, max_value=5)
"""Months before the current one."""
fen = st.sampled_from([1, 99, 1_500, 2_000, 4_000, 4_001, 12_000])


class Year(RuleBasedStateMachine):
    """One year of dues. Every example is rolled back."""

    def __init__(self, cast):
        super().__init__()
        self.cast, self.today = cast, date(2026, 3, 10)
        self.given, self.voluntary, self.forms, self.closed = Counter(), Counter(), [], {}
        self.papers, self.keys = {}, count(1)
        self.whole = transaction.atomic()
        self.whole.__enter__()
        LocalRule.objects.create(
            organization=cast.county, rule_key="dues.prepay.max_months", value="3", document="通知", number="1",
            approved_by="县委", approved_on=FIRST, valid_from=FIRST,
        )  # fmt: skip
        for who in PEOPLE:
            self.fix_a_base(who, 2, "employed", 4)
        for ago in (2, 1):
            self.charge_a_month("county", ago)

    def teardown(self):
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    # --- What can happen ----------------------------------------------------------------------------------------------
    @rule(months=st.integers(1, 2))
    @precondition(lambda self: self.today < LAST)
    def time_passes(self, months):
        self.today = add_months(self.today, months)

    @rule(who=people, ago=back, category=st.sampled_from(["employed", "retired", "student"]), base=st.integers(0, 9))
    def fix_a_base(self, who, ago, category, base):
        new = charging_services.NewBasis(
            member=self.member(who), year=2026, category=category, valid_from=self.month(ago),
            base_fen=200_000 + base * 50_000, reason="工资变动",
        )  # fmt: skip
        self.attempt(charging_services.fix_basis, new, by="officer", on=self.today)

    @rule(place=st.sampled_from(["county", "branch", "next_branch"]), ago=back)
    def charge_a_month(self, place, ago):
        self.attempt(
            charging_services.charge_month,
            getattr(self.cast, place),
            self.month(ago),
            by=self.cast.officer,
            on=self.today,
        )

    @rule(
        who=people, amount=st.one_of(st.just("all"), fen), extra=st.sampled_from([0, 0, 1_000]), ago=st.integers(0, 40)
    )
    def pay(self, who, amount, extra, ago):
        member = self.member(who)
        due = sum(month.open_fen for month in months_of(member.pk)) if amount == "all" else amount
        if due + extra:
            self.record(
                new_payment(member, due + extra, self.day(ago), voluntary_fen=extra, reason="出差", key=self.key())
            )

    @rule(who=people, amount=fen)
    def pay_on_a_day_to_come(self, who, amount):
        before = self.rows()
        with pytest.raises(Refused):
            payments_services.record_payment(
                new_payment(self.member(who), amount, self.day(-1)), by="officer", on=self.today
            )
        assert self.rows() == before

    @precondition(lambda self: self.forms)
    @rule(number=st.integers(0, 50))
    def send_a_form_again(self, number):
        before = self.rows()
        payments_services.record_payment(self.forms[number % len(self.forms)], by="officer", on=self.today)
        assert self.rows() == before

    @precondition(lambda self: self.forms)
    @rule(number=st.integers(0, 50))
    def take_a_payment_back(self, number):
        payment = Payment.objects.get(pk=self.forms[number % len(self.forms)].key)
        done = self.attempt(
            payments_services.reverse_payment, payment, key=self.key(), reason="记错", by="officer", on=self.today
        )
        if done:
            self.count(payment, -1)

    @rule(
        who=people,
        ago=back,
        pays=st.sampled_from([0, 500]),
        months=st.integers(1, 4),
        category=st.sampled_from(["retired", "employed"]),
    )
    def ask_for_relief(self, who, ago, pays, months, category):
        since = self.month(ago)
        new = relief_services.NewRelief(
            key=self.key(), member=self.member(who), kind=ReliefKind.REDUCTION if pays else ReliefKind.WAIVER,
            ground="困难", pays_fen=pays, decided_on=self.today, valid_from=since,
            valid_until=add_months(since, months),
        )  # fmt: skip
        self.attempt(relief_services.ask_relief, new, category=category, by="officer", on=self.today)

    @precondition(lambda self: Relief.objects.waiting().exists())
    @rule(yes=st.booleans())
    def the_committee_decides(self, yes):
        relief = Relief.objects.waiting().order_by("valid_from", "pk").first()
        if yes:
            self.attempt(
                relief_services.approve_relief, relief, document="批复", by=self.cast.district_staff, on=self.today
            )
        else:
            self.attempt(
                relief_services.decline_relief, relief, reason="不符", by=self.cast.district_staff, on=self.today
            )

    @precondition(lambda self: Relief.objects.filter(Q(needs_superior=False) | Q(approved_on__isnull=False)).exists())
    @rule(months=st.integers(0, 2))
    def end_a_relief(self, months):
        relief = (
            Relief.objects.filter(Q(needs_superior=False) | Q(approved_on__isnull=False))
            .order_by("valid_from", "pk")
            .last()
        )
        until = add_months(relief.valid_from, months)
        self.attempt(relief_services.end_relief, relief, valid_until=until, reason="好转", by="officer", on=self.today)

    @rule(who=people, place=st.sampled_from(PLACES), ago=st.integers(0, 70))
    def move(self, who, place, ago):
        self.attempt(
            move_member, key=self.key(), member=self.member(who), organization=getattr(self.cast, place),
            on=self.today - timedelta(days=ago), today=self.today, by="officer",
        )  # fmt: skip

    @rule(who=people, name=st.sampled_from(["张颖", "李建国", "王秀英"]))
    def somebody_is_called_otherwise(self, who, name):
        Member.objects.filter(pk=getattr(self.cast, who).pk).update(name=name)
        Organization.objects.filter(pk=self.cast.branch.pk).update(name=f"{name}支部")

    @rule(place=st.sampled_from(BRANCHES), ago=st.integers(1, 3))
    def close_a_month(self, place, ago):
        branch = getattr(self.cast, place)
        if self.attempt(close_month, branch, self.month(ago), confirmed=True, by="officer", on=self.today):
            self.closed.setdefault((branch.pk, self.month(ago)), lines(branch, self.month(ago)))

    @rule(
        place=st.sampled_from(BRANCHES),
        monthly=fen,
        paid=fen,
        last=st.integers(1, 3),
        opening=st.sampled_from([0, 700]),
    )
    def import_a_ledger(self, place, monthly, paid, last, opening):
        branch = getattr(self.cast, place)
        found = LedgerContents(last_month=last, lines=[
            line(number, member, monthly, paid, last, opening)
            for number, member in enumerate(Member.objects.below(branch.path).order_by("pk"), start=2)
        ])  # fmt: skip
        judged = books_services.judge(found, organization=branch, year=2026, on=self.today)
        kept = books_services.keep_preview(judged, key=self.key(), organization=branch, file_name="台账.xlsx", by=None)
        before = set(Payment.objects.values_list("pk", flat=True))
        if self.attempt(books_services.confirm_ledger, kept, by="officer", on=self.today):
            for payment in Payment.objects.exclude(pk__in=before):
                self.count(payment, 1)

    @precondition(lambda self: self.imports().exists())
    @rule()
    def undo_the_last_import(self):
        ledger = self.imports().order_by("applied_at").last()
        standing = list(Payment.objects.live())
        if self.attempt(books_services.undo_ledger, ledger, by="officer", on=self.today):
            gone = {one.pk for one in standing} - {one.pk for one in Payment.objects.live()}
            assert gone <= {payment.pk for payment in Payment.objects.filter(imported_from=ledger)}
            for payment in standing:
                if payment.pk in gone:
                    self.count(payment, -1)

    # --- What holds after every step ----------------------------------------------------------------------------------
    @invariant()
    def verify_finds_nothing(self):
        assert [check for check in verification.checks() if not check.ok] == []

    @invariant()
    def every_fen_is_somewhere(self):
        """Paid is what settles months and what lies above what they ask for, of each member and of all."""
        everything = 0
        for who in PEOPLE:
            member = getattr(self.cast, who).pk
            months = months_of(member)
            paid = self.given[member] - self.voluntary[member]
            allocated = sum(min(month.settled_fen, max(month.owed_fen, 0)) for month in months)
            ahead = sum(max(month.settled_fen - max(month.owed_fen, 0), 0) for month in months)
            assert paid == allocated + ahead, (who, months)
            assert sum(month.open_fen for month in months) == sum(month.owed_fen for month in months) - allocated
            everything += self.given[member]
        books = statement(self.cast.county.path, as_of=date(2027, 12, 31))
        assert books.paid_fen == everything
        assert sum(one.fen for one in books.in_arrears) == sum(
            month.open_fen for who in PEOPLE for month in months_of(getattr(self.cast, who).pk)
        )

    @invariant()
    def money_without_a_receipt_pays_the_month_of_its_ledger_then_the_oldest_and_what_was_carried_over_last(self):
        """Worked out from what the receipts left; only ledgers bring money without one."""
        for who in PEOPLE:
            member = getattr(self.cast, who).pk
            held = Counter()
            for line in ReceiptLine.objects.filter(receipt__payment__in=Payment.objects.live().filter(member=member)):
                held[line.month] += line.amount_fen
            months = {one.month: one for one in months_of(member) if one.owed_fen > 0}
            room = {month: max(one.owed_fen - held[month], 0) for month, one in months.items()}
            pool = 0
            for payment in Payment.objects.live().filter(member=member, receipt=None):
                own = payment.paid_on.replace(day=1)
                part = min(payment.amount_fen, room[own]) if own in room and not months[own].carried_over else 0
                if part:
                    room[own] -= part
                pool += payment.amount_fen - part
            for month in sorted(months, key=lambda month: (months[month].carried_over, month)):
                part = min(pool, room[month])
                pool, room[month] = pool - part, room[month] - part
                assert months[month].open_fen == room[month], (who, months[month])

    @invariant()
    def every_receipt_says_what_it_said(self):
        """Its text and its months are those of the first printing, and the ledger agrees while the payment stands."""
        receipts = list(with_payment(Receipt.objects.all()))
        for receipt, sheet in zip(receipts, sheets(receipts, ["data:"] * len(receipts)), strict=True):
            text = printed(sheet)
            months = [(line.month, line.amount_fen) for line in sheet.lines]
            assert self.papers.setdefault(receipt.pk, (text, months)) == (text, months)
        standing = settled_by(Payment.objects.live().filter(receipt__isnull=False).values_list("pk", flat=True))
        for payment, settles in standing.items():
            assert [(one.month, one.fen) for one in settles] == self.papers[payment][1]

    @invariant()
    def who_is_behind_is_who_left_something_open(self):
        late = {
            getattr(self.cast, who).pk
            for who in PEOPLE
            if any(one.open_fen and one.month < self.today.replace(day=1)
                   for one in months_of(getattr(self.cast, who).pk))
        }  # fmt: skip
        assert (
            set(leaving_open(Member.objects.all(), before=self.today.replace(day=1)).values_list("pk", flat=True))
            == late
        )

    @invariant()
    def what_is_owed_is_charged_less_waived(self):
        rows = Charge.objects.order_by().values_list("member").annotate(Sum("amount_fen"), Sum("waived_fen"))
        for member, charged, waived in rows:
            assert sum(month.owed_fen for month in months_of(member)) == charged - waived

    @invariant()
    def receipts_are_numbered_without_gaps(self):
        for branch in BRANCHES:
            numbers = Receipt.objects.filter(organization=getattr(self.cast, branch)).values_list("number", flat=True)
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert Receipt.objects.count() == len(self.forms)

    @invariant()
    def closed_months_stay_as_they_were(self):
        for (branch, month), before in self.closed.items():
            assert lines(branch, month) == before

    # --- Short ways ---------------------------------------------------------------------------------------------------
    def key(self):
        """Counted, not drawn: what is sorted by keys comes in the same order when a sequence is played again."""
        return uuid.UUID(int=next(self.keys))

    def member(self, who):
        return Member.objects.get(pk=getattr(self.cast, who).pk)

    def month(self, ago):
        return max(add_months(self.today.replace(day=1), -ago), FIRST)

    def day(self, ago):
        return (self.today - timedelta(days=ago)).isoformat()

    def imports(self):
        return LedgerImport.objects.filter(state=ImportState.APPLIED)

    def rows(self):
        return [model.objects.count() for model in LEDGERS]

    def record(self, new):
        if self.attempt(payments_services.record_payment, new, by="officer", on=self.today):
            self.forms.append(new)
            self.count(new, 1)

    def count(self, payment, sign):
        self.given[payment.member.pk] += sign * payment.amount_fen
        self.voluntary[payment.member.pk] += sign * payment.voluntary_fen

    def attempt(self, service, *args, **given):
        """What the service returns; None where it was refused, and then nothing was stored."""
        before = self.rows()
        with suppress(Refused):
            return service(*args, **given)
        assert self.rows() == before
        return None


def lines(branch, month):
    return list(Charge.objects.filter(organization=branch, month=month).order_by("pk").values_list())


def line(row, member, monthly, paid, last, opening):
    return LedgerLine(
        row=row, member=member.pk, key=str(member.key), name=member.name, category=DuesCategory.EMPLOYED, base=None,
        monthly=monthly, rules=LEDGER_RULE, rate=None, capped=False, opening=opening,
        charges=[(month, monthly, 0) for month in range(1, last + 1)], payments=[(last, "", paid)],
    )  # fmt: skip


def printed(sheet):
    return without_stamp(render_to_string("dues/payments/receipts.html#sheet", {"sheet": sheet}))


STEPS = 40
EXAMPLES = max(1, int(os.environ.get("LEDGER_STEPS", "320")) // STEPS)
"""In the suite a few hundred steps; `LEDGER_STEPS=5000` plays longer."""


def play(cast, machine=Year, **more):
    wanted = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck), **more
    )
    run_state_machine_as_test(lambda: machine(cast), settings=wanted)


def found_by(machine, cast):
    """Whether the machine fails; it always plays the same."""
    try:
        play(cast, machine, phases=[Phase.generate], derandomize=True, report_multiple_bugs=False)
    except AssertionError:
        return True
    return False


class YearWithClosedMonths(Year):
    """Both branches have closed their first month."""

    def __init__(self, cast):
        super().__init__(cast)
        for place in BRANCHES:
            self.close_a_month(place, 2)


def test_whatever_happens_the_ledger_adds_up(cast):
    play(cast)


@pytest.mark.parametrize("service", [payments_services, charging_services])
def test_the_machine_notices_when_a_service_no_longer_settles_months(cast, service, monkeypatch):
    monkeypatch.setattr(service, "level", lambda members, *, on: 0)

    assert found_by(Year, cast)


def test_the_machine_notices_when_money_with_a_receipt_is_moved(cast, monkeypatch):
    monkeypatch.setattr(ledger_services, "_receipted", lambda members: set())

    assert found_by(Year, cast)


def test_the_machine_notices_when_a_closed_month_is_corrected(cast, monkeypatch):
    monkeypatch.setattr(ClosedMonth.objects, "filter", lambda **place: ClosedMonth.objects.none())

    assert found_by(YearWithClosedMonths, cast)
