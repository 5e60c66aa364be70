"""Over which period attendance is counted."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.fields import day_field
from members.forms.filters import FilterForm
from members.models import Organization


class PeriodForm(FilterForm):
    """From one day to another; without them the year up to today."""

    first = day_field(label=gettext_lazy("From"), required=False)
    last = day_field(label=gettext_lazy("To"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["last"] < typed["first"]:
            self.add_error("last", _("The end lies before the beginning."))
        return typed

    def period(self, today: date) -> tuple[date, date]:
        """First and last day; what can't be read is as if it weren't there."""
        typed = self.cleaned_data if self.is_valid() else {}
        last = typed.get("last") or today
        return typed.get("first") or date(last.year, 1, 1), last


class FiguresForm(PeriodForm):
    """The same for an organization, and only those who were missing for long."""

    q = forms.CharField(label=gettext_lazy("Name"), required=False)
    org = forms.ChoiceField(label=gettext_lazy("Organization"), required=False)
    flagged = forms.BooleanField(label=gettext_lazy("Only those missing for months without a reason"), required=False)
    field_order = ("q", "first", "last", "org", "flagged")

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization, with_names: bool) -> None:
        super().__init__(data)
        self.offer_places(places, at=at)
        if not with_names:
            del self.fields["flagged"]

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")
