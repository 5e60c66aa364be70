"""Which facts of two entries stay, and what is said of a proposal."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.forms.member import MemberForm
from members.models import Member
from members.services.people import EDITABLE, PRIVATE, value_of

HIDDEN = "••••••"
WHOSE = {"kept": _("Of the entry that stays: %(value)s"), "merged": _("Of the other entry: %(value)s")}


class OtherForm(forms.Form):
    """The key of the other entry."""

    other = forms.UUIDField()


class MergeForm(forms.Form):
    """For each fact that differs: that of the entry that stays, or of the other. One that is missing is filled in."""

    key = key_field()
    reason = forms.CharField(label=_("Why they are one person"), max_length=300)

    def __init__(self, *args: Any, kept: Member, merged: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = []
        for name in EDITABLE:
            mine, other = value_of(kept, name), value_of(merged, name)
            if mine != other and other:
                both = (("kept", mine), ("merged", other))
                shown = [(code, WHOSE[code] % {"value": _shown(name, value)}) for code, value in both]
                self.fields[f"take_{name}"] = forms.ChoiceField(
                    label=MemberForm.base_fields[name].label, choices=shown, widget=forms.RadioSelect,
                    initial="kept" if mine else "merged",
                )  # fmt: skip
                self.facts.append(name)

    def choices(self) -> Iterator[BoundField]:
        return (self[f"take_{name}"] for name in self.facts)

    @staticmethod
    def labels(names: Iterable[str]) -> list[str]:
        return [str(MemberForm.base_fields[name].label) for name in names]

    def takes(self) -> list[str]:
        return [name for name in self.facts if self.cleaned_data[f"take_{name}"] == "merged"]


class MergeActForm(forms.Form):
    """What is done with a proposal, or with what was merged; undoing needs a word why."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("confirm", "refuse", "undo")], widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("act") == "undo" and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why the entries are parted again."))


def _shown(name: str, value: Any) -> str:
    if not value:
        return "—"
    if name in PRIVATE:
        return HIDDEN
    return str(dict(getattr(MemberForm.base_fields[name], "choices", ())).get(value, value))
