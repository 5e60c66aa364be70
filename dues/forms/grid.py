"""What the officer's grid shows of a branch."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from dues.rules.arrears import REMIND_AT
from members.choices import DuesCategory
from members.forms.filters import MOST_OFFERED, FilterForm
from members.models import Organization

EARLIEST = 2008
"""The provisions are of 2008."""
UNRECORDED = "none"
DUE = 1
"""Whoever is in arrears: with a month, or with nothing but what was carried over."""
BEHIND = [
    ("", _("Any")),
    (str(DUE), _("Something due and unpaid")),
    *((str(months), f"≥ {months}") for months in (*REMIND_AT[1:], 6)),
]
STATES = [
    ("", _("Any")),
    ("unsettled", _("Something open")),
    ("unknown", _("No base fixed")),
    ("ahead", _("Paid ahead")),
]
SORTS = [
    ("", _("By group, then name")),
    ("name", _("By name")),
    ("behind", _("Furthest behind first")),
    ("open", _("Most open first")),
]


class GridForm(FilterForm):
    """Branch, year and month, and which of its members in which order. What can't be meant counts as not asked."""

    q = forms.CharField(label=_("Name"), required=False, max_length=60)
    org = forms.ChoiceField(label=_("Branch"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    month = forms.TypedChoiceField(label=_("Month shown"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("In that month"), required=False, choices=STATES)
    behind = forms.TypedChoiceField(
        label=_("Months behind"), required=False, coerce=int, empty_value=None, choices=BEHIND
    )
    category = forms.ChoiceField(
        label=_("Category for dues"),
        required=False,
        choices=[("", _("Any")), *DuesCategory.choices, (UNRECORDED, _("Not recorded"))],
    )
    group = forms.ChoiceField(label=_("Party group"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)

    def __init__(
        self, data: Any, *, branches: QuerySet[Organization], groups: QuerySet[Organization], on: date
    ) -> None:
        super().__init__(data)
        self.on = on
        self.offer_several(branches[:MOST_OFFERED])
        self.offer("group", [(one.code, one.name) for one in groups], _("Any"))
        self.offer("year", [(year, str(year)) for year in range(on.year, EARLIEST - 1, -1)])
        self.offer("month", MONTHS.items())
        self.is_valid()

    def asked(self, name: str) -> Any:
        """What was chosen, None or empty where nothing was, or nothing that exists."""
        return self.cleaned_data.get(name)

    @property
    def chosen_year(self) -> int:
        return self.asked("year") or self.on.year

    @property
    def chosen_month(self) -> date:
        """The month at a glance: the one asked for, else this one, of an earlier year its last."""
        usual = self.on.month if self.chosen_year == self.on.year else 12
        return date(self.chosen_year, self.asked("month") or usual, 1)
