"""What storing a ledger would add to the record: nothing for a sheet that is there already. Nothing here writes."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Max, Sum

from dues.books.columns import LedgerNote
from dues.books.importing import LedgerLine
from dues.choices import PaymentKind, PaymentWay, ProposalState
from dues.ledger.models import Basis, Charge, ClosedMonth
from dues.ledger.payment_models import Payment, PaymentProposal
from dues.units import month_of, months_apart
from members.models import Organization

KEYS = uuid.UUID("6e0e7f1c-6a53-4d0c-9c5e-3f4a0c1d2b7e")
"""The space of the keys that payments of ledgers get."""
MOST_TIMES = 1000
FEW = 2
"""Up to so many months are named one by one."""


@dataclass(frozen=True, slots=True)
class NewBasis:
    """The line's basis for the year; `ends` is the one that ends where it begins, `until` where the next begins."""

    line: LedgerLine
    begins: date
    until: date | None
    ends: Basis | None = None


@dataclass(frozen=True, slots=True)
class NewCharge:
    line: LedgerLine
    month: date
    turn: int
    amount: int
    waived: int
    opening: bool = False


@dataclass(frozen=True, slots=True)
class NewPayment:
    line: LedgerLine
    key: uuid.UUID
    paid_on: date
    is_day: bool
    amount: int


@dataclass
class Plan:
    """What to add; `notes` refuse the lines that contradict the record, and say what was left out."""

    bases: list[NewBasis] = field(default_factory=list)
    charges: list[NewCharge] = field(default_factory=list)
    payments: list[NewPayment] = field(default_factory=list)
    notes: list[LedgerNote] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    """Rows of the lines that can't be stored."""

    @property
    def changes(self) -> set[int]:
        """The members for whom something is added."""
        lists: tuple[Iterable[NewBasis | NewCharge | NewPayment], ...] = (self.bases, self.charges, self.payments)
        return {one.line.member for rows in lists for one in rows}


@dataclass(frozen=True, slots=True)
class MonthOnRecord:
    """What a member's month holds already: the sums of its lines and the last turn."""

    amount: int
    waived: int
    turn: int

    @property
    def is_live(self) -> bool:
        return self.turn % 2 == 0


def plan(lines: Iterable[LedgerLine], *, organization: Organization, year: int, on: date) -> Plan:
    """Compare the lines with the record; four queries."""
    lines = list(lines)
    planner = _Planner([line.member for line in lines], year, on)
    made = Plan()
    for line in lines:
        planner.add(made, line)
    closed = set(ClosedMonth.objects.filter(organization=organization).values_list("month", flat=True))
    for month in sorted(closed & {one.month for one in made.charges}):
        made.notes.append(LedgerNote(0, "month_closed", about={"month": f"{month:%Y-%m}"}))
    return made


class _Planner:
    def __init__(self, members: list[int], year: int, on: date) -> None:
        self.year, self.on = year, on
        self.begins = date(year, 1, 1)
        self.bases = _bases(members)
        self.standing = _standing(members)
        self.payments = _payments(members, year)
        self.proposals = _proposals(members)

    def add(self, made: Plan, line: LedgerLine) -> None:
        """Plan a line whole or not at all."""
        own = Plan()
        self._basis(own, line)
        self._opening(own, line)
        for month, amount, waived in line.charges:
            self._charge(own, line, date(self.year, month, 1), amount, waived)
        for month, day, amount in line.payments:
            self._payment(own, line, month, day, amount)
        made.notes += _together(own.notes)
        if any(note.refuses for note in own.notes):
            made.refused.add(line.row)
            return
        made.bases += own.bases
        made.charges += own.charges
        made.payments += own.payments

    def _basis(self, made: Plan, line: LedgerLine) -> None:
        """One for the year, unless it is there; another amount fixed within the year is left to people."""
        if not line.category:
            return
        held = [one for one in self.bases[line.member] if one.valid_until is None or one.valid_until > self.begins]
        last = date(self.year, max((month for month, _fen, _waived in line.charges), default=1), 1)
        of_year = [one for one in held if self.begins <= one.valid_from <= last]
        if of_year and of_year[0].amount_fen != line.monthly:
            made.notes.append(_note(line, "basis_differs", "monthly", of_year[0].valid_from))
        if of_year:
            return
        before = next((one for one in held if one.valid_from < self.begins), None)
        after = min((one.valid_from for one in held if one.valid_from > self.begins), default=None)
        made.bases.append(NewBasis(line, self.begins, self._until(before, after), before))

    def _until(self, before: Basis | None, after: date | None) -> date | None:
        """Where the next one begins; a year that is over ends with itself."""
        over = date(self.year + 1, 1, 1) if self.year < self.on.year else None
        ends = (before.valid_until if before else None, after, over)
        return min((day for day in ends if day), default=None)

    def _opening(self, made: Plan, line: LedgerLine) -> None:
        if not line.opening:
            return
        december = date(self.year - 1, 12, 1)
        known = self.standing[line.member]
        earlier = {month: one for month, one in known.items() if month <= december and one.is_live}
        if earlier.keys() <= {december} and (not earlier or earlier[december].amount == line.opening):
            self._charge(made, line, december, line.opening, 0, opening=True)
        else:
            made.notes.append(_note(line, "opening_known", "opening"))

    def _charge(
        self, made: Plan, line: LedgerLine, month: date, amount: int, waived: int, *, opening: bool = False
    ) -> None:
        known = self.standing[line.member].get(month)
        if known is None or not known.is_live:
            turn = known.turn + 1 if known else 0
            made.charges.append(NewCharge(line, month, turn, amount, waived, opening))
        elif (known.amount, known.waived) != (amount, waived):
            where = "opening" if opening else f"month {month.month} due"
            made.notes.append(_note(line, "charged_differently", where, month))

    def _payment(self, made: Plan, line: LedgerLine, month: int, day: str, amount: int) -> None:
        key, known = self._free_key(line, month)
        paid_on = date.fromisoformat(day) if day else date(self.year, month, 1)
        others = self.payments[line.member]
        if known is None:
            known = sum(one.amount_fen for one in others if _same_month(one, paid_on)) or None
            if known == amount:
                made.notes.append(_note(line, "payment_known", f"month {month} paid", paid_on))
        if known is None:
            made.payments.append(NewPayment(line, key, paid_on, bool(day), amount))
        elif known != amount:
            made.notes.append(_note(line, "paid_differently", f"month {month} paid", paid_on))

    def _free_key(self, line: LedgerLine, month: int) -> tuple[uuid.UUID, int | None]:
        """The key that this month's payment gets, and the amount under which it stands already; a reversed payment's
        key is used up, the next one takes its place."""
        stored = {one.pk: one for one in self.payments[line.member]}
        for turn in range(MOST_TIMES):
            key = uuid.uuid5(KEYS, f"{line.key}|{self.year}-{month:02}|{turn}")
            if key in stored and not stored[key].is_reversed:
                return key, stored[key].amount_fen
            if key in self.proposals and key not in stored:
                return key, self.proposals[key]
            if key not in stored:
                return key, None
        raise AssertionError(line.key)


