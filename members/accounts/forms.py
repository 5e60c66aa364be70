"""What is asked about users, their offices and their own account."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm
from allauth.core import context, ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy, gettext_lazy as _

from audit.keyring import fingerprints
from members.accounts.codes import keep_first_step, spend_code
from members.choices import Capability, OfficeKind
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from members.pages.forms import IdentityNumberField, day_field


class PreferenceForm(forms.ModelForm):
    """What people choose for themselves."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("language", "text_size", "theme", "email")
        help_texts: ClassVar = {"email": _("For reminders. Nobody else sees it; leave it empty if you want none.")}


class OwnPasswordForm(ChangePasswordForm):
    """allauth's form, with our words in place of the validators' list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _(
            "At least 10 characters. A short sentence is easy to remember and hard to guess; "
            "a slogan, name or date isn't."
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_oldpassword(self) -> str:
        """Only wrong present passwords count: who is told to choose a better new one isn't guessing anything."""
        counted = {"request": context.request, "action": "login_failed", "key": f"own-password-{self.user.pk}"}
        if not ratelimit.consume(**counted):
            raise ValidationError(_("Too many wrong passwords. Wait a quarter of an hour, then try again."))
        old: str = super().clean_oldpassword()
        ratelimit.clear(**counted)
        return old


class SpentOnce:
    """In place of allauth's own look at the code, which remembers used ones in a cache that processes don't share."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        clear_limit = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
        for authenticator in Authenticator.objects.filter(user=self.user, type__in=kinds).select_related("user"):
            if spend_code(authenticator=authenticator, code=code):
                self.authenticator = authenticator
                clear_limit()
                return code
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(SpentOnce, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(SpentOnce, ReauthenticateForm):
    """A code before something that matters."""


class FirstCodeForm(ActivateTOTPForm):
    """The code that shows that the app is set up: it opens nothing afterwards."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        keep_first_step(user=self.user, secret=self.secret, code=code)
        return code


ANY = ("", gettext_lazy("All"))
OFFERED = 300
"""Most names offered while typing; beyond that the whole name or code is typed."""
STATES = {
    "open": (gettext_lazy("Can log in"), Q(is_active=True)),
    "closed": (gettext_lazy("Access closed"), Q(is_active=False)),
    "waiting": (gettext_lazy("Has not chosen a password yet"), Q(must_change_password=True, is_active=True)),
}


class UserFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or user name"), required=False, max_length=60)
    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False, choices=[ANY, *OfficeKind.choices])
    org = forms.CharField(label=gettext_lazy("Organization (code or name)"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[ANY, *((code, label) for code, (label, _q) in STATES.items())],
    )

    def narrow(self, users: QuerySet[User]) -> QuerySet[User]:
        """Leave out what wasn't asked for; a field that can't be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("q"):
            users = users.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
        if state := asked.get("state"):
            users = users.filter(STATES[state][1])
        held = Q()
        if office := asked.get("office"):
            held &= Q(offices__kind=office)
        if place := asked.get("org"):
            held &= Q(offices__organization__code=place) | Q(offices__organization__name__icontains=place)
        return users.filter(pk__in=User.objects.filter(held).values("pk")) if held else users


class PlaceField(forms.CharField):
    """An organization by its code or its name, among those where the administrator manages users."""

    user: User

    def clean(self, value: Any) -> Organization | None:
        text = super().clean(value)
        if not text:
            return None
        managed = Organization.objects.visible_to(self.user, Capability.MANAGE_USERS)
        found = list(managed.filter(Q(code=text) | Q(name=text))[:9])
        if exact := [place for place in found if place.code == text] or (found if len(found) == 1 else []):
            return exact[0]
        if found:
            codes = gettext(", ").join(place.code for place in found)
            raise ValidationError(gettext("Several have this name. Type the code: %(codes)s.") % {"codes": codes})
        raise ValidationError(gettext("You manage no organization with this code or name."))


class OfficeFields(forms.Form):
    """Which office, where, from when, and who decided it."""

    kind = forms.ChoiceField(label=gettext_lazy("Office"), choices=[("", "—"), *OfficeKind.choices])
    organization = PlaceField(
        label=gettext_lazy("Organization"),
        max_length=120,
        help_text=gettext_lazy("Its name or its code."),
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
    )
    on = day_field(label=gettext_lazy("From"))
    decided_by = forms.CharField(label=gettext_lazy("Decided by (document or meeting)"), max_length=200, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["organization"].user = by  # type: ignore[attr-defined]

    @property
    def places(self) -> list[tuple[str, str]]:
        """Codes and names to choose from while typing."""
        managed = Organization.objects.visible_to(self.by, Capability.MANAGE_USERS).filter(dissolved_on__isnull=True)
        return list(managed.in_tree_order().values_list("code", "name")[:OFFERED])

    def clean_kind(self) -> OfficeKind | str:
        kind = self.cleaned_data["kind"]
        return OfficeKind(kind) if kind else ""


class MemberField(IdentityNumberField):
    """A member by the identity number, on the rosters where the administrator manages users."""

    user: User

    def clean(self, value: Any) -> Member | None:
        number = super().clean(value)
        if not number:
            return None
        members = Member.objects.visible_to(self.user, Capability.MANAGE_USERS, former=False)
        found = members.with_prints(fingerprints(number)).first()
        if found is None:
            raise ValidationError(gettext("No member with this identity number is on a roster whose users you manage."))
        return found


class OfficeGiveForm(OfficeFields):
    """Another office for somebody who can log in already."""


class UserCreateForm(OfficeFields):
    """A new user, with an office or as a member: without either nobody could find the user again."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        help_text=gettext_lazy("What the person types at the log-in: letters, digits and @ . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    display_name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=80)
    national_id = MemberField(
        label=gettext_lazy("Identity number, if the person is a member"),
        required=False,
        help_text=gettext_lazy("The user then also sees what is on record about this member."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("username", "display_name", "kind", "organization", "on", "decided_by", "national_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["national_id"].user = self.by  # type: ignore[attr-defined]
        for name in ("kind", "organization", "on"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("national_id") and not given.get("kind"):
            given["organization"] = None  # a member's own log-in: the place was only where one came from
        if bool(given.get("kind")) != bool(given.get("organization")) and not self.errors:
            self.add_error(
                "organization" if given.get("kind") else "kind",
                gettext("An office needs its place, and a place its office."),
            )
        if not (given.get("kind") or given.get("national_id") or self.errors):
            self.add_error("kind", gettext("Give an office, or say which member the person is."))
        return given


class UserMemberForm(forms.Form):
    """Which member a user is; empty: none."""

    national_id = MemberField(
        label=gettext_lazy("Identity number of the member"),
        required=False,
        help_text=gettext_lazy("Leave it empty if the user is no member on these rosters."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["national_id"].user = by  # type: ignore[attr-defined]


class OfficeEndForm(forms.Form):
    on = day_field(label=gettext_lazy("First day without the office"))
    reason = forms.CharField(label=gettext_lazy("Reason or document"), max_length=200, required=False)


class UserField(forms.CharField):
    """Somebody who can log in, by user name, among those whom the administrator sees."""

    user: User

    def clean(self, value: Any) -> User:
        found = User.objects.visible_to(self.user).filter(username=super().clean(value), is_active=True).first()
        if found is None:
            raise ValidationError(gettext("You manage no open user with this user name."))
        return found


class OfficeHandOverForm(forms.Form):
    to = UserField(
        label=gettext_lazy("Hand over to (user name)"),
        max_length=150,
        widget=forms.TextInput(attrs={"list": "users", "autocomplete": "off"}),
    )
    on = day_field(label=gettext_lazy("From"))
    decided_by = forms.CharField(label=gettext_lazy("Decided by (document or meeting)"), max_length=200)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["to"].user = by  # type: ignore[attr-defined]

    @property
    def users(self) -> list[tuple[str, str]]:
        """User names and names to choose from while typing."""
        known = User.objects.visible_to(self.by).filter(is_active=True).exclude(pk=self.by.pk)
        return list(known.order_by("username").values_list("username", "display_name")[:OFFERED])


class OfficeRequestForm(forms.Form):
    """What becomes of an office that takes two people."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("confirm", "refuse", "withdraw")], widget=forms.HiddenInput)


class AccessForm(forms.Form):
    """Whether somebody may log in."""

    active = forms.BooleanField(required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)
