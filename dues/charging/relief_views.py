"""Reliefs: the branch's list and its requests, the committee's answers."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.charging.forms import ApproveForm, DeclineForm, EndReliefForm, ReliefForm
from dues.charging.relief_services import approve_relief, ask_relief, decline_relief, end_relief
from dues.fields import DUES
from dues.ledger.models import Basis, Relief
from dues.ledger.queries import branch_of
from dues.ledger.rules import approval_rule
from dues.papers import paper_page, unseen
from dues.templatetags.dues import month_span
from dues.units import month_of
from dues.upwards.queries import deciding_meetings, readable_meetings
from members.access.policy import get_in_scope, requires
from members.choices import Capability, DuesCategory
from members.fields import opened
from members.models import Member
from members.pages.listing import Badge, Listing, Nothing, badges, linked, text
from members.pages.queries import names_of
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.pages.steps import Step
from rulebook.book import rule_version
from rulebook.dates import add_months

MEETINGS = 12
RELIEFS = Relief.objects.select_related("member", "meeting")


def relief_badges(relief: Relief, on: date) -> Iterator[Badge]:
    if relief.is_waiting:
        yield _("Waiting for the committee"), "warn"
    elif relief.declined_on:
        yield _("Not approved"), "quiet"
    elif relief.valid_until and relief.valid_until <= month_of(on):
        yield _("Over"), "quiet"
    else:
        yield _("In effect"), "good"


WAITS = Case(When(needs_superior=True, approved_on=None, declined_on=None, then=0), default=1)
LISTING = Listing(
    columns=[
        linked("name", _("Name"), "member.name", url=lambda one: reverse("dues:relief-detail", args=[one.key])),
        text("kind", _("Kind"), "get_kind_display", below=lambda one: considered(one) if one.is_waiting else ""),
        text("months", _("Months"), lambda one: month_span(one.valid_from, one.valid_until)),
        badges("state", _("State"), relief_badges),
    ],
    orders={"waiting": (_("Waiting for the committee"), (WAITS, "-valid_from", "key"))},
    phone=["name", "state", "kind", "months"],
    nothing=Nothing(_("No reduction or waiver is on record.")),
)


def considered(relief: Relief) -> str:
    return _("considered on %(day)s") % {"day": relief.decided_on.isoformat()}


@requires(Capability.VIEW_DUES, Capability.APPROVE_DUES)
@require_safe
def relief_list(request: PageRequest) -> HttpResponse:
    """Those that wait for an answer first; a committee sees those of the branches below it."""
    may_ask = Capability.RECORD_DUES in request.user.access.capabilities
    lead = _(
        "Where paying is really hard: the branch considers it and the committee above approves; for the retired the "
        "branch decides alone."
    )
    begin = _("Begin on the member's dues page.") if may_ask else ""
    return LISTING.shown(request, LISTING.ordered(request, RELIEFS.all().visible_to(request.user))).answer(
        title=_("Reductions and waivers"),
        crumbs=[DUES] if may_ask else [],
        lead=f"{lead} {begin}",
        prints=False,
    )


@requires(Capability.RECORD_DUES)
@require_http_methods(FORM_METHODS)
def relief_new(request: PageRequest, member: UUID) -> HttpResponse:
    """What the branch considered for one member."""
    person = get_in_scope(request, Member.objects.all(), key=member)
    category, url = category_of(person), reverse("dues:member-detail", args=[person.key])
    form = ReliefForm(request.POST or None, meetings=_meetings_of(person), initial={"first": month_of(request.today)})
    approval = approval_rule(category, request.today)
    title = _("Reduce or waive the dues of %(name)s") % {"name": person.name}
    return paper_page(
        request,
        form,
        lambda: ask_relief(form.new_relief(person), category=category, by=request.user, on=request.today),
        Step(title, _("Put on record"), _("It is on record.")),
        lambda relief: reverse("dues:relief-detail", args=[relief.key]),
        members=[person.pk],
        branch=branch_of(person),
        crumbs=[DUES, (person.name, url)],
        lead=f"{approval.says} {approval.citation}",
    )


@requires(Capability.VIEW_DUES, Capability.APPROVE_DUES)
@never_cache
@require_safe
def relief_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What was considered and what came of it."""
    return _page(request, get_in_scope(request, RELIEFS.all(), pk=key))


@requires(Capability.APPROVE_DUES)
@require_POST
def relief_approve(request: PageRequest, key: UUID) -> HttpResponse:
    relief, form = get_in_scope(request, RELIEFS.all(), pk=key), ApproveForm(request.POST)
    touched = None
    if form.is_valid():
        approve = partial(approve_relief, relief, **form.cleaned_data, by=request.user, on=request.today)
        touched = unseen(request, approve, members=[relief.member_id], branch=branch_of(relief.member))
        if not touched and try_on_form(form, approve):
            messages.success(request, _("Approved. What was charged for these months follows."))
            return redirect("dues:relief-detail", relief.pk)
    return _page(request, relief, approve=form, approving=touched)


@requires(Capability.APPROVE_DUES)
@require_POST
def relief_decline(request: PageRequest, key: UUID) -> HttpResponse:
    relief, form = get_in_scope(request, RELIEFS.all(), pk=key), DeclineForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        if try_on_form(form, lambda: decline_relief(relief, **given, by=request.user, on=request.today)):
            messages.success(request, _("Declined. Dues stay as they are."))
            return redirect("dues:relief-detail", relief.pk)
    return _page(request, relief, decline=form)


@requires(Capability.RECORD_DUES)
@require_POST
def relief_end(request: PageRequest, key: UUID) -> HttpResponse:
    relief, form = get_in_scope(request, RELIEFS.all(), pk=key), EndReliefForm(request.POST)
    touched = None
    if form.is_valid():
        until, reason = add_months(form.cleaned_data["last"], 1), form.cleaned_data["reason"]
        end = partial(end_relief, relief, valid_until=until, reason=reason, by=request.user, on=request.today)
        touched = unseen(request, end, members=[relief.member_id], branch=branch_of(relief.member))
        if not touched and try_on_form(form, end):
            messages.success(request, _("It ends then. What was charged since follows."))
            return redirect("dues:relief-detail", relief.pk)
    return _page(request, relief, end=form, ending=touched)


def category_of(member: Member) -> str:
    """As it was fixed last, else as the roster says; who says nothing needs the committee, as most do."""
    last = Basis.objects.filter(member=member).order_by("valid_from", "fixed_at").last()
    return (last.category if last else "") or member.dues_category or DuesCategory.EMPLOYED


def _page(request: PageRequest, relief: Relief, **more: Any) -> HttpResponse:
    access, path = request.user.access, relief.member.roster_path
    context = {
        "relief": relief,
        "ground": opened(relief.ground),
        "rule": rule_version(relief.rule),
        "names": names_of([relief.asked_by, relief.approved_by]),
        "badges": tuple(relief_badges(relief, request.today)),
        "readable": readable_meetings(request.user, [relief.meeting]),
        "may_decide": relief.is_waiting and access.may(Capability.APPROVE_DUES, path),
        "may_end": not relief.declined_on and access.may(Capability.RECORD_DUES, path),
        "approve": ApproveForm(),
        "decline": DeclineForm(),
        "end": EndReliefForm(initial={"last": month_of(request.today)}),
    }
    return render(request, "dues/charging/relief.html", context | more)


def _meetings_of(member: Member) -> Any:
    """The latest at which the branch can have considered it."""
    held = deciding_meetings(branch_of(member))
    return held.filter(pk__in=list(held.values_list("pk", flat=True)[:MEETINGS]))
