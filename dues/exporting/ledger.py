"""The ledger of a year with bases: incomes of many people, for a reason, and each of them counted."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy

from dues.books.queries import LedgerRow, ledger_rows, write_year
from members.choices import Capability, ExportProblem
from members.exports.kinds import ExportContents, GoOn, NotMade, covered
from members.exports.services import record_export
from members.models import Export, Member, Organization, User
from members.roster.services import demand_substance, refuse_too_many

NAME = "dues-ledger"


def parameters_of(*, branch: Organization, year: int, reason: str) -> dict[str, Any]:
    return {"branch": branch.code, "year": year, "private": True, "reason": reason.strip()}


def whose_bases(rows: Iterable[LedgerRow]) -> list[int]:
    """Ids of the members whose base stands in the rows."""
    keys = [row.key for row in rows if row.base_fen is not None]
    return list(Member.objects.filter(key__in=keys).values_list("pk", flat=True))


def file_name(branch: str, year: int) -> str:
    return _("%(branch)s dues ledger %(year)s.xlsx") % {"branch": branch, "year": year}


@transaction.atomic
def export_bases(*, branch: Organization, year: int, target: IO[bytes], reason: str, by: User) -> None:
    """Write the ledger with bases, and on record whose they are; each counts as one value revealed.

    Raises Refused for a reason that says nothing, or more people than one person may look at alone.
    """
    rows = ledger_rows(branch, year, bases=True)
    members = whose_bases(rows)
    demand_substance(reason)
    refuse_too_many(by, people=len(members), now=timezone.now())
    write_year(rows, target, branch=branch.name, year=year, bases=True)
    _record(members, place=branch, year=year, reason=reason, by=by)


def _record(members: Sequence[int], *, year: int, **given: Any) -> None:
    """Whose bases they are: each of them can read it."""
    whose: dict[str, Any] = {"fields": ["dues_base"], "members": members}
    record_export(action="export_dues_bases", rows=len(members), details={"year": year}, **whose, **given)


class LedgerKind:
    """Made in the background only where a second person agreed."""

    title = gettext_lazy("Dues ledger with bases")
    holds = gettext_lazy("Monthly bases for dues")

    def write(self, export: Export, target: Path, *, by: User, on: date, go_on: GoOn) -> ExportContents:
        branch, year = _branch(export), export.parameters["year"]
        if not (by.is_active and export.settled_by_id and by.access.may(Capability.FIX_BASES, branch.path)):
            raise NotMade(ExportProblem.NO_RIGHT)
        rows = ledger_rows(branch, year, bases=True)
        members = whose_bases(rows)
        if len(members) > export.total:
            raise NotMade(ExportProblem.GREW)
        with target.open("wb") as file:
            write_year(rows, file, branch=branch.name, year=year, bases=True)
        go_on(len(members))
        return ExportContents(len(members), [branch.code], members)

    def record(self, export: Export, written: ExportContents) -> None:
        _record(
            written.members,
            place=_branch(export),
            year=export.parameters["year"],
            reason=export.parameters["reason"],
            by=export.asked_by,
            agreed_by=export.settled_by,
        )

    def may_take(self, export: Export, user: User) -> bool:
        return covered(export, user.access.paths(Capability.FIX_BASES))

    def address(self, export: Export) -> str:
        asked = {"org": export.parameters["branch"], "year": export.parameters["year"]}
        return f"{reverse('dues:ledger-year')}?{urlencode(asked)}"

    def file_name(self, export: Export) -> str:
        return file_name(_branch(export).name, export.parameters["year"])


LEDGER = LedgerKind()


def _branch(export: Export) -> Organization:
    return Organization.objects.get(code=export.parameters["branch"])
