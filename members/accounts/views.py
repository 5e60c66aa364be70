"""Users, their offices, and one's own account."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, public, requires, signed_in
from members.accounts.forms import (
    AccessForm,
    OfficeEndForm,
    OfficeGiveForm,
    OfficeHandOverForm,
    OfficeRequestForm,
    PreferenceForm,
    UserCreateForm,
    UserFilter,
    UserMemberForm,
)
from members.accounts.office_services import (
    WAITS,
    confirm_office,
    give_or_ask,
    hand_over_or_ask,
    may_confirm,
    refuse_office,
    withdraw_office,
)
from members.accounts.queries import WHOLE, manages, rows_of, shown_to, user_page, with_offices
from members.accounts.services import (
    create_user,
    end_office,
    link_member,
    one_time_password,
    remove_codes,
    reset_password,
    set_active,
    sign_out_everywhere,
)
from members.choices import Capability, OfficeRequestState
from members.models.office import Office, OfficeRequest
from members.models.organization import Organization
from members.models.user import User
from members.pages import navigation
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form, try_with_message


@signed_in
@require_http_methods(["GET", "POST"])
def preference_edit(request: HttpRequest) -> HttpResponse:
    """Language, type size, colours and e-mail of the person who asks."""
    form = PreferenceForm(request.POST or None, instance=request.user, initial=vars(navigation.look_of(request)))
    if form.is_valid():
        request.user.prefer(**form.cleaned_data)  # type: ignore[union-attr]
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
        response = redirect("members:preference-edit")
        navigation.remember_on(response, navigation.valid(form.cleaned_data))
        return response
    return render(request, "members/accounts/preferences.html", {"form": form})


@public
@require_POST
def look_switch(request: HttpRequest) -> HttpResponse:
    """One switch at the foot of a page: keeps the choice and returns to that page."""
    chosen = navigation.valid(request.POST)
    if not chosen:
        return HttpResponseBadRequest()
    response = redirect(_page_before(request))
    navigation.remember_on(response, chosen)
    if isinstance(request.user, User):
        request.user.prefer(**chosen)
    return response


@public
@never_cache
@require_safe
def session_alive(request: HttpRequest) -> JsonResponse:
    """Whether somebody is still logged in, and the token that their forms need now. Asking doesn't count as being
    there."""
    return JsonResponse({"logged_in": request.user.is_authenticated, "token": get_token(request)})


def _page_before(request: HttpRequest) -> str:
    page = request.POST.get("next", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}) else "/"


PAGE_SIZE = 50


@requires(Capability.MANAGE_USERS)
@require_safe
def user_list(request: PageRequest) -> HttpResponse:
    """Who can log in, and with which offices."""
    form = UserFilter(request.GET)
    users = form.narrow(User.objects.visible_to(request.user)).order_by("username")
    page = Paginator(with_offices(users, on=request.today), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": rows_of(page.object_list), "count": page.paginator.count}
    return render(request, "members/accounts/user_list.html", context)


@requires(Capability.MANAGE_USERS)
@never_cache
@require_http_methods(FORM_METHODS)
def user_create(request: PageRequest) -> HttpResponse:
    """Somebody new who can log in, with an office or as a member."""
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = UserCreateForm(request.POST or None, by=request.user, initial=known)
    if form.is_valid():
        password, made = one_time_password(), []
        if try_on_form(form, lambda: made.append(_create(request, form.cleaned_data, password))):
            return _show_once(request, made[0], password)
    return render(request, "members/accounts/user_create.html", {"form": form})


@requires(Capability.MANAGE_USERS)
@require_safe
def user_detail(request: PageRequest, username: str) -> HttpResponse:
    """One user: offices, and what can be done about the log-in."""
    user = fetch_user(request, username)
    context = {
        "person": user,
        "page": user_page(user, request.user, on=request.today),
        "is_self": user.pk == request.user.pk,
        "may_give": user.pk != request.user.pk,
        "may_manage": manages(request.user, user) and user.pk != request.user.pk,
        "may_see_trail": Capability.VIEW_AUDIT in request.user.access.capabilities,
    }
    return render(request, "members/accounts/user.html", context)


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def user_member(request: PageRequest, username: str) -> HttpResponse:
    """Say which member the user is."""
    user = fetch_managed(request, username)
    form = UserMemberForm(request.POST or None, by=request.user)
    if form.is_valid():
        member = form.cleaned_data["national_id"]
        if try_on_form(form, lambda: link_member(user=user, member=member, by=request.user)):
            messages.success(request, _("The changes are stored."))
            return redirect("members:user-detail", username)
    return render(request, "members/accounts/user_member.html", {"form": form, "person": user})


@requires(Capability.MANAGE_USERS)
@never_cache
@require_POST
def user_password(request: PageRequest, username: str) -> HttpResponse:
    """A new one-time password."""
    user = fetch_managed(request, username)
    return _show_once(request, user, reset_password(user=user, by=request.user))


@requires(Capability.MANAGE_USERS)
@require_POST
def user_codes(request: PageRequest, username: str) -> HttpResponse:
    """Take away one-time codes whose phone is lost."""
    user = fetch_managed(request, username)
    return _done(request, user, lambda: remove_codes(user=user, by=request.user), _("The one-time codes are gone."))


@requires(Capability.MANAGE_USERS)
@require_POST
def user_sign_out(request: PageRequest, username: str) -> HttpResponse:
    """End every session of the user."""
    user = fetch_managed(request, username)
    count = sign_out_everywhere(user=user, by=request.user)
    sentence = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", count) % {"count": count}
    messages.success(request, sentence)
    return redirect("members:user-detail", username)


@requires(Capability.MANAGE_USERS)
@require_POST
def user_access(request: PageRequest, username: str) -> HttpResponse:
    """Close or open the log-in."""
    user = fetch_managed(request, username)
    form = AccessForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason has at most 200 characters."))
        return redirect("members:user-detail", username)
    active = form.cleaned_data["active"]
    sentence = _("The user can log in again.") if active else _("The user can't log in any more.")
    return _done(request, user, lambda: set_active(user=user, by=request.user, **form.cleaned_data), sentence)


def fetch_user(request: PageRequest, username: str) -> User:
    """The user if the administrator sees them (else 404)."""
    return get_object_or_404(User.objects.visible_to(request.user).select_related("member"), username=username)


def fetch_managed(request: PageRequest, username: str) -> User:
    """The user if everything they may do lies where the administrator manages users (else 403)."""
    user = fetch_user(request, username)
    if not manages(request.user, user):
        raise PermissionDenied(
            _("This user also holds an office or is a member where you don't manage users. Ask the level above.")
        )
    return user


@transaction.atomic
def _create(request: PageRequest, given: dict[str, Any], password: str) -> User:
    """Both or neither: somebody without an office or a membership couldn't be found again."""
    user = create_user(
        username=given["username"], password=password, display_name=given["display_name"],
        member=given["national_id"], must_change_password=True, by=request.user,
    )  # fmt: skip
    if given["kind"]:
        made = give_or_ask(
            user=user, kind=given["kind"], organization=given["organization"], on=given["on"] or request.today,
            decided_by=given["decided_by"], by=request.user,
        )  # fmt: skip
        if isinstance(made, OfficeRequest):
            messages.info(request, WAITS)
    return user


