"""Facts of members and offices that assessments count by name (`members.metrics`). No fact says of whom it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from members.choices import OfficeKind, SituationKind
from members.models import Affiliation, Office, Organization, Situation, Term
from members.models.member import formal_on
from members.paths import STEP, subtree
from members.queries.duties import hard_to_reach
from members.rules.reach import Due, next_contact_by
from rulebook.book import rule_if_held
from rulebook.metric import Fact
from rulebook.rules.branches import needs_committee

LETTER_KEY = "transfer.letter.max_days"
POST_OF = {
    OfficeKind.SECRETARY: "secretary",
    OfficeKind.DEPUTY_SECRETARY: "committee",
    OfficeKind.ORGANIZATION_OFFICER: "committee",
    OfficeKind.PUBLICITY_OFFICER: "committee",
    OfficeKind.DISCIPLINE_OFFICER: "committee",
    OfficeKind.COMMITTEE_MEMBER: "committee",
}


def contact_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """How it stands on the last day: of the members who are hard to reach those whose next contact isn't overdue. With
    whom no contact was ever recorded nobody knows. None: that is so with all of them. Four queries."""
    due = [
        next_contact_by(asked.rule if asked else None, facts.situations, last=facts.last, on=last).state
        for facts, asked in hard_to_reach(path, on=last)
    ]
    asked_for = [state for state in due if state != Due.OPEN]
    unknown = asked_for.count(Due.NEVER)
    if not asked_for:
        return []
    if unknown == len(asked_for):
        return None
    done, url = len(asked_for) - unknown - asked_for.count(Due.OVERDUE), reverse("members:reach-list")
    return [
        Fact(
            f"contacts:{last:%Y-%m}",
            f"{_('Contact with members who are hard to reach')} {last}",
            last,
            done,
            len(asked_for),
            unknown,
            url,
        )
    ]


# Terms, committees, secretaries


def term_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each branch whether its term of office still runs on the last day. None: no election is on record. Two
    queries."""
    latest = Term.objects.filter(organization=OuterRef("organization"), elected_on__gt=OuterRef("elected_on"))
    terms = Term.objects.filter(~Exists(latest.filter(elected_on__lte=last)), elected_on__lte=last)
    known = {term.organization_id: term for term in terms.filter(subtree("organization__path", [path]))}
    places = list(Organization.objects.below(path).branches().standing_on(last).in_tree_order())
    facts = [_term_fact(place, known.get(place.pk), last) for place in places]
    return None if facts and not any(place.pk in known for place in places) else facts


def _term_fact(place: Organization, term: Term | None, last: date) -> Fact:
    label, url = f"{_('Term of office')} {last}", place.get_absolute_url()
    if term is None:
        return Fact(f"term:{place.code}", label, last, 0, 1, 1, url)
    return Fact(f"term:{term.key}", label, last, int(term.ends_on >= last), 1, 0, url)


def committee_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each branch with so many formal members that it must have a committee whether it has one. None: no offices
    are on record. Three queries."""
    return _of_posts(
        "committee", _("Branch committee"), [one for one in _posts(path, last) if one.needs_committee], last
    )


def secretary_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each branch whether it has a secretary on the last day. None: no offices are on record. Three queries."""
    return _of_posts("secretary", _("Secretary of the branch"), _posts(path, last), last)


@dataclass(slots=True)
class _Posts:
    """What is on record of a branch's offices on a day, by offices or by the posts that the roster names."""

    place: Organization
    on: date
    formal: int = 0
    kinds: set[str] = field(default_factory=set)

    @property
    def needs_committee(self) -> bool:
        return bool(needs_committee(self.formal, self.on))


def _of_posts(kind: str, label: str, found: list[_Posts], last: date) -> list[Fact] | None:
    facts = [
        Fact(
            f"{kind}:{one.place.code}", f"{label} {last}", last, int(kind in one.kinds), 1, int(not one.kinds),
            one.place.get_absolute_url(),
        )
        for one in found
    ]  # fmt: skip
    return None if facts and all(fact.unknown for fact in facts) else facts


def _posts(path: str, last: date) -> list[_Posts]:
    branches = Organization.objects.below(path).branches().standing_on(last).in_tree_order()
    found = {place.path: _Posts(place, last) for place in branches}
    for place, kind in _offices(path, last):
        if place in found:
            found[place].kinds.add(POST_OF.get(OfficeKind(kind), "other"))
    for place, formal, *named in _named_on_rosters(path, last):
        if one := found.get(place) or found.get(place[:-STEP]):
            one.formal += formal
            one.kinds.update(post for post, count in zip(("secretary", "committee"), named, strict=True) if count)
    return list(found.values())


def _offices(path: str, last: date) -> Iterable[tuple[str, str]]:
    rows = Office.objects.holding(last).filter(subtree("organization__path", [path]))
    return rows.order_by().values_list("organization__path", "kind").distinct()


def _named_on_rosters(path: str, last: date) -> Iterable[tuple[str, int, int, int]]:
    """Path, formal members, and how many of the roster are named as secretary and as of the committee."""
    rows = Affiliation.objects.formal().holding(last).filter(subtree("organization__path", [path])).order_by()
    post = "member__party_post__contains"
    secretary = Q(**{post: "书记"}) & ~Q(**{post: "副书记"})
    committee = Q(**{post: "委员"}) | Q(**{post: "副书记"})
    return rows.values_list("organization__path").annotate(
        formal=Count("pk", filter=formal_on(last, "member__")), secretaries=Count("pk", filter=secretary),
        committee=Count("pk", filter=committee),
    )  # fmt: skip


# Transfers


def transfer_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Each transfer that was begun here, once its letter has run out or the member has arrived. Two queries."""
    limit = rule_if_held(LETTER_KEY, last)
    days = timedelta(days=limit.whole if limit else 0)
    here = Affiliation.objects.formal().filter(subtree("organization__path", [path]), member=OuterRef("member"))
    begun_here = here.filter(
        Q(valid_from=None) | Q(valid_from__lte=OuterRef("valid_from")),
        Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_from")),
    )
    rows = Situation.objects.of(SituationKind.IN_TRANSFER).filter(Exists(begun_here), valid_from__isnull=False)
    return [
        fact
        for key, begun_on, ended_on in rows.order_by("valid_from", "key").values_list(
            "key", "valid_from", "valid_until"
        )
        if begun_on
        and (fact := _transfer_fact(key, begun_on, ended_on, begun_on + days, on))
        and first <= fact.on <= last
    ]


def _transfer_fact(key: object, begun_on: date, ended_on: date | None, due_on: date, on: date) -> Fact | None:
    label = f"{_('Transfer begun')} {begun_on}"
    if ended_on and ended_on <= min(on, due_on):
        return Fact(f"transfer:{key}", label, ended_on, 1, 1)
    return Fact(f"transfer:{key}", label, due_on, 0, 1) if due_on <= on else None
