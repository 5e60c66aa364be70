"""Entries of one person: who may merge them, what stands against it, numbers that two entries have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.conf import settings
from django.db.models import Count, Field, Model, OuterRef, Q, QuerySet, Subquery, UniqueConstraint
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _, ngettext

from members.choices import Capability, MergeState, OrganizationKind
from members.fields import opened
from members.models.contact import Merge
from members.models.member import Member, MemberQuerySet
from members.models.organization import Organization
from members.models.user import User
from members.pages.links import Link
from members.paths import subtree
from members.roster.queries import PersonEntered, possible_doubles

CAPABILITIES = (Capability.EDIT_ROSTER, Capability.IMPORT_ROSTER)
MOVES, STAYS, ONE = "moves", "stays", "one"
"""What becomes of rows that name the entry that goes (`settings.MERGING`). `one`: they move, nobody may have two."""
Reference: TypeAlias = "Field[Any, Any]"


@dataclass(frozen=True, slots=True)
class NamedRecords:
    """How many records of a kind name each of the two entries, and whether they stay with the entry that goes."""

    name: str
    kept: int
    merged: int
    stays: bool


def references() -> Iterator[Reference]:
    """Every field of every model that names a member."""
    for relation in Member._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            yield relation.field


def label(field: Reference) -> str:
    return f"{field.model._meta.label}.{field.name}"


def rows_of(field: Reference, member: Member) -> Any:
    return field.model._base_manager.filter(**{field.name: member})


def colliding(field: Reference, kept: Member, merged: Member) -> set[Any]:
    """Keys of rows of the one that the other has too, as the model's constraints say."""
    found: set[Any] = set()
    if field.unique and rows_of(field, kept).exists():
        found.update(rows_of(field, merged).values_list("pk", flat=True))
    for one in _uniques(field.model):
        if field.name in one.fields:
            others = [name for name in one.fields if name != field.name]
            condition = one.condition or Q()
            there = {row[1:] for row in rows_of(field, kept).filter(condition).values_list("pk", *others)}
            here = rows_of(field, merged).filter(condition).values_list("pk", *others)
            found.update(row[0] for row in here if row[1:] in there)
    return found


def _uniques(model: type[Model]) -> list[UniqueConstraint]:
    return [one for one in model._meta.constraints if isinstance(one, UniqueConstraint) and one.fields]


def obstacles(kept: Member, merged: Member) -> list[Link]:
    """What has to be put right first: sentences that say what to do, with the page where it is done."""
    found = [link for name in settings.MERGE_OBSTACLES for link in import_string(name)(kept, merged)]
    for field in references():
        if settings.MERGING[label(field)] == ONE and colliding(field, kept, merged):
            what = {"what": field.model._meta.verbose_name}
            found.append(_here(merged, _("Both entries have this: %(what)s. End or remove one of them first.") % what))
    mine, other = _ledgers(kept, merged)
    if other and not mine:
        sentence = _("All that is on record of dues stands under the entry that goes. Keep that one instead.")
        found.append(_here(merged, sentence))
    if not (kept.roster_path and merged.roster_path):
        sentence = _("One of the entries is on no roster any more. Only entries on a roster are merged.")
        found.append(_here(merged, sentence))
    return found


def sentences(kept: Member, merged: Member) -> list[str]:
    """What else merging them does."""
    return [text for name in settings.MERGE_SENTENCES for text in import_string(name)(kept, merged)]


def _here(merged: Member, sentence: str) -> Link:
    return Link("person", _("To the page of the entry that goes"), sentence, merged.get_absolute_url())


def mergeable(user: User) -> MemberQuerySet:
    """On the rosters that the user keeps or may import."""
    paths = [path for one in CAPABILITIES for path in user.access.paths(one)]
    return Member.objects.on_roster().filter(subtree("roster_path", paths))


