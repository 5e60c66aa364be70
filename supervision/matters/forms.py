"""What is asked about major matters and counts of them."""

from datetime import date
from typing import Any, Protocol, TypeVar, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dues.fields import YuanField
from meetings.meeting.models import Meeting
from meetings.votes.models import Vote
from members.models import Organization
from members.pages.forms import FilterForm, LookedUpField, choice_field, day_field, key_field
from supervision.choices import MatterDecision, MatterKind, MatterOpinion
from supervision.matters.models import Matter, MatterQuerySet
from supervision.matters.queries import STATES, meetings_for, votes_for
from supervision.matters.rules import MatterState

LONGEST = 4000
SHOWN = {
    "proposed": _("Proposed"),
    "decided": _("Decided"),
    "without_opinion": _("Decided without the branch's opinion"),
    "executed": _("Carried out"),
    "reviewed": _("Looked back on"),
}
FIRST_YEAR = 2010
"""Of that year is the opinion that names the four kinds."""


def text_field(label: Any, rows: int = 4, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class MatterForm(forms.Form):
    """What is proposed, and by whom."""

    key = key_field()
    kind = choice_field(MatterKind, label=_("Kind"))
    title = forms.CharField(label=_("Matter"), max_length=160)
    proposal = text_field(_("Proposal"))
    amount_fen = YuanField(
        label=_("Amount, in yuan"), required=False, help_text=_("Only where the matter is about money.")
    )
    proposed_on = day_field(label=_("Proposed on"))
    proposed_by = forms.CharField(
        label=_("Proposed by"), max_length=80, help_text=_("A person or a body, for instance: residents' committee.")
    )
    unit = forms.CharField(
        label=_("Unit concerned"),
        max_length=120,
        required=False,
        help_text=_("Empty: the unit is called like the branch."),
    )
    is_internal = forms.BooleanField(
        label=_("Only for the branch's officers"),
        required=False,
        help_text=_("Without the mark, the members of the branch can read it."),
    )

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "reason")}


class MatterEditForm(MatterForm):
    reason = forms.CharField(label=_("Why it is corrected"), max_length=200)

    def __init__(self, data: Any, *, matter: Matter) -> None:
        names = [name for name in self.base_fields if name not in ("key", "reason")]
        super().__init__(data, initial={name: getattr(matter, name) for name in names})
        del self.fields["key"]


class RemoveForm(forms.Form):
    reason = forms.CharField(label=_("Why it is taken out"), max_length=200)


class StepForm(forms.Form):
    """A step of a matter; one that stands is corrected with a reason. `title` and `label` are the page's words."""

    reason = forms.CharField(label=_("Why it is corrected"), max_length=200)
    taken = ""
    """The field that says that the step was taken."""

    def __init__(self, data: Any, *, matter: Matter, on: date) -> None:
        stands = getattr(matter, self.taken) is not None
        names = [name for name in self.base_fields if name != "reason"]
        super().__init__(data, initial=self.known(matter, names) if stands else {self.taken: on})
        self.order_fields([*names, "reason"])
        if not stands:
            del self.fields["reason"]

    def known(self, matter: Matter, names: list[str]) -> dict[str, Any]:
        return {name: getattr(matter, name) for name in names}

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class MeetingChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Meeting) -> str:
        return f"{obj.day:%Y-%m-%d} {obj.name} · {obj.get_kind_display()}"


class VoteChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Vote) -> str:
        return f"{obj.item.meeting.day:%Y-%m-%d} {obj.about}"


class OpinionForm(StepForm):
    taken = "opinion_on"
    opinion_meeting = MeetingChoice(
        label=_("Meeting"),
        queryset=Meeting.objects.none(),
        help_text=_("Held since the matter was proposed; its day is the day of the opinion."),
    )
    opinion_vote = VoteChoice(
        label=_("Vote"), queryset=Vote.objects.none(), required=False, help_text=_("If the meeting voted on it.")
    )
    opinion = choice_field(MatterOpinion, label=_("Opinion"))
    opinion_text = text_field(_("Opinion in words"), required=False)

    def __init__(self, data: Any, *, matter: Matter, on: date) -> None:
        super().__init__(data, matter=matter, on=on)
        cast(MeetingChoice, self.fields["opinion_meeting"]).queryset = meetings_for(matter, on=on)
        cast(VoteChoice, self.fields["opinion_vote"]).queryset = votes_for(matter, on=on)


