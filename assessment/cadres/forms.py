"""Posts of party work, class hours and conditions: what is put down, and what is listed."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from assessment.cadres.models import CadrePost, CadrePostQuerySet, Conditions, TrainingQuerySet
from assessment.cadres.rules import WHOLE
from assessment.choices import PostShare
from assessment.years import CountForm, YearForm
from dues.fields import YuanField
from members.fields import unended_on
from members.models import Member
from members.models.member import MemberQuerySet
from members.pages.forms import choice_field, day_field, key_field

MOST_HOURS = 200
HOLDING = {"now": _("Held now"), "ended": _("No longer held")}
HOURS = {"kept": _("Hours of the year reached"), "missing": _("Hours of the year missing")}


def named(member: Member) -> str:
    """With the place where they stand: in a county many share a name. Of a member that `people_found` gave."""
    return f"{member.name} · {member.stands_in}"  # type: ignore[attr-defined]


class PostFields(forms.Form):
    """A post and how much of the working time it takes."""

    post = forms.CharField(
        label=_("Post"), max_length=80, help_text=_("For instance: full-time organizer, secretary of the branch.")
    )
    share = choice_field(PostShare, label=_("Full-time or part-time"), widget=forms.RadioSelect)
    percent = forms.IntegerField(
        label=_("Of the working time, per cent"), min_value=1, max_value=WHOLE, required=False,
        help_text=_("Only for part-time."),
    )  # fmt: skip
    valid_from = day_field(label=_("Since"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("share") == PostShare.FULL_TIME:
            typed["percent"] = WHOLE
        elif typed.get("percent") in (None, WHOLE) and "percent" not in self.errors:
            self.add_error("percent", gettext("Say how many per cent, from 1 to 99."))
        return typed


class PostForm(PostFields):
    """Who takes up which post. `found` are those offered, `people` all who may hold one there."""

    key = key_field()
    member: "forms.ModelChoiceField[Member]" = forms.ModelChoiceField(
        label=_("Member"), queryset=Member.objects.none(), to_field_name="key"
    )
    field_order = ("key", "member", "post", "share", "percent", "valid_from")

    def __init__(self, data: Any, *, people: MemberQuerySet, found: Iterable[Member], today: date) -> None:
        super().__init__(data, initial={"valid_from": today})
        field = cast(forms.ModelChoiceField, self.fields["member"])
        field.queryset = people
        field.choices = [("", "—"), *((str(one.key), named(one)) for one in found)]

    def facts(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PostEditForm(PostFields):
    def __init__(self, data: Any, *, post: CadrePost) -> None:
        super().__init__(data, initial={name: getattr(post, name) for name in self.base_fields})


class PostEndForm(forms.Form):
    valid_until = day_field(label=_("Not held any more since"), help_text=_("The first day without it."))


class TrainingForm(forms.Form):
    """A course and everybody of the place who took part."""

    key = key_field()
    held_on = day_field(label=_("Date of the course"))
    subject = forms.CharField(label=_("Subject of the course"), max_length=160)
    hours = forms.DecimalField(
        label=_("Class hours"), max_digits=5, decimal_places=1, min_value=Decimal("0.5"), max_value=MOST_HOURS
    )
    certificate = forms.CharField(
        label=_("Certificate"), max_length=160, required=False, help_text=_("If there was one: its name or number.")
    )
    people: "forms.ModelMultipleChoiceField[Member]" = forms.ModelMultipleChoiceField(
        label=_("Who took part"), queryset=Member.objects.none(), to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, data: Any, *, people: QuerySet[Member], today: date, initial: dict[str, Any]) -> None:
        super().__init__(data, initial={"held_on": today} | initial)
        cast(forms.ModelMultipleChoiceField, self.fields["people"]).queryset = people

    def facts(self) -> dict[str, Any]:
        typed = self.cleaned_data
        values = {name: typed[name] for name in ("held_on", "subject", "hours", "certificate")}
        return {"key": typed["key"], "people": typed["people"], "values": values}


class TrainingRemoveForm(forms.Form):
    reason = forms.CharField(label=_("Why it is taken out"), max_length=200)


class ConditionsForm(forms.Form):
    """Empty: nobody has said; that is no zero."""

    posts_planned = forms.IntegerField(
        label=_("Posts of party work planned"), min_value=0, max_value=999, required=False
    )
    rooms = forms.IntegerField(label=_("Rooms for party work"), min_value=0, max_value=999, required=False)
    square_metres = forms.IntegerField(
        label=_("Their size, in square metres"), min_value=0, max_value=99_999, required=False
    )
    budget_fen = YuanField(label=_("Funds planned, in yuan"), required=False, least_fen=0)
    spent_fen = YuanField(label=_("Funds spent so far, in yuan"), required=False, least_fen=0)

    def __init__(self, data: Any, *, kept: Conditions | None) -> None:
        super().__init__(data, initial={name: getattr(kept, name, None) for name in self.base_fields})


class CadreFilterForm(YearForm):
    q = forms.CharField(label=_("Name or post"), required=False, max_length=60)
    share = choice_field(PostShare, label=_("Full-time or part-time"), required=False)
    holding = forms.ChoiceField(label=_("Post is"), required=False, choices=[("", "—"), *HOLDING.items()])
    hours = forms.ChoiceField(label=_("Class hours"), required=False, choices=[("", "—"), *HOURS.items()])
    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ("q", "year", "share", "holding", "hours", "org")

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.offer_years(today)
        self.is_valid()

    def narrow(self, rows: CadrePostQuerySet, asked: Decimal) -> CadrePostQuerySet:
        typed = self.cleaned_data
        day = min(self.today, date(self.of_year, 12, 31))
        if text := typed.get("q"):
            rows = rows.filter(Q(member__name__icontains=text) | Q(post__icontains=text))
        if share := typed.get("share"):
            rows = rows.filter(share=share)
        if holding := typed.get("holding"):
            now = unended_on(day)
            rows = rows.filter(now if holding == "now" else ~now)
        if hours := typed.get("hours"):
            rows = rows.filter(**{"hours__gte" if hours == "kept" else "hours__lt": asked})
        return rows.order_by("organization__path", "member__name_key", "valid_from", "key")


class TrainingFilterForm(YearForm):
    q = forms.CharField(label=_("Name or subject"), required=False, max_length=60)
    org = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ("q", "year", "org")

    def __init__(self, data: Any, *, today: date, is_own: bool = False) -> None:
        """`is_own`: one's own courses, which nobody looks for by a name."""
        super().__init__(data)
        self.offer_years(today)
        if is_own:
            self.fields["q"].label = _("Subject of the course")
        self.is_valid()

    def narrow(self, rows: TrainingQuerySet) -> TrainingQuerySet:
        rows = rows.in_year(self.of_year)
        if text := self.cleaned_data.get("q"):
            rows = rows.filter(Q(member__name__icontains=text) | Q(subject__icontains=text))
        return rows.order_by("-held_on", "subject", "member__name_key", "key")


class CadreCountForm(CountForm):
    """Which organizations are counted, and of which year."""

    q = forms.CharField(label=_("Name or code of the organization"), required=False, max_length=60)
    only = forms.ChoiceField(label=_("Which of them"), required=False)
    kinds = {
        "some": (_("Where something is recorded"), lambda line: not line.counts.is_empty),
        "unfilled": (_("With posts unfilled"), lambda line: line.counts.unfilled),
        "hours": (_("With hours missing"), lambda line: line.counts.people - line.counts.kept),
        "nothing": (_("Where nothing is recorded"), lambda line: line.counts.is_empty),
    }
