"""A committee sets a rule of its own, and ends it. Loosening is refused by the rulebook, with a sentence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import OrganizationKind
from members.fields import unended_on
from members.models.organization import LocalRule, Organization
from members.models.user import User
from members.refused import Refused
from members.regulations.queries import in_force_at
from rulebook.book import rule
from rulebook.local import Loosening
from rulebook.rule import NoRule


@dataclass(frozen=True)
class Basis:
    """What a local rule stands on: its document, and who approved it on which day."""

    document: str
    number: str
    approved_by: str
    approved_on: date


def add_local_rule(
    *,
    key: UUID,
    organization: Organization,
    rule_key: str,
    value: str,
    basis: Basis,
    valid_from: date,
    on: date,
    by: User,
) -> LocalRule:
    """Set a committee's own figure for a rule from a day on. The same `key` again returns the row that is there.

    Raises Refused when it would loosen, when another one holds then, or when its approval lies ahead of `on`.
    """
    try:
        with transaction.atomic():
            return LocalRule.objects.filter(pk=key).first() or _store(
                LocalRule(
                    key=key,
                    organization=organization,
                    rule_key=rule_key,
                    value=_admitted_value(organization, rule_key, value, valid_from),
                    valid_from=valid_from,
                    **vars(basis),
                ),
                on=on,
                by=by,
            )
    except IntegrityError:
        return _stored_meanwhile(key)


def _store(row: LocalRule, *, on: date, by: User) -> LocalRule:
    if row.organization.kind != OrganizationKind.COMMITTEE:
        raise Refused(_("Only a committee can set a rule of its own."))
    if row.approved_on > on:
        raise Refused(_("The day of approval lies in the future."))
    _refuse_overlap(row)
    row.save(force_insert=True)
    record(
        action="add_local_rule",
        by=by,
        subject=row,
        organization_code=row.organization.code,
        details={"rule": row.rule_key, "value": row.value, "from": row.valid_from.isoformat()},
    )
    return row


@transaction.atomic
def end_local_rule(*, local_rule: LocalRule, on: date, reason: str, by: User) -> None:
    """End a local rule; `on` is the first day without it. Raises Refused before its beginning or after its end."""
    row = LocalRule.objects.select_for_update().select_related(None).get(pk=local_rule.pk)
    if row.valid_until is not None and row.valid_until <= on:
        raise Refused(_("This local rule has already ended on %(day)s.") % {"day": row.valid_until})
    if on < row.valid_from:
        raise Refused(_("It can't end before it began, on %(day)s.") % {"day": row.valid_from})
    row.valid_until = on
    row.save(update_fields=["valid_until"])
    record(
        action="end_local_rule",
        by=by,
        subject=row,
        organization_code=row.organization.code,
        reason=reason,
        details={"rule": row.rule_key, "until": on.isoformat()},
    )


def _admitted_value(organization: Organization, rule_key: str, text: str, valid_from: date) -> str:
    """The value as it is stored. It has to tighten what already stands for the organization on its first day."""
    above = in_force_at(organization.parent_path, on=valid_from)
    try:
        standing = rule(rule_key, valid_from, above)
        value = standing.policy.read(text)
    except (NoRule, Loosening) as error:
        raise Refused(str(error)) from error
    objection = standing.policy.objection(value, standing.value)
    if objection:
        raise Refused(objection)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _refuse_overlap(row: LocalRule) -> None:
    unended = unended_on(row.valid_from)
    others = LocalRule.objects.filter(organization=row.organization, rule_key=row.rule_key)
    if others.filter(unended).exists():
        raise Refused(_("Another local rule of this committee holds then. End it first."))


def _stored_meanwhile(key: UUID) -> LocalRule:
    """The row that another click stored first; Refused when it was another row that stood in the way."""
    row = LocalRule.objects.filter(pk=key).first()
    if row is None:
        raise Refused(_("Another local rule of this committee holds then. End it first."))
    return row
