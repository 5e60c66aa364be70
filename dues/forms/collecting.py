"""The list to tick while cash is handed in."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dues.fields import YuanField
from dues.queries.paying import OpenLine
from dues.services.collecting import HandedIn, RefusedLine
from members.forms.fields import day_field, key_field
from members.services.refused import Refused


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
        ticked: bool = False,
        paid_on: date | None = None,
    ) -> None:
        """`ticked`: those who came to the meeting are ticked to begin with."""
        super().__init__(data, initial={"paid_on": paid_on or on})
        self.lines = lines
        for line in lines:
            pk, fen = line.member.pk, line.open_fen
            self.fields[f"hand-{pk}"] = forms.BooleanField(required=False, initial=ticked and line.was_there)
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
