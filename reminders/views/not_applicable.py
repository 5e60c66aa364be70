"""Saying of a duty that it doesn't apply, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.choices import Capability
from members.models import Member, Organization
from members.policy import fetch, requires
from members.refusals import carried_out, told
from members.requests import PageRequest
from reminders.forms.desk import NotApplicableForm
from reminders.models import NotApplicable
from reminders.queries.desk import sees_kind, words_of
from reminders.services.not_applicable import say_not_applicable, take_back
from reminders.views.places import desk_paths


@requires(Capability.SETTLE_DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def not_applicable(request: PageRequest, code: str) -> HttpResponse:
    """Why a duty doesn't apply. The desk holds the same form in each line; here it comes back when it was refused."""
    place = fetch(request, Organization.objects.all(), code=code)
    form = NotApplicableForm(request.POST or None, initial=request.GET.dict())
    member = _member(request, place)
    kind = form["of_kind"].value() or ""
    if not sees_kind(request.user, kind, about_member=member is not None, path=place.path):
        raise PermissionDenied(_("This duty isn't on your desk."))
    if form.is_valid() and carried_out(form, lambda: _say(request, form, place, member)):
        messages.success(request, _("Noted: it doesn't apply. At the end of the desk it can be taken back."))
        return _back(request, place)
    context = {"form": form, "place": place, "member": member, "words": words_of(kind)}
    return render(request, "reminders/not_applicable.html", context | {"period": form["of_period"].value() or ""})


@requires(Capability.SETTLE_DUTIES)
@require_POST
def not_applicable_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """The duty is on the desk again."""
    rows = NotApplicable.objects.select_related("organization")
    row = fetch(request, rows, pk=key)
    if not sees_kind(request.user, row.kind, about_member=row.member_id is not None, path=row.scope_path):
        raise PermissionDenied(_("This duty isn't on your desk."))
    told(request, lambda: take_back(row=row, by=request.user), _("It is asked for again."))
    return _back(request, row.organization)


def _member(request: PageRequest, place: Organization) -> Member | None:
    """Whom the duty is about; 404 for anybody who isn't on the roster there."""
    given = request.POST.get("of_member") or request.GET.get("of_member")
    if not given:
        return None
    try:
        return fetch(request, Member.objects.below(place.path), key=UUID(given))
    except ValueError:
        raise Http404 from None


def _say(request: PageRequest, form: NotApplicableForm, place: Organization, member: Member | None) -> None:
    given = form.cleaned_data
    say_not_applicable(
        key=given["key"], organization=place, kind=given["of_kind"], period=given["of_period"], member=member,
        reason=given["reason"], by=request.user, on=request.today,
    )  # fmt: skip


def _back(request: PageRequest, place: Organization) -> HttpResponse:
    on_the_desk = any(place.path.startswith(path) for path in desk_paths(request))
    return redirect("reminders:desk") if on_the_desk else redirect("reminders:desk-at", place.code)
