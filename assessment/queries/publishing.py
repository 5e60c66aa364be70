"""What stands in the way of publishing an assessment, in sentences."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.choices import AssessmentState, ObjectionOutcome, ValueState
from assessment.models import Assessment, ManualValue, Objection
from assessment.rules.periods import is_provisional


def hindrances(assessment: Assessment, *, on: date) -> list[str]:
    """Empty: nothing. Three queries."""
    return list(_hindrances(assessment, on))


def may_be_published_again(assessment: Assessment, *, on: date) -> bool:
    """The record says something else by now, or it was published before the year was over and now it is."""
    if assessment.state != AssessmentState.PUBLISHED:
        return False
    year, as_of = assessment.scheme.year, assessment.computed_on
    grown = as_of is not None and is_provisional(year, as_of) and not is_provisional(year, on)
    return assessment.stale_since is not None or grown


def upheld_without_value(assessment: Assessment) -> list[Objection]:
    """The branch was right, and the indicator's new points aren't confirmed."""
    confirmed = ManualValue.objects.filter(
        assessment=OuterRef("assessment"), indicator=OuterRef("indicator"), state=ValueState.CONFIRMED
    )
    rows = Objection.objects.filter(assessment=assessment, outcome=ObjectionOutcome.UPHELD)
    return list(rows.exclude(Exists(confirmed)).select_related("indicator"))


def _hindrances(assessment: Assessment, on: date) -> Iterator[str]:
    if waiting := ManualValue.objects.filter(assessment=assessment).waiting().count():
        sentence = ngettext(
            "%(count)s value waits for a second person.", "%(count)s values wait for a second person.", waiting
        )
        yield sentence % {"count": waiting}
    if unanswered := Objection.objects.filter(assessment=assessment).unanswered().count():
        sentence = ngettext("%(count)s objection isn't answered.", "%(count)s objections aren't answered.", unanswered)
        yield sentence % {"count": unanswered}
    codes = [one.indicator.code for one in upheld_without_value(assessment)]
    if codes:
        yield _("The branch was right about %(codes)s; the new points aren't confirmed.") % {"codes": "、".join(codes)}
    until = assessment.objections_until
    if assessment.state == AssessmentState.SHOWN and until and until >= on:
        yield _("The branch may object until %(day)s.") % {"day": date_format(until, "Y-m-d")}
