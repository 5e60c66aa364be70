"""What is handed up, spent, published and given: the lists, and their sheets of the workbook."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dues.templatetags.dues import percent, yuan
from dues.upwards.models import DuesUse, LargeDues, Remittance
from dues.upwards.queries import BranchSums
from members.pages.listing import Act, Badge, Listing, Nothing, acts, badges, day, linked, money, number, text
from members.pages.steps import Words

BRANCH = text("branch", _("Branch"), "organization.name")


class Batch(NamedTuple):
    """A batch, and what may be done with it."""

    batch: Remittance
    confirms: bool
    records: bool

    @property
    def months(self) -> str:
        first, last = f"{self.batch.first_month:%Y-%m}", f"{self.batch.last_month:%Y-%m}"
        return first if first == last else f"{first} – {last}"


def _state(line: Batch, _on: date) -> Iterator[Badge]:
    yield (_("Arrived"), "good") if line.batch.received_on else (_("On its way"), "warn")


def _batch_acts(line: Batch) -> Iterator[Act]:
    if not line.batch.received_on and line.confirms:
        url = reverse("dues:remittance-confirm", args=[line.batch.pk])
        yield _("Confirm that it has arrived"), url, line.batch.organization.name
    if not line.batch.received_on and line.records:
        yield _("Take back"), reverse("dues:remittance-take-back", args=[line.batch.pk]), str(line.batch)


REMITTANCES = Listing(
    columns=[
        text("branch", _("Branch"), "batch.organization.name"),
        text("months", _("Months")),
        money("collected", _("Collected"), "batch.collected_fen"),
        number("ratio", _("Ratio"), lambda line: percent(line.batch.ratio)),
        money("handed_up", _("Handed up"), "batch.amount_fen"),
        text("sent_on", _("Handed up on"), "batch.sent_on", style="nowrap", below=lambda line: line.batch.remark),
        text("state", _("State"), lambda line: line.batch.received_on or "", badges=_state),
        acts(_batch_acts),
    ],
    workbook=[
        BRANCH,
        text("first", _("From the month"), lambda one: f"{one.first_month:%Y-%m}"),
        text("last", _("Until the month"), lambda one: f"{one.last_month:%Y-%m}"),
        money("collected", _("Collected"), "collected_fen"),
        number("ratio", _("Ratio")),
        money("handed_up", _("Handed up"), "amount_fen"),
        day("sent_on", _("Handed up on")),
        day("received_on", _("Received on")),
        text("remark", _("Remark")),
    ],
    orders={"newest": (_("Newest first"), ("-sent_on", "key"))},
    phone=["branch", "state", "months", "collected", "handed_up"],
    nothing=Nothing(_("The branches below haven't handed anything up."), "send"),
)


class UseLine(NamedTuple):
    use: DuesUse
    meeting: str
    """Address of the meeting that decided, for whom it opens."""
    may_record: bool


def _use_acts(line: UseLine) -> list[Act]:
    remove = reverse("dues:use-remove", args=[line.use.pk])
    return [(_("Take out"), remove, line.use.purpose)] if line.may_record else []


USES = Listing(
    columns=[
        text("purpose", _("For what"), "use.purpose", below="use.organization.name"),
        text("kind", _("Kind"), "use.get_kind_display"),
        money("amount", _("Amount"), "use.amount_fen"),
        day("used_on", _("Used on"), "use.used_on"),
        linked("decided", _("Decided"), "use.decided_by", url="meeting", below="use.decided_on"),
        acts(_use_acts),
    ],
    workbook=[
        text("organization", _("Organization"), "organization.name"),
        day("used_on", _("Used on")),
        text("kind", _("Kind"), "get_kind_display"),
        text("purpose", _("For what")),
        money("amount", _("Amount, in yuan"), "amount_fen"),
        day("decided_on", _("Decided on")),
        text("decided_by", _("Who decided together")),
    ],
    orders={"newest": (_("Newest first"), ("-used_on", "key"))},
    phone=["purpose", "amount", "kind", "used_on"],
    nothing=Nothing(_("Nothing was spent yet, or nothing of this kind."), "wallet2"),
)


def large_badges(large: LargeDues, _on: date) -> Iterator[Badge]:
    """How far it has come."""
    if large.handed_over_on:
        yield _("The member has the centre's receipt"), "good"
    elif large.centre_receipt:
        yield _("The centre's receipt has come"), "info"
    elif large.received_on:
        yield _("With the committee"), "info"
    else:
        yield _("On its way") if large.sent_up_on else _("To be handed up"), "warn"


LARGE = Listing(
    columns=[
        linked(
            "member",
            _("Member"),
            "member.name",
            url=lambda one: reverse("dues:large-detail", args=[one.pk]),
            below="organization.name",
        ),
        money("amount", _("Amount"), "amount_fen"),
        day("given_on", _("Given on")),
        badges("state", _("How far it has come"), large_badges),
    ],
    orders={"newest": (_("Newest first"), ("-given_on", "key"))},
    phone=["member", "amount", "given_on", "state"],
    nothing=Nothing(_("Nobody gave large dues yet."), "wallet2"),
)
PUBLICATIONS = Listing(
    columns=[
        linked("year", _("Year"), url=lambda one: reverse("dues:disclosure-detail", args=[one.pk])),
        text("organization", _("Organization"), "organization.name"),
        day("disclosed_on", _("Published on")),
        text("way", _("How it was published"), "get_way_display"),
    ],
    orders={"newest": (_("Newest first"), ("-year", "-disclosed_on", "key"))},
    phone=["year", "organization", "disclosed_on", "way"],
    nothing=Nothing(_("Your branch hasn't published a year yet."), "journal-text"),
)

SUMS: dict[str, Words] = {
    "charged_fen": _("Charged"),
    "waived_fen": _("Waived or reduced"),
    "settled_fen": _("Paid"),
    "carried_fen": _("Carried over"),
    "carried_settled_fen": _("Collected of what was carried over"),
    "due_fen": _("Due and unpaid"),
    "earlier_fen": _("Open from earlier"),
    "this_month_fen": _("This month, unpaid"),
    "remitted_fen": _("Handed up"),
}
"""Of a branch and its months, in fen."""


def _nothing_due(line: BranchSums, _on: date) -> list[Badge]:
    return [] if line.due_fen else [(_("Nothing due"), "good")]


DUE = text(
    "due_fen",
    SUMS["due_fen"],
    lambda line: yuan(line.due_fen) if line.due_fen else "",
    style="number",
    badges=_nothing_due,
)
NAME = text("branch", _("Branch"), "branch.name")
BRANCHES = Listing(
    columns=[NAME, *(DUE if name == DUE.code else money(name, label) for name, label in SUMS.items())],
    workbook=[NAME, *(money(name, label) for name, label in SUMS.items())],
    phone=["branch", "due_fen", "charged_fen", "settled_fen"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
)

FIGURES = {
    "members": _("Members charged"),
    "exempt": _("Of these exempt"),
    "payers": _("Members who paid everything"),
    "owing": _("Members who left something open"),
    "charged_fen": _("Charged, in yuan"),
    "waived_fen": _("Waived or reduced, in yuan"),
    "settled_fen": _("Of this paid, in yuan"),
    "before_fen": _("Of what is paid, received in another year or by another branch, in yuan"),
    "carried_fen": _("Carried over, in yuan"),
    "carried_settled_fen": _("Collected of what was carried over, in yuan"),
    "due_fen": _("Due and unpaid, in yuan"),
    "earlier_fen": _("Open from earlier, in yuan"),
    "this_month_fen": _("This month, unpaid, in yuan"),
    "paid_fen": _("Received in the year, in yuan"),
    "apart_fen": _("Of this for earlier years or months of other branches, in yuan"),
    "beyond_fen": _("Of this ahead or too much, in yuan"),
    "voluntary_fen": _("Of this voluntary, in yuan"),
    "remitted_fen": _("Handed up, in yuan"),
    "used_fen": _("Used, in yuan"),
}
"""What a publication says, in the words and the order of its sheet."""
ONLY_SOME = {"exempt", "before_fen", "carried_fen", "earlier_fen", "this_month_fen", "apart_fen", "beyond_fen"}
"""Left out where they are nothing."""
FIRST_SHEETS = {
    "members", "payers", "charged_fen", "waived_fen", "paid_fen", "voluntary_fen", "remitted_fen", "used_fen",
}  # fmt: skip
"""All that a publication says whose figures don't tell who left something open."""


def figure(name: str, value: int) -> str:
    return yuan(value) if name.endswith("_fen") else str(value)


def sheet_facts(figures: dict[str, int]) -> list[tuple[Words, str]]:
    """What the sheet of a year says. `figures`: of `YearFigures`, or those of a publication."""
    names = [name for name in FIGURES if "owing" in figures or name in FIRST_SHEETS]
    shown = [name for name in names if figures.get(name) or name not in ONLY_SOME]
    if not figures.get("carried_fen"):
        shown = [name for name in shown if name != "carried_settled_fen"]
    words = FIGURES if "owing" in figures else FIGURES | {"payers": _("Members who paid")}
    return [(words[name], figure(name, figures.get(name, 0))) for name in shown]


class Correction(NamedTuple):
    """A figure that the record says otherwise today."""

    name: str
    said: int
    today: int


CORRECTIONS = Listing(
    columns=[
        text("name", _("Figure"), lambda row: FIGURES[row.name]),
        number("said", _("Published"), lambda row: figure(row.name, row.said)),
        number("today", _("As recorded today"), lambda row: figure(row.name, row.today)),
    ],
    nothing=Nothing(_("Nothing new was found.")),
)
