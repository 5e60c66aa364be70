"""What is asked about votes, exclusions and membership."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from meetings.attendance.models import Attendance, Exclusion
from meetings.attendance.queries import roll
from meetings.choices import ON_MEMBERSHIP, ON_PROBATION, VoteMethod, VoteSubject, subject_words
from meetings.meeting.models import AgendaItem, Meeting
from meetings.votes.membership_rules import extensions
from meetings.votes.membership_services import Approval, StepDetails
from meetings.votes.models import Vote
from meetings.votes.queries import probations, subjects_at
from meetings.votes.rules import Figures, usual_subject
from meetings.votes.services import GROUNDS_RULE, Approvals, Question
from members.models import Member
from members.pages.forms import IdentityNumberField, day_field, key_field
from rulebook.book import rule_if_held

MOST = 9999
COUNTED = ("votes_for", "votes_against", "abstained")
ASKED_BACK = "is_meant"


def number(label: Any, **more: Any) -> forms.IntegerField:
    """A count of heads or papers."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, widget=widget, **more)


class ProbationaryField(forms.ModelChoiceField):
    """Each with the day on which the probation is over, as far as it is known."""

    ends: Mapping[int, object] = {}

    def label_from_instance(self, obj: Any) -> str:
        """The name and the day."""
        ends = self.ends.get(obj.pk)
        return _("%(name)s · on probation until %(day)s") % {"name": obj, "day": ends} if ends else str(obj)


