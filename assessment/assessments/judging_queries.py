"""What people add: values by hand, views, objections; and what stands against publishing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from assessment.assessments.models import (
    Assessment,
    AssessmentQuerySet,
    BranchView,
    IndicatorScore,
    ManualValue,
    ManualValueQuerySet,
    Objection,
    ObjectionQuerySet,
    SatisfactionAnswered,
    SatisfactionTally,
)
from assessment.assessments.rules import FEWEST_ANSWERS, is_provisional, members_points, peer_points
from assessment.choices import AssessmentState, ObjectionOutcome, Satisfaction, ValueState, ViewSource
from assessment.schemes.models import Clause
from members.choices import Capability
from members.models import Organization, User
from members.pages.links import Link
from members.paths import subtree
from supervision.scope import held_at, of_own_branch

PEOPLE = ("entered_by__member", "decided_by__member", "clause__indicator", "indicator")


def clauses_without_value(assessment: Assessment) -> list[Clause]:
    """Those that a person enters, in the order of the sheet, for which nothing counts and nothing waits. One query."""
    there = ManualValue.objects.filter(assessment=assessment, clause=OuterRef("pk")).exclude(state=ValueState.REFUSED)
    rows = Clause.objects.filter(indicator__scheme=assessment.scheme_id, metric="").exclude(Exists(there))
    return list(rows.select_related("indicator", "band").order_by("indicator__position", "position"))


def values_of(assessment: Assessment) -> ManualValueQuerySet:
    """The history, the newest first."""
    rows = ManualValue.objects.filter(assessment=assessment).select_related(*PEOPLE)
    return rows.order_by("-entered_at", "key")


def asks_people(assessment: Assessment) -> bool:
    """Whether the scheme has clauses that people enter at all. One query."""
    return Clause.objects.filter(indicator__scheme=assessment.scheme_id, metric="").exists()


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


@dataclass(frozen=True, slots=True)
class AskedView:
    """A view that `viewer` is asked for; `given` None: not yet."""

    assessment: Assessment
    viewer: Organization
    given: BranchView | None

    @property
    def is_own(self) -> bool:
        return self.assessment.organization_id == self.viewer.pk


def views_asked(user: User) -> list[AskedView]:
    """Of the branches where the user records: each on itself, then on the others of its committee. Three queries."""
    collecting = Assessment.objects.filter(state=AssessmentState.COLLECTING).select_related("organization", "scheme")
    own = list(
        collecting.filter(held_at(user, Capability.RECORD_ASSESSMENT)).order_by("-scheme__year", "organization__path")
    )
    others = _beside(collecting, own)
    given = {
        (one.assessment_id, one.organization_id): one
        for one in BranchView.objects.filter(organization__in=[one.organization_id for one in own])
    }
    found = []
    for mine in own:
        about = [mine] if mine.scheme.weight_self else []
        about += [one for one in others if _looks_at(mine, one)]
        found += [AskedView(one, mine.organization, given.get((one.pk, mine.organization_id))) for one in about]
    return found


def satisfaction_asked(user: User) -> AssessmentQuerySet:
    """Assessments of the branch on whose roster the user stands that ask its members, with whether they answered."""
    rows = Assessment.objects.filter(state=AssessmentState.COLLECTING, scheme__weight_members__gt=0)
    answered = SatisfactionAnswered.objects.filter(assessment=OuterRef("pk"), member=user.access.member_id)
    mine = rows.filter(of_own_branch(user)).annotate(has_answered=Exists(answered))
    return mine.select_related("organization", "scheme").order_by("-scheme__year", "key")


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member is asked about the own branch. One query."""
    if user.access.member_id is None:
        return
    asked = [one for one in satisfaction_asked(user)[:10] if not one.has_answered]  # type: ignore[attr-defined]
    if asked:
        text = _("One question about %(branch)s in %(year)s. Nobody sees who answered what.")
        words = {"branch": asked[0].organization.name, "year": asked[0].scheme.year}
        yield Link("chat-dots", _("How is my branch doing?"), text % words, reverse("assessment:satisfaction-mine"))


def _beside(rows: AssessmentQuerySet, own: list[Assessment]) -> list[Assessment]:
    schemes = {one.scheme_id for one in own if one.scheme.weight_peer}
    parents = {one.organization.parent_path for one in own}
    near = subtree("organization__path", parents)
    found = rows.filter(near, scheme__in=schemes).order_by("organization__path") if schemes else []
    return [one for one in found if one.organization.parent_path in parents]


def _looks_at(mine: Assessment, other: Assessment) -> bool:
    return (
        mine.scheme_id == other.scheme_id
        and mine.organization_id != other.organization_id
        and mine.organization.parent_path == other.organization.parent_path
    )


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view that counts. `points` None: not there yet; `given`: how many gave it, None where that says nothing."""

    source: ViewSource
    weight: int
    points: Decimal | None
    given: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SatisfactionSums:
    """`counts` empty while members are asked, and of fewer than three answers."""

    answered: int
    counts: list[tuple[str, int]]


def view_lines(assessment: Assessment, *, with_words: bool) -> list[ViewLine]:
    """Of a scheme that weighs several views; empty where only the level above counts. Four queries."""
    scheme = assessment.scheme
    if scheme.weight_superior == 100:
        return []
    views = list(BranchView.objects.filter(assessment=assessment).order_by("organization__path"))
    own = [one for one in views if one.source == ViewSource.SELF]
    peers = [one for one in views if one.source == ViewSource.PEER]
    record = IndicatorScore.objects.filter(assessment=assessment).aggregate(points=Sum("points"))["points"]
    above = record if assessment.computed_at and not assessment.open_points else None
    found = [
        ViewLine(ViewSource.SUPERIOR, scheme.weight_superior, above),
        ViewLine(ViewSource.SELF, scheme.weight_self, own[0].points if own else None, None, _words(own, with_words)),
        ViewLine(
            ViewSource.PEER, scheme.weight_peer, peer_points([one.points for one in peers]), len(peers),
            _words(peers, with_words),
        ),
        ViewLine(ViewSource.MEMBERS, scheme.weight_members, _members(assessment)),
    ]  # fmt: skip
    return [line for line in found if line.weight]


def satisfaction_of(assessment: Assessment) -> SatisfactionSums | None:
    """None where the scheme doesn't ask. Two queries."""
    if not assessment.scheme.weight_members:
        return None
    answered = SatisfactionAnswered.objects.filter(assessment=assessment).count()
    if answered < FEWEST_ANSWERS or assessment.state == AssessmentState.COLLECTING:
        return SatisfactionSums(answered if answered >= FEWEST_ANSWERS else 0, [])
    counts = _counts(assessment)
    return SatisfactionSums(answered, [(str(one.label), counts.get(one, 0)) for one in Satisfaction])


def _members(assessment: Assessment) -> Decimal | None:
    """Nothing while they are asked: a sum that moves says what the last one answered."""
    if assessment.state == AssessmentState.COLLECTING or not assessment.scheme.weight_members:
        return None
    return members_points(assessment.scheme.total, _counts(assessment))


def _counts(assessment: Assessment) -> dict[str, int]:
    return dict(SatisfactionTally.objects.filter(assessment=assessment).values_list("answer", "count"))


def _words(views: list[BranchView], with_words: bool) -> tuple[str, ...]:
    return tuple(one.words for one in views if one.words) if with_words else ()
