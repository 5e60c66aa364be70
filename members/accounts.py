"""How allauth meets this program: an administrator makes the accounts, and their owners put them in order first."""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.keyring import seal, unseal
from audit.services import record
from members.models import User

WAY_OUT = frozenset({"account_logout", "members:look-switch"})
PASSWORD_PAGES = WAY_OUT | {"account_change_password"}
TOTP_PAGES = PASSWORD_PAGES | {"account_reauthenticate", "mfa_activate_totp"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is wrong. Mind capital letters."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many wrong codes. Wait a quarter of an hour, then try again."),
        "rate_limited": _("Too many wrong codes. Wait a quarter of an hour, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting wrong passwords to axes: allauth would count by user, and anybody could lock a user out."""

    def clean_password(self, password: str, user: User | None = None) -> str:
        if user and user.check_password(password):
            raise ValidationError(_("This is the password you have. Choose another."))
        return super().clean_password(password, user)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Store the person's own choice: a password given by somebody else has then done its service."""
        user.must_change_password = False
        super().set_password(user, password)
        record(action="change_password", by=user, subject=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("reminders:desk")


class CodeAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or no longer valid. Type the one the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        """The secrets of authenticator apps lie in the database sealed, like every private field."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


class AccountOrderMiddleware:
    """Lets nobody past a password they didn't choose, or, where it is required, past missing one-time codes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        user, page = request.user, request.resolver_match.view_name if request.resolver_match else ""
        if not isinstance(user, User):
            return None
        if user.must_change_password:
            return None if page in PASSWORD_PAGES else redirect("account_change_password")
        if page not in TOTP_PAGES and lacks_totp(user):
            messages.info(request, _("You hold an office: set up one-time codes first, then everything opens."))
            return redirect("mfa_activate_totp")
        return None


def lacks_totp(user: User) -> bool:
    """Whether the user holds an office, needs one-time codes for it here, and has not set them up."""
    if not (settings.REQUIRE_TOTP and user.standing.held):
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
