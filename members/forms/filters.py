"""What the lists of every app are narrowed by. Empty fields, and what can't be read, ask for nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organization

MOST_OFFERED = 300
Rows = TypeVar("Rows", bound=QuerySet[Any])
Orders = Mapping[str, tuple[Any, tuple[Any, ...]]]
"""Code → what it is called, and the fields; the first is the usual one."""


def order_field(orders: Orders) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Order"), required=False, choices=[(code, label) for code, (label, _fields) in orders.items()]
    )


class FilterForm(forms.Form):
    def offer(self, name: str, choices: Iterable[tuple[Any, Any]], nothing: Any = "—") -> None:
        """Those choices, and none of them."""
        cast(forms.ChoiceField, self.fields[name]).choices = [("", nothing), *choices]

    def offer_places(self, places: Iterable[Organization], *, at: Organization | None = None) -> None:
        """`at`: where the page stands already, by a link from elsewhere: then it is a choice too."""
        choices = {place.code: place.name for place in places}
        self.offer("org", (choices | ({at.code: at.name} if at else {})).items())

    def offer_several(self, places: Iterable[Organization]) -> None:
        """A single place is no choice."""
        self.offer_places(offered := list(places))
        if len(offered) < 2:
            del self.fields["org"]

    def ordered(self, rows: Rows, orders: Orders) -> Rows:
        _label, fields = orders.get(self.cleaned_data.get("order") or "", next(iter(orders.values())))
        return rows.order_by(*fields)


class PlaceForm(FilterForm):
    """Where one looks, and a part of a branch's name."""

    q = forms.CharField(label=_("Branch"), required=False, max_length=60)
    org = forms.ChoiceField(label=_("Organization"), required=False)

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization | None = None) -> None:
        super().__init__(data)
        self.offer_places(places[:MOST_OFFERED], at=at)
        self.is_valid()

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")
