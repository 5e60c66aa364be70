"""Kinds of messages to officers: terms, keys, and lists of duties."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from audit.models import Entry
from meetings.planning.queries import workdays_on_record
from members.choices import OfficeKind, OrganizationKind
from members.models import Office, Organization, Term, User
from members.offices import takes_two_people
from members.paths import ROOT, subtree
from reminders.channels.queries import recipients
from reminders.channels.rules import SHANGHAI, Person
from reminders.choices import WAITING, MessageKind
from reminders.desk.queries import duties_of, duty_officers, settled_paths, words_of
from reminders.planning import rules
from reminders.planning.queries import Case, languages_of, new_batches, occasion, waited_too_long
from reminders.planning.rules import (
    NEWS_WITHIN,
    TERM_MONTHS,
    Occasion,
    Pending,
    Stage,
    before_end,
    current_stage,
    dedupe_key,
    falling_due,
    lines,
    of_day,
    of_news,
    of_week,
    term_values,
    week,
)
from rulebook.dates import add_months
from rulebook.values import Duty
from supervision.letters.models import InspectorKey

SECRETARIES = (OfficeKind.SECRETARY, OfficeKind.COMMITTEE_SECRETARY)
IN_THEIR_PLACE = (OfficeKind.DEPUTY_SECRETARY,)


def term_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    until = add_months(today, TERM_MONTHS[0] + 1)
    ending = unfollowed(today).filter(subtree("organization__path", [path]), ends_on__range=(today, until))
    for batch in new_batches(_term_cases(list(ending.order_by("ends_on", "pk")), at, today)):
        yield from _term_told(batch, today)


def term_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    terms = {str(one.pk): one for one in unfollowed(today).filter(pk__in={one.about for one in messages})}
    open_still = [one for one in messages if _term_stands(one, terms.get(one.about), at)]
    languages = languages_of(open_still)
    found: dict[UUID, Mapping[str, str]] = {}
    for one in open_still:
        with translation.override(languages[one.wording_id]):
            found[one.pk] = {**one.values, **term_values(terms[one.about].ends_on, on=today)}
    return found


def unfollowed(on: date) -> QuerySet[Term]:
    """Terms after which no election is on record, of organizations that stand."""
    later = Term.objects.filter(organization=OuterRef("organization"), elected_on__gt=OuterRef("elected_on"))
    dissolved = Q(organization__dissolved_on__isnull=False, organization__dissolved_on__lte=on)
    return Term.objects.exclude(Exists(later)).exclude(dissolved)


def _term_cases(terms: Sequence[Term], at: datetime, on: date) -> Iterator[Case]:
    secretaries = _secretaries({one.organization_id for one in terms}, on) if terms else {}
    for term in terms:
        stage = current_stage(before_end(term.ends_on), at)
        if stage is None:
            continue
        for user in secretaries.get(term.organization_id, ()):
            key = dedupe_key(MessageKind.TERM, term.pk, f"{term.ends_on:%Y%m%d}", user, stage.step)
            yield Case(key, stage, str(term.pk), term.organization_id, user_id=user)


def _secretaries(organization_ids: Iterable[int], on: date) -> Mapping[int, list[int]]:
    """Organization → accounts of its secretary; of the deputies where there is none with an account."""
    held = Office.objects.holding(on).filter(
        organization__in=organization_ids, kind__in=(*SECRETARIES, *IN_THEIR_PLACE)
    )
    found: dict[int, list[int]] = defaultdict(list)
    deputies: dict[int, list[int]] = defaultdict(list)
    rows = held.order_by("organization", "pk").values_list("organization", "kind", "user", "member__user")
    for place, kind, own, members in rows:
        if user := own or members:
            (found if kind in SECRETARIES else deputies)[place].append(user)
    return deputies | found


def _term_told(batch: Sequence[Case], on: date) -> Iterator[Occasion]:
    officers = recipients((), {one.user_id for one in batch if one.user_id}, on=on).officers
    places = Organization.objects.in_bulk({one.organization_id for one in batch})
    ends = {
        str(key): day
        for key, day in Term.objects.filter(pk__in={one.about for one in batch}).values_list("pk", "ends_on")
    }
    for case in batch:
        if officer := officers.get(case.user_id or 0):
            place = places[case.organization_id]
            with translation.override(officer.language):
                values = term_values(ends[case.about], on=on)
            address = settings.PUBLIC_URL + place.get_absolute_url()
            yield occasion(
                MessageKind.TERM, case, values | {"name": officer.name, "branch": place.name, "page_link": address}
            )


def _term_stands(message: Pending, term: Term | None, at: datetime) -> bool:
    """Whether the term still ends on the day that the message was planned for."""
    if term is None or f":{term.ends_on:%Y%m%d}:" not in message.dedupe_key:
        return False
    return at.astimezone(SHANGHAI).date() <= term.ends_on and not waited_too_long(message, before_end(term.ends_on), at)


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


def readers_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    news = {one.about: one for one in (*_keys(today, path), *_offices(at, path))}
    for batch in new_batches(_news_cases(list(news.values()), at, today) if news else ()):
        officers = recipients((), {case.user_id for case in batch if case.user_id}, on=today).officers
        places = Organization.objects.in_bulk({case.organization_id for case in batch})
        for case in batch:
            if officer := officers.get(case.user_id or 0):
                with translation.override(officer.language):
                    said = _in_words(news[case.about])
                values = {"name": officer.name, "branch": places[case.organization_id].name, "items": said}
                address = settings.PUBLIC_URL + reverse("supervision:key-list")
                yield occasion(MessageKind.READERS, case, values | {"page_link": address})


def readers_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
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


def _news_cases(news: Sequence[News], at: datetime, today: date) -> Iterator[Case]:
    inspectors = _inspectors(today)
    for one in news:
        if stage := current_stage(of_news(one.day), at):
            for user in inspectors - {one.user_id}:
                yield Case(
                    dedupe_key(MessageKind.READERS, one.about, user),
                    stage,
                    one.about,
                    one.organization_id,
                    user_id=user,
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


REMEMBERED = 12 * 3600
"""Seconds for which it is remembered that somebody's list was empty; forgotten, it is only looked at again."""
Chosen = Callable[[list[Duty]], list[Duty]]


