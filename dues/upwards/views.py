"""The committee's overview, batches handed up, and large voluntary dues."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.templatetags.dues import yuan as fen_in_yuan
from dues.units import last_day
from dues.upwards import services
from dues.upwards.forms import (
    CentreReceiptForm,
    HandOverForm,
    LargeForm,
    PeriodForm,
    ReceivedForm,
    RemittanceForm,
    SendUpForm,
    WaitingForm,
)
from dues.upwards.lists import BRANCHES, LARGE, REMITTANCES, SUMS, USES, Batch, large_badges
from dues.upwards.models import DuesUse, LargeDues, Remittance
from dues.upwards.queries import BranchSums, branch_sums, next_period, not_handed_up
from dues.upwards.services import confirm_remittance, hand_up, remittance_rule, take_back_remittance
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models import Member, Organization
from members.pages.forms import ReasonForm
from members.pages.listing import PAGE, Nothing, excel
from members.pages.queries import names_of
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    branch_asked_for,
    branches_offered,
    place_asked_for,
    try_on_form,
    workbook,
)
from members.pages.steps import Button, Crumb, Step, form_page
from members.paths import subtree
from members.regulations.queries import in_force_at
from members.workbooks.writing import Sheet
from rulebook.book import rule
from rulebook.rule import NoRule, Rule

GIVERS_SEEN_BY = (Capability.VIEW_DUES, Capability.APPROVE_DUES)
TABS = "dues/upwards/tabs.html"
BY_RATIO = _(
    "A branch keeps no money of its own: what came in goes to the committee, by the committee's ratio, and the "
    "committee says when it has arrived."
)
FIRST_BATCH = _("Nothing was handed up yet. When dues have come in, hand them up month by month.")


def _batches() -> Crumb:
    return _("Handed up"), reverse("dues:remittance-list")


STEPS: dict[str, tuple[type[forms.Form], Capability, Callable[..., None]]] = {
    "send-up": (SendUpForm, Capability.RECORD_DUES, services.send_up),
    "take-in": (ReceivedForm, Capability.APPROVE_DUES, services.take_in),
    "note-receipt": (CentreReceiptForm, Capability.APPROVE_DUES, services.note_receipt),
    "hand-over": (HandOverForm, Capability.RECORD_DUES, services.hand_over),
}
"""In their order: the form, who takes the step, and what takes it."""


@signed_in
@require_safe
def large_list(request: PageRequest) -> HttpResponse:
    """Newest first, with how far each has come; members find what they gave themselves."""
    rows = LargeDues.objects.visible_to(request.user).select_related("organization", "member")
    found, may = rule("dues.large.threshold", request.today), request.user.access
    return LARGE.shown(request, LARGE.ordered(request, rows)).answer(
        title=_("Large voluntary dues"),
        lead=f"{found.says} {found.citation}",
        buttons=[
            Capability.RECORD_DUES in may.capabilities
            and Button(_("Record"), reverse("dues:large-new"), "plus-lg", primary=True)
        ],
        prints=False,
        template=TABS if may.may_any(GIVERS_SEEN_BY) else PAGE,
        more={"may_see_large": True},
    )


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def large_new(request: PageRequest) -> HttpResponse:
    """A member gave a thousand yuan or more at once."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    members = Member.objects.below(branch.path).in_roster_order()
    found = rule("dues.large.threshold", request.today)

    def act(typed: dict[str, Any]) -> LargeDues:
        return services.record_large(LargeDues(organization=branch, **typed), by=request.user, on=request.today)

    return form_page(
        request,
        LargeForm(request.POST or None, members=members, initial={"given_on": request.today}),
        act,
        Step(_("Record large dues"), _("Record")),
        lambda large: reverse("dues:large-detail", args=[large.pk]),
        crumbs=[(_("Large voluntary dues"), reverse("dues:large-list"))],
        notes=[f"{found.says} {found.citation}"],
        template="dues/upwards/branch_choice.html",
        more={"branch": branch, "branches": branches_offered(request, Capability.RECORD_DUES)},
    )


@signed_in
@require_safe
def large_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """How far it has come, and the next step for whoever takes it."""
    large = get_in_scope(request, LargeDues.objects.select_related("organization", "member"), pk=key)
    return render(request, "dues/upwards/large_detail.html", _page(request, large))


