"""The records behind the monthly figures of a branch: contacts, requests for help, and the term of office."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from members.choices import HARD_TO_REACH_KINDS
from members.models import Affiliation, Contact, HelpRequest, Member, Organization, Situation, Term
from members.models.contact import HelpRequestQuerySet
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from members.rules.reach import Due, LastContact, NextContact, next_contact
from rulebook.rules.mobility import CONTACT_KEYS


@dataclass(frozen=True, slots=True)
class Reached:
    """A member who was hard to reach on a day, and when somebody had to be in touch again."""

    member: Member
    next: NextContact

    @property
    def is_overdue(self) -> bool:
        return self.next.state == Due.OVERDUE


def reached(path: str, *, on: date) -> list[Reached]:
    """Who was hard to reach below the path on that day, by what had happened until then. Four queries."""
    here = Affiliation.objects.formal().holding(on).filter(subtree("organization__path", [path]))
    relations = {one.member_id: one for one in here.select_related("member", "organization")}
    rules, last = binding_below(path, set(CONTACT_KEYS.values())), _last_contacts(list(relations), on)
    found = []
    for member, situations in _situations(list(relations), on).items():
        place = relations[member].organization.path
        local = [rule for above, rule in rules if contains(above, place)]
        following = next_contact(situations, last=last.get(member), on=on, local=local)
        found.append(Reached(relations[member].member, following))
    return sorted(found, key=lambda one: (*one.next.order, one.member.name_key, one.member.pk))


def help_due(path: str, first: date, last: date, *, on: date) -> list[HelpRequest]:
    """Requests to be answered by a day of the period that is over."""
    rows = help_of(path, "due_on").filter(due_on__range=(first, last), due_on__lt=on)
    return list(rows.select_related("member").order_by("due_on", "pk"))


def help_of(path: str, day: str) -> HelpRequestQuerySet:
    """Requests of whoever belonged there on that day of theirs, wherever they are now."""
    belonged = Affiliation.objects.formal().filter(
        Q(valid_from=None) | Q(valid_from__lte=OuterRef(day)),
        Q(valid_until=None) | Q(valid_until__gt=OuterRef(day)),
        subtree("organization__path", [path]),
        member=OuterRef("member"),
    )
    return HelpRequest.objects.filter(Exists(belonged))


def term_on(branch: Organization, day: date) -> Term | None:
    """The latest that had begun by then, also when its time was over."""
    return Term.objects.filter(organization=branch, elected_on__lte=day).order_by("elected_on").last()


def _situations(members: list[int], on: date) -> dict[int, dict[str, date | None]]:
    found: dict[int, dict[str, date | None]] = defaultdict(dict)
    rows = Situation.objects.of(*HARD_TO_REACH_KINDS).holding(on).filter(member__in=members)
    for member, kind, since in rows.values_list("member", "kind", "valid_from"):
        found[member][kind] = since
    return found


def _last_contacts(members: list[int], on: date) -> dict[int, LastContact]:
    rows = Contact.objects.filter(member__in=members, happened_on__lte=on)
    ordered = rows.order_by("happened_on", "recorded_at", "key").values_list("member", "happened_on", "next_on")
    return {member: LastContact(day, next_on) for member, day, next_on in ordered}
