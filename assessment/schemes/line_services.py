"""The lines of a draft and their clauses: added, changed, moved, removed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessment.schemes.check_rules import clause_flaws
from assessment.schemes.models import Clause, Indicator, Scheme
from assessment.schemes.rules import ClausePlan, moved, placed_last, subtree_of, tree_order
from assessment.schemes.services import draft
from audit.services import record
from members.models import User
from members.refused import Refused

Values = Mapping[str, Any]
CLAUSE_FIELDS = (
    "kind", "text", "metric", "points", "cap", "expected", "every", "counted", "tiers", "full_at", "step", "band",
)  # fmt: skip
NOTHING: Values = {
    "metric": "", "points": None, "cap": None, "expected": None, "every": "", "counted": "", "tiers": [],
    "full_at": None, "step": None, "band": None,
}  # fmt: skip
"""What a clause says of terms that its kind doesn't have."""


@transaction.atomic
def add_line(*, scheme: Scheme, key: UUID, values: Values, by: User) -> Indicator:
    """As the last one below its parent. The same key twice is one line. Raises Refused."""
    held = draft(scheme)
    if known := held.indicators.filter(pk=key).first():
        return known
    _demand_free_code(held, values["code"])
    line = Indicator(key=key, scheme=held, position=0, **values)
    _keep(line)
    _order(held, placed_last(_parents(held), line.pk, line.parent_id))
    _record("add_indicator", line, held, by)
    return line


@transaction.atomic
def change_line(*, line: Indicator, values: Values, by: User) -> Indicator:
    """Another line above it takes it along with everything below. Raises Refused."""
    held = draft(line.scheme)
    row = _line(held, line)
    changes = [(name, old, new) for name, new in values.items() if (old := getattr(row, name)) != new]
    if not changes:
        return row
    if values["code"] != row.code:
        _demand_free_code(held, values["code"])
    parents = _parents(held)
    parent = values["parent"].pk if values["parent"] else None
    if parent in subtree_of(parents, row.pk):
        raise Refused(_("A line can't stand below itself."), "parent")
    elsewhere = parent != row.parent_id
    for name, _old, new in changes:
        setattr(row, name, new)
    row.save()
    if elsewhere:
        _order(held, placed_last(parents, row.pk, parent))
    _record("change_indicator", row, held, by, changes)
    return row


@transaction.atomic
def move_line(*, line: Indicator, step: int, seen_at: int, by: User) -> None:
    """Before (-1) or behind (+1) its neighbour. Nothing when it no longer stands where it was seen. Raises Refused."""
    held = draft(line.scheme)
    row = _line(held, line)
    parents = _parents(held)
    after = moved(parents, row.pk, step)
    if row.position != seen_at or list(after) == list(parents):
        return
    _order(held, after)
    _record("move_indicator", row, held, by)


@transaction.atomic
def remove_line(*, line: Indicator, by: User) -> None:
    """With everything below it. Raises Refused."""
    held = draft(line.scheme)
    row = held.indicators.filter(pk=line.pk).first()
    if row is None:
        return
    _record("remove_indicator", row, held, by)
    row.delete()
    _order(held, _parents(held))


@transaction.atomic
def add_clause(*, line: Indicator, key: UUID, values: Values, by: User) -> Clause:
    """The last one of its line. The same key twice is one clause. Raises Refused."""
    held = draft(line.scheme)
    if known := Clause.objects.filter(pk=key, indicator=line).first():
        return known
    _demand_whole(values)
    row = _line(held, line)
    last = row.clauses.aggregate(last=Max("position"))["last"] or 0
    clause = Clause(key=key, indicator=row, position=last + 1, **{**NOTHING, **values})
    _keep(clause)
    _record("add_clause", clause, held, by)
    return clause


