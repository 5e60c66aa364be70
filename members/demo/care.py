"""Who looks after the demo's members that are hard to reach, when they were last heard of, and what they asked for."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from members.choices import HARD_TO_REACH_KINDS, ContactKind, SituationKind
from members.demo import words
from members.demo.lives import Person
from members.models import Contact, ContactPerson, HelpRequest, Member, Situation, User

NEEDS_SOMEBODY = (SituationKind.FRAIL, SituationKind.BEDRIDDEN, SituationKind.RELOCATED, SituationKind.MOBILE)
VISITED = (SituationKind.FRAIL, SituationKind.BEDRIDDEN)
AWAY = (SituationKind.MOBILE, SituationKind.ABROAD_PRIVATE, SituationKind.ABROAD_SENT)
NEGLECTED, UNKNOWN, AGREED = 0.06, 0.1, 0.4
"""Shares of members whose latest contact is long ago, with whom there was none lately, and who agreed on a day."""
ANSWERED_WITHIN = timedelta(days=15)
HELP_REQUESTS, OPEN_AMONG = 40, 12


def look_after(situations: Sequence[Situation], people: Sequence[Person], rng: Random) -> list[ContactPerson]:
    """A contact person for most who need one; every sixth has none, which the program has to show."""
    branch_of = {person.member: person.place.code for person in people}
    able = [person for person in people if person.member not in {row.member for row in situations}]
    rows = []
    for number, member in enumerate(_members_in(situations, NEEDS_SOMEBODY)):
        comrades = [one.member for one in able if one.place.code == branch_of[member]]
        if number % 6 == 5:
            continue
        if number % 2 and comrades:
            rows.append(ContactPerson(member=member, person=rng.choice(comrades), relation="支部联系人"))
        else:
            rows.append(_relative(member, rng, number))
    return rows


def _relative(member: Member, rng: Random, number: int) -> ContactPerson:
    relation, sex, same = rng.choice(words.RELATIVES)
    surname = member.name[0] if same else rng.choice(words.SURNAMES)
    name = surname + rng.choice(words.GIVEN[sex, 1985])
    return ContactPerson(member=member, name=name, relation=relation, phone=f"199001{number * 613 % 100_000:05}")


def keep_contact(situations: Sequence[Situation], keepers: dict[Member, User], rng: Random, on: date) -> list[Contact]:
    """Up to four contacts of the last year with each of them; the next one is agreed for some, and overdue for a few.

    `keepers`: who writes the log of each member's branch.
    """
    return [
        contact
        for member in _members_in(situations, HARD_TO_REACH_KINDS)
        for contact in _contacts_with(member, _kinds_of(member, situations), keepers[member], rng, on)
    ]


def _contacts_with(member: Member, kinds: set[str], by: User, rng: Random, on: date) -> list[Contact]:
    if SituationKind.LOST_CONTACT in kinds:
        return [_contact(member, on - timedelta(days=400), ContactKind.PHONE, by)]
    earlier = rng.sample(range(110, 330), rng.randint(1, 3) if kinds & set(VISITED) else rng.randint(0, 1))
    latest = [rng.randint(95, 130) if rng.random() < NEGLECTED else rng.randint(2, 75)]
    days = sorted([*earlier, *(latest if rng.random() > UNKNOWN else [])], reverse=True)
    rows = [_contact(member, on - timedelta(days=ago), _how(kinds, rng), by) for ago in days]
    for row, words_heard in zip(rows, _heard(kinds, len(rows), rng), strict=True):
        row.needs = words_heard
    if rows and rng.random() < AGREED:
        rows[-1].next_on = rows[-1].happened_on + timedelta(days=rng.choice((60, 75, 90)))
    return rows


def _heard(kinds: set[str], count: int, rng: Random) -> list[str]:
    """What was heard each time, never the same twice."""
    return rng.sample(words.AWAY if kinds & set(AWAY) else words.AT_HOME, count)


def _how(kinds: set[str], rng: Random) -> ContactKind:
    if kinds & set(VISITED):
        return rng.choice((ContactKind.VISIT, ContactKind.VISIT, ContactKind.PHONE))
    return rng.choice((ContactKind.PHONE, ContactKind.ONLINE, ContactKind.ONLINE, ContactKind.LETTER))


def _contact(member: Member, day: date, kind: ContactKind, by: User) -> Contact:
    return Contact(member=member, happened_on=day, kind=kind, made_by=by.get_full_name(), recorded_by=by)


def ask_for_help(contacts: Sequence[Contact], on: date) -> list[HelpRequest]:
    """Requests that came up in the latest contacts: answered in time, still open, and a few overdue."""
    latest = sorted(contacts, key=lambda contact: contact.happened_on, reverse=True)[::3][:HELP_REQUESTS]
    return [_request(contact, number, on) for number, contact in enumerate(latest)]


def _request(contact: Contact, number: int, on: date) -> HelpRequest:
    """Of the latest requests every second is open, in turn overdue and still in time; the older ones are answered."""
    text, answer = words.REQUESTS[number % len(words.REQUESTS)]
    asked = contact.happened_on
    row = HelpRequest(
        member=contact.member, contact=contact, asked_on=asked, due_on=asked + ANSWERED_WITHIN, request=text,
        recorded_by=contact.recorded_by,
    )  # fmt: skip
    if number >= OPEN_AMONG or number % 2 == 0:
        row.answered_on = min(asked + timedelta(days=3 + number % 9), on)
        row.answer, row.answered_by = answer, contact.recorded_by
    elif number % 4 == 3:
        row.due_on = on + timedelta(days=2 + number)
    else:
        row.due_on = min(row.due_on, on - timedelta(days=number))
        row.asked_on = row.due_on - ANSWERED_WITHIN
    return row


def _members_in(situations: Sequence[Situation], kinds: Sequence[SituationKind]) -> list[Member]:
    """Each member once, in the order of the situations, which hold now."""
    return list(dict.fromkeys(row.member for row in situations if row.kind in kinds and row.valid_until is None))


def _kinds_of(member: Member, situations: Sequence[Situation]) -> set[str]:
    return {str(row.kind) for row in situations if row.member == member and row.valid_until is None}
