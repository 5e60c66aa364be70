"""Bases, and the year of charging."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.arrears.grid import people_of
from dues.charging.forms import YEARS, BasisForm, CategoryForm, ChargeForm, CloseForm, YearForm
from dues.charging.queries import (
    BaseLine,
    MonthLine,
    base_fen_of,
    base_from,
    base_lines,
    history_of,
    lines_of,
    month_lines,
    offered_months,
    parts_of,
    progress_in,
    progress_of,
    retired_of,
)
from dues.charging.services import (
    Kept,
    Source,
    charge_month,
    close_month,
    computed,
    fix_bases,
    fix_basis,
    from_last_year,
    from_roster,
    keep_basis,
    would_fix,
)
from dues.fields import DUES
from dues.ledger.models import Basis, ClosedMonth
from dues.ledger.queries import branch_of
from dues.papers import Touched, paper_page, touched_by, unseen
from dues.templatetags.dues import month as month_in_words, yuan as fen_in_yuan
from dues.units import first_month, month_of, months_between, yuan
from members.access.policy import get_in_scope, requires, signed_in
from members.access.queries import holders, in_words, named_offices
from members.choices import Capability, DuesCategory
from members.models import Member, Organization
from members.pages.listing import Badge, Listing, Nothing, Shown, drawn, linked, money, number, text
from members.pages.requests import FORM_METHODS, PageRequest, address, branch_asked_for, branches_offered, try_on_form
from members.pages.steps import Button, Step, form_page
from members.refused import Refused
from rulebook.book import rule
from rulebook.rules.dues import MonthlyDues


def _category_in_words(line: BaseLine) -> str | None:
    basis = line.now or line.last
    return (basis.get_category_display() if basis else line.member.get_dues_category_display()) or None


def _last_in_words(line: BaseLine) -> str:
    if (fen := line.last_fen) is not None:
        return fen_in_yuan(fen)
    return _("%(fen)s a month") % {"fen": fen_in_yuan(line.last.amount_fen)} if line.last else ""


def _now_in_words(line: BaseLine) -> object:
    if (fen := line.now_fen) is not None:
        return fen_in_yuan(fen)
    return _("flat amount") if line.now else ""


def _not_fixed(line: BaseLine, _on: date) -> list[Badge]:
    return [] if line.now else [(_("Not fixed yet"), "warn")]


def _capped(line: BaseLine, _on: date) -> list[Badge]:
    return [(_("general cap"), "info")] if line.now and line.now.capped else []


BASES = Listing(
    columns=[
        linked("name", _("Name"), "member.name", url=lambda one: reverse("dues:basis-history", args=[one.member.key])),
        text("category", _("Category"), _category_in_words),
        text("last", _("Last year's base"), _last_in_words, style="number"),
        money("roster", _("What the roster says"), "roster_fen"),
        text("now", _("New base"), _now_in_words, style="number", badges=_not_fixed),
        text(
            "monthly",
            _("A month, in yuan"),
            lambda line: fen_in_yuan(line.now.amount_fen) if line.now else None,
            style="number",
            badges=_capped,
        ),
        replace(drawn("acts", _("Actions"), "dues/charging/bases.html#acts"), is_untitled=True, style="phone-act"),
    ],
    phone=["name", "now", "monthly"],
    nothing=Nothing(
        _("Nobody is on this roster yet."), "people", _("Upload the roster"), reverse_lazy("members:import-list")
    ),
    size=1_000,
)


class YearMonth(NamedTuple):
    line: MonthLine
    branch: Organization


def _would(row: YearMonth) -> str:
    """What charging would do, in words."""
    if row.line.closed or not row.line.to_do:
        return ""
    missing, unfit, fen = row.line.survey.missing, row.line.unfit, fen_in_yuan(row.line.survey.missing_fen)
    new = ngettext("%(counter)s new charge, %(fen)s yuan", "%(counter)s new charges, %(fen)s yuan in all", missing)
    wrong = ngettext("%(counter)s to be put right", "%(counter)s to be put right", unfit)
    said = [new % {"counter": missing, "fen": fen} if missing else "", wrong % {"counter": unfit} if unfit else ""]
    return " ".join(filter(None, said))


def _month_badges(row: YearMonth, _on: date) -> list[Badge]:
    if row.line.closed:
        return [(_("Closed"), "quiet")]
    return [] if row.line.to_do else [(_("Nothing to do"), "good")]


MONTHS = Listing(
    columns=[
        text("month", _("Month"), lambda row: month_in_words(row.line.month)),
        number("already", _("Members charged"), lambda row: None if row.line.closed else row.line.survey.already),
        money("owed", _("Owed, in yuan"), "line.owed_fen"),
        text("would", _("What charging would do"), _would, badges=_month_badges),
        replace(drawn("acts", _("Actions"), "dues/charging/charging.html#acts"), is_untitled=True),
    ],
    phone=["month", "would", "already", "owed"],
    nothing=Nothing(_("This year hasn't begun."), "calendar"),
)
KEPT = Listing(
    columns=[
        text("name", _("Name"), "member.name"),
        text("category", _("Category"), lambda one: str(one.category) if one.category else None),
        number("base", _("Base"), lambda one: _base_in_words(one)),
        number("was", _("A month so far"), lambda one: _fen_or_dash(one.was_fen)),
        text(
            "will",
            _("A month, in yuan"),
            lambda one: "" if one.refusal else _fen_or_dash(one.amount_fen),
            style="number",
            below=lambda one: _("Left out: %(why)s") % {"why": one.refusal} if one.refusal else "",
        ),
    ],
    phone=["name", "will", "category", "base", "was"],
    nothing=Nothing(_("Nobody is on this roster yet."), "people"),
    size=500,
)
CLOSED_FOR_GOOD = _(
    "A closed month stays closed. Charges in it are neither added nor corrected, even when a fact turns out to be "
    "wrong. Money for it can still come in."
)


def _fen_or_dash(fen: int | None) -> str | None:
    return None if fen is None else fen_in_yuan(fen)


def _base_in_words(one: Kept) -> object:
    return _fen_or_dash(one.base_fen) if one.base_fen is not None or one.refusal else _("flat amount")


@requires(Capability.FIX_BASES)
@never_cache
@require_safe
def basis_list(request: PageRequest) -> HttpResponse:
    """Everybody of the branch with last year's base, what the roster says, and the new one."""
    branch = branch_asked_for(request, Capability.FIX_BASES)
    year = YearForm(request.GET).chosen(request.today)
    lines = base_lines(branch, year)
    fixed, waiting = [one for one in lines if one.now], [one for one in lines if not one.now]
    more = {
        "fixed": BASES.shown(request, fixed) if fixed and waiting else None,
        "progress": progress_in(lines),
        "keepable": sum(line.keepable for line in lines),
        "takeable": any(line.is_known for line in lines) and sum(line.takeable for line in lines),
        "rule": rule("dues.base.fix", request.today),
        "readers": _readers(branch, request),
    }
    charging = Button(_("Charging"), address("dues:charging", org=branch.code), "cash-coin")
    return BASES.shown(request, waiting or fixed).answer(
        title=_("Bases for %(year)s") % {"year": year},
        crumbs=[DUES],
        buttons=[*(Button(str(one), _list_of(branch, one)) for one in (year - 1, year + 1)), charging],
        prints=False,
        lead=branch.name,
        template="dues/charging/bases.html",
        more={**more, **_of_branch(request, branch, year)},
    )


