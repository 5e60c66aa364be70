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
    name = rng.choice(words.SURNAMES) + rng.choice(words.GIVEN["female", 1985])
    phone = f"199001{number * 613 % 100_000:05}"
    return ContactPerson(member=member, name=name, relation=rng.choice(words.RELATIONS), phone=phone)


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
        return [_contact(member, on - timedelta(days=400), ContactKind.PHONE, by, rng)]
    count = rng.randint(2, 4) if kinds & set(VISITED) else rng.randint(0, 2)
    days = sorted(rng.sample(range(3, 330), count), reverse=True)
    rows = [_contact(member, on - timedelta(days=ago), _how(kinds, rng), by, rng) for ago in days]
    if rows and rng.random() < 0.5:
        rows[-1].next_on = rows[-1].happened_on + timedelta(days=rng.choice((30, 45, 60)))
    return rows


def _how(kinds: set[str], rng: Random) -> ContactKind:
    if kinds & set(VISITED):
        return rng.choice((ContactKind.VISIT, ContactKind.VISIT, ContactKind.PHONE))
    return rng.choice((ContactKind.PHONE, ContactKind.ONLINE, ContactKind.ONLINE, ContactKind.LETTER))


def _contact(member: Member, day: date, kind: ContactKind, by: User, rng: Random) -> Contact:
    return Contact(
        member=member, happened_on=day, kind=kind, made_by=by.get_full_name(), needs=rng.choice(words.NEEDS),
        recorded_by=by,
    )  # fmt: skip


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
