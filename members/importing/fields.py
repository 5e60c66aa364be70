"""The columns of a roster: the words branches head them with."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.importing import words
from members.workbooks.headings import Catalogue, Field
from members.workbooks.reading import Value

LABELS: dict[str, Promise] = {
    "serial": _("Serial number"),
    "committee": _("Committee above the branch"),
    "general_branch": _("General branch above the branch"),
    "organization": _("Branch, or the path to it"),
    "group": _("Party group"),
    "name": _("Name"),
    "former_names": _("Former names"),
    "sex": _("Sex"),
    "ethnicity": _("Ethnicity"),
    "birth": _("Born"),
    "native_place": _("Native place"),
    "education": _("Education"),
    "national_id": _("Identity number"),
    "joined": _("Joined the party"),
    "full": _("Formal member since"),
    "work_post": _("Unit and post"),
    "work_unit": _("Unit"),
    "post": _("Post"),
    "party_post": _("Post in the party"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "address": _("Home address"),
    "membership": _("Formal or probationary"),
    "category": _("Category for dues"),
    "mobile": _("Mobile member"),
    "place": _("Where the mobile member is"),
    "lost_contact": _("Contact lost"),
    "hardship": _("In hardship"),
    "dues_base": _("Monthly base for dues"),
    "remark": _("Remark"),
}
"""In the order of the blank template."""

FREE_TEXT = frozenset(
    {"former_names", "native_place", "work_post", "work_unit", "post", "party_post", "address", "remark"}
)
"""Fields in which a formula is kept as its text."""

HEADINGS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))


def _no_kind(value: Value) -> bool:
    return words.category_of(value) is None and words.membership_of(value) is None


HOLDS: dict[str, Callable[[Value], bool]] = {
    "sex": lambda value: words.sex_of(value) is not None,
    "education": lambda value: words.education_of(value) is not None,
    "post": _no_kind,
    "membership": lambda value: words.membership_of(value) is not None,
    "category": lambda value: words.category_of(value) is not None,
}
KINDS = frozenset({"post", "membership", "category"})
"""Branches head these three with one another's words; what stands below decides."""

ROSTER = Catalogue(
    required=("name", "national_id"),
    fields=tuple(
        Field(
            name,
            tuple(headings),
            family="kind" if name in KINDS else "",
            takes_over=name != "post",
            holds=HOLDS.get(name),
        )
        for name, headings in HEADINGS.items()
    ),
)
