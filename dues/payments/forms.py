"""What is asked about payments, their list and receipts."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from dues.choices import ForbiddenWay, PayerKind, PaymentKind, PaymentWay
from dues.fields import MonthField, YuanField
from dues.ledger.payment_models import PaymentQuerySet, ReceiptQuerySet
from dues.payments.queries import OpenLine
from dues.payments.services import HandedIn, NewPayment, RefusedLine
from dues.units import last_day
from members.models import Member, Organization
from members.pages.forms import FilterForm, LookedUpField, PersonField, day_field, key_field
from members.refused import Refused

BY_HAND = [way for way in PaymentWay.choices if way[0] != PaymentWay.LEDGER]
ASKED_FOR = (gettext_lazy("Not allowed"), ForbiddenWay.choices)
"""Offered so that whoever is asked for it gets the article to show."""


class PaymentForm(forms.Form):
    """One payment for one member. `own`: of who fills it in; it is then handed over by nobody else."""

    key = key_field()
    amount = YuanField(label=gettext_lazy("Amount, in yuan"))
    paid_on = day_field(label=gettext_lazy("Paid on"))
    way = forms.ChoiceField(label=gettext_lazy("Way of paying"), choices=[*BY_HAND, ASKED_FOR])
    payer_kind = forms.ChoiceField(label=gettext_lazy("Handed over by"), choices=PayerKind.choices)
    payer_name = forms.CharField(label=gettext_lazy("Name of the relative"), max_length=60, required=False)
    payer = PersonField(
        label=gettext_lazy("Which member"), queryset=Member.objects.none(), required=False, empty_label="—"
    )
    voluntary = YuanField(
        label=gettext_lazy("Of this voluntary, in yuan"),
        required=False,
        least_fen=0,
        help_text=gettext_lazy("What the member gives beyond what is owed. It settles no month."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only needed where months are paid that lie further back than the rule allows."),
    )

    field_order = ("key", "amount", "voluntary", "paid_on", "way")

    def __init__(self, *args: Any, member: Member, branch: Organization, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.branch = member, branch
        payer = cast(forms.ModelChoiceField, self.fields["payer"])
        payer.queryset = Member.objects.below(branch.path).exclude(pk=member.pk).order_by("name_key", "pk")
        if own:
            for name in ("payer_kind", "payer_name", "payer"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Whoever paid has a name; what was typed for another kind of payer is left out."""
        typed = super().clean() or {}
        kind = typed.get("payer_kind")
        if kind == PayerKind.RELATIVE and not typed.get("payer_name"):
            self.add_error("payer_name", _("Give the relative's name."))
        if kind == PayerKind.OTHER_MEMBER and not typed.get("payer"):
            self.add_error("payer", _("Choose the member who handed it over."))
        return typed

    def payment(self) -> NewPayment:
        typed = self.cleaned_data
        kind = typed.get("payer_kind", PayerKind.SELF)
        return NewPayment(
            key=typed["key"],
            organization=self.branch,
            member=self.member,
            amount_fen=typed["amount"],
            paid_on=typed["paid_on"],
            way=typed["way"],
            voluntary_fen=typed["voluntary"] or 0,
            payer_kind=kind,
            payer_name=typed["payer_name"] if kind == PayerKind.RELATIVE else "",
            payer=typed["payer"] if kind == PayerKind.OTHER_MEMBER else None,
            reason=typed["reason"],
        )


class EffectForm(forms.Form):
    """What stands in the form while it is being filled in; what can't be read yet counts as nothing."""

    amount = YuanField(required=False)
    voluntary = YuanField(required=False, least_fen=0)

    def settling_fen(self) -> int:
        """The part that settles months."""
        self.is_valid()
        typed = self.cleaned_data
        return max((typed.get("amount") or 0) - (typed.get("voluntary") or 0), 0)


class ReversalForm(forms.Form):
    key = key_field()
    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        max_length=200,
        help_text=gettext_lazy("For instance: recorded for the wrong person. It stays on record."),
        error_messages={"required": gettext_lazy("Say why the payment is taken back.")},
    )


def first_values(*, open_fen: int, on: date) -> dict[str, object]:
    """What a payment form begins with: everything that is open, in cash, today."""
    return {"amount": open_fen or None, "paid_on": on, "way": PaymentWay.CASH, "payer_kind": PayerKind.SELF}


LIVE, REVERSED = "live", "reversed"
STATES = ((LIVE, gettext_lazy("Valid")), (REVERSED, gettext_lazy("Taken back, and the lines that do so")))


class PaymentFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Name of the member or of who paid"), required=False, max_length=60)
    org = LookedUpField(label=gettext_lazy("Branch"), required=False)
    month = MonthField(label=gettext_lazy("Paid in the month"), required=False)
    way = forms.ChoiceField(
        label=gettext_lazy("Way of paying"),
        required=False,
        choices=[("", gettext_lazy("All ways")), *PaymentWay.choices],
    )
    by = forms.ChoiceField(label=gettext_lazy("Recorded by"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *STATES])

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
        return payments


def _found_by(text: str, payments: PaymentQuerySet) -> Q:
    """The search of names is written for its own table, so the people are read first."""
    involved = Member.objects.filter(
        Q(pk__in=payments.order_by().values("member")) | Q(pk__in=payments.order_by().values("payer"))
    )
    people = list(involved.search(text).values_list("pk", flat=True))
    return Q(member__in=people) | Q(payer__in=people) | Q(payer_name__icontains=text)


class CollectForm(forms.Form):
    """For each member a box, an amount, and a reason where months are old. Members without open months can be named
    too, so that a form that was already sent is read as it was."""

    key = key_field()
    paid_on = day_field(label=gettext_lazy("Handed in on"))

    def __init__(
        self,
        data: Any = None,
        *,
        lines: Sequence[OpenLine],
        on: date,
        everybody: bool = False,
        paid_on: date | None = None,
    ) -> None:
        """Those who came to the meeting are ticked to begin with, or everybody who owes and needs no reason."""
        super().__init__(data, initial={"paid_on": paid_on or on})
        self.lines = lines
        for line in lines:
            pk, fen = line.member.pk, line.open_fen
            is_ticked = line.months and (line.was_there or everybody and not line.needs_reason)
            self.fields[f"hand-{pk}"] = forms.BooleanField(required=False, initial=bool(is_ticked))
            self.fields[f"amount-{pk}"] = YuanField(required=False, initial=fen or None)
            self.fields[f"reason-{pk}"] = forms.CharField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for line in self.lines:
            name = f"amount-{line.member.pk}"
            if typed.get(f"hand-{line.member.pk}") and not typed.get(name) and not self.has_error(name):
                self.add_error(name, _("Give the amount."))
        if not any(typed.get(f"hand-{line.member.pk}") for line in self.lines):
            self.add_error(None, _("Tick who handed something in."))
        return typed

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines to show: whoever owes something or was ticked, with the three fields."""
        for line in self.lines:
            hand = self[f"hand-{line.member.pk}"]
            if line.months or hand.value():
                fields = {name: self[f"{name}-{line.member.pk}"] for name in ("amount", "reason")}
                yield {"line": line, "hand": hand, **fields}

    def handed_in(self) -> list[HandedIn]:
        typed = self.cleaned_data
        return [
            HandedIn(line.member, typed[f"amount-{line.member.pk}"], typed[f"reason-{line.member.pk}"])
            for line in self.lines
            if typed[f"hand-{line.member.pk}"]
        ]

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal in the line it is about."""
        if isinstance(refusal, RefusedLine) and (name := f"{refusal.field}-{refusal.member}") in self.fields:
            self.add_error(name, refusal.sentence)
        else:
            self.add_error(None, str(refusal))


class RangeForm(forms.Form):
    """Which numbers of a year are printed; without them its newest."""

    NEWEST = 10

    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=2000, max_value=2200)
    first = forms.IntegerField(label=gettext_lazy("From number"), required=False, min_value=1, max_value=10**9)
    last = forms.IntegerField(label=gettext_lazy("To number"), required=False, min_value=1, max_value=10**9)

    def __init__(self, data: Any, *, on: date) -> None:
        super().__init__(data)
        self.on = on

    def narrow(self, receipts: ReceiptQuerySet) -> ReceiptQuerySet:
        """In the order of their numbers; what can't be read asks for nothing."""
        self.is_valid()
        typed = self.cleaned_data
        receipts = receipts.filter(year=typed.get("year") or self.on.year)
        newest = receipts.aggregate(last=Max("number", default=0))["last"] if not typed.get("last") else 0
        if first := typed.get("first") or newest - self.NEWEST + 1:
            receipts = receipts.filter(number__gte=first)
        if typed.get("last"):
            receipts = receipts.filter(number__lte=typed["last"])
        return receipts.order_by("number")
