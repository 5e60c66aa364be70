"""A share as a step of five, the same in Python and in SQL. The bounds are ours (level L, mark U)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment.rules.measures import Measure

NOTHING_DUE, NOT_RECORDED, NOT_THERE = -1, -2, -3
"""What is no share, three things: not asked, not known, and no such place yet."""
STEPS = (5, 4, 3, 2, 1)
"""From what is asked down."""
BOUNDS = (95, 85, 75, 60)
"""Per cent at which the steps 5 to 2 begin; of what should be little, counted from a hundred downwards."""
EVEN_BOUNDS = (80, 60, 40, 20)
"""The same for what is neither good nor bad."""
Words = str | Promise
WORDS: dict[int, Words] = {5: _("from 95%"), 4: "85–94%", 3: "75–84%", 2: "60–74%", 1: _("below 60%")}
"""Short: a chart writes them beside its bars."""
FEW_WORDS: dict[int, Words] = {5: _("up to 5%"), 4: "6–15%", 3: "16–25%", 2: "26–40%", 1: _("above 40%")}
EVEN_WORDS: dict[int, Words] = {5: _("from 80%"), 4: "60–79%", 3: "40–59%", 2: "20–39%", 1: _("below 20%")}
OTHER_WORDS: dict[int, Words] = {
    NOTHING_DUE: _("Nothing was due"), NOT_RECORDED: _("Not recorded enough"), NOT_THERE: _("Not there then"),
}  # fmt: skip
SIGNS = {NOTHING_DUE: "·", NOT_RECORDED: "?", NOT_THERE: "–"}
"""Where there is room for no words."""
STATES = {0: "share", NOTHING_DUE: "nothing_due", NOT_RECORDED: "not_recorded", NOT_THERE: "not_there"}
"""For programs."""


def percent(measure: Measure, part: int, whole: int) -> int:
    """Whole per cent, never nicer than it is: rounded down, and up where less is better. -1: nothing was due."""
    if whole <= 0:
        return NOTHING_DUE
    if measure.more_is_better is False:
        return 100 - 100 * (whole - part) // whole
    return 100 * part // whole


def step(measure: Measure, share: int) -> int:
    """5 to 1; what isn't a share stays what it is."""
    if share < 0:
        return share
    counted = 100 - share if measure.more_is_better is False else share
    return 5 - sum(counted < bound for bound in bounds(measure))


def bounds(measure: Measure) -> tuple[int, ...]:
    return EVEN_BOUNDS if measure.more_is_better is None else BOUNDS


def step_words(measure: Measure) -> dict[int, Words]:
    """What the steps say, from the best to the last, then what is no share."""
    few = measure.more_is_better is False
    return (FEW_WORDS if few else EVEN_WORDS if measure.more_is_better is None else WORDS) | OTHER_WORDS


def share_sql(measure: Measure, part: str, whole: str) -> str:
    """`percent` over two expressions of whole numbers."""
    counted = f"{HUNDRED} * {part} / {whole}"
    if measure.more_is_better is False:
        counted = f"100 - {HUNDRED} * ({whole} - {part}) / {whole}"
    return f"CASE WHEN {whole} <= 0 THEN {NOTHING_DUE} ELSE {counted} END"


HUNDRED = "CAST(100 AS bigint)"
"""A county's attendances, multiplied by it, are more than a column holds."""
UNCOMPARED = "2 * r.incomplete > r.branches"
"""The opposite of `is_compared`, over columns of the table `r`."""


def state_of(measure: Measure, figures: Mapping[str, int] | None) -> int:
    """0: a share; else which of those that are none. `figures` None: the place has no such month."""
    if figures is None:
        return NOT_THERE
    if not is_compared(figures):
        return NOT_RECORDED
    return 0 if measure.per_mille(figures) is not None else NOTHING_DUE


def is_compared(figures: Mapping[str, int]) -> bool:
    """Whether at least half of the branches have recorded enough. Else a share says what isn't known, not what wasn't
    done: before a branch began to record, nothing was held and nothing paid."""
    return 2 * figures["incomplete"] <= figures["branches"]


def columns_sql(names: tuple[str, ...], table: str = "r") -> str:
    """Figures added."""
    return "(" + " + ".join(f"{table}.{name}" for name in names) + ")" if len(names) > 1 else f"{table}.{names[0]}"


def written(per_mille: int | None) -> str:
    """`92.3%`, `100%`; a dash where nothing was due."""
    if per_mille is None:
        return "—"
    whole, tenth = divmod(per_mille, 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"
