"""From a vote to somebody's membership: what the vote doesn't say, and the committee's decision."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from meetings.choices import VoteSubject
from meetings.models import Vote
from meetings.rules.membership import extensions
from meetings.services.membership import Approval, Asked
from members.forms.fields import IdentityNumberField, day_field, key_field


class StepForm(forms.Form):
    """Only what isn't on record: the vote has the person, the day and the meeting."""

    key = key_field()
    name = forms.CharField(label=gettext_lazy("Applicant"), max_length=60)
    national_id = IdentityNumberField(label=gettext_lazy("Identity number"), max_length=24)
    months = forms.TypedChoiceField(label=gettext_lazy("Longer by"), coerce=int)

    def __init__(self, *args: Any, vote: Vote, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(one, _("%(count)s months") % {"count": one}) for one in extensions(vote.item.meeting.day)]
        cast(forms.ChoiceField, self.fields["months"]).choices = months
        if vote.subject != VoteSubject.ADMISSION or vote.applicant:
            del self.fields["name"]
        if vote.subject != VoteSubject.ADMISSION:
            del self.fields["national_id"]
        if vote.subject != VoteSubject.EXTENSION:
            del self.fields["months"]

    def asked(self) -> Asked:
        return Asked(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


class DecideForm(forms.Form):
    """The committee's yes with its document, or its no with the reason."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("The committee"),
        choices=[("yes", gettext_lazy("approves")), ("no", gettext_lazy("doesn't approve"))],
        widget=forms.RadioSelect,
    )
    on = day_field(label=gettext_lazy("Day of the decision"))
    document = forms.CharField(
        label=gettext_lazy("Document or meeting of the committee"), max_length=200, required=False
    )
    reason = forms.CharField(label=pgettext_lazy("not approved", "Why not"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("verdict") == "yes" and not typed.get("document"):
            self.add_error("document", _("Name the document or the committee's meeting that approved it."))
        if typed.get("verdict") == "no" and not typed.get("reason"):
            self.add_error("reason", _("Say why, so that the branch knows what to do."))
        return typed

    def approval(self) -> Approval:
        typed = self.cleaned_data
        if typed["verdict"] == "yes":
            return Approval(typed["on"], document=typed["document"])
        return Approval(typed["on"], document=typed["document"], reason=typed["reason"])


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=200)
