"""Charges that no longer fit the facts: reversed with a reason and made anew, never edited."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dues.choices import ChargeKind
from dues.models import Basis, Charge, ClosedMonth, Relief
from dues.rules.charge import Relation, charging_branch, waived_fen
from dues.services.levelling import level, lock_members
from members.choices import OrganizationKind
from members.models import Affiliation, Member, Organization
from members.models.affiliation import AffiliationQuerySet

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the facts ask of a member for a month."""

    branch: int
    basis: Basis
    relief: Relief | None

    @property
    def waived_fen(self) -> int:
        return waived_fen(self.basis.amount_fen, self.relief.pays_fen) if self.relief else 0


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


def unfit_of(members: list[int], month: date) -> list[tuple[Charge, Wanted | None]]:
    """The last line of each member whose month isn't what the facts ask for, with what they ask for."""
    standing, wanted = _standing(members, month), _wanted(members, month)
    places = {line.organization_id for line in standing.values()} | {one.branch for one in wanted.values()}
    rows = ClosedMonth.objects.filter(month=month, organization__in=places)
    closed = set(rows.values_list("organization", flat=True))
    pairs = [(last, wanted.get(member)) for member, last in standing.items()]
    return [(last, want) for last, want in pairs if not _fits(last, want) and not _is_fixed(last, want, closed)]


def _correct_chunk(members: list[int], month: date, by: str) -> list[int]:
    now, unfit = timezone.now(), unfit_of(members, month)
    Charge.objects.bulk_create(line for last, want in unfit for line in _lines(last, want, by, now))
    return [last.member_id for last, _want in unfit]


def _is_fixed(last: Charge, want: Wanted | None, closed: set[int]) -> bool:
    """Taken over from a ledger, or in a branch that closed the month."""
    touched = {last.organization_id, want.branch if want else last.organization_id}
    return last.imported_from_id is not None or bool(touched & closed)


def _standing(members: list[int], month: date) -> dict[int, Charge]:
    """The last line of each member's month: a charge that stands, or a reversal."""
    rows = Charge.objects.filter(member__in=members, month=month).order_by("turn")
    return {line.member_id: line for line in rows}


def _wanted(members: list[int], month: date) -> dict[int, Wanted]:
    """By the rule itself, from the stored facts; who owes nothing, or has no basis, isn't in it."""
    relations = relations_of(Affiliation.objects.filter(member__in=members))
    bases = {row.member_id: row for row in Basis.objects.filter(member__in=members).holding(month)}
    reliefs = {row.member_id: row for row in Relief.objects.filter(member__in=members).in_effect().holding(month)}
    joined = dict(Member.objects.filter(pk__in=members).values_list("pk", "joined_on"))
    found = {}
    for member, spans in relations.items():
        branch = charging_branch(month, spans, joined_on=joined[member])
        if branch is not None and member in bases:
            found[member] = Wanted(branch, bases[member], reliefs.get(member))
    return found


def relations_of(affiliations: AffiliationQuerySet) -> dict[int, list[Relation[int]]]:
    """Formal relations by member, each with the primary key of its branch."""
    rows = list(
        affiliations.formal().values_list(
            "member", "organization", "organization__kind", "organization__path", "valid_from", "valid_until"
        )
    )
    groups = {path[: -Organization.steplen] for _, _, kind, path, _, _ in rows if kind == OrganizationKind.GROUP}
    branches = dict(Organization.objects.filter(path__in=groups).values_list("path", "pk"))
    found: dict[int, list[Relation[int]]] = defaultdict(list)
    for member, place, kind, path, starts, until in rows:
        branch = branches[path[: -Organization.steplen]] if kind == OrganizationKind.GROUP else place
        found[member].append(Relation(branch, starts, until))
    return found


def _fits(last: Charge, want: Wanted | None) -> bool:
    if want is None or last.kind == ChargeKind.REVERSAL:
        return want is None and last.kind == ChargeKind.REVERSAL
    return (last.organization_id, last.basis_id, last.amount_fen, last.waived_fen) == (
        want.branch, want.basis.pk, want.basis.amount_fen, want.waived_fen,
    )  # fmt: skip


def _lines(last: Charge, want: Wanted | None, by: str, now: datetime) -> Iterable[Charge]:
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
            relief=want.relief,
        )  # fmt: skip


def _reason(last: Charge, want: Wanted | None) -> str:
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
