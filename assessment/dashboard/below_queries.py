"""What is directly below a committee: figures, charts, the heat table, and who needs help with the reasons."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessment.dashboard.models import RollUp
from assessment.dashboard.queries import Medians, Months
from assessment.dashboard.rules import (
    INCOMPLETE,
    KEPT,
    MEASURES,
    NOT_RECORDED,
    NOT_THERE,
    OTHER_WORDS,
    REASONS,
    SNAPSHOTS,
    UNCOMPARED,
    Measure,
    Reason,
    Words,
    columns_sql,
    reasons,
    share_of,
    share_sql,
    step,
    step_words,
    trend_months,
    usual_period,
    written,
)
from members.choices import OrganizationKind
from members.models import Organization
from members.models.organization import OrganizationQuerySet
from members.paths import STEP

MOST_ROWS = 1_500
"""Months of branches that are added up for the spread; beyond, only the last month, or what is directly below."""
SHOWN = 12
MONTHS_BELOW = """
FROM members_organization o JOIN assessment_rollup r
  ON r.organization_id = o.id AND r.unit_kind = CASE o.kind WHEN 'branch' THEN '' ELSE %(unit)s END
  AND r.month BETWEEN %(since)s AND %(month)s
WHERE o.path BETWEEN %(first)s AND %(last)s{standing}
  AND (%(unit)s = '' OR o.kind <> 'branch' OR o.unit_kind = %(unit)s)
"""
IN_MONTH = MONTHS_BELOW.replace("r.month BETWEEN %(since)s AND %(month)s", "r.month = %(month)s").format(standing="")
"""The same of one month: the index finds each row at once. Whoever stood then, also if it is dissolved by now."""
BELOW = MONTHS_BELOW.format(standing=" AND (o.dissolved_on IS NULL OR o.dissolved_on > %(day)s)")
CHILDREN = """
WITH o AS MATERIALIZED (
  SELECT id, path, kind, CASE kind WHEN 'branch' THEN '' ELSE %(unit)s END AS unit_of_rows FROM members_organization
  WHERE depth = %(depth)s AND path BETWEEN %(first)s AND %(last)s AND kind <> 'group'
    AND (dissolved_on IS NULL OR dissolved_on > %(day)s)
    AND (%(unit)s = '' OR kind <> 'branch' OR unit_kind = %(unit)s)
)
"""
"""What is directly below, found first: PostgreSQL takes it for a few rows, and would read the whole table for them."""
BRANCHES = "AND o.kind = 'branch'"
DIRECTLY = "AND o.depth = %(depth)s"
NEEDED = tuple(sorted({name for reason in (*REASONS, *INCOMPLETE) for name in reason.weights}))
"""Figures that reasons are about."""
HOW_MANY = " + ".join(f"CASE WHEN {reason.sql} THEN 1 ELSE 0 END" for reason in REASONS)
"""Reasons of a branch."""
LINE = (
    f"SELECT o.code, o.name, o.kind, r.branches, r.in_need, r.incomplete, {', '.join(f'r.{name}' for name in NEEDED)}"
)
CHOSEN = """
FROM members_organization o JOIN assessment_rollup r
  ON r.organization_id = o.id AND r.unit_kind = CASE o.kind WHEN 'branch' THEN '' ELSE %(unit)s END
  AND r.month = %(month)s
