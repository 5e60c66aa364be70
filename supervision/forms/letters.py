"""What inspectors fill in: a passphrase each time, words to a writer, keys, relatives."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.fields import key_field
from members.models import Organization
from supervision.sealing import Broken, private_on

MOST_LETTERS = 20_000
YEARS_BACK = 6


PASSPHRASE = _("Passphrase")


def passphrase_field(label: Any = PASSPHRASE, *, is_new: bool = False, **kwargs: Any) -> forms.CharField:
    """Not stripped, and remembered by no browser."""
    attributes = {"autocomplete": "new-password" if is_new else "off"}
    widget = forms.PasswordInput(attrs=attributes)
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget, **kwargs)


class EmptyForm(forms.Form):
    """A button to press; a refusal has its place above it."""


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


class ReasonForm(WordsForm):
    """Why the writer's name is needed."""

    text = forms.CharField(
        label=_("Why the name is needed"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The custodian and the writer read it, and who reads the letter."),
    )


class NewKeyForm(forms.Form):
    """An inspector's own pair of keys."""

    organization = forms.ModelChoiceField(
        label=_("For the office at"), queryset=Organization.objects.none(), empty_label=None
    )
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
