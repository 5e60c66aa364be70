"""The same step for many branches: each in a transaction of its own; what is refused keeps no other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assessment.choices import AssessmentState
from assessment.models import Assessment
from assessment.models.assessment import AssessmentQuerySet
from assessment.services.publishing import lock, publish, show_to_branch
from members.models import User
from members.services.refused import Refused

AT_ONCE = 50
"""So many in one go: each is computed once more."""
STEPS: Mapping[str, tuple[AssessmentState, Callable[..., object]]] = {
    "show": (AssessmentState.COLLECTING, show_to_branch),
    "publish": (AssessmentState.SHOWN, publish),
    "lock": (AssessmentState.PUBLISHED, lock),
}
"""Step → from which state, and what does it for one."""


@dataclass(slots=True)
class Together:
    """How many went, how many are left for another go, and which were refused, with the sentence."""

    done: int = 0
    left: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def take_together(*, rows: AssessmentQuerySet, step: str, on: date, by: User) -> Together:
    """In the order of the tree; `step` is one of STEPS."""
    before, act = STEPS[step]
    found = Together()
    for one in _waiting(rows, before):
        if found.done == AT_ONCE:
            found.left += 1
            continue
        try:
            act(assessment=one, on=on, by=by)
            found.done += 1
        except Refused as refusal:
            found.refused.append((one.organization.name, str(refusal)))
    return found


def _waiting(rows: AssessmentQuerySet, state: AssessmentState) -> list[Assessment]:
    waiting = rows.filter(state=state, computed_at__isnull=False).select_related("organization", "scheme")
    return list(waiting.order_by("organization__path", "key"))