def _of_branch(request: PageRequest, branch: Organization, year: int) -> dict[str, Any]:
    return {"branch": branch, "year": year, "branches": branches_offered(request, Capability.FIX_BASES)}


@requires(Capability.FIX_BASES)
@never_cache
@require_POST
def basis_keep_all(request: PageRequest, code: str, year: int) -> HttpResponse:
    """Last year's base for everybody who has one and none for this year."""
    branch = get_in_scope(request, Organization.objects.branches(), code=code)
    members = [line.member for line in base_lines(branch, _possible(year)) if line.keepable]
    title = _("Keep last year's bases for %(year)s") % {"year": year}
    return _fix_all(request, branch, year, members, from_last_year, title, KEPT.shown)


@requires(Capability.FIX_BASES)
@never_cache
@require_POST
def basis_take_over(request: PageRequest, code: str, year: int) -> HttpResponse:
    """What the roster says of everybody without a base, where it isn't doubtful: a branch's first dues."""
    branch = get_in_scope(request, Organization.objects.branches(), code=code)
    members = [line.member for line in base_lines(branch, _possible(year)) if line.takeable]
    begins = first_month(year, branch.known_first_day())
    source = partial(from_roster, valid_from=begins, retired=retired_of(members, request.today))
    title = _("Bases for %(year)s from the roster") % {"year": year}
    shown = partial(KEPT.shown, without={"was"})
    return _fix_all(request, branch, year, members, source, title, shown)


