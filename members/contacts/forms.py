"""Contact persons, the contact log, requests for help."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from members.choices import HARD_TO_REACH_KINDS, ContactKind, HelpState
from members.contacts.rules import ContactUrgency
from members.fields import opened
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Member, MemberQuerySet
from members.pages.forms import PersonField, PhoneField, choice_field, day_field, key_field

PERSON_FACTS = ("person", "name", "relation", "phone", "valid_from", "valid_until")
CONTACT_FACTS = ("happened_on", "kind", "made_by", "needs", "next_on")


class ContactPersonForm(forms.Form):
    """A member of the same branch, or somebody else with name and phone."""

    person = PersonField(
        label=_("A member of the branch"), queryset=Member.objects.none(), required=False, empty_label="—"
    )
    name = forms.CharField(label=_("Or somebody else"), max_length=60, required=False)
    relation = forms.CharField(
        label=_("Relation"), max_length=40, required=False, help_text=_("Daughter, neighbour, carer…")
    )
    phone = PhoneField(label=_("Phone"), max_length=60, required=False)
    valid_from = day_field(label=_("Since"), required=False)
    valid_until = day_field(
        label=_("First day on which it no longer holds"), required=False, help_text=_("Empty: it still holds.")
    )

    def __init__(self, *args: Any, choices: MemberQuerySet, stored: ContactPerson | None = None, **kwargs: Any) -> None:
        if stored:
            kwargs["initial"] = {
                **{name: getattr(stored, name) for name in PERSON_FACTS},
                "phone": opened(stored.phone),
            }
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["person"]).queryset = choices

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in PERSON_FACTS}


class NewContactPersonForm(ContactPersonForm):
    key = key_field()

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": today}
        super().__init__(*args, **kwargs)
        del self.fields["valid_until"]


class ContactForm(forms.Form):
    """One time that somebody was in touch."""

    kind = choice_field(ContactKind, label=_("How"))
    happened_on = day_field(label=_("When"))
    made_by = forms.CharField(label=_("By whom"), max_length=60)
    needs = forms.CharField(
        label=_("What was heard, what is needed"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Stored encrypted; read only in the branch."),
    )  # fmt: skip
    next_on = day_field(label=_("Next contact agreed for"), required=False)

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in CONTACT_FACTS}


class NewContactForm(ContactForm):
    """With room for a request for help that came up."""

    key = key_field()
    request = forms.CharField(
        label=_("Request for help"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Leave it empty when nothing is asked. Otherwise the clock runs until the answer."),
    )  # fmt: skip
    due_on = day_field(label=_("Answer by"), required=False)

    def __init__(
        self, *args: Any, today: date, made_by: str, due_on: date, last: str | None = None, **kwargs: Any
    ) -> None:
        """`last`: how somebody was in touch the time before; it begins with that."""
        facts = {"happened_on": today, "made_by": made_by, "due_on": due_on, "kind": last or ContactKind.PHONE}
        kwargs["initial"] = facts
        super().__init__(*args, **kwargs)
        self.usual_due_on = due_on

    def help_wanted(self) -> dict[str, Any] | None:
        """What the service takes; None when nothing was asked for."""
        request = self.cleaned_data["request"]
        return {"request": request, "due_on": self.cleaned_data["due_on"] or self.usual_due_on} if request else None


class ContactCorrectForm(ContactForm):
    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        stored = {name: getattr(contact, name) for name in CONTACT_FACTS}
        kwargs["initial"] = {**stored, "needs": opened(contact.needs)}
        super().__init__(*args, **kwargs)


class HelpForm(forms.Form):
    request = forms.CharField(
        label=_("What is needed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted; read only in the branch."),
    )  # fmt: skip
    asked_on = day_field(label=_("Asked on"))
    due_on = day_field(label=_("Answer by"))


class NewHelpForm(HelpForm):
    key = key_field()

    def __init__(self, *args: Any, today: date, due_on: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"asked_on": today, "due_on": due_on}
        super().__init__(*args, **kwargs)


class HelpCorrectForm(HelpForm):
    def __init__(self, *args: Any, help_request: HelpRequest, **kwargs: Any) -> None:
        stored = {"asked_on": help_request.asked_on, "due_on": help_request.due_on}
        kwargs["initial"] = {**stored, "request": opened(help_request.request)}
        super().__init__(*args, **kwargs)


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Or why it can't be done, and what is done instead."),
    )  # fmt: skip
    answered_on = day_field(label=_("Answered on"))

    def __init__(self, *args: Any, help_request: HelpRequest, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "answer": opened(help_request.answer),
            "answered_on": help_request.answered_on or today,
        }
        super().__init__(*args, **kwargs)


class HelpFilterForm(forms.Form):
    state = choice_field(HelpState, label=_("State"), required=False)


class ReachFilterForm(forms.Form):
    """Empty fields ask for nothing."""

    DUE = [
        ("", "—"),
        (ContactUrgency.OVERDUE.value, _("Overdue")),
        (ContactUrgency.NEVER.value, _("No contact on record")),
        (ContactUrgency.SOON.value, _("Within two weeks")),
    ]
    q = forms.CharField(label=_("Name, pinyin or end of the phone"), max_length=60, required=False)
    situation = forms.ChoiceField(
        label=_("Situation"),
        choices=[("", "—"), *((kind.value, kind.label) for kind in HARD_TO_REACH_KINDS)],
        required=False,
    )
    due = forms.ChoiceField(label=_("Next contact"), choices=DUE, required=False)
