"""A member's own facts: recorded once, changed with a reason where it matters, never overwritten unseen."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.keyring import fingerprint, fingerprints
from audit.services import Change, record
from members.fields import SealedField, opened
from members.models import Member, Organization, User
from members.models.member import MemberQuerySet
from members.rules.dates import PartialDate
from members.rules.people import Facts, Objection, objections
from members.search import name_key, search_terms
from members.services.belonging import place_member
from members.services.refused import Refused

DATES = {"born": "birth", "joined": "joined", "confirmed": "full"}
"""The facts that are dates, known to the day, month or year, and how their columns begin."""
TEXTS = (
    "name", "former_names", "sex", "ethnicity", "native_place", "national_id", "phone", "email", "address", "education",
    "membership", "work_post", "party_post", "dues_category", "dues_base", "reach_by", "remark",
)  # fmt: skip
EDITABLE = (*TEXTS, *DATES)
PRIVATE = tuple(field for field in TEXTS if isinstance(Member._meta.get_field(field), SealedField))
SENSITIVE = frozenset({"name", "national_id", "membership", *DATES})
"""Facts that decide about rights or identity: whoever changes one says why."""
SEPARATORS = re.compile(r"[,，、;；/\s]+")


class Outdated(Refused):
    """Somebody else changed the member since the page was made."""


Values = Mapping[str, object]
"""Fact → new value: a PartialDate or None for DATES, text for the others."""


def describe(member: Member) -> None:
    """Set what is derived from name and numbers: sorting key, search words, the identity number's fingerprint."""
    national_id, phone = opened(member.national_id), opened(member.phone)
    names = [member.name, *filter(None, SEPARATORS.split(member.former_names))]
    member.national_id_print = fingerprint(national_id) if national_id else ""
    member.name_key = name_key(member.name)
    member.search_terms = search_terms(names=names, numbers=[phone, national_id])


def value_of(member: Member, field: str) -> object:
    """The fact as it stands, private ones opened."""
    if field in DATES:
        return getattr(member, field)
    return opened(getattr(member, field))


def version_of(member: Member) -> str:
    """Says nothing about the facts but whether one of them has changed since."""
    return fingerprint(repr([str(value_of(member, field)) for field in EDITABLE]))


def facts_of(member: Member) -> Facts:
    return Facts(**{field: value_of(member, field) for field in Facts.__dataclass_fields__})  # type: ignore[arg-type]


def create_member(
    *, key: UUID, organization: Organization, since: date | None, values: Values, on: date, by: User | str
) -> Member:
    """Record a member on the roster of a branch or group, belonging there since that day (None: unknown).

    The key comes with the form: sent twice, it is stored once. Raises Refused, CannotBelong.
    """
    if stored := Member.objects.filter(key=key).first():
        return stored
    member = refuse_unfit(values, on=on, by=by, key=key)
    describe(member)
    try:
        with transaction.atomic():
            member.save(force_insert=True)
            place_member(member=member, organization=organization, on=since, today=on, by=by)
            record(action="create_member", by=by, subject=member, organization_code=organization.code)
    except IntegrityError:
        if stored := Member.objects.filter(key=key).first():
            return stored
        if member.number_disputed or not _others_of(member).exists():
            raise
        return create_member(key=key, organization=organization, since=since, values=values, on=on, by=by)
    return member


def refuse_unfit(values: Values, *, on: date, by: User | str, key: UUID | None = None) -> Member:
    """The member that these facts would make, unsaved. Raises Refused for a contradiction, or a number in use as far
    as `by` may know."""
    member = Member(key=key) if key else Member()
    assign_values(member, values)
    _refuse_objections(objections(facts_of(member), on=on))
    _settle_number(member, by)
    return member


