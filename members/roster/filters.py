"""What the roster can be narrowed by and how it is shown. The address holds all of it; saved filters keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from audit.keyring import SealBroken, seal, unseal
from members.choices import DuesCategory, Membership, SituationKind

NONE = "none"
"""Chooses the members for whom nothing is recorded."""
AGES: dict[str, tuple[int, int | None]] = {"35": (0, 35), "60": (36, 60), "79": (61, 79), "80": (80, None)}
"""Bands of completed years, both ends included."""
ANY = {"": _("Any")}
FIELDS: dict[str, tuple[str | Promise, Mapping[str, str | Promise]]] = {
    "situation": (_("Situation"), {**ANY, **dict(SituationKind.choices), NONE: _("Nothing noted")}),
    "category": (_("Category for dues"), {**ANY, **dict(DuesCategory.choices), NONE: _("Not recorded")}),
    "membership": (_("Membership"), {**ANY, **dict(Membership.choices)}),
    "ages": (
        _("Age"),
        {
            **ANY,
            "35": _("Up to 35"),
            "60": _("36 to 60"),
            "79": _("61 to 79"),
            "80": _("80 and over"),
            NONE: _("Not recorded"),
        },
    ),
    "former": (_("Belonging"), {"": _("On the roster"), "yes": _("Former members")}),
    "voting": (_("Right to vote"), {**ANY, "yes": pgettext_lazy("a member", "Votes"), "no": _("Doesn't vote")}),
    "sort": (
        _("Order"),
        {
            "": _("By branch, then name"),
            "name": _("By name"),
            "age": _("By age, eldest first"),
            "joined": _("By day of joining"),
        },
    ),
}
"""Field of the address → its label and the choices with their labels."""
COLUMNS: dict[str, str | Promise] = {
    "sex": _("Sex"),
    "age": _("Age"),
    "branch": _("Branch and group"),
    "membership": _("Membership"),
    "category": _("Category for dues"),
    "situations": _("Situations"),
    "joined": _("Joined"),
    "reach": _("Best reached by"),
    "left": _("Left"),
}
"""What can be shown beside the name, in the order of the columns."""
OF_THE_ROSTER = ("situations", "category", "reach")
"""Columns that say nothing of somebody who has left."""
SEALED = "s"
"""Field of the address that holds what was searched for when there are digits in it: a phone or identity number stands
in no address, so in no browser's history, no log and no saved filter."""
SEALED_FOR = "roster search\0"
"""Sealed in front of it, or an address could be used to open any private field that somebody has stolen."""
ADDRESS_FIELDS = ("q", SEALED, "org", *FIELDS, "columns")
LONGEST_TEXT, LONGEST_QUERY, LONGEST_SEAL = 60, 500, 600


@dataclass(frozen=True)
class RosterFilter:
    """Which members, in which order. Empty: not asked."""

    q: str = ""
    """What was typed into the search box."""
    org: str = ""
    """Code of an organization; whether it may be seen is for the query to find out."""
    situation: str = ""
    category: str = ""
    membership: str = ""
    ages: str = ""
    former: str = ""
    """“yes”: whoever was last on one of the rosters, instead of those who are."""
    voting: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "RosterFilter":
        """Read the address. What can't be meant counts as not asked."""
        asked = {name: query.get(name, "") for name in FIELDS if query.get(name, "") in FIELDS[name][1]}
        return cls(q=_searched(query), org=_text(query, "org"), **asked)

    @property
    def narrows(self) -> bool:
        """Whether somebody may be left out."""
        return any(getattr(self, field.name).strip() for field in fields(self) if field.name != "sort")


def _searched(query: QueryDict) -> str:
    """What was typed into the search box. A seal of another kind, or of a key that has gone, says nothing."""
    if SEALED not in query:
        return _text(query, "q")
    try:
        text = unseal(query.get(SEALED, "")[:LONGEST_SEAL])
    except SealBroken:
        return ""
    return text.removeprefix(SEALED_FOR) if text.startswith(SEALED_FOR) else ""


def _in_address(name: str, value: str) -> tuple[str, str]:
    """A field as the address holds it."""
    if name == "q" and any(character.isdigit() for character in value):
        return SEALED, seal(SEALED_FOR + value[:LONGEST_TEXT].replace("\0", ""))
    return name, value


def _text(query: QueryDict, name: str) -> str:
    """What was written, as long as it is meant to be; PostgreSQL takes no NUL."""
    return query.get(name, "")[:LONGEST_TEXT].replace("\0", "")


def offered_columns(*, former: bool = False) -> list[str]:
    """The columns from which somebody may choose."""
    return [column for column in COLUMNS if column not in (OF_THE_ROSTER if former else ("left",))]


def shown_columns(query: QueryDict, *, one_place: bool = False, former: bool = False) -> list[str]:
    """The columns beside the name: those chosen, else all; of `one_place` it needn't be said where everybody is."""
    chosen, offered = query.getlist("columns"), offered_columns(former=former)
    usual = [column for column in offered if column != "branch" or not one_place]
    return [column for column in offered if column in chosen] or usual


def kept_pairs(query: QueryDict, but: str = "") -> list[tuple[str, str]]:
    """Names and values of the address that say what to show, without the place in the list and without one field."""
    pairs = [_in_address(name, value) for name in ADDRESS_FIELDS for value in query.getlist(name) if value]
    return [(name, value) for name, value in pairs if name != but]


def kept_query(query: QueryDict, but: str = "") -> str:
    """The same as part of an address: for links and saved filters."""
    return urlencode(kept_pairs(query, but))
