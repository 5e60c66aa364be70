"""Money and months as people write them, and what forms and pages of several nouns begin with."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _, gettext_lazy

from dues.units import FEN_PER_YUAN, yuan
from members.models import Organization
from members.pages.forms import LookedUpRow, key_field
from members.pages.steps import Crumb

DUES: Crumb = (gettext_lazy("Dues"), reverse_lazy("dues:grid"))
"""The way back to the months of a branch."""
MOST_YUAN = 10_000_000
YEARS = range(1921, 2200)
MONTH = re.compile(r"(\d{4})\D{1,2}(\d{1,2})(?:月|\D\d{1,2})?")


class YuanField(forms.CharField):
    """An amount in yuan with at most two decimals; clean is integer fen. `¥1,234.50` and full-width digits are read."""

    def __init__(self, *, least_fen: int = 1, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "strip": True, **kwargs})
        self.least_fen = least_fen
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: object) -> int | None:  # type: ignore[override]
        written = unicodedata.normalize("NFKC", str(super().to_python(value) or ""))
        plain = re.sub(r"[¥元,\s]", "", written)
        if not plain:
            return None
        try:
            fen = Decimal(plain) * FEN_PER_YUAN
        except InvalidOperation as error:
            raise ValidationError(_("Write the amount in yuan, like 25.50.")) from error
        if not fen.is_finite() or abs(fen) > MOST_YUAN * FEN_PER_YUAN:
            raise ValidationError(_("Write the amount in yuan, like 25.50."))
        if fen != fen.to_integral_value():
            raise ValidationError(_("Nothing smaller than a fen: two decimals at most."))
        if fen < self.least_fen:
            raise ValidationError(_("Give at least %(least)s yuan.") % {"least": yuan(self.least_fen)})
        return int(fen)

    def run_validators(self, value: object) -> None:
        """The length of what was written says nothing about an amount."""

    def prepare_value(self, value: object) -> object:
        return f"{yuan(value)}" if isinstance(value, int) else value


class UploadForm(forms.Form):
    """What a branch uploads: `places` are those offered."""

    key = key_field()
    organization = LookedUpRow(
        label=gettext_lazy("Branch"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(self, *args: Any, places: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = places


class MonthField(forms.CharField):
    """A month as a browser's month picker gives it (`2026-03`), or as people write it; clean is its first day."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 12, "strip": True, **kwargs})
        if self.widget.input_type != "hidden":
            self.widget.input_type = "month"

    def to_python(self, value: object) -> date | None:  # type: ignore[override]
        if isinstance(value, date):
            return value.replace(day=1)
        written = unicodedata.normalize("NFKC", str(super().to_python(value) or ""))
        if not written:
            return None
        found = MONTH.fullmatch(written)
        try:
            if found and int(found[1]) in YEARS:
                return date(int(found[1]), int(found[2]), 1)
        except ValueError:
            pass
        raise ValidationError(_("Write a month, like 2026-03."))

    def run_validators(self, value: object) -> None:
        """The length of what was written says nothing about a month."""

    def prepare_value(self, value: object) -> object:
        return f"{value:%Y-%m}" if isinstance(value, date) else value
