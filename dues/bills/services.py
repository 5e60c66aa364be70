"""Taking in bills, and posting their rows as payments."""

from collections import Counter
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.bills.importing import BillLine, ReadBill
from dues.bills.matching import Match, match
from dues.bills.models import Bill, BillRow
from dues.bills.queries import people_of
from dues.bills.rules import identities, plain_name, same_fields
from dues.choices import BillRowState, BillSource, PayerKind, PaymentWay
from dues.ledger.payment_models import Payment
from dues.ledger.queries import branch_of
from dues.payments.services import NewPayment, record_payment, reverse_payment
from members.models import Member, Organization, User
from members.refused import Refused

AT_ONCE = 500
UNDECIDED = (BillRowState.CERTAIN, BillRowState.DOUBTFUL, BillRowState.UNMATCHED)


@dataclass
class Sorted:
    """The rows of a file: those that are new, with their identities, and how many were known."""

    new: list[tuple[BillLine, str]] = field(default_factory=list)
    duplicates: int = 0


@transaction.atomic
def store_bill(
    read: ReadBill, *, key: UUID, organization: Organization, file_name: str, by: User | str, on: date
) -> Bill:
    """Keep what came in and who it is for. The same form twice is one bill; rows known already are only counted."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    known = Bill.objects.filter(pk=key).first()
    if known:
        return known
    bill, rows = new_bill(read, key=key, organization=organization, file_name=file_name, on=on)
    bill.uploaded_by = by if isinstance(by, User) else None
    bill.save(force_insert=True)
    BillRow.objects.bulk_create(rows)
    _record("import_bill", bill, by, rows=len(rows), duplicates=bill.duplicates, ignored=bill.ignored)
    return bill


def new_bill(
    read: ReadBill, *, key: UUID, organization: Organization, file_name: str, on: date
) -> tuple[Bill, list[BillRow]]:
    """The bill and its new rows as they would be stored, with whom each is for. Stores nothing."""
    found = sort_lines(read.lines, organization)
    bill = Bill(
        key=key,
        organization=organization,
        source=read.source,
        file_name=file_name[:200],
        duplicates=found.duplicates,
        ignored=read.ignored,
    )
    rows = [_new_row(bill, line, identity) for line, identity in found.new]
    match_rows(rows, organization=organization, on=on)
    return bill, rows


def sort_lines(lines: list[BillLine], organization: Organization) -> Sorted:
    """Which rows of a file the branch doesn't have yet. Reads only."""
    named = identities(lines)
    seen = _known_identities(organization, named)
    numbers = _Numbers(organization, lines)
    found = Sorted()
    for line, identity in zip(lines, named, strict=True):
        if identity in seen or numbers.are_known(line):
            found.duplicates += 1
        else:
            found.new.append((line, identity))
        seen.add(identity)
    return found


def match_rows(rows: Iterable[BillRow], *, organization: Organization, on: date) -> None:
    """Say of each row who it is for. Stores nothing."""
    people = people_of(organization, on=on)
    members = dict(Member.objects.filter(key__in=people.by_key).values_list("key", "pk"))
    for row in rows:
        _say(row, match(payer=row.payer_name, note=row.note, amount_fen=row.amount_fen, people=people), members)


@transaction.atomic
def match_again(bill: Bill, *, by: User | str, on: date) -> int:
    """Look once more at the rows that wait: the roster or the ledger may say more now. How many changed.

    A held row becomes clear again where it still is, so that it can be confirmed with the others; what a person decided
    stays.
    """
    rows = list(bill.rows.select_for_update().filter(state__in=[*UNDECIDED, BillRowState.HELD]).order_by("key"))
    before = {row.pk: (row.state, row.member_id) for row in rows}
    looked = [copy(row) for row in rows]
    match_rows(looked, organization=bill.organization, on=on)
    changed = [
        row
        for row in looked
        if before[row.pk] != (row.state, row.member_id) and not _undoes_a_decision(row, *before[row.pk])
    ]
    BillRow.objects.bulk_update(changed, ["state", "member", "candidates", "reason"])
    _record("match_bill_again", bill, by, rows=len(rows), changed=len(changed))
    return len(changed)


def _undoes_a_decision(row: BillRow, state: str, member: int | None) -> bool:
    if state == BillRowState.HELD:
        return (row.state, row.member_id) != (BillRowState.CERTAIN, member)
    return bool(row.decided_by)


