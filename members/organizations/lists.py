"""The lists of organizations, and of the offices held in one."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from members.models.office import Office
from members.models.user import User
from members.pages.listing import Act, Listing, Nothing, acts, linked, number, text

ON_ONE_PAGE = 1000
"""Of a list that stands on a page among others: none is so long."""
FIGURES = [
    number("members", _("Members"), "figures.members"),
    number("full", _("Formal"), "figures.full"),
    number("probationary", _("Probationary"), "figures.probationary"),
    number("retired", _("Retired"), "figures.retired"),
    number("mobile", _("Mobile"), "figures.mobile"),
    number("frail", _("Frail"), "figures.frail"),
]


FOUND = Listing(
    columns=[
        linked(
            "place",
            _("Organization"),
            "place.name",
            url="place.get_absolute_url",
            badges=lambda line, _on: [(_("Dissolved"), "quiet")] if line.place.dissolved_on else [],
        ),
        text("kind", _("Kind"), "place.get_kind_display"),
        text("code", _("Organization code"), "place.code"),
        *FIGURES,
    ],
    phone=["place", "members", "kind", "code"],
    counted=ngettext_lazy("%(counter)s organization found", "%(counter)s organizations found", "counter"),
    nothing=Nothing(
        _("No organization fits. Try a part of the name, or show all of them."),
        "search",
        _("Show the tree"),
        reverse_lazy("members:organization-tree"),
    ),
    size=50,
)
BELOW = Listing(
    columns=[
        linked("place", _("Organization"), "place.name", url="place.get_absolute_url", below="place.get_kind_display"),
        *FIGURES,
    ],
    phone=["place", "members", "full", "probationary"],
    nothing=Nothing(_("No organization fits. Try a part of the name, or show all of them."), "search"),
    size=ON_ONE_PAGE,
)


def holder(office: Office) -> str:
    """The member's name where it was given to one."""
    if office.member:
        return office.member.name
    return office.user.get_full_name() if office.user else ""


def user_url(user: User | None) -> str:
    return reverse("members:user-detail", args=[user.username]) if user else ""


def _span(office: Office) -> str:
    first = office.valid_from or "—"
    return f"{first} – {office.valid_until}" if office.valid_until else str(first)


def _ways(office: Office) -> list[Act]:
    kind = office.get_kind_display()
    return [
        (_("Hand over"), reverse("members:office-hand-over", args=[office.key]), kind),
        (_("End the office"), reverse("members:office-end", args=[office.key]), kind),
    ]


OFFICE, OFFICE_WAYS = text("kind", _("Office"), "get_kind_display"), acts(_ways)
HELD = [text("span", _("From"), _span), text("decided_by", _("Decided by"), lambda one: one.decided_by or None)]
OFFICES = Listing(
    columns=[
        OFFICE,
        linked("user", _("Held by"), holder, url=lambda one: user_url(one.user or getattr(one.member, "user", None))),
        text("holder", _("Held by"), holder),
        *HELD,
        OFFICE_WAYS,
    ],
    phone=["kind", "span", "user", "holder"],
    nothing=Nothing(_("No office is held here at present."), "person-badge"),
    size=ON_ONE_PAGE,
)
"""`user` and the ways for who manages users there, `holder` for everybody else."""
