"""What is asked about messages and wordings."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _

from members.pages.forms import choice_field
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.messages.text_rules import objections
from reminders.messages.wording_queries import Slot


class MessageFilterForm(forms.Form):
    """Empty fields, and what can't be read, ask for nothing."""

    q = forms.CharField(label=_("Name, pinyin or end of the phone"), max_length=60, required=False)
    kind = choice_field(MessageKind, label=_("Kind"), required=False)
    state = choice_field(MessageState, label=_("State"), required=False)
    channel = choice_field(ChannelKind, label=_("Channel"), required=False)

    def given(self) -> dict[str, Any]:
        """What can be read of it."""
        self.is_valid()
        return self.cleaned_data


class DeclineForm(forms.Form):
    """Which of the waiting messages aren't sent, and why. `which`: the ticked ones, or all that wait."""

    which = forms.ChoiceField(
        label=_("Which"), choices=[("ticked", _("The ticked ones")), ("all", _("All that wait"))],
        widget=forms.RadioSelect, initial="ticked",
    )  # fmt: skip
    reason = forms.CharField(label=_("Because"), max_length=300)
    key = forms.TypedMultipleChoiceField(coerce=UUID, required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [(key, "") for key in self.ticked()]  # type: ignore[attr-defined]

    def ticked(self) -> list[str]:
        """The keys as they came; the service only takes those that wait there."""
        sent = self.data.getlist("key") if isinstance(self.data, QueryDict) else []
        return [key for key in sent if _is_key(key)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("which") == "ticked" and not typed.get("key"):
            self.add_error("which", gettext("Tick the messages that aren't to be sent."))
        return typed

    def keys(self) -> Collection[UUID] | None:
        """None: all of them."""
        return None if self.cleaned_data["which"] == "all" else self.cleaned_data["key"]


def _is_key(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


class OwnAnswerForm(forms.Form):
    """An answer of somebody who is logged in, with words of their own if they like."""

    choice = forms.CharField(max_length=20)
    words = forms.CharField(max_length=300, required=False)


class WordingForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=120)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 9}))

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slot = slot
        for field in self.fields.values():
            field.widget.attrs |= {"lang": slot.language, "autocomplete": "off"}

    def clean_text(self) -> str:
        return "\n".join(line.rstrip() for line in str(self.cleaned_data["text"]).splitlines())

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if {"subject", "text"} <= typed.keys():
            kind = MessageKind(self.slot.kind)
            for field, sentence in objections(kind, typed["subject"], typed["text"], self.slot.language):
                self.add_error(field, sentence)
        return typed
