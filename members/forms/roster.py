from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.filters import LONGEST_QUERY, SEALED, kept_query


class SavedFilterForm(forms.Form):
    """A name for what the roster shows at the moment."""

    name = forms.CharField(label=_("Name of the filter"), max_length=40)
    query = forms.CharField(max_length=LONGEST_QUERY, required=False, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Only what the list understands, and no number that was searched for: a filter isn't for one person."""
        return kept_query(QueryDict(self.cleaned_data["query"]), but=SEALED)