def _fix_all(
    request: PageRequest,
    branch: Organization,
    year: int,
    members: list[Member],
    source: Source,
    title: str,
    shown: Callable[..., Shown],
) -> HttpResponse:
    """Bases of many: what would be stored is shown first, with what is left out and why; stored by the second press."""
    run = partial(fix_bases, members, year, source, by=request.user, on=request.today)
    would = would_fix(members, year, source, on=request.today)
    touched = touched_by(run, members=[one.pk for one in members], branch=branch, on=request.today)
    seen = hashlib.sha256(repr((would, touched)).encode()).hexdigest()[:16]
    is_seen = not members or request.POST.get("seen") == seen
    count, url = sum(not one.refusal for one in would), _list_of(branch, year)
    keep = ngettext("Keep %(counter)s base", "Keep %(counter)s bases", count) % {"counter": count}
    label = keep if source is from_last_year else _("Fix")
    return form_page(
        request,
        Form(request.POST if is_seen else None),
        lambda _typed: run(),
        Step(title, label, lambda n: ngettext("%(n)s base is fixed.", "%(n)s bases are fixed.", n) % {"n": n}),
        url,
        crumbs=[DUES, (_("Bases for %(year)s") % {"year": year}, url)],
        lead=branch.name,
        within="dues/touched.html#keep",
        more={"listing": shown(request, would), "would": would, "touched": touched, "seen": seen},
    )


@requires(Capability.FIX_BASES)
@never_cache
@require_POST
def basis_keep(request: PageRequest, member: UUID, year: int) -> HttpResponse:
    """Last year's base for one; with htmx the answer is the row and the progress."""
    person = get_in_scope(request, Member.objects.all(), key=member)
    branch = branch_of(person)
    if branch is None:
        raise Http404
    try:
        keep_basis(person, _possible(year), by=request.user, on=request.today)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(_list_of(branch, year))
    if not request.htmx:
        return redirect(f"{_list_of(branch, year)}#row-{person.pk}")
    row = BASES.row(request, lines_of([person], year)[0])
    context = {"row": row, "progress": progress_of(branch, year), "is_patch": True}
    return render(request, "dues/charging/bases.html#patch", context)


@requires(Capability.FIX_BASES)
@never_cache
@require_http_methods(FORM_METHODS)
def basis_fix(request: PageRequest, member: UUID, year: int) -> HttpResponse:
    """What counts and what doesn't, item by item; with `show` only what it would come to."""
    person = get_in_scope(request, Member.objects.all(), key=member)
    line = lines_of([person], _possible(year))[0]
    typed = request.POST if request.method == "POST" else request.GET
    category = CategoryForm(typed).chosen(_category(line))
    form = BasisForm(
        request.POST or None, member=person, year=year, category=category, initial=_first_values(line, year, request)
    )
    shown, touched = _shown(request, form) if form.is_valid() else (None, None)
    if form.is_valid() and "show" not in request.POST and not touched and _fixed(request, form):
        branch = branch_of(person)
        return redirect(_list_of(branch, year) if branch else reverse("dues:basis-history", args=[person.key]))
    context = {"form": form, "member": person, "year": year, "line": line, "shown": shown, "touched": touched}
    choice = {"choice": CategoryForm(initial={"category": category}), "category": DuesCategory(category).label}
    return render(request, "dues/charging/basis_fix.html", context | choice)