def _show_once(request: PageRequest, user: User, password: str) -> HttpResponse:
    return render(request, "members/accounts/user_password.html", {"person": user, "password": password})


def _done(request: PageRequest, user: User, act: Callable[[], object], sentence: str) -> HttpResponse:
    try_with_message(request, act, sentence)
    return redirect("members:user-detail", user.username)


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_give(request: PageRequest, username: str) -> HttpResponse:
    """Another office for the user, somewhere below the administrator's own."""
    user = fetch_user(request, username)
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = OfficeGiveForm(request.POST or None, by=request.user, initial=known)
    if form.is_valid():
        given = {**form.cleaned_data, "user": user, "by": request.user}
        made: list[Office | OfficeRequest] = []
        if try_on_form(form, lambda: made.append(give_or_ask(**given))):
            return _to_what_was_made(request, made[0], _("The office is given."), "members:user-detail", username)
    return render(request, "members/accounts/office_give.html", {"form": form, "person": user})


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_end(request: PageRequest, key: str) -> HttpResponse:
    """End the office."""
    office = get_in_scope(request, Office.objects.select_related("organization", "user", "member"), key=key)
    form = OfficeEndForm(request.POST or None, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "office": office, "by": request.user}
        if try_on_form(form, lambda: end_office(**given)):
            messages.success(request, _("The office ends on %(day)s.") % {"day": form.cleaned_data["on"]})
            return redirect(office.organization)
    return render(request, "members/accounts/office_end.html", {"form": form, "office": office})


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_hand_over(request: PageRequest, key: str) -> HttpResponse:
    """End the office of one and give it to another, on the same day; or ask the second person to."""
    office = get_in_scope(request, Office.objects.select_related("organization", "user", "member"), key=key)
    form = OfficeHandOverForm(request.POST or None, by=request.user, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "office": office, "by": request.user}
        made: list[Office | OfficeRequest] = []
        if try_on_form(form, lambda: made.append(hand_over_or_ask(**given))):
            sentence = _("Handed over to %(name)s.") % {"name": form.cleaned_data["to"].get_full_name()}
            return _to_what_was_made(request, made[0], sentence, office.organization)
    return render(request, "members/accounts/office_hand_over.html", {"form": form, "office": office})


