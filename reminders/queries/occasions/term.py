"""That a term of office ends is told to the organization's secretary six, three and one month before.

It stops when a later election is on record. Who has no account that can log in isn't told: elections are prepared here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation

from members.choices import OfficeKind
from members.models import Office, Organization, Term
from members.paths import subtree
from reminders.choices import MessageKind
from reminders.queries.about_meetings import occasion
from reminders.queries.planned import Case, languages_of, new_batches, waited_too_long
from reminders.queries.recipients import recipients
from reminders.rules.dedupe import made
from reminders.rules.ladder import TERM_MONTHS, before_end, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.term_words import term_values
from rulebook.dates import add_months

TOLD = (OfficeKind.SECRETARY, OfficeKind.COMMITTEE_SECRETARY)
IN_THEIR_PLACE = (OfficeKind.DEPUTY_SECRETARY,)


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    until = add_months(today, TERM_MONTHS[0] + 1)
    ending = unfollowed(today).filter(subtree("organization__path", [path]), ends_on__range=(today, until))
    for batch in new_batches(_cases(list(ending.order_by("ends_on", "pk")), at, today)):
        yield from _told(batch, today)


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    terms = {str(one.pk): one for one in unfollowed(today).filter(pk__in={one.about for one in messages})}
    open_still = [one for one in messages if _stands(one, terms.get(one.about), at)]
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


def _cases(terms: Sequence[Term], at: datetime, on: date) -> Iterator[Case]:
    secretaries = _secretaries({one.organization_id for one in terms}, on) if terms else {}
    for term in terms:
        rung = turn(before_end(term.ends_on), at)
        if rung is None:
            continue
        for user in secretaries.get(term.organization_id, ()):
            key = made(MessageKind.TERM, term.pk, f"{term.ends_on:%Y%m%d}", user, rung.step)
            yield Case(key, rung, str(term.pk), term.organization_id, user_id=user)


def _secretaries(organization_ids: Iterable[int], on: date) -> Mapping[int, list[int]]:
    """Organization → accounts of its secretary; of the deputies where there is none with an account."""
    held = Office.objects.holding(on).filter(organization__in=organization_ids, kind__in=(*TOLD, *IN_THEIR_PLACE))
    found: dict[int, list[int]] = defaultdict(list)
    deputies: dict[int, list[int]] = defaultdict(list)
    rows = held.order_by("organization", "pk").values_list("organization", "kind", "user", "member__user")
    for place, kind, own, members in rows:
        if user := own or members:
            (found if kind in TOLD else deputies)[place].append(user)
    return deputies | found


def _told(batch: Sequence[Case], on: date) -> Iterator[Occasion]:
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


def _stands(message: Pending, term: Term | None, at: datetime) -> bool:
    """Whether the term still ends on the day that the message was planned for."""
    if term is None or f":{term.ends_on:%Y%m%d}:" not in message.dedupe_key:
        return False
    return at.astimezone(SHANGHAI).date() <= term.ends_on and not waited_too_long(message, before_end(term.ends_on), at)
