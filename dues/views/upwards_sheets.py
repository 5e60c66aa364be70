"""What was handed up and what was spent, as sheets of a workbook: for whoever checks the books."""

from datetime import date

from django.utils.translation import gettext as _

from dues.models import DuesUse, Remittance
from dues.rules.months import last_day
from dues.rules.payment import yuan
from members.models import Organization
from members.paths import subtree
from members.workbooks.writing import Sheet


def upwards_sheets(place: Organization, first: date, last: date, named: str) -> tuple[Sheet, Sheet]:
    """Of the months `first` to `last`, at the place and below it, where the organization is named so."""
    here = {"organization__name__contains": named} if named else {}
    below = subtree("organization__path", [place.path])
    remittances = Remittance.objects.filter(below, **here, last_month__range=(first, last))
    uses = DuesUse.objects.filter(below, **here, used_on__range=(first, last_day(last)))
    batches = remittances.select_related("organization").order_by("sent_on", "key")
    spent = uses.select_related("organization").order_by("used_on", "key")
    return (
        Sheet(_("Handed up"), _remittance_headings(), map(_remittance, batches)),
        Sheet(_("Use of dues"), _use_headings(), map(_use, spent), {_("For what"): 32}),
    )


def _remittance_headings() -> list[str]:
    return [
        _("Branch"), _("From the month"), _("Until the month"), _("Collected"), _("Ratio"), _("Handed up"),
        _("Handed up on"), _("Received on"), _("Remark"),
    ]  # fmt: skip


def _remittance(one: Remittance) -> list[object]:
    months = [f"{one.first_month:%Y-%m}", f"{one.last_month:%Y-%m}"]
    money = [yuan(one.collected_fen), one.ratio, yuan(one.amount_fen)]
    return [one.organization.name, *months, *money, one.sent_on, one.received_on, one.remark]


def _use_headings() -> list[str]:
    return [
        _("Organization"), _("Used on"), _("Kind"), _("For what"), _("Amount, in yuan"), _("Decided on"),
        _("Who decided together"),
    ]  # fmt: skip


def _use(one: DuesUse) -> list[object]:
    what = [one.used_on, one.get_kind_display(), one.purpose, yuan(one.amount_fen)]
    return [one.organization.name, *what, one.decided_on, one.decided_by]