def _note(line: LedgerLine, code: str, where: str, month: date | None = None) -> LedgerNote:
    """With the cell it speaks of, else that of the monthly amount, else of the name."""
    places = line.places
    heading, cell = places.get(where) or places.get("monthly") or places.get("name") or ("", "")
    return LedgerNote(line.row, code, heading, cell, {"month": f"{month:%Y-%m}"} if month else {})


def _together(notes: list[LedgerNote]) -> list[LedgerNote]:
    """The same about several months of a row is said once, with the first cell and all the months."""
    by_code: dict[str, list[LedgerNote]] = defaultdict(list)
    for note in notes:
        by_code[note.code].append(note)
    return [replace(same[0], about=_months(same)) for same in by_code.values()]


def _months(notes: list[LedgerNote]) -> dict[str, object]:
    """Several months one after the other as the first and the last."""
    months = sorted({str(note.about["month"]) for note in notes if note.about})
    if len(months) > FEW and months_apart(_month(months[0]), _month(months[-1])) == len(months) - 1:
        return {"month": f"{months[0]}–{months[-1]}"}
    return {"month": "、".join(months)} if months else {}


def _month(written: str) -> date:
    return date.fromisoformat(f"{written}-01")


@dataclass(frozen=True, slots=True)
class _Stored:
    pk: uuid.UUID
    amount_fen: int
    paid_on: date
    of_ledger: bool
    is_reversed: bool


def _same_month(one: _Stored, paid_on: date) -> bool:
    return not one.of_ledger and not one.is_reversed and month_of(one.paid_on) == month_of(paid_on)


def _bases(members: list[int]) -> dict[int, list[Basis]]:
    found: dict[int, list[Basis]] = defaultdict(list)
    for basis in Basis.objects.filter(member__in=members).order_by("valid_from"):
        if basis.valid_until != basis.valid_from:
            found[basis.member_id].append(basis)
    return found


def _standing(members: list[int]) -> dict[int, dict[date, MonthOnRecord]]:
    found: dict[int, dict[date, MonthOnRecord]] = defaultdict(dict)
    rows = Charge.objects.filter(member__in=members).order_by().values_list("member", "month")
    sums = rows.annotate(Sum("amount_fen"), Sum("waived_fen"), Max("turn"))
    for member, month, amount, waived, turn in sums:
        found[member][month] = MonthOnRecord(amount, waived, turn)
    return found


def _payments(members: list[int], year: int) -> dict[int, list[_Stored]]:
    """Of the year and of days around it: a column's day may lie outside."""
    found: dict[int, list[_Stored]] = defaultdict(list)
    rows = Payment.objects.filter(
        member__in=members, kind=PaymentKind.PAYMENT, paid_on__year__range=(year - 1, year + 1)
    )
    for member, pk, fen, paid_on, way, reversal in rows.values_list(
        "member", "pk", "amount_fen", "paid_on", "way", "reversal"
    ):
        found[member].append(_Stored(pk, fen, paid_on, way == PaymentWay.LEDGER, reversal is not None))
    return found


def _proposals(members: list[int]) -> dict[uuid.UUID, int]:
    rows = PaymentProposal.objects.filter(member__in=members).exclude(state=ProposalState.CONFIRMED)
    return dict(rows.values_list("pk", "amount_fen"))
