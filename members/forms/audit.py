from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.actions import ACTIONS
from audit.models import EntryQuerySet
from members.queries.trail import between


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailFilter(forms.Form):
    """What of the trail is wanted. Empty fields ask for nothing."""

    q = forms.CharField(label=_("Name of the record"), required=False, max_length=100)
    who = forms.CharField(label=_("Who (user name)"), required=False, max_length=150)
    action = forms.ChoiceField(label=_("Did what"), required=False)
    first = forms.DateField(label=_("From"), required=False, widget=day_input())
    last = forms.DateField(label=_("Until"), required=False, widget=day_input())
    kind = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    """With `kind`: everything about one record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(ACTIONS.items(), key=lambda pair: str(pair[1]))
        self.fields["action"].choices = [("", _("Anything")), *choices]  # type: ignore[attr-defined]

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Leave out what wasn't asked for. Fields that can't be read ask for nothing; the page says so beside them."""
        self.is_valid()
        asked = self.cleaned_data
        wanted = {
            "subject_label__icontains": asked.get("q"),
            "actor__iexact": asked.get("who"),
            "action": asked.get("action"),
            "subject_kind": asked.get("kind"),
            "subject_id": asked.get("id"),
        }
        entries = entries.filter(**{lookup: value for lookup, value in wanted.items() if value})
        return between(entries, asked.get("first"), asked.get("last"))


class TrailPlace(forms.Form):
    """Which page: the entries before or after a number. What can't be read means the newest."""

    before = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)

    def numbers(self) -> dict[str, int | None]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("before", "after")}
