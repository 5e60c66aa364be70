"""Users as their administrators keep them. A password given to somebody is shown once, on the page that made it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.choices import Capability
from members.forms.user import AccessForm, UserCreateForm, UserFilter, UserMemberForm
from members.models import OfficeRequest, User
from members.policy import requires
from members.queries.users import manages, rows_of, user_page, with_offices
from members.refusals import carried_out, told
from members.requests import FORM_METHODS, PageRequest
from members.services.office_requests import WAITS, give_or_ask
from members.services.users import (
    create_user,
    link_member,
    one_time_password,
    remove_codes,
    reset_password,
    set_active,
    sign_out_everywhere,
)

PAGE_SIZE = 50


@requires(Capability.MANAGE_USERS)
@require_safe
def user_list(request: PageRequest) -> HttpResponse:
    """Who can log in, and with which offices."""
    form = UserFilter(request.GET)
    users = form.narrow(User.objects.visible_to(request.user)).order_by("username")
    page = Paginator(with_offices(users, on=request.today), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": rows_of(page.object_list), "count": page.paginator.count}
    return render(request, "members/user_list.html", context)


@requires(Capability.MANAGE_USERS)
@never_cache
@require_http_methods(FORM_METHODS)
def user_create(request: PageRequest) -> HttpResponse:
    """Somebody new who can log in, with an office or as a member."""
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = UserCreateForm(request.POST or None, by=request.user, initial=known)
    if form.is_valid():
        password, made = one_time_password(), []
        if carried_out(form, lambda: made.append(_create(request, form.cleaned_data, password))):
            return _show_once(request, made[0], password)
    return render(request, "members/user_create.html", {"form": form})


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
        "may_see_trail": Capability.VIEW_AUDIT in request.user.standing.capabilities,
    }
    return render(request, "members/user.html", context)


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def user_member(request: PageRequest, username: str) -> HttpResponse:
    """Say which member the user is."""
    user = fetch_managed(request, username)
    form = UserMemberForm(request.POST or None, by=request.user)
    if form.is_valid():
        member = form.cleaned_data["national_id"]
        if carried_out(form, lambda: link_member(user=user, member=member, by=request.user)):
            messages.success(request, _("The changes are stored."))
            return redirect("members:user-detail", username)
    return render(request, "members/user_member.html", {"form": form, "person": user})


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
    return render(request, "members/user_password.html", {"person": user, "password": password})


def _done(request: PageRequest, user: User, act: Callable[[], object], sentence: str) -> HttpResponse:
    told(request, act, sentence)
    return redirect("members:user-detail", user.username)
