"""Fixing bases (2017 notice, 一(1)), charging months and closing them.

Charges that no longer fit the facts are reversed with a reason and made anew, never edited."""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.charging.expected import DuesFacts, insert_missing, survey, suspects, unfit_of
from dues.charging.queries import fen_of, parts_of, roster_base, stale_bases
from dues.charging.rules import base_fen, counts, doubts_about, items_of
from dues.choices import ChargeKind
from dues.ledger.models import Basis, Charge, ClosedMonth, LedgerImport
from dues.ledger.payment_models import Allocation
from dues.ledger.services import level, lock_members
from dues.units import FEN_PER_YUAN, month_of
from members.bulk import refresh_statistics
from members.choices import DuesCategory, OrganizationKind
from members.dates import years_between
from members.fields import opened, unended_on
from members.models import Member, Organization, User
from members.refused import Refused
from members.regulations.queries import in_force_at
from rulebook.book import rule
from rulebook.rule import NoRule
from rulebook.rules.dues import RATE_KEYS, BaseMissing, MonthlyDues, monthly_dues

CHUNK = 500


@transaction.atomic
def correct_charges(members: Iterable[int], month: date, *, by: str, on: date) -> int:
    """Put right what was charged these members for the month; how many of them. Months never charged stay so.

    What was taken over from a ledger, and what lies in a branch that closed the month, stays as it is.
    """
    ids = sorted(set(members))
    corrected: list[int] = []
    for begin in range(0, len(ids), CHUNK):
        corrected += _correct_chunk(lock_members(ids[begin : begin + CHUNK]), month, by)
    level(corrected, on=on)
    return len(corrected)


def charged_months(member: int, since: date, until: date | None = None) -> list[date]:
    """The months from `since` until before `until` in which the member was charged something."""
    rows = Charge.objects.filter(member=member, month__gte=since, turn=0)
    return list((rows.filter(month__lt=until) if until else rows).order_by("month").values_list("month", flat=True))


def follow_facts(member: Member, since: date, until: date | None = None, *, by: str, on: date) -> int:
    """After a fact changed for the months from `since` on: put right what the member was charged; how many months."""
    return sum(correct_charges([member.pk], month, by=by, on=on) for month in charged_months(member.pk, since, until))


def _correct_chunk(members: list[int], month: date, by: str) -> list[int]:
    now, unfit = timezone.now(), unfit_of(members, month)
    Charge.objects.bulk_create(line for last, want in unfit for line in _lines(last, want, by, now))
    return [last.member_id for last, _want in unfit]


def _lines(last: Charge, want: DuesFacts | None, by: str, now: datetime) -> Iterable[Charge]:
    reason, turn = _reason(last, want), last.turn + 1
    made = {"member_id": last.member_id, "month": last.month, "reason": reason, "made_by": by, "made_at": now}
    if last.kind == ChargeKind.CHARGE:
        yield Charge(
            **made, turn=turn, kind=ChargeKind.REVERSAL, organization_id=last.organization_id,
            amount_fen=-last.amount_fen, waived_fen=-last.waived_fen, rate=last.rate, rules=last.rules,
            basis_id=last.basis_id, relief_id=last.relief_id,
        )  # fmt: skip
        turn += 1
    if want:
        yield Charge(
            **made, turn=turn, kind=ChargeKind.CHARGE, organization_id=want.branch, amount_fen=want.basis.amount_fen,
            waived_fen=want.waived_fen, rate=want.basis.rate, rules=want.basis.rules, basis=want.basis,
            relief_id=want.relief,
        )  # fmt: skip


def _reason(last: Charge, want: DuesFacts | None) -> str:
    """Which fact changed, for whoever reads the ledger; the first that differs."""
    if want is None:
        return _("Not due: no formal relation, not yet joined, or without a base")
    if last.kind == ChargeKind.REVERSAL:
        return _("Due after all")
    if last.organization_id != want.branch:
        return _("The formal relation was in another branch that month")
    if last.basis_id != want.basis.pk:
        return _("Another base was fixed")
    return _("A reduction or waiver began, changed or ended")


MOST_FEN = 10**9
"""Ten million yuan a month is a typing error."""
ON_CHANGE = "on_change"


@dataclass(frozen=True, kw_only=True)
class NewBasis:
    """What the branch fixes. `parts` are fen by item; without any `base_fen` is the sum; flat categories need neither.

    `valid_from` is a month of the year; the same `key` is the same fixing.
    """

    member: Member
    year: int
    category: str
    valid_from: date
    base_fen: int | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    decided_on: date | None = None
    reason: str = ""
    key: UUID = field(default_factory=uuid.uuid4)
    imported_from: LedgerImport | None = None

    @property
    def base(self) -> int | None:
        """In fen; None for a flat amount, and where nothing was given."""
        if self.category not in RATE_KEYS:
            return None
        return base_fen(self.parts) if self.parts else self.base_fen


