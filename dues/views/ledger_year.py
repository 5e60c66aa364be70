"""The customary ledger of a branch and year: on a page that prints, and as a workbook."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dues.exporting.ledger import NAME, export_bases, file_name, parameters_of, whose_bases
from dues.forms.ledgers import LedgerYearForm
from dues.importing.ledger_returning import remark_of, write_year
from dues.queries.ledger_year import ledger_rows, month_sums
from dues.services.exports import put_ledger_export_on_record
from members.choices import Capability
from members.downloads import written
from members.models import Organization
from members.places import branch_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.second_person import ask_second
from members.services.private import may_take_alone
from members.services.refused import Refused

REASON = 200
"""Characters that a reason has room for."""


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
    """The same as a workbook, always without bases; that it was taken is on record."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    year = LedgerYearForm(request.GET).chosen_year(request.today.year)
    rows = ledger_rows(branch, year, bases=False)
    put_ledger_export_on_record(place=branch, year=year, rows=len(rows), by=request.user)
    return written(
        file_name(branch.name, year),
        lambda file: write_year(rows, file, branch=branch.name, year=year, bases=False),
    )


@requires(Capability.FIX_BASES)
@require_POST
def ledger_bases(request: PageRequest) -> HttpResponseBase:
    """The workbook with bases: for a reason, each person counted, and of many people only by two persons."""
    branch = branch_asked_for(request, Capability.FIX_BASES)
    year = LedgerYearForm(request.GET).chosen_year(request.today.year)
    reason = request.POST.get("reason", "")[:REASON].replace("\0", "")
    people = len(whose_bases(ledger_rows(branch, year, bases=True)))
    try:
        if not may_take_alone(request.user, people=people, now=timezone.now()):
            return _ask_second(request, branch, year, reason, people)
        return written(
            file_name(branch.name, year),
            lambda file: export_bases(branch=branch, year=year, target=file, reason=reason, by=request.user),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('dues:ledger-year')}?{urlencode({'org': branch.code, 'year': year})}")


def _ask_second(request: PageRequest, branch: Organization, year: int, reason: str, people: int) -> HttpResponse:
    parameters = parameters_of(branch=branch, year=year, reason=reason)
    return ask_second(
        request, kind=NAME, parameters=parameters, organization=branch, total=people, covers=[branch.code]
    )
