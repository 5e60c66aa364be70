"""The organization tree: setting up, renaming, moving and dissolving, and the terms of office.

Codes never change and are never given twice. Paths change when an organization moves, so everything that carries a path
is rewritten here and nowhere else (docs/adr/0002, 0003).
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat, Greatest, Substr
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _, ngettext

from audit.models import Entry
from audit.services import record
from members.choices import ImportState, OrganizationKind
from members.fields import unended_on
from members.models.files import RosterImport
from members.models.member import Affiliation, Member
from members.models.office import Office
from members.models.organization import Organization, Term
from members.models.user import User
from members.organizations.rules import may_stand_under
from members.paths import contains
from members.refused import Refused
from rulebook.book import rule
from rulebook.rule import NoRule
from rulebook.rules import elections

CODE = re.compile(r"[^\W_][\w.-]{0,39}")
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_BEGINS = {
    OrganizationKind.COMMITTEE: "C",
    OrganizationKind.GENERAL_BRANCH: "G",
    OrganizationKind.BRANCH: "B",
    OrganizationKind.GROUP: "P",
}


def hold_tree() -> None:
    """Let nobody else change the tree until this transaction ends."""
    list(Organization.objects.filter(depth=1).in_tree_order().select_for_update().values_list("pk"))


@transaction.atomic
def create_organization(
    *,
    name: str,
    kind: OrganizationKind,
    parent: Organization | None,
    by: User | str,
    code: str = "",
    village: bool = False,
    unit_kind: str = "",
    founded_on: date | None = None,
    begins_on: date | None = None,
    key: UUID | None = None,
) -> Organization:
    """Set up an organization under another, or at the top. Without a code it gets one that nobody had before.

    The same `key` again returns the one that is there. Raises Refused, like every service here.
    """
    hold_tree()
    if key and (stored := Organization.objects.filter(key=key).first()):
        return cast(Organization, stored)
    _refuse_unless_fitting(kind, parent)
    fields = {
        "name": _free_name(name, parent),
        "kind": kind,
        "code": _free_code(code) if code else _new_code(kind),
        "is_village": village,
        "unit_kind": unit_kind,
        "founded_on": founded_on,
        "begins_on": begins_on,
        "entered_on": timezone.localdate(),
        "key": key or uuid4(),
    }
    tree = Organization.objects
    organization: Organization = tree.add_child(parent, fields) if parent else tree.add_root(fields)
    record(action="create_organization", by=by, subject=organization, organization_code=organization.code)
    return organization


@transaction.atomic
def rename_organization(*, organization: Organization, name: str, by: User | str) -> None:
    """Give the organization another name. Its code stays."""
    hold_tree()
    organization.refresh_from_db()
    before = organization.name
    organization.name = _free_name(name, _parent_of(organization), besides=organization)
    if organization.name == before:
        return
    organization.save(update_fields=["name"])
    _record("rename_organization", organization, by, {"from": before, "to": organization.name})


@transaction.atomic
def edit_organization(*, organization: Organization, name: str, by: User | str, **known: Any) -> None:
    """Rename it where the name is another, and correct what is known about it."""
    if organization.name != name:
        rename_organization(organization=organization, name=name, by=by)
    describe_organization(organization=organization, by=by, **known)


@transaction.atomic
def describe_organization(
    *,
    organization: Organization,
    unit_kind: str,
    village: bool,
    founded_on: date | None,
    begins_on: date | None = None,
    by: User | str,
) -> None:
    """Correct what is known about the organization. Terms already recorded keep their end."""
    if organization.dissolved_on and founded_on and founded_on > organization.dissolved_on:
        raise Refused(_("It can't be dissolved before it was founded."), "founded_on")
    known = {"unit_kind": unit_kind, "is_village": village, "founded_on": founded_on, "begins_on": begins_on}
    stored = Organization.objects.select_for_update().get(pk=organization.pk)
    changed = [name for name, value in known.items() if getattr(stored, name) != value]
    if changed:
        for name in changed:
            setattr(organization, name, known[name])
        organization.save(update_fields=changed)
        _record("describe_organization", organization, by, {})


@transaction.atomic
def move_organization(*, organization: Organization, under: Organization, by: User | str, reason: str = "") -> None:
    """Put the organization with everything below it under another, as its last. Members follow; codes stay."""
    hold_tree()
    organization.refresh_from_db()
    under.refresh_from_db()
    _refuse_unless_movable(organization, under)
    above, before = _parent_of(organization), organization.path
    Organization.objects.move(organization, under, "last-child")
    details = {
        "from": above.code if above else "",
        "to": under.code,
        "moved": Organization.objects.below(organization.path).count(),
        "members": _take_members_along(before, organization.path),
    }
    _record("move_organization", organization, by, details, reason)


@transaction.atomic
def dissolve_organization(*, organization: Organization, on: date, by: User | str, reason: str = "") -> None:
    """Dissolve an empty organization; it stands no longer from that day on. Offices still held in it end that day."""
    hold_tree()
    organization.refresh_from_db()
    _refuse_unless_empty(organization, on)
    offices = Office.objects.filter(organization=organization).filter(unended_on(on))
    ended = offices.update(valid_until=Greatest(Value(on), Coalesce(F("valid_from"), Value(on))))
    organization.dissolved_on = on
    organization.save(update_fields=["dissolved_on"])
    _record("dissolve_organization", organization, by, {"on": on.isoformat(), "offices": ended}, reason)


@transaction.atomic
def record_term(*, organization: Organization, elected_on: date, by: User | str) -> Term:
    """Record an election. The term ends by the rule of that day: three or five years (opinions on terms 2018)."""
    if organization.kind == OrganizationKind.GROUP:
        raise Refused(_("A party group has no term of office; its leader is appointed."))
    if organization.terms.filter(elected_on__gte=elected_on).exists():
        raise Refused(_("A term elected on that day or later is already recorded."))
    term = Term.objects.create(
        organization=organization, elected_on=elected_on, ends_on=end_of_term(organization, elected_on),
        rule=rule("term.years", elected_on).version,
    )  # fmt: skip
    _record("record_term", organization, by, {"elected_on": str(elected_on), "ends_on": str(term.ends_on)})
    return term


def end_of_term(organization: Organization, elected_on: date) -> date:
    """The end that the rule gives. Raises Refused where no rule is held for that day."""
    try:
        return elections.term(organization.kind, village=organization.is_village, elected_on=elected_on).ends_on
    except NoRule as error:
        raise Refused(str(error)) from error


@transaction.atomic
def move_end_of_term(*, term: Term, ends_on: date, document: str, by: User | str) -> None:
    """Extend or shorten a term, by a decision of the committee above."""
    if not document.strip():
        raise Refused(_("Name the document by which the committee above approved it."))
    if ends_on <= term.elected_on:
        raise Refused(_("A term can't end before its election."))
    stored = Term.objects.select_for_update().get(pk=term.pk)
    before = stored.ends_on
    if (before, stored.extended_by) == (ends_on, document.strip()):
        return
    term.ends_on, term.extended_by = ends_on, document.strip()
    term.save(update_fields=["ends_on", "extended_by"])
    details = {"elected_on": str(term.elected_on), "from": str(before), "to": str(ends_on)}
    _record("move_end_of_term", term.organization, by, details, document.strip())


def _record(
    action: str, organization: Organization, by: User | str, details: Mapping[str, object], why: str = ""
) -> None:
    record(action=action, by=by, subject=organization, organization_code=organization.code, reason=why, details=details)


def _take_members_along(before: str, after: str) -> int:
    """Rewrite the roster paths below a path that has changed, in one statement; the number of members."""
    rest = Substr("roster_path", len(before) + 1)
    return Member.objects.below(before).update(roster_path=Concat(Value(after), rest))


def _parent_of(organization: Organization) -> Organization | None:
    found: Organization | None = Organization.objects.filter(path=organization.parent_path).first()
    return found


def _refuse_unless_fitting(kind: OrganizationKind, parent: Organization | None) -> None:
    fits = may_stand_under(kind, OrganizationKind(parent.kind) if parent else None)
    if not fits:
        raise Refused(fits.reason)
    if parent and Organization.objects.filter(pk=parent.pk, dissolved_on__isnull=False).exists():
        raise Refused(_("“%(name)s” has been dissolved. Choose another.") % {"name": parent.name})


def _refuse_unless_movable(organization: Organization, under: Organization) -> None:
    if RosterImport.objects.filter(state__in=(ImportState.CONFIRMED, ImportState.APPLYING)).exists():
        raise Refused(_("A roster is being stored at this moment. Try again when it has finished."))
    if organization.dissolved_on:
        raise Refused(_("“%(name)s” has been dissolved and stays where it is.") % {"name": organization})
    if contains(organization.path, under.path):
        raise Refused(_("An organization can't be moved into itself or below itself."))
    if organization.parent_path == under.path:
        raise Refused(_("“%(name)s” stands there already.") % {"name": organization})
    _refuse_unless_fitting(OrganizationKind(organization.kind), under)
    _free_name(organization.name, under)


def _refuse_unless_empty(organization: Organization, on: date) -> None:
    if organization.dissolved_on:
        raise Refused(_("It was dissolved on %(day)s.") % {"day": organization.dissolved_on})
    if organization.founded_on and on < organization.founded_on:
        raise Refused(_("It can't be dissolved before it was founded."))
    below = Organization.objects.below(organization.path).exclude(pk=organization.pk).standing_on(on).count()
    if below:
        sentence = ngettext(
            "%(count)s organization still stands below it. Move or dissolve it first.",
            "%(count)s organizations still stand below it. Move or dissolve them first.",
            below,
        )
        raise Refused(sentence % {"count": below})
    _refuse_with_members(organization, on)


def _refuse_with_members(organization: Organization, on: date) -> None:
    belonging = Affiliation.objects.filter(organization=organization)
    members = belonging.filter(unended_on(on)).count()
    if members:
        sentence = ngettext(
            "%(count)s member still belongs to it. Move the member first.",
            "%(count)s members still belong to it. Move them first.",
            members,
        )
        raise Refused(sentence % {"count": members})


def _free_name(name: str, parent: Organization | None, besides: Organization | None = None) -> str:
    """The name without blanks around it; refused when empty, too long, or that of a standing neighbour."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 120:
        raise Refused(_("A name has 1 to 120 characters."), "name")
    beside = Organization.objects.filter(depth=parent.depth + 1 if parent else 1, dissolved_on__isnull=True)
    if parent:
        beside = beside.below(parent.path)
    if beside.filter(name=name).exclude(pk=besides.pk if besides else None).exists():
        raise Refused(_("There is already a “%(name)s” at that place.") % {"name": name}, "name")
    return name


def _free_code(code: str) -> str:
    if not CODE.fullmatch(code):
        raise Refused(
            _("“%(code)s” can't be a code: up to 40 letters, digits, dots, hyphens and underscores.") % {"code": code},
            "code",
        )
    if _is_taken(code):
        raise Refused(_("The code “%(code)s” has been given before. Choose another.") % {"code": code}, "code")
    return code


def _new_code(kind: OrganizationKind) -> str:
    while _is_taken(code := CODE_BEGINS[kind] + get_random_string(6, CODE_LETTERS)):
        pass
    return code


def _is_taken(code: str) -> bool:
    """Whether an organization has or had the code: the audit trail remembers those that are gone."""
    return Organization.objects.filter(code=code).exists() or Entry.objects.within([code]).exists()