@signed_in
@never_cache
@require_safe
def basis_history(request: PageRequest, key: UUID) -> HttpResponse:
    """Every base of a member with what was counted: for the officer who fixes them, and the member."""
    member = get_object_or_404(Member.objects.visible_to(request.user, Capability.FIX_BASES), key=key)
    may_fix = request.user.access.may(Capability.FIX_BASES, member.roster_path)
    context = {"member": member, "history": history_of(member), "may_fix": may_fix, "year": request.today.year}
    return render(request, "dues/charging/basis_history.html", context)


def _readers(branch: Organization, request: PageRequest) -> str:
    """Who fixes the bases there today, by name and office: they and the member are all who read one."""
    return in_words(holders(named_offices([branch.path], on=request.today), Capability.FIX_BASES, branch.path))


def _shown(request: PageRequest, form: BasisForm) -> tuple[MonthlyDues | None, Touched | None]:
    """What it would come to, where that was asked for, and what of the months before it would touch."""
    new, by, on = form.new_basis(), request.user, request.today
    touched = unseen(
        request, lambda: fix_basis(new, by=by, on=on), members=[new.member.pk], branch=branch_of(new.member)
    )
    return _what_it_comes_to(form) if "show" in request.POST or touched else None, touched


def _fixed(request: PageRequest, form: BasisForm) -> bool:
    fixed: list[Basis] = []
    done = try_on_form(form, lambda: fixed.append(fix_basis(form.new_basis(), by=request.user, on=request.today)))
    if done:
        facts = {"name": form.member, "yuan": yuan(fixed[0].amount_fen)}
        messages.success(request, _("%(name)s pays %(yuan)s yuan a month.") % facts)
    return done


def _what_it_comes_to(form: BasisForm) -> MonthlyDues | None:
    found: list[MonthlyDues] = []
    try_on_form(form, lambda: found.append(computed(form.new_basis())))
    return found[0] if found else None


def _first_values(line: BaseLine, year: int, request: PageRequest) -> dict[str, Any]:
    """What was fixed last, to be changed; what the roster says only when it is asked for."""
    begins = base_from(line.member, year)
    valid_from = max(begins, month_of(request.today)) if line.now and request.today.year == year else begins
    basis = line.now or line.last
    parts = parts_of(basis) if basis else {}
    base = {} if parts else {"base": base_fen_of(basis)}
    if request.GET.get("take") == "roster":
        parts, base = {}, {"base": line.roster_fen}
    return {"valid_from": valid_from, "decided_on": request.today, **parts, **base}


def _category(line: BaseLine) -> str:
    """As it was fixed last, else as the roster says, else as most pay."""
    basis = line.now or line.last
    return (basis.category if basis else "") or line.member.dues_category or DuesCategory.EMPLOYED


def _possible(year: int) -> int:
    if year not in YEARS:
        raise Http404
    return year


def _list_of(branch: Organization, year: int) -> str:
    return address("dues:basis-list", org=branch.code, year=year)


@requires(Capability.FIX_BASES)
@require_safe
def charging(request: PageRequest) -> HttpResponse:
    """The year's months with what a run would do."""
    branch = branch_asked_for(request, Capability.FIX_BASES)
    year = YearForm(request.GET).chosen(request.today)
    lines = month_lines(branch, year, on=request.today)
    before = _("The branch began after this year.") if year <= request.today.year else _("This year hasn't begun.")
    years = [year - 1, *([year + 1] if year < request.today.year else [])]
    nothing = Nothing(before, "calendar")
    shown = MONTHS.shown(request, lines, lines=lambda rows: [YearMonth(one, branch) for one in rows], nothing=nothing)
    return shown.answer(
        title=_("Charging %(year)s") % {"year": year},
        crumbs=[DUES],
        buttons=[
            *(Button(str(one), _page_of(branch, one)) for one in years),
            Button(_("Bases"), _list_of(branch, year), "list-check"),
            Button(_("Collect dues"), address("dues:collect", org=branch.code), "cash-coin"),
        ],
        prints=False,
        lead=branch.name,
        template="dues/charging/charging.html",
        more={
            **_of_branch(request, branch, year),
            "lines": lines,
            "begins": _begins(lines),
            "to_do": sum(line.to_do for line in lines),
            "without_base": lines[0].survey.without_base if lines else 0,
        },
    )