"""


@dataclass(frozen=True, slots=True)
class OrganizationBelow:
    """An organization below: a branch with the reasons why it may need help, or how many of its branches have one."""

    code: str
    name: str
    kind: str
    branches: int
    in_need: int
    incomplete: int
    reasons: tuple[Reason, ...]

    @property
    def is_branch(self) -> bool:
        return self.kind == OrganizationKind.BRANCH


@dataclass(frozen=True, slots=True)
class Spread:
    """How many organizations stand on each step of a measure, and of which months."""

    of_branches: bool
    since: date
    counts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """An organization on a step of the spread, and what its share is made of."""

    code: str
    name: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class OrganizationsBelow:
    """What is directly below: the first twelve that need help, and one more where there are more; branches that have
    not recorded enough, in the order of the tree, cut in the same way; and how many stand on each step."""

    needing: list[OrganizationBelow]
    uncompared: list[OrganizationBelow]
    steps: dict[int, int]


Scanned = tuple[int, str, int, int, int, int]
"""Number, kind, branches in need, branches that recorded too little, reasons of a branch, share."""


def values_at(place: Organization, unit: str, month: date, *, on: date) -> dict[str, Any]:
    """For the statements here. Days as text, which both databases compare as days."""
    return {
        "unit": unit, "since": str(month), "month": str(month), "first": place.path, "last": place.path + "Z" * STEP,
        "depth": place.depth + 1, "day": str(on),
    }  # fmt: skip


def below(place: Organization, unit: str, measure: Measure, month: date, *, on: date) -> OrganizationsBelow:
    """What is directly below in a month. Two queries, one of them over all of it."""
    values = values_at(place, unit, month, on=on)
    with connection.cursor() as cursor:
        cursor.execute(SCANS[measure.code], values)
        rows: list[Scanned] = cursor.fetchall()
    needing = heapq.nsmallest(SHOWN + 1, (row for row in rows if row[2] and not _apart(row)), key=_need)
    apart = list(islice(filter(_apart, rows), SHOWN + 1))
    lines = _chosen([row[0] for row in (*needing, *apart)], values)
    return OrganizationsBelow(
        [lines[row[0]] for row in needing],
        [lines[row[0]] for row in apart],
        _by_step(measure, Counter(row[5] for row in rows).items()),
    )


def spread(
    place: Organization, unit: str, measure: Measure, months: tuple[date, date], branches: int, *, on: date
) -> Spread | None:
    """Of all branches below where they are few; None where they aren't. One query."""
    since = since_of(measure, months, branches)
    if since is None:
        return None
    last = months[1]
    with connection.cursor() as cursor:
        cursor.execute(SPREADS[measure.code], {**values_at(place, unit, last, on=on), "since": str(since)})
        rows = cursor.fetchall()
    return Spread(True, since, _by_step(measure, rows))


def since_of(measure: Measure, months: tuple[date, date], branches: int) -> date | None:
    """From which month on all branches below are added up for the spread; None: what is directly below is shown."""
    if branches > MOST_ROWS:
        return None
    first, last = months
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    stands = bool(set(measure.whole) & set(SNAPSHOTS))
    return last if stands or branches * length > MOST_ROWS else first


def on_step(
    place: Organization, unit: str, measure: Measure, months: tuple[date, date], branches: int, code: int, *, on: date
) -> list[Placed]:
    """Who stands on a step of the spread, in the order of the tree: as many as it counts. One query."""
    since, last = since_of(measure, months, branches), months[1]
    sql = PLACED_DIRECTLY if since is None else PLACED
    with connection.cursor() as cursor:
        cursor.execute(sql[measure.code], {**values_at(place, unit, last, on=on), "since": str(since or last)})
        rows = cursor.fetchall()
    return [Placed(*row[:-1]) for row in rows if step(measure, row[-1]) == code]


def _by_step(measure: Measure, found: Iterable[tuple[int, int]]) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for share, count in found:
        counts[step(measure, share)] += count
    return dict(counts)


def _apart(row: "Scanned") -> bool:
    """A branch that hasn't recorded enough."""
    return bool(row[1] == OrganizationKind.BRANCH and row[3])


def _need(row: "Scanned") -> tuple[bool, int, int]:
    """Committees with most branches in need, then branches with most reasons; else in the order of the tree."""
    is_branch = row[1] == OrganizationKind.BRANCH
    return is_branch, 0 if is_branch else -row[2], -row[4]


def _scan_sql(measure: Measure) -> str:
    """Each organization directly below with what decides its place, and its share."""
    part, whole = (columns_sql(names) for names in (measure.part, measure.whole))
    share = f"CASE WHEN {UNCOMPARED} THEN {NOT_RECORDED} ELSE {share_sql(measure, part, whole)} END"
    why = f"CASE o.kind WHEN 'branch' THEN {HOW_MANY} ELSE 0 END"
    rows = "r.organization_id = o.id AND r.month = %(month)s AND r.unit_kind = o.unit_of_rows"
    shown = f"SELECT o.id, o.kind, r.in_need, r.incomplete, {why}, {share}"  # noqa: S608
    return f"{CHILDREN} {shown} FROM o JOIN assessment_rollup r ON {rows} ORDER BY o.path"


def _share_over(measure: Measure) -> tuple[str, str, str]:
    """The share over the months, of who recorded enough in the last one; its part and its whole."""
    part, whole = (f"CAST(SUM({columns_sql(names)}) AS bigint)" for names in (measure.part, measure.whole))
    incomplete = f"MAX(CASE WHEN r.month = %(month)s AND {UNCOMPARED} THEN 1 ELSE 0 END)"
    shares = f"CASE WHEN {incomplete} > 0 THEN {NOT_RECORDED} ELSE {share_sql(measure, part, whole)} END"
    return shares, part, whole