class DecisionForm(StepForm):
    taken = "decided_on"
    decision = choice_field(MatterDecision, label=_("What was decided"))
    decided_on = day_field(label=_("Decided on"))
    decided_by = forms.CharField(
        label=_("Who decided"), max_length=80, help_text=_("The body that decided, for instance: villagers' assembly.")
    )
    decision_text = text_field(_("Decision in words"), required=False)


class ExecutionForm(StepForm):
    taken = "executed_on"
    executed_on = day_field(label=_("Carried out on"))
    execution_text = text_field(_("How it was carried out"))


class ReviewForm(StepForm):
    taken = "reviewed_on"
    reviewed_on = day_field(label=_("Looked back on"))
    review_text = text_field(_("What the look back showed"))


STEP_FORMS: dict[str, type[StepForm]] = {
    "opinion": OpinionForm,
    "decision": DecisionForm,
    "execution": ExecutionForm,
    "review": ReviewForm,
}


class MatterFilterForm(FilterForm):
    q = forms.CharField(label=_("Words in the matter or the proposal"), required=False, max_length=60)
    kind = choice_field(MatterKind, label=_("Kind"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", "—"), *((state.value, STATES[state][0]) for state in STATES)]
    )
    unit = forms.ChoiceField(label=_("Unit concerned"), required=False)
    shown = forms.ChoiceField(label=_("Only what was"), required=False, choices=[("", "—"), *SHOWN.items()])
    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("To"), required=False)
    org = LookedUpField(label=_("Branch"), required=False)

    def __init__(self, data: Any, *, branches: list[Organization], units: list[str]) -> None:
        super().__init__(data)
        self.paths = {branch.code: branch.path for branch in branches}
        self.offer_places(branches)
        self.offer("unit", [(unit, unit) for unit in units])

    def narrow(self, rows: MatterQuerySet) -> MatterQuerySet:
        self.is_valid()
        typed = self.cleaned_data
        if text := typed.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(proposal__icontains=text) | Q(proposed_by__icontains=text))
        for name in ("kind", "unit"):
            rows = rows.filter(**{name: typed[name]}) if typed.get(name) else rows
        if typed.get("org"):
            rows = rows.filter(organization__path=self.paths[typed["org"]])
        if typed.get("state"):
            rows = rows.waiting_for(MatterState(typed["state"]))
        shown = typed.get("shown") or "proposed"
        if shown != "proposed" or typed.get("first") or typed.get("last"):
            rows = rows.shown_as(shown, typed.get("first"), typed.get("last"))
        return rows


YEARS_OFFERED = 5
ONLY = {
    "some": _("Branches with matters in the year"),
    "without_opinion": _("Branches that decided without an opinion"),
}


class HasFigures(Protocol):
    @property
    def figures(self) -> dict[str, int]: ...


Row = TypeVar("Row", bound=HasFigures)


class CountFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or code of the branch"), required=False, max_length=60)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=FIRST_YEAR, max_value=2199)
    only = forms.ChoiceField(label=_("Which branches"), required=False, choices=[("", "—"), *ONLY.items()])
    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        years = range(today.year, today.year - YEARS_OFFERED, -1)
        self.fields["year"].widget = forms.Select(choices=[("", "—"), *((year, year) for year in years)])
        self.is_valid()

    def period(self) -> tuple[date, date]:
        year = self.cleaned_data.get("year") or self.today.year
        return date(year, 1, 1), date(year, 12, 31)

    def narrow(self, branches: QuerySet[Organization]) -> QuerySet[Organization]:
        text = self.cleaned_data.get("q")
        return branches.found_by(text) if text else branches  # type: ignore[attr-defined]

    def kept(self, rows: list[Row]) -> list[Row]:
        only = self.cleaned_data.get("only")
        if only:
            rows = [one for one in rows if one.figures["without_opinion" if only == "without_opinion" else "proposed"]]
        return sorted(rows, key=lambda one: -one.figures["without_opinion"])