def edit_member(
    *, member: Member, values: Values, version: str, on: date, by: User | str, reason: str = ""
) -> list[str]:
    """Change facts; the names of those that really changed. `version` is what `version_of` said when they were shown.

    Raises Outdated; Refused for a sensitive fact without a reason, a contradiction, a number in use.
    """
    try:
        with transaction.atomic():
            present = Member.objects.select_for_update().get(pk=member.pk)
            changes = _changes(present, values)
            _refuse_outdated(present, version, changes)
            _refuse_unreasoned(changes, reason)
            assign_values(present, values)
            _refuse_objections(objections(facts_of(present), on=on), about={name for name, _old, _new in changes})
            before = present.national_id_print
            if is_new_number := any(name == "national_id" for name, _old, _new in changes):
                _settle_number(present, by)
            _store(present, changes, by=by, reason=reason)
            if is_new_number:
                give_number_free(before)
    except IntegrityError:
        if present.number_disputed or not _others_of(present).exists():
            raise
        return edit_member(member=member, values=values, version=version, on=on, by=by, reason=reason)
    return [name for name, _old, _new in changes]


def roster_code(member: Member) -> str:
    """Code of the branch or group on whose roster the member stands; empty: on none. For the audit entry."""
    return Organization.objects.filter(path=member.roster_path).values_list("code", flat=True).first() or ""


def assign_values(member: Member, values: Values) -> None:
    for field, value in values.items():
        if field in DATES:
            day = value if isinstance(value, PartialDate) else None
            setattr(member, f"{DATES[field]}_on", day and day.first_day)
            setattr(member, f"{DATES[field]}_precision", day.precision if day else "")
        elif field in TEXTS:
            setattr(member, field, value)


def _changes(member: Member, values: Values) -> list[Change]:
    before = {field: value_of(member, field) for field in values if field in EDITABLE}
    return [(field, old, values[field]) for field, old in before.items() if old != values[field]]


def _store(member: Member, changes: list[Change], *, by: User | str, reason: str) -> None:
    if not changes:
        return
    describe(member)
    member.save()
    code = roster_code(member)
    record(action="edit_member", by=by, subject=member, organization_code=code, changes=changes, reason=reason)


def _refuse_outdated(member: Member, version: str, changes: list[Change]) -> None:
    if changes and version != version_of(member):
        raise Outdated(
            _(
                "Somebody changed this member while you were writing. "
                "Nothing was overwritten: compare and send it again."
            )
        )


def _refuse_unreasoned(changes: list[Change], reason: str) -> None:
    if not reason.strip() and any(name in SENSITIVE for name, _old, _new in changes):
        raise Refused(
            _(
                "Say why: the name, identity number, membership or one of its dates changes, "
                "and the reason is kept on record."
            ),
            "reason",
        )


def _refuse_objections(found: Iterable[Objection], about: set[str] | None = None) -> None:
    """What was already doubtful before doesn't stand in the way of correcting something else."""
    for objection in found:
        if about is None or objection.concerns(about):
            raise Refused(objection.sentence, objection.field)


def _settle_number(member: Member, by: User | str) -> None:
    """Where another entry has the identity number: raises Refused for who sees that one, else leaves it to the
    committee above both, so that nobody learns who stands on others' rosters."""
    others = _others_of(member)
    member.number_disputed = others.exists()
    if member.number_disputed and (not isinstance(by, User) or others.visible_to(by).exists()):
        raise Refused(
            _(
                "This identity number can't be stored here. Check it against the card. If the person comes from "
                "another branch, ask the committee above both: its staff can move members between rosters."
            ),
            "national_id",
        )


def _others_of(member: Member) -> MemberQuerySet:
    """Other entries with the member's identity number."""
    national_id = opened(member.national_id)
    return Member.objects.with_prints(fingerprints(national_id) if national_id else []).exclude(key=member.key)


def give_number_free(digest: str) -> None:
    """An entry no longer has the number: of those that wait for it, the first has it alone."""
    holders = Member.objects.with_prints([digest])
    if digest and not holders.filter(number_disputed=False).exists() and (heir := holders.first()):
        Member.objects.filter(pk=heir.pk).update(number_disputed=False)
