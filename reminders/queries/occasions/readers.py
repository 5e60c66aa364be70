"""That there is a new key of an inspector, or that the command line gave an office which could make one, is told to all
who hold the office of inspector: whoever slips somebody in does it before their eyes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from audit.models import Entry
from members.choices import OfficeKind, OrganizationKind
from members.models import Office, Organization, User
from members.offices import takes_two_people
from members.paths import subtree
from reminders.choices import MessageKind
from reminders.queries.about_meetings import occasion
from reminders.queries.planned import Case, new_batches
from reminders.queries.recipients import recipients
from reminders.rules.dedupe import made
from reminders.rules.ladder import NEWS_WITHIN, of_news, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from supervision.letters.models import InspectorKey

SHELL = "shell"


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened: `about` says which, `who` it is about, `office` is empty for a key."""

    about: str
    day: date
    organization_id: int
    user_id: int | None
    who: str
    office: str = ""


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    news = {one.about: one for one in (*_keys(today, path), *_offices(at, path))}
    for batch in new_batches(_cases(list(news.values()), at, today) if news else ()):
        officers = recipients((), {case.user_id for case in batch if case.user_id}, on=today).officers
        places = Organization.objects.in_bulk({case.organization_id for case in batch})
        for case in batch:
            if officer := officers.get(case.user_id or 0):
                with translation.override(officer.language):
                    said = _in_words(news[case.about])
                values = {"name": officer.name, "branch": places[case.organization_id].name, "items": said}
                address = settings.PUBLIC_URL + reverse("supervision:key-list")
                yield occasion(MessageKind.READERS, case, values | {"page_link": address})


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    """All of them: what happened is told, whatever became of it since."""
    return {one.pk: one.values for one in messages}


def _keys(today: date, path: str) -> Iterator[News]:
    made_lately = InspectorKey.objects.filter(subtree("organization__path", [path]), made_on__gt=today - NEWS_WITHIN)
    for key in made_lately.select_related("user__member").order_by("pk"):
        yield News(str(key.pk), key.made_on, key.organization_id, key.user_id, _named(key.user))


def _offices(at: datetime, path: str) -> Iterator[News]:
    """Those that take two people on the pages; the record says who gave them."""
    given = Entry.objects.filter(action="give_office", actor=SHELL, at__gt=at - NEWS_WITHIN)
    days = {key: moment.astimezone(SHANGHAI).date() for key, moment in given.values_list("subject_id", "at")}
    rows = Office.objects.filter(subtree("organization__path", [path]), pk__in=days)
    for office in rows.select_related("organization", "user__member", "member").order_by("pk"):
        kind, place = OfficeKind(office.kind), OrganizationKind(office.organization.kind)
        if takes_two_people(kind, place):
            who = office.member.name if office.member else _named(office.user)
            key = str(office.pk)
            yield News(key, days[key], office.organization_id, office.user_id, who, office.get_kind_display())


def _cases(news: Sequence[News], at: datetime, today: date) -> Iterator[Case]:
    inspectors = _inspectors(today)
    for one in news:
        if rung := turn(of_news(one.day), at):
            for user in inspectors - {one.user_id}:
                yield Case(
                    made(MessageKind.READERS, one.about, user), rung, one.about, one.organization_id, user_id=user
                )


def _inspectors(on: date) -> set[int]:
    held = Office.objects.holding(on).filter(kind=OfficeKind.INSPECTOR).values_list("user", "member__user")
    return {user for users in held for user in users if user is not None}


def _named(user: User | None) -> str:
    if user is None:
        return ""
    return user.member.name if user.member else user.get_full_name()


def _in_words(one: News) -> str:
    if one.office:
        return _("%(name)s was given the office “%(office)s” on the command line") % {
            "name": one.who, "office": one.office,
        }  # fmt: skip
    return _("%(name)s made an inspector's key; it waits to be approved") % {"name": one.who}
