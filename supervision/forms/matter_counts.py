"""Which branches are counted, and of which year."""

from datetime import date
from typing import Any, Protocol, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from supervision.forms.matters import FIRST_YEAR

YEARS_OFFERED = 5
ONLY = {
    "some": _("Branches with matters in the year"),
    "without_opinion": _("Branches that decided without an opinion"),
}


class HasFigures(Protocol):
    @property
    def figures(self) -> dict[str, int]: ...


Row = TypeVar("Row", bound=HasFigures)


class CountFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or code of the branch"), required=False, max_length=60)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=FIRST_YEAR, max_value=2199)
    only = forms.ChoiceField(label=_("Which branches"), required=False, choices=[("", "—"), *ONLY.items()])
    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        years = range(today.year, today.year - YEARS_OFFERED, -1)
        self.fields["year"].widget = forms.Select(choices=[("", "—"), *((year, year) for year in years)])
        self.is_valid()

    def period(self) -> tuple[date, date]:
        year = self.cleaned_data.get("year") or self.today.year
        return date(year, 1, 1), date(year, 12, 31)

    def narrow(self, branches: QuerySet[Organization]) -> QuerySet[Organization]:
        text = self.cleaned_data.get("q")
        return branches.found_by(text) if text else branches  # type: ignore[attr-defined]

    def kept(self, rows: list[Row]) -> list[Row]:
        only = self.cleaned_data.get("only")
        if only:
            rows = [one for one in rows if one.figures["without_opinion" if only == "without_opinion" else "proposed"]]
        return sorted(rows, key=lambda one: -one.figures["without_opinion"])
