"""The customary ledger of a branch and year: on a page that prints, and as a workbook."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dues.forms.ledgers import LedgerYearForm
from dues.importing.ledger_returning import remark_of, write_year
from dues.queries.ledger_year import ledger_rows, month_sums
from dues.services.exports import put_ledger_export_on_record
from members.choices import Capability
from members.downloads import written
from members.places import branch_asked_for
from members.policy import requires
from members.requests import PageRequest


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def ledger_year(request: PageRequest) -> HttpResponse:
    """Who paid how much in which month; bases only for whoever fixes them."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    bases = request.user.standing.may(Capability.FIX_BASES, branch.path)
    form = LedgerYearForm(request.GET)
    year = form.chosen_year(request.today.year)
    rows = ledger_rows(branch, year, bases=bases)
    context = {
        "branch": branch,
        "year": year,
        "form": LedgerYearForm(initial={"org": branch.code, "year": year}),
        "bases": bases,
        "months": range(1, 13),
        "rows": [(row, remark_of(row)) for row in rows],
        "carried": sum(row.carried_fen for row in rows),
        "sums": month_sums(rows),
    }
    return render(request, "dues/ledger_year.html", context)


@requires(Capability.VIEW_DUES)
@require_safe
def ledger_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken, and whether with bases, is on record."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    bases = request.user.standing.may(Capability.FIX_BASES, branch.path)
    year = LedgerYearForm(request.GET).chosen_year(request.today.year)
    rows = ledger_rows(branch, year, bases=bases)
    put_ledger_export_on_record(place=branch, year=year, rows=len(rows), bases=bases, by=request.user)
    name = _("%(branch)s dues ledger %(year)s.xlsx") % {"branch": branch.name, "year": year}
    return written(name, lambda file: write_year(rows, file, branch=branch.name, year=year, bases=bases))
