from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.services.private import REVEALABLE, recorded_fields

LABELS = {name: Member._meta.get_field(name).verbose_name for name in REVEALABLE} | {  # type: ignore[union-attr]
    "dues_base": _("monthly base for dues")  # kept in fen, shown in yuan
}


class RevealForm(forms.Form):
    """Which private value, and what for. Only fields in which something is recorded can be chosen."""

    field = forms.ChoiceField(label=_("Value"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What you need it for"),
        max_length=200,
        min_length=2,
        help_text=_("For instance: to call about the visit on Friday. Kept on record with your name."),
        error_messages={"required": _("Say what you need it for. The reason is kept on record.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recorded = recorded_fields(member)
        choice = self.fields["field"]
        choice.choices = [(name, LABELS[name]) for name in recorded]  # type: ignore[attr-defined]
        if len(recorded) == 1:
            choice.initial = recorded[0]


class AgreeForm(forms.Form):
    """The second person's answer."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("agree", "decline")], widget=forms.HiddenInput)
