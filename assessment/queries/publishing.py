"""What stands in the way of publishing an assessment, in sentences."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.choices import AssessmentState, ObjectionOutcome, ValueState
from assessment.models import Assessment, ManualValue, Objection
from assessment.models.assessment import AssessmentQuerySet
from assessment.models.judging import ObjectionQuerySet
from assessment.rules.periods import is_provisional

BEFORE = {
    "show": AssessmentState.COLLECTING, "publish": AssessmentState.SHOWN, "lock": AssessmentState.PUBLISHED,
}  # fmt: skip
"""Step → the state in which it comes next."""


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


@dataclass(frozen=True, slots=True)
class Readiness:
    """For which branches a step comes next: those with which it can be taken, and the others by the reason why not."""

    step: str
    ready: list[Assessment]
    held_up: dict[str, list[Assessment]]

    @property
    def waiting(self) -> int:
        return len(self.ready) + sum(map(len, self.held_up.values()))


def readiness(rows: AssessmentQuerySet, step: str, *, on: date) -> Readiness:
    """In the order of the tree. Four queries, however many there are."""
    asked = rows.filter(state=BEFORE[step]).select_related("organization", "scheme")
    waiting = list(asked.order_by("organization__path", "key"))
    reasons = dict(reversed(list(_reasons(waiting, step, on))))
    ready, held_up = [], defaultdict(list)
    for one in waiting:
        if one.pk in reasons:
            held_up[reasons[one.pk]].append(one)
        else:
            ready.append(one)
    return Readiness(step, ready, dict(held_up))


def _reasons(waiting: list[Assessment], step: str, on: date) -> Iterator[tuple[UUID, str]]:
    """The first that holds counts; of a branch there may be several."""
    yield from ((one.pk, _("It isn't computed yet.")) for one in waiting if one.computed_at is None)
    if step == "publish":
        yield from _against_publishing(waiting, on)
    if step == "lock":
        for one in waiting:
            if is_provisional(one.scheme.year, on):
                yield one.pk, _("The year isn't over yet, so the points can still change.")
            elif may_be_published_again(one, on=on):
                yield one.pk, _("The record says something else by now. Publish it again first.")


def _against_publishing(waiting: list[Assessment], on: date) -> Iterator[tuple[UUID, str]]:
    keys = [one.pk for one in waiting]
    for pk in ManualValue.objects.filter(assessment__in=keys).waiting().values_list("assessment", flat=True):
        yield pk, _("A value waits for a second person.")
    for pk in Objection.objects.filter(assessment__in=keys).unanswered().values_list("assessment", flat=True):
        yield pk, _("An objection isn't answered.")
    for pk in _upheld().filter(assessment__in=keys).values_list("assessment", flat=True):
        yield pk, _("The branch was right about an indicator; its new points aren't confirmed.")
    for one in waiting:
        if one.objections_until and one.objections_until >= on:
            yield one.pk, _("The branch may still object.")


def upheld_without_value(assessment: Assessment) -> list[Objection]:
    """The branch was right, and the indicator's new points aren't confirmed."""
    return list(_upheld().filter(assessment=assessment).select_related("indicator"))


def _upheld() -> ObjectionQuerySet:
    confirmed = ManualValue.objects.filter(
        assessment=OuterRef("assessment"), indicator=OuterRef("indicator"), state=ValueState.CONFIRMED
    )
    return Objection.objects.filter(outcome=ObjectionOutcome.UPHELD).exclude(Exists(confirmed))


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
