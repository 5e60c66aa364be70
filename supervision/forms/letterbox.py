"""What somebody writes who seals a letter. Nothing here is remembered by a browser: each field says so."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.choices import OfficeKind
from members.forms.fields import key_field
from members.models import Organization
from supervision import sealing
from supervision.queries.addressees import FEWEST_LETTERS, MOST_FOUND, found_places, place_named
from supervision.rules.names import Doubt
from supervision.rules.routing import LEADERSHIP, MEMBER
from supervision.services.letter_contents import NamedSubject

MOST_LETTERS = 20_000
MOST_AT_ONCE = 4
FORGETFUL = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
"""Spelling is checked by the network in some browsers."""
WHOM = [
    (LEADERSHIP, gettext_lazy("The organization as a whole, or several who lead it")),
    *OfficeKind.choices,
    (MEMBER, gettext_lazy("A member without an office")),
]


NOT_MEANT = "no"
MEANT = [
    ("yes", gettext_lazy("Yes, or perhaps: keep the letter from this person")),
    (NOT_MEANT, gettext_lazy("No, it is somebody or something else")),
]


class ForgetfulForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.RadioSelect | forms.HiddenInput):
                field.widget.attrs.update(FORGETFUL)


def long_text(label: Any, **kwargs: Any) -> forms.CharField:
    rows = kwargs.pop("rows", 10)
    return forms.CharField(label=label, max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class PlaceForm(ForgetfulForm):
    """Which organization it is about: looked for step by step, and nothing of it is logged."""

    search = forms.CharField(
        label=gettext_lazy("Name or code of the organization"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("A part of the name is enough, for instance of the village, the street or the works."),
    )
    place = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def clean_search(self) -> str:
        text: str = self.cleaned_data["search"]
        if "\0" in text or 0 < len(text) < FEWEST_LETTERS:
            raise ValidationError(_("Write at least two characters."))
        return text

    def found(self) -> list[tuple[str, str]]:
        """Codes and names that fit; one more than are shown, so that the page can say that there are more."""
        text = self.cleaned_data.get("search", "") if self.is_bound and self.is_valid() else ""
        return found_places(text)[: MOST_FOUND + 1] if text else []


class LetterForm(ForgetfulForm):
    """The letter itself."""

    receipt = forms.CharField(widget=forms.HiddenInput, max_length=60)
    place = forms.CharField(max_length=40, widget=forms.HiddenInput)
    whom = forms.ChoiceField(label=gettext_lazy("Who is it about?"), choices=WHOM)
    names = forms.CharField(
        label=gettext_lazy("Their names"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Several: put commas between. By the name the program keeps the letter from them."),
    )
    text = long_text(
        gettext_lazy("What you report"),
        rows=12,
        help_text=gettext_lazy("What, when, where, who was there, what can be checked. Say what you only heard."),
    )
    excluded = forms.CharField(
        label=gettext_lazy("Who is close to them and must not read this"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Names of inspectors or leaders who are relatives or friends, with commas between."),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name (you need not give it)"),
        max_length=100,
        required=False,
    )
    contact = forms.CharField(
        label=gettext_lazy("How you can be reached (you need not give it)"), max_length=200, required=False
    )

    def chosen_place(self) -> Organization | None:
        return place_named(self.data.get("place", ""))

    def facts(self, place: Organization) -> dict[str, Any]:
        """What the service is given."""
        given = self.cleaned_data
        subject = NamedSubject(place.key, given["whom"], tuple(listed(given["names"])))
        kept = {name: given[name] for name in ("text", "name", "contact", "receipt")}
        return kept | {"subjects": [subject], "close": listed(given["excluded"])}

    def clean_receipt(self) -> str:
        return plain_digits(self.cleaned_data["receipt"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("name") and not given.get("contact"):
            self.add_error("contact", _("With a name, say how you can be reached; or leave both empty."))
        if given.get("whom") != LEADERSHIP and not given.get("names"):
            self.add_error("names", _("Write the name, so that the letter is kept from this person."))
        return given


class DoubtForm(ForgetfulForm):
    """One question for each words that may mean somebody who reads letters. The person's name is not shown."""

    def __init__(self, data: Any, doubts: Sequence[Doubt]) -> None:
        self.doubts = doubts
        asked = {self.field_of(one): one.words for one in doubts}
        super().__init__(data if any(name in data for name in asked) else None)
        for name, words in asked.items():
            label = _("You wrote “%(words)s”. Is this about somebody who reads letters here?") % {"words": words}
            self.fields[name] = forms.ChoiceField(label=label, choices=MEANT, widget=forms.RadioSelect)

    @staticmethod
    def field_of(doubt: Doubt) -> str:
        return f"meant:{doubt.words}"

    def is_open(self) -> bool:
        """Whether something is left to ask."""
        return bool(self.fields) and not self.is_valid()

    def cleared(self) -> list[str]:
        """Names of readers whom none of the words mean."""
        meant = {one.name for one in self.doubts if self.cleaned_data[self.field_of(one)] != NOT_MEANT}
        return [name for name in dict.fromkeys(one.name for one in self.doubts) if name not in meant]


class ReceiptForm(ForgetfulForm):
    receipt = forms.CharField(
        label=gettext_lazy("The 24 digits of your receipt"),
        max_length=60,
        help_text=gettext_lazy("With or without spaces."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def clean_receipt(self) -> str:
        return plain_digits(self.cleaned_data["receipt"])

    def add_unknown(self) -> None:
        self.add_error("receipt", _("No letter is opened by these digits. Compare them with your paper."))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, read into memory."""

    widget = FilesInput(attrs={"accept": "image/jpeg,image/png,application/pdf", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        files = [super(FilesField, self).clean(one) for one in data or [None]]
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(_("Send at most %(most)s files at once.") % {"most": MOST_AT_ONCE})
        return [file.read() for file in files]


class FilesForm(ForgetfulForm):
    receipt = forms.CharField(widget=forms.HiddenInput, max_length=60)
    attached = FilesField(
        label=gettext_lazy("Pictures or PDFs"),
        help_text=gettext_lazy("JPEG, PNG or PDF, at most 4 at once and 20 MB together."),
        error_messages={
            "required": gettext_lazy("Choose the files first."),
            "empty": gettext_lazy("A file is empty. Choose it again."),
        },
    )

    def clean_receipt(self) -> str:
        return plain_digits(self.cleaned_data["receipt"])


class AdditionForm(ForgetfulForm):
    key = key_field()
    receipt = forms.CharField(widget=forms.HiddenInput, max_length=60)
    text = long_text(gettext_lazy("Add something, or answer"), rows=6)

    def clean_receipt(self) -> str:
        return plain_digits(self.cleaned_data["receipt"])


def plain_digits(written: str) -> str:
    """The digits of a receipt, however they were typed."""
    digits = sealing.digits_of(written)
    if not digits:
        raise ValidationError(_("A receipt has 24 digits."))
    return digits


def listed(names: str) -> list[str]:
    """Names with commas, also Chinese ones, or on lines of their own."""
    return [name.strip() for name in re.split(r"[,，、;；\n]", names) if name.strip()]
