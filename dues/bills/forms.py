"""Uploading a bill, deciding its rows, and which rows are listed."""

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from dues.bills.models import BillRowQuerySet
from dues.choices import BillRowState, BillSource
from dues.fields import UploadForm, YuanField
from members.models import Member, Organization
from members.pages.forms import FilterForm, LookedUpField, PersonField

FOR_WHOM = pgettext_lazy("whose dues a row of a bill is", "For whom")
WAITING, EVERYTHING = "waiting", "all"


class BillUploadForm(UploadForm):
    file = forms.FileField(
        label=_("Bill or bank statement"),
        help_text=_("As WeChat, Alipay or the bank exported it: CSV or Excel. Unpack a ZIP file first."),
    )


class BillRowForm(forms.Form):
    """For whom a row is; what the ledger may ask besides."""

    member = PersonField(label=FOR_WHOM, queryset=Member.objects.none(), to_field_name="key", empty_label="—")
    voluntary = YuanField(
        label=_("Of this voluntary, in yuan"),
        required=False,
        least_fen=0,
        help_text=_("What the member gives beyond what is owed. It settles no month."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Only needed where months are paid that lie further back than the rule allows."),
    )

    def __init__(self, *args: Any, branch: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.below(branch.path).in_roster_order()
        cast(forms.ModelChoiceField, self.fields["member"]).queryset = members


class AsideForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is no dues"),
        max_length=200,
        help_text=_("For instance: paid back for a meal; already recorded in cash."),
    )


class AsideReason(TextChoices):
    """The usual reasons why money on a bill is no payment to record."""

    RECORDED = "recorded", _("Recorded already")
    NOT_DUES = "not_dues", _("No dues")
    ELSEWHERE = "elsewhere", _("For somebody of another branch")


class AsideAtOnceForm(forms.Form):
    """One reason for several rows."""

    reason = forms.ChoiceField(choices=AsideReason.choices)

    def sentence(self) -> str:
        return str(AsideReason(self.cleaned_data["reason"]).label)


class UndoRowForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is taken back"),
        max_length=200,
        help_text=_("For instance: recorded for the wrong person. It stays on record."),
    )


class BillRowFilterForm(FilterForm):
    """Empty fields, and what can't be read, ask for what waits."""

    q = forms.CharField(label=_("Name, note or transaction number"), required=False, max_length=80)
    org = LookedUpField(label=_("Branch"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Everything that waits")), *BillRowState.choices, (EVERYTHING, _("All"))],
    )
    source = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *BillSource.choices])

    def __init__(self, data: Any, *, places: QuerySet[Organization]) -> None:
        super().__init__(data)
        self.offer_several(places)

    def narrow(self, rows: BillRowQuerySet) -> BillRowQuerySet:
        self.is_valid()
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(
                Q(payer_name__icontains=text)
                | Q(note__icontains=text)
                | Q(transaction__startswith=text)
                | Q(member__name__icontains=text)
            )
        for name, lookup in (("org", "organization__code"), ("source", "bill__source")):
            if typed.get(name):
                rows = rows.filter(**{lookup: typed[name]})
        state = typed.get("state")
        if state in BillRowState.values:
            rows = rows.filter(state=state)
        elif state != EVERYTHING:
            rows = rows.waiting()
        return rows
