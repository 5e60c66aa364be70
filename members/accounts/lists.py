"""The lists of users, of offices, and of offices that take two people."""

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from members.accounts.queries import UserRow
from members.models.office import OfficeRequest
from members.models.user import User
from members.organizations.lists import HELD, OFFICE, OFFICE_WAYS, ON_ONE_PAGE, user_url
from members.pages.listing import Badge, Listing, Nothing, badges, linked, text
from members.pages.steps import Words


def login_badge(user: User) -> Badge:
    """Whether somebody can log in, and whether they ever have."""
    if not user.is_active:
        return _("Access closed"), "quiet"
    if user.must_change_password:
        return _("Has not chosen a password yet"), "warn"
    return (_("Can log in"), "good") if user.has_usable_password() else (_("No password yet"), "warn")


def _offices(row: UserRow) -> Words | None:
    return "、".join(map(str, row.offices)) or (_("Member") if row.user.member_id else None)


USERS = Listing(
    columns=[
        linked("name", _("Name of the person"), "user.get_full_name", url=lambda row: user_url(row.user)),
        text("username", _("User name"), "user.username"),
        text("offices", _("Offices"), _offices),
        badges("state", _("State"), lambda row, _on: [login_badge(row.user)]),
    ],
    phone=["name", "state", "username", "offices"],
    counted=ngettext_lazy("%(counter)s user", "%(counter)s users", "counter"),
    nothing=Nothing(_("Nobody fits. Try a part of the name, or show everybody."), "person-badge"),
    size=30,
)


OFFICES_OF_USER = Listing(
    columns=[
        OFFICE,
        linked("place", _("Organization"), "organization.name", url="organization.get_absolute_url"),
        *HELD,
        OFFICE_WAYS,
    ],
    phone=["kind", "span", "place"],
    nothing=Nothing(_("No office at present. Without one, a user sees only what concerns themselves."), "person-badge"),
    size=ON_ONE_PAGE,
)


def settled(asked: OfficeRequest) -> str:
    """The state, and who settled it when."""
    state = asked.get_state_display()
    return f"{state} · {asked.settled_by.get_full_name()} · {asked.settled_on}" if asked.settled_by else state


REQUESTS = Listing(
    columns=[
        linked("user", _("For whom"), "user.get_full_name"),
        text("kind", _("Office"), lambda one: f"{one.get_kind_display()} · {one.organization.name}"),
        text("asked_by", _("Asked by"), lambda one: f"{one.asked_by.get_full_name()} · {one.asked_on}"),
        text("state", _("State"), settled),
    ],
    phone=["user", "state", "kind"],
    nothing=Nothing(_("No office waits for a second person."), "person-badge"),
    size=ON_ONE_PAGE,
)
