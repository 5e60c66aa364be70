"""Which duty somebody wants to do."""

from django import forms

from meetings.choices import MeetingKind
from meetings.rules.record_duties import LIMIT_KEYS


class DutyDoForm(forms.Form):
    """As the address of a duty says it: the kind, the period, and of requests for leave who asked."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (*MeetingKind.values, *LIMIT_KEYS)])
    period = forms.RegexField(r"^(19|20)\d\d(-(Q[1-4]|0[1-9]|1[0-2]))?$")
    member = forms.IntegerField(required=False)
