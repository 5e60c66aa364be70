from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import preferences
from members.forms.account import PreferenceForm
from members.models import User
from members.policy import public, signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def preference_edit(request: HttpRequest) -> HttpResponse:
    """Language, type size, colours and e-mail of the person who asks."""
    form = PreferenceForm(request.POST or None, instance=request.user, initial=vars(preferences.look_of(request)))
    if form.is_valid():
        request.user.prefer(**form.cleaned_data)  # type: ignore[union-attr]
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
        response = redirect("members:preference-edit")
        preferences.remember_on(response, preferences.valid(form.cleaned_data))
        return response
    return render(request, "members/preferences.html", {"form": form})


@public
@require_POST
def look_switch(request: HttpRequest) -> HttpResponse:
    """One switch at the foot of a page: keeps the choice and returns to that page."""
    chosen = preferences.valid(request.POST)
    if not chosen:
        return HttpResponseBadRequest()
    response = redirect(_page_before(request))
    preferences.remember_on(response, chosen)
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
