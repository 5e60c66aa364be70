"""A member's check of themself: theirs alone until they share it.

Making, changing and removing one leaves no entry in the trail, because the trail is read by others; sharing it and
taking that back do, for by then the branch knows of it.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Member, User
from members.services.people import roster_code
from members.services.refused import Refused
from supervision.choices import CheckMark
from supervision.models import Checklist, SelfCheck, SelfCheckAnswer

Answers = Mapping[UUID, tuple[str, str]]
"""Key of a line → mark and note."""


def make_self_check(
    *, key: UUID, checklist: Checklist, member: Member, answers: Answers, plan: str, on: date
) -> SelfCheck:
    """Answer a list that holds today above one's branch. The same key twice stores it once. Raises Refused."""
    known = SelfCheck.objects.filter(pk=key, member=member).first()
    if known:
        return known
    if not Checklist.objects.above(member.pk).holding(on).filter(pk=checklist.pk).exists():
        raise Refused(_("This list isn't in force for you any more."))
    check = SelfCheck(key=key, checklist=checklist, member=member, made_on=on, plan=plan.strip())
    try:
        with transaction.atomic():
            check.save(force_insert=True)
            _store_answers(check, answers)
    except IntegrityError:
        stored = SelfCheck.objects.filter(pk=key, member=member).first()
        if stored is None:
            raise
        return stored
    return check


@transaction.atomic
def change_self_check(*, check: SelfCheck, answers: Answers, plan: str) -> SelfCheck:
    """Other answers, another plan; the day stays. What is shared shows as it stands. Raises Refused."""
    held = SelfCheck.objects.select_for_update().get(pk=check.pk)
    held.plan = plan.strip()
    held.save()
    held.answers.all().delete()
    _store_answers(held, answers)
    return held


@transaction.atomic
def share_self_check(*, check: SelfCheck, on: date, by: User) -> None:
    """Let the offices of the branch read it. Shared twice is shared once."""
    changed = SelfCheck.objects.filter(pk=check.pk, shared_on__isnull=True).update(shared_on=max(on, check.made_on))
    if changed:
        _record("share_self_check", check, by)


@transaction.atomic
def take_back_self_check(*, check: SelfCheck, by: User) -> None:
    """Nobody else reads it from now on."""
    if SelfCheck.objects.filter(pk=check.pk, shared_on__isnull=False).update(shared_on=None):
        _record("take_back_self_check", check, by)


@transaction.atomic
def remove_self_check(*, check: SelfCheck, by: User) -> None:
    """Throw one's own check away. One that the branch reads is taken back by that."""
    take_back_self_check(check=check, by=by)
    SelfCheck.objects.filter(pk=check.pk).delete()


def _store_answers(check: SelfCheck, answers: Answers) -> None:
    lines = {item.pk: item for item in check.checklist.items.all()}
    if set(answers) != set(lines) or any(mark not in CheckMark.values for mark, _note in answers.values()):
        raise Refused(_("Answer every line; what doesn't apply has an answer of its own."))
    SelfCheckAnswer.objects.bulk_create(
        SelfCheckAnswer(check_made=check, item=lines[key], mark=mark, note=note.strip())
        for key, (mark, note) in answers.items()
    )


def _record(action: str, check: SelfCheck, by: User) -> None:
    record(action=action, by=by, subject=check.member, organization_code=roster_code(check.member))
