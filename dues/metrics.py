"""The facts of dues for an assessment, and the records behind them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy as _

from dues.charging.expected import Survey, survey
from dues.ledger.models import Charge, ChargeQuerySet
from dues.ledger.payment_models import Allocation, Payment
from dues.ledger.rules import DISCLOSE_KEY, PERIOD_KEY, RATIO_KEY
from dues.units import last_day, month_of, months_between
from dues.upwards.models import Disclosure
from members.models import Organization
from members.paths import contains, subtree
from members.regulations.queries import binding_below
from rulebook.book import rule_if_held
from rulebook.metric import Fact, Metric
from rulebook.rule import Rule


@dataclass(slots=True)
class _Months:
    """Month → members who owe something for it, and those of them who have paid it all."""

    owing: Counter[date] = field(default_factory=Counter)
    settled: Counter[date] = field(default_factory=Counter)


# Month by month


def paid_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each month that is over: members who paid all that they owe for it by the day, of those who owe something. Of
    a month that wasn't charged nobody knows. None: nothing was charged at all.

    Two queries, and one for each month that wasn't charged.
    """
    months, url = _settled(path, first, last, on), _grid(path, first)
    facts = []
    for month in over(first, last):
        if of := months.owing[month]:
            facts.append(_month_fact(month, months.settled[month], of, url))
        elif of := _asked(survey(path, month)):
            facts.append(_month_fact(month, 0, of, url, unknown=of))
    return None if facts and not months.owing else facts


def charged_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each month that is over: members who were charged, of those who owe something. None: nobody has a base, and
    nothing was charged. Two queries, and one a month."""
    charged, url = _charged(path, first, last), _grid(path, first)
    found = [(month, survey(path, month)) for month in over(first, last)]
    facts = []
    for month, one in found:
        done, of = (one.already, _asked(one)) if _asked(one) else (charged[month], charged[month])
        if of:
            facts.append(_month_fact(month, done, of, url))
    is_kept = any(one.already or one.missing for _month, one in found) or charged
    return facts if is_kept or not facts else None


def over(first: date, last: date) -> Iterator[date]:
    """The months that lie between the days as a whole."""
    return (month for month in months_between(month_of(first), last) if first <= month and last_day(month) <= last)


def _asked(found: Survey) -> int:
    """How many owe something; none where the month is closed."""
    return found.already + found.without_base + found.missing


def _month_fact(month: date, done: int, of: int, url: str, unknown: int = 0) -> Fact:
    return Fact(f"dues:{month:%Y-%m}", f"{gettext('Dues')} {month:%Y-%m}", last_day(month), done, of, unknown, url)


def _grid(path: str, first: date) -> str:
    place = Organization.objects.filter(path=path).first()
    return _page("dues:grid", str(place.code), first.year) if place else ""


def _page(name: str, code: str, year: int) -> str:
    wanted = urlencode({"org": code, "year": str(year)})
    return f"{reverse(name)}?{wanted}"


def _settled(path: str, first: date, last: date, on: date) -> _Months:
    given = Allocation.objects.filter(member=OuterRef("member"), month=OuterRef("month"), payment__paid_on__lte=on)
    fen = given.order_by().values("member").annotate(fen=Sum("amount_fen")).values("fen")
    rows = _lines(path, first, last).values("member", "month").annotate(
        owed=Sum(F("amount_fen") - F("waived_fen")), paid=Coalesce(Subquery(fen, output_field=IntegerField()), 0)
    )  # fmt: skip
    months = _Months()
    for month, owed, paid in rows.filter(owed__gt=0).values_list("month", "owed", "paid"):
        months.owing[month] += 1
        months.settled[month] += paid >= owed
    return months


def _charged(path: str, first: date, last: date) -> Counter[date]:
    rows = _lines(path, first, last).values_list("month").annotate(Count("member", distinct=True))
    return Counter(dict(rows))


def _lines(path: str, first: date, last: date) -> ChargeQuerySet:
    return Charge.objects.ordinary().below(path).between(month_of(first), last).order_by()


# Year by year


def disclosure_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Each publication of a year, and those that were due by its end and weren't made. None: no dues were charged or
    received there at all. Four queries a year."""
    found: list[Fact] = []
    for year in range(first.year, last.year + 1):
        for place, asked in _places(path, DISCLOSE_KEY, year):
            found += _published(place, asked, year, path, on)
    found = [fact for fact in found if first <= fact.on <= last]
    return found if all(fact.done for fact in found) or _keeps_dues(path, on) else None