class VoteForm(forms.Form):
    """A question of the agenda. The figures are asked only where the vote isn't secret."""

    key = key_field()
    item = forms.ModelChoiceField(label=gettext_lazy("Agenda item"), queryset=AgendaItem.objects.none())
    about = forms.CharField(label=gettext_lazy("Voted on"), max_length=160)
    subject = forms.ChoiceField(label=gettext_lazy("Kind of vote"))
    about_member = ProbationaryField(
        label=gettext_lazy("Probationary member"),
        queryset=Member.objects.none(),
        required=False,
        help_text=gettext_lazy("Who is confirmed, or whose probation becomes longer or ends."),
    )
    applicant = forms.CharField(
        label=gettext_lazy("Applicant"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("In an admission: the name of whom the meeting votes on."),
    )
    applicant_born_on = day_field(label=gettext_lazy("Date of birth"), required=False)
    is_meant = forms.BooleanField(label=gettext_lazy("Vote all the same"), required=False)
    method = forms.ChoiceField(label=gettext_lazy("How"), choices=VoteMethod.choices)
    votes_for = number(gettext_lazy("For"), required=False)
    votes_against = number(gettext_lazy("Against"), required=False, initial=0)
    abstained = number(gettext_lazy("Abstained"), required=False, initial=0)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be = subjects_at(meeting)
        subjects = [one for one in may_be if one != VoteSubject.ELECTION]
        usual = usual_subject(meeting.kind)
        secret = usual in ON_MEMBERSHIP
        cast(forms.ChoiceField, self.fields["subject"]).choices = [
            (one.value, subject_words(one, meeting.organization.kind)) for one in subjects
        ]
        cast(forms.ModelChoiceField, self.fields["item"]).queryset = meeting.agenda.all()
        self.initial.setdefault("subject", usual)
        self.initial.setdefault("method", VoteMethod.SECRET_BALLOT if secret else VoteMethod.SHOW_OF_HANDS)
        self._offer_members(meeting, may_be)

    def _offer_members(self, meeting: Meeting, subjects: Collection[VoteSubject]) -> None:
        """Only where somebody can be admitted or confirmed."""
        if VoteSubject.CONFIRMATION not in subjects:
            for name in ("about_member", "applicant", "applicant_born_on", ASKED_BACK):
                del self.fields[name]
            return
        probationary = Attendance.objects.filter(meeting=meeting, is_formal=False).should_attend().values("member")
        field = cast(ProbationaryField, self.fields["about_member"])
        field.queryset = Member.objects.filter(pk__in=probationary).order_by("name_key")
        field.ends = probations(field.queryset, meeting.day)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("method") != VoteMethod.SECRET_BALLOT and typed.get("votes_for") is None:
            self.add_error("votes_for", _("Type how many were for it; nobody is 0."))
        if typed.get("subject") in ON_PROBATION and not typed.get("about_member"):
            self.add_error("about_member", _("Choose whom the meeting votes on."))
        if typed.get("subject") == VoteSubject.ADMISSION and not typed.get("applicant"):
            self.add_error("applicant", _("Write the name of the applicant."))
        return typed

    def questions(self) -> list[forms.BoundField]:
        """The box is there only once it is asked."""
        asked = [field for field in self.visible_fields() if field.name not in COUNTED]
        return [field for field in asked if field.name != ASKED_BACK or field.errors]

    def counted(self) -> list[forms.BoundField]:
        return [self[name] for name in COUNTED]

    def question(self) -> Question:
        typed = self.cleaned_data
        subject, method = VoteSubject(typed["subject"]), VoteMethod(typed["method"])
        if subject in ON_PROBATION:
            return Question(subject, method, typed["about"], typed["about_member"])
        if subject == VoteSubject.ADMISSION:
            person = {"applicant": typed["applicant"], "applicant_born_on": typed["applicant_born_on"]}
            return Question(subject, method, typed["about"], **person)
        return Question(subject, method, typed["about"])

    def meant(self) -> bool:
        return bool(self.cleaned_data.get(ASKED_BACK))

    def figures(self) -> Figures | None:
        """None for a secret ballot: it is counted later, by two people."""
        typed = self.cleaned_data
        if typed["method"] == VoteMethod.SECRET_BALLOT:
            return None
        return Figures(typed["votes_for"], typed["votes_against"] or 0, typed["abstained"] or 0)


class CountForm(forms.Form):
    """The papers of a secret ballot on one question, as one person counted them."""

    issued = number(gettext_lazy("Ballots handed out"))
    returned = number(gettext_lazy("Ballots returned"))
    void = number(gettext_lazy("Void among them"), initial=0)
    votes_for = number(gettext_lazy("For"))
    votes_against = number(gettext_lazy("Against"))
    abstained = number(gettext_lazy("Abstained"), help_text=gettext_lazy("An empty ballot counts as abstained."))
    written_for = number(
        gettext_lazy("In writing: for"),
        initial=0,
        help_text=gettext_lazy("Opinions of absent members with a vote, handed in before the meeting."),
    )
    written_before = forms.BooleanField(
        label=gettext_lazy("The opinions in writing were handed in before the meeting began"), required=False
    )

    def __init__(self, *args: Any, vote: Vote, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if vote.subject not in ON_MEMBERSHIP:
            del self.fields["written_for"], self.fields["written_before"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("written_for") and not typed.get("written_before"):
            self.add_error("written_before", _("Opinions that came during or after the meeting don't count."))
        return typed

    def figures(self) -> Figures:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "written_before"}
        return Figures(**typed)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it was put on record by mistake"), max_length=200)


GROUNDS = {
    "illness_of_mind": gettext_lazy("An illness keeps the member from expressing a will"),
    "abroad_private": gettext_lazy("Abroad at own expense for more than half a year"),
    "probation_or_sentence": gettext_lazy("On probation within the party, or serving a sentence"),
    "frail": gettext_lazy("Old and bedridden, or long ill and unable to care for themselves"),
    "away_not_moved": gettext_lazy("Away for half a year and more, and the relation should have been moved"),
    "retired_elsewhere": gettext_lazy("Retired, lives far away for long and can't take part"),
}


class ExclusionForm(forms.Form):
    """The grounds are those that the rule lists on the meeting's day."""

    key = key_field()
    member = forms.TypedChoiceField(label=gettext_lazy("Member"), coerce=int)
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    superior_agreed_on = day_field(label=gettext_lazy("Agreed by the level above on"), required=False)
    superior_document = forms.CharField(
        label=gettext_lazy("Document of the level above"), max_length=200, required=False
    )
    meeting_agreed_on = day_field(label=gettext_lazy("Agreed by the general meeting on"), required=False)

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

    def asked(self) -> StepDetails:
        return StepDetails(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


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


class StepTakeBackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=200)
