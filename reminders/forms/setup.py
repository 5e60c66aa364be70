"""Wordings and channels."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.choices import Capability
from members.forms.fields import PhoneField, choice_field, key_field
from members.models import Organization, User
from reminders.choices import SET_UP, ChannelKind, MessageKind
from reminders.models import ChannelSetup
from reminders.queries.wordings import Slot
from reminders.rules.writing import objections

OFFERED = 200
"""Organizations that the browser offers while one is typed."""
PRINTED = RegexValidator(r"^[!-~]+$", gettext_lazy("A secret has no spaces and no Chinese characters."))
KINDS = [(one.value, one.label) for one in SET_UP]


class WordingForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=120)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 9}))

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slot = slot
        for field in self.fields.values():
            field.widget.attrs |= {"lang": slot.language, "autocomplete": "off"}

    def clean_text(self) -> str:
        return "\n".join(line.rstrip() for line in str(self.cleaned_data["text"]).splitlines())

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if {"subject", "text"} <= typed.keys():
            kind = MessageKind(self.slot.kind)
            for field, sentence in objections(kind, typed["subject"], typed["text"], self.slot.language):
                self.add_error(field, sentence)
        return typed


class ManagedPlaceField(forms.CharField):
    """An organization by its code or its name, among those whose messages the user manages."""

    user: User

    def clean(self, value: Any) -> Organization:
        text = super().clean(value)
        managed = managed_places(self.user)
        found = list(managed.filter(Q(code=text) | Q(name=text))[:9])
        if exact := [place for place in found if place.code == text] or (found if len(found) == 1 else []):
            return exact[0]
        if found:
            codes = _(", ").join(place.code for place in found)
            raise ValidationError(_("Several have this name. Type the code: %(codes)s.") % {"codes": codes})
        raise ValidationError(_("You manage the messages of no organization with this code or name."))


class ChannelForm(forms.Form):
    """Where messages of an organization go."""

    key = key_field()
    organization = ManagedPlaceField(
        label=gettext_lazy("Organization"),
        max_length=120,
        help_text=gettext_lazy("Its name or its code. Organizations below it use the channel too."),
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Channel"), choices=KINDS)
    name = forms.CharField(
        label=gettext_lazy("Called"), max_length=60, help_text=gettext_lazy("For yourselves: what the group is called.")
    )
    address = forms.CharField(
        label=gettext_lazy("Address (URL)"),
        max_length=500,
        help_text=gettext_lazy(
            "As the group's settings show it, beginning with https://. Whoever knows it can write in the group: it is "
            "kept encrypted and not shown again."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret for signing"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("If the robot asks for a signature, or the gateway for a token."),
        validators=[PRINTED],
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["organization"]
        assert isinstance(place, ManagedPlaceField)
        place.user = user
        self.places = managed_places(user).values_list("code", "name")[:OFFERED]


class ChannelChangeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Called"), max_length=60)
    address = forms.CharField(
        label=gettext_lazy("New address (URL)"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Empty: the address stays as it is."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("New secret for signing"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the secret stays as it is."),
        validators=[PRINTED],
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    without_secret = forms.BooleanField(label=gettext_lazy("Without a secret from now on"), required=False)

    def given(self) -> dict[str, Any]:
        """What the service takes: a secret of None stays."""
        typed = self.cleaned_data
        secret = "" if typed["without_secret"] else typed["secret"] or None
        return {"name": typed["name"], "address": typed["address"], "secret": secret}


class TrialForm(forms.Form):
    """Nothing to ask for a group; a phone for the gateway."""

    phone = PhoneField(label=gettext_lazy("Phone"), help_text=gettext_lazy("Your own: the trial goes there."))

    def __init__(self, *args: Any, setup: ChannelSetup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if setup.kind != ChannelKind.SMS:
            del self.fields["phone"]


class ChannelFilterForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or organization"), max_length=60, required=False)
    kind = choice_field(ChannelKind, label=gettext_lazy("Channel"), required=False)

    def narrow(self, setups: QuerySet[ChannelSetup]) -> QuerySet[ChannelSetup]:
        """A field that can't be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("q"):
            setups = setups.filter(Q(name__icontains=text) | Q(organization__name__icontains=text))
        if kind := asked.get("kind"):
            setups = setups.filter(kind=kind)
        return setups


def managed_places(user: User) -> QuerySet[Organization]:
    """The organizations whose messages the user manages, in tree order; none that was dissolved."""
    places = Organization.objects.visible_to(user, Capability.MANAGE_MESSAGES)
    return places.filter(dissolved_on__isnull=True).in_tree_order()
