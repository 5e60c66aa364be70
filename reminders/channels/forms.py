"""Channels, and how somebody wants to be told things."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _

from members.models import Organization, User
from members.pages.forms import PhoneField, choice_field, key_field
from reminders.channels.models import ChannelSetup, Preference
from reminders.channels.queries import OFFERED, managed_places
from reminders.channels.rules import OUTSIDE
from reminders.channels.services import FACTS
from reminders.choices import SET_UP, ChannelKind

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PreferenceForm(forms.Form):
    """`reads_overviews`: whether there is anything weekly to want."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=CLOCK)
    quiet_until = forms.TimeField(
        label=_("Quiet until"), widget=CLOCK,
        help_text=_("What comes in between waits until then. Twice the same hour: never quiet."),
    )  # fmt: skip
    workdays_only = forms.BooleanField(label=_("On workdays only"), required=False)
    no_channels = forms.MultipleChoiceField(
        label=_("Not by"), required=False, choices=[(one.value, one.label) for one in OUTSIDE],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where nothing else is left, somebody of the branch calls or comes by."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language of messages"), required=False, choices=[("", _("As on the pages")), *settings.LANGUAGES]
    )
    wants_digest = forms.BooleanField(
        label=_("A weekly overview"), required=False,
        help_text=_("On Monday morning, when the week asks for something. What falls due next is told in any case."),
    )  # fmt: skip

    def __init__(self, *args: Any, stored: Preference, reads_overviews: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(stored, name) for name in FACTS}
        super().__init__(*args, **kwargs)
        self.order_fields([*FACTS])
        if not reads_overviews:
            del self.fields["wants_digest"]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data}


PRINTED = RegexValidator(r"^[!-~]+$", gettext_lazy("A secret has no spaces and no Chinese characters."))
KINDS = [(one.value, one.label) for one in SET_UP]


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
            codes = gettext(", ").join(place.code for place in found)
            raise ValidationError(gettext("Several have this name. Type the code: %(codes)s.") % {"codes": codes})
        raise ValidationError(gettext("You manage the messages of no organization with this code or name."))


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