@dataclass(frozen=True)
class Kept:
    """What fixing a base from last year or the roster would store of a member, in fen; `was_fen` and `amount_fen` a
    month, by last year's rules and by the new year's."""

    member: Member
    category: str
    base_fen: int | None
    was_fen: int | None
    amount_fen: int | None
    refusal: str = ""
    """Why it isn't taken over."""


@transaction.atomic
def fix_basis(new: NewBasis, *, by: User | str, on: date) -> Basis:
    """Fix what a member pays a month from `valid_from` on, and put right what was charged for those months.

    Raises Refused: no base, no rule or local amount for that month, or a change within the year without a reason.
    """
    lock_members([new.member.pk])
    known = Basis.objects.filter(pk=new.key).first()
    if known:
        return known
    _demand_possible(new, on)
    standing = Basis.objects.filter(member=new.member).holding(new.valid_from).first()
    if standing and _says_the_same(standing, new):
        return standing
    _demand_reason(new)
    basis = _store(new, computed(new), by)
    follow_facts(new.member, basis.valid_from, basis.valid_until, by=str(by), on=on)
    _record("fix_basis", basis, by, standing)
    return basis


def keep_basis(member: Member, year: int, *, by: User | str, on: date) -> Basis:
    """Fix last year's base for the new year, by the rules of its January. Raises Refused where there is none."""
    return fix_basis(from_last_year(member, year, on), by=by, on=on)


Source = Callable[[Member, int, date], NewBasis]
"""What to fix for a member and a year, on a day. Raises Refused where it doesn't say it, or nothing likely."""


def would_fix(members: Iterable[Member], year: int, source: Source, *, on: date) -> list[Kept]:
    """What fixing bases from a source would store, and whose can't be taken from it; nothing is stored."""
    return [_would_fix(member, year, source, on) for member in members]


def _would_fix(member: Member, year: int, source: Source, on: date) -> Kept:
    last = _last(member, year)
    known = last.category if last else member.dues_category
    category = str(DuesCategory(known).label) if known else ""
    was_fen = last.amount_fen if last else None
    try:
        new = source(member, year, on)
        _demand_possible(new, on)
        return Kept(member, category, new.base, was_fen, computed(new).amount_fen)
    except Refused as refusal:
        return Kept(member, category, None, was_fen, None, str(refusal))


def _last(member: Member, year: int) -> Basis | None:
    return Basis.objects.filter(member=member, valid_from__lt=date(year, 1, 1)).order_by("valid_from").last()


def from_last_year(member: Member, year: int, on: date) -> NewBasis:
    """Last year's base as one of the new year. Raises Refused where there is none."""
    last = _last(member, year)
    if last is None or (last.category in RATE_KEYS and not last.base):
        raise Refused(_("%(name)s has no base of last year to keep.") % {"name": member})
    return NewBasis(
        member=member,
        year=year,
        category=last.category,
        valid_from=date(year, 1, 1),
        base_fen=fen_of(opened(last.base)),
        parts=parts_of(last),
        decided_on=on,
    )


def from_roster(member: Member, year: int, on: date, *, valid_from: date, retired: Collection[int] = ()) -> NewBasis:
    """What the roster says of category and base. `retired`: who is, by the roster. Raises Refused where it says too
    little, or something that looks mistyped."""
    category, base = member.dues_category, roster_base(member)
    if not category:
        raise Refused(_("The roster doesn't say the category for dues."))
    if category in RATE_KEYS and base is None:
        raise Refused(_("The roster says no base, and this category pays by it."))
    age = years_between(member.birth_on, on) if member.birth_on else None
    if doubts := doubts_about(category, base, age=age, is_retired=member.pk in retired):
        raise Refused(_("Please look: %(doubts)s.") % {"doubts": _("; ").join(doubts)})
    return NewBasis(
        member=member, year=year, category=category, valid_from=valid_from, base_fen=base, decided_on=on
    )  # fmt: skip


@transaction.atomic
def fix_bases(members: Iterable[Member], year: int, source: Source, *, by: User | str, on: date) -> int:
    """Fix the base of each of them of whom the source says one; how many."""
    fixed = 0
    for member in members:
        with suppress(Refused):
            fix_basis(source(member, year, on), by=by, on=on)
            fixed += 1
    return fixed


