"""A plan stored as a scheme: what was read from a workbook, copied from last year, or typed."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessment.models import Band, Clause, Indicator, Scheme
from assessment.queries.metrics import all_metrics
from assessment.rules.flaws import Flaw, plain
from assessment.rules.plan import ClausePlan, IndicatorPlan, SchemePlan
from assessment.rules.plan_checks import flaws
from audit.services import record
from members.models import Organization
from members.services.refused import Refused


class DoesNotAddUp(Refused):
    """Each flaw says where and what to do; the refusal's own sentence is the first one's."""

    def __init__(self, found: list[Flaw]) -> None:
        super().__init__(found[0].sentence, found[0].path)
        self.flaws = found


def store_plan(
    *,
    plan: SchemePlan,
    organization: Organization,
    by: object,
    version: int | None = None,
    key: UUID | None = None,
    copied_from: Scheme | None = None,
    unfinished: bool = False,
) -> Scheme:
    """A draft with the next free version of its code. The same key twice stores it once.

    `unfinished`: what doesn't add up yet may be put right in the draft; only what can't be kept at all is refused.
    Raises DoesNotAddUp, Refused.
    """
    if key and (known := Scheme.objects.filter(pk=key, organization=organization).first()):
        return known
    found = flaws(plan, metrics=all_metrics())
    if unfinished:
        found = [flaw for flaw in found if flaw.hard]
    if found:
        raise DoesNotAddUp(found)
    try:
        return _stored(plan, organization, by, version, key or uuid4(), copied_from)
    except IntegrityError:
        if key and (known := Scheme.objects.filter(pk=key, organization=organization).first()):
            return known
        sentence = _("There is a scheme with this code and version already: give it another code.")
        raise Refused(sentence, "code") from None


@transaction.atomic
def _stored(
    plan: SchemePlan, organization: Organization, by: object, version: int | None, key: UUID, origin: Scheme | None
) -> Scheme:
    version = version or next_version(plan.code)
    scheme = Scheme(key=key, organization=organization, version=version, copied_from=origin, **data(plan))
    scheme.save(force_insert=True)
    _store_tree(scheme, plan)
    details = {"year": plan.year, "indicators": len(plan.indicators)}
    record(action="build_scheme", by=by, subject=scheme, organization_code=organization.code, details=details)
    return scheme


def data(plan: SchemePlan) -> dict[str, object]:
    """The plan's own values, by the names of the scheme's fields."""
    weights = plan.weights
    return {
        "code": plan.code, "title": plan.title, "year": plan.year, "unit_kind": plan.unit_kind, "total": plan.total,
        "document": plan.document, "approved_by": plan.approved_by, "objection_days": plan.objection_days,
        "weight_self": weights.self_view, "weight_peer": weights.peer, "weight_superior": weights.superior,
        "weight_members": weights.members,
    }  # fmt: skip


def next_version(code: str) -> int:
    """The next free one of the code."""
    return (Scheme.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0) + 1


def _store_tree(scheme: Scheme, plan: SchemePlan) -> None:
    bands = {
        band.rank: Band(
            scheme=scheme, rank=band.rank, name=band.name, at_least=band.at_least, quota_percent=band.quota_percent
        )
        for band in plan.bands
    }
    Band.objects.bulk_create(bands.values())
    lines: dict[str, Indicator] = {}
    for position, line in enumerate(plan.indicators, start=1):
        lines[line.code] = _line(scheme, line, lines.get(line.parent), position)
    Indicator.objects.bulk_create(lines.values())
    Clause.objects.bulk_create(
        _clause(lines[line.code], clause, bands.get(clause.band_rank or 0), position)
        for line in plan.indicators
        for position, clause in enumerate(line.clauses, start=1)
    )


def _line(scheme: Scheme, line: IndicatorPlan, parent: Indicator | None, position: int) -> Indicator:
    return Indicator(
        scheme=scheme, parent=parent, position=position, code=line.code, title=line.title, part=line.part,
        cycle=line.cycle, max_points=line.max_points, basis=line.basis,
    )  # fmt: skip


def _clause(indicator: Indicator, clause: ClausePlan, band: Band | None, position: int) -> Clause:
    return Clause(
        indicator=indicator, position=position, kind=clause.kind, text=clause.text, metric=clause.metric,
        points=clause.points, cap=clause.cap, expected=clause.expected, every=clause.every, counted=clause.counted,
        tiers=[[plain(bound), plain(points)] for bound, points in clause.tiers], full_at=clause.full_at,
        step=clause.step, band=band,
    )  # fmt: skip
