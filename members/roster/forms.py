"""What is asked about members."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length, Substr
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.choices import (
    Capability,
    DuesCategory,
    Education,
    LeavingReason,
    Membership,
    OrganizationKind,
    ReachBy,
    Sex,
    SituationKind,
)
from members.fields import opened
from members.models.member import Member, Situation
from members.models.organization import Organization, OrganizationQuerySet
from members.models.user import User
from members.pages.forms import (
    IdentityNumberField,
    LookedUpRow,
    PartialDateField,
    PhoneField,
    choice_field,
    day_field,
    key_field,
)
from members.paths import STEP, subtree
from members.people import ENDINGS, PersonFacts, objections, read_from_identity
from members.roster.filters import LONGEST_QUERY, SEALED, kept_query
from members.roster.move_services import FACTS
from members.roster.photos import LARGEST
from members.roster.queries import Double, PersonEntered, possible_doubles
from members.roster.services import (
    DATES,
    EDITABLE,
    PRIVATE,
    REVEALABLE,
    Values,
    facts_of,
    recorded_fields,
    value_of,
    version_of,
)
from rulebook.book import rule_if_held
from rulebook.rule import Rule

GROUPS = (
    (_("The person"), ("name", "former_names", "sex", "ethnicity", "native_place", "born", "national_id", "education")),
    (_("In the party"), ("organization", "since", "membership", "joined", "confirmed", "party_post")),
    (_("How to reach them"), ("phone", "reach_by", "email", "address")),
    (_("Work and dues"), ("work_post", "dues_category", "dues_base")),
    (_("Other"), ("remark", "forget", "reason")),
)


class MemberForm(forms.Form):
    """The facts of one member. What can't be true is said beside its field."""

    name = forms.CharField(label=_("Name"), max_length=60)
    former_names = forms.CharField(label=_("Former names"), max_length=120, required=False)
    sex = choice_field(Sex, label=_("Sex"), required=False)
    ethnicity = forms.CharField(label=_("Ethnicity"), max_length=30, required=False)
    native_place = forms.CharField(label=_("Native place"), max_length=80, required=False)
    born = PartialDateField(label=_("Born"), required=False)
    national_id = IdentityNumberField(label=_("Identity number"), max_length=30, required=False)
    education = choice_field(Education, label=_("Education"), required=False)
    membership = choice_field(Membership, label=_("Membership"))
    joined = PartialDateField(label=_("Joined the party"), required=False)
    confirmed = PartialDateField(label=_("Formal member since"), required=False)
    party_post = forms.CharField(label=_("Post in the party"), max_length=60, required=False)
    phone = PhoneField(label=_("Phone"), max_length=60, required=False)
    reach_by = choice_field(ReachBy, label=_("Best reached by"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Home address"), max_length=200, required=False)
    work_post = forms.CharField(label=_("Unit and post"), max_length=120, required=False)
    dues_category = choice_field(DuesCategory, label=_("Category for dues"), required=False)
    dues_base = forms.DecimalField(
        label=_("Monthly base for dues, in yuan"), min_value=0, max_digits=11, decimal_places=2, required=False
    )
    remark = forms.CharField(
        label=_("Remark"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for field in DATES:
            cast(PartialDateField, self.fields[field]).latest = on

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields under their headings."""
        for heading, names in GROUPS:
            yield str(heading), [self[name] for name in names if name in self.fields]

    def clean(self) -> None:
        super().clean()
        values, known = self.values(), {name for name in PersonFacts.__dataclass_fields__ if name not in self.errors}
        facts = replace(self.facts_before(), **{name: values[name] for name in known if name in values})
        changed = self.changed(values)
        for objection in objections(facts, on=self.on):
            if objection.field in known and objection.concerns(changed):
                self.add_error(objection.field, objection.sentence)

    def facts_before(self) -> PersonFacts:
        return PersonFacts()

    def changed(self, values: Values) -> set[str]:
        """The facts that the form would change."""
        return set(values)

    def values(self) -> dict[str, Any]:
        """Facts as `services.people` takes them; birth and sex are read from the identity number where left empty."""
        given = {name: value for name, value in self.cleaned_data.items() if name in EDITABLE}
        if "dues_base" in given:
            amount = given["dues_base"]
            given["dues_base"] = "" if amount is None else str(int(amount * 100))
        if read := read_from_identity(given.get("national_id", "")):
            given["born"], given["sex"] = given.get("born") or read[0], given.get("sex") or read[1].value
        return given


class RosterField(LookedUpRow):
    """Of the places that `rosters_of` gives: a group with its branch, because many have the same name."""

    def label_from_instance(self, obj: Organization) -> str:
        return f"{obj.branch_name} · {obj}" if obj.kind == OrganizationKind.GROUP else str(obj)


class NewMemberForm(MemberForm):
    key = key_field()
    organization = RosterField(label=_("Branch or group"), queryset=Organization.objects.none())
    since = day_field(
        label=_("Belongs there since"), required=False, help_text=_("Leave it empty when the day isn't known.")
    )
    another = forms.BooleanField(label=_("It is another person: put them on the roster"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.doubles: list[Double] = []
        choose_among(self, "organization", rosters_of(user, on=self.on))

    def clean(self) -> None:
        """Who may be on record already is shown first; somebody with the same identity number certainly is."""
        super().clean()
        given = self.values()
        name, phone, number = (given.get(field, "") for field in ("name", "phone", "national_id"))
        asked = PersonEntered(name, given.get("born"), phone, number, self.cleaned_data.get("key"))
        self.doubles = possible_doubles(Member.objects.visible_to(self.user, Capability.EDIT_ROSTER), asked)
        if any(one.same_number for one in self.doubles):
            self.add_error("national_id", _("Somebody on your roster has this identity number: look below."))
        elif self.doubles and not self.cleaned_data.get("another"):
            self.add_error("another", _("Look whether it is the same person, or say that it is another one."))


class MemberEditForm(MemberForm):
    """Private facts aren't shown: left empty they stay, a new value takes their place, and they can be struck out."""

    version = forms.CharField(widget=forms.HiddenInput)
    forget = forms.MultipleChoiceField(
        label=_("Strike out"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    reason = forms.CharField(
        label=_("Why it changes"), max_length=300, required=False,
        help_text=_("Needed when the name, identity number, membership or a date changes. It stays on record."),
    )  # fmt: skip

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        shown = {field: value_of(member, field) for field in EDITABLE if field not in PRIVATE}
        kwargs["initial"] = {**shown, "version": version_of(member)}
        super().__init__(*args, **kwargs)
        self.member = member
        self.on_record: list[tuple[object, object]] = []
        recorded = [field for field in PRIVATE if getattr(member, field)]
        for field in recorded:
            self.fields[field].help_text = _("On record. Leave it empty to keep it.")
        cast(forms.ChoiceField, self.fields["forget"]).choices = [
            (field, self.fields[field].label) for field in recorded
        ]
        if not recorded:
            del self.fields["forget"]

    def renew(self, member: Member) -> None:
        """After somebody else stored something: show what is on record where it differs, and let this be sent again."""
        self.data = data = cast(QueryDict, self.data).copy()
        data["version"] = version_of(member)
        written = {field: value for field, value in self.values().items() if field not in PRIVATE}
        stored = {field: value_of(member, field) for field in written}
        differing = [field for field, value in written.items() if value != stored[field]]
        self.on_record = [(self.fields[field].label, self._in_words(field, stored[field])) for field in differing]

    def _in_words(self, field: str, value: object) -> object:
        return dict(getattr(self.fields[field], "choices", ())).get(value, value)

    def facts_before(self) -> PersonFacts:
        return facts_of(self.member)

    def changed(self, values: Values) -> set[str]:
        return {field for field, value in values.items() if value != value_of(self.member, field)}

    def values(self) -> dict[str, Any]:
        given = super().values()
        kept = {field for field in PRIVATE if given.get(field, "") == ""}
        struck_out = dict.fromkeys(self.cleaned_data.get("forget", []), "")
        return {**{field: value for field, value in given.items() if field not in kept}, **struck_out}


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG or PNG, at most 2 MB. Place and time that the camera wrote into it are removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )

    def clean_photo(self) -> UploadedFile:
        """Refused before it is read into memory."""
        file: UploadedFile = self.cleaned_data["photo"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("Choose a JPEG or PNG picture of at most 2 MB."))
        return file


class MoveForm(forms.Form):
    """To another branch or group, from a day on."""

    key = key_field()
    organization = RosterField(label=_("Branch or group"), queryset=Organization.objects.none())
    on = day_field(label=_("From which day"))

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
        choose_among(self, "organization", rosters_of(user, Capability.EDIT_ROSTER, Capability.IMPORT_ROSTER, on=today))


class LeaveForm(forms.Form):
    """Off the roster, from a day on: what it asks for depends on why."""

    because = forms.ChoiceField(widget=forms.HiddenInput, choices=[(one.value, one.label) for one in ENDINGS])
    on = day_field()
    proof = forms.ChoiceField(label=_("How it is known"))
    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, because: LeavingReason, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today, "because": because.value}
        super().__init__(*args, **kwargs)
        ending = ENDINGS[because]
        self.fields["on"].label, self.fields["reason"].label = cast(str, ending.day), cast(str, ending.paper)
        self.fields["reason"].help_text = cast(str, ending.help)
        self.fields["reason"].required = not ending.proofs
        cast(forms.ChoiceField, self.fields["proof"]).choices = [("", "—"), *ending.proofs.items()]
        if not ending.proofs:
            del self.fields["proof"]

    def facts(self) -> dict[str, Any]:
        """As `leave_roster` takes them: how it is known stands before the paper."""
        given = self.cleaned_data
        proofs = ENDINGS[LeavingReason(given["because"])].proofs
        proof = proofs[given["proof"]] if proofs else ""
        reason = " · ".join(str(part) for part in (proof, given["reason"]) if part)
        return {"because": LeavingReason(given["because"]), "on": given["on"], "reason": reason}


def reason_of_leaving(code: str) -> LeavingReason | None:
    return LeavingReason(code) if code in set(ENDINGS) else None


def rule_of(because: LeavingReason, on: date) -> Rule | None:
    """The rule that says who decides such an end."""
    key = ENDINGS[because].rule
    return rule_if_held(key, on) if key else None


class PlaceField(LookedUpRow):
    """The branch itself stands for those who are in no group."""

    def label_from_instance(self, obj: Organization) -> str:
        return str(obj if obj.kind == OrganizationKind.GROUP else _("In no group"))


class GroupForm(forms.Form):
    """Members of one branch, and where they go within it."""

    members = forms.ModelMultipleChoiceField(
        queryset=Member.objects.none(), error_messages={"required": _("Choose at least one member.")}
    )
    organization = PlaceField(label=_("Put into"), queryset=Organization.objects.none(), empty_label=None)
    on = day_field(label=_("From which day"))

    def __init__(self, *args: Any, branch: Organization, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
        places = Organization.objects.below(branch.path).standing_on(today).in_tree_order()
        cast(forms.ModelMultipleChoiceField, self.fields["members"]).queryset = Member.objects.below(branch.path)
        choice = cast(forms.ModelChoiceField, self.fields["organization"])
        choice.queryset = places
        self.initial["organization"] = places.filter(kind=OrganizationKind.GROUP).first()


def rosters_of(user: User, *capabilities: Capability, on: date) -> OrganizationQuerySet:
    """Branches and groups in which the user keeps the roster, or has one of the capabilities."""
    paths = [path for one in capabilities or (Capability.EDIT_ROSTER,) for path in user.access.paths(one)]
    kept = Organization.objects.filter(subtree("path", paths)).standing_on(on)
    above = Organization.objects.filter(path=Substr(OuterRef("path"), 1, Length(OuterRef("path")) - STEP))
    named = kept.annotate(branch_name=Subquery(above.values("name")))
    return named.filter(kind__in=[OrganizationKind.BRANCH, OrganizationKind.GROUP]).in_tree_order()


def choose_among(form: forms.Form, field: str, rows: Any) -> None:
    """Offer those rows; a single one is chosen already."""
    choice = cast(forms.ModelChoiceField, form.fields[field])
    choice.queryset = rows
    if not form.is_bound and len(rows) == 1:
        form.initial.setdefault(field, rows[0].pk)


class SituationFactsForm(forms.Form):
    """What is known about it; only what fits is filled in."""

    valid_from = day_field(label=_("Since"), required=False, help_text=_("Leave it empty when the day isn't known."))
    valid_until = day_field(
        label=_("First day on which it no longer holds"), required=False, help_text=_("Empty: it still holds.")
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=80,
        required=False,
        help_text=_("For instance the city where the member lives now."),
    )
    host = forms.CharField(
        label=_("Host branch"), max_length=120, required=False,
        help_text=_("Where the member takes part, or where the relation is going."),
    )  # fmt: skip
    able_to = forms.CharField(
        label=_("What they can still do"), max_length=200, required=False,
        help_text=_("For instance: read at home, join by video, give an opinion by phone."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored encrypted, not shown on the member's page. Of a decision: who made it, when, document."),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in FACTS}


class SituationForm(SituationFactsForm):
    key = key_field()
    kind = choice_field(SituationKind, label=_("Situation"))
    field_order = ("kind", "valid_from", "place", "host", "able_to", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["valid_until"]


class SituationCorrectForm(SituationFactsForm):
    def __init__(self, *args: Any, situation: Situation, **kwargs: Any) -> None:
        stored = {name: getattr(situation, name) for name in FACTS}
        kwargs["initial"] = {**stored, "note": opened(situation.note)}
        super().__init__(*args, **kwargs)


class SituationEndForm(forms.Form):
    on = day_field(label=_("First day on which it no longer holds"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)


class SavedFilterForm(forms.Form):
    """A name for what the roster shows at the moment."""

    name = forms.CharField(label=_("Name of the filter"), max_length=40)
    query = forms.CharField(max_length=LONGEST_QUERY, required=False, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Only what the list understands, and no number that was searched for: a filter isn't for one person."""
        return kept_query(QueryDict(self.cleaned_data["query"]), but=SEALED)


LABELS = {name: Member._meta.get_field(name).verbose_name for name in REVEALABLE} | {  # type: ignore[union-attr]
    "dues_base": _("monthly base for dues")  # kept in fen, shown in yuan
}


class RevealForm(forms.Form):
    """Which private value, and what for. Only fields in which something is recorded can be chosen."""

    field = forms.ChoiceField(label=_("Value"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What you need it for"),
        max_length=200,
        min_length=2,
        help_text=_("For instance: to call about the visit on Friday. Kept on record with your name."),
        error_messages={"required": _("Say what you need it for. The reason is kept on record.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recorded = recorded_fields(member)
        choice = self.fields["field"]
        choice.choices = [(name, LABELS[name]) for name in recorded]  # type: ignore[attr-defined]
        if len(recorded) == 1:
            choice.initial = recorded[0]