@requires(Capability.RECORD_DUES, Capability.APPROVE_DUES)
@require_POST
def large_step(request: PageRequest, key: UUID, step: str) -> HttpResponse:
    """Take the next step."""
    large = get_in_scope(request, LargeDues.objects.select_related("organization", "member"), pk=key)
    if step in STEPS and not _may(request, large, step):
        raise PermissionDenied
    if step != _next(large):
        messages.error(request, _("This step was taken already, or isn't the next one."))
        return redirect("dues:large-detail", key=key)
    form_class, _capability, take = STEPS[step]
    form = form_class(request.POST)
    if form.is_valid():
        given = {"by": request.user, **form.cleaned_data, **_on(request, step)}
        if try_on_form(form, lambda: take(large, **given)):
            messages.success(request, _("Recorded."))
            return redirect("dues:large-detail", key=key)
    return render(request, "dues/upwards/large_detail.html", _page(request, large) | {"form": form})


def _page(request: PageRequest, large: LargeDues) -> dict[str, Any]:
    step = _next(large)
    form = STEPS[step][0](initial=_initial(request, step)) if step and _may(request, large, step) else None
    return {
        "large": large,
        "profile": large.profile if _sees_profile(request, large) else "",
        "step": step,
        "form": form,
        "rule": rule("dues.large.threshold", large.given_on),
        "names": names_of([large.received_by]),
        "badges": tuple(large_badges(large, request.today)),
    }


def _sees_profile(request: PageRequest, large: LargeDues) -> bool:
    """What the branch wrote about the giver goes up with the money, not to the giver."""
    return any(request.user.access.may(one, large.organization.path) for one in GIVERS_SEEN_BY)


def _next(large: LargeDues) -> str:
    """The step that comes next; empty when all were taken."""
    taken = (large.sent_up_on, large.received_on, large.centre_receipt, large.handed_over_on)
    return next((step for step, done in zip(STEPS, taken, strict=True) if not done), "")


def _may(request: PageRequest, large: LargeDues, step: str) -> bool:
    return request.user.access.may(STEPS[step][1], large.organization.path)


def _on(request: PageRequest, step: str) -> dict[str, Any]:
    return {} if step == "note-receipt" else {"on": request.today}


def _initial(request: PageRequest, step: str) -> dict[str, Any]:
    days = ("sent_up_on", "received_on", "handed_over_on")
    return {name: request.today for name in days if name in STEPS[step][0].base_fields}


def upwards_sheets(place: Organization, first: date, last: date, named: str) -> tuple[Sheet, Sheet]:
    """Of the months `first` to `last`, at the place and below it, where the organization is named so."""
    here = {"organization__name__contains": named} if named else {}
    below = subtree("organization__path", [place.path])
    remittances = Remittance.objects.filter(below, **here, last_month__range=(first, last))
    uses = DuesUse.objects.filter(below, **here, used_on__range=(first, last_day(last)))
    batches = remittances.select_related("organization").order_by("sent_on", "key")
    spent = uses.select_related("organization").order_by("used_on", "key")
    spent_on = USES.sheet(_("Use of dues"), spent, on=last)
    return REMITTANCES.sheet(_("Handed up"), batches, on=last), replace(spent_on, widths={str(_("For what")): 32})


