"""The facts of organizations for an assessment, and the records behind them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from members.choices import HARD_TO_REACH_KINDS, OfficeKind, SituationKind
from members.contacts.rules import ContactUrgency, LastContact, NextContact, next_contact, next_contact_by
from members.duties import hard_to_reach
from members.fields import holding, holding_sql
from members.models.contact import Contact, HelpRequest, HelpRequestQuerySet
from members.models.member import Affiliation, Member, Situation, formal_on
from members.models.office import Office
from members.models.organization import Organization, Term
from members.paths import STEP, contains, subtree
from members.regulations.queries import binding_below
from rulebook.book import rule_if_held
from rulebook.metric import Fact, Metric
from rulebook.rules.branches import needs_committee
from rulebook.rules.mobility import CONTACT_KEYS

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
    asked_for = [state for state in due if state != ContactUrgency.OPEN]
    unknown = asked_for.count(ContactUrgency.NEVER)
    if not asked_for:
        return []
    if unknown == len(asked_for):
        return None
    done, url = len(asked_for) - unknown - asked_for.count(ContactUrgency.OVERDUE), reverse("members:reach-list")
    return [
        Fact(
            f"contacts:{last:%Y-%m}",
            f"{gettext('Contact with members who are hard to reach')} {last}",
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
    label, url = f"{gettext('Term of office')} {last}", place.get_absolute_url()
    if term is None:
        return Fact(f"term:{place.code}", label, last, 0, 1, 1, url)
    return Fact(f"term:{term.key}", label, last, int(term.ends_on >= last), 1, 0, url)


def committee_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each branch with so many formal members that it must have a committee whether it has one. None: no offices
    are on record. Three queries."""
    return _of_posts(
        "committee", gettext("Branch committee"), [one for one in _posts(path, last) if one.needs_committee], last
    )


def secretary_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each branch whether it has a secretary on the last day. None: no offices are on record. Three queries."""
    return _of_posts("secretary", gettext("Secretary of the branch"), _posts(path, last), last)


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
        holding(OuterRef("valid_from")),
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
    label = f"{gettext('Transfer begun')} {begun_on}"
    if ended_on and ended_on <= min(on, due_on):
        return Fact(f"transfer:{key}", label, ended_on, 1, 1)
    return Fact(f"transfer:{key}", label, due_on, 0, 1) if due_on <= on else None


OFFICES = _("The offices of the branch, and the posts that the roster names")
NO_OFFICES = _("when no office of the branch is on record")

# Month by month, in the words of SQL that both databases take: parts of a statement with a row a branch and month, over
# the tables `rollup_place` and `rollup_span` of whoever adds them up (assessment/dashboard/rollup_queries.py).


def month_start(column: str) -> str:
    """SQL: the first day of the month of a day."""
    if connection.vendor == "postgresql":
        return f"CAST(date_trunc('month', CAST({column} AS timestamp)) AS date)"
    return f"(substr({column}, 1, 7) || '-01')"


def quarter_start(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"CAST(date_trunc('quarter', CAST({column} AS timestamp)) AS date)"
    month = f"CAST(substr({column}, 6, 2) AS integer)"
    return f"(substr({column}, 1, 5) || substr('01040710', ({month} - 1) / 3 * 2 + 1, 2) || '-01')"


def year_start(column: str) -> str:
    """Of a year as a number."""
    return f"make_date({column}, 1, 1)" if connection.vendor == "postgresql" else f"({column} || '-01-01')"


def months_later(column: str, months: str) -> str:
    """What `rulebook.dates.add_months` does: the same day, or the last one of a shorter month."""
    if connection.vendor == "postgresql":
        return f"CAST({column} + {months} * INTERVAL '1 month' AS date)"
    target = f"date({column}, 'start of month', ({months} + 1) || ' months', '-1 day')"
    return f"min(date({column}, {months} || ' months'), {target})"


def least(one: str, other: str) -> str:
    return f"{'LEAST' if connection.vendor == 'postgresql' else 'min'}({one}, {other})"


def months_of_branches() -> str:
    """Every branch with every month, whether it stood at its end and had come to its first day, and whether it stood
    on some day of it."""
    return """
