"""Where members belong, what is recorded about them, and revealing it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _, ngettext

from audit.keyring import fingerprint, fingerprints
from audit.models import Entry
from audit.services import Change, record
from members.choices import LeavingReason, OrganizationKind
from members.dates import PartialDate
from members.fields import SealedField, opened
from members.models.files import ExportedMember
from members.models.member import Affiliation, Member, MemberQuerySet
from members.models.organization import Organization
from members.models.user import User
from members.paths import contains
from members.people import FactObjection, PersonFacts, objections, says_something
from members.refused import CannotBelong, Refused
from members.search import name_key, search_terms


@transaction.atomic
def place_member(
    *,
    member: Member,
    organization: Organization,
    on: date | None,
    today: date,
    by: User | str,
    key: UUID | None = None,
) -> Affiliation:
    """Give the member the formal relation to a branch or group from that day on; an open one ends that day.

    `key` is the row's own, where a form brings it. `on=None`: since an unknown day. Raises CannotBelong for a committee
    or a dissolved branch, or for a day before the present relation; Refused for a day to come, because the roster
    changes at once.
    """
    _refuse_future(on, today)
    if organization.kind not in (OrganizationKind.BRANCH, OrganizationKind.GROUP):
        raise CannotBelong(_("Members belong to a branch or a group. Choose one."))
    organization = hold_organization(organization.pk)
    if organization.dissolved_on:
        raise CannotBelong(_("“%(name)s” has been dissolved. Choose another.") % {"name": organization.name})
    present = Affiliation.objects.formal().open().filter(member=member).select_related("organization").first()
    if present:
        _end(present, on=on, because=_why_moved(present.organization, organization))
    affiliation = Affiliation.objects.create(
        key=key or uuid4(), member=member, organization=organization, valid_from=on
    )
    _stand_on_roster(member, organization.path)
    record(action="place_member", by=by, subject=member, organization_code=organization.code)
    return affiliation


@transaction.atomic
def end_belonging(
    *, member: Member, on: date, today: date, because: LeavingReason, by: User | str, reason: str = ""
) -> None:
    """End the formal relation on that day (the first day without it).

    Raises CannotBelong when there is none, Refused for a day to come.
    """
    _refuse_future(on, today)
    present = Affiliation.objects.formal().open().filter(member=member).select_related("organization").first()
    if present is None:
        raise CannotBelong(_("This member is on no roster."))
    _end(present, on=on, because=because)
    _stand_on_roster(member, "")
    record(
        action="end_belonging", by=by, subject=member, organization_code=present.organization.code,
        reason=reason, details={"because": str(because)},
    )  # fmt: skip


def hold_organization(pk: int) -> Organization:
    """The organization as stored, kept where it is until the transaction ends: it may be moving just now."""
    return cast(Organization, Organization.objects.select_for_update().get(pk=pk))


def refresh_roster_paths(*, on: date) -> int:
    """Derive every roster path from the affiliations of that day; the number of members whose path was corrected."""
    return scope_mismatches(on=on).update(roster_path=_derived_path(on))


def scope_mismatches(*, on: date) -> QuerySet[Member]:
    """Members whose roster path isn't what their affiliations of that day say."""
    return Member.objects.alias(derived=_derived_path(on)).exclude(roster_path=F("derived"))


def _derived_path(on: date) -> Coalesce:
    formal = Affiliation.objects.formal().holding(on).filter(member=OuterRef("pk"))
    return Coalesce(Subquery(formal.values("organization__path")[:1]), Value(""))


def _refuse_future(on: date | None, today: date) -> None:
    if on and on > today:
        raise Refused(_("That day hasn't come yet. Until then the member stays where they are."), "on")