def remitted_facts(path: str, first: date, last: date, *, on: date) -> list[Fact]:
    """Of a year that is over: payments that were handed up, of those received, where a committee set a share. Three
    queries a year."""
    found = []
    for year in range(first.year, last.year + 1):
        due_on = date(year, 12, 31)
        asked = [place for place, rule in _places(path, RATIO_KEY, year) if rule.adopted and rule.value]
        received = _received(path, year, on) if asked and first <= due_on <= last else {}
        for place in asked:
            if of := received.get(place.pk):
                record, label = _named("dues_remittance", gettext("Dues handed up"), year, place, path)
                url = _page("dues:remittance-list", str(place.code), year)
                found.append(Fact(record, label, due_on, of[1], of[0], 0, url))
    return found


def _places(path: str, key: str, year: int) -> Iterator[tuple[Organization, Rule]]:
    """The branches that stood there all the year, with the rule as committees fill it in."""
    day = date(year, 12, 31)
    rules = binding_below(path, [key])
    standing = Organization.objects.below(path).branches().standing_on(day).with_first_day()
    for place in standing.filter(Q(first_day=None) | Q(first_day__lte=date(year, 1, 1))).in_tree_order():
        local = [one for above, one in rules if contains(above, place.path)]
        if asked := rule_if_held(key, day, local):
            yield place, asked


def _published(place: Organization, asked: Rule, year: int, path: str, on: date) -> Iterator[Fact]:
    due_on, label = date(year, 12, 31), gettext("Disclosure of the dues")
    rows = Disclosure.objects.filter(organization=place, year=year, disclosed_on__lte=on).order_by("disclosed_on")
    made = list(rows)
    for one in made:
        url = reverse("dues:disclosure-detail", args=[one.pk])
        yield Fact(f"disclosure:{one.pk}", f"{label} {one.disclosed_on}", min(one.disclosed_on, due_on), 1, 1, 0, url)
    if len(made) < asked.whole:
        record, named = _named("dues_disclosure", label, year, place, path)
        yield Fact(record, named, due_on, 0, asked.whole - len(made))


def _named(kind: str, label: str, year: int, place: Organization, path: str) -> tuple[str, str]:
    """Record and label; only places below the one that is asked about are named."""
    record, words = f"duty:{kind}:{year}", f"{label} {year}"
    return (record, words) if place.path == path else (f"{record}:{place.code}", f"{words} · {place.name}")


def _received(path: str, year: int, on: date) -> dict[int, tuple[int, int]]:
    """Branch → payments of the year that stand, and how many of them were handed up by the day."""
    live = Payment.objects.below(path).live().filter(paid_on__year=year, paid_on__lte=on).order_by()
    up = Count("remitted", filter=Q(remitted__remittance__sent_on__lte=on))
    return {branch: (of, done) for branch, of, done in live.values_list("organization").annotate(Count("pk"), up=up)}


def _keeps_dues(path: str, on: date) -> bool:
    here = subtree("organization__path", [path])
    return Charge.objects.filter(here).exists() or Payment.objects.filter(here, paid_on__lte=on).exists()


LEDGER = _("The ledger of dues")

# Month by month, in the words of SQL that both databases take: parts of a statement with a row a branch and month, over
# the tables `rollup_place` and `rollup_span` of whoever adds them up (assessment/dashboard/rollup_queries.py).


def charges_by_month() -> str:
    return """
charged AS MATERIALIZED (
    SELECT place.branch, charge.month, SUM(charge.amount_fen - charge.waived_fen) AS charged_fen
    FROM rollup_place place CROSS JOIN dues_charge charge
    WHERE charge.organization_id = place.place AND charge.month BETWEEN %(first)s AND %(last)s
        AND NOT charge.carried_over
    GROUP BY place.branch, charge.month
)"""