TWO_PEOPLE = requires(Capability.CONFIRM_OFFICES, Capability.MANAGE_USERS)
ACTS = {"confirm": confirm_office, "refuse": refuse_office, "withdraw": withdraw_office}


@TWO_PEOPLE
@require_safe
def office_requests(request: PageRequest) -> HttpResponse:
    """Offices that wait for a second person, and what came of those of the last three months."""
    rows = list(shown_to(request.user, on=request.today))
    waiting = [row for row in rows if row.state == OfficeRequestState.WAITING]
    settled = [row for row in rows if row.state != OfficeRequestState.WAITING]
    return render(request, "members/accounts/office_requests.html", {"waiting": waiting, "settled": settled})


@TWO_PEOPLE
@require_http_methods(FORM_METHODS)
def office_request(request: PageRequest, key: str) -> HttpResponse:
    """The second person confirms it or doesn't; who manages users takes it back."""
    asked = get_in_scope(request, WHOLE, key=key)
    form = OfficeRequestForm(request.POST or None)
    if form.is_valid():
        act = ACTS[form.cleaned_data["act"]]
        if try_on_form(form, lambda: act(request=asked, on=request.today, by=request.user)):
            messages.success(request, _("Stored."))
            return redirect("members:office-requests")
    may = request.user.access.may
    context = {
        "asked": asked,
        "form": form,
        "waits": asked.state == OfficeRequestState.WAITING,
        "may_confirm": may_confirm(asked, request.user),
        "may_refuse": may(Capability.CONFIRM_OFFICES, asked.organization.path),
        "may_withdraw": may(Capability.MANAGE_USERS, asked.organization.path),
    }
    return render(request, "members/accounts/office_request.html", context)


def _to_what_was_made(
    request: PageRequest, made: Office | OfficeRequest, sentence: str, *back: str | Organization
) -> HttpResponse:
    if isinstance(made, OfficeRequest):
        messages.info(request, WAITS)
        return redirect(made)
    messages.success(request, sentence)
    return redirect(*back)
