"""Users that one manages, and requests for offices."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from audit.models import Entry
from members.choices import Capability, OfficeRequestState
from members.fields import unended_on
from members.models.member import Member
from members.models.office import Office, OfficeRequest
from members.models.user import User
from members.pages.links import Link
from members.trail.queries import Act, trail_page


def manages(administrator: User, user: User) -> bool:
    """Whether everything the user may do, now or later, lies where the administrator manages users."""
    return manages_all(administrator, places_of(user=user, member=user.member, on=administrator.access.on))


def manages_all(administrator: User, paths: Iterable[str]) -> bool:
    """Whether the administrator manages users at all of those paths."""
    return all(administrator.access.may(Capability.MANAGE_USERS, path) for path in paths)


def places_of(*, member: Member | None, on: date | None, user: User | None = None) -> list[str]:
    """Paths of the offices of a user and a member that have not ended on that day, and of the member's roster."""
    theirs = Q(member=member) if member else Q(pk__in=[])
    unended = unended_on(on) if on else Q()
    offices = Office.objects.filter(theirs | Q(user=user) if user else theirs).filter(unended)
    roster = [member.roster_path] if member and member.roster_path else []
    return [*offices.values_list("organization__path", flat=True), *roster]


@dataclass(frozen=True)
class UserRow:
    """A user with the offices that have not ended, given to the user or to the member that the user is."""

    user: User
    offices: list[Office]


def with_offices(users: QuerySet[User], *, on: date) -> QuerySet[User]:
    """The users ready for `rows_of`: two queries more, however many there are."""
    unended = Office.objects.filter(unended_on(on))
    held = unended.select_related("organization").order_by("organization__path", "kind")
    return users.select_related("member").prefetch_related(
        Prefetch("offices", held, to_attr="held"), Prefetch("member__offices", held, to_attr="held_as_member")
    )


def rows_of(users: Iterable[User]) -> list[UserRow]:
    """Users read by `with_offices`, each office once."""
    return [UserRow(user, list({office.pk: office for office in _held(user)}.values())) for user in users]


def _held(user: User) -> list[Office]:
    given: list[Office] = user.held  # type: ignore[attr-defined]
    as_member: list[Office] = user.member.held_as_member if user.member else []  # type: ignore[attr-defined]
    return [*given, *as_member]


@dataclass(frozen=True)
class UserPage:
    offices: list[Office]
    """Those that have not ended."""
    past_offices: list[Office]
    asked: list[OfficeRequest]
    """Those that wait for a second person."""
    has_codes: bool
    sessions: int
    history: list[Act]


def user_page(user: User, viewer: User, *, on: date) -> UserPage:
    """What one user's page shows to an administrator: offices where the administrator sees them, and the log-in."""
    offices = Office.objects.held_by(user).visible_to(viewer, Capability.MANAGE_USERS)
    held = list(offices.select_related("organization").order_by("-valid_from", "kind"))
    current = [office for office in held if office.valid_until is None or office.valid_until > on]
    return UserPage(
        offices=current,
        past_offices=[office for office in held if office not in current],
        asked=list(OfficeRequest.objects.waiting().visible_to(viewer).filter(user=user).select_related("organization")),
        has_codes=Authenticator.objects.filter(user=user).exists(),
        sessions=UserSession.objects.filter(user=user).count(),
        history=trail_page(Entry.objects.about("members.User", user.pk), reader=viewer).acts,
    )


WHOLE = OfficeRequest.objects.select_related(
    "organization", "user__member", "asked_by__member", "settled_by", "replaces"
)
SHOWN_FOR = timedelta(days=90)
MOST = 200


def shown_to(user: User, *, on: date) -> QuerySet[OfficeRequest]:
    """Those that wait first, then what was settled in the last three months."""
    late = Q(state=OfficeRequestState.WAITING) | Q(settled_on__gte=on - SHOWN_FOR)
    return WHOLE.visible_to(user).filter(late).order_by("settled_on", "-asked_on", "key")[:MOST]


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for the user's yes as the second person. One query."""
    paths = user.access.paths(Capability.CONFIRM_OFFICES)
    if not paths:
        return
    waiting = OfficeRequest.objects.visible_to(user).waiting().exclude(asked_by=user).exclude(user=user)
    if count := waiting.count():
        text = ngettext("%(count)s office waits for a second yes.", "%(count)s offices wait for a second yes.", count)
        yield Link("person-badge", _("Offices to confirm"), text % {"count": count}, reverse("members:office-requests"))
