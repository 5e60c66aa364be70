"""The committee's overview, batches handed up, and large voluntary dues."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.units import last_day, yuan
from dues.upwards import services
from dues.upwards.forms import (
    CentreReceiptForm,
    HandOverForm,
    LargeForm,
    PeriodForm,
    ReasonForm,
    ReceivedForm,
    RemittanceForm,
    SendUpForm,
)
from dues.upwards.models import DuesUse, LargeDues, Remittance
from dues.upwards.queries import BranchSums, branch_sums, next_period, not_handed_up
from dues.upwards.services import confirm_remittance, hand_up, remittance_rule, take_back_remittance
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models import Member, Organization
from members.pages.queries import names_of
from members.pages.requests import (
    PageRequest,
    branch_asked_for,
    branches_offered,
    place_asked_for,
    try_on_form,
    workbook,
)
from members.paths import subtree
from members.refused import Refused
from members.regulations.queries import in_force_at
from members.workbooks.writing import Sheet
from rulebook.book import rule
from rulebook.rule import NoRule, Rule

ON_A_PAGE = 30
GIVERS_SEEN_BY = (Capability.VIEW_DUES, Capability.APPROVE_DUES)
Step = Callable[..., None]
STEPS: dict[str, tuple[type[forms.Form], Capability, Step]] = {
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
    context = {
        "page": Paginator(rows.order_by("-given_on", "key"), ON_A_PAGE).get_page(request.GET.get("page")),
        "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY),
        "may_record": Capability.RECORD_DUES in request.user.access.capabilities,
        "rule": rule("dues.large.threshold", request.today),
    }
    return render(request, "dues/upwards/large_list.html", context)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def large_new(request: PageRequest) -> HttpResponse:
    """A member gave a thousand yuan or more at once."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    members = Member.objects.below(branch.path).in_roster_order()
    form = LargeForm(request.POST or None, members=members, initial={"given_on": request.today})
    if form.is_valid():
        large = LargeDues(organization=branch, **form.cleaned_data)
        if try_on_form(form, lambda: services.record_large(large, by=request.user, on=request.today)):
            return redirect("dues:large-detail", key=large.pk)
    context = {
        "form": form,
        "branch": branch,
        "branches": branches_offered(request, Capability.RECORD_DUES),
        "rule": rule("dues.large.threshold", request.today),
    }
    return render(request, "dues/upwards/large_new.html", context)


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


SUMS = (
    "charged_fen", "waived_fen", "settled_fen", "carried_fen", "carried_settled_fen", "due_fen", "earlier_fen",
    "this_month_fen", "remitted_fen",
)  # fmt: skip


@requires(Capability.COUNT_DUES)
@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """Charged, paid, open and handed up, a line a branch; no amount of anybody."""
    place, form, lines = _asked(request)
    first, last = form.period(request.today)
    context = {
        "place": place,
        "form": form,
        "first": first,
        "last": last,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": _total(lines),
        "query": request.GET.urlencode(),
        "may_see_large": request.user.access.may_any(GIVERS_SEEN_BY),
    }
    return render(request, "dues/upwards/overview.html", context)


@requires(Capability.COUNT_DUES)
@require_safe
def overview_export(request: PageRequest) -> FileResponse:
    """The same as a workbook, with each batch and each use on sheets of their own."""
    place, form, lines = _asked(request)
    headings = [
        _("Branch"), _("Charged"), _("Waived or reduced"), _("Paid"), _("Carried over"),
        _("Collected of what was carried over"), _("Due and unpaid"), _("Open from earlier"), _("This month, unpaid"),
        _("Handed up"),
    ]  # fmt: skip
    sums = Sheet(_("Dues"), headings, _cells(lines))
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


def _total(lines: list[BranchSums]) -> dict[str, int]:
    return {name: sum(getattr(line, name) for line in lines) for name in SUMS}


def _cells(lines: list[BranchSums]) -> Iterator[list[Any]]:
    for line in lines:
        yield [line.branch.name, *(yuan(getattr(line, name)) for name in SUMS)]


@requires(Capability.RECORD_DUES, Capability.COUNT_DUES)
@require_safe
def remittance_list(request: PageRequest) -> HttpResponse:
    """What was handed up, what waits for the committee's word, newest first."""
    rows = Remittance.objects.visible_to(request.user).select_related("organization", "receiver")
    if request.GET.get("waiting"):
        rows = rows.unconfirmed()
    access = request.user.access
    context = {
        "page": Paginator(rows.order_by("-sent_on", "key"), ON_A_PAGE).get_page(request.GET.get("page")),
        "only_waiting": bool(request.GET.get("waiting")),
        "confirms": Capability.APPROVE_DUES in access.capabilities,
        "records": Capability.RECORD_DUES in access.capabilities,
        "may_see_large": access.may_any(GIVERS_SEEN_BY),
        "received_form": ReceivedForm(initial={"received_on": request.today}),
    }
    return render(request, "dues/upwards/remittances.html", context)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def remittance_new(request: PageRequest) -> HttpResponse:
    """Choose the months, see what is in them and the committee's share, hand it up."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    first, last = next_period(branch, request.today)
    form = RemittanceForm(request.POST or None, initial={"first": first, "last": last, "sent_on": request.today})
    if form.is_valid():
        given = {"branch": branch, "by": request.user, "on": request.today, **form.cleaned_data}
        if try_on_form(form, lambda: hand_up(**given)):
            messages.success(request, _("Handed up. The committee confirms when the money has arrived."))
            return redirect("dues:remittance-list")
    waiting = not_handed_up(branch, first, last)
    context = {
        "form": form,
        "branch": branch,
        "branches": branches_offered(request, Capability.RECORD_DUES),
        "collected_fen": sum(payment.amount_fen for payment in waiting),
        "count": len(waiting),
        "ratio": _ratio(branch, request),
    }
    return render(request, "dues/upwards/remittance_new.html", context)


@requires(Capability.APPROVE_DUES)
@require_POST
def remittance_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee has the money."""
    remittance = get_in_scope(request, Remittance.objects.all(), pk=key)
    form = ReceivedForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Write the day on which the money arrived, like 2026-03-05."))
        confirm_remittance(remittance, by=request.user, on=request.today, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Confirmed."))
    return redirect("dues:remittance-list")


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def remittance_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Undo a batch that the committee hasn't confirmed."""
    remittance = get_in_scope(request, Remittance.objects.select_related("organization"), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and try_on_form(
        form, lambda: take_back_remittance(remittance, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Taken back: the payments can be handed up again."))
        return redirect("dues:remittance-list")
    return render(request, "dues/upwards/remittance_take_back.html", {"form": form, "remittance": remittance})


def _ratio(branch: Organization, request: PageRequest) -> Rule | None:
    try:
        return remittance_rule(request.today, in_force_at(branch.path, on=request.today))
    except NoRule:
        return None
