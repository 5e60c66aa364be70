"""Fields that understand what people write, in the ways the import understands workbooks."""

import re
import unicodedata
import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.rules.dates import PartialDate
from members.workbooks.cells import Unreadable, phone
from members.workbooks.days import partial_date

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class PartialDateField(forms.CharField):
    """A day, a month or a year. `latest` is the last day it can reasonably be; it decides the century of “58-11”."""

    latest = date.max

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "strip": True, **kwargs})
        self.widget.attrs["placeholder"] = "1985-07-01"

    def to_python(self, value: object) -> PartialDate | None:  # type: ignore[override]
        written = super().to_python(value)
        try:
            return partial_date(written, self.latest) if written else None
        except Unreadable as error:
            raise ValidationError(_("Write a day, a month or a year, like 1985-07-01, 1985-07 or 1985.")) from error

    def run_validators(self, value: object) -> None:
        """The length of what was written says nothing about a date."""

    def prepare_value(self, value: object) -> object:
        return str(value) if isinstance(value, PartialDate) else value


class IdentityNumberField(forms.CharField):
    """Full-width digits, spaces and a small x are made plain; whether the number can be right, the rules say."""

    def to_python(self, value: object) -> str:
        plain = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return re.sub(r"[\s-]", "", plain).upper()


class PhoneField(forms.CharField):
    """A mobile number as eleven digits, a fixed one with its area."""

    def to_python(self, value: object) -> str:
        written = super().to_python(value)
        try:
            return (phone(written) or "") if written else ""
        except Unreadable as error:
            raise ValidationError(_("That is no phone number: a mobile number has 11 digits.")) from error


def day_field(**kwargs: Any) -> forms.DateField:
    """A day, chosen from the browser's calendar. What nobody living can mean is refused: a year mistyped by a digit."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=[meant], **kwargs)


def meant(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("Write a day between 1900 and 2199."), code="not_meant")


def key_field() -> forms.UUIDField:
    """The key of the row that the form stores: rendered with the page, so that a double click stores one."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def choice_field(choices: Any, **kwargs: Any) -> forms.ChoiceField:
    """One of the choices, or none of them when it isn't required."""
    offered = list(choices.choices)
    return forms.ChoiceField(choices=offered if kwargs.get("required", True) else [("", "—"), *offered], **kwargs)
