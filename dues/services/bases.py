"""Bases are fixed at the start of the year, kept, and changed within it only for a reason (2017 notice, 一(1))."""

import json
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Basis, LedgerImport
from dues.queries.bases import stale_bases
from dues.rules.base_items import base_fen, counts, items_of
from dues.rules.payment import FEN_PER_YUAN
from dues.services.correcting import follow_facts
from dues.services.levelling import lock_members
from members.choices import DuesCategory
from members.fields import opened
from members.models import Member, Organization, User
from members.queries.local_rules import in_force_at
from members.services.refused import Refused
from rulebook.book import rule
from rulebook.rule import NoRule
from rulebook.rules.dues import RATE_KEYS, BaseMissing, MonthlyDues, monthly_dues

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
    """What keeping last year's base would store of a member, in fen; `was_fen` and `amount_fen` a month, by last year's
    rules and by the new year's."""

    member: Member
    category: str
    base_fen: int | None
    was_fen: int | None
    amount_fen: int | None
    refusal: str = ""
    """Why it can't be kept."""


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
    return fix_basis(_kept(member, _last(member, year), year, on), by=by, on=on)


def would_keep(members: Iterable[Member], year: int, *, on: date) -> list[Kept]:
    """What keeping last year's bases would store, and whose can't be kept; nothing is stored."""
    return [_would_keep(member, year, on) for member in members]


def _would_keep(member: Member, year: int, on: date) -> Kept:
    last = _last(member, year)
    category = str(DuesCategory(last.category).label) if last else ""
    was_fen = last.amount_fen if last else None
    try:
        new = _kept(member, last, year, on)
        _demand_possible(new, on)
        return Kept(member, category, new.base, was_fen, computed(new).amount_fen)
    except Refused as refusal:
        return Kept(member, category, None, was_fen, None, str(refusal))


def _last(member: Member, year: int) -> Basis | None:
    return Basis.objects.filter(member=member, valid_from__lt=date(year, 1, 1)).order_by("valid_from").last()


def _kept(member: Member, last: Basis | None, year: int, on: date) -> NewBasis:
    """Last year's base as one of the new year. Raises Refused where there is none."""
    if last is None or (last.category in RATE_KEYS and not last.base):
        raise Refused(_("%(name)s has no base of last year to keep.") % {"name": member})
    return NewBasis(
        member=member,
        year=year,
        category=last.category,
        valid_from=date(year, 1, 1),
        base_fen=_fen(opened(last.base)),
        parts=parts_of(last),
        decided_on=on,
    )


@transaction.atomic
def keep_bases(members: Iterable[Member], year: int, *, by: User | str, on: date) -> int:
    """Keep last year's base of each of them that has one; how many."""
    kept = 0
    for member in members:
        with suppress(Refused):
            keep_basis(member, year, by=by, on=on)
            kept += 1
    return kept


def refix_stale(place: Organization, month: date, *, by: User | str, on: date) -> int:
    """Compute anew, from the month on, the bases below `place` that rest on rules no longer in force; how many."""
    stale = list(stale_bases(place.path, month).select_related("member"))
    for basis in stale:
        same = NewBasis(
            member=basis.member,
            year=basis.year,
            category=basis.category,
            valid_from=month,
            base_fen=_fen(opened(basis.base)),
            parts=parts_of(basis),
            decided_on=basis.decided_on,
            reason=_("The rule or the local rule changed"),
        )
        _record("fix_basis", _store(same, computed(same), by), by, basis)
    return len(stale)


def parts_of(basis: Basis) -> dict[str, int]:
    """Fen by item, as the guided form took them down; empty when only the sum was given."""
    text = opened(basis.parts)
    return {code: fen for code, fen, _counted in json.loads(text)} if text else {}


def roster_base(member: Member) -> int | None:
    """What the roster import says, in fen: offered, never taken by itself. None when it says nothing."""
    return _fen(opened(member.dues_base))


def changes_need_reason(path: str, on: date) -> bool:
    """Whether the amount generally stays for the year there; a committee may have chosen otherwise."""
    return rule("dues.base.fix", on, in_force_at(path, on=on)).value != ON_CHANGE


def _fen(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


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
    facts = (standing.year, standing.category, _fen(opened(standing.base)), parts_of(standing))
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
    unended = Q(valid_until__isnull=True) | Q(valid_until__gt=new.valid_from)
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
