from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.filters import LONGEST_QUERY, kept_query


class SavedFilterForm(forms.Form):
    """A name for what the roster shows at the moment."""

    name = forms.CharField(label=_("Name of the filter"), max_length=40)
    query = forms.CharField(max_length=LONGEST_QUERY, required=False, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Only what the list understands."""
        return kept_query(QueryDict(self.cleaned_data["query"]))


class ExportForm(forms.Form):
    """What goes into the workbook. Private fields only with a reason, which the audit trail keeps."""

    private = forms.BooleanField(label=_("With identity numbers, phones and addresses"), required=False)
    reason = forms.CharField(label=_("What for"), max_length=200, required=False)

    def clean(self) -> None:
        data = super().clean() or {}
        if data.get("private") and len(data.get("reason", "").strip()) < 4:
            self.add_error("reason", _("Say what the private fields are needed for. It goes into the audit trail."))