class _Numbers:
    """Rows alike in everything, of which one export has the transaction number and the other has lost it in Excel."""

    def __init__(self, organization: Organization, lines: list[BillLine]) -> None:
        rows = _rows_of_moments(organization, sorted({line.came_at for line in lines}))
        self.numbered = Counter(_fields(row) for row in rows if row.transaction)
        self.bare = Counter(_fields(row) for row in rows if not row.transaction)

    def are_known(self, line: BillLine) -> bool:
        others, fields = (self.bare if line.transaction else self.numbered), _fields(line)
        if not others[fields]:
            return False
        others[fields] -= 1
        return True


def _fields(row: BillLine | BillRow) -> str:
    return same_fields(row.came_at, row.payer_name, row.note, row.amount_fen)


def _rows_of_moments(organization: Organization, moments: list[datetime]) -> list[BillRow]:
    rows = BillRow.objects.filter(organization=organization)
    starts = range(0, len(moments), AT_ONCE)
    return [row for start in starts for row in rows.filter(came_at__in=moments[start : start + AT_ONCE])]


def _known_identities(organization: Organization, named: list[str]) -> set[str]:
    rows = BillRow.objects.filter(organization=organization)
    return {
        identity
        for start in range(0, len(named), AT_ONCE)
        for identity in rows.filter(identity__in=named[start : start + AT_ONCE]).values_list("identity", flat=True)
    }


def _new_row(bill: Bill, line: BillLine, identity: str) -> BillRow:
    return BillRow(
        bill=bill,
        organization=bill.organization,
        identity=identity,
        transaction=line.transaction,
        came_at=line.came_at,
        payer_name=line.payer_name,
        note=line.note,
        amount_fen=line.amount_fen,
    )


def _say(row: BillRow, found: Match[UUID], members: dict[UUID, int]) -> None:
    row.state, row.reason = found.state, str(found.reason)
    row.candidates = [{"member": str(one.key), "why": list(one.why)} for one in found.candidates]
    row.member_id = members[found.candidates[0].key] if found.state == BillRowState.CERTAIN else None


def _record(action: str, bill: Bill, by: User | str, **details: int) -> None:
    record(action=action, by=by, subject=bill, organization_code=bill.organization.code, details=details)


