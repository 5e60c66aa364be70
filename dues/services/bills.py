"""Bills: what came in is stored once, what is clear is posted, the rest waits for a person."""

from collections import Counter
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit.services import record
from dues.choices import BillRowState
from dues.importing.bills import BillLine, ReadBill
from dues.models import Bill, BillRow
from dues.queries.bill_people import people_of
from dues.rules.bill_identity import identities, same_fields
from dues.rules.matching import Match, People, match
from members.models import Member, Organization, User

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
        _say(row, _match(row, people), members)


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


def _match(row: BillRow, people: People[UUID]) -> Match[UUID]:
    return match(payer=row.payer_name, note=row.note, amount_fen=row.amount_fen, people=people)


def _say(row: BillRow, found: Match[UUID], members: dict[UUID, int]) -> None:
    row.state, row.reason = found.state, str(found.reason)
    row.candidates = [{"member": str(one.key), "why": list(one.why)} for one in found.candidates]
    row.member_id = members[found.candidates[0].key] if found.state == BillRowState.CERTAIN else None


def _record(action: str, bill: Bill, by: User | str, **details: int) -> None:
    record(action=action, by=by, subject=bill, organization_code=bill.organization.code, details=details)