def _spread_sql(measure: Measure) -> str:
    """How many branches have each share."""
    inside = f"SELECT {_share_over(measure)[0]} AS share {BELOW} {BRANCHES} GROUP BY o.id"  # noqa: S608
    return f"SELECT share, COUNT(*) FROM ({inside}) found GROUP BY share"  # noqa: S608


def _placed_sql(measure: Measure, which: str) -> str:
    """Each of them by name, with what its share is made of."""
    shares, part, whole = _share_over(measure)
    grouped = "GROUP BY o.id, o.code, o.name, o.path ORDER BY o.path"
    return f"SELECT o.code, o.name, {part}, {whole}, {shares} {BELOW} {which} {grouped}"  # noqa: S608


SCANS = {measure.code: _scan_sql(measure) for measure in MEASURES}
SPREADS = {measure.code: _spread_sql(measure) for measure in MEASURES}
PLACED = {measure.code: _placed_sql(measure, BRANCHES) for measure in MEASURES}
PLACED_DIRECTLY = {measure.code: _placed_sql(measure, f"{DIRECTLY} AND o.kind <> 'group'") for measure in MEASURES}


def _chosen(numbers: list[int], values: dict[str, Any]) -> dict[int, OrganizationBelow]:
    """The lines of organizations by number."""
    if not numbers:
        return {}
    named = {f"number{at}": number for at, number in enumerate(numbers)}
    listed = ", ".join(f"%({name})s" for name in named)
    with connection.cursor() as cursor:
        cursor.execute(f"{LINE}, o.id {CHOSEN} WHERE o.id IN ({listed})", values | named)
        rows = cursor.fetchall()
    return dict(zip((row[-1] for row in rows), lines_of([row[:-1] for row in rows]), strict=True))


def lines_of(rows: list[tuple[Any, ...]]) -> Iterator[OrganizationBelow]:
    """Rows of `LINE`."""
    for code, name, kind, branches, needing, incomplete, *figures in rows:
        found = dict(zip(NEEDED, figures, strict=True))
        why = tuple(reasons(found)) if kind == OrganizationKind.BRANCH else ()
        yield OrganizationBelow(code, name, kind, branches, needing, incomplete, why)


TrendRow = tuple[date, int, int | None]
"""A month, its share (`rules.shares.share_of`) and the level's median."""


def trend_values(measure: Measure, months: Months, medians: Medians, *, on: date) -> list[TrendRow]:
    """The months before this one that are kept."""
    return [
        (month, share_of(measure, months.of(month)), medians.of(f"{month:%Y-%m}", measure.code))
        for month in trend_months(on)
    ]


def trend_rows(measure: Measure, months: Months, medians: Medians, *, on: date) -> SafeString:
    """Rows of the table of the trend, ready: a template would take longer over them than the database."""
    values = trend_values(measure, months, medians, on=on)
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th>{}{}</tr>',
        ((date_format(month, "Y-m"), _cell(share), _cell(median)) for month, share, median in values),
    )  # fmt: skip


def spread_rows(measure: Measure, spread: Spread, records: str) -> SafeString:
    """Rows of the table of the spread, from what is asked down; what is no share comes last. Each leads from `records`
    to who stands there."""
    counts = ((code, words, spread.counts.get(code, 0)) for code, words in step_words(measure).items())
    return format_html_join(
        "\n", '<tr><th scope="row">{}</th><td class="number" data-value="{}" data-step="{}">{}</td></tr>',
        (
            (_leading(words, f"{records}&step={code}") if count else words, count, code, f"{count:,}")
            for code, words, count in counts
            if code != NOT_THERE
        ),
    )  # fmt: skip


