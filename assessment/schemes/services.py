"""Schemes: kept from a plan, begun, copied, put in force and retired."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessment.choices import SchemeState
from assessment.schemes.check_rules import flaws
from assessment.schemes.models import Band, Clause, Indicator, Scheme
from assessment.schemes.queries import all_metrics, plan_of
from assessment.schemes.rules import BandPlan, ClausePlan, Flaw, IndicatorPlan, SchemePlan, Weights, plain
from audit.services import record
from members.models import Organization, User
from members.refused import Refused


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


Values = Mapping[str, Any]


def begin_scheme(*, key: UUID, organization: Organization, values: Values, by: User) -> Scheme:
    """An empty draft. The same key twice is one. Raises Refused."""
    return store_plan(plan=_bare(values), organization=organization, by=by, key=key, unfinished=True)


@transaction.atomic
def change_scheme(*, scheme: Scheme, values: Values, by: User) -> Scheme:
    """The data and the weights of a draft. Raises Refused."""
    held = draft(scheme)
    plan = _bare(values)
    _demand_kept(plan)
    changes = [(name, old, new) for name, new in data(plan).items() if (old := getattr(held, name)) != new]
    if not changes:
        return held
    if held.code != plan.code:
        held.version = next_version(plan.code)
    for name, _old, new in changes:
        setattr(held, name, new)
    held.save()
    record(
        action="change_scheme", by=by, subject=held, organization_code=held.organization.code, changes=changes
    )  # fmt: skip
    return held


@transaction.atomic
def change_bands(*, scheme: Scheme, bands: Sequence[BandPlan], by: User) -> None:
    """The bands of a draft, the best first. One that a veto decides can't go. Raises Refused."""
    held = draft(scheme)
    plan = plan_of(held)
    if tuple(bands) == plan.bands:
        return
    _demand_kept(replace(plan, bands=tuple(bands), indicators=()))
    _remove_bands(held, ranks=[band.rank for band in bands])
    known = {band.rank: band for band in held.bands.all()}
    for rank, row in known.items():
        Band.objects.filter(pk=row.pk).update(name=f"#{rank}")  # names may change places
    for band in bands:
        row = known.get(band.rank) or Band(scheme=held, rank=band.rank)
        row.name, row.at_least, row.quota_percent = band.name, band.at_least, band.quota_percent
        row.save()
    change = ("bands", _printed(plan.bands), _printed(bands))
    record(
        action="change_scheme", by=by, subject=held, organization_code=held.organization.code, changes=[change]
    )  # fmt: skip


def copy_scheme(*, scheme: Scheme, key: UUID, organization: Organization, values: Values, by: User) -> Scheme:
    """Another draft with everything in it, for another year or another committee. Raises Refused."""
    plan = replace(plan_of(scheme), code=values["code"], title=values["title"], year=values["year"])
    return store_plan(
        plan=plan, organization=organization, by=by, key=key, copied_from=scheme, unfinished=True
    )  # fmt: skip


def make_version(*, scheme: Scheme, key: UUID, by: User) -> Scheme:
    """A draft of the next version, to change what branches are assessed by. Raises Refused."""
    if scheme.is_draft:
        raise Refused(_("This is a draft still: change it as it is."))
    open_draft = Scheme.objects.filter(code=scheme.code, organization=scheme.organization, state=SchemeState.DRAFT)
    if open_draft.exclude(pk=key).exists():
        raise Refused(_("There is a draft of the next version already: change that one, or delete it."))
    return store_plan(
        plan=plan_of(scheme), organization=scheme.organization, by=by, key=key, copied_from=scheme, unfinished=True
    )  # fmt: skip


@transaction.atomic
def put_in_force(
    *, scheme: Scheme, approved_by: str, document: str, since: date, on: date, by: User
) -> Scheme:  # fmt: skip
    """Branches are assessed by it from now on; an older version of it is retired. Raises DoesNotAddUp, Refused."""
    held = draft(scheme)
    if not approved_by.strip():
        raise Refused(_("Say who adopted it."), "approved_by")
    if since > on:
        raise Refused(_("That day hasn't come yet."), "since")
    if found := flaws(plan_of(held), metrics=all_metrics()):
        raise DoesNotAddUp(found)
    for older in predecessors(held).select_for_update():
        _retire(older, _("A newer version is in force."), by)
    held.approved_by, held.document = approved_by.strip(), document.strip()
    held.state, held.in_force_since = SchemeState.IN_FORCE, since
    held.save()
    record(action="put_scheme_in_force", by=by, subject=held, organization_code=held.organization.code)
    return held


@transaction.atomic
def retire_scheme(*, scheme: Scheme, reason: str, by: User) -> None:
    """No branch is assessed by it any more; what was assessed stays. Raises Refused."""
    held = Scheme.objects.select_for_update(of=("self",)).select_related("organization").get(pk=scheme.pk)
    if held.state == SchemeState.RETIRED:
        return
    if held.is_draft:
        raise Refused(_("A draft was never in force: delete it."))
    if not reason.strip():
        raise Refused(_("Say why."), "reason")
    _retire(held, reason.strip(), by)


@transaction.atomic
def delete_scheme(*, scheme: Scheme, by: User) -> None:
    """A draft that nobody needs. Raises Refused."""
    held = draft(scheme)
    code, details = held.organization.code, {"year": held.year, "indicators": held.indicators.count()}
    record(action="delete_scheme", by=by, subject=held, organization_code=code, details=details)
    held.indicators.all().delete()
    held.delete()


def draft(scheme: Scheme) -> Scheme:
    """Held until the transaction ends. Raises Refused unless it is a draft."""
    rows = Scheme.objects.select_for_update(of=("self",)).select_related("organization")
    held = rows.filter(pk=scheme.pk).first()
    if held is None:
        raise Refused(_("The draft has been deleted meanwhile."))
    if not held.is_draft:
        raise Refused(_("Branches are assessed by it, so it stays as it is: make a new version."))
    return held


def predecessors(scheme: Scheme) -> Any:
    """Versions of it that are in force."""
    same = Scheme.objects.in_force().filter(code=scheme.code, organization=scheme.organization)
    return same.exclude(pk=scheme.pk)


def _bare(values: Values) -> SchemePlan:
    names = ("code", "title", "year", "total", "unit_kind", "document", "approved_by", "objection_days")
    weights = Weights(*(values[f"weight_{view}"] for view in ("self", "peer", "superior", "members")))
    return SchemePlan(**{name: values[name] for name in names}, weights=weights, indicators=())


def _demand_kept(plan: SchemePlan) -> None:
    if found := [flaw for flaw in flaws(plan, metrics=()) if flaw.hard]:
        raise DoesNotAddUp(found)


def _remove_bands(scheme: Scheme, ranks: Sequence[int]) -> None:
    gone = scheme.bands.exclude(rank__in=ranks)
    if kept := gone.filter(vetoes__isnull=False).first():
        sentence = _("A veto decides “%(name)s”: change the veto before the band goes.")
        raise Refused(sentence % {"name": kept.name})
    gone.delete()


def _printed(bands: Sequence[BandPlan]) -> str:
    return "; ".join(f"{band.rank} {band.name} {plain(band.at_least)} {band.quota_percent}" for band in bands)


def _retire(scheme: Scheme, reason: str, by: User) -> None:
    scheme.state = SchemeState.RETIRED
    scheme.save(update_fields=["state"])
    record(
        action="retire_scheme", by=by, subject=scheme, organization_code=scheme.organization.code, reason=reason
    )  # fmt: skip
