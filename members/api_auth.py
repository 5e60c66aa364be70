"""Who asks the API: by token, with the same offices of the day as in the browser."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members.models import User
from members.queries.standing import standing_of


class StandingTokenAuthentication(TokenAuthentication):
    """A token of `manage.py create_api_token`. `PolicyMiddleware` can't know its user, so the offices are read here."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        found: tuple[User, AuthToken] | None = super().authenticate(request)
        if found:
            user = found[0]
            if user.must_change_password:
                raise AuthenticationFailed(_("Change the password first: log in with the browser once."))
            user.standing = standing_of(user, on=timezone.localdate())
        return found


class StandingTokenScheme(KnoxTokenScheme):
    """How the schema describes the token."""

    target_class = "members.api_auth.StandingTokenAuthentication"
    name = "token"
