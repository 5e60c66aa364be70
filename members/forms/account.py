from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.services.codes import keep_first_step, spend_code


class PreferenceForm(forms.ModelForm):
    """What people choose for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("language", "text_size", "theme", "email")
        help_texts: ClassVar = {"email": _("For reminders. Nobody else sees it; leave it empty if you want none.")}


class OwnPasswordForm(ChangePasswordForm):
    """allauth's form, with our words in place of the validators' list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _(
            "At least 10 characters. A short sentence is easy to remember and hard to guess; "
            "a slogan, name or date isn't."
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SpentOnce:
    """In place of allauth's own look at the code, which remembers used ones in a cache that processes don't share."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        clear_limit = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
        for authenticator in Authenticator.objects.filter(user=self.user, type__in=kinds).select_related("user"):
            if spend_code(authenticator=authenticator, code=code):
                self.authenticator = authenticator
                clear_limit()
                return code
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(SpentOnce, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(SpentOnce, ReauthenticateForm):
    """A code before something that matters."""


class FirstCodeForm(ActivateTOTPForm):
    """The code that shows that the app is set up: it opens nothing afterwards."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        keep_first_step(user=self.user, secret=self.secret, code=code)
        return code