def _leading(words: Words, address: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


def _cell(share: int | None) -> SafeString:
    """Empty, and in words, where there is no share; a dash where there is no median."""
    shown = "—" if share is None else OTHER_WORDS[share] if share < 0 else written(share)
    value = "" if share is None or share < 0 else share
    return format_html('<td class="number" data-value="{}">{}</td>', value, shown)


Shares = dict[str, int]
"""`2026-07-01` → per mille, or one of the codes below zero of `rules.shares`. A month that isn't there: no row."""


def children_of(place: Organization, unit: str, *, on: date) -> OrganizationQuerySet:
    """What stands directly below, in the order of the tree; of a kind of unit the branches of it, and everything that
    may have some below."""
    found = Organization.objects.filter(depth=place.depth + 1).below(place.path).standing_on(on)
    found = found.exclude(kind=OrganizationKind.GROUP).in_tree_order()
    return found.filter(~Q(kind=OrganizationKind.BRANCH) | Q(unit_kind=unit)) if unit else found


def months_below(children: list[tuple[int, str]], unit: str, measure: Measure, *, on: date) -> dict[int, Shares]:
    """The shares of the last 24 months, by number of the organization; `children`: numbers and paths in tree order.
    One query."""
    if not children:
        return {}
    months = trend_months(on)
    values: dict[str, Any] = {
        "unit": unit, "since": str(months[0]), "month": str(months[-1]), "day": str(on),
        "first": children[0][1], "last": children[-1][1], "depth": len(children[0][1]) // STEP,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(HEATS[measure.code], values | {f"month{at}": str(month) for at, month in enumerate(months)})
        rows = cursor.fetchall()
    found: dict[int, Shares] = defaultdict(dict)
    for number, month, share in rows:
        found[number][month] = share
    return found


def _heat_sql(measure: Measure) -> str:
    """Months as text, because a driver turns days into objects one by one."""
    part, whole = (columns_sql(names) for names in (measure.part, measure.whole))
    share = f"CASE WHEN {UNCOMPARED} THEN {NOT_RECORDED} ELSE {share_sql(measure, part, whole)} END"
    return f"SELECT o.id, CAST(r.month AS text), {share} {IN_MONTHS} AND o.depth = %(depth)s"  # noqa: S608


EACH = ", ".join(f"%(month{at})s" for at in range(KEPT))
IN_MONTHS = BELOW.replace("r.month BETWEEN %(since)s AND %(month)s", f"r.month IN ({EACH})")
"""Month by month, which the index finds at once: between the first and the last lie the rows of all kinds of units."""
HEATS = {measure.code: _heat_sql(measure) for measure in MEASURES}


FIRST = 5
"""Branches that the start page names."""
BY_REASON = {reason.code: reason for reason in REASONS}
NAMED = "AND (%(text)s = '' OR o.name LIKE %(like)s ESCAPE '!')"
STATES = {"need": "AND r.in_need > 0", "incomplete": "AND r.incomplete > 0"}
"""Conditions; incomplete branches are in no order but the tree's."""
ORDERS = {"need": f"ORDER BY {HOW_MANY} DESC, o.path", "incomplete": "ORDER BY o.path"}


@dataclass(frozen=True, slots=True)
class Need:
    """Who needs help below a place, in the last full month: what the dashboard says without being asked for another."""

    place: Organization
    month: date
    count: int
    branches: int
    incomplete: int
    first: list[OrganizationBelow]


@dataclass(frozen=True, slots=True)
class NeedRows:
    """What a `Paginator` cuts into pages: the rows stay in the database."""

    place: Organization
    unit: str
    month: date
    on: date
    state: str = "need"
    reason: str = ""
    """A code of `rules.need.REASONS`; empty: any."""
    text: str = ""
    """A part of the name."""

    def count(self) -> int:
        """One query."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) {self._where()}", self._values())  # noqa: S608
            return int(cursor.fetchone()[0])

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[OrganizationBelow]:
        """One query."""
        values = self._values() | {"skipped": part.start or 0, "most": part.stop - (part.start or 0)}
        cut = "LIMIT %(most)s OFFSET %(skipped)s"
        with connection.cursor() as cursor:
            cursor.execute(f"{LINE} {self._where()} {ORDERS[self.state]} {cut}", values)
            return list(lines_of(cursor.fetchall()))

    def _where(self) -> str:
        """Nothing typed is in it."""
        reason = f"AND ({BY_REASON[self.reason].sql})" if self.reason in BY_REASON else ""
        return f"{IN_MONTH} {BRANCHES} {STATES[self.state]} {reason} {NAMED}"

    def _values(self) -> dict[str, Any]:
        marked = self.text
        for sign in "!%_":
            marked = marked.replace(sign, f"!{sign}")
        return values_at(self.place, self.unit, self.month, on=self.on) | {"text": self.text, "like": f"%{marked}%"}


def need_at(places: Iterable[Organization], *, on: date) -> list[Need]:
    """Of each place for which figures are added up. Two queries each."""
    month = usual_period(on).first
    found = []
    for place in places:
        row = RollUp.objects.filter(organization=place, month=month, unit_kind="").first()
        if row:
            first = NeedRows(place, "", month, on)[:FIRST]
            found.append(Need(place, month, row.in_need, row.branches, row.incomplete, first))
    return found
