"""Users, their offices, and one's own account."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access.policy import get_in_scope, public, requires, signed_in
from members.accounts.forms import (
    AccessForm,
    OfficeEndForm,
    OfficeFields,
    OfficeGiveForm,
    OfficeHandOverForm,
    OfficeRequestForm,
    PreferenceForm,
    UserCreateForm,
    UserFilter,
    UserMemberForm,
)
from members.accounts.lists import OFFICES_OF_USER, REQUESTS, USERS, login_badge
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
from members.models.user import User
from members.organizations.lists import holder
from members.pages import navigation
from members.pages.requests import FORM_METHODS, PageRequest, address, try_on_form, try_with_message
from members.pages.steps import Button, Crumb, Step, Words, form_page


@signed_in
@require_http_methods(["GET", "POST"])
def preference_edit(request: PageRequest) -> HttpResponse:
    """Language, type size, colours and e-mail of the person who asks."""
    form = PreferenceForm(request.POST or None, instance=request.user, initial=vars(navigation.look_of(request)))
    step = Step(_("Preferences"), _("Save"), str)
    answer = form_page(request, form, partial(_prefer, request.user), step, "members:preference-edit")
    if answer.status_code == HTTPStatus.FOUND:
        navigation.remember_on(answer, navigation.valid(form.cleaned_data))
    return answer


def _prefer(user: User, chosen: dict[str, Any]) -> str:
    """Says so in the language that was chosen."""
    user.prefer(**chosen)
    with translation.override(chosen["language"]):
        return gettext("Your preferences are saved.")


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


ALL_USERS: Crumb = (_("Users"), reverse_lazy("members:user-list"))


@requires(Capability.MANAGE_USERS)
@require_safe
def user_list(request: PageRequest) -> HttpResponse:
    """Who can log in, and with which offices."""
    form = UserFilter(request.GET)
    users = form.narrow(User.objects.visible_to(request.user)).order_by("username")
    return USERS.shown(request, with_offices(users, on=request.today), form=form, lines=rows_of).answer(
        title=_("Users"),
        buttons=[
            Button(_("Offices to confirm"), reverse("members:office-requests"), "person-badge"),
            Button(_("New user"), reverse("members:user-create"), "person-plus", primary=True),
        ],
        prints=False,
    )


@requires(Capability.MANAGE_USERS)
@never_cache
@require_http_methods(FORM_METHODS)
def user_create(request: PageRequest) -> HttpResponse:
    """Somebody new who can log in, with an office or as a member."""
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = UserCreateForm(request.POST or None, by=request.user, initial=known)
    password, made = one_time_password(), list[User]()
    note = _(
        "The person gets a one-time password, which is shown once when you have stored this, and chooses another at "
        "the first log-in."
    )
    answer = form_page(
        request,
        form,
        lambda typed: made.append(_create(request, typed, password)),
        Step(_("New user"), _("Create the user")),
        ALL_USERS[1],
        crumbs=[ALL_USERS],
        lead=note,
        **_places(form),
    )
    return _show_once(request, made[0], password) if made else answer


@requires(Capability.MANAGE_USERS)
@require_safe
def user_detail(request: PageRequest, username: str) -> HttpResponse:
    """One user: offices, and what can be done about the log-in."""
    user = fetch_user(request, username)
    page, may_give = user_page(user, request.user, on=request.today), user.pk != request.user.pk
    context = {
        "person": user,
        "page": page,
        "badges": [login_badge(user)],
        "offices": OFFICES_OF_USER.shown(request, page.offices, without=set() if may_give else {"acts"}),
        "is_self": user.pk == request.user.pk,
        "may_give": may_give,
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
    note = _(
        "The user then sees what is on record about this member, and has the offices that were given to the member."
    )
    return form_page(
        request,
        form,
        lambda typed: link_member(user=user, member=typed["national_id"], by=request.user),
        Step(_("Which member is this?"), _("Store"), _("The changes are stored.")),
        _page_of(user),
        crumbs=_about(user),
        lead=note,
    )


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
    return redirect(_page_of(user))


@requires(Capability.MANAGE_USERS)
@require_POST
def user_access(request: PageRequest, username: str) -> HttpResponse:
    """Close or open the log-in."""
    user = fetch_managed(request, username)
    form = AccessForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason has at most 200 characters."))
        return redirect(_page_of(user))
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
        _made(request, made)
    return user


def _made(request: PageRequest, made: Office | OfficeRequest) -> Office | OfficeRequest:
    """Say so where it waits for a second person."""
    if isinstance(made, OfficeRequest):
        messages.info(request, WAITS)
    return made


def _show_once(request: PageRequest, user: User, password: str) -> HttpResponse:
    return render(request, "members/accounts/user_password.html", {"person": user, "password": password})


def _done(request: PageRequest, user: User, act: Callable[[], object], sentence: Words) -> HttpResponse:
    try_with_message(request, act, sentence)
    return redirect(_page_of(user))


def _page_of(user: User) -> str:
    return reverse("members:user-detail", args=[user.username])


def _about(user: User) -> list[Crumb]:
    return [ALL_USERS, (user.get_full_name(), _page_of(user))]


def _places(form: OfficeFields) -> dict[str, Any]:
    """What the browser offers while an organization is typed."""
    return {"within": "includes/datalist.html", "more": {"list_id": "places", "offered": form.places}}


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_give(request: PageRequest, username: str) -> HttpResponse:
    """Another office for the user, somewhere below the administrator's own."""
    user = fetch_user(request, username)
    known = {"organization": request.GET.get("org", ""), "on": request.today}
    form = OfficeGiveForm(request.POST or None, by=request.user, initial=known)
    note = _("What the office opens is open from its first day on, in the organization and in everything below it.")
    return form_page(
        request,
        form,
        lambda typed: _made(request, give_or_ask(**typed, user=user, by=request.user)),
        Step(_("Give an office"), _("Give the office"), lambda made: "" if _waits(made) else _("The office is given.")),
        lambda made: made if _waits(made) else _page_of(user),
        crumbs=_about(user),
        lead=note,
        **_places(form),
    )


