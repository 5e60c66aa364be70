"""What the database refuses about monthly roll-ups; `tests/test_constraints.py` gathers it."""

from datetime import date
from typing import Any

from assessment.models import LevelMedian, RollUp, RollUpState

LAWFUL: dict[Any, Any] = {
    RollUp: lambda cast: {"organization": cast.branch, "month": date(2026, 10, 1)},
    LevelMedian: lambda cast: {
        "kind": "branch", "unit_kind": "school", "period": "2026-Q3", "measure": "dues", "per_mille": 950,
        "organizations": 40,
    },
    RollUpState: lambda cast: {},
}  # fmt: skip
REFUSED: list[tuple[Any, str, dict[str, Any]]] = [
    (RollUp, "rollup_month_by_first_day", {"month": date(2026, 10, 2)}),
    (RollUp, "rollup_unit_kind_known", {"unit_kind": "castle"}),
    (LevelMedian, "level_median_kind_known", {"kind": "castle"}),
    (LevelMedian, "level_median_among_some", {"organizations": 0}),
    (RollUpState, "rollup_state_only_one", {"id": 2}),
]
TWICE: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = [
    (RollUp, "rollup_once_a_month", {}, {"members": 7}),
    (LevelMedian, "level_median_once", {}, {"per_mille": 900}),
]
