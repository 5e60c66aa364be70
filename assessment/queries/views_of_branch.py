"""From where a branch is looked at: its own view, other branches', the level above, its members."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from assessment.choices import AssessmentState, Satisfaction, ViewSource
from assessment.models import Assessment, BranchView, IndicatorScore, SatisfactionAnswered, SatisfactionTally
from assessment.rules.scoring import FEWEST_ANSWERS, members_points, peer_points


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