@requires(Capability.COUNT_DUES)
@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """Charged, paid, open and handed up, a line a branch; no amount of anybody."""
    place, form, lines = _asked(request)
    first, last = form.period(request.today)
    total = {name: sum(getattr(line, name) for line in lines) for name in SUMS}
    without = set() if total["carried_fen"] else {"carried_fen", "carried_settled_fen"}
    without |= set() if total["earlier_fen"] else {"earlier_fen"}
    words = _("The branches with most that is open come first.")
    return BRANCHES.shown(request, lines, form=form, without=without).answer(
        title=_("Dues of the branches"),
        lead=f"{place.name} · {first:%Y-%m} – {last:%Y-%m} · {words}",
        buttons=[excel(request, reverse("dues:overview-export"))],
        template="dues/upwards/overview.html",
        more={"total": total, "first": first, "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY)},
    )


@requires(Capability.COUNT_DUES)
@require_safe
def overview_export(request: PageRequest) -> FileResponse:
    """The same as a workbook, with each batch and each use on sheets of their own."""
    place, form, lines = _asked(request)
    sums = BRANCHES.sheet(_("Dues"), lines, on=request.today)
    more = upwards_sheets(place, *form.period(request.today), _named(request))
    return workbook(_("Dues %(place)s.xlsx") % {"place": place.name}, sums, *more)


def _asked(request: PageRequest) -> tuple[Organization, PeriodForm, list[BranchSums]]:
    place = place_asked_for(request, Capability.COUNT_DUES)
    form = PeriodForm(request.GET or None)
    first, last = form.period(request.today)
    wanted = _named(request)
    lines = branch_sums(place.path, first, last, on=request.today)
    return place, form, [line for line in lines if wanted in line.branch.name]


def _named(request: PageRequest) -> str:
    return request.GET.get("q", "").strip()


@requires(Capability.RECORD_DUES, Capability.COUNT_DUES)
@require_safe
def remittance_list(request: PageRequest) -> HttpResponse:
    """What was handed up, what waits for the committee's word, newest first."""
    access, new = request.user.access, reverse("dues:remittance-new")
    confirms, records = (one in access.capabilities for one in (Capability.APPROVE_DUES, Capability.RECORD_DUES))
    form = WaitingForm(request.GET)
    rows = form.narrow(Remittance.objects.visible_to(request.user).select_related("organization", "receiver"))
    first = Nothing(FIRST_BATCH, "send", _("Hand up"), new)
    return REMITTANCES.shown(
        request,
        REMITTANCES.ordered(request, rows),
        form=form,
        lines=lambda rows: [Batch(one, confirms, records) for one in rows],
        nothing=first if records else None,
    ).answer(
        title=_("Handed up"),
        lead=BY_RATIO,
        buttons=[
            records and Button(_("Hand up"), new, "send", primary=True),
            Button(_("Excel"), reverse("dues:overview-export"), "download"),
        ],
        prints=False,
        template=TABS,
        more={"may_see_large": access.may_any(GIVERS_SEEN_BY)},
    )


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def remittance_new(request: PageRequest) -> HttpResponse:
    """Choose the months, see what is in them and the committee's share, hand it up."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    first, last = next_period(branch, request.today)
    waiting = not_handed_up(branch, first, last)
    act = partial(hand_up, branch=branch, by=request.user, on=request.today)
    done = _("Handed up. The committee confirms when the money has arrived.")
    return form_page(
        request,
        RemittanceForm(request.POST or None, initial={"first": first, "last": last, "sent_on": request.today}),
        lambda typed: act(**typed),
        Step(_("Hand up"), _("Hand up"), done),
        "dues:remittance-list",
        crumbs=[_batches()],
        template="dues/upwards/remittance_new.html",
        more={
            "branch": branch,
            "branches": branches_offered(request, Capability.RECORD_DUES),
            "collected_fen": sum(payment.amount_fen for payment in waiting),
            "count": len(waiting),
            "ratio": _ratio(branch, request),
        },
    )


@requires(Capability.APPROVE_DUES)
@require_http_methods(FORM_METHODS)
def remittance_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee has the money."""
    remittance = get_in_scope(request, Remittance.objects.select_related("organization"), pk=key)
    form = ReceivedForm(request.POST or None, initial={"received_on": request.today})
    act = partial(confirm_remittance, remittance, by=request.user, on=request.today)
    step = Step(_("Confirm that it has arrived"), _("Confirm that it has arrived"), _("Confirmed."))
    return form_page(request, form, lambda typed: act(**typed), step, "dues:remittance-list", **_about(remittance))


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def remittance_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Undo a batch that the committee hasn't confirmed."""
    remittance = get_in_scope(request, Remittance.objects.select_related("organization"), pk=key)
    act = partial(take_back_remittance, remittance, by=request.user)
    step = Step(
        _("Take a batch back"),
        _("Take back"),
        _("Taken back: the payments can be handed up again."),
        _("Take this batch back? Its payments can then be handed up again."),
    )
    form = ReasonForm(request.POST or None)
    return form_page(request, form, lambda typed: act(**typed), step, "dues:remittance-list", **_about(remittance))


def _about(batch: Remittance) -> dict[str, Any]:
    """What stands on the steps of a batch."""
    months = f"{batch.first_month:%Y-%m} – {batch.last_month:%Y-%m}"
    lead = f"{batch.organization.name} · {months} · {fen_in_yuan(batch.amount_fen)} {_('yuan')}"
    return {"crumbs": [_batches()], "lead": lead}


def _ratio(branch: Organization, request: PageRequest) -> Rule | None:
    try:
        return remittance_rule(request.today, in_force_at(branch.path, on=request.today))
    except NoRule:
        return None
