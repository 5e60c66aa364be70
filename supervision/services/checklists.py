"""Lists against which members check themselves: a committee keeps them for its subtree."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Organization, User
from members.services.refused import Refused
from supervision.models import Checklist, ChecklistItem
from supervision.rules.checklists import Line, Unfit, objection


def keep_checklist(
    *,
    key: UUID,
    organization: Organization,
    title: str,
    lead: str,
    lines: list[Line],
    valid_from: date,
    valid_until: date | None,
    by: User,
) -> Checklist:
    """Keep a new list. The same key twice stores it once. Raises Refused."""  # fmt: skip
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
    lines: list[Line],
    valid_from: date,
    valid_until: date | None,
    on: date,
    by: User,
) -> Checklist:
    """A list that hasn't begun is changed; one that has is in members' hands: it ends, and a new one takes its place
    from that day. Whether somebody answered it makes no difference, and can't be told from what happens. Raises
    Refused.
    """  # fmt: skip
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
        key=key, organization=held.organization, title=title, lead=lead, lines=lines, valid_from=valid_from,
        valid_until=valid_until, by=by,
    )  # fmt: skip


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
    record(
        action="end_checklist", by=by, subject=held, organization_code=held.organization.code, changes=[change]
    )  # fmt: skip


def _change(
    held: Checklist, *, title: str, lead: str, lines: list[Line], valid_from: date, valid_until: date | None, by: User
) -> Checklist:
    held.title, held.lead, held.valid_from, held.valid_until = title, lead, valid_from, valid_until
    _refuse_unfit(held, lines)
    held.save()
    held.items.all().delete()
    _store_lines(held, lines)
    _record("change_checklist", held, by)
    return held


def _store_lines(checklist: Checklist, lines: Iterable[Line]) -> None:
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=checklist, position=position, text=line.text, source=line.source)
        for position, line in enumerate(lines, start=1)
    )


def _refuse_ended(checklist: Checklist, on: date) -> None:
    if checklist.valid_until is not None and checklist.valid_until <= on:
        raise Refused(_("This list no longer holds. Copy it into a new one."))


def _refuse_unfit(checklist: Checklist, lines: list[Line]) -> None:
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
        action=action, by=by, subject=checklist, organization_code=checklist.organization.code,
        details={"rows": checklist.items.count()},
    )  # fmt: skip
