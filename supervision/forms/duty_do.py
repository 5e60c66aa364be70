"""Which duty somebody wants to do."""

from django import forms

from supervision.queries.duty_do import KINDS


class DutyDoForm(forms.Form):
    """As the address of a duty says it: the kind, the period and the day it falls due."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    period = forms.RegexField(r"^(19|20)\d\d(-(0[1-9]|1[0-2]))?$")
    due = forms.DateField()
