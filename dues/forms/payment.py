"""Recording a payment, taking one back, and which payments are listed."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dues.choices import ForbiddenWay, PayerKind, PaymentWay
from dues.fields import YuanField
from dues.services.payments import NewPayment
from members.forms.fields import day_field, key_field
from members.models import Member, Organization

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
    payer = forms.ModelChoiceField(
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
