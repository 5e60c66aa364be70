"""Imports a WeChat bill, an Alipay bill or a bank statement of a branch, and posts what is clear."""

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from dues.bills.importing import ReadBill, read_bill
from dues.bills.models import Bill, BillRow
from dues.bills.services import new_bill, post_certain, store_bill
from dues.choices import BillRowState, NoMatch
from dues.units import yuan
from members.console import organization_at
from members.models import Member, Organization
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse

UNREADABLE = "row_unreadable"


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--org", required=True, metavar="CODE", help="the branch whose members paid")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")

    def work(self, *, file: Path, org: str, dry_run: bool, **options: Any) -> dict[str, Any]:
        if not file.is_file():
            raise WrongUse(_("There is no file %(file)s.") % {"file": file})
        place, read = organization_at(org, "--org"), read_bill(file)
        bill, rows = _looked_at(read, place, file) if dry_run else _stored(read, place, file)
        answer = answer_of(bill, rows, read)
        if not dry_run:
            self._post(rows)
        return answer

    def _post(self, rows: list[BillRow]) -> None:
        after = post_certain(rows, by="shell", on=timezone.localdate())
        self.tell(
            _("%(posted)s posted, %(held)s clear but held because they can't be posted as they are.")
            % {"posted": after.posted, "held": after.held}
        )

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return any(one["reason"] == UNREADABLE for one in answer["unmatched"])

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        reasons = {**dict(NoMatch.choices), UNREADABLE: _("The row can't be read")}
        for one in answer["matched"]:
            doubt = "" if one["certain"] else _("(to be decided by a person)")
            yield f"{one['transaction']} {one['member']} {yuan(one['fen'])} {doubt}".strip()
        for one in answer["unmatched"]:
            yield f"{one['transaction']} {reasons.get(one['reason'], one['reason'])}"
        yield _("%(duplicates)s known already, %(ignored)s not incoming") % answer


def answer_of(bill: Bill, rows: list[BillRow], read: ReadBill) -> dict[str, Any]:
    """As the contract says; of a doubtful row the likeliest member."""
    keys = {row.candidates[0]["member"] for row in rows if row.candidates}
    names = {str(key): name for key, name in Member.objects.filter(key__in=keys).values_list("key", "name")}
    unmatched = [{"transaction": row.transaction, "reason": row.reason} for row in rows if not row.candidates]
    return {
        "matched": [_matched(row, names) for row in rows if row.candidates],
        "unmatched": unmatched + [{"transaction": one.transaction, "reason": UNREADABLE} for one in read.unread],
        "duplicates": bill.duplicates,
        "ignored": bill.ignored,
    }


def _matched(row: BillRow, names: Mapping[str, str]) -> dict[str, Any]:
    certain = row.state == BillRowState.CERTAIN
    member = names[row.candidates[0]["member"]]
    return {"transaction": row.transaction, "member": member, "fen": row.amount_fen, "certain": certain}


def _looked_at(read: ReadBill, place: Organization, file: Path) -> tuple[Bill, list[BillRow]]:
    return new_bill(read, key=uuid.uuid4(), organization=place, file_name=file.name, on=timezone.localdate())


def _stored(read: ReadBill, place: Organization, file: Path) -> tuple[Bill, list[BillRow]]:
    today = timezone.localdate()
    bill = store_bill(read, key=uuid.uuid4(), organization=place, file_name=file.name, by="shell", on=today)
    return bill, list(bill.rows.select_related("bill", "organization", "member").order_by("came_at", "key"))