def payments_by_month(*, everywhere: bool) -> str:
    """What payments give a member's month counts for the branch of the last line of that month. Few have several. What
    was carried over from the years before belongs to no month.

    `everywhere`: all branches are computed, so that lines are looked through once and not member by member."""
    lines = """dues_charge line WHERE line.turn > 0 AND line.month BETWEEN %(first)s AND %(last)s"""
    if not everywhere:
        lines = """rollup_place place CROSS JOIN dues_charge here CROSS JOIN dues_charge line
    WHERE here.organization_id = place.place AND here.month BETWEEN %(first)s AND %(last)s
        AND line.member_id = here.member_id AND line.month = here.month AND line.turn > 0"""
    return f"""
corrected AS MATERIALIZED (
    SELECT line.member_id, line.month, MAX(line.turn) AS turn FROM {lines} GROUP BY line.member_id, line.month
), settled AS (
    SELECT place.branch, charge.month, given.amount_fen
    FROM rollup_place place CROSS JOIN dues_charge charge CROSS JOIN dues_allocation given
    WHERE charge.organization_id = place.place AND charge.month BETWEEN %(first)s AND %(last)s AND charge.turn = 0
        AND NOT charge.carried_over
        AND given.member_id = charge.member_id AND given.month = charge.month
        AND NOT EXISTS (SELECT 1 FROM corrected
            WHERE corrected.member_id = charge.member_id AND corrected.month = charge.month)
    UNION ALL
    SELECT place.branch, charge.month, given.amount_fen
    FROM corrected
    JOIN dues_charge charge ON charge.member_id = corrected.member_id AND charge.month = corrected.month
        AND charge.turn = corrected.turn AND NOT charge.carried_over
    JOIN rollup_place place ON place.place = charge.organization_id
    JOIN dues_allocation given ON given.member_id = charge.member_id AND given.month = charge.month
), paid AS MATERIALIZED (
    SELECT branch, month, SUM(amount_fen) AS paid_fen FROM settled GROUP BY branch, month
)"""  # noqa: S608 - names of ours


METRICS: tuple[Metric, ...] = (
    Metric(
        name="dues.paid",
        title=_("Dues paid in full"),
        definition=_("Month by month, once it is over: members who have paid all that they owe for it"),
        numerator=_("members who paid the month in full"),
        denominator=_("members charged for the month who owe something; what was waived isn't owed"),
        unit=_("members"),
        source=LEDGER,
        not_recorded=_("for a month that wasn't charged, and for all when nothing was charged"),
        facts=paid_facts,
        rule_key=PERIOD_KEY,
    ),
    Metric(
        name="dues.charged",
        title=_("Dues charged"),
        definition=_("Month by month, once it is over: members for whom the month is charged"),
        numerator=_("members charged"),
        denominator=_("members whose relation was here in the month and who owe dues"),
        unit=_("members"),
        source=LEDGER,
        not_recorded=_("when nobody has a base and nothing was charged"),
        facts=charged_facts,
        rule_key="dues.where",
    ),
    Metric(
        name="dues.disclosure",
        title=_("Dues disclosed to the members"),
        definition=_("Publications of the year's dues to the members, and those that were due by its end"),
        numerator=_("publications"),
        denominator=_("publications, and those due that weren't made"),
        unit=_("publications"),
        source=_("The disclosures of the dues"),
        not_recorded=_("when no dues were charged or received"),
        facts=disclosure_facts,
        rule_key=DISCLOSE_KEY,
    ),
    Metric(
        name="dues.remitted",
        title=_("Dues handed up"),
        definition=_("Once the year is over: payments that were handed up, where a committee has set a share"),
        numerator=_("payments handed up"),
        denominator=_("payments received in the year"),
        unit=_("payments"),
        source=_("The batches that were handed up"),
        not_recorded=_("never: where no share is set or nothing came in, nothing is due"),
        facts=remitted_facts,
        rule_key=RATIO_KEY,
    ),
)


@dataclass(frozen=True, slots=True)
class MemberMonth:
    """A member's month in fen: net of what was waived, and what payments gave it, whenever that was."""

    member_id: int
    month: date
    charged_fen: int
    paid_fen: int


def member_months(branch: Organization, first: date, last: date) -> list[MemberMonth]:
    """A charge counts for the branch that made it, a payment for the branch of the month's last line, and what a ledger
    carried over for no month. Three queries."""
    lines = Charge.objects.ordinary().filter(organization=branch).between(first, last).order_by()
    net = lines.values_list("member", "month").annotate(net=Sum(F("amount_fen") - F("waived_fen")))
    charged = {(member, month): fen for member, month, fen in net}
    later = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"), turn__gt=OuterRef("turn"))
    paid = _paid(lines.filter(~Exists(later)).values_list("member", "month"), first, last)
    return [
        MemberMonth(key[0], key[1], charged.get(key, 0), paid.get(key, 0))
        for key in sorted(charged.keys() | paid.keys(), key=lambda key: (key[1], key[0]))
    ]


def _paid(months: Iterable[tuple[int, date]], first: date, last: date) -> dict[tuple[int, date], int]:
    ours = set(months)
    given = Allocation.objects.filter(member__in={member for member, _month in ours}, month__range=(first, last))
    sums = given.order_by().values_list("member", "month").annotate(Sum("amount_fen"))
    return {(member, month): fen for member, month, fen in sums if (member, month) in ours}