def candidates(member: Member, user: User) -> list[Member]:
    """Who may be the same person, and who has the same name."""
    known = PersonEntered(member.name, member.born, opened(member.phone), key=member.key)
    doubles = [one.member for one in possible_doubles(mergeable(user), known)]
    others = mergeable(user).filter(name=member.name).exclude(pk__in=[member.pk, *(one.pk for one in doubles)])
    return [*doubles, *others.order_by("pk")[:10]]


def counted(kept: Member, merged: Member) -> list[NamedRecords]:
    """What each of them has. One query."""
    fields = list(references())
    asked = {f"n{number}": _count(field) for number, field in enumerate(fields)}
    both: Any = Member.objects.filter(pk__in=(kept.pk, merged.pk)).values("pk", **asked)
    rows = {row["pk"]: row for row in both}
    sums: dict[tuple[str, bool], tuple[int, int]] = {}
    for number, field in enumerate(fields):
        mine, other = (rows[one.pk][f"n{number}"] or 0 for one in (kept, merged))
        what = str(field.model._meta.verbose_name), settings.MERGING[label(field)] == STAYS
        before = sums.get(what, (0, 0))
        sums[what] = before[0] + mine, before[1] + other
    return [NamedRecords(name, *numbers, stays) for (name, stays), numbers in sums.items() if any(numbers)]


def places(kept: Member, merged: Member) -> list[str]:
    """On whose roster each of them stands, the branch and the group; empty: on none. One query."""
    ways = [(one.roster_path[: -Organization.steplen], one.roster_path) for one in (kept, merged)]
    rows = Organization.objects.filter(path__in=[path for way in ways for path in way if path])
    branches_and_groups = rows.filter(kind__in=(OrganizationKind.BRANCH, OrganizationKind.GROUP))
    names = {one.path: one.name for one in branches_and_groups}
    return [" · ".join(names[path] for path in way if path in names) for way in ways]


def better_the_other_way(kept: Member, merged: Member) -> bool:
    """The entry that goes has more in the ledger, which stays with it: that one should be kept."""
    mine, other = _ledgers(kept, merged)
    return other > mine


def _ledgers(kept: Member, merged: Member) -> tuple[int, int]:
    numbers: tuple[int, int] = import_string(settings.MERGE_LEDGERS)(kept, merged)
    return numbers


def _count(field: Reference) -> Subquery:
    rows = field.model._base_manager.filter(**{field.name: OuterRef("pk")}).order_by().values(field.name)
    return Subquery(rows.annotate(of=Count("pk")).values("of"))


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """What waits for this person's yes as the second one. One query."""
    if not any(user.access.paths(one) for one in CAPABILITIES):
        return
    waiting = list(Merge.objects.visible_to(user).filter(state=MergeState.PROPOSED).exclude(proposed_by=user)[:20])
    if waiting:
        text = ngettext(
            "%(count)s proposal waits for your yes.", "%(count)s proposals wait for your yes.", len(waiting)
        )
        yield Link("people", _("Entries to merge"), text % {"count": len(waiting)}, waiting[0].get_absolute_url())


MOST = 20


def disputes(user: User) -> list[tuple[Member, Member]]:
    """The entry that had the number first, and the one that was recorded later. Two queries."""
    later = list(mergeable(user).filter(number_disputed=True).order_by("pk")[:MOST])
    if not later:
        return []
    others: QuerySet[Member] = mergeable(user).with_prints({one.national_id_print for one in later})
    first = {one.national_id_print: one for one in others.order_by("-number_disputed", "-pk")}
    pairs = [(first[one.national_id_print], one) for one in later if one.national_id_print in first]
    return [(earlier, one) for earlier, one in pairs if earlier.pk != one.pk]


def dispute_links(user: User, *, on: date) -> Iterator[Link]:
    """A line for each pair, to the page on which two entries are merged."""
    for earlier, later in disputes(user):
        text = _("%(first)s, %(second)s: is it one person? Merge the entries, or have the number corrected.")
        names = {"first": earlier.name, "second": later.name}
        url = f"{reverse('members:merge-new', args=[earlier.key])}?other={later.key}"
        yield Link("people", _("Two entries with one identity number"), text % names, url)
