"""Who is asking: accounts, tokens, sessions, and the offices of the day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members.access.policy import permits, policy_of, undeclared_views
from members.access.queries import access_for
from members.models.user import User


class AccessTokenAuthentication(TokenAuthentication):
    """A token of `manage.py create_api_token`. `PolicyMiddleware` can't know its user, so the offices are read here."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        found: tuple[User, AuthToken] | None = super().authenticate(request)
        if found:
            user = found[0]
            if user.must_change_password:
                raise AuthenticationFailed(_("Change the password first: log in with the browser once."))
            user.access = access_for(user, on=timezone.localdate())
        return found


class AccessTokenScheme(KnoxTokenScheme):
    """How the schema describes the token."""

    target_class = "members.access.sessions.AccessTokenAuthentication"
    name = "token"


SEEN = "seen"
"""When its owner last opened a page, in seconds since 1970; missing: not since the log-in."""
KEPT_FOR = timedelta(minutes=1)
"""So long the last moment is not written anew."""
ASKS_ONLY = "members:session-alive"
"""The page that asks by itself whether somebody is still logged in."""


class SessionStore(db.SessionStore):
    """Django's own, but what is stored in a session later doesn't put off its end."""

    ends: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        self.ends = found.expire_date if found else None
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.expire_date = self.ends or row.expire_date
        return row

    def cycle_key(self) -> None:
        """A log-in: the session's hours begin anew."""
        self.pop(SEEN, None)  # reads what is stored, and with it when that ends
        self.ends = None
        super().cycle_key()

    def flush(self) -> None:
        super().flush()
        self.ends = None

    def last_seen(self, now: datetime) -> datetime:
        """When its owner last opened a page."""
        if seen := self.get(SEEN):
            return datetime.fromtimestamp(seen, UTC)
        return self.ends - timedelta(seconds=settings.SESSION_COOKIE_AGE) if self.ends else now


class IdleMiddleware:
    """Logs out whoever holds an office and has opened no page for `settings.OFFICE_IDLE`: desks are shared.

    Nothing is lost by it: after the log-in the page is there again, and forms that are half filled in ask before they
    are sent (static/js/branchweb.js).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not (isinstance(request.user, User) and request.user.access.held):
            return None
        now = timezone.now()
        away = now - request.session.last_seen(now)  # type: ignore[attr-defined]
        if away > settings.OFFICE_IDLE:
            logout(request)
            policy = policy_of(view)
            is_open = hasattr(view, "cls") or (policy is not None and policy.open_to_all)
            return None if is_open else _to_log_in(request)
        if away > KEPT_FOR and _is_a_persons(request):
            request.session[SEEN] = int(now.timestamp())
        return None


def _is_a_persons(request: HttpRequest) -> bool:
    """Not a page that asks by itself: whether it is ready, or whether somebody is still there."""
    asks_itself = bool(request.headers.get("HX-Request")) and request.method == "GET"
    return not asks_itself and request.resolver_match is not None and request.resolver_match.view_name != ASKS_ONLY


def _to_log_in(request: HttpRequest) -> HttpResponseBase:
    """To the log-in, which leads back to the page; from a form that was sent, to the page on which it stood."""
    messages.info(request, _("You were away for half an hour, so you were logged out. Log in, and you go on here."))
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    messages.warning(request, _("What you sent last is not stored: please send it once more."))
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = before.netloc == request.get_host()
    return redirect_to_login(before._replace(scheme="", netloc="").geturl() if is_ours else "/")


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
            request.user.access = access_for(request.user, on=request.today)  # type: ignore[attr-defined]
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