OFFICES = Office.objects.select_related("organization", "user", "member")


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_end(request: PageRequest, key: str) -> HttpResponse:
    """End the office."""
    office = get_in_scope(request, OFFICES.all(), key=key)
    form = OfficeEndForm(request.POST or None, initial={"on": request.today})
    step = Step(
        _("End an office"),
        _("End the office"),
        lambda _ended: _("The office ends on %(day)s.") % {"day": form.cleaned_data["on"]},
        _("End this office? Everything it opens is closed from that day on."),
    )
    act = partial(end_office, office=office, by=request.user)
    return form_page(request, form, lambda typed: act(**typed), step, office.organization, **_of_office(office))


@requires(Capability.MANAGE_USERS)
@require_http_methods(FORM_METHODS)
def office_hand_over(request: PageRequest, key: str) -> HttpResponse:
    """End the office of one and give it to another, on the same day; or ask the second person to."""
    office = get_in_scope(request, OFFICES.all(), key=key)
    form = OfficeHandOverForm(request.POST or None, by=request.user, initial={"on": request.today})
    over = _("Handed over to %(name)s.")
    step = Step(
        _("Hand over an office"),
        _("Hand over"),
        lambda made: "" if _waits(made) else over % {"name": form.cleaned_data["to"].get_full_name()},
        _("Hand this office over? The present holder loses what it opens on that day."),
    )
    new = address("members:user-create", org=office.organization.code)
    return form_page(
        request,
        form,
        lambda typed: _made(request, hand_over_or_ask(**typed, office=office, by=request.user)),
        step,
        lambda made: made if _waits(made) else office.organization,
        lead=_("The office of one ends and that of the other begins on the same day."),
        notes=[_("The new holder can't log in yet?")],
        ways=[(_("Create the user with the office, then end this one."), new)],
        within="includes/datalist.html",
        more={"list_id": "users", "offered": form.users},
        **_of_office(office),
    )


def _waits(made: Office | OfficeRequest) -> bool:
    return isinstance(made, OfficeRequest)


def _of_office(office: Office) -> dict[str, Any]:
    place = office.organization
    return {
        "crumbs": [(_("Organizations"), reverse("members:organization-tree")), (place.name, place.get_absolute_url())],
        "facts": [
            (_("Office"), office.get_kind_display()),
            (_("Held by"), holder(office)),
            (_("From"), office.valid_from),
        ],
    }


TWO_PEOPLE = requires(Capability.CONFIRM_OFFICES, Capability.MANAGE_USERS)
ACTS = {"confirm": confirm_office, "refuse": refuse_office, "withdraw": withdraw_office}


@TWO_PEOPLE
@require_safe
def office_requests(request: PageRequest) -> HttpResponse:
    """Offices that wait for a second person, and what came of those of the last three months."""
    rows = list(shown_to(request.user, on=request.today))
    waiting = [row for row in rows if row.state == OfficeRequestState.WAITING]
    settled = [row for row in rows if row.state != OfficeRequestState.WAITING]
    lead = _(
        "Offices above branches, and those that read letters or approve keys, take two people: an administrator asks, "
        "somebody of another office confirms."
    )
    return REQUESTS.shown(request, waiting).answer(
        title=_("Offices to confirm"),
        lead=lead,
        prints=False,
        template="members/accounts/office_requests.html",
        more={"settled": REQUESTS.shown(request, settled) if settled else None},
    )


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