@transaction.atomic
def change_clause(*, clause: Clause, values: Values, by: User) -> Clause:
    """Also to another kind: terms that the new one doesn't have go. Raises Refused."""
    held = draft(clause.indicator.scheme)
    _demand_whole(values)
    row = _clause(clause)
    whole = {**NOTHING, **values}
    changes = [(name, old, whole[name]) for name in CLAUSE_FIELDS if (old := getattr(row, name)) != whole[name]]
    if changes:
        for name, _old, new in changes:
            setattr(row, name, new)
        row.save()
        _record("change_clause", row, held, by, changes)
    return row


@transaction.atomic
def move_clause(*, clause: Clause, step: int, seen_at: int, by: User) -> None:
    """Before (-1) or behind (+1) its neighbour in the line. Nothing when it no longer stands where it was seen. Raises
    Refused."""
    held = draft(clause.indicator.scheme)
    row = _clause(clause)
    beside = row.indicator.clauses.order_by("position")
    behind, before = beside.filter(position__gt=row.position).first(), beside.filter(position__lt=row.position).last()
    neighbour = behind if step > 0 else before
    if row.position != seen_at or neighbour is None:
        return
    _exchange(row, neighbour)
    _record("move_clause", row, held, by)


@transaction.atomic
def remove_clause(*, clause: Clause, by: User) -> None:
    """Raises Refused."""
    held = draft(clause.indicator.scheme)
    row = Clause.objects.select_related("indicator").filter(pk=clause.pk).first()
    if row is None:
        return
    _record("remove_clause", row, held, by)
    row.delete()


def _line(scheme: Scheme, line: Indicator) -> Indicator:
    if row := scheme.indicators.filter(pk=line.pk).first():
        return row
    raise Refused(_("Somebody has removed the line meanwhile."))


def _clause(clause: Clause) -> Clause:
    if row := Clause.objects.select_related("indicator").filter(pk=clause.pk).first():
        return row
    raise Refused(_("Somebody has removed the clause meanwhile."))


def _exchange(one: Clause, other: Clause) -> None:
    """By way of place 0: no two clauses of a line stand at the same place, not even for a moment."""
    for clause, position in ((other, 0), (one, other.position), (other, one.position)):
        clause.position = position
        clause.save(update_fields=["position"])


def _demand_whole(values: Values) -> None:
    band = values.get("band")
    terms = {name: value for name, value in values.items() if name not in ("band", "tiers")}
    tiers = tuple((Decimal(bound), Decimal(points)) for bound, points in values.get("tiers", ()))
    plan = ClausePlan(**terms, tiers=tiers, band_rank=band.rank if band else None)
    found = clause_flaws(plan, "", ranks=[band.rank] if band else [], metrics=())
    for flaw in found:
        if flaw.hard:
            raise Refused(flaw.sentence, flaw.path.strip("/").removesuffix("_rank"))


def _demand_free_code(scheme: Scheme, code: str) -> None:
    if scheme.indicators.filter(code=code).exists():
        sentence = _("There is a line %(code)s already: give this one another code.")
        raise Refused(sentence % {"code": code}, "code")


def _keep(row: Indicator | Clause) -> None:
    """Somebody else's form may have used the key."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This couldn't be stored. Open the page again and type it once more.")) from None


def _parents(scheme: Scheme) -> dict[UUID, UUID | None]:
    return dict(scheme.indicators.order_by("position").values_list("pk", "parent_id"))


def _order(scheme: Scheme, parents: Mapping[UUID, UUID | None]) -> None:
    places = {key: place for place, key in enumerate(tree_order(parents), start=1)}
    rows = [line for line in scheme.indicators.all() if line.position != places[line.pk]]
    for line in rows:
        line.position = places[line.pk]
    Indicator.objects.bulk_update(rows, ["position"])


def _record(
    action: str, row: Indicator | Clause, scheme: Scheme, by: User, changes: list[tuple[str, Any, Any]] | None = None
) -> None:
    record(
        action=action, by=by, subject=row, organization_code=scheme.organization.code, changes=changes or ()
    )  # fmt: skip
