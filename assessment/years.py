"""What of a year is listed, and what is counted place by place."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.organization import OrganizationQuerySet
from members.pages.forms import FilterForm

YEARS_BACK = 5
ALL_YEARS = "all"
Line = TypeVar("Line")


class YearForm(FilterForm):
    """Of which year; an empty or unreadable one is this year."""

    year = forms.ChoiceField(label=_("Year"), required=False)

    def offer_years(self, today: date, *, all_years: bool = False) -> None:
        years = [today.year + 1, *range(today.year - 1, today.year - YEARS_BACK, -1)]
        offered = [("", str(today.year)), *((str(year), str(year)) for year in years)]
        more = [(ALL_YEARS, _("All years"))] if all_years else []
        cast(forms.ChoiceField, self.fields["year"]).choices = [*offered, *more]
        self.today = today
        if self.data.get("year") == str(today.year):  # in an address; the choice for it is the empty one
            self.data = {**dict(self.data.items()), "year": ""}

    @property
    def chosen(self) -> int | None:
        """None: all of them."""
        typed = self.cleaned_data.get("year") or ""
        return None if typed == ALL_YEARS else int(typed or self.today.year)

    @property
    def of_year(self) -> int:
        return self.chosen or self.today.year


class CountForm(YearForm):
    """Which places are counted. A kind of them names its search and, in `kinds`, what their lines may be like."""

    kinds: ClassVar[dict[str, tuple[Any, Callable[[Any], object]]]] = {}
    q = forms.CharField(required=False, max_length=60)
    only = forms.ChoiceField(required=False)
    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ("q", "year", "only", "org")

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.offer_years(today)
        self.offer("only", [(code, label) for code, (label, _test) in self.kinds.items()])
        self.is_valid()

    def narrow(self, places: OrganizationQuerySet) -> OrganizationQuerySet:
        text = self.cleaned_data.get("q")
        return places.found_by(text) if text else places

    def kept(self, lines: list[Line]) -> list[Line]:
        only = self.cleaned_data.get("only")
        return [line for line in lines if self.kinds[only][1](line)] if only else lines
