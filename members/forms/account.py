from typing import ClassVar

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