def overviews(
    kind: MessageKind,
    period: str,
    stage: Stage,
    *,
    path: str,
    on: date,
    chosen: Chosen,
    wants: Callable[[Person], bool],
) -> Iterator[Occasion]:
    """One list for each officer whose list isn't empty and who wants one. `period` says which list it is."""
    officers = {one.pk: one for one in duty_officers(path, on=on)}
    cases = _new(kind, period, stage, list(officers.values()))
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


def overviews_standing(messages: Sequence[Pending], *, on: date, chosen: Chosen) -> dict[UUID, Mapping[str, str]]:
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


def _new(kind: MessageKind, period: str, stage: Stage, officers: Sequence[User]) -> dict[int, Case]:
    """By account, of whom there is no message for the period, and of whom it isn't known that their list is empty."""
    paths = {settled_paths(one)[0] for one in officers}
    ids = dict(Organization.objects.filter(path__in=paths).values_list("path", "pk"))
    cases = [
        Case(dedupe_key(kind, one.pk, period), stage, period, ids[settled_paths(one)[0]], user_id=one.pk)
        for one in officers
    ]
    empty = cache.get_many([_remembered_as(one.dedupe_key) for one in cases])
    left = [one for one in cases if _remembered_as(one.dedupe_key) not in empty]
    return {one.user_id: one for batch in new_batches(left) for one in batch if one.user_id}


def _remembered_as(dedupe_key: str) -> str:
    return f"reminders:empty:{dedupe_key}"


def _about(officer: User, person: Person) -> dict[str, str]:
    first = settled_paths(officer)[0]
    place = next(one.organization for one in officer.access.held if one.path == first)
    return {"name": person.name, "branch": place, "page_link": settings.PUBLIC_URL + reverse("reminders:desk")}


def _items(duties: Iterable[Duty], language: str, places: Mapping[str, str]) -> str:
    with translation.override(language):
        return lines(list(duties), title=lambda kind: str(words_of(kind).title), places=places)


def digest_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    if stage := current_stage(of_week(today), at):
        chosen = partial(rules.due_this_week, on=today)
        yield from overviews(
            MessageKind.DIGEST, week(today), stage, path=path, on=today, chosen=chosen, wants=_wants_digest
        )


def digest_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    of_this_week = [one for one in messages if one.about == week(today)]
    return overviews_standing(of_this_week, on=today, chosen=partial(rules.due_this_week, on=today))


def is_read_on(day: date) -> bool:
    """Whether the overview is told on that day, so that nothing else has to be."""
    return day.weekday() == 0


def _wants_digest(person: Person) -> bool:
    return person.wants_digest


def due_now_due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    stage, workdays = current_stage(of_day(today), at), workdays_on_record()
    if stage and workdays.is_workday(today):
        chosen = partial(falling_due, on=today, workdays=workdays)
        wants = partial(_wants_due_now, today)
        yield from overviews(
            MessageKind.DUE_NOW, today.isoformat(), stage, path=path, on=today, chosen=chosen, wants=wants
        )


def due_now_standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    """One that had to wait says what is still open of what it spoke of."""
    today, workdays = at.astimezone(SHANGHAI).date(), workdays_on_record()
    found: dict[UUID, Mapping[str, str]] = {}
    for about in {one.about for one in messages}:
        chosen = partial(falling_due, on=date.fromisoformat(about), workdays=workdays)
        found |= overviews_standing([one for one in messages if one.about == about], on=today, chosen=chosen)
    return found


def _wants_due_now(today: date, person: Person) -> bool:
    return not (is_read_on(today) and person.wants_digest)
