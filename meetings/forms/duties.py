"""Which duties are listed."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.rules.duties import ASKED
from members.forms.filters import FilterForm
from members.models import Organization
from rulebook.values import DutyState

EARLIEST = 2018
"""The branch regulations are of 2018."""
STATES = (
    (DutyState.OVERDUE, _("Overdue")),
    (DutyState.OPEN, _("Still open")),
    (DutyState.DONE, _("Done")),
)
KINDS = [(asked.kind, MeetingKind(asked.kind).label) for of_kind in ASKED.values() for asked in of_kind]


class DutyFilterForm(FilterForm):
    """Place, year, and what of it. A year that hasn't begun isn't offered."""

    q = forms.CharField(label=_("Branch"), required=False)
    org = forms.ChoiceField(label=_("Organization"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *KINDS])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *STATES])

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization, today: date) -> None:
        super().__init__(data)
        self.offer_places(places, at=at)
        self.offer("year", [(year, str(year)) for year in range(today.year, EARLIEST - 1, -1)])


def only_for_committees(form: DutyFilterForm) -> DutyFilterForm:
    """Without what can't be asked of counts."""
    for name in ("kind", "state"):
        del form.fields[name]
    return form


def only_for_a_branch(form: DutyFilterForm) -> DutyFilterForm:
    del form.fields["q"]
    return form
