"""Handing dues up, spending them, publishing them."""

import hashlib
import json
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dues.choices import DisclosureWay, UseKind
from dues.fields import MonthField, YuanField
from dues.upwards.models import LARGE_FROM_FEN, DuesUse, RemittanceQuerySet
from dues.upwards.queries import deciding_meetings
from meetings.meeting.models import Meeting
from members.models import Member, Organization
from members.pages.forms import FilterForm, PersonField, choice_field, day_field, key_field


class RemittanceForm(forms.Form):
    key = key_field()
    first = MonthField(label=_("From the month"))
    last = MonthField(label=_("Until the month"))
    sent_on = day_field(label=_("Handed up on"))
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)


class WaitingForm(FilterForm):
    waiting = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("1", _("Only what waits for confirmation"))],
    )

    def narrow(self, rows: RemittanceQuerySet) -> RemittanceQuerySet:
        return rows.unconfirmed() if self.is_valid() and self.cleaned_data["waiting"] else rows


class UseFilterForm(FilterForm):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *UseKind.choices])

    def narrow(self, rows: QuerySet[DuesUse]) -> QuerySet[DuesUse]:
        return rows.filter(kind=self.cleaned_data["kind"]) if self.is_valid() and self.cleaned_data["kind"] else rows


class ReceivedForm(forms.Form):
    received_on = day_field(label=_("Received on"))


class UseForm(forms.Form):
    """What dues were spent for; the meeting is one at which the organization decided, or stays empty."""

    key = key_field()
    kind = choice_field(UseKind, label=_("Kind"))
    amount_fen = YuanField(label=_("Amount, in yuan"))
    used_on = day_field(label=_("Used on"))
    purpose = forms.CharField(label=_("For what"), max_length=200)
    meeting = forms.ModelChoiceField(
        label=_("Decided at the meeting"), queryset=Meeting.objects.none(), required=False, empty_label="—"
    )
    decided_on = day_field(label=_("Decided on"), required=False)
    decided_by = forms.CharField(
        label=_("Who decided together"),
        max_length=120,
        required=False,
        help_text=_("For instance: branch committee. Empty when you chose a meeting."),
    )

    def __init__(self, data: Any, *, organization: Organization, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast(forms.ModelChoiceField, self.fields["meeting"]).queryset = deciding_meetings(organization)

    def clean(self) -> dict[str, Any]:
        """A meeting says itself when and who decided."""
        found: dict[str, Any] = super().clean() or {}
        if meeting := found.get("meeting"):
            found["decided_on"] = found.get("decided_on") or meeting.day
            found["decided_by"] = found.get("decided_by") or meeting.name
        for name in ("decided_on", "decided_by"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, _("Choose the meeting, or write who decided and when (article 20)."))
        return found


class DisclosureForm(forms.Form):
    """Nothing is filled in: how, where and when is for whoever published it to say. `sheet` stands for the figures that
    were looked at: no others are published unseen."""

    sheet = forms.CharField(widget=forms.HiddenInput)
    way = forms.ChoiceField(label=_("How it was published"), choices=[("", _("Please choose")), *DisclosureWay.choices])
    place = forms.CharField(
        label=_("Where, or at which meeting"),
        max_length=200,
        help_text=_("For instance: read out at the theme day of December; on the board at the entrance."),
    )
    disclosed_on = day_field(label=_("Published on"))

    def __init__(self, data: Any, *, figures: dict[str, Any]) -> None:
        now = hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()[:16]
        self.changed = data is not None and data.get("sheet") != now
        super().__init__({**data.dict(), "sheet": now} if data is not None else None, initial={"sheet": now})

    def clean(self) -> dict[str, Any]:
        if self.changed:
            raise forms.ValidationError(_("The figures have changed meanwhile. Look at the sheet once more."))
        return {name: value for name, value in self.cleaned_data.items() if name != "sheet"}


class LargeForm(forms.Form):
    key = key_field()
    member = PersonField(label=_("Member"), queryset=Member.objects.none(), to_field_name="key")
    amount_fen = YuanField(label=_("Amount, in yuan"), least_fen=LARGE_FROM_FEN)
    given_on = day_field(label=_("Given on"))

    def __init__(self, data: Any, *, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast(forms.ModelChoiceField, self.fields["member"]).queryset = members


class SendUpForm(forms.Form):
    profile = forms.CharField(
        label=_("Short profile of the member"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    sent_up_on = day_field(label=_("Handed up on"))


class CentreReceiptForm(forms.Form):
    number = forms.CharField(label=_("Number of the centre's receipt"), max_length=60)


class HandOverForm(forms.Form):
    handed_over_on = day_field(label=_("Handed to the member on"))


class PeriodForm(forms.Form):
    """Months of the overview; wrong or no months are the year so far."""

    q = forms.CharField(label=_("Branch"), required=False)
    first = MonthField(label=_("From the month"), required=False)
    last = MonthField(label=_("Until the month"), required=False)

    def period(self, on: date) -> tuple[date, date]:
        given = self.cleaned_data if self.is_valid() else {}
        first = given.get("first") or date(on.year, 1, 1)
        return first, max(first, given.get("last") or on.replace(day=1))
