"""Why a member is left out of those who should attend, and who agreed."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from meetings.models import Exclusion, Meeting
from meetings.queries.roll import roll
from meetings.services.exclusions import GROUNDS_RULE, Approvals
from rulebook.book import rule_if_held

GROUNDS = {
    "illness_of_mind": gettext_lazy("An illness keeps the member from expressing a will"),
    "abroad_private": gettext_lazy("Abroad at own expense for more than half a year"),
    "probation_or_sentence": gettext_lazy("On probation within the party, or serving a sentence"),
    "frail": gettext_lazy("Old and bedridden, or long ill and unable to care for themselves"),
    "away_not_moved": gettext_lazy("Away for half a year and more, and the relation should have been moved"),
    "retired_elsewhere": gettext_lazy("Retired, lives far away for long and can't take part"),
}


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ExclusionForm(forms.Form):
    """The grounds are those that the rule lists on the meeting's day."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    member = forms.TypedChoiceField(label=gettext_lazy("Member"), coerce=int)
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    superior_agreed_on = day(gettext_lazy("Agreed by the level above on"))
    superior_document = forms.CharField(
        label=gettext_lazy("Document of the level above"), max_length=200, required=False
    )
    meeting_agreed_on = day(gettext_lazy("Agreed by the general meeting on"))

    def __init__(self, *args: Any, meeting: Meeting, exclusion: Exclusion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = rule_if_held(GROUNDS_RULE, meeting.day)
        listed = held.value if held and isinstance(held.value, tuple) else ()
        grounds = [(str(ground), GROUNDS[str(ground)]) for ground in listed]
        cast(forms.ChoiceField, self.fields["ground"]).choices = [("", "—"), *grounds]
        cast(forms.ChoiceField, self.fields["member"]).choices = self._members(meeting, exclusion)
        if exclusion:
            self._fill(exclusion)

    def _members(self, meeting: Meeting, exclusion: Exclusion | None) -> list[tuple[int | str, str]]:
        if exclusion:
            return [(exclusion.member_id, str(exclusion.member))]
        done = set(meeting.exclusions.values_list("member_id", flat=True))
        return [("", "—"), *((one.member_id, one.name) for one in roll(meeting) if one.member_id not in done)]

    def _fill(self, exclusion: Exclusion) -> None:
        names = ("key", "ground", "superior_agreed_on", "superior_document", "meeting_agreed_on")
        self.initial.update({name: getattr(exclusion, name) for name in names}, member=exclusion.member_id)

    def approvals(self) -> Approvals:
        return Approvals(**{name: self.cleaned_data[name] for name in Approvals.__slots__})
