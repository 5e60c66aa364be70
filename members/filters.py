"""What the roster can be narrowed by and how it is shown. The address holds all of it; saved filters keep it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.choices import DuesCategory, Membership, SituationKind

NONE = "none"
"""Chooses the members for whom nothing is recorded."""
AGES: dict[str, tuple[int, int | None]] = {"35": (0, 35), "60": (36, 60), "79": (61, 79), "80": (80, None)}
"""Bands of completed years, both ends included."""
SORTS = {
    "roster": _("By branch, then name"),
    "name": _("By name"),
    "age": _("By age, eldest first"),
    "joined": _("By day of joining"),
}
COLUMNS = {
    "sex": _("Sex"),
    "age": _("Age"),
    "branch": _("Branch and group"),
    "membership": _("Membership"),
    "category": _("Category for dues"),
    "situations": _("Situations"),
    "joined": _("Joined"),
    "reach": _("Best reached by"),
}
"""What can be shown beside the name, in the order of the columns."""
LONGEST_QUERY = 500


@dataclass(frozen=True)
class RosterFilter:
    """Which members, in which order. Empty: not asked."""

    text: str = ""
    situation: str = ""
    category: str = ""
    membership: str = ""
    ages: str = ""
    voting: str = ""
    sort: str = "roster"

    @property
    def narrows(self) -> bool:
        """Whether some members of the scope are left out."""
        return any((self.text.strip(), self.situation, self.category, self.membership, self.ages, self.voting))


class RosterFilterForm(forms.Form):
    """The fields of the filter bar. Columns are chosen in a menu of their own and only kept here."""

    q = forms.CharField(label=_("Name, pinyin, initials or end of a number"), required=False, max_length=60)
    org = forms.ChoiceField(label=_("Organization"), required=False)
    situation = forms.ChoiceField(
        label=_("Situation"),
        required=False,
        choices=[("", _("Any")), *SituationKind.choices, (NONE, _("Nothing noted"))],
    )
    category = forms.ChoiceField(
        label=_("Category for dues"),
        required=False,
        choices=[("", _("Any")), *DuesCategory.choices, (NONE, _("Not recorded"))],
    )
    membership = forms.ChoiceField(label=_("Membership"), required=False, choices=[("", _("Any")), *Membership.choices])
    ages = forms.ChoiceField(
        label=_("Age"),
        required=False,
        choices=[
            ("", _("Any")),
            ("35", _("Up to 35")),
            ("60", _("36 to 60")),
            ("79", _("61 to 79")),
            ("80", _("80 and over")),
            (NONE, _("Not recorded")),
        ],
    )
    voting = forms.ChoiceField(
        label=_("Right to vote"),
        required=False,
        choices=[("", _("Any")), ("yes", _("Votes")), ("no", _("Doesn't vote"))],
    )
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", SORTS["roster"]), *list(SORTS.items())[1:]]
    )
    columns = forms.MultipleChoiceField(required=False, choices=list(COLUMNS.items()), widget=forms.MultipleHiddenInput)

    def __init__(self, data: Mapping[str, Any], places: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(data)
        self.fields["org"].choices = [("", _("All I may see")), *places]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> RosterFilter:
        """What is asked for. A field that can't be understood counts as not asked; the form shows what is wrong."""
        self.is_valid()
        data = self.cleaned_data
        asked = {name: data.get(name, "") for name in ("situation", "category", "membership", "ages", "voting")}
        return RosterFilter(text=data.get("q", ""), sort=data.get("sort") or "roster", **asked)

    @property
    def shown_columns(self) -> list[str]:
        """The columns beside the name; all of them unless some were chosen."""
        self.is_valid()
        chosen = self.cleaned_data.get("columns")
        return [column for column in COLUMNS if not chosen or column in chosen]


def kept_pairs(query: QueryDict, but: str = "") -> list[tuple[str, str]]:
    """Names and values of the address that say what to show, without the place in the list and without one field."""
    names = [name for name in RosterFilterForm.base_fields if name != but]
    return [(name, value) for name in names for value in query.getlist(name) if value]


def kept_query(query: QueryDict, but: str = "") -> str:
    """The same as part of an address: for links and saved filters."""
    return urlencode(kept_pairs(query, but))