def _end(affiliation: Affiliation, *, on: date | None, because: LeavingReason) -> None:
    day = on or affiliation.valid_from
    if day is None or (affiliation.valid_from and day < affiliation.valid_from):
        raise CannotBelong(
            _("Say from which day; it can't lie before the present relation, which began on %(day)s.")
            % {"day": affiliation.valid_from or _("an unknown day")}
        )
    affiliation.valid_until, affiliation.left_because = day, because
    affiliation.save(update_fields=["valid_until", "left_because"])


def _why_moved(old: Organization, new: Organization) -> LeavingReason:
    same_branch = contains(old.branch_path, new.branch_path)
    return LeavingReason.MOVED_GROUP if same_branch else LeavingReason.TRANSFERRED


def _stand_on_roster(member: Member, path: str) -> None:
    member.roster_path = path
    member.save(update_fields=["roster_path"])


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


def facts_of(member: Member) -> PersonFacts:
    return PersonFacts(**{field: value_of(member, field) for field in PersonFacts.__dataclass_fields__})  # type: ignore[arg-type]


def create_member(
    *, key: UUID, organization: Organization, since: date | None, values: Values, on: date, by: User | str
) -> Member:
    """Record a member on the roster of a branch or group, belonging there since that day (None: unknown).

    The key comes with the form: sent twice, it is stored once. Raises Refused.
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


def _refuse_objections(found: Iterable[FactObjection], about: set[str] | None = None) -> None:
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


REVEALABLE = tuple(field.name for field in Member._meta.local_fields if isinstance(field, SealedField))
"""The member's private fields."""
REVEAL = "reveal_private"
HOUR = timedelta(hours=1)
ALONE = 50
"""People whose values one person may take along without a second one, where the limit of the hour allows so many."""


def recorded_fields(member: Member) -> list[str]:
    """The private fields in which something is recorded: needs no key."""
    return [field for field in REVEALABLE if getattr(member, field)]


def reveals_left(user: User, *, now: datetime) -> int:
    """How many more values the user may reveal within the hour; whoever stands in a workbook counts as one.

    The record counts, so every process counts the same.
    """
    entries = Entry.objects.by(user).since(now - HOUR)
    in_workbooks = ExportedMember.objects.filter(entry__in=entries.order_by().values("pk")).count()
    done = entries.filter(action=REVEAL).count() + in_workbooks
    return max(0, settings.REVEALS_PER_HOUR - done)


def may_take_alone(user: User, *, people: int, now: datetime) -> bool:
    """Whether the user may take along private values of so many people without a second person."""
    return people <= min(ALONE, reveals_left(user, now=now))


@transaction.atomic
def reveal_private(*, member: Member, field: str, reason: str, now: datetime, by: User) -> str:
    """The value as it was recorded. Raises Refused for an empty field, a missing reason, or too many in an hour."""
    if field not in recorded_fields(member):
        raise Refused(_("Nothing is recorded there."), "field")
    demand_substance(reason)
    refuse_too_many(by, people=1, now=now)
    record(
        action="reveal_private",
        by=by,
        subject=member,
        organization_code=roster_code(member),
        reason=reason.strip(),
        details={"field": field},
    )
    return opened(getattr(member, field))


def demand_substance(reason: str) -> None:
    """Raises Refused unless the reason says something: whoever is looked at reads it."""
    if not says_something(reason):
        raise Refused(
            _("Say in a few words what it is needed for. The reason is kept on record, and the person can read it."),
            "reason",
        )


def refuse_too_many(user: User, *, people: int, now: datetime) -> None:
    """Raises Refused when it is more than one person may see alone. Call it in the transaction of the act."""
    User.objects.select_for_update().get(pk=user.pk)  # two at once are counted one after the other
    if not may_take_alone(user, people=people, now=now):
        raise Refused(_too_many())


def _too_many() -> str:
    limit = settings.REVEALS_PER_HOUR
    return ngettext(
        "You have revealed %(limit)s value within an hour; that is as many as one person may. Try again later.",
        "You have revealed %(limit)s values within an hour; that is as many as one person may. Try again later.",
        limit,
    ) % {"limit": limit}
