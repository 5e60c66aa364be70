"""What inspectors and writers are asked."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _

from members.choices import OfficeKind
from members.models import Organization
from members.pages.forms import LookedUpRow, key_field
from supervision.letters import sealing
from supervision.letters.contents import NamedSubject
from supervision.letters.name_rules import Doubt
from supervision.letters.queries import FEWEST_LETTERS, MOST_FOUND, found_places, place_named
from supervision.letters.rules import LEADERSHIP, MEMBER
from supervision.letters.sealing import Broken, private_on

MOST_LETTERS = 20_000
YEARS_BACK = 6


PASSPHRASE = _("Passphrase")


def passphrase_field(label: Any = PASSPHRASE, *, is_new: bool = False, **kwargs: Any) -> forms.CharField:
    """Not stripped, and remembered by no browser."""
    attributes = {"autocomplete": "new-password" if is_new else "off"}
    widget = forms.PasswordInput(attrs=attributes)
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget, **kwargs)


class PassphraseForm(forms.Form):
    """Asked for with each act that opens a letter; kept nowhere."""

    passphrase = passphrase_field()


class WordsForm(forms.Form):
    """Words that the writer reads with the receipt."""

    key = key_field()
    text = forms.CharField(
        label=_("To the writer"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The writer reads it with the receipt. Say nothing that shows others who wrote."),
    )
    passphrase = passphrase_field()


class NameReasonForm(WordsForm):
    """Why the writer's name is needed."""

    text = forms.CharField(
        label=_("Why the name is needed"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The custodian and the writer read it, and who reads the letter."),
    )


class NewKeyForm(forms.Form):
    """An inspector's own pair of keys."""

    organization = LookedUpRow(label=_("For the office at"), queryset=Organization.objects.none(), empty_label=None)
    passphrase = passphrase_field(
        _("New passphrase"),
        is_new=True,
        help_text=_("Other than your password. Five or more words that don't belong together are easy to keep."),
    )
    again = passphrase_field(_("The same again"), is_new=True)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        field.queryset = places  # type: ignore[attr-defined]
        self.initial.setdefault("organization", places.first())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("passphrase") != given.get("again"):
            self.add_error("again", _("The two are not the same."))
        return given


class OtherPassphraseForm(forms.Form):
    old = passphrase_field(_("Passphrase until now"))
    new = passphrase_field(_("New passphrase"), is_new=True)
    again = passphrase_field(_("The same again"), is_new=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two are not the same."))
        return given


class FingerprintForm(forms.Form):
    """The second person has heard the fingerprint from the inspector, and types the end of it."""

    heard = forms.CharField(
        label=_("The last four signs of the fingerprint, as the inspector reads them to you"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, fingerprint: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ending = fingerprint.replace(" ", "")[-4:]

    def clean_heard(self) -> str:
        heard: str = self.cleaned_data["heard"].strip()
        if heard.casefold() != self.ending.casefold():
            raise forms.ValidationError(_("This isn't the end of this key's fingerprint. Don't approve it; ask again."))
        return heard


class ApprovalForm(FingerprintForm):
    """Signed with one's own key."""

    passphrase = passphrase_field(
        _("Passphrase of your own key"), help_text=_("With it your key signs the new one. It is kept nowhere.")
    )


class PaperKeyForm(forms.Form):
    """A private key from its two sheets of paper."""

    first = passphrase_field(_("One half of the key"))
    second = passphrase_field(_("The other half"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("first") and given.get("second"):
            try:
                given["private"] = private_on((given["first"], given["second"]))
            except Broken:
                self.add_error("first", _("These are not the two halves. Look for a sign that was mistyped."))
        return given


class FirstApprovalForm(PaperKeyForm, FingerprintForm):
    """Signed with the recovery key, whose two halves two people have brought."""

    first = passphrase_field(_("One half of the recovery key"))


WHY = _("Reason")


def why_field() -> forms.CharField:
    return forms.CharField(label=WHY, max_length=200, help_text=_("It stands in the audit trail."))


class WithdrawalForm(forms.Form):
    """A key is withdrawn with a passphrase: of the key itself, or of one's own."""

    reason = why_field()
    passphrase = passphrase_field(_("Passphrase of your own key"))


class ShortWithdrawalForm(PaperKeyForm):
    """A key is withdrawn with the recovery key: two people."""

    reason = why_field()
    first = passphrase_field(_("One half of the recovery key"))
    field_order = ["reason", "first", "second"]


class CustodyForm(PaperKeyForm):
    """The custodian reads why a name is asked for, and decides."""

    READ, RELEASE, REFUSE = "read", "release", "refuse"
    act = forms.ChoiceField(choices=[(one, one) for one in (READ, RELEASE, REFUSE)], widget=forms.HiddenInput)


class RelativeForm(forms.Form):
    key = key_field()
    name = forms.CharField(label=_("Name"), max_length=60)
    relation = forms.CharField(
        label=_("Relation"), max_length=40, help_text=_("Wife, brother, former colleague, friend…")
    )


class YearForm(forms.Form):
    """Which year's counts."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        years = [(str(year), str(year)) for year in range(today.year, today.year - YEARS_BACK, -1)]
        self.fields["year"] = forms.ChoiceField(label=_("Year"), choices=years, required=False)

    def year(self) -> int:
        return int(self.cleaned_data["year"] or self.today.year) if self.is_valid() else self.today.year


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
            raise ValidationError(gettext("Write at least two characters."))
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
            self.add_error("contact", gettext("With a name, say how you can be reached; or leave both empty."))
        if given.get("whom") != LEADERSHIP and not given.get("names"):
            self.add_error("names", gettext("Write the name, so that the letter is kept from this person."))
        return given


class DoubtForm(ForgetfulForm):
    """One question for each words that may mean somebody who reads letters. The person's name is not shown."""

    def __init__(self, data: Any, doubts: Sequence[Doubt]) -> None:
        self.doubts = doubts
        asked = {self.field_of(one): one.words for one in doubts}
        super().__init__(data if any(name in data for name in ("asked", *asked)) else None)
        for name, words in asked.items():
            label = gettext("You wrote “%(words)s”. Is this about somebody who reads letters here?") % {"words": words}
            missing = gettext("This answer is missing: whom “%(words)s” means.") % {"words": words}
            self.fields[name] = forms.ChoiceField(
                label=label, choices=MEANT, widget=forms.RadioSelect, error_messages={"required": missing}
            )

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
        self.add_error("receipt", gettext("No letter is opened by these digits. Compare them with your paper."))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, read into memory."""

    widget = FilesInput(attrs={"accept": "image/jpeg,image/png,application/pdf", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        files = [super(FilesField, self).clean(one) for one in data or [None]]
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(gettext("Send at most %(most)s files at once.") % {"most": MOST_AT_ONCE})
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
        raise ValidationError(gettext("A receipt has 24 digits."))
    return digits


def listed(names: str) -> list[str]:
    """Names with commas, also Chinese ones, or on lines of their own."""
    return [name.strip() for name in re.split(r"[,，、;；\n]", names) if name.strip()]
