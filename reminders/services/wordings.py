"""Wordings are written: by the program itself, and by a committee for what is below it."""

from django.db import transaction

from audit.services import record
from members.models import Organization, User
from members.services.refused import Refused
from reminders.choices import MessageKind
from reminders.models import Wording
from reminders.models.wording import GIVEN_BACK
from reminders.queries.wordings import Slot, program_texts
from reminders.rules.writing import objections


@transaction.atomic
def program_wordings() -> int:
    """Make sure that the program's own texts, as this version has them, are stored; says how many were added.

    A text that any version stored before is found again, so that two versions side by side don't add in turns.
    """
    rows = Wording.objects.filter(organization__isnull=True)
    stored = set(rows.values_list("kind", "addressee", "language", "subject", "text"))
    missing = [(slot, text) for slot, text in program_texts().items() if (*slot, *text) not in stored]
    for slot, text in missing:
        Wording.objects.create(**slot._asdict(), **text._asdict())
    return len(missing)


@transaction.atomic
def write_wording(*, organization: Organization, slot: Slot, subject: str, text: str, by: User) -> Wording:
    """The organization's own wording from now on, for itself and everybody below without one of their own.

    The same text again stores nothing. Raises Refused for what couldn't be sent, with the field that it is about.
    """
    for field, sentence in objections(MessageKind(slot.kind), subject, text, slot.language):
        raise Refused(sentence, field)
    newest = _newest_locked(organization, slot)
    if newest and (newest.subject, newest.text) == (subject, text):
        return newest
    return _store(organization, slot, subject, text, by, action="write_wording")


@transaction.atomic
def give_wording_back(*, organization: Organization, slot: Slot, by: User) -> None:
    """From now on the wording of the level above holds here again. What was written stays on record."""
    newest = _newest_locked(organization, slot)
    if newest and not newest.is_given_back:
        _store(organization, slot, GIVEN_BACK, "", by, action="give_wording_back")


def _newest_locked(organization: Organization, slot: Slot) -> Wording | None:
    """The lock is the organization's row: two who write at once, and two clicks, come one after the other."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    return Wording.objects.filter(organization=organization, **slot._asdict()).order_by("-pk").first()


def _store(organization: Organization, slot: Slot, subject: str, text: str, by: User, *, action: str) -> Wording:
    row = Wording.objects.create(organization=organization, written_by=by, subject=subject, text=text, **slot._asdict())
    record(
        action=action,
        by=by,
        subject=row,
        organization_code=organization.code,
    )
    return row
