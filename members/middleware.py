"""What happens around every page: who is asking, on which day, and whether they may."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from members.policy import permits, policy_of, undeclared_views
from members.queries.standing import standing_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PolicyMiddleware:
    """Reads the day and the viewer's offices once, and keeps every view's policy. Starts only when all declare one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        if missing := list(undeclared_views()):
            raise ImproperlyConfigured(f"These routes declare no policy (members.policy): {', '.join(missing)}")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.today = timezone.localdate()  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.user.standing = standing_of(request.user, on=request.today)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.user.is_authenticated:  # an office's computer is shared: the next person presses Back
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if "\0" in request.path:  # no row has such a name, and PostgreSQL refuses even to look for it
            raise Http404
        if hasattr(view, "cls"):  # the API knows its user only later, by token: ApiPolicy keeps the same policy
            return None
        if permits(policy_of(view), request):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(_("Your office doesn't include this. Ask the branch secretary or the committee."))
