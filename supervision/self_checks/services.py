"""Keeping lists for self-checks, and checking oneself against them."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Member, Organization, User
from members.refused import Refused
from members.roster.services import roster_code
from supervision.choices import CheckMark
from supervision.self_checks.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from supervision.self_checks.rules import ChecklistLine, Unfit, objection


def keep_checklist(
    *,
    key: UUID,
    organization: Organization,
    title: str,
    lead: str,
    lines: list[ChecklistLine],
    valid_from: date,
    valid_until: date | None,
    by: User,
) -> Checklist:
    """Keep a new list. The same key twice stores it once. Raises Refused."""
    known = Checklist.objects.filter(pk=key, organization=organization).first()
    if known:
        return known
    checklist = Checklist(
        key=key, organization=organization, title=title, lead=lead, valid_from=valid_from, valid_until=valid_until
    )
    _refuse_unfit(checklist, lines)
    try:
        with transaction.atomic():
            checklist.save(force_insert=True)
            _store_lines(checklist, lines)
            _record("keep_checklist", checklist, by)
    except IntegrityError:
        stored = Checklist.objects.filter(pk=key, organization=organization).first()
        if stored is None:
            raise
        return stored
    return checklist


@transaction.atomic
def replace_checklist(
    *,
    checklist: Checklist,
    key: UUID,
    title: str,
    lead: str,
    lines: list[ChecklistLine],
    valid_from: date,
    valid_until: date | None,
    on: date,
    by: User,
) -> Checklist:
    """A list that hasn't begun is changed; one that has is in members' hands: it ends, and a new one takes its place
    from that day. Whether somebody answered it makes no difference, and can't be told from what happens. Raises
    Refused.
    """
    held = Checklist.objects.select_for_update().select_related("organization").get(pk=checklist.pk)
    if held.valid_from > on:
        return _change(held, title=title, lead=lead, lines=lines, valid_from=valid_from, valid_until=valid_until, by=by)
    if known := Checklist.objects.filter(pk=key, organization=held.organization).first():
        return known
    if valid_from < on:
        raise Refused(_("The new list begins today or later: the old one holds until then."), "valid_from")
    _refuse_ended(held, on)
    held.valid_until = valid_from
    held.save()
    return keep_checklist(
        key=key,
        organization=held.organization,
        title=title,
        lead=lead,
        lines=lines,
        valid_from=valid_from,
        valid_until=valid_until,
        by=by,
    )


@transaction.atomic
def end_checklist(*, checklist: Checklist, valid_until: date, on: date, by: User) -> None:
    """From that day on it no longer holds. Checks that were made stay with their members. Raises Refused."""
    held = Checklist.objects.select_for_update().select_related("organization").get(pk=checklist.pk)
    _refuse_ended(held, on)
    if valid_until < max(on, held.valid_from):
        raise Refused(_("It ends today or later, and not before it begins."), "valid_until")
    change = ("valid_until", held.valid_until, valid_until)
    held.valid_until = valid_until
    held.save()
    record(action="end_checklist", by=by, subject=held, organization_code=held.organization.code, changes=[change])


def _change(
    held: Checklist,
    *,
    title: str,
    lead: str,
    lines: list[ChecklistLine],
    valid_from: date,
    valid_until: date | None,
    by: User,
) -> Checklist:
    held.title, held.lead, held.valid_from, held.valid_until = title, lead, valid_from, valid_until
    _refuse_unfit(held, lines)
    held.save()
    held.items.all().delete()
    _store_lines(held, lines)
    _record("change_checklist", held, by)
    return held


def _store_lines(checklist: Checklist, lines: Iterable[ChecklistLine]) -> None:
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=checklist, position=position, text=line.text, source=line.source)
        for position, line in enumerate(lines, start=1)
    )


def _refuse_ended(checklist: Checklist, on: date) -> None:
    if checklist.valid_until is not None and checklist.valid_until <= on:
        raise Refused(_("This list no longer holds. Copy it into a new one."))


def _refuse_unfit(checklist: Checklist, lines: list[ChecklistLine]) -> None:
    if checklist.valid_until and checklist.valid_until <= checklist.valid_from:
        raise Refused(_("The end lies before the beginning."), "valid_until")
    found = objection(lines)
    if found:
        raise Refused(_sentence(found.why) % {"number": found.number}, "lines")


def _sentence(why: Unfit) -> str:
    return {
        Unfit.EMPTY: _("Write at least one line."),
        Unfit.TOO_MANY: _("Not more than 40 lines: nobody checks more of themself at once."),
        Unfit.TOO_LONG: _("Line %(number)s is too long: 300 characters, and 200 for where it comes from."),
        Unfit.TWICE: _("Line %(number)s stands there twice."),
    }[why]


def _record(action: str, checklist: Checklist, by: User) -> None:
    record(
        action=action,
        by=by,
        subject=checklist,
        organization_code=checklist.organization.code,
        details={"rows": checklist.items.count()},
    )


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
        _record_self_check("share_self_check", check, by)


@transaction.atomic
def take_back_self_check(*, check: SelfCheck, by: User) -> None:
    """Nobody else reads it from now on."""
    if SelfCheck.objects.filter(pk=check.pk, shared_on__isnull=False).update(shared_on=None):
        _record_self_check("take_back_self_check", check, by)


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


def _record_self_check(action: str, check: SelfCheck, by: User) -> None:
    record(action=action, by=by, subject=check.member, organization_code=roster_code(check.member))
