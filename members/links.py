"""What the apps above add to pages of this one. Settings name their functions, so that nobody imports upwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from members.models import Member, Organization, User


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a page of another app: an icon, a name, and a sentence below it."""

    icon: str
    title: str
    text: str
    url: str


def start_links(user: User, *, on: date) -> list[Link]:
    """What the start page says of work in other apps; `settings.START_LINKS` ask a fixed number of queries each."""
    return _all(import_string(name)(user, on=on) for name in settings.START_LINKS)


def own_links(user: User, *, on: date) -> list[Link]:
    """What the start page says to somebody of their own affairs; `settings.OWN_LINKS` ask a fixed number of queries."""
    return _all(import_string(name)(user, on=on) for name in settings.OWN_LINKS)


def member_links(member: Member, user: User) -> list[Link]:
    """Other apps' pages about a member that the user may open; `settings.MEMBER_LINKS` ask a fixed
    number of queries."""
    return _all(import_string(name)(member, user) for name in settings.MEMBER_LINKS)


def organization_figures(organization: Organization, user: User, *, on: date) -> list[Link]:
    """What an organization's page says of other apps' work there; `settings.ORGANIZATION_FIGURES` ask a fixed number of
    queries each, and say what the user may see counts of."""
    return _all(import_string(name)(organization, user, on=on) for name in settings.ORGANIZATION_FIGURES)


def _all(answers: Iterable[Iterable[Link]]) -> list[Link]:
    return [link for answer in answers for link in answer]
