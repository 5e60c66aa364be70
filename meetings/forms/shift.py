"""Moving a planned meeting within the year that is planned."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.rules.org_life import Window
from members.forms.fields import day_field


class ShiftForm(forms.Form):
    day = day_field(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, span: Window, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.span = span

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.span.first <= day <= self.span.last:
            sentence = _("Here it can be moved to a day from %(first)s to %(last)s.")
            raise ValidationError(sentence % {"first": self.span.first, "last": self.span.last})
        return day
