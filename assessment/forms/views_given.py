"""What a branch gives itself or another one, and what a member says."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.choices import Satisfaction
from assessment.forms.values import LONGEST, TEXT, words
from assessment.queries.views_asked import AskedView
from members.forms.fields import key_field


class ViewForm(forms.Form):
    key = key_field()
    points = forms.DecimalField(label=_("Points reached"), min_value=0, max_digits=7, decimal_places=2)
    words = forms.CharField(label=_("In words"), max_length=LONGEST, required=False, widget=TEXT)

    def __init__(self, data: Any, *, asked: AskedView) -> None:
        given = asked.given
        super().__init__(data, initial={"points": given.points, "words": given.words} if given else {})
        total: Decimal = asked.assessment.scheme.total
        points = cast(forms.DecimalField, self.fields["points"])
        points.label = gettext("Points, of %(most)s") % {"most": words(total)}
        points.validators.append(MaxValueValidator(total))
        points.widget.attrs["max"] = words(total)


class SatisfactionForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("How satisfied are you with your branch's work?"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
    )
