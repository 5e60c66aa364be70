"""The same step for many branches: each in a transaction of its own; what is refused keeps no other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assessment.models.assessment import AssessmentQuerySet
from assessment.queries.publishing import readiness
from assessment.services.publishing import lock, publish, show_to_branch
from members.models import User
from members.services.refused import Refused

AT_ONCE = 50
"""So many in one go: each is computed once more."""
STEPS: Mapping[str, Callable[..., object]] = {"show": show_to_branch, "publish": publish, "lock": lock}
"""Step → what does it for one; from which state, `queries.publishing.BEFORE`."""


@dataclass(slots=True)
class Together:
    """How many went, how many are left for another go, and which were refused, with the sentence."""

    done: int = 0
    left: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def take_together(*, rows: AssessmentQuerySet, step: str, on: date, by: User, **said: object) -> Together:
    """In the order of the tree; `step` is one of STEPS, `said` what its act asks for beside."""
    asked, found = readiness(rows, step, on=on), Together()
    found.refused = [(one.organization.name, why) for why, held in asked.held_up.items() for one in held]
    found.left = len(asked.ready[AT_ONCE:])
    for one in asked.ready[:AT_ONCE]:
        try:
            STEPS[step](assessment=one, on=on, by=by, **said)
            found.done += 1
        except Refused as refusal:
            found.refused.append((one.organization.name, str(refusal)))
    return found