def refix_stale(place: Organization, month: date, *, by: User | str, on: date) -> int:
    """Compute anew, from the month on, the bases below `place` that rest on rules no longer in force; how many."""
    stale = list(stale_bases(place.path, month).select_related("member"))
    for basis in stale:
        same = NewBasis(
            member=basis.member,
            year=basis.year,
            category=basis.category,
            valid_from=month,
            base_fen=fen_of(opened(basis.base)),
            parts=parts_of(basis),
            decided_on=basis.decided_on,
            reason=_("The rule or the local rule changed"),
        )
        _record("fix_basis", _store(same, computed(same), by), by, basis)
    return len(stale)


def changes_need_reason(path: str, on: date) -> bool:
    """Whether the amount generally stays for the year there; a committee may have chosen otherwise."""
    return rule("dues.base.fix", on, in_force_at(path, on=on)).value != ON_CHANGE


def _demand_possible(new: NewBasis, on: date) -> None:
    if new.category not in DuesCategory.values:
        raise Refused(_("Choose the category."), "category")
    if new.valid_from.day != 1 or new.valid_from.year != new.year:
        raise Refused(_("It holds from a month of the year %(year)s.") % {"year": new.year}, "valid_from")
    if new.decided_on and new.decided_on > on:
        raise Refused(_("The day of the decision lies in the future."), "decided_on")
    strange = set(new.parts) - {item.code for item in items_of(new.category)}
    if strange or any(fen < 0 for fen in new.parts.values()):
        raise Refused(_("These items don't belong to the category."), "category")
    if new.base is not None and not 0 <= new.base <= MOST_FEN:
        raise Refused(_("This can't be a month's base. Check the figures."), "base")


def _says_the_same(standing: Basis, new: NewBasis) -> bool:
    """Nothing new was fixed: neither another base nor another year."""
    facts = (standing.year, standing.category, fen_of(opened(standing.base)), parts_of(standing))
    return facts == (new.year, new.category, new.base, dict(new.parts)) and standing.imported_from_id is None


def _demand_reason(new: NewBasis) -> None:
    held = Basis.objects.filter(member=new.member, year=new.year).exclude(valid_until=F("valid_from"))
    if new.reason.strip() or not held.exists():
        return
    if changes_need_reason(new.member.roster_path, new.valid_from):
        article = rule("dues.base.fix", new.valid_from).citation
        sentence = _("What was fixed generally stays for the year. Say why it changes. %(article)s")
        raise Refused(sentence % {"article": article}, "reason")


def computed(new: NewBasis) -> MonthlyDues:
    """What it would come to, and why; nothing is stored. Raises Refused: no base, no rule, no local amount."""
    local = in_force_at(new.member.roster_path, on=new.valid_from)
    base = None if new.base is None else Decimal(new.base) / FEN_PER_YUAN
    try:
        return monthly_dues(new.category, base, new.valid_from, local)
    except BaseMissing as missing:
        raise Refused(str(missing), "base") from missing
    except NoRule as none_held:
        raise Refused(str(none_held), "category") from none_held


def _store(new: NewBasis, dues: MonthlyDues, by: User | str) -> Basis:
    """End what holds in that month, and hold until the next fixing that is already there."""
    held = Basis.objects.filter(member=new.member).exclude(valid_until=F("valid_from"))
    following = held.filter(valid_from__gt=new.valid_from).order_by("valid_from").first()
    unended = unended_on(new.valid_from)
    held.filter(unended, valid_from__lte=new.valid_from).update(valid_until=new.valid_from)
    return Basis.objects.create(
        key=new.key,
        member=new.member,
        year=new.year,
        category=new.category,
        base="" if new.base is None else str(new.base),
        parts=json.dumps([[code, fen, counts(code)] for code, fen in new.parts.items()]) if new.parts else "",
        amount_fen=dues.amount_fen,
        rate=dues.rate,
        capped=dues.capped,
        rules=" ".join(dues.versions),
        valid_from=new.valid_from,
        valid_until=following.valid_from if following else None,
        decided_on=new.decided_on,
        reason=new.reason.strip(),
        fixed_by=str(by),
        imported_from=new.imported_from,
    )


def _record(action: str, basis: Basis, by: User | str, before: Basis | None) -> None:
    place = Organization.objects.filter(path=basis.member.roster_path).first()
    record(
        action=action,
        by=by,
        subject=basis.member,
        organization_code=place.code if place else "",
        reason=basis.reason,
        changes=[("base", opened(before.base) if before else "", opened(basis.base))],
        details={"year": basis.year, "from": f"{basis.valid_from:%Y-%m}", "category": basis.category},
    )