@requires(Capability.FIX_BASES)
@require_POST
def charge(request: PageRequest, code: str, year: int) -> HttpResponse:
    """Charge one month or all that are offered; what is closed stays."""
    branch, form = _branch(request, code, year), ChargeForm(request.POST)
    if not form.is_valid():
        raise Http404
    run = partial(_charge, branch, form.months(offered_months(branch, year, on=request.today)), request)
    month = form.cleaned_data["month"]
    return paper_page(
        request,
        form,
        run,
        Step(_("Charging %(year)s") % {"year": year}, _("Charge now"), lambda done: _said(*done)),
        _page_of(branch, year),
        members=list(people_of(branch, year).values_list("pk", flat=True)),
        branch=branch,
        lead=f"{branch.name} · {month_in_words(month)}" if month else branch.name,
        **_charging(branch, year),
    )


@transaction.atomic
def _charge(branch: Organization, months: list[date], request: PageRequest) -> tuple[int, int, int]:
    """How many were charged, how much in all, and how many put right."""
    closed = set(ClosedMonth.objects.filter(organization=branch).values_list("month", flat=True))
    runs = [charge_month(branch, one, by=request.user, on=request.today) for one in months if one not in closed]
    return sum(one.charged for one in runs), sum(one.amount_fen for one in runs), sum(one.corrected for one in runs)


@requires(Capability.FIX_BASES)
@require_http_methods(FORM_METHODS)
def close(request: PageRequest, code: str, year: int, month: int) -> HttpResponse:
    """Close a month, after saying what that means."""
    branch = _branch(request, code, year)
    first = next((one for one in months_between(date(year, 1, 1), date(year, 12, 1)) if one.month == month), None)
    if first is None:
        raise Http404
    line = next((one for one in month_lines(branch, year, on=request.today) if one.month == first), None)
    act = partial(close_month, branch, first, by=request.user, on=request.today)
    return form_page(
        request,
        CloseForm(request.POST if request.method == "POST" else None),
        lambda typed: act(confirmed=typed["confirmed"]),
        Step(
            _("Close %(month)s") % {"month": month_in_words(first)},
            _("Close the month"),
            _("%(month)s is closed.") % {"month": f"{first:%Y-%m}"},
        ),
        _page_of(branch, year),
        lead=branch.name,
        notes=[
            f"{_('Owed, in yuan')} {fen_in_yuan(line.owed_fen)}" if line else "",
            _("There is something to charge or correct first") if line and line.to_do else "",
        ],
        notice=CLOSED_FOR_GOOD,
        **_charging(branch, year),
    )


def _charging(branch: Organization, year: int) -> dict[str, Any]:
    return {"crumbs": [DUES, (_("Charging %(year)s") % {"year": year}, _page_of(branch, year))]}


def _branch(request: PageRequest, code: str, year: int) -> Organization:
    _possible(year)
    return get_in_scope(request, Organization.objects.branches(), code=code)


def _begins(lines: list[MonthLine]) -> date | None:
    """The first month that is offered; None: January."""
    first = min((line.month for line in lines if line.is_offered), default=None)
    return first if first and first.month > 1 else None


def _said(charged: int, fen: int, corrected: int) -> str:
    if not charged and not corrected:
        return str(_("Everything was charged already: nothing changed."))
    facts = {"charged": charged, "yuan": yuan(fen), "corrected": corrected}
    first = ngettext(
        "%(charged)s charge made, %(yuan)s yuan.", "%(charged)s charges made, %(yuan)s yuan in all.", charged
    )
    return (first if not corrected else first + " " + _("%(corrected)s put right by reversal.")) % facts


def _page_of(branch: Organization, year: int) -> str:
    return address("dues:charging", org=branch.code, year=year)
