"""The assessments of a scheme as a workbook: complete ones, and apart from them those that aren't; no ranks."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.models import Assessment, Indicator, IndicatorScore
from assessment.queries.assessment_list import in_order, with_open_ends
from assessment.services.assessing import put_export_on_record
from assessment.views.assessment_pages import ASSESS, MOST_ROWS, scheme_asked_for
from members.downloads import workbook
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

Scores = dict[tuple[UUID, UUID], Decimal | None]


@requires(ASSESS)
@require_safe
def assessment_export(request: PageRequest) -> FileResponse:
    """In the order of the tree; that it was taken is on record."""
    scheme = scheme_asked_for(request)
    seen = Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme)
    rows = list(in_order(with_open_ends(seen))[:MOST_ROWS])
    inner = Indicator.objects.filter(scheme=scheme, parent__isnull=False).values("parent")
    leaves = list(Indicator.objects.filter(scheme=scheme).exclude(pk__in=inner).order_by("position"))
    found = IndicatorScore.objects.filter(assessment__in=seen.values("pk"))
    scores = {(one, of): points for one, of, points in found.values_list("assessment", "indicator", "points")}
    put_export_on_record(scheme=scheme, rows=len(rows), by=request.user)
    name = _("Assessments %(scheme)s %(day)s.xlsx") % {"scheme": scheme.code, "day": request.today.isoformat()}
    return workbook(name, _complete(rows, leaves, scores), _incomplete(rows, leaves, scores))


def _complete(rows: Sequence[Assessment], leaves: Sequence[Indicator], scores: Scores) -> Sheet:
    headings = [
        _("Branch"), _("State"), _("Points reached"), _("Band by the points"), _("Grade decided"),
        _("Decided by which meeting"), *(str(leaf) for leaf in leaves),
    ]  # fmt: skip
    return Sheet(_("All known"), headings, _complete_cells(rows, leaves, scores))


def _complete_cells(rows: Sequence[Assessment], leaves: Sequence[Indicator], scores: Scores) -> Iterator[list[object]]:
    for one in rows:
        if one.total is not None:
            yield [
                one.organization.name, one.get_state_display(), one.total, one.band and one.band.name,
                one.decided_band and one.decided_band.name, one.decided_with,
                *(scores.get((one.pk, leaf.pk)) for leaf in leaves),
            ]  # fmt: skip


def _incomplete(rows: Sequence[Assessment], leaves: Sequence[Indicator], scores: Scores) -> Sheet:
    """Those of which something is open are in no order and have no sum that could be compared."""
    headings = [_("Branch"), _("State"), _("Points not known yet"), _("What isn't known yet")]
    return Sheet(_("Not complete"), headings, _incomplete_cells(rows, leaves, scores))


def _incomplete_cells(
    rows: Sequence[Assessment], leaves: Sequence[Indicator], scores: Scores
) -> Iterator[list[object]]:
    for one in rows:
        if one.total is None:
            unknown = [str(leaf) for leaf in leaves if scores.get((one.pk, leaf.pk)) is None]
            yield [one.organization.name, one.get_state_display(), one.open_points or None, _unknown(one, unknown)]


def _unknown(one: Assessment, leaves: Sequence[str]) -> str:
    """Zero points are open where only a view is missing, and where nothing is computed yet: neither is a zero."""
    if one.computed_at is None:
        return _("being computed")
    return "；".join(leaves) or _("a view is still missing for the total")