MANY_BRANCHES = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
MANY_CHARGES = 10_000


@dataclass(frozen=True, slots=True)
class Charged:
    """What a run did: `charged` members for `amount_fen` in all, `already` had a line, `corrected` of those changed."""

    charged: int
    amount_fen: int
    already: int
    without_base: int
    corrected: int


@transaction.atomic
def charge_month(place: Organization, month: date, *, by: User | str, on: date) -> Charged:
    """Charge a month to all members below `place` who owe; a second time changes nothing.

    Branches that closed the month are left out. Raises Refused for a month to come and one before the first rule.
    """
    _demand_chargeable(month, on)
    refix_stale(place, month, by=by, on=on)
    if place.kind in MANY_BRANCHES:
        refresh_statistics(Basis, Charge)
    found, now = survey(place.path, month), timezone.now()
    charged = insert_missing(place.path, month, made_by=str(by), made_at=now) if found.missing else 0
    amount = found.missing_fen if charged == found.missing else _amount_of(by, now, month)
    if charged >= MANY_CHARGES:
        refresh_statistics(Charge)
    if charged:
        level(_paid_ahead(by, now, month, also_before=charged < MANY_CHARGES), on=on)
    corrected = correct_charges(suspects(place.path, month), month, by=str(by), on=on) if found.has_suspects else 0
    done = Charged(charged, amount, found.already, found.without_base, corrected)
    if charged or corrected:
        _record_charging(place, month, by, done)
    return done


def _demand_chargeable(month: date, on: date) -> None:
    if month > month_of(on):
        raise Refused(_("%(month)s hasn't begun: nothing is charged ahead.") % {"month": f"{month:%Y-%m}"}, "month")
    try:
        rule("dues.where", month)
    except NoRule as none_held:
        raise Refused(str(none_held), "month") from none_held


def _amount_of(by: User | str, now: datetime, month: date) -> int:
    """Where another run charged some of them at the same moment: what this one wrote."""
    mine = Charge.objects.filter(month=month, turn=0, made_by=str(by), made_at=now)
    return mine.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def _paid_ahead(by: User | str, now: datetime, month: date, *, also_before: bool) -> list[int]:
    """Members just charged whose money lies on this month or a later one, or, `also_before`, on one never charged.

    The latter is rare, a month that was left out after somebody had paid for it, and looking for it goes through all
    that was ever paid: not for ten thousand at once.
    """
    charged = Charge.objects.filter(month=month, turn=0, made_by=str(by), made_at=now).values("member")
    lies = Q(month__gte=month)
    if also_before:
        lies |= ~Q(Exists(Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"))))
    ahead = Allocation.objects.filter(lies, member__in=charged)
    return list(ahead.order_by().values_list("member", flat=True).distinct())


def _record_charging(place: Organization, month: date, by: User | str, done: Charged) -> None:
    counts = {"fen": done.amount_fen, "already": done.already, "without_base": done.without_base}
    record(
        action="charge_dues",
        by=by,
        subject=place,
        organization_code=place.code,
        details={"month": f"{month:%Y-%m}", "charged": done.charged, "corrected": done.corrected, **counts},
    )


@transaction.atomic
def close_month(branch: Organization, month: date, *, confirmed: bool, by: User | str, on: date) -> ClosedMonth:
    """Close a month for good; a month that is closed stays as it is. Raises Refused: earlier months come first."""
    held = Organization.objects.select_for_update().get(pk=branch.pk)
    known = ClosedMonth.objects.filter(organization=held, month=month).first()
    if known:
        return known
    if held.kind != OrganizationKind.BRANCH:
        raise Refused(_("Months are closed branch by branch."))
    if month >= month_of(on):
        raise Refused(_("%(month)s isn't over yet.") % {"month": f"{month:%Y-%m}"}, "month")
    if not confirmed:
        raise Refused(_("This can't be taken back: tick that you want it."), "confirmed")
    _demand_earlier_closed(held, month)
    closed = ClosedMonth.objects.create(organization=held, month=month, closed_by=str(by))
    record(action="close_month", by=by, subject=held, organization_code=held.code, details={"month": f"{month:%Y-%m}"})
    return closed


def _demand_earlier_closed(branch: Organization, month: date) -> None:
    closed = ClosedMonth.objects.filter(organization=branch).values("month")
    earlier = Charge.objects.ordinary().filter(organization=branch, month__lt=month).exclude(month__in=closed)
    first = earlier.order_by("month").values_list("month", flat=True).first()
    if first:
        raise Refused(_("Close %(month)s first.") % {"month": f"{first:%Y-%m}"}, "month")
