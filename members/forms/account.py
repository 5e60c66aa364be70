from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import User


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
            "At least 10 characters. A short sentence is easy to remember and hard to guess."
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