base AS MATERIALIZED (
    SELECT place.branch, span.month, span.as_of, span.soon,
        CASE WHEN (known.first_day IS NULL OR known.first_day <= span.as_of)
            AND (place.dissolved_on IS NULL OR place.dissolved_on > span.as_of) THEN 1 ELSE 0 END AS stands,
        CASE WHEN (place.founded_on IS NULL OR place.founded_on <= span.as_of)
            AND (place.dissolved_on IS NULL OR place.dissolved_on > span.month) THEN 1 ELSE 0 END AS is_kept
    FROM rollup_place place CROSS JOIN rollup_span span LEFT JOIN rollup_first known ON known.place = place.place
    WHERE place.is_group = 0
)"""


def members_by_month() -> str:
    """Formal relations that hold at the end of a month: those that began by then without those that ended."""
    begun, ended = (_not_before_first(f"relation.{name}") for name in ("valid_from", "valid_until"))
    return f"""
steps AS (
    SELECT place.branch, {begun} AS month, 1 AS step
    FROM rollup_place place CROSS JOIN members_affiliation relation
    WHERE relation.organization_id = place.place AND relation.kind = 'formal'
        AND (relation.valid_from IS NULL OR relation.valid_from <= %(on)s)
    UNION ALL
    SELECT place.branch, {ended}, -1
    FROM rollup_place place CROSS JOIN members_affiliation relation
    WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND relation.valid_until <= %(on)s
), change AS MATERIALIZED (
    SELECT branch, month, SUM(step) AS step FROM steps GROUP BY branch, month
), running AS MATERIALIZED (
    SELECT base.branch, base.month,
        SUM(COALESCE(change.step, 0)) OVER (PARTITION BY base.branch ORDER BY base.month) AS members
    FROM base LEFT JOIN change ON change.branch = base.branch AND change.month = base.month
)"""  # noqa: S608 - columns of ours


def _not_before_first(column: str) -> str:
    first = "(SELECT MIN(month) FROM rollup_span)"
    return f"CASE WHEN {column} IS NULL OR {column} < {first} THEN {first} ELSE {month_start(column)} END"


HARD = ", ".join(f"'{kind.value}'" for kind in HARD_TO_REACH_KINDS)


def contacts_by_month() -> str:
    """Who was hard to reach at the end of the month, and whose next contact was overdue then.

    What is overdue: `members.contacts.rules.next_contact`. Where no contact is on record nothing is: nobody knows.
    """
    by_rule = months_later("contact.happened_on", "hard.months")
    return f"""
hard AS MATERIALIZED (
    SELECT relation.member_id, place.branch, span.month, span.as_of, MIN(asked.months) AS months
    FROM rollup_place place
    CROSS JOIN members_affiliation relation
    CROSS JOIN members_situation situation
    CROSS JOIN rollup_span span
    LEFT JOIN rollup_interval asked
        ON asked.bound = place.bound AND asked.kind = situation.kind AND asked.month = span.month
    WHERE relation.organization_id = place.place AND relation.kind = 'formal'
        AND situation.member_id = relation.member_id AND situation.kind IN ({HARD})
        AND {holding_sql("relation", "span.as_of")}
        AND {holding_sql("situation", "span.as_of")}
    GROUP BY relation.member_id, place.branch, span.month, span.as_of
), contact AS MATERIALIZED (
    SELECT member_id, happened_on, next_on,
        LEAD(happened_on) OVER (PARTITION BY member_id ORDER BY happened_on, recorded_at, key) AS until
    FROM members_contact WHERE member_id IN (SELECT member_id FROM hard)
), reached AS MATERIALIZED (
    SELECT hard.branch, hard.month, COUNT(*) AS hard_to_reach,
        COUNT(CASE WHEN contact.next_on < hard.as_of THEN NULL WHEN {by_rule} < hard.as_of THEN NULL ELSE 1 END)
            AS in_contact
    FROM hard LEFT JOIN contact ON contact.member_id = hard.member_id AND contact.happened_on <= hard.as_of
        AND (contact.until IS NULL OR contact.until > hard.as_of)
    GROUP BY hard.branch, hard.month
)"""  # noqa: S608 - columns of ours


def terms_by_month() -> str:
    """The latest term of a branch that stands, until the next election, also when its time is over."""
    return """
