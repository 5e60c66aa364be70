"""The reminders' part of `manage.py generate`: what officers were told, what branches typed, and how duties stand."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.services import record
from members.choices import OfficeKind
from members.models import Office, Organization
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.desk.models import Effort
from reminders.desk.services import count_desks
from reminders.messages.models import Message, Wording
from reminders.messages.services import program_wordings
from rulebook.dates import add_months

TOLD_AT = time(9)
USEFUL = timedelta(days=7)
ROWS_AT_ONCE = 1_000


@transaction.atomic
def generate_reminders(*, root: Organization, months: int, seed: int, on: date, by: str = "system") -> int:
    """Add a digest a week for each secretary, and a month's effort; how many messages. Needs `generate_offices`."""
    if not months:
        return 0
    random = Random(f"{seed} reminders {root.code}")  # noqa: S311 - invented, no secret
    first = add_months(on.replace(day=1), 1 - months)
    offices = Office.objects.filter(kind=OfficeKind.SECRETARY, organization__path__startswith=root.path)
    held = list(offices.select_related("organization", "member__user").order_by("organization__path"))
    Effort.objects.bulk_create(_efforts(held, first, months, random), batch_size=ROWS_AT_ONCE)
    told = Message.objects.bulk_create(_digests(held, first, on, random), batch_size=ROWS_AT_ONCE)
    count_desks(on=on)
    details = {"months": months, "messages": len(told)}
    record(action="generate_reminders", by=by, subject=root, organization_code=root.code, details=details)
    return len(told)


def _efforts(held: list[Office], first: date, months: int, random: Random) -> Iterator[Effort]:
    for number in range(months):
        for office in held:
            forms = random.randrange(8, 27)
            yield Effort(
                organization=office.organization, month=add_months(first, number), forms=forms, fields=4 * forms
            )


def _digests(held: list[Office], first: date, on: date, random: Random) -> Iterator[Message]:
    program_wordings()
    own = Wording.objects.filter(kind=MessageKind.DIGEST, addressee=Addressee.OFFICER, organization=None)
    wording = own.filter(language=settings.LANGUAGE_CODE).newest_first()[0]
    monday = first + timedelta(days=-first.weekday() % 7)
    while monday < on:
        at = timezone.make_aware(datetime.combine(monday, TOLD_AT))
        for office in held:
            member = office.member
            assert member is not None  # noqa: S101 - a branch's secretary is one of its members
            values = {"name": member.name, "branch": office.organization.name, "items": "收缴党费"}
            yield Message(
                dedupe_key=f"digest {office.pk} {monday}", kind=MessageKind.DIGEST, about=f"{monday}",
                organization=office.organization, addressee=Addressee.OFFICER, user=member.user, member=member,
                channel=ChannelKind.IN_APP, wording=wording, values=values, state=MessageState.SENT,
                planned_at=at, due_at=at, expires_at=at + USEFUL, sent_at=at,
                read_at=at + timedelta(hours=2) if random.random() < 0.7 else None,
            )  # fmt: skip
        monday += timedelta(days=7)