WAYS = {
    BillSource.WECHAT: PaymentWay.WECHAT,
    BillSource.ALIPAY: PaymentWay.ALIPAY,
    BillSource.BANK: PaymentWay.TRANSFER,
}
LONGEST_PAYER = 60
ROWS = BillRow.objects.select_related("bill", "organization", "member")


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the rows that were to be posted."""

    posted: int
    held: int


def post_certain(rows: Iterable[BillRow], *, by: User | str, on: date) -> Posted:
    """Post every row that is clear, each on its own: a refused one is held with the reason and stops no other."""
    clear = [row for row in rows if row.state == BillRowState.CERTAIN]
    after = [post_row(row=row, by=by, on=on) for row in sorted(clear, key=lambda row: (row.came_at, row.pk))]
    posted = sum(row.state == BillRowState.POSTED for row in after)
    return Posted(posted, len(after) - posted)


@transaction.atomic
def post_row(
    *,
    row: BillRow,
    by: User | str,
    on: date,
    member: Member | None = None,
    voluntary_fen: int = 0,
    reason: str = "",
) -> BillRow:
    """Record the payment for the member that was decided, or who is clear. The row as it is afterwards.

    Where the payment is refused, the row is held for that member with the reason. Posting twice posts once. Raises
    Refused when the row was set aside, posted for somebody else, or says nobody.
    """
    locked = _locked(row)
    member = member or locked.member
    if locked.state == BillRowState.POSTED and member == locked.member:
        return locked
    _demand_postable(locked, member)
    assert member is not None
    new = _payment(locked, member, voluntary_fen, reason)
    try:
        with transaction.atomic():
            locked.payment = record_payment(new, by=by, on=on)
            locked.state, locked.reason = BillRowState.POSTED, ""
    except Refused as refusal:
        locked.state, locked.reason = BillRowState.HELD, str(refusal)[:300]
    locked.member, locked.decided_by = member, str(by)
    locked.save(update_fields=["payment", "state", "reason", "member", "decided_by"])
    return locked


@transaction.atomic
def set_aside(*, row: BillRow, reason: str, by: User | str) -> BillRow:
    """Say that the money is no dues, and why. Raises Refused."""
    locked = _locked(row)
    if locked.state == BillRowState.POSTED:
        raise Refused(_("This row was posted: take the posting back first."))
    if not reason.strip():
        raise Refused(_("Say why it is no dues."), "reason")
    if (locked.state, locked.reason) == (BillRowState.SET_ASIDE, reason.strip()):
        return locked
    _keep(locked, BillRowState.SET_ASIDE, reason.strip(), by)
    _record_row("set_bill_row_aside", locked, by, reason.strip())
    return locked


@transaction.atomic
def take_up(*, row: BillRow, by: User | str, on: date) -> BillRow:
    """Look again at a row that was set aside. Raises Refused."""
    locked = _locked(row)
    if locked.state != BillRowState.SET_ASIDE:
        raise Refused(_("This row wasn't set aside."))
    match_rows([locked], organization=locked.organization, on=on)
    locked.decided_by = str(by)
    locked.save(update_fields=["state", "member", "candidates", "reason", "decided_by"])
    _record_row("take_up_bill_row", locked, by)
    return locked


@transaction.atomic
def undo_row(*, row: BillRow, reason: str, by: User | str, on: date) -> BillRow:
    """Reverse the payment of a row and let the row wait again, to be decided by a person. Raises Refused."""
    locked = _locked(row)
    if locked.state != BillRowState.POSTED or locked.payment is None:
        raise Refused(_("This row isn't posted."))
    if not Payment.objects.filter(reverses=locked.payment).exists():
        reverse_payment(locked.payment, key=uuid5(locked.payment.pk, "reversal"), reason=reason, by=by, on=on)
    if not locked.candidates and locked.member:
        locked.candidates = [{"member": str(locked.member.key), "why": []}]
    locked.payment = None
    _keep(locked, BillRowState.DOUBTFUL, reason.strip()[:300], by)
    return locked


def _locked(row: BillRow) -> BillRow:
    return ROWS.select_for_update(of=("self",)).get(pk=row.pk)


def _demand_postable(row: BillRow, member: Member | None) -> None:
    if row.state == BillRowState.POSTED:
        raise Refused(_("This row was posted for somebody else meanwhile."))
    if row.state == BillRowState.SET_ASIDE:
        raise Refused(_("This row was set aside as no dues: take it up again first."))
    if member is None:
        raise Refused(_("Choose for whom the money is."), "member")


def _payment(row: BillRow, member: Member, voluntary_fen: int, reason: str) -> NewPayment:
    kind, payer = payer_of(row, member)
    return NewPayment(
        key=_key(row),
        organization=_place(row, member),
        member=member,
        amount_fen=row.amount_fen,
        voluntary_fen=voluntary_fen,
        paid_on=timezone.localtime(row.came_at).date(),
        way=WAYS[BillSource(row.bill.source)],
        payer_kind=kind,
        payer_name="" if kind == PayerKind.SELF else row.payer_name[:LONGEST_PAYER],
        payer=payer,
        reason=reason,
    )


def payer_of(row: BillRow, member: Member) -> tuple[PayerKind, Member | None]:
    """Who handed the money over: the member, another member of the branch, else somebody close to the member.

    A hidden or missing name says nothing, and counts as the member's own.
    """
    name = plain_name(row.payer_name)
    own = {plain_name(member.name), *map(plain_name, member.former_names.replace("、", ",").split(","))}
    if not name or "*" in name or name in own:
        return PayerKind.SELF, None
    others = Member.objects.below(row.organization.path).filter(name__startswith=name[0])
    found = [other for other in others if plain_name(other.name) == name]
    return (PayerKind.OTHER_MEMBER, found[0]) if len(found) == 1 else (PayerKind.RELATIVE, None)


def _place(row: BillRow, member: Member) -> Organization:
    """The branch that received it: the member's own, where a committee's account was read."""
    return branch_of(member) or row.organization


def _key(row: BillRow) -> UUID:
    """The row's own key; after a posting that was taken back, the next one made from it."""
    key, turn = row.pk, 0
    while Payment.objects.filter(pk=key, reversal__isnull=False).exists():
        turn += 1
        key = uuid5(row.pk, str(turn))
    return key


def _keep(row: BillRow, state: BillRowState, reason: str, by: User | str) -> None:
    row.state, row.reason, row.decided_by = state, reason, str(by)
    row.save(update_fields=["state", "reason", "decided_by", "payment", "candidates"])


def _record_row(action: str, row: BillRow, by: User | str, reason: str = "") -> None:
    record(action=action, by=by, subject=row, organization_code=row.organization.code, reason=reason, details={})
