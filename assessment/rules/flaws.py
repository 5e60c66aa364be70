"""What doesn't add up in a scheme: where, and what to do about it."""

from dataclasses import dataclass
from decimal import Decimal

LARGEST = Decimal(100_000)
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Flaw:
    """`path` names the value: "total", "bands/2/at_least", "indicators/0/clauses/1/points", counted from 0.

    `hard`: a scheme with it can't be kept even as a draft.
    """

    path: str
    code: str
    sentence: str
    hard: bool = False

    @property
    def line(self) -> int | None:
        """Which of the plan's indicators it is about, counted from 0."""
        first, *rest = self.path.split("/")
        return int(rest[0]) if first == "indicators" and rest else None

    @property
    def clause(self) -> int | None:
        """Which clause of that line, counted from 0."""
        parts = self.path.split("/")
        return int(parts[3]) if len(parts) > 3 and parts[2] == "clauses" else None


def fits(points: Decimal) -> bool:
    """To the hundredth, and not beyond what is kept."""
    return points == points.quantize(HUNDREDTH) and abs(points) < LARGEST


def plain(points: Decimal) -> str:
    """10, 0.5: without zeros that say nothing."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
