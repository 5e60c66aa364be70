"""Messages to officers that list their duties: found for all of them together, and written in each one's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from members.models import Organization, User
from members.paths import ROOT
from reminders.choices import WAITING, MessageKind
from reminders.queries.about_meetings import occasion
from reminders.queries.desk import words_of
from reminders.queries.officers import duties_of, duty_officers, settled_paths
from reminders.queries.planned import Case, languages_of, new_batches
from reminders.queries.recipients import recipients
from reminders.rules.dedupe import made
from reminders.rules.ladder import Rung
from reminders.rules.occasion import Occasion
from reminders.rules.overview import lines
from reminders.rules.pending import Pending
from reminders.rules.routing import Person
from rulebook.values import Duty

REMEMBERED = 12 * 3600
"""Seconds for which it is remembered that somebody's list was empty; forgotten, it is only looked at again."""
Chosen = Callable[[list[Duty]], list[Duty]]


def occasions(
    kind: MessageKind, period: str, rung: Rung, *, path: str, on: date, chosen: Chosen, wants: Callable[[Person], bool]
) -> Iterator[Occasion]:
    """One list for each officer whose list isn't empty and who wants one. `period` says which list it is."""
    officers = {one.pk: one for one in duty_officers(path, on=on)}
    cases = _new(kind, period, rung, list(officers.values()))
    people = recipients((), cases.keys(), on=on).officers
    wanted = [officers[pk] for pk in cases if pk in people and wants(people[pk])]
    asked = duties_of(wanted, on=on)
    nothing: dict[str, bool] = {}
    for user in wanted:
        case, person = cases[user.pk], people[user.pk]
        if items := chosen(asked.of[user.pk]):
            yield occasion(kind, case, {**_about(user, person), "items": _items(items, person.language, asked.places)})
        else:
            nothing[_remembered_as(case.dedupe_key)] = True
    cache.set_many(nothing, REMEMBERED)


def standing(messages: Sequence[Pending], *, on: date, chosen: Chosen) -> dict[UUID, Mapping[str, str]]:
    """A list that isn't sent yet stands while there is something on it; one that was sent is what it was that day."""
    waiting = {one.user_id for one in messages if one.state in WAITING}
    officers = [one for one in duty_officers(ROOT, on=on) if one.pk in waiting] if waiting else []
    asked, languages = duties_of(officers, on=on), languages_of(messages) if waiting else {}
    found: dict[UUID, Mapping[str, str]] = {}
    for one in messages:
        if one.state not in WAITING:
            found[one.pk] = one.values
        elif items := chosen(asked.of.get(one.user_id or 0, [])):
            said = _items(items, languages[one.wording_id], asked.places)
            found[one.pk] = {**one.values, "items": said}
    return found


def _new(kind: MessageKind, period: str, rung: Rung, officers: Sequence[User]) -> dict[int, Case]:
    """By account, of whom there is no message for the period, and of whom it isn't known that their list is empty."""
    paths = {settled_paths(one)[0] for one in officers}
    ids = dict(Organization.objects.filter(path__in=paths).values_list("path", "pk"))
    cases = [
        Case(made(kind, one.pk, period), rung, period, ids[settled_paths(one)[0]], user_id=one.pk) for one in officers
    ]
    empty = cache.get_many([_remembered_as(one.dedupe_key) for one in cases])
    left = [one for one in cases if _remembered_as(one.dedupe_key) not in empty]
    return {one.user_id: one for batch in new_batches(left) for one in batch if one.user_id}


def _remembered_as(dedupe_key: str) -> str:
    return f"reminders:empty:{dedupe_key}"


def _about(officer: User, person: Person) -> dict[str, str]:
    first = settled_paths(officer)[0]
    place = next(one.organization for one in officer.standing.held if one.path == first)
    return {"name": person.name, "branch": place, "page_link": settings.PUBLIC_URL + reverse("reminders:desk")}


def _items(duties: Iterable[Duty], language: str, places: Mapping[str, str]) -> str:
    with translation.override(language):
        return lines(list(duties), title=lambda kind: str(words_of(kind).title), places=places)
