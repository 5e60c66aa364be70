"""What a payment would settle, and receipts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from dues.ledger.models import ChargeQuerySet
from dues.ledger.payment_models import Payment, PaymentProposal, Receipt, ReceiptLine, ReceiptQuerySet
from dues.ledger.queries import MonthBalance, balances, open_months, passed_over
from dues.ledger.rules import Paid, spread
from dues.payments.rules import back_payment, capital_numerals
from dues.units import month_of
from meetings.attendance.models import Attendance
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from members.models import Member, Organization, User
from members.regulations.queries import in_force_at
from rulebook.dates import add_months
from rulebook.local import LocalRule

RECENT_MONTHS = 2
"""So far back a meeting can be chosen to collect at."""
LOOKED_AT = 6
"""Months in which nearly everybody has paid something."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An open month and what an amount would give it, in fen."""

    month: MonthBalance
    gives_fen: int

    @property
    def left_fen(self) -> int:
        return self.month.open_fen - self.gives_fen


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an amount would do: month by month, what stays open, what is too much. All in fen."""

    effects: list[Effect]
    over_fen: int

    @property
    def open_fen(self) -> int:
        return sum(effect.month.open_fen for effect in self.effects)

    @property
    def settled_fen(self) -> int:
        return sum(effect.gives_fen for effect in self.effects)

    @property
    def left_fen(self) -> int:
        return sum(effect.left_fen for effect in self.effects)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A member of a branch with the months that are still to be paid, the oldest first."""

    member: Member
    months: list[MonthBalance]
    needs_reason: str
    """Why the line needs a reason, in a sentence; empty: it needs none."""
    was_there: bool
    """At the meeting that was chosen."""

    @property
    def open_fen(self) -> int:
        return sum(month.open_fen for month in self.months)


def outlook(member: Member, fen: int, *, on: date) -> Outlook:
    """What `fen` would settle today, without what is meant to be voluntary."""
    months = open_months(member.pk)
    owed = {month.month: month.open_fen for month in months}
    payable = min(fen, sum(owed.values()))
    given = spread(owed, [Paid("", payable)], ahead_from=on.replace(day=1), monthly_fen=0) if payable > 0 else {}
    return Outlook([Effect(month, given.get(("", month.month), 0)) for month in months], max(fen - payable, 0))


def open_lines(path: str, *, on: date, meeting: Meeting | None = None) -> list[OpenLine]:
    """Every member of the branch in the order of the roster, those who came to the meeting first."""
    members = list(Member.objects.below(path).in_roster_order())
    open_by_member = _open_months([member.pk for member in members], add_months(month_of(on), -LOOKED_AT))
    there = present(meeting)
    local = in_force_at(path, on=on)
    lines = []
    for member in members:
        months = open_by_member.get(member.pk, [])
        lines.append(OpenLine(member, months, _reason_needed(months, on, local), member.pk in there))
    return sorted(lines, key=lambda line: not line.was_there)


def _reason_needed(months: list[MonthBalance], on: date, local: Iterable[LocalRule]) -> str:
    if not months:
        return ""
    verdict = back_payment(months[0].month, on, local, carried_fen=months[0].open_carried_fen)
    return "" if verdict else verdict.reason


def _open_months(members: list[int], since: date) -> dict[int, list[MonthBalance]]:
    """Member → the months still to be paid. Five queries, however long the ledger is.

    The oldest month is settled first: for whom a month since then got something, nothing before it is open, unless it
    was passed over.
    """
    recent = balances(members, since)
    paying = {member for member, months in recent.items() if any(one.owed_fen and one.settled_fen for one in months)}
    paying -= passed_over(members)
    found = recent | balances([member for member in members if member not in paying])
    return {member: [month for month in months if month.open_fen] for member, months in found.items()}


def present(meeting: Meeting | None) -> set[int]:
    """Members who were at the meeting, on site or online."""
    if meeting is None:
        return set()
    return set(Attendance.objects.filter(meeting=meeting).present().values_list("member_id", flat=True))


def recent_meetings(user: User, path: str, *, on: date) -> list[Meeting]:
    """Meetings of the branch and its groups at which something may have been handed in: held or in progress."""
    meetings = Meeting.objects.visible_to(user).within(path).filter(opened_at__isnull=False)
    since = add_months(on, -RECENT_MONTHS)
    return list(meetings.filter(day__range=(since, on)).exclude(state=MeetingState.CANCELLED).in_order())


def waiting_members(branch: Organization) -> set[int]:
    """Members whose money a second person has still to confirm."""
    waiting = PaymentProposal.objects.waiting().filter(organization=branch)
    return set(waiting.values_list("member_id", flat=True))


@dataclass(frozen=True, slots=True)
class ReceiptSheet:
    """One receipt as it is printed; `code` is the drawing that leads to the page that verifies it."""

    receipt: Receipt
    code: str

    @property
    def payment(self) -> Payment:
        return self.receipt.payment

    @property
    def lines(self) -> list[ReceiptLine]:
        """Fetched with the receipt, the oldest month first."""
        return list(self.receipt.lines.all())

    @property
    def in_capitals(self) -> str:
        return capital_numerals(self.payment.amount_fen)

    @property
    def is_valid(self) -> bool:
        """Not taken back."""
        return not hasattr(self.payment, "reversal")


def with_payment(receipts: ReceiptQuerySet) -> ReceiptQuerySet:
    lines = Prefetch("lines", ReceiptLine.objects.order_by("month"))
    return receipts.select_related("organization", "payment__reversal").prefetch_related(lines)


def sheets(receipts: Sequence[Receipt], codes: Sequence[str]) -> list[ReceiptSheet]:
    """The receipts, of `with_payment`, as they are printed."""
    return [ReceiptSheet(receipt, code) for receipt, code in zip(receipts, codes, strict=True)]


@dataclass(frozen=True, slots=True)
class Resting:
    """A receipt that stands, whose it is, and what of it lies on charges that are about to be taken back, in fen."""

    receipt: Receipt
    name: str
    fen: int

    def __str__(self) -> str:
        return str(self.receipt)


def resting_on(charges: ChargeQuerySet) -> list[Resting]:
    """Receipts of payments that stand, with months of these charges. Two queries."""
    places = set(charges.order_by().values_list("member", "month"))
    live = Payment.objects.live().filter(member__in={member for member, _month in places})
    rows = ReceiptLine.objects.filter(receipt__payment__in=live, month__in={month for _member, month in places})
    found: dict[Receipt, int] = {}
    for one in rows.select_related("receipt__payment").order_by("receipt__year", "receipt__number", "month"):
        if (one.receipt.payment.member_id, one.month) in places:
            found[one.receipt] = found.get(one.receipt, 0) + one.amount_fen
    return [Resting(receipt, receipt.member_name, fen) for receipt, fen in found.items()]


def of_token(token: str) -> Receipt | None:
    """The receipt whose paper somebody holds."""
    return with_payment(Receipt.objects.all()).filter(token=token).first()
