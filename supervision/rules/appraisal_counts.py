"""What a committee sees of a branch's grades: no count of one or two, and none that could be worked out."""

from collections.abc import Mapping

FEWEST = 3


def guarded(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts of one and two are left out; where that is only one, the next smallest goes as well, or the difference
    to the roster would tell it."""
    hidden = {name for name, count in counts.items() if 0 < count < FEWEST}
    if len(hidden) == 1:
        others = sorted((count, name) for name, count in counts.items() if count >= FEWEST)
        hidden |= {name for _count, name in others[:1]}
    return {name: None if name in hidden else count for name, count in counts.items()}
