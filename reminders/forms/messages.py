"""Looking for messages, and what a caller heard."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import choice_field
from reminders.choices import ChannelKind, MessageKind, MessageState
from reminders.models import Message
from reminders.rules.links import choices_of
from reminders.services.calling import NOT_REACHED, TOLD


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


class CallForm(forms.Form):
    """What became of one call."""

    result = forms.ChoiceField()
    words = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        results = [*choices_of(message.kind), TOLD, NOT_REACHED]
        self.fields["result"].choices = [(code, "") for code in results]  # type: ignore[attr-defined]


class OwnAnswerForm(forms.Form):
    """An answer of somebody who is logged in, with words of their own if they like."""

    choice = forms.CharField(max_length=20)
    words = forms.CharField(max_length=300, required=False)
