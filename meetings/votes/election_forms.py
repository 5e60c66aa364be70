"""Opening an election, the count of its papers, and the approval from above."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from meetings.attendance.models import Attendance
from meetings.meeting.models import AgendaItem, Meeting
from meetings.votes.election_rules import Ballot, ballot_key
from meetings.votes.election_services import Posts
from meetings.votes.forms import number
from meetings.votes.models import Vote
from meetings.votes.queries import can_scrutinize, can_stand, on_the_ballot
from members.choices import OfficeKind, OrganizationKind, office_words
from members.organizations.rules import OFFICES_IN
from members.pages.forms import day_field, key_field

ELECTED = (
    OfficeKind.COMMITTEE_MEMBER,
    OfficeKind.SECRETARY,
    OfficeKind.DEPUTY_SECRETARY,
    OfficeKind.COMMITTEE_SECRETARY,
)
OTHER_NAMES = range(1, 6)


def people(rows: Iterable[Attendance]) -> list[tuple[int, str]]:
    """Choices in the order of a ballot, by strokes."""
    found = sorted(rows, key=lambda one: ballot_key(one.name))
    return [(one.member_id, f"{one.name} · {one.group}" if one.group else one.name) for one in found]


def members_field(label: Any, **more: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(label=label, coerce=int, widget=forms.CheckboxSelectMultiple, **more)


class ElectionForm(forms.Form):
    """How many seats of what, who stands, and who watches the count."""

    key = key_field()
    item = forms.ModelChoiceField(label=gettext_lazy("Agenda item"), queryset=AgendaItem.objects.none())
    office = forms.ChoiceField(label=gettext_lazy("What is elected"), required=False)
    about = forms.CharField(
        label=gettext_lazy("Name of the election"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Empty: what is elected. For delegates, write which congress."),
    )
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=99, initial=1)
    candidates = members_field(gettext_lazy("Candidates"))
    scrutineers = members_field(
        gettext_lazy("Scrutineers"), help_text=gettext_lazy("Members with a vote who are present and don't stand.")
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = OFFICES_IN[OrganizationKind(meeting.organization.kind)]
        offices = [(one.value, office_words(one, meeting.organization.kind)) for one in ELECTED if one in possible]
        self.offices = dict(offices)
        cast(forms.ChoiceField, self.fields["office"]).choices = [*offices, ("", _("Delegates or others"))]
        self.initial.setdefault("office", offices[0][0] if offices else "")
        cast(forms.ModelChoiceField, self.fields["item"]).queryset = meeting.agenda.all()
        cast(forms.ChoiceField, self.fields["candidates"]).choices = people(can_stand(meeting))
        cast(forms.ChoiceField, self.fields["scrutineers"]).choices = people(can_scrutinize(meeting))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("office") and not typed.get("about"):
            self.add_error("about", _("Write what is elected."))
        return typed

    def posts(self) -> Posts:
        typed = self.cleaned_data
        office = typed["office"]
        return Posts(office, typed["seats"], typed["about"] or self.offices[office])


class AgainForm(forms.Form):
    """A new ballot among those who are tied; they and the seats are given."""

    key = key_field()
    scrutineers = members_field(gettext_lazy("Scrutineers"))

    def __init__(self, *args: Any, vote: Vote, tied: list[int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [one for one in can_scrutinize(vote.item.meeting) if one.member_id not in tied]
        cast(forms.ChoiceField, self.fields["scrutineers"]).choices = people(rows)
        self.initial["scrutineers"] = [one.member_id for one in vote.scrutineers.all()]


class BallotForm(forms.Form):
    """The papers of an election as one person counted them: a line a candidate, and names that were written in."""

    issued = number(gettext_lazy("Ballots handed out"))
    returned = number(gettext_lazy("Ballots returned"))
    void = number(gettext_lazy("Void among them"), initial=0)

    def __init__(self, *args: Any, vote: Vote, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = on_the_ballot(vote)
        for one in self.candidates:
            for name, label in (("for", _("For")), ("against", _("Against")), ("abstained", _("Abstained"))):
                self.fields[f"{name}_{one.pk}"] = number(label)
                self.fields[f"{name}_{one.pk}"].widget.attrs["aria-label"] = f"{one.name}: {label}"
        for line in OTHER_NAMES:
            self.fields[f"name_{line}"] = forms.CharField(label=_("Other name"), max_length=60, required=False)
            self.fields[f"votes_{line}"] = number(_("Votes"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        names = [" ".join(typed[f"name_{line}"].split()) for line in OTHER_NAMES if typed.get(f"name_{line}")]
        for line in OTHER_NAMES:
            if bool(typed.get(f"name_{line}")) != bool(typed.get(f"votes_{line}")):
                self.add_error(f"votes_{line}", _("A name and its votes belong together."))
        if len(names) != len(set(names)):
            self.add_error(None, _("A name stands twice. Add its votes up in one line."))
        return typed

    def ballot(self) -> Ballot:
        typed = self.cleaned_data
        figures = {
            str(one.pk): (typed[f"for_{one.pk}"], typed[f"against_{one.pk}"], typed[f"abstained_{one.pk}"])
            for one in self.candidates
        }
        others = {
            " ".join(typed[f"name_{line}"].split()): typed[f"votes_{line}"]
            for line in OTHER_NAMES
            if typed[f"name_{line}"]
        }
        return Ballot(typed["issued"], typed["returned"], typed["void"], figures, others)

    def lines(self) -> list[dict[str, Any]]:
        """For the page: each candidate with three bound fields."""
        return [
            {"name": one.name, "fields": [self[f"{name}_{one.pk}"] for name in ("for", "against", "abstained")]}
            for one in self.candidates
        ]

    def papers(self) -> list[Any]:
        return [self[name] for name in ("issued", "returned", "void")]

    def has_others(self) -> bool:
        """Whether a name was typed, so that the fold stays open."""
        return any(self.data.get(f"name_{line}") or self.data.get(f"votes_{line}") for line in OTHER_NAMES)

    def other_lines(self) -> list[tuple[Any, Any]]:
        return [(self[f"name_{line}"], self[f"votes_{line}"]) for line in OTHER_NAMES]


class ApproveForm(forms.Form):
    on = day_field(label=gettext_lazy("Day of approval"))
    document = forms.CharField(label=gettext_lazy("Document of approval"), max_length=200)
    fills_vacancy = forms.BooleanField(
        label=gettext_lazy("An empty seat is filled: who holds this office now stays, and the term goes on"),
        required=False,
    )
