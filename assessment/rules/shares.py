"""A share in per mille and as a step of five, the same in Python and in SQL. The bounds are ours (level L, mark U).

Every page, chart, file and answer takes it from here, so that no two of them say something else of the same figures.
"""

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
WORDS: dict[int, Words] = {5: _("from 95%"), 4: "85–94.9%", 3: "75–84.9%", 2: "60–74.9%", 1: _("below 60%")}
"""Short: a chart writes them beside its bars."""
FEW_WORDS: dict[int, Words] = {5: _("up to 5%"), 4: "5.1–15%", 3: "15.1–25%", 2: "25.1–40%", 1: _("above 40%")}
EVEN_WORDS: dict[int, Words] = {5: _("from 80%"), 4: "60–79.9%", 3: "40–59.9%", 2: "20–39.9%", 1: _("below 20%")}
OTHER_WORDS: dict[int, Words] = {
    NOTHING_DUE: _("Nothing was due"), NOT_RECORDED: _("Not recorded enough"), NOT_THERE: _("Not there then"),
}  # fmt: skip
SIGNS = {NOTHING_DUE: "·", NOT_RECORDED: "?", NOT_THERE: "–"}
"""Where there is room for no words."""
STATES = {0: "share", NOTHING_DUE: "nothing_due", NOT_RECORDED: "not_recorded", NOT_THERE: "not_there"}
STATE_CODES = list(STATES.values())
"""For programs."""


def share_of(measure: Measure, figures: Mapping[str, int] | None) -> int:
    """Per mille, or which of those that are no share. `figures` None: the place has no such month."""
    if figures is None:
        return NOT_THERE
    if not is_compared(figures):
        return NOT_RECORDED
    part, whole = measure.fraction(figures)
    return measure.per_mille(part, whole) if whole > 0 else NOTHING_DUE


def known(share: int) -> int | None:
    """None for what is no share."""
    return share if share >= 0 else None


def state_of(share: int) -> int:
    """0: a share; else which of those that are none."""
    return min(share, 0)


def step(measure: Measure, share: int) -> int:
    """5 to 1; what isn't a share stays what it is."""
    if share < 0:
        return share
    counted = 1000 - share if measure.more_is_better is False else share
    return 5 - sum(counted < 10 * bound for bound in bounds(measure))


def bounds(measure: Measure) -> tuple[int, ...]:
    return EVEN_BOUNDS if measure.more_is_better is None else BOUNDS


def step_words(measure: Measure) -> dict[int, Words]:
    """What the steps say, from the best to the last, then what is no share."""
    few = measure.more_is_better is False
    return (FEW_WORDS if few else EVEN_WORDS if measure.more_is_better is None else WORDS) | OTHER_WORDS


def share_sql(measure: Measure, part: str, whole: str) -> str:
    """`share_of` over two expressions of whole numbers, where enough is recorded."""
    counted = f"{THOUSAND} * {part} / {whole}"
    if measure.more_is_better is False:
        counted = f"1000 - {THOUSAND} * ({whole} - {part}) / {whole}"
    return f"CASE WHEN {whole} <= 0 THEN {NOTHING_DUE} ELSE {counted} END"


THOUSAND = "CAST(1000 AS bigint)"
"""A county's attendances, multiplied by it, are more than a column holds."""
UNCOMPARED = "2 * r.incomplete > r.branches"
"""The opposite of `is_compared`, over columns of the table `r`."""


def is_compared(figures: Mapping[str, int]) -> bool:
    """Whether at least half of the branches have recorded enough. Else a share says what isn't known, not what wasn't
    done: before a branch began to record, nothing was held and nothing paid."""
    return 2 * figures["incomplete"] <= figures["branches"]


def columns_sql(names: tuple[str, ...], table: str = "r") -> str:
    """Figures added."""
    return "(" + " + ".join(f"{table}.{name}" for name in names) + ")" if len(names) > 1 else f"{table}.{names[0]}"


def written(share: int) -> str:
    """`92.3%`, `100%`; a dash for what is no share."""
    return f"{digits(share)}%" if share >= 0 else "—"


def digits(share: int) -> str:
    """`92.3`, `100`."""
    whole, tenth = divmod(share, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
