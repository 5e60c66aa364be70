"""Which payments are listed, and in which order."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dues.choices import PaymentKind, PaymentWay
from dues.fields import MonthField
from dues.models.payment import PaymentQuerySet
from dues.rules.months import last_day
from members.forms.filters import FilterForm, order_field
from members.models import Member, Organization

LIVE, REVERSED = "live", "reversed"
STATES = ((LIVE, _("Valid")), (REVERSED, _("Taken back, and the lines that do so")))
ORDERS = {
    "newest": (_("Newest first"), ("-paid_on", "-recorded_at", "key")),
    "oldest": (_("Oldest first"), ("paid_on", "recorded_at", "key")),
    "number": (_("Number of the receipt"), ("-receipt__year", "-receipt__number", "key")),
    "name": (_("Name"), ("member__name_key", "-paid_on", "key")),
    "most": (_("Largest amount first"), ("-amount_fen", "-paid_on", "key")),
}


class PaymentFilterForm(FilterForm):
    q = forms.CharField(label=_("Name of the member or of who paid"), required=False, max_length=60)
    org = forms.ChoiceField(label=_("Branch"), required=False)
    month = MonthField(label=_("Paid in the month"), required=False)
    way = forms.ChoiceField(
        label=_("Way of paying"), required=False, choices=[("", _("All ways")), *PaymentWay.choices]
    )
    by = forms.ChoiceField(label=_("Recorded by"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *STATES])
    order = order_field(ORDERS)

    def __init__(self, data: Any, *, branches: QuerySet[Organization], people: dict[str, str]) -> None:
        """`people`: user names of who recorded something here, with what they are called."""
        super().__init__(data)
        self.offer_several(branches)
        self.offer("by", people.items())

    def narrow(self, payments: PaymentQuerySet) -> PaymentQuerySet:
        self.is_valid()
        typed = self.cleaned_data
        if text := typed.get("q"):
            payments = payments.filter(_found_by(text, payments))
        if month := typed.get("month"):
            payments = payments.paid_between(month, last_day(month))
        for name, lookup in (("way", "way"), ("by", "recorded_by")):
            if typed.get(name):
                payments = payments.filter(**{lookup: typed[name]})
        if typed.get("state") == LIVE:
            payments = payments.live()
        elif typed.get("state") == REVERSED:
            payments = payments.filter(Q(kind=PaymentKind.REVERSAL) | Q(reversal__isnull=False))
        return self.ordered(payments, ORDERS)


def _found_by(text: str, payments: PaymentQuerySet) -> Q:
    """The search of names is written for its own table, so the people are read first."""
    involved = Member.objects.filter(
        Q(pk__in=payments.order_by().values("member")) | Q(pk__in=payments.order_by().values("payer"))
    )
    people = list(involved.search(text).values_list("pk", flat=True))
    return Q(member__in=people) | Q(payer__in=people) | Q(payer_name__icontains=text)
