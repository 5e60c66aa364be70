"""What of dues is kept for a time, and what for good (`members.trail.retention`)."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dues.ledger.models import Basis, LedgerImport
from members.choices import ImportState
from members.models import Member
from members.models.member import MemberQuerySet
from members.paths import ROOT, subtree
from members.retained import DEPARTED, WORKBOOKS
from members.trail.retention import ForGood, RetainedKind, RetentionRequest, one_batch


def with_incomes(paths: Iterable[str]) -> MemberQuerySet:
    """Who left for good and whose income stands in a base."""
    bases = Basis.objects.filter(~Q(base="") | ~Q(parts=""), member=OuterRef("pk"))
    return Member.objects.former(paths).filter(Exists(bases))


def remove_incomes(due: RetentionRequest) -> int:
    """The income goes; what was to be paid a month, from when, and by which rule stays."""
    over = with_incomes([ROOT]).filter(due.rows("left_on", "left_path"))
    keys = one_batch(over.order_by("pk"))
    Basis.objects.filter(member__in=keys).update(base="", parts="")
    return len(keys)


def remove_content(due: RetentionRequest) -> int:
    """What was read from ledgers goes. What was never confirmed is cancelled."""
    over = LedgerImport.objects.exclude(content="").filter(due.rows("uploaded_at", "organization__path", moments=True))
    keys = one_batch(over.order_by("pk"))
    LedgerImport.objects.filter(pk__in=keys, state=ImportState.PREVIEW).update(state=ImportState.CANCELLED)
    LedgerImport.objects.filter(pk__in=keys).update(content="")
    return len(keys)


RETAINED = (
    RetainedKind(
        code="incomes",
        title=_("Incomes of people who left"),
        goes=_("The monthly income from which dues were computed, and what was counted."),
        stays=_("What was to be paid each month, by which rule, and everything that was paid."),
        since=_("after leaving the last roster"),
        rule_key=DEPARTED,
        remove=remove_incomes,
        kept=lambda paths: with_incomes(paths).count(),
    ),
    RetainedKind(
        code="ledgers",
        title=_("Cells of imported dues ledgers"),
        goes=_("What was read from the workbook, and the rows left out. The import can't be undone any more."),
        stays=_("Who imported which file, when, with which sums; the charges and payments themselves."),
        since=_("after the upload"),
        rule_key=WORKBOOKS,
        remove=remove_content,
        kept=lambda paths: (
            LedgerImport.objects.exclude(content="").filter(subtree("organization__path", paths)).count()
        ),
    ),
    ForGood(
        _("Dues ledger"),
        _(
            "Charges, payments, receipts, waivers with their ground, rows of bills and batches handed up account for "
            "money."
        ),
    ),
)
