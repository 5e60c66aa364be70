"""The rows of bills: posted as payments, held with the reason, set aside, taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import BillRowState, BillSource, PayerKind, PaymentWay
from dues.models import BillRow, Payment
from dues.queries.places import branch_of
from dues.rules.bill_notes import plain_name
from dues.services.bills import match_rows
from dues.services.payments import NewPayment, record_payment, reverse_payment
from members.models import Member, Organization, User
from members.services.refused import Refused

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
    _record("set_bill_row_aside", locked, by, reason.strip())
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
    _record("take_up_bill_row", locked, by)
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


def _record(action: str, row: BillRow, by: User | str, reason: str = "") -> None:
    record(action=action, by=by, subject=row, organization_code=row.organization.code, reason=reason, details={})
