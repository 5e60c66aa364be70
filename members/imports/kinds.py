"""Which kind of workbook it is, by the headings of its sheets, so that a wrong one is said and led to its place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members.roster.headings import ROSTER
from members.workbooks.cells import text
from members.workbooks.reading import Head, UnusableWorkbook

OF_A_PERSON = frozenset(
    ("national_id", "sex", "ethnicity", "birth", "joined", "full", "membership", "education", "phone", "address")
)
MEETING = re.compile(r"(?=.*\d).*(?:党日|党课|大会|支委|小组会|组织生活|民主评议).*")
MONTH = re.compile(
    r"(?:20\d\d[年.\-]?)?(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?(?:[应实已]?[交缴]\S{0,3})?"
)
OF_A_BILL = """交易时间 交易日期 交易对方 交易单号 交易流水号 收/支 借方金额 贷方金额 借方发生额 贷方发生额 对方户名
    对方名称 记账日期 摘要 余额 账户余额 商户单号 当前状态 交易金额 收入金额 支出金额"""
MONEY = frozenset(OF_A_BILL.split())
LONGEST = 30


@dataclass(frozen=True)
class ImportKind:
    """A kind of workbook: how it is called, and where it is uploaded."""

    sentence: Promise
    link: Promise
    url_name: str


KINDS = {
    "sign_in": ImportKind(_("This is a sign-in sheet."), _("Upload it as a sign-in sheet"), "meetings:import-new"),
    "ledger": ImportKind(_("This is a ledger of dues."), _("Upload it as a ledger"), "dues:ledger-new"),
    "bill": ImportKind(_("This is a bill or a bank statement."), _("Upload it as a bill"), "dues:bill-new"),
    "roster": ImportKind(_("This is a roster of members."), _("Upload it as a roster"), "members:import-new"),
}


class NotThisKind(UnusableWorkbook):
    """A workbook that isn't what an import reads. `kind`: what it is instead, where that shows; then it is said."""

    def __init__(self, sentence: str, heads: Sequence[Head] = ()) -> None:
        self.kind = workbook_kind(heads)
        super().__init__(str(KINDS[self.kind].sentence) if self.kind else sentence)


def workbook_kind(heads: Iterable[Head]) -> str:
    """One of KINDS, or "": by the best row of headings. What says who members are is a roster, months or not."""
    rows = [_headings(row.cells) for head in heads if not head.hidden for row in head.rows]
    counts = {
        "roster": max((len(_fields(row)) for row in rows), default=0) - 1,
        "sign_in": max((sum(MEETING.fullmatch(one) is not None for one in row) for row in rows), default=0),
        "ledger": max((sum(MONTH.fullmatch(one) is not None for one in row) for row in rows), default=0),
        "bill": max((len(MONEY.intersection(row)) for row in rows), default=0),
    }
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] >= 3 else ""


def led(refusal: Exception) -> str:
    """The sentence of a refusal, with a link to where the workbook belongs."""
    kind = KINDS.get(getattr(refusal, "kind", ""))
    if kind is None:
        return str(refusal)
    return format_html('{} <a href="{}">{}</a>', str(refusal), reverse(kind.url_name), kind.link)


def _headings(cells: Iterable[object]) -> list[str]:
    written = [re.sub(r"\s", "", text(cell)) for cell in cells]  # type: ignore[arg-type]
    return [re.sub(r"[(（].*?[)）]", "", one) for one in written if one and len(one) <= LONGEST]


def _fields(row: list[str]) -> set[str]:
    return {name for heading in row for name in list(ROSTER.names(heading))[:1]} & OF_A_PERSON
