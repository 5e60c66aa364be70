"""The dues of the full cast: a line of every kind for everybody, and of the time when `zhang` belonged elsewhere."""

import json
import uuid
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from dues.books.columns import LedgerNote
from dues.models import (
    Allocation,
    Arrangement,
    ArrearsReason,
    ArrearsReview,
    Basis,
    Bill,
    BillRow,
    Charge,
    ClosedMonth,
    Disclosure,
    DuesUse,
    LargeDues,
    LedgerImport,
    Payment,
    PaymentProposal,
    Receipt,
    ReceiptSeries,
    Relief,
    Remittance,
    RemittedPayment,
)
from dues.upwards.queries import year_figures
from members.models import Member, Organization
from members.workbooks.reading import dump_cells
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

JANUARY, MARCH, BEFORE = date(2026, 1, 1), date(2026, 3, 1), date(2025, 3, 1)
MADE_AT = datetime(2026, 3, 5, 2, tzinfo=UTC)
TOKENS = {
    name: f"{number:032x}" for number, name in enumerate(("zhang", "li", "wang", "zhao", "zhang-before"), start=1)
}
"""In the addresses behind the receipts' codes."""


def dues(full: "FullCast") -> None:
    """`zhang-before` are lines of the next branch when `zhang` still belonged there."""
    cast = full.cast
    branches = {"branch": cast.branch, "next-branch": cast.next_branch, "other-branch": cast.other_branch}
    for name, place in branches.items():
        of_branch(full, name, place)
    for number, (name, member, place) in enumerate(
        (
            ("zhang", cast.zhang, "branch"),
            ("li", cast.li, "branch"),
            ("wang", cast.wang, "next-branch"),
            ("zhao", cast.zhao, "other-branch"),
        ),
        start=1,
    ):
        of_member(full, name, member)
        ledger(full, name, member, branches[place], MARCH, number)
    ledger(full, "zhang-before", cast.zhang, cast.next_branch, BEFORE, 9)


def keep(full: "FullCast", name: str, *rows: Model) -> None:
    for row in rows:
        row.save(force_insert=True)
        full.keep(row, name)


def of_branch(full: "FullCast", name: str, place: Organization) -> None:
    committee = Organization.objects.get(path=place.parent_path)
    keep(
        full,
        name,
        preview(full, place),
        Bill(organization=place, source="wechat", file_name="账单.csv"),
        ClosedMonth(organization=place, month=JANUARY, closed_by="officer"),
        ReceiptSeries(organization=place, year=2026, last=9),
        Remittance(
            organization=place, receiver=committee, first_month=JANUARY, last_month=MARCH, collected_fen=9000,
            ratio="0.2", amount_fen=1800, rule="dues.remit.ratio@2008-04-01+组1号", sent_on=TODAY, sent_by="officer",
        ),
        DuesUse(
            organization=place, kind="training", amount_fen=5000, used_on=TODAY, purpose="购书", decided_on=TODAY,
            decided_by="支委会", recorded_by="officer",
        ),
        Disclosure(
            organization=place, year=2025, disclosed_on=TODAY, way="meeting", disclosed_by="officer",
            figures=year_figures(place.path, 2025, on=TODAY).as_dict(),
        ),
    )  # fmt: skip


def preview(full: "FullCast", place: Organization) -> LedgerImport:
    """A ledger that waits to be looked through: a row that was understood, and one that was left out."""
    member = Member.objects.below(place.path).order_by("pk").first()
    line = {
        "row": 3, "member": member.pk, "key": str(member.key), "name": member.name, "category": "employed",
        "base": 900000, "monthly": 13500, "rules": "dues.rate.wage@2008-04-01", "rate": "0.015", "capped": False,
        "opening": 0, "charges": [[4, 13500, 0]], "payments": [[4, "", 13500]],
    }  # fmt: skip
    left_out = {"姓名": "孙外人", "身份证号": "100226197501093494", "4月": 12}
    found = {
        "members": 1, "paid_total_fen": 13500, "charged_total_fen": 13500, "opening_total_fen": 0, "last_month": 4,
        "changed": 1, "new": {"bases": 0, "charges": 1, "payments": 1}, "refused_rows": 1, "blocked": False,
        "unread": [], "notes": [LedgerNote(4, "name_missing", "姓名", "B4").stored()],
    }  # fmt: skip
    content = {"lines": [line], "refused": [[4, dump_cells(left_out)]], "headings": list(left_out)}
    return LedgerImport(
        organization=place, year=2026, file_name="台账.xlsx", found=found, content=json.dumps(content),
        uploaded_by=full.cast.officer if place == full.cast.branch else None,
    )  # fmt: skip


def of_member(full: "FullCast", name: str, member: Member) -> None:
    keep(
        full,
        name,
        Basis(
            member=member, year=2026, category="employed", base="800000",
            parts=json.dumps([["post_pay", 800000, True]]), amount_fen=12000, rate="0.015",
            rules="dues.rate.wage@2008-04-01", valid_from=JANUARY, fixed_by="officer",
        ),
        Relief(
            member=member, kind="waiver", ground="大病", valid_from=MARCH, decided_on=TODAY, needs_superior=True,
            rule="dues.waiver.approval@2008-04-01", asked_by="officer",
        ),
        Arrangement(member=member, valid_from=MARCH, agreed_on=TODAY, because="在外务工", recorded_by="officer"),
        ArrearsReason(member=member, valid_from=MARCH, reason="住院", recorded_on=TODAY, recorded_by="officer"),
        ArrearsReview(member=member, since=MARCH, opened_on=TODAY, reason="没有收到通知"),
    )  # fmt: skip


def ledger(full: "FullCast", name: str, member: Member, place: Organization, month: date, number: int) -> None:
    rules, kept = "dues.rate.wage@2008-04-01", {"member": member, "organization": place}
    payment = Payment(
        key=uuid.uuid4(),
        amount_fen=12000,
        paid_on=month,
        way="cash",
        payer_kind="relative",
        payer_name=f"{name}的女儿",
        recorded_by="officer",
        recorded_at=MADE_AT,
        **kept,
    )
    keep(
        full,
        name,
        Charge(
            month=month, kind="charge", amount_fen=12000, rules=rules, made_by="system", made_at=MADE_AT, **kept
        ),
        payment,
        Allocation(payment=payment, member=member, month=month, amount_fen=12000),
        Receipt(
            payment=payment, organization=place, year=month.year, number=number, token=TOKENS[name], issued_at=MADE_AT,
            branch_name=place.name, member_name=member.name, received_by="officer",
        ),
        PaymentProposal(amount_fen=100, paid_on=month, way="cash", proposed_by="officer", **kept),
        LargeDues(amount_fen=200_000, given_on=month, profile="教师", recorded_by="officer", **kept),
        BillRow(
            bill=full.rows[Bill][place.code], organization=place, identity=name, came_at=MADE_AT, payer_name="女儿",
            note="党费", amount_fen=12000, state="doubtful", member=member,
        ),
        RemittedPayment(remittance=full.rows[Remittance][place.code], payment=payment),
    )  # fmt: skip