office AS MATERIALIZED (
    SELECT term.organization_id AS branch, term.elected_on, term.ends_on,
        LEAD(term.elected_on) OVER (PARTITION BY term.organization_id ORDER BY term.elected_on) AS until
    FROM rollup_branch CROSS JOIN members_term term WHERE term.organization_id = rollup_branch.branch
), terms AS MATERIALIZED (
    SELECT base.branch, base.month, COUNT(*) AS terms,
        COUNT(CASE WHEN office.ends_on >= base.as_of AND office.ends_on < base.soon THEN 1 END) AS terms_ending,
        COUNT(CASE WHEN office.ends_on < base.as_of THEN 1 END) AS terms_over
    FROM base JOIN office ON office.branch = base.branch AND office.elected_on <= base.as_of
        AND (office.until IS NULL OR office.until > base.as_of)
    WHERE base.stands = 1
    GROUP BY base.branch, base.month
)"""


def help_requests_due() -> str:
    """Requests for help of whoever belonged to the branch on the day: branch, day, and when they were answered."""
    return f"""
    SELECT place.branch, asked.due_on, asked.answered_on
    FROM rollup_place place CROSS JOIN members_affiliation relation CROSS JOIN members_helprequest asked
    WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND asked.member_id = relation.member_id
        AND {holding_sql("relation", "asked.due_on")}
        AND asked.due_on BETWEEN %(first)s AND %(last)s AND asked.due_on < %(on)s"""  # noqa: S608 - columns of ours


METRICS: tuple[Metric, ...] = (
    Metric(
        name="members.contact",
        title=_("Hard-to-reach members in contact"),
        definition=_(
            "How it stands on the last day: members who are hard to reach and whose next contact isn't overdue"
        ),
        numerator=_("members whose next contact isn't overdue"),
        denominator=_("members with whom somebody has to be in touch"),
        unit=_("members"),
        source=_("The contact log"),
        not_recorded=_("of members with whom no contact was ever recorded"),
        facts=contact_facts,
        rule_key="mobile.contact.duty",
    ),
    Metric(
        name="members.terms",
        title=_("Term of office still running"),
        definition=_("Whether the branch's term of office still runs on the last day"),
        numerator=_("branches whose term isn't over"),
        denominator=_("branches"),
        unit=_("branches"),
        source=_("The terms of the organization"),
        not_recorded=_("when no election is on record"),
        facts=term_facts,
        rule_key="term.years",
    ),
    Metric(
        name="members.committee",
        title=_("Committee where there must be one"),
        definition=_("Whether a branch with as many formal members as the rules say has a committee on the last day"),
        numerator=_("branches with a committee"),
        denominator=_("branches that must have one by their size"),
        unit=_("branches"),
        source=OFFICES,
        not_recorded=NO_OFFICES,
        facts=committee_facts,
        rule_key="committee.min_formal",
    ),
    Metric(
        name="members.secretary",
        title=_("Secretary in office"),
        definition=_("Whether the branch has a secretary on the last day"),
        numerator=_("branches with a secretary"),
        denominator=_("branches"),
        unit=_("branches"),
        source=OFFICES,
        not_recorded=NO_OFFICES,
        facts=secretary_facts,
        rule_key="committee.posts",
    ),
    Metric(
        name="members.transfers",
        title=_("Transfers completed in time"),
        definition=_("Transfers begun here in which the member arrived before the letter ran out"),
        numerator=_("transfers completed in time"),
        denominator=_("transfers that were completed, or whose letter has run out"),
        unit=_("transfers"),
        source=_("The situation “in transfer”"),
        not_recorded=_("never: where nobody was in transfer, nothing is due"),
        facts=transfer_facts,
        rule_key=LETTER_KEY,
    ),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A member who was hard to reach on a day, and when somebody had to be in touch again."""

    member: Member
    next: NextContact

    @property
    def is_overdue(self) -> bool:
        return self.next.state == ContactUrgency.OVERDUE


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
        holding(OuterRef(day)),
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
